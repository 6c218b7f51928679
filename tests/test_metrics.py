"""From rows written by hand to figures worked out by hand."""

import ast
from math import inf, isnan, nan
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from little_runs import HORIZON_H, ROW, STORY, data_of, group, inventory

from sim.errors import InputError
from sim.inventory import Inventory
from sim.metrics import (
    ADDITIVE,
    CAUSES,
    dispatch,
    kpi,
    kpis,
    select,
    split,
    tables,
    vehicle_bands,
    vehicle_ratio,
    why_undefined,
)
from sim.metrics.catalogue import FIGURES, WHY_UNDEFINED
from sim.plan import Plan
from sim.spec import Where
from sim.vocabulary import KINDS, KPIS


def figure(name, *rows, at_h=None, sites=None, horizon_h=HORIZON_H, plan=None):
    mask = None if sites is None else group(*sites)
    return kpi(name, data_of(*rows, horizon_h=horizon_h, plan=plan), at_h, mask)


# ---------------------------------------------------------------- the catalogue


def test_every_kpi_of_the_catalogue_is_one_function():
    assert sorted([*ADDITIVE, *FIGURES]) == sorted(KPIS)
    assert set(WHY_UNDEFINED) <= set(KPIS)


def test_every_kpi_is_a_number_or_nan_on_an_empty_log():
    found = kpis(data_of())
    assert set(found) == set(KPIS)
    assert found["stations_out_cumulative"] == found["site_visits"] == 0
    assert found["availability"] == 1
    assert {name for name, value in found.items() if isnan(value)} <= set(WHY_UNDEFINED)


def test_every_kpi_stands_a_log_without_inventory():
    found = kpis(tables(data_of(*STORY).log, Inventory(), HORIZON_H))
    assert found["stations_out_cumulative"] == found["sites_without_mains_cumulative"] == 0
    assert isnan(found["availability"])


def test_an_unknown_kpi_is_a_key_error():
    with pytest.raises(KeyError, match="stations_lost"):
        figure("stations_lost")


def test_kinds_named_by_the_metrics_are_kinds_of_the_log():
    """A typing error in a kind would read as a log without such rows."""
    verbs = {kind.partition(".")[0] for kind in KINDS}
    for path in (Path(__file__).parent.parent / "sim" / "metrics").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                noun, dot, verb = node.value.partition(".")
                if dot and noun in verbs and verb.isalpha():
                    assert node.value in KINDS, path.name


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
    assert (
        figure("site_outage_h", (1, "site.up", "s1"), (2, "site.down", "s1", "power"), (3, "site.up", "s1"))
        == 1
    )


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


def test_a_township_half_out_is_not_dark():
    assert figure("townships_dark", (1, "site.down", "s1", "power")) == 0
    assert figure("township_dark_h", (1, "site.down", "s1", "power")) == 0


# ---------------------------------------------------------------- visits

JOURNEY = (
    (1.0, "job.opened", "generate-0001", "s2"),
    (2.0, "job.assigned", "generate-0001", "k1"),
    (2.5, "crew.sent", "k1", "generate-0001", 1.0),
    (3.0, "crew.stuck", "k1", "e1", 0.75),
    (4.0, "crew.blocked", "k1", "n1"),
    (4.5, "crew.leg", "k1", "e2", 30.0),
    (6.0, "job.onsite", "generate-0001", "k1"),
    (6.25, "crew.works", "k1", "generate-0001"),
    (6.5, "generator.placed", "g1", "s2", 20.0),
    (7.25, "job.done", "generate-0001", "k1"),
)


def test_a_visit_is_split_into_wait_travel_road_and_work():
    visit = {name: column[0] for name, column in data_of(*JOURNEY).visits.items()}
    assert visit["wait_h"] == 1.5
    assert visit["road_h"] == 0.75 + 0.5
    assert visit["travel_h"] == 3.5 - 1.25
    assert visit["work_h"] == 1.0
    assert (visit["dispatched_h"], visit["arrived_h"], visit["done_h"]) == (2.5, 6.0, 7.25)
    assert (visit["kind"], visit["purpose"], visit["result"]) == ("generate", "generation", "done")
    assert (visit["crew"], visit["vehicle"], visit["generator"]) == ("k1", "v1", "g1")
    assert (visit["site"], visit["county"], visit["party"]) == ("s2", "c1", "p1")


