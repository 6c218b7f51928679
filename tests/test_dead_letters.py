"""What is written and can never have an effect: selections of no site, help that nobody calls."""

import pytest

from sim.loading import load


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


def test_a_run_warns_too(town, drill, plays):
    plays()
    town.change(", do: [hire]", "")
    result = drill("run", "little.yaml")
    assert (result.code, result.out) == (0, "THE CARD\nWritten to runs/little-1\n")
    assert result.err.count("\n") == 1
    assert " warning: " in result.err
