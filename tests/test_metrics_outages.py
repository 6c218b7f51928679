"""Outages, mains, townships, snow: from rows written by hand to figures worked out by hand."""

from math import isnan, nan

import pytest
from little_runs import data_of, figure, group

from sim.metrics import (
    kpi,
    why_undefined,
)

# ---------------------------------------------------------------- outages


def test_a_site_out_takes_all_its_stations_out():
    frame = data_of((2, "site.down", "s3", "power"), (5, "site.up", "s3")).outages
    assert frame["unit"].tolist() == ["site", "station", "station", "station"]
    assert frame["subject"].tolist() == ["s3", "s3-m", "s3-u", "s3-t"]
    assert frame["users"].tolist() == [60, 10, 20, 30]
    assert set(frame["duration_h"].tolist()) == {3.0}
    assert set(frame["cause"].tolist()) == {"power"}


def test_an_outage_still_open_ends_at_the_horizon_and_says_so():
    frame = data_of((40, "site.down", "s2", "power")).outages
    assert frame["end_h"].tolist() == [48, 48]
    assert frame["open_ended"].tolist() == [True, True]


def test_the_first_cause_of_an_outage_stands():
    rows = [(1, "site.down", "s1", "transport"), (2, "site.down", "s1", "power"), (3, "site.up", "s1")]
    frame = data_of(*rows).outages
    assert frame["cause"].tolist() == ["transport"] * 3
    assert frame["start_h"].tolist() == [1] * 3
    assert figure("stations_out_cumulative", *rows) == 0


def test_an_end_without_a_beginning_is_passed_over():
    assert figure("site_outage_h", (1, "site.up", "s1"), (2, "site.down", "s1", "power"), (3, "site.up", "s1")) == 1


@pytest.mark.parametrize(("at_h", "out"), [(1.9, 0), (2, 3), (4.9, 3), (5, 0)])
def test_an_outage_holds_from_its_start_up_to_its_end(at_h, out):
    rows = [(2, "site.down", "s3", "power"), (5, "site.up", "s3")]
    assert figure("stations_out", *rows, at_h=at_h) == out
    assert figure("users_out", *rows, at_h=at_h) == out * 20


def test_an_open_outage_holds_at_the_horizon():
    assert figure("stations_out", (2, "site.down", "s3", "power")) == 3


def test_an_outage_of_no_length_counts_though_it_never_holds():
    rows = [(2, "site.down", "s3", "power"), (2, "site.up", "s3")]
    assert figure("stations_out_cumulative", *rows) == 3
    assert figure("stations_out", *rows, at_h=2) == 0
    assert figure("station_outage_h", *rows) == 0


CAUSE_ROWS = [
    (t, "site.down", site, cause)
    for t, site, cause in [
        (1, "s1", "power"),
        (2, "s2", "upstream_power"),
        (3, "s3", "transport"),
        (3, "h1", "equipment"),
    ]
]


@pytest.mark.parametrize(("at_h", "cumulative"), [(0.5, 0), (1, 2), (2, 3), (48, 3)])
def test_the_cumulative_count_knows_want_of_power_only(at_h, cumulative):
    assert figure("stations_out_cumulative", *CAUSE_ROWS, at_h=at_h) == cumulative
    assert figure("stations_out", *CAUSE_ROWS) == 6


def test_the_cumulative_count_is_of_distinct_stations():
    twice = [(t, kind, "s1", "power") for t, kind in enumerate(["site.down", "site.up"] * 2)]
    assert figure("stations_out_cumulative", *twice) == 2
    assert figure("site_outage_h", *twice) == 2
    assert figure("saifi", *twice) == pytest.approx(2 * 150 / 250)


def test_cumulative_is_restored_and_still_out_of_the_same_stations():
    rows = [*CAUSE_ROWS, (4, "site.up", "s1"), (5, "site.up", "s3")]
    assert figure("stations_restored", *rows, at_h=4) == 2
    assert figure("restored_share", *rows, at_h=4) == pytest.approx(2 / 3)
    assert figure("restored_share", *rows, at_h=3.9) == 0


def test_a_station_out_again_is_not_restored_whatever_the_cause():
    rows = [(1, "site.down", "s1", "power"), (2, "site.up", "s1"), (3, "site.down", "s1", "transport")]
    assert figure("restored_share", *rows, at_h=2.5) == 1
    assert figure("restored_share", *rows, at_h=3.5) == 0


def test_the_peak_is_the_most_at_one_moment():
    rows = [
        (1, "site.down", "s1", "power"),
        (2, "site.down", "s2", "power"),
        (2, "site.up", "s1"),
        (3, "site.down", "s3", "power"),
        (4, "site.up", "s2"),
    ]
    assert figure("stations_out_peak", *rows) == 4
    assert figure("stations_out_peak", *rows, sites=["s1"]) == 2