def test_the_parts_of_a_visit_are_means_over_visits():
    more = [
        (10, "job.opened", "repair-0001", "s3"),
        (10, "crew.sent", "k2", "repair-0001"),
        (12, "job.onsite", "repair-0001", "k2"),
        (15, "job.done", "repair-0001", "k2"),
    ]
    data = data_of(*JOURNEY, *more)
    means = {part: kpi(f"mttr_{part}_h", data) for part in ("wait", "travel", "road", "work")}
    assert means == {"wait": 0.75, "travel": (2.25 + 2) / 2, "road": 0.625, "work": 2.0}
    assert kpi("mttr_work_h", data, group=group("s3")) == 3


@pytest.mark.parametrize(
    ("end", "result"),
    [
        ((7, "job.done", "repair-0001", "k1"), "done"),
        ((7, "job.wasted", "repair-0001", "k1"), "wasted"),
        ((7, "job.failed", "repair-0001", "no generator"), "failed"),
        ((7, "job.returned", "repair-0001", "shift over"), "returned"),
        ((7, "crew.free", "k1", "d1"), "under way"),
    ],
)
def test_the_result_of_a_visit(end, result):
    rows = [
        (1, "job.opened", "repair-0001", "s1"),
        (2, "crew.sent", "k1", "repair-0001"),
        (6, "job.onsite", "repair-0001", "k1"),
        end,
    ]
    frame = data_of(*rows).visits
    assert frame["result"].tolist() == [result]
    assert isnan(frame["done_h"][0]) == (result == "under way")


def test_a_job_taken_up_again_is_two_visits_with_their_own_journeys():
    rows = [
        (1, "job.opened", "repair-0001", "s1"),
        (2, "crew.sent", "k1", "repair-0001"),
        (3, "job.onsite", "repair-0001", "k1"),
        (4, "job.returned", "repair-0001", "shift over"),
        (5, "crew.sent", "k2", "repair-0001"),
        (7, "job.onsite", "repair-0001", "k2"),
        (8, "job.done", "repair-0001", "k2"),
    ]
    frame = data_of(*rows).visits
    assert frame["result"].tolist() == ["returned", "done"]
    assert frame["dispatched_h"].tolist() == [2, 5]
    assert frame["party"].tolist() == ["p1", "p2"]


def test_a_journey_that_never_arrives_is_a_turnout_and_no_visit():
    rows = [
        (1, "job.opened", "repair-0001", "s1"),
        (2, "crew.sent", "k1", "repair-0001"),
        (4, "crew.blocked", "k1", "n1"),
        (4, "job.returned", "repair-0001", "road"),
    ]
    assert figure("site_visits", *rows) == 0
    assert figure("vehicle_turnouts", *rows) == 1


def visits(*kinds, end="job.done"):
    for number, kind in enumerate(kinds):
        job = f"{kind}-{number:04d}"
        yield number, "job.opened", job, "s1"
        yield number + 0.1, "crew.sent", "k1", job
        yield number + 0.5, "job.onsite", job, "k1"
        yield number + 0.9, end, job, "k1"


def test_visits_are_counted_by_work():
    rows = [*visits("generate", "refuel", "rove", "collect", "repair", "splice", "scout", "lineman", "place")]
    assert figure("site_visits", *rows) == 8
    assert figure("generation_visits", *rows) == 4
    assert figure("repair_visits", *rows) == 3
    assert figure("mains_visits", *rows) == 1
    assert figure("site_visits", *rows, at_h=2.5) == 3
    assert figure("site_visits", *rows, at_h=2.4) == 2


def test_wasted_trips_are_visits_too():
    rows = [*visits("generate", "repair", end="job.wasted")]
    assert figure("site_visits", *rows) == figure("wasted_trips", *rows) == 2
    assert isnan(figure("mttr_work_h", *rows))


