"""The command: what it prints and where, exit codes, and that a run appears whole or not at all."""

import json
import os
import re
import signal
import subprocess
import sys
import time

import pytest
from scenario_files import ROOT, SCENARIO, Town, is_refused


def drill_process(*arguments, **options):
    """The command as a process of its own, with buffers as at a user's desk."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": ""}
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    command = [sys.executable, "-m", "sim", *map(str, arguments)]
    return subprocess.Popen(command, text=True, encoding="utf-8", env=environment, **{**pipes, **options})


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
    assert result.out.splitlines() == ["a  Little town", "b"]


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
    assert head.split() == ["clock", "t_h", "action", "aimed", "at", "value", "or", "message", "origin"]
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


def test_an_edited_topology_is_replaced_by_force_only(town, drill):
    command = ["topology", "generate", ROOT / "topologies" / "ten_sites.yaml", "--out", "mine"]
    assert [drill(*command).code, drill(*command).code] == [0, 0]  # as written, nothing is lost
    with (town.folder / "mine/sites.csv").open("a") as file:
        file.write("\n")
    before = town.everything()
    message = r"mine: holds sites.csv, which was edited since it was written; choose another --out, or --force .*"
    is_refused(drill(*command), message)
    assert town.everything() == before
    assert drill(*command, "--force").code == 0
    (town.folder / "mine/notes.txt").write_text("mine")
    is_refused(drill(*command), r"mine: holds notes.txt, which was not written with the network; .*")
    (town.folder / "mine/notes.txt").unlink()
    (town.folder / "mine/as_written.json").unlink()
    is_refused(drill(*command), r"mine: may have been edited \(it has no as_written.json to tell\); .*")


def test_a_topology_is_not_written_over_something_else(town, drill):
    before = town.everything()
    result = drill("topology", "generate", ROOT / "topologies" / "ten_sites.yaml", "--out", "lists")
    is_refused(result, r"lists: exists and is not a topology \(.*\); choose another --out")
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
    assert result.out == "THE CARD\nWritten to runs/little-7-nearest\n"
    assert calls == [("little", 7, "nearest")]
    assert (town.folder / "runs/little-7-nearest/scorecard.json").is_file()


def test_a_variant_never_takes_the_place_of_the_base_run(town, drill, plays):
    plays()
    more, less = ["--set", "horizon_h=50 h"], ["--set", "horizon_h=40 h"]
    both = ["--set", "horizon_h=50 h", "--set", "policy=nearest"]
    swapped = [*both[2:], *both[:2]]
    said = [
        drill("run", "little.yaml", *given).out
        for given in ([], more, less, both, swapped, [*more, "--policy", "nearest"])
    ]
    names = [line.removeprefix("THE CARD\nWritten to runs/").rstrip() for line in said]
    assert names[0] == "little-1"
    assert all(re.fullmatch(r"little-1-[0-9a-f]{6}", name) for name in names[1:5])
    assert re.fullmatch(r"little-1-nearest-[0-9a-f]{6}", names[5])
    assert names[3] == names[4]
    assert len(set(names)) == 5


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
    (old / "kpis.json").write_text("old")
    assert drill("run", "little.yaml").code == 0
    assert sorted(path.name for path in old.iterdir()) == ["run.json", "scorecard.json"]
    assert [path.name for path in old.parent.iterdir()] == ["little-1"]


def test_a_run_with_a_file_of_the_users_own_is_replaced_by_force_only(town, drill, plays):
    calls = plays()
    old = town.folder / "runs/little-1"
    (old / "pictures").mkdir(parents=True)
    (old / "run.json").write_text('{"files": ["run.json", "figures/heat.png"]}')
    (old / "figures").mkdir()
    (old / "figures" / "heat.png").write_text("ours")
    (old / "pictures" / "mine.txt").write_text("mine")
    before = town.everything()
    message = r"runs/little-1: holds pictures/mine.txt, which no run wrote; choose another --out, or --force .*"
    is_refused(drill("run", "little.yaml"), message)
    assert calls == []
    assert town.everything() == before
    assert drill("run", "little.yaml", "--force").code == 0
    assert sorted(path.name for path in old.iterdir()) == ["run.json", "scorecard.json"]


def test_another_run_is_replaced_by_force_only(town, drill, plays):
    calls = plays()
    place = town.folder / "runs/x"
    place.mkdir(parents=True)
    about = {"scenario": "little", "seed": 1, "policy": "class_then_deadline", "files": ["run.json"]}
    (place / "run.json").write_text(json.dumps(about))
    command = ["run", "little.yaml", "--out", "runs/x"]
    message = (
        r"runs/x: holds another run \(little, seed 1, policy class_then_deadline\); choose another --out, or --force"
    )
    is_refused(drill(*command, "--seed", "9"), message)
    assert calls == []
    assert drill(*command).code == 0, "the same run again"
    (place / "run.json").write_text(json.dumps(about))
    assert drill(*command, "--seed", "9", "--force").code == 0


@pytest.mark.parametrize("command", [["run", "little.yaml"], ["topology", "generate", "town/ten_sites.yaml"]])
def test_nothing_is_written_inside_a_run(town, drill, plays, command):
    plays()
    assert drill("run", "little.yaml").code == 0
    before = town.everything()
    result = drill(*command, "--out", "runs/little-1/deep/er", "--force")
    is_refused(result, r"runs/little-1/deep/er: is inside the run directory .*little-1; choose another --out")
    assert town.everything() == before


def test_a_run_goes_where_a_link_leads(town, drill, plays):
    plays()
    (town.folder / "disk").mkdir()
    (town.folder / "runs").mkdir()
    (town.folder / "runs/mine").symlink_to("../disk/run")
    assert drill("run", "little.yaml", "--out", "runs/mine").code == 0
    assert drill("run", "little.yaml", "--out", "runs/mine").code == 0
    assert (town.folder / "runs/mine").is_symlink()
    assert [path.name for path in (town.folder / "runs").iterdir()] == ["mine"]
    assert [path.name for path in (town.folder / "disk").iterdir()] == ["run"]
    assert (town.folder / "disk/run/run.json").is_file()


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
    assert re.fullmatch(r"drill: a bug, please report it .*: KeyError: 's3'; --debug shows where\n", result.err)
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


@pytest.mark.parametrize(("request_", "code"), [("SIGINT", 130), ("SIGTERM", 143)])
def test_a_library_that_makes_its_own_error_of_an_interruption_is_no_bug(town, drill, monkeypatch, request_, code):
    def simulate(*_, **__):
        try:
            signal.raise_signal(getattr(signal, request_))
        except KeyboardInterrupt:
            raise RuntimeError("Query interrupted") from None

    monkeypatch.setattr("sim.results.simulate", simulate)
    result = drill("run", "little.yaml")
    assert (result.code, result.out, result.err) == (code, "", "drill: interrupted\n")


# Whole processes


@pytest.mark.parametrize(("request_", "code"), [("SIGINT", 130), ("SIGTERM", 143)])
def test_an_interrupt_from_the_keyboard(tmp_path, request_, code):
    """A real signal to a real process, in the middle of writing."""
    expected = code
    code = (
        "import sys, time, sim.results, sim.folders\n"
        "from pathlib import Path\n"
        "class Played:\n"
        "    scorecard_data = None\n"
        "    def write(self, folder, figures, *, force=False):\n"
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
    process.send_signal(getattr(signal, request_))
    out, err = process.communicate(timeout=30)
    assert (process.returncode, out, err) == (expected, "", "drill: interrupted\n")
    assert town.everything() == before


def test_a_reader_that_goes_away_is_no_error():
    process = drill_process("schema")
    assert process.stdout.readline() == "{\n"
    process.stdout.close()
    err = process.stderr.read()
    process.stderr.close()
    assert (process.wait(timeout=30), err) == (0, "")


@pytest.mark.parametrize("argument", ["list", "--help", "--version"])
def test_a_reader_that_was_never_there_is_no_error(argument):
    """What is left in the buffer must not be told of at the very end either."""
    reads, writes = os.pipe()
    os.close(reads)
    process = drill_process(argument, stdout=writes)
    os.close(writes)
    _, err = process.communicate(timeout=30)
    assert (process.returncode, err) == (0, "")


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
