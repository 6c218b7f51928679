"""Crews, generators, snow and roads as pictures show them, against answers counted by hand."""

import numpy as np
import pytest
from little_runs import inventory, run_of

from sim.report import movements, positions, weather
from sim.report.gantt import bands, crew_rows, generator_rows
from sim.report.series import Story


def story_of(*rows):
    return Story.of(run_of(*rows))


def spans_of(spans, who, names):
    """(state, start, end) of one thing."""
    mine = spans.who == who
    return [
        (names[state], start, end)
        for state, start, end in zip(
            spans.state[mine].tolist(), spans.start_h[mine].tolist(), spans.end_h[mine].tolist(), strict=True
        )
    ]


# ---------------------------------------------------------------- crews and generators


def test_a_crew_is_stuck_for_its_delay_and_then_drives_on():
    rows = [
        (1.0, "crew.called", "k1", "d1"),
        (2.0, "crew.sent", "k1", "j1"),
        (2.5, "crew.stuck", "k1", "r1", 0.5),
        (4.0, "crew.works", "k1", "j1"),
        (5.0, "job.done", "j1", "k1"),
        (6.0, "crew.free", "k1", "s1"),
        (7.0, "crew.rests", "k1", "d1", 8.0),
    ]
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
    rows = [
        (1.0, "generator.placed", "g1", "s1", 9.0),
        (2.0, "generator.started", "g1", "s1", 1.0),
        (6.0, "generator.dry", "g1", "s1"),
        (7.0, "generator.started", "g1", "s1", 1.0),
        (8.0, "generator.stopped", "g1", "s1", 3.0),
        (9.0, "generator.taken", "g1", "k1", 3.0),
    ]
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
        "id": np.array(["r1"]),
        "u": np.array(["n2"]),
        "v": np.array(["n1"]),
        "length_km": np.array([40.0]),
        "road_class": np.array(["county"]),
        "weather_cell": np.array(["w1"]),
    }
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
    rows = [
        (0.5, "job.opened", "j1", "s1"),
        (1.0, "crew.sent", "k1", "j1", 1.0),
        (1.0, "crew.leg", "k1", "r1", 40.0),
        (1.5, "crew.stuck", "k1", "r1", 2.0),
        (5.0, "job.onsite", "j1", "k1"),
    ]
    story = story_with_roads(*rows)
    where = [positions.crew_places(story, t_h)[0][0] for t_h in (0.9, 1.25, 2.0, 3.75, 5.0)]
    assert where == pytest.approx([0.0, 0.25, 0.5, 0.75, 1.1])


def test_a_loader_is_shown_once_it_is_out():
    story = story_with_roads((2.0, "loader.sent", "l1", "r1"))
    assert len(positions.loader_places(story, 1.0)[0]) == 0
    assert positions.loader_places(story, 2.0)[0].tolist() == [0.5]


# ---------------------------------------------------------------- snow and roads

SNOW = (
    (0.0, "snow.depth", "w1", "", 0.0),
    (10.0, "snow.depth", "w1", "", 20.0),
    (0.0, "snow.water", "w1", "", 0.0),
    (4.0, "snow.water", "w1", "", 0.0),
    (10.0, "snow.water", "w1", "", 30.0),
    (12.0, "snow.water", "w1", "", 30.0),
)


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