def test_visits_of_the_preparation_are_not_of_the_response():
    data = data_of(*visits("place", "quilt", "inspect", "move"))
    assert kpi("site_visits", data) == 0
    assert data.preparations["do"].tolist() == ["place", "quilt", "inspect", "move"]
    assert data.preparations["row"].tolist() == ["visit"] * 4


def test_people_vehicles_and_machines_are_counted_once():
    sent = [
        (number, "crew.sent", crew, "repair-0001") for number, crew in enumerate(["k1", "k1", "k2", "k3"])
    ]
    rows = [
        *sent,
        (0, "job.opened", "repair-0001", "s3"),
        (5, "loader.sent", "l1", "e1"),
        (6, "loader.sent", "l1", "e2"),
        (7, "generator.placed", "g1", "s1"),
        (8, "generator.started", "g1", "s1"),
        (9, "generator.started", "f1", "h1"),
    ]
    data = data_of(*rows)
    expected = {
        "vehicles": 2,
        "all_terrain": 1,
        "vehicle_turnouts": 3,
        "people": 9,
        "person_turnouts": 11,
        "loaders": 1,
        "equipment_sets": 1,
        "generator_runs": 2,
    }
    assert {name: kpi(name, data) for name in expected} == expected
    assert kpi("vehicles", data, group=group("s3")) == 2
    assert kpi("vehicles", data, group=group("s1")) == 0
    assert isnan(kpi("loaders", data, group=group("s1")))


def test_a_generator_run_ends_with_what_ends_it():
    rows = [
        (1, "generator.started", "g1", "s1", 3.0),
        (4, "generator.dry", "g1", "s1"),
        (5, "generator.started", "g1", "s1", 3.0),
    ]
    frame = data_of(*rows).generator_runs
    assert frame["duration_h"].tolist() == [3, 43]
    assert frame["ended_by"].tolist() == ["dry", ""]
    assert frame["open_ended"].tolist() == [False, True]


# ---------------------------------------------------------------- timeliness


@pytest.mark.parametrize(
    ("rows", "share"),
    [
        ([], nan),
        ([(5, "mains.back", "s1")], nan),
        ([(3, "generator.started", "g1", "s1")], 1),
        ([(3, "generator.started", "g1", "s1"), (4, "radio.off", "s1")], 1),
        ([(3, "radio.off", "s1"), (4, "generator.started", "g1", "s1")], 0),
        ([(3, "radio.off", "s1")], 0),
        ([(5, "mains.back", "s1"), (6, "radio.off", "s1")], nan),
        ([(0.5, "generator.started", "g1", "s1"), (4, "radio.off", "s1")], 1),
        (
            [
                (0.5, "generator.started", "g1", "s1"),
                (0.8, "generator.stopped", "g1", "s1"),
                (4, "radio.off", "s1"),
            ],
            0,
        ),
    ],
    ids=[
        "battery lasts",
        "mains back first",
        "powered",
        "powered, then dry",
        "late",
        "never",
        "off for another reason",
        "running already",
        "ran before only",
    ],
)
def test_generation_is_timely_before_the_first_disconnect(rows, share):
    found = figure("generation_timeliness_share", (1, "mains.lost", "s1"), *rows)
    assert found == pytest.approx(share, nan_ok=True)


def repair(site, opened_h, closed_h=None, end="job.done", kind="repair"):
    job = f"{kind}-{site}{opened_h}"
    yield opened_h, "job.opened", job, site
    if closed_h is not None:
        yield closed_h, end, job, "k1"


