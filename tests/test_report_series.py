"""What pictures are drawn from, against answers counted by hand."""

from datetime import datetime

import numpy as np
import pytest

from little_runs import inventory, run_of, spec_of
from sim.inventory import Inventory
from sim.report import clock, movements, positions, series, weather
from sim.report.gantt import bands, crew_rows, generator_rows
from sim.report.labels import Box, place
from sim.report.outage_curve import promised, recorded
from sim.report.series import Story
from sim.report.situation_map import FIRST_CAUSE, GENERATOR, MAINS, missing, site_states

STATE = {name: code for code, name in enumerate(movements.CREW_STATES)}


def story_of(*rows, **chapters):
    return Story.of(run_of(*rows, **chapters))


def spans_of(spans, who, names):
    """(state, start, end) of one thing."""
    mine = spans.who == who
    return [
        (names[state], start, end)
        for state, start, end in zip(
            spans.state[mine].tolist(), spans.start_h[mine].tolist(), spans.end_h[mine].tolist(), strict=True
        )
    ]


# ---------------------------------------------------------------- outages and mains


def test_stations_out_by_cause_counts_the_stations_of_a_site():
    """s2 has one station, s3 three, s1 two."""
    out = series.stations_out(story_of())
    assert [out["power"].at(t_h) for t_h in (7.9, 8.0, 11.9, 12.0)] == [0, 1, 1, 0]
    assert [out["transport"].at(t_h) for t_h in (9.9, 10.5, 11.0)] == [0, 3, 0]
    assert [out["upstream_power"].at(t_h) for t_h in (39.9, 40.0, 48.0)] == [0, 2, 2]
    assert len(out["equipment"].t_h) == 0


def test_the_cumulative_curve_counts_power_causes_once():
    rows = [(1.0, "site.down", "s1", "power"), (2.0, "site.up", "s1"), (3.0, "site.down", "s1", "power"),
            (4.0, "site.down", "s3", "transport"), (5.0, "site.down", "s2", "upstream_power")]  # fmt: skip
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
    assert values[:, column].tolist() == [1, 0, 3, 0, 0]


def test_the_worst_hour_is_that_of_most_stations_out():
    assert series.worst_h(story_of()) == 10.0


def test_the_worst_hour_without_outages_is_that_of_most_batteries():
    rows = [(2.0, "site.source", "s1", "battery", 1.0), (3.0, "site.source", "s2", "battery", 1.0)]
    assert series.worst_h(story_of(*rows)) == 3.0
    assert series.worst_h(story_of((0.0, "run.begins", "little", "test"))) == 0.0


def test_site_states_put_an_outage_before_the_source():
    rows = [(1.0, "site.source", "s1", "generator", 1.0), (1.0, "site.source", "s2", "none", 0.0),
            (1.0, "site.down", "s2", "power"), (9.0, "site.up", "s2")]  # fmt: skip
    assert site_states(story_of(*rows), 2.0).tolist() == [GENERATOR, FIRST_CAUSE, MAINS, MAINS, MAINS]


def test_an_outage_of_an_unknown_cause_is_shown_as_other():
    out = series.stations_out(story_of((1.0, "site.down", "s1", "sabotage")))
    assert out["other"].most == (1.0, 2.0)


# ---------------------------------------------------------------- crews and generators


def test_a_crew_is_stuck_for_its_delay_and_then_drives_on():
    rows = [(1.0, "crew.called", "k1", "d1"), (2.0, "crew.sent", "k1", "j1"), (2.5, "crew.stuck", "k1", "r1", 0.5),
            (4.0, "crew.works", "k1", "j1"), (5.0, "job.done", "j1", "k1"), (6.0, "crew.free", "k1", "s1"),
            (7.0, "crew.rests", "k1", "d1", 8.0)]  # fmt: skip
    spans = spans_of(movements.crew_states(story_of(*rows)), 0, movements.CREW_STATES)
    assert spans == [
        ("called", 1.0, 2.0),
        ("drive", 2.0, 2.5),
        ("stuck", 2.5, 3.0),
        ("drive", 3.0, 4.0),
        ("work", 4.0, 5.0),
        ("wait", 5.0, 6.0),
        ("ready", 6.0, 7.0),
        ("rest", 7.0, 15.0),
        ("ready", 15.0, np.inf),
    ]


def test_a_new_row_ends_a_rest_early():
    rows = [(1.0, "crew.rests", "k1", "d1", 8.0), (3.0, "crew.sent", "k1", "j1")]
    spans = spans_of(movements.crew_states(story_of(*rows)), 0, movements.CREW_STATES)
    assert spans == [("rest", 1.0, 3.0), ("drive", 3.0, np.inf)]


def test_a_generator_is_at_a_site_from_placing_to_taking():
    rows = [(1.0, "generator.placed", "g1", "s1", 9.0), (2.0, "generator.started", "g1", "s1", 1.0),
            (6.0, "generator.dry", "g1", "s1"), (7.0, "generator.started", "g1", "s1", 1.0),
            (8.0, "generator.stopped", "g1", "s1", 3.0), (9.0, "generator.taken", "g1", "k1", 3.0)]  # fmt: skip
    spans = spans_of(movements.generator_states(story_of(*rows)), 0, movements.GENERATOR_STATES)
    assert spans == [
        ("standing", 1.0, 2.0),
        ("running", 2.0, 6.0),
        ("dry", 6.0, 7.0),
        ("running", 7.0, 8.0),
        ("standing", 8.0, 9.0),
    ]


