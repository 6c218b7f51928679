"""The command: exit codes, streams, and that bad input says one clear line and leaves nothing behind."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import pytest
from scenario_files import ROOT, SCENARIO, Town

import sim.results
from sim.cli import main


@pytest.fixture(autouse=True)
def _own_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("DRILLSIM_CACHE", str(tmp_path / "cache"))


@pytest.fixture
def town(tmp_path, monkeypatch):
    """A town, with its folder as the current one."""
    made = Town(tmp_path / "town")
    monkeypatch.chdir(made.folder)
    return made


@pytest.fixture
def drill(capsys):
    """Run a command in this process: exit code, stdout, stderr."""

    def run(*arguments):
        code = main([str(argument) for argument in arguments])
        told = capsys.readouterr()
        return SimpleNamespace(code=code, out=told.out, err=told.err)

    return run


class Played:
    """Stands in for a run, where a test is about the command and not about the model."""

    def __init__(self, missed=(), fails=None):
        self.scorecard_data = SimpleNamespace(missed=list(missed))
        self.fails = fails

    def write(self, folder, figures):
        from sim.folders import whole

        with whole(Path(folder)) as place:
            (place / "run.json").write_text("{}")
            if self.fails:
                raise self.fails
            (place / "scorecard.json").write_text('{\n "rows": []\n}\n')


@pytest.fixture
def plays(monkeypatch):
    """Replace the simulation: `plays(missed=…)`, `plays(raises=…)`; gives back the calls."""
    calls = []

    def replace(*, missed=(), raises=None, writing_raises=None):
        def simulate(scenario, seed=1, policy=None):
            calls.append((scenario.name, seed, policy))
            if raises:
                raise raises
            return Played(missed, writing_raises)

        monkeypatch.setattr(sim.results, "simulate", simulate)
        monkeypatch.setattr("sim.report.terminal.scorecard_text", lambda *_, **__: "THE CARD")
        return calls

    return replace


def drill_process(*arguments, **options):
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": ""}
    return subprocess.Popen(
        [sys.executable, "-m", "sim", *map(str, arguments)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        env=environment,
        **options,
    )


# Bad input


def alias_bomb(town):
    lines = ["a: &a [x, x, x, x, x, x, x, x, x]"]
    lines += [f"{b}: &{b} [{', '.join([f'*{a}'] * 9)}]" for a, b in zip("abcdefgh", "bcdefghi", strict=True)]
    town.file.write_text("format: 1\n" + "\n".join(lines))


def huge_file(town):
    with town.file.open("r+b") as file:
        file.truncate(200_000_000)


def no_file(town):
    town.file.unlink()


def a_folder(town):
    town.file.unlink()
    town.file.mkdir()


def changed(old, new, file="little.yaml"):
    return lambda town: town.change(old, new, file)


def written(content):
    return lambda town: town.file.write_bytes(content)


BAD_FILES = {
    "an unknown key": (
        changed("tyres: chains", "tires: chains"),
        r"little.yaml:17: resources.crew.tires unknown key \(did you mean 'tyres'\?\)",
    ),
    "a key without a near one": (
        changed("tyres: chains", "zzzz: chains"),
        r"little.yaml:17: resources.crew.zzzz unknown key \(allowed: people, carries, .*\)",
    ),
    "a wrong unit": (
        changed("duration_h: 10 h", "duration_h: 10 km"),
        r'little.yaml:11: hazards\[0\].duration_h must be a duration such as .* \(got "10 km"\)',
    ),
    "another unit of the same thing": (
        changed("water_mm: 40", "water_mm: 4 cm"),
        r'little.yaml:11: hazards\[0\].water_mm must be a number of mm .* \(got "4 cm"\)',
    ),
    "a negative number": (
        changed("ten: {crews: 2", "ten: {crews: -2"),
        r"little.yaml:19: resources.depots.ten.crews must be >= 0 \(got -2\)",
    ),
    "not a number": (
        changed("water_mm: 40", "water_mm: .nan"),
        r"little.yaml:11: hazards\[0\].water_mm must be finite \(got .nan\)",
    ),
    "infinity": (
        changed("at_most: 0}", "at_most: .inf}"),
        r"little.yaml:30: plan.targets\[0\].at_most must be finite \(got .inf\)",
    ),
    "a duplicate key": (
        changed("name: little\n", "name: little\nname: other\n"),
        r"little.yaml:3: name is a duplicate key, first on line 2",
    ),
    "a time where a date is wanted": (
        changed("start: 2024-01-10T12:00", "start: 12:30"),
        r"little.yaml:4: start must be a date and time such as .* \(got '12:30'\)",
    ),
    "a tag": (
        changed("{zh: 小镇演练, en: Little town}", "!!python/object/apply:os.system [touch pwned]"),
        r"little.yaml:3: title must have no tag \(got 'tag:yaml.org,2002:python/object/apply:os.system'\)",
    ),
    "an unknown format": (
        changed("format: 1", "format: 2"),
        r"little.yaml:1: format must be 1 \(got 2\); to migrate, .+",
    ),
    "no format": (
        changed("format: 1\n", ""),
        r"little.yaml:1: format is missing; a scenario file begins with `format: 1`",
    ),
    "a site that does not exist": (
        changed("site:s3.rectifier", "site:s33.rectifier"),
        r"little.yaml:33: injects\[0\].what must be a site of the topology \(got 's33'; did you mean 's3'\?\)",
    ),
    "a site that does not exist, in a list": (
        changed("学校,s6", "学校,s66", "lists/schools.csv"),
        r"lists/schools.csv:2: site must be a site of the topology \(got 's66'; did you mean 's6'\?\)",
    ),
    "a ring that is not closed": (
        changed("l07,s3,hub_1,ring,r1,9.1,yes\n", "", "town/ten_sites/links.csv"),
        r"town/ten_sites(/links.csv|.yaml)(:\d+)?: .*\br1\b.*closed.*",
    ),
    "an end before the start": (
        changed("horizon_h: 48 h", "horizon_h: 2024-01-09T00:00"),
        r"little.yaml:5: horizon_h must be after the start and within a year \(got '2024-01-09T00:00'\)",
    ),
    "an alias bomb": (alias_bomb, r"little.yaml:\d: .*aliases repeat more than 100000 values"),
    "deep nesting": (
        written(b"format: 1\nname: " + b"[" * 20_000),
        r"little.yaml:2: name.* is nested deeper than \d+ levels",
    ),
    "a huge file": (huge_file, r"little.yaml: is larger than the limit of \d+ MB"),
    "a binary file": (written(bytes(range(256))), r"little.yaml: is not a text file \(NUL byte at position 0\)"),
    "a picture": (written(b"\x89PNG\r\n\x1a\n" + b"\x80" * 50), r"little.yaml:\d: is not in UTF-8.*"),
    "a missing file": (no_file, r"little.yaml: does not exist"),
    "a folder": (a_folder, r"little.yaml: is a directory, not a file"),
    "an empty file": (written(b""), r"little.yaml: is empty"),
    "only a comment": (written(b"# nothing\n"), r"little.yaml: is empty"),
    "broken YAML": (written(b"format: 1\nname: [a\n"), r"little.yaml:\d: is not valid YAML: .+"),
    "an unknown policy": (
        changed("policy: class_then_deadline", "policy: neerest"),
        r"little.yaml:42: policy must be a policy: one of .* \(got 'neerest'; did you mean 'nearest'\?\)",
    ),
    "a typing error in an assumption": (
        changed("set: hazards.snowstorm", "set: hazards.snowstrom"),
        r"little.yaml:41: assumptions\[0\].set must be a place in the scenario: .*'snowstorm'.*",
    ),
}  # fmt: skip


def is_refused(result, message):
    assert result.code == 2, result
    assert result.out == ""
    assert len(result.err.splitlines()) == 1, result.err
    assert re.fullmatch(message, result.err.rstrip("\n")), result.err


def test_the_town_is_in_order(town, drill):
    """Else everything below could be refused for another reason."""
    assert drill("check", "little.yaml").code == 0


@pytest.mark.parametrize("command", ["run", "check", "injects"])
@pytest.mark.parametrize("case", BAD_FILES)
def test_a_bad_file_is_refused_in_one_line(town, drill, plays, case, command):
    spoil, message = BAD_FILES[case]
    calls = plays()
    spoil(town)
    before = town.everything() if case != "a huge file" else None
    is_refused(drill(command, "little.yaml"), message)
    assert calls == []
    assert before is None or town.everything() == before
    assert not (town.folder / "runs").exists()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--policy", "neerest"], r"--policy: must be one of first_come, .* \(got 'neerest'; did you mean 'nearest'\?\)"),
        (["--set", "polcy=nearest"], r"--set polcy: unknown key 'polcy' \(did you mean 'policy'\?\)"),
        (["--set", "resources.depots.ten.crew=2"], r"--set resources.depots.ten.crew: unknown key .*'crews'\?\)"),
        (["--set", "hazards.snow.onset=0"], r"--set hazards.snow.onset: hazards has no item of this name: .*"),
        (["--set", "policy"], r"--set policy: must be KEY=VALUE, such as policy=nearest"),
        (["--set", "=3"], r"--set =3: must be KEY=VALUE, such as policy=nearest"),
        (["--set", "resources.depots.ten.crews=-2"], r"--set resources.depots.ten.crews: must be >= 0 \(got -2\)"),
        (["--set", "resources.depots.ten.crews=two"], r"--set resources.depots.ten.crews: must be a whole number .*"),
        (["--set", "policy=neerest"], r"--set policy: must be a policy: one of .*; did you mean 'nearest'\?\)"),
        (["--set", "hazards=[a"], r"--set hazards: is not valid YAML: .*"),
        (["--set", "start=12:30"], r"--set start: must be a date and time .* \(got '12:30'\)"),
        (["--seed", "-1"], r"drill run: .*'--seed'.*"),
        (["--seed", "one"], r"drill run: .*'--seed'.*"),
        (["--sed", "1"], r"drill run: No such option: --sed.*"),
        (["more"], r"drill run: .*unexpected extra argument.*"),
        (["--out", "little.yaml"], r"little.yaml: exists and is no directory; choose another --out"),
        (["--out", "little.yaml/run"], r"little.yaml/run: cannot be .*"),
        (["--out", "lists"], r"lists: exists and is not a run directory \(it has no run.json\); choose another --out"),
    ],
)  # fmt: skip
def test_a_bad_command_line_is_refused_in_one_line(town, drill, plays, arguments, message):
    calls = plays()
    before = town.everything()
    is_refused(drill("run", "little.yaml", *arguments), message)
    assert calls == []
    assert town.everything() == before


def test_check_tells_every_problem_of_every_file(town, drill):
    town.change("centre: ten", "centre: tne").change("for: O2", "for: O3")
    (town.folder / "other.yaml").write_text("start: 2024-01-10T12:00\n")
    result = drill("check", "little.yaml", "town/ten_sites.yaml", "other.yaml", "none.yaml")
    assert result.code == 2
    assert result.out == "OK town/ten_sites.yaml: topology ten_sites, 10 sites, 14 stations, 3 feeders\n"
    places = [line.partition(" ")[0] for line in result.err.splitlines()]
    assert places == ["little.yaml:11:", "little.yaml:33:", "other.yaml:1:", "none.yaml:"]


# What is printed


def test_check_says_ok_in_one_line(town, drill):
    result = drill("check", "little.yaml")
    assert (result.code, result.err) == (0, "")
    assert result.out == "OK little.yaml: scenario little, 48 h, 10 sites, 14 stations, 3 feeders\n"


def test_list_has_a_line_for_each_scenario(town, drill):
    (town.folder / "scenarios").mkdir()
    (town.folder / "scenarios" / "a.yaml").write_text(SCENARIO)
    (town.folder / "scenarios" / "b.yaml").write_text("format: 1\n")
    result = drill("list")
    assert (result.code, result.err) == (0, "")
    assert result.out.splitlines() == ["a  小镇演练  Little town", "b"]


def test_list_goes_on_after_a_broken_file(town, drill):
    (town.folder / "scenarios").mkdir()
    (town.folder / "scenarios" / "a.yaml").write_text("a: ]")
    (town.folder / "scenarios" / "b.yaml").write_text(SCENARIO)
    result = drill("list")
    assert result.code == 2
    assert result.out.startswith("b  ")
    assert result.err.startswith("scenarios/a.yaml:1: is not valid YAML")


@pytest.mark.parametrize(("of", "key"), [("scenario", "horizon_h"), ("topology", "crs")])
def test_schema_is_json(drill, of, key):
    result = drill("schema", of)
    assert (result.code, result.err) == (0, "")
    assert json.loads(result.out)["$schema"].endswith("2020-12/schema")
    assert key in result.out
    assert of == "topology" or drill("schema").out == result.out


def test_injects_are_in_time_order_with_the_conditional_ones_last(town, drill):
    result = drill("injects", "little.yaml", "--seed", "2")
    assert (result.code, result.err) == (0, "")
    head, *lines = result.out.splitlines()
    assert head.split() == ["clock", "t_h", "action", "target", "value", "or", "message", "source"]
    times = [float(line.split()[1]) for line in lines[:-1]]
    assert times == sorted(times)
    assert any("fail    site:s3.rectifier" in line and "for O2" in line for line in lines)
    assert lines[-1].startswith("when crews_free <= 0  -  ")
    assert "是否请求支援" in lines[-1]


def test_injects_as_json(town, drill):
    result = drill("injects", "little.yaml", "--json")
    found = json.loads(result.out)
    hand_written = next(line for line in found if line["target"] == "road:r3")
    assert hand_written["t_h"] == 20
    assert hand_written["clock"] == "2024-01-11T08:00:00"
    assert hand_written["value"] is None
    assert found[-1]["clock"] is None
    assert found[-1]["when"] == {"crews_free": {"at_most": 0}}


def test_injects_follow_seed_and_overrides(town, drill):
    first = drill("injects", "little.yaml").out
    assert drill("injects", "little.yaml").out == first
    assert drill("injects", "little.yaml", "--seed", "2").out != first
    calm = drill("injects", "little.yaml", "--set", "hazards.snowstorm.water_mm=0").out
    assert "snowstorm" in first
    assert "snowstorm" not in calm


def test_topology_show(drill):
    result = drill("topology", "show", ROOT / "topologies" / "ten_sites.yaml")
    assert (result.code, result.err) == (0, "")
    assert "sites: 10\n" in result.out
    as_json = drill("topology", "show", ROOT / "topologies" / "ten_sites.yaml", "--json")
    assert json.loads(as_json.out)["stations"] == 14


def test_a_generated_topology_is_written_and_loads_again(town, drill):
    result = drill("topology", "generate", ROOT / "topologies" / "ten_sites.yaml", "--out", "mine")
    assert (result.code, result.out, result.err) == (0, "Written to mine\n", "")
    assert drill("check", "mine/topology.yaml").code == 0
    first = drill("topology", "show", ROOT / "topologies" / "ten_sites.yaml", "--json")
    again = drill("topology", "show", "mine/topology.yaml", "--json")
    assert json.loads(again.out)["digest"] == json.loads(first.out)["digest"]


def test_a_topology_is_not_written_over_something_else(town, drill):
    before = town.everything()
    result = drill("topology", "generate", ROOT / "topologies" / "ten_sites.yaml", "--out", "lists")
    is_refused(
        result, r"lists: exists and is not a topology \(it has no topology.yaml\); choose another --out"
    )
    assert town.everything() == before


@pytest.mark.parametrize("arguments", [["--help"], ["run", "--help"], ["topology", "--help"], ["--version"]])
def test_help_and_version(drill, arguments):
    result = drill(*arguments)
    assert (result.code, result.err) == (0, "")
    assert "drill" in result.out


@pytest.mark.parametrize("arguments", [[], ["topology"], ["rnu"], ["check"]])
def test_an_incomplete_command_is_refused(drill, arguments):
    result = drill(*arguments)
    assert (result.code, result.out) == (2, "")
    assert "drill" in result.err


# Runs


def test_a_run_prints_the_card_and_where_it_went(town, drill, plays):
    calls = plays()
    result = drill("run", "little.yaml", "--seed", "7", "--policy", "nearest")
    assert (result.code, result.err) == (0, "")
    assert result.out == "THE CARD\nWritten to runs/little-7\n"
    assert calls == [("little", 7, "nearest")]
    assert (town.folder / "runs/little-7/scorecard.json").is_file()


def test_json_prints_the_scorecard_and_nothing_else(town, drill, plays):
    plays()
    result = drill("run", "little.yaml", "--json", "--out", "here")
    assert (result.code, result.err) == (0, "")
    assert result.out == (town.folder / "here/scorecard.json").read_text()


@pytest.mark.parametrize(
    ("missed", "arguments", "code"),
    [(["O1"], ["--strict"], 1), (["O1"], [], 0), ([], ["--strict"], 0), (["O1"], ["--strict", "--json"], 1)],
)
def test_a_missed_target_counts_only_when_strict(town, drill, plays, missed, arguments, code):
    plays(missed=missed)
    result = drill("run", "little.yaml", *arguments)
    assert (result.code, result.err) == (code, "")
    assert (town.folder / "runs/little-1/run.json").is_file()


def test_an_older_run_is_replaced(town, drill, plays):
    plays()
    old = town.folder / "runs/little-1"
    old.mkdir(parents=True)
    (old / "run.json").write_text("old")
    (old / "left_over").write_text("old")
    assert drill("run", "little.yaml").code == 0
    assert sorted(path.name for path in old.iterdir()) == ["run.json", "scorecard.json"]
    assert [path.name for path in old.parent.iterdir()] == ["little-1"]


def test_an_empty_folder_may_become_a_run(town, drill, plays):
    plays()
    (town.folder / "empty").mkdir()
    assert drill("run", "little.yaml", "--out", "empty").code == 0
    assert (town.folder / "empty/run.json").is_file()


@pytest.mark.parametrize("old_run", [False, True])
@pytest.mark.parametrize("when", ["raises", "writing_raises"])
def test_a_bug_says_where_to_report_it_and_leaves_no_half_run(town, drill, plays, when, old_run):
    plays(**{when: KeyError("s3")})
    if old_run:
        (town.folder / "runs/little-1").mkdir(parents=True)
        (town.folder / "runs/little-1/run.json").write_text("old")
    before = town.everything()
    result = drill("run", "little.yaml")
    assert (result.code, result.out) == (3, "")
    assert re.fullmatch(
        r"drill: a bug, please report it .*: KeyError: 's3'; --debug shows where\n", result.err
    )
    assert town.everything() == before


@pytest.mark.parametrize("where", ["before", "after"])
def test_debug_shows_the_traceback_of_a_bug(town, drill, plays, where):
    plays(raises=KeyError("s3"))
    arguments = ["run", "little.yaml"]
    result = drill(*(["--debug", *arguments] if where == "before" else [*arguments, "--debug"]))
    assert result.code == 3
    assert "Traceback (most recent call last)" in result.err
    assert "in simulate" in result.err


def test_a_full_disk_is_told_in_one_line(town, drill, plays):
    plays(writing_raises=OSError(28, "No space left on device"))
    before = town.everything()
    is_refused(drill("run", "little.yaml"), r"runs/little-1: cannot be written: no space left on device")
    assert town.everything() == before


@pytest.mark.parametrize("when", ["raises", "writing_raises"])
def test_an_interrupted_run_is_clean(town, drill, plays, when):
    plays(**{when: KeyboardInterrupt()})
    before = town.everything()
    result = drill("run", "little.yaml")
    assert (result.code, result.out, result.err) == (130, "", "drill: interrupted\n")
    assert town.everything() == before


# Whole processes


def test_an_interrupt_from_the_keyboard(tmp_path):
    """A real signal to a real process, in the middle of writing."""
    code = (
        "import sys, time, sim.results, sim.folders\n"
        "from pathlib import Path\n"
        "class Played:\n"
        "    scorecard_data = None\n"
        "    def write(self, folder, figures):\n"
        "        with sim.folders.whole(Path(folder)) as place:\n"
        "            (place / 'run.json').write_text('{}')\n"
        "            print('writing', flush=True)\n"
        "            time.sleep(60)\n"
        "sim.results.simulate = lambda *a, **k: Played()\n"
        "from sim.cli import main\n"
        "sys.exit(main())\n"
    )
    town = Town(tmp_path / "town")
    before = town.everything()
    process = subprocess.Popen(
        [sys.executable, "-c", code, "run", "little.yaml"],
        cwd=town.folder,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout.readline() == "writing\n"
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=30)
    assert (process.returncode, out, err) == (130, "", "drill: interrupted\n")
    assert town.everything() == before


def test_a_reader_that_goes_away_is_no_error():
    process = drill_process("schema")
    assert process.stdout.readline() == "{\n"
    process.stdout.close()
    err = process.stderr.read()
    process.stderr.close()
    assert (process.wait(timeout=30), err) == (0, "")


def test_a_run_from_an_empty_folder(tmp_path):
    """The first command of the tutorial, with nothing replaced; contract of the run directory."""
    process = drill_process("run", "ten_sites", "--json", cwd=tmp_path)
    out, err = process.communicate(timeout=120)
    assert (process.returncode, err) == (0, "")
    folder = tmp_path / "runs" / "ten_sites-1"
    assert out == (folder / "scorecard.json").read_text(encoding="utf-8")
    assert {"scenario", "seed", "rows", "assumptions"} <= json.loads(out).keys()
    about = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    assert (about["scenario"], about["seed"], about["overrides"]) == ("ten_sites", 1, {})
    names = {path.name for path in folder.iterdir()}
    assert {
        "run.json",
        "scenario.json",
        "log.parquet",
        "outages.parquet",
        "visits.parquet",
        "kpis.json",
    } <= names
    assert list((folder / "figures").glob("*.png"))


def test_help_comes_quickly():
    """Loosely: well below what matplotlib, pandas or scipy alone would take."""
    began = time.perf_counter()
    process = drill_process("--help")
    process.communicate(timeout=30)
    assert time.perf_counter() - began < 5