@pytest.mark.parametrize(
    ("rows", "share"),
    [
        ([*repair("s1", 1, 4.9)], 1),
        ([*repair("s1", 1, 5.1)], 0),
        ([*repair("s2", 1, 8.9)], 1),
        ([*repair("h1", 1, 3.5)], 0),
        ([*repair("s1", 47)], nan),
        ([*repair("s1", 40)], 0),
        ([*repair("s1", 1, 2, "job.wasted")], nan),
        ([*repair("s1", 1, 2, "job.failed")], 0),
        ([*repair("s1", 1, 2, kind="refuel")], nan),
        ([*repair("s1", 1, 2, kind="lineman"), *repair("s2", 1, 20)], 0.5),
    ],
    ids=[
        "town",
        "town late",
        "country",
        "hub late",
        "not yet due",
        "open and due",
        "needless",
        "failed",
        "no repair",
        "two",
    ],
)
def test_repairs_are_timely_within_the_limit_of_their_place(rows, share):
    assert figure("repair_timeliness_share", *rows) == pytest.approx(share, nan_ok=True)


def test_the_limits_of_repair_are_the_plans():
    plan = Plan(repair_limit_h={"urban": 1, "rural": 1, "hub": 1})
    assert figure("repair_timeliness_share", *repair("s1", 1, 4.9), plan=plan) == 0


def test_first_report_alarm_to_acceptance_and_alarm_to_end():
    rows = [
        (1, "desk.alarm", "s1", "mains"),
        (3, "site.down", "s1", "power"),
        (3, "site.down", "s2", "power"),
        (3.5, "desk.alarm", "s1", "low_battery"),
        (5, "desk.listed", "s2", "mobile"),
        (6, "desk.alarm", "s1", "down"),
        (9, "site.up", "s1"),
        (9, "site.up", "s2"),
    ]
    assert figure("time_to_first_report_h", *rows) == 2
    assert figure("time_to_first_report_h", *rows, sites=["s1"]) == 3
    assert figure("mttr_h", *rows) == (3 + 4) / 2
    job = [(1.5, "job.opened", "generate-0001", "s1"), (2.5, "job.assigned", "generate-0001", "k1")]
    assert figure("mtta_h", *rows, *job) == 1.5


def test_acceptance_counts_from_the_alarm_that_caused_the_job():
    rows = [
        (1, "desk.alarm", "s1", "mains"),
        (2, "desk.alarm", "s1", "down"),
        (3, "job.opened", "generate-0001", "s1", nan, 0),
        (5, "job.assigned", "generate-0001", "k1"),
    ]
    assert figure("mtta_h", *rows) == 4


def test_an_outage_that_the_desk_never_heard_of_is_not_in_the_mean():
    rows = [(3, "site.down", "s1", "power"), (4, "site.up", "s1"), (4.5, "desk.alarm", "s1", "down")]
    assert isnan(figure("mttr_h", *rows))


# ---------------------------------------------------------------- preparation and dispatch

PLANNED = [(0, "measure.planned", "place_generators-01", site, 4.0) for site in ("s1", "s2", "s3", "h1")]
PLACED = [
    (t, "measure.done", "place_generators-01", site, 4.0) for t, site in ((1, "s1"), (4, "s2"), (6, "s3"))
]


def test_planned_placements_are_on_time_late_or_never():
    data = data_of(*PLANNED, *PLACED)
    found = dispatch(data.lines)
    assert found[:4] == (4, 2, 1, 1)
    assert found[4:] == pytest.approx(np.quantile([-3, 0, 2], [0.1, 0.5, 0.9]))
    names = ("dispatch_on_time_share", "dispatch_late", "dispatch_never", "dispatch_lag_h")
    assert [kpi(name, data) for name in names] == [0.5, 1, 1, 0]
    assert kpi("dispatch_on_time_share", data, group=group("s3", "h1")) == 0
    assert data.planned_dispatch["lag_h"].tolist()[:3] == [-3, 0, 2]


def test_a_placement_not_yet_due_is_undecided():
    data = data_of((0, "measure.planned", "place_generators-01", "s1", 60.0))
    assert dispatch(data.lines).planned == 0
    assert isnan(kpi("dispatch_on_time_share", data))
    assert data.preparations["result"].tolist() == ["not due"]


def test_all_lines_of_the_preparation_count_as_preparation():
    rows = [
        *PLANNED,
        *PLACED,
        (0, "measure.planned", "fill_fuel-02", "d1", 4.0),
        (2, "measure.done", "fill_fuel-02", "d1", 4.0),
    ]
    assert figure("preparation_done_share", *rows) == pytest.approx(3 / 5)
    assert figure("dispatch_on_time_share", *rows) == 0.5