def test_user_figures():
    rows = [(0, "site.down", "s1", "power"), (2, "site.up", "s1"), (0, "site.down", "s3", "equipment")]
    data = data_of(*rows, horizon_h=10)
    assert kpi("user_outage_h", data) == 150 * 2 + 60 * 10
    assert kpi("station_outage_h", data) == 2 * 2 + 3 * 10
    assert kpi("saidi", data) == pytest.approx(900 / 250)
    assert kpi("saifi", data) == pytest.approx(210 / 250)
    assert kpi("caidi", data) == pytest.approx(900 / 210)
    assert kpi("availability", data) == pytest.approx(1 - 900 / 250 / 10)
    assert kpi("out_of_service_time_rate", data) == pytest.approx(34 / 60)
    assert kpi("out_of_service_rate", data, 1) == pytest.approx(5 / 6)
    assert kpi("broken_site_rate", data, 1) == pytest.approx(2 / 5)


def test_mains_and_conversion():
    rows = [
        (1, "mains.lost", "s1", "f1"),
        (1, "mains.lost", "s2", "f1"),
        (2, "mains.lost", "s3", "f2"),
        (3, "mains.back", "s1", "f1"),
        (4, "mains.lost", "s1", "f1"),
        (4, "site.down", "s2", "power"),
        (5, "site.down", "h1", "transport"),
    ]
    assert figure("sites_without_mains_cumulative", *rows) == 3
    assert figure("sites_without_mains", *rows, at_h=3) == 2
    assert figure("sites_on_backup", *rows, at_h=4) == 2
    assert figure("conversion_share_cumulative", *rows) == pytest.approx(1 / 3)
    assert figure("conversion_share", *rows) == pytest.approx(2 / 3)
    assert figure("mains_to_out_h", *rows) == 3


@pytest.mark.parametrize(
    ("rows", "hours"),
    [
        ([(3, "site.down", "s1", "power")], 2),
        ([(3, "site.down", "s1", "upstream_power")], 2),
        ([(3, "site.down", "s1", "transport")], nan),
        ([(2, "mains.back", "s1"), (3, "site.down", "s1", "power")], nan),
        ([(3, "site.down", "s2", "power")], nan),
    ],
    ids=["power", "upstream", "another cause", "mains were back", "mains never lost"],
)
def test_from_mains_to_outage_where_one_led_to_the_other(rows, hours):
    assert figure("mains_to_out_h", (1, "mains.lost", "s1"), *rows) == pytest.approx(hours, nan_ok=True)


def test_core_rooms_and_hubs_have_their_own_outages():
    rows = [(t, "site.down", site, "equipment") for t, site in enumerate(["s1", "h1", "x1"])]
    assert figure("core_room_outages", *rows) == 1
    assert figure("hub_outages", *rows) == 2
    assert isnan(figure("core_room_outages", *rows, sites=["s1", "h1"]))


def test_rows_beyond_the_horizon_do_not_count():
    rows = [(5, "site.down", "s1", "power"), (12, "site.up", "s1"), (11, "mains.lost", "s2", "f1")]
    assert figure("site_outage_h", *rows, horizon_h=10) == 5
    assert figure("sites_without_mains_cumulative", *rows, horizon_h=10) == 0


def test_an_instant_beyond_the_horizon_is_not_known():
    data = data_of((1, "site.down", "s1", "power"))
    assert isnan(kpi("stations_out", data, 48.5))
    assert "horizon" in why_undefined("stations_out", data, 48.5, None)


# ---------------------------------------------------------------- townships


def test_a_township_is_dark_while_all_its_sites_are_out():
    rows = [
        (1, "site.down", "s1", "power"),
        (3, "site.down", "s2", "transport"),
        (6, "site.up", "s1"),
        (7, "site.down", "s1", "power"),
        (9, "site.up", "s2"),
        (20, "site.down", "s3", "power"),
    ]
    data = data_of(*rows)
    town = {name: column.tolist() for name, column in data.townships.items()}
    assert town["township"] == ["t1", "t2"]
    assert town["dark_h"] == [3 + 2, 28]
    assert town["times"] == [2, 1]
    assert town["first_h"] == [3, 20]
    assert kpi("township_dark_h", data) == 28
    assert kpi("township_dark_h", data, group=group("s1")) == 5
    assert kpi("townships_dark", data) == 2


def test_a_township_stays_dark_when_one_site_only_flickers():
    rows = [(1, "site.down", site, "power") for site in ("s1", "s2")]
    rows += [(3, "site.up", "s1"), (3, "site.down", "s1", "power"), (5, "site.up", "s2")]
    town = data_of(*rows).townships
    assert (town["times"][0], town["dark_h"][0]) == (1, 4)


def test_a_township_half_out_is_not_dark():
    assert figure("townships_dark", (1, "site.down", "s1", "power")) == 0
    assert figure("township_dark_h", (1, "site.down", "s1", "power")) == 0


# ---------------------------------------------------------------- weather


def test_snow_is_the_most_anywhere_or_in_the_cells_of_a_group():
    rows = [
        (0, "snow.water", "w1", "", 1.0),
        (9, "snow.water", "w1", "", 30.0),
        (9, "snow.water", "w2", "", 35.0),
        (9, "snow.depth", "w1", "", 25.0),
        (20, "snow.depth", "w1", "", 15.0),
    ]
    assert figure("snow_water_mm", *rows) == 35
    assert figure("snow_water_mm", *rows, sites=["s1"]) == 30
    assert figure("snow_depth_cm", *rows) == 25
