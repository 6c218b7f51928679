"""Levers in a scenario file: what is read, what is refused and where, what changes nothing."""

import pytest
from scenario_files import Town

from sim import cli
from sim.errors import InputError
from sim.levers import clash, values_of
from sim.loading import load
from sim.yamlfile import read_yaml

GOOD = "  - {id: good, say: good, add: {resources.depots.ten.crews: 2}}\n"


@pytest.fixture
def town(tmp_path):
    return Town(tmp_path / "town")


def with_levers(town, *lines):
    """The file with levers at its end; gives back the number of the line of the first."""
    text = town.file.read_text(encoding="utf-8")
    town.file.write_text(f"{text}levers:\n{''.join(f'  - {line}{chr(10)}' for line in lines)}", encoding="utf-8")
    return text.count("\n") + 2


@pytest.mark.parametrize(
    ("lever", "place", "told"),
    [
        ("{say: a, set: {resources.depots.ten.crew: 2}}", "set.resources.depots.ten.crew", "unknown key 'crew'"),
        ("{say: a, add: {resources.depots.nine.crews: 2}}", "add.resources.depots.nine.crews", "resources.depots has no such name: one of ten (got 'nine')"),
        ("{say: a, add: {policy: 2}}", "add.policy", "has no number to add to (got 'class_then_deadline'); use set"),
        ("{say: a, add: {resources.crew: 2}}", "add.resources.crew", "has no number to add to (got a table)"),
        ("{say: a, add: {resources.hired.depot: 1}}", "add.resources.hired.depot", "has no number to add to"),
        ("{say: a, set: {policy: nearst}}", "set.policy", "did you mean 'nearest'"),
        ("{say: a, set: {resources.depots.ten.crews: many}}", "set.resources.depots.ten.crews", "must be a whole number"),
        ("{say: a, add: {resources.depots.ten.crews: -5}}", "add.resources.depots.ten.crews", "must be >= 0 (got -3)"),
        ("{say: a, add: {resources.depots.ten.crews: 0.5}}", "add.resources.depots.ten.crews", "must be a whole number"),
        ("{say: a, add: {resources.depots.ten.all_terrain: 3}}", "add.resources.depots.ten.all_terrain", "at most crews"),
        ("{say: a, set: {'plan.before[4].at_most': 2}}", "set.plan.before[4].at_most", "has 1 items"),
        ("{say: a, set: {hazards.snowstorm.depth_cm: 2}}", "set.hazards.snowstorm.depth_cm", "must be something to ask for"),
        ("{say: a, add: {plan.targets.O2.at_least: -0.5}}", "add.plan.targets.O2.at_least", "must be something to ask"),
        ("{say: a, set: {plan: {}}}", "set.plan", "must be something to ask for: plan.targets"),
        ("{say: a, set: {'injects[0].off': true}}", "set.injects[0].off", "must be something to ask for: injects is what"),
        ("{say: a, set: {injects: []}}", "set.injects", "must be something to ask for: injects is what"),
        ("{say: a, set: {grid.told.restore_time_error: 0}}", "set.grid.told.restore_time_error", "something to ask for: grid.told"),
        ("{say: a, set: {grid: {}}}", "set.grid", "must be something to ask for: grid.told"),
        ("{say: a, set: {roads.public_ploughs.county: '+1 h'}}", "set.roads.public_ploughs.county", "ask for: roads.public_ploughs"),
        ("{say: a, set: {sites.rectifier_failures_per_year: 0}}", "set.sites.rectifier_failures_per_year", "must be something to ask"),
        ("{say: a, set: {horizon_h: 12 h}}", "set.horizon_h", "must be something to ask for"),
        ("{say: a, set: {topology: town/nowhere.yaml}}", "set.topology", "does not exist"),
        ("{say: a, add: {resources.depots.ten.crews: '2'}}", "add.resources.depots.ten.crews", "must be a number"),
        ("{say: a, add: {resources.depots.ten.crews: true}}", "add.resources.depots.ten.crews", "must be a number"),
        ("{say: a, cost: -1, add: {resources.depots.ten.crews: 2}}", "cost", "must be >= 0"),
        ("{say: a, prize: 1, add: {resources.depots.ten.crews: 2}}", "prize", "unknown"),
        ("{say: a}", "", "must have set or add with something in it"),
        ("{say: '', set: {policy: nearest}}", "", "must say what it is"),
        ("{set: {policy: nearest}}", "say", "is missing"),
        ("{id: a b, say: a, set: {policy: nearest}}", "id", "must match the pattern"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_at_the_line_of_the_lever(town, lever, place, told):
    line = with_levers(town, "{say: good, add: {resources.depots.ten.crews: 2}}", lever) + 1
    with pytest.raises(InputError) as caught:
        load(town.file)
    (problem,) = map(str, caught.value.problems)
    assert problem.startswith(f"{town.file}:{line}: levers[1]{f'.{place}' if place else ''} ")
    assert told in problem


def test_all_levers_are_told_in_one_pass(town):
    with_levers(town, "{say: a, set: {x: 1, y: 2}}", "{say: b, add: {policy: 1}}", "{say: c, set: {policy: no}}")
    with pytest.raises(InputError) as caught:
        load(town.file)
    assert [problem.path for problem in caught.value.problems] == [
        "levers[0].set.x", "levers[0].set.y", "levers[1].add.policy", "levers[2].set.policy",
    ]  # fmt: skip


def test_two_levers_of_one_name_are_refused(town):
    with_levers(town, "{say: a, set: {policy: nearest}}", "{say: {en: a}, set: {policy: roving}}")
    with pytest.raises(InputError, match="'a' twice"):
        load(town.file)


def test_levers_change_no_run(town):
    before = load(town.file)
    with_levers(town, "{say: {zh: 抢修队加 2 队}, add: {resources.depots.ten.crews: 2}, cost: 4}")
    after = load(town.file)
    assert after.hash == before.hash
    assert after.spec.resources == before.spec.resources
    assert after.warnings == before.warnings
    assert after.spec.levers[0].name == "抢修队加 2 队"


def test_what_is_added_goes_on_top_of_what_stands_there(town):
    with_levers(town, "{say: a, set: {resources.depots.ten.crews: 4}, add: {resources.depots.ten.crews: 2}}",
                "{say: b, add: {resources.depots.ten.crews: 3, resources.depots.ten.petrol_7kw: 1, "
                "resources.hired.ready_h: 0.5, parties.contractor_a.crews_on_call: -0.25}}")  # fmt: skip
    scenario, document = load(town.file), read_yaml(town.file)
    both, mine = scenario.spec.levers, {"resources.depots.ten.crews": "7"}
    assert values_of(document, {}, both[:1]) == {"resources.depots.ten.crews": "6"}
    alone = values_of(document, {}, both[1:])
    assert alone == {
        "resources.depots.ten.crews": "5", "resources.depots.ten.petrol_7kw": "1", "resources.hired.ready_h": "4.5",
        "parties.contractor_a.crews_on_call": "0.75",
    }  # fmt: skip
    assert values_of(document, mine, both[1:])["resources.depots.ten.crews"] == "10"
    assert values_of(document, mine, both) == values_of(document, mine, both[::-1])
    assert values_of(document, mine, both)["resources.depots.ten.crews"] == "9"
    changed = load(town.file, alone)
    assert changed.spec.resources.depots["ten"].generators == {"petrol_5kw": 2, "diesel_8kw": 1, "petrol_7kw": 1}


def test_places_are_the_same_however_they_are_spelled(town):
    with_levers(town, "{say: a, set: {'plan.before[0].at_most': 4}}", "{say: b, set: {plan.before.place_generators.at_most: 3}}",
                "{say: c, set: {plan.before.0.by: 2024-01-10T19:00}}", "{say: d, set: {resources.depots.ten.petrol_5kw: 3}}",
                "{say: e, set: {resources.depots.ten.generators: {petrol_7kw: 3}}}")  # fmt: skip
    scenario = load(town.file)
    a, b, c, d, e = scenario.spec.levers
    resolved = scenario.resolved()
    assert clash(resolved, a, b) == "plan.before[0].at_most"
    assert clash(resolved, a, c) is None
    assert clash(resolved, d, e) == clash(resolved, e, d) == "resources.depots.ten.generators.petrol_5kw"


def test_a_lever_that_nobody_calls_is_a_warning(town):
    with_levers(town, "{say: a, set: {resources.mutual_aid.crews: 3, resources.mutual_aid.depot: ten}}",
                "{say: b, set: {resources.mutual_aid.crews: 3, resources.mutual_aid.depot: ten, "
                "plan.levels.III.do: [hire, ask_mutual_aid]}}",
                "{say: c, set: {policy: class_then_deadline}}")  # fmt: skip
    told = [str(warning) for warning in load(town.file).warnings]
    assert len(told) == 2
    assert "levers[0] warning: with it, resources.mutual_aid: nobody calls them" in told[0]
    assert "levers[2] warning: changes nothing" in told[1]


def test_values_from_the_command_line_are_no_reason_to_refuse_a_lever(town):
    """A run with other values has no lever in it; `drill levers` looks again."""
    with_levers(town, "{say: a, add: {resources.depots.ten.crews: -2}}")
    assert load(town.file, {"resources.depots.ten.crews": 1}).spec.levers
    assert cli.main(["levers", str(town.file), "--set", "resources.depots.ten.crews=1", "--out", "nowhere"]) == 2


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("--by beauty", "--by: must be one of station_hours, user_hours, targets, cost"),
        ("--budget -3", "--budget: must be a number from 0 on"),
        ("--policy nearst", "--policy: must be"),
        ("--csv DIR", "is a directory; name a file"),
        ("--csv DIR/no/list.csv", "there is no directory"),
        ("--csv DIR/town.csv", "town.csv: exists; choose another name, or --force"),
        ("--xlsx DIR/town.csv", "town.csv: exists; choose another name, or --force"),
        ("--force", "--force: goes with --csv or --xlsx"),
        ("--set resources.depots.ten.crew=1", "--set resources.depots.ten.crew: unknown key"),
    ],
)
def test_bad_input_is_one_line_and_leaves_nothing(words, told, town, tmp_path, capsys):
    with_levers(town, "{say: a, add: {resources.depots.ten.crews: 2}}")
    out = tmp_path / "out"
    (tmp_path / "town.csv").write_text("kept", encoding="utf-8")
    given = words.replace("DIR", str(tmp_path)).split()
    assert cli.main(["levers", str(town.file), *given, "--out", str(out)]) == cli.BAD_INPUT
    printed = capsys.readouterr()
    assert printed.out == ""
    assert told in printed.err
    assert len(printed.err.splitlines()) == 1
    assert not out.exists()
    assert (tmp_path / "town.csv").read_text(encoding="utf-8") == "kept"


def test_without_out_the_answer_goes_to_a_folder_of_its_own(town, tmp_path, capsys, monkeypatch):
    """And an older sheet gives way only when asked to."""
    with_levers(town, "{say: a, add: {resources.depots.ten.crews: 2}}")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "list.csv").write_text("older", encoding="utf-8")
    given = ["levers", str(town.file), "-n", "1", "--workers", "1", "--csv", "list.csv", "--force"]
    assert cli.main(given) == 0
    (folder,) = (tmp_path / "runs").iterdir()
    assert folder.name == f"{load(town.file).name}-levers"
    assert (folder / "levers.json").is_file()
    told = capsys.readouterr().out.splitlines()
    assert told[-2:] == [f"Written to runs/{folder.name}", "Written to list.csv"]
    assert (tmp_path / "list.csv").read_text(encoding="utf-8-sig") != "older"