# ---------------------------------------------------------------- vehicles on duty

DUTY = [
    (0, "crew.called", "k1", "d1"),
    (2, "crew.called", "k2", "d2"),
    (6, "crew.rests", "k1", "d1", 8.0),
    (6, "crew.rests", "k2", "d2", 8.0),
    (8, "crew.free", "k1", "d1"),
    (0, "crew.called", "k3", "d2"),
]
DARK = [
    (1, "mains.lost", "s1", "f1"),
    (1, "mains.lost", "s2", "f1"),
    (3, "mains.lost", "s3", "f2"),
    (9, "mains.back", "s1", "f1"),
    (9, "mains.back", "s2", "f1"),
    (10, "mains.back", "s3", "f2"),
]


def test_sites_without_mains_per_vehicle_on_duty():
    data = data_of(*DUTY, *DARK)
    steps = dict(zip(*(column.tolist() for column in vehicle_ratio(data)), strict=True))
    assert steps == {0: 0, 1: 2, 2: 1, 3: 1.5, 6: inf, 8: 3, 9: 1, 10: 0}
    assert kpi("sites_without_mains_per_vehicle", data) == 3


def test_bands_hold_the_hours_of_the_ratio():
    plan = Plan(vehicle_bands=[1, 2.5])
    found = vehicle_bands(data_of(*DUTY, *DARK, plan=plan))
    assert [band.hours for band in found] == [1 + 1, 1 + 3, 1, 2]
    assert [(band.above, band.up_to) for band in found] == [(0, 1), (1, 2.5), (2.5, inf), (inf, inf)]


def test_bands_of_a_county_take_its_sites_and_its_vehicles():
    data = data_of(*DUTY, *DARK)
    steps = dict(zip(*(column.tolist() for column in vehicle_ratio(data, "c2")), strict=True))
    assert steps[3] == 1
    assert steps[6] == inf


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


# ---------------------------------------------------------------- groups and splits


def test_a_figure_of_no_site_is_not_known():
    data = data_of(*STORY)
    assert isnan(kpi("stations_out_cumulative", data, group=group()))
    assert why_undefined("stations_out_cumulative", data, None, group()) == "no site is selected"


@pytest.mark.parametrize("name", sorted(ADDITIVE))
@pytest.mark.parametrize("by", ["party", "county"])
def test_the_parts_of_a_split_sum_to_the_whole(name, by):
    data = data_of(*STORY, *CAUSE_ROWS, *PLANNED, *DUTY, (5, "loader.sent", "l1", "e1"))
    parts = split(name, data, by)
    assert sum(parts.values()) == pytest.approx(kpi(name, data))
    assert {"p1", "p2"} <= set(parts) or {"c1", "c2"} <= set(parts)


def test_visits_are_split_by_who_came_outages_by_who_maintains():
    data = data_of(*STORY)
    assert split("site_visits", data, "party") == {"p1": 0, "p2": 1}
    assert split("site_visits", data, "county") == {"c1": 1, "c2": 0}
    assert split("station_outage_h", data, "party") == {"p1": 4 + 16, "p2": 3}
    assert split("vehicles", data, "county") == {"c1": 1, "c2": 1}


def test_a_share_cannot_be_split():
    with pytest.raises(KeyError, match="restored_share"):
        split("restored_share", data_of(), "party")


