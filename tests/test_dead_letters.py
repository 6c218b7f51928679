"""What is written and can never have an effect: selections of no site, help that nobody calls."""

import numpy as np
import pandas as pd
import pytest

from sim.disaster import draw
from sim.loading import load
from sim.run import play


def warnings(town):
    return [str(warning).removeprefix(f"{town.file}:") for warning in load(town.file).warnings]


def test_the_town_gives_no_warning(town):
    assert warnings(town) == []


@pytest.mark.parametrize(
    ("where", "some"),
    [
        ("{party: contractor_a}", True),
        ("{party: contractor_b}", False),
        ("{cabinet: outdoor, urban: true}", True),
        ("{downstream_at_least: 1}", True),
        ("{downstream_at_least: 900}", False),
        ("{fixed_generator: true, class: D}", False),
        ("{role: [core, hub]}", True),
        ("{}", True),
    ],
)
def test_a_selection_must_select_a_site(town, drill, where, some):
    town.change("{class: C, county: ten}", where)
    result = drill("check", "little.yaml")
    assert result.code == (0 if some else 2)
    assert some or result.err == "little.yaml:23: plan.before[0].where selects no site\n"


def test_hired_crews_that_no_level_hires(town):
    town.change(", do: [hire]", "")
    message = "resources.hired warning: nobody calls them: no level of the plan has hire in its do"
    assert warnings(town) == [f"{town.line('hired:')}: {message}"]


def test_aid_that_no_level_asks_for(town):
    town.change("  hired:", "  mutual_aid: {crews: 1, depot: ten}\n  hired:")
    (warning,) = warnings(town)
    assert warning.startswith(f"{town.line('mutual_aid:')}: resources.mutual_aid warning: nobody calls them")


def test_a_level_that_hires_nobody(town, drill):
    town.change("  hired: {crews: 1, depot: ten}\n", "")
    message = "plan.levels[0].do[0] warning: hire brings nobody: there is no resources.hired"
    line = f"little.yaml:{town.line('do: [hire]')}: {message}\n"
    result = drill("check", "little.yaml")
    assert (result.code, result.err) == (0, line)
    assert result.out.startswith("OK little.yaml")


def test_parties_that_help_each_other_are_aid(town):
    town.change("do: [hire]", "do: [hire, ask_mutual_aid]")
    assert warnings(town) == []
    town.change("{helps: [contractor_a]}", "{}")
    (warning,) = warnings(town)
    assert "ask_mutual_aid brings nobody: there is no resources.mutual_aid or a party that helps another" in warning


@pytest.fixture
def roadless(town):
    """The town without a road table; crews drive by lot, and two depots' worth of loaders stand there."""
    town.change(
        "roads: {nodes: ten_sites/road_nodes.csv, edges: ten_sites/road_edges.csv}\n", "", "town/ten_sites.yaml"
    )
    for table in ("sites", "depots"):
        path = town.folder / "town" / "ten_sites" / f"{table}.csv"
        frame = pd.read_csv(path, dtype=str, keep_default_na=False)
        frame.drop(columns="road_node").to_csv(path, index=False)
    town.change("  - {at: +20 h, do: close, what: road:r3}\n", "")
    town.change("policy: class", "roads: {travel_h: {median_h: 40 min, p90_h: 90 min}}\npolicy: class")
    town.change("{crews: 2, petrol", "{crews: 1, loaders: 1, petrol")
    return town.change("hired: {crews: 1,", "hired: {crews: 1, loaders: 1,")


def test_loaders_have_no_use_without_roads(roadless, drill):
    message = "warning: loaders have no use: the topology has no roads that they could open"
    assert warnings(roadless) == [
        f"{roadless.line('loaders: 1, petrol')}: resources.depots.ten.loaders {message}",
        f"{roadless.line('hired:')}: resources.hired.loaders {message}",
    ]
    result = drill("check", "little.yaml")
    assert (result.code, result.err.count(message)) == (0, 2)


def test_a_run_with_loaders_and_without_roads(roadless):
    """Jobs wait while the only crew is away, so that loaders are asked for, and all is done without them."""
    log = play(load(roadless.file), seed=1).log.columns()
    assert len(log.of("job.done"))
    assert not len(log.of("loader.sent"))


@pytest.mark.parametrize(
    ("onset", "told"),
    [
        ("2024-01-09T20:00", "snow from -16 h to -6 h"),
        ("2023-11-05T20:00", "snow from -1576 h to -1566 h"),
        ("+48 h", "snow from +48 h to +58 h"),
        ("2024-01-10T04:00", None),
        ("+47 h", None),
    ],
)
def test_a_storm_that_falls_before_or_after_the_drill(town, drill, onset, told):
    town.change("onset: 2024-01-10T20:00", f"onset: {onset}")
    said = (
        [] if told is None else [f"{town.line('snowstorm')}: hazards[0].onset warning: the storm does not fall within"]
    )
    assert [warning.split(" the drill")[0] for warning in warnings(town)] == said
    assert all(f"{told}, drill to +48 h" in warning for warning in warnings(town))


@pytest.mark.filterwarnings("error")
def test_a_storm_before_the_drill_leaves_no_depth_that_is_no_number(town):
    town.change("onset: 2024-01-10T20:00", "onset: 2023-11-05T20:00")
    depth_cm = draw(load(town.file), 1).weather.fields["depth_cm"]
    assert np.array_equal(depth_cm, np.zeros_like(depth_cm))


def test_a_run_warns_too(town, drill, plays):
    plays()
    town.change(", do: [hire]", "")
    result = drill("run", "little.yaml")
    assert (result.code, result.out) == (0, "THE CARD\nWritten to runs/little-1\n")
    assert result.err.count("\n") == 1
    assert " warning: " in result.err