def test_a_fixed_generator_never_merely_stands():
    rows = [(2.0, "generator.started", "f1", "h1", 1.0), (4.0, "generator.stopped", "f1", "h1", 3.0)]
    spans = movements.generator_states(story_of(*rows))
    assert spans_of(spans, 2, movements.GENERATOR_STATES) == [("running", 2.0, 4.0)]


def test_rows_are_grouped_by_depot_the_largest_first():
    crews = crew_rows(story_of())
    assert crews.depots == ["d2", "d2", "d1"]
    assert crews.which.tolist() == [1, 2, 0]
    assert generator_rows(story_of()).which.tolist() == [1, 0]


def test_bands_are_stretches_of_equal_names():
    assert bands(["a", "a", "b", "a"]) == [(0, 1), (2, 2), (3, 3)]
    assert bands([]) == []


def with_roads():
    made = inventory()
    made["road_node"] = {
        "id": np.array(["n1", "n2"]),
        "lon": np.array([0.0, 1.0]),
        "lat": np.array([0.0, 0.0]),
    }
    made["road_edge"] = {
        "id": np.array(["r1"]), "u": np.array(["n2"]), "v": np.array(["n1"]), "length_km": np.array([40.0]),
        "road_class": np.array(["county"]), "weather_cell": np.array(["w1"]),
    }  # fmt: skip
    made["weather_cell"] = {
        "id": np.array(["w1", "w2"]),
        "lon": np.array([0.0, 1.0]),
        "lat": np.array([0.0, 0.0]),
    }
    made["site"] |= {"lon": np.array([1.1, 0.5, 0.6, 0.7, 0.8]), "lat": np.zeros(5)}
    return made


def story_with_roads(*rows):
    run = run_of(*rows)
    return Story(run.log.columns(), with_roads(), run.spec, 1, "test")


def test_a_crew_on_the_road_is_so_far_along_it():
    """d1 lies at n1, so the edge is driven from n1; 40 km at 40 km/h take an hour."""
    rows = [(0.5, "job.opened", "j1", "s1"), (1.0, "crew.sent", "k1", "j1", 1.0), (1.0, "crew.leg", "k1", "r1", 40.0),
            (1.5, "crew.stuck", "k1", "r1", 2.0), (5.0, "job.onsite", "j1", "k1")]  # fmt: skip
    story = story_with_roads(*rows)
    where = [positions.crew_places(story, t_h)[0][0] for t_h in (0.9, 1.25, 2.0, 3.75, 5.0)]
    assert where == pytest.approx([0.0, 0.25, 0.5, 0.75, 1.1])


def test_a_loader_is_shown_once_it_is_out():
    story = story_with_roads((2.0, "loader.sent", "l1", "r1"))
    assert len(positions.loader_places(story, 1.0)[0]) == 0
    assert positions.loader_places(story, 2.0)[0].tolist() == [0.5]


# ---------------------------------------------------------------- snow and roads

SNOW = ((0.0, "snow.depth", "w1", "", 0.0), (10.0, "snow.depth", "w1", "", 20.0),
        (0.0, "snow.water", "w1", "", 0.0), (4.0, "snow.water", "w1", "", 0.0),
        (10.0, "snow.water", "w1", "", 30.0), (12.0, "snow.water", "w1", "", 30.0))  # fmt: skip


def test_snow_runs_straight_between_rows():
    story = story_with_roads(*SNOW)
    depth_cm = weather.at_cells(story, "snow.depth", 5.0)
    assert depth_cm[0] == 10.0
    assert np.isnan(depth_cm[1])
    assert weather.snowfall_h(story) == (4.0, 10.0)
    assert weather.snowfall_h(story_with_roads()) is None or weather.snowfall_h(story_with_roads())[0] == 0.0


def test_a_cleared_road_carries_only_what_fell_since():
    story = story_with_roads(*SNOW, (5.0, "road.cleared", "r1", "plough"))
    depths = [weather.road_depth_cm(story, t_h)[0] for t_h in (4.0, 5.0, 10.0)]
    assert depths == pytest.approx([8.0, 0.0, 10.0])


def test_a_run_without_snow_has_no_depth():
    assert np.isnan(weather.road_depth_cm(story_with_roads((0.0, "run.begins", "little", "")), 1.0)).all()


def test_closed_roads_are_open_again():
    story = story_with_roads((1.0, "road.closed", "r1", "snow"), (3.0, "road.opened", "r1", "police"))
    assert [weather.closed_edges(story, t_h) for t_h in (0.5, 1.0, 3.0)] == [set(), {0}, set()]


# ---------------------------------------------------------------- promises and record


def test_a_record_is_compared_with_the_cumulative_curve():
    record = {"rows": [
        {"kpi": "stations_out_cumulative", "value": 3, "at": "2023-11-05T10:00"},
        {"kpi": "stations_out_cumulative", "value": 9, "at": "unstated"},
        {"kpi": "site_visits", "value": 5, "at": "2023-11-05T10:00"},
        {"kpi": "stations_out", "value": ">1,200", "at": "+12 h"},
        {"kpi": "stations_out", "value": "many", "at": "+12 h"},
    ]}  # fmt: skip
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
    assert missing(with_roads()) == ""


def test_a_story_knows_its_wall_clock():
    story = Story.of(run_of())
    assert story.wall(1.5) == datetime(2023, 11, 5, 1, 30)
    assert story.horizon_h == spec_of().horizon_h