@pytest.mark.parametrize(
    ("where", "sites"),
    [
        ({}, ["s1", "s2", "s3", "h1", "x1"]),
        ({"class": "A"}, ["s1", "x1"]),
        ({"class": ["A", "C"]}, ["s1", "s3", "x1"]),
        ({"class": "B", "role": "hub"}, ["h1"]),
        ({"county": "c2"}, ["s3", "h1"]),
        ({"county": "甲旗"}, ["s1", "s2", "x1"]),
        ({"county": ["Beta", "c1"]}, ["s1", "s2", "s3", "h1", "x1"]),
        ({"township": "West"}, ["s3"]),
        ({"party": "p1"}, ["s1", "s2"]),
        ({"cabinet": "outdoor"}, ["s1", "s2"]),
        ({"key": True}, ["s1", "h1", "x1"]),
        ({"key": False}, ["s2", "s3"]),
        ({"command": True}, ["s3"]),
        ({"urban": True}, ["s1", "x1"]),
        ({"fixed_generator": True}, ["h1", "x1"]),
        ({"downstream_at_least": 3}, ["h1"]),
        ({"downstream_at_least": 4}, []),
        ({"list": "chosen"}, ["s2", "h1"]),
        ({"county": "nowhere"}, []),
    ],
    ids=str,
)
def test_a_selection_is_a_mask_over_sites(where, sites):
    lists = {"chosen": frozenset({ROW["s2"], ROW["h1"]})}
    found = select(Where.model_validate(where), inventory(), lists)
    assert found.tolist() == group(*sites).tolist()


def test_an_unknown_list_is_told():
    with pytest.raises(InputError, match="must be one of chosen"):
        select(Where(list_="others"), inventory(), {"chosen": frozenset()})


# ---------------------------------------------------------------- against counting by the minute

MINUTES = 120
CHANGES = st.lists(
    st.tuples(
        st.integers(0, MINUTES - 1),
        st.sampled_from(["s1", "s2", "s3"]),
        st.booleans(),
        st.sampled_from(CAUSES),
    ),
    max_size=30,
).map(lambda rows: sorted(rows, key=lambda row: row[0]))


@settings(max_examples=150, deadline=None)
@given(CHANGES)
def test_outages_are_what_counting_every_minute_gives(changes):
    rows = [
        (t / 60, "site.down" if down else "site.up", site, cause if down else "")
        for t, site, down, cause in changes
    ]
    out = dict.fromkeys(("s1", "s2", "s3"), False)
    stations, users = {"s1": 2, "s2": 1, "s3": 3}, {"s1": 150, "s2": 40, "s3": 60}
    hours = user_hours = dark_minutes = peak = 0
    ever = set()
    for minute in range(MINUTES):
        for t, site, down, cause in changes:
            if t == minute:
                ever |= {site} if down and not out[site] and "power" in cause else set()
                out[site] = down
        lost = [site for site, is_out in out.items() if is_out]
        hours += sum(stations[site] for site in lost) / 60
        user_hours += sum(users[site] for site in lost) / 60
        dark_minutes += out["s1"] and out["s2"]
        peak = max(peak, sum(stations[site] for site in lost))
        data = data_of(*rows, horizon_h=MINUTES / 60) if minute in (0, 50, MINUTES - 1) else None
        if data is not None:
            assert kpi("stations_out", data, minute / 60) == sum(stations[site] for site in lost)
            assert kpi("stations_out_cumulative", data, minute / 60) == sum(stations[site] for site in ever)
    data = data_of(*rows, horizon_h=MINUTES / 60)
    assert kpi("station_outage_h", data) == pytest.approx(hours)
    assert kpi("user_outage_h", data) == pytest.approx(user_hours)
    assert kpi("stations_out_peak", data) == peak
    assert kpi("township_dark_h", data, group=group("s1")) == pytest.approx(dark_minutes / 60)
    frame = data.outages
    assert frame["duration_h"][frame["unit"] == "station"].sum() == pytest.approx(hours)
    assert np.all(frame["start_h"] <= frame["end_h"])


@settings(max_examples=60, deadline=None)
@given(CHANGES, st.floats(0, 2), st.floats(0, 2))
def test_what_is_cumulative_never_falls(changes, one, other):
    rows = [
        (t / 60, "site.down" if down else "site.up", site, cause if down else "")
        for t, site, down, cause in changes
    ]
    data = data_of(*rows, horizon_h=MINUTES / 60)
    early, late = sorted((one, other))
    assert kpi("stations_out_cumulative", data, early) <= kpi("stations_out_cumulative", data, late)
    restored = kpi("restored_share", data, late)
    assert isnan(restored) or 0 <= restored <= 1
