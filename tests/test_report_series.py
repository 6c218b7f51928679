"""What pictures are drawn from, against answers counted by hand."""

from datetime import datetime

import numpy as np
import pytest
from little_runs import inventory, run_of, spec_of

from sim.inventory import Inventory
from sim.report import clock, series
from sim.report.labels import Box, place
from sim.report.outage_curve import promised, recorded
from sim.report.series import Story
from sim.report.situation_map import FIRST_CAUSE, GENERATOR, MAINS, missing, site_states


def story_of(*rows, **chapters):
    return Story.of(run_of(*rows, **chapters))


# ---------------------------------------------------------------- outages and mains


def test_stations_out_by_cause_counts_the_stations_of_a_site():
    """s2 has one station, s3 three, s1 two."""
    out = series.stations_out(story_of())
    assert [out["power"].at(t_h) for t_h in (7.9, 8.0, 11.9, 12.0)] == [0, 1, 1, 0]
    assert [out["transport"].at(t_h) for t_h in (9.9, 10.5, 11.0)] == [0, 3, 0]
    assert [out["upstream_power"].at(t_h) for t_h in (39.9, 40.0, 48.0)] == [0, 2, 2]
    assert len(out["equipment"].t_h) == 0


def test_the_cumulative_curve_counts_power_causes_once():
    rows = [
        (1.0, "site.down", "s1", "power"),
        (2.0, "site.up", "s1"),
        (3.0, "site.down", "s1", "power"),
        (4.0, "site.down", "s3", "transport"),
        (5.0, "site.down", "s2", "upstream_power"),
    ]
    ever = series.stations_out_cumulative(story_of(*rows))
    assert [ever.at(t_h) for t_h in (0.5, 1.0, 3.5, 4.5, 5.0)] == [0, 2, 2, 2, 3]


def test_the_curves_agree_with_the_kpis():
    story = story_of()
    from sim.metrics import kpi

    total = series.count(story.outages, story.stations_per_site)
    ever = series.stations_out_cumulative(story)
    without = series.count(story.mains_losses)
    for t_h in np.arange(0, 48.1, 0.5).tolist():
        assert total.at(t_h) == kpi("stations_out", story.tables, t_h)
        assert ever.at(t_h) == kpi("stations_out_cumulative", story.tables, t_h)
        assert without.at(t_h) == kpi("sites_without_mains", story.tables, t_h)


def test_stacked_curves_share_their_times():
    times, values = series.stacked(series.stations_out(story_of()), 48.0)
    assert times[0] == 0
    assert times[-1] == 48
    column = times.tolist().index(10.0)
    assert values[:, column].tolist() == [1, 0, 3, 0, 0, 0]


def test_the_worst_hour_is_that_of_most_stations_out():
    assert series.worst_h(story_of()) == 10.0


def test_the_worst_hour_without_outages_is_that_of_most_batteries():
    rows = [(2.0, "site.source", "s1", "battery", 1.0), (3.0, "site.source", "s2", "battery", 1.0)]
    assert series.worst_h(story_of(*rows)) == 3.0
    assert series.worst_h(story_of((0.0, "run.begins", "little", "test"))) == 0.0


def test_site_states_put_an_outage_before_the_source():
    rows = [
        (1.0, "site.source", "s1", "generator", 1.0),
        (1.0, "site.source", "s2", "none", 0.0),
        (1.0, "site.down", "s2", "power"),
        (9.0, "site.up", "s2"),
    ]
    assert site_states(story_of(*rows), 2.0).tolist() == [GENERATOR, FIRST_CAUSE, MAINS, MAINS, MAINS]


def test_an_outage_of_an_unknown_cause_is_shown_as_other():
    out = series.stations_out(story_of((1.0, "site.down", "s1", "sabotage")))
    assert out["other"].most == (1.0, 2.0)


# ---------------------------------------------------------------- promises and record


def test_a_record_is_compared_with_the_cumulative_curve():
    record = {
        "rows": [
            {"kpi": "stations_out_cumulative", "value": 3, "at": "2023-11-05T10:00"},
            {"kpi": "stations_out_cumulative", "value": 9, "at": "unstated"},
            {"kpi": "site_visits", "value": 5, "at": "2023-11-05T10:00"},
            {"kpi": "stations_out", "value": ">1,200", "at": "+12 h"},
            {"kpi": "stations_out", "value": "many", "at": "+12 h"},
        ]
    }
    points = recorded(story_of(record=record))
    assert [(point.t_h, point.value, point.simulated) for point in points] == [
        (10.0, 3.0, 1.0),
        (12.0, 1200.0, 0.0),
    ]


def test_a_promise_becomes_the_stations_out_that_it_allows():
    """Of three stations out by hour 40 for want of power, one is back: two of three are still out."""
    targets = [
        {"id": "O1", "kpi": "restored_share", "at": "+40 h", "at_least": "50 %"},
        {"id": "O2", "kpi": "stations_out", "at": "+2 h", "since": "first_outage", "at_most": 9},
        {"id": "O3", "kpi": "stations_out", "at": "+2 h", "at_most": 9, "of": {"class": "A"}},
        {"id": "O4", "kpi": "site_outage_h", "at_most": 9},
        {"id": "O5", "kpi": "stations_out", "at": "+2 h", "since": "onset", "at_most": 9},
    ]
    points = promised(story_of(plan={"targets": targets}))
    assert [point.text.split(":")[0] for point in points] == ["O1", "O2"]
    assert points[0].value == pytest.approx(1.5)
    assert points[0].simulated == pytest.approx(2.0)
    assert [point.met for point in points] == [False, True]
    assert points[1].t_h == 10.0


# ---------------------------------------------------------------- clock, labels, map


def test_ticks_stand_at_round_hours_and_name_the_day_once():
    marks = clock.ticks(datetime(2023, 11, 4, 18), 30.0)
    assert [label for _, label, _ in marks[:4]] == ["18:00\n4 Nov", "21:00", "00:00\n5 Nov", "03:00"]
    assert [t_h for t_h, _, day in marks if day] == [6.0, 30.0]


@pytest.mark.parametrize("horizon_h", [0.05, 0.5, 4, 24, 96, 1000, 24 * 366])
def test_there_are_never_too_many_ticks(horizon_h):
    assert 1 <= len(clock.ticks(datetime(2023, 11, 4, 18, 7), horizon_h)) <= 14


def test_nights_run_from_dusk_to_dawn():
    assert clock.nights(datetime(2023, 11, 4, 18), 24.0, (6.5, 17.0)) == [(0.0, 12.5), (23.0, 24.0)]
    assert clock.nights(datetime(2023, 11, 4, 18), 24.0, (6.5, 6.5)) == []


def test_the_upper_end_of_an_axis_is_round_and_above():
    assert [clock.round_up(value) for value in (0, 1, 7, 685, 1009)] == [1.0, 1.2, 8, 800, 1200]


def test_labels_keep_off_each_other():
    frame = Box(0, 0, 400, 400)
    first = place((100, 20), (200, 200), [], np.empty((0, 2)), frame, 9)
    second = place((100, 20), (205, 200), [first], np.empty((0, 2)), frame, 9)
    assert first.overlap(second) == 0
    assert frame.overlap(place((100, 20), (399, 399), [], np.empty((0, 2)), frame, 9)) == 2000


def test_a_network_without_places_has_no_map():
    empty = Inventory()
    assert "no site" in missing(empty)
    assert "no site has a position" in missing(inventory())
    same = inventory()
    same["site"] |= {"lon": np.full(5, 122.0), "lat": np.full(5, 43.0)}
    assert "same position" in missing(same)
    same["site"] |= {"lon": np.linspace(122, 123, 5)}
    assert missing(same) == ""


def test_a_story_knows_its_wall_clock():
    story = Story.of(run_of())
    assert story.wall(1.5) == datetime(2023, 11, 5, 1, 30)
    assert story.horizon_h == spec_of().horizon_h
