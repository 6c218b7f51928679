"""Ensembles: nothing lost, nothing twice, the same summary whoever played and whatever was killed."""

import json
import os
import signal
import sqlite3
import statistics
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

import sim
from sim.ensemble import Variant, ensemble, open_ensemble, read_variant
from sim.ensemble.work import Task, Work
from sim.ensemble.worker import CURVE_POINTS, Chunk, Drill, Outcome
from sim.errors import InputError
from sim.results import simulate
from sim.vocabulary import KPIS

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="module")
def scenario():
    return sim.load("ten_sites")


@pytest.fixture(scope="module")
def unbroken(scenario, tmp_path_factory):
    """The summary of two dozen runs that nothing disturbed."""
    folder = tmp_path_factory.mktemp("e") / "e"
    many = ensemble(scenario, 12, policies=["nearest", "roving"], workers=1, out=folder)
    return (many.folder / "summary.json").read_bytes()


def summary(folder: Path) -> bytes:
    return (folder / "summary.json").read_bytes()


def rows(folder: Path) -> list[tuple]:
    with sqlite3.connect(folder / "catalogue.sqlite") as base:
        return list(base.execute("select variant, seed, status, digest from runs order by variant, seed"))


def drill(*arguments, **more) -> subprocess.Popen:
    return subprocess.Popen(
        [sys.executable, "-m", "sim", *map(str, arguments)], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        text=True, start_new_session=True, **more,
    )  # fmt: skip


def asked(folder: Path, workers: int) -> tuple:
    return ("ensemble", "ten_sites", "-n", 12, "--policy", "nearest,roving", "--workers", workers, "--out", folder)


def finish(folder: Path, workers: int = 2) -> None:
    process = drill(*asked(folder, workers))
    out, err = process.communicate(timeout=300)
    assert process.returncode == 0, out + err


def until_begun(folder: Path, process: subprocess.Popen, runs: int = 3) -> int:
    """Wait until some runs are kept, and say how many."""
    for _ in range(1200):
        if process.poll() is not None:
            pytest.fail(f"ended before it was killed: {process.communicate()}")
        if (folder / "catalogue.sqlite").is_file():
            try:
                kept = len(rows(folder))
            except sqlite3.Error:
                kept = 0
            if kept >= runs:
                return kept
        time.sleep(0.05)
    return pytest.fail("no run was kept")


# What comes of it


def test_the_face_is_called_like_its_room(scenario):
    import sim.ensemble.fill  # whoever imports the room puts it in the face's place

    assert sim.ensemble(scenario, 1, workers=1).seeds == (1,)


def test_figures_are_those_of_the_runs(scenario):
    many = ensemble(scenario, [3, 1], policies=["nearest"], workers=1)
    assert many.seeds == (1, 3)
    for row, seed in enumerate(many.seeds):
        run = simulate(scenario, seed, "nearest")
        assert many.runs.digest[row] == run.log_digest
        for kpi in KPIS:
            np.testing.assert_equal(many.values("nearest", kpi)[row], run.kpi_values[kpi])
        for number, target in enumerate(run.scorecard_data.targets):
            expected = np.nan if target.met is None else float(target.met)
            np.testing.assert_equal(many.held("nearest", many.targets()[number])[row], expected)


def test_the_curve_is_that_of_the_outages(scenario):
    many = ensemble(scenario, 2, workers=1)
    at_h, counts = many.curve("as_written")
    assert counts.shape == (2, CURVE_POINTS)
    stations = simulate(scenario, 2).outages.query("unit == 'station'")
    for t_h, count in zip(at_h, counts[1], strict=True):
        assert ((stations.start_h <= t_h) & (t_h < stations.end_h)).sum() == count or t_h == scenario.horizon_h
    assert counts[1].max() > 0


def test_the_summary_says_what_statistics_says(scenario):
    many = ensemble(scenario, 12, workers=1)
    values = list(many.values("as_written", "station_outage_h"))
    found = many.summary["variants"]["as_written"]["kpis"]["station_outage_h"]
    assert found["n"] == 12
    assert found["mean"] == pytest.approx(statistics.fmean(values))
    assert found["sd"] == pytest.approx(statistics.stdev(values))
    half = 2.200985 * statistics.stdev(values) / 12**0.5  # Student's t, 11 degrees of freedom, 97.5 %
    assert (found["low"], found["high"]) == pytest.approx((found["mean"] - half, found["mean"] + half), rel=1e-5)
    assert found["p50"] == pytest.approx(statistics.median(values))


def test_tables_hold_a_row_a_run_and_figure(scenario):
    from sim.results.parquet import Parquet

    many = ensemble(scenario, 3, policies=["nearest", "roving"], workers=1)
    with Parquet() as files:
        kpis = files.read(many.folder / "kpis.parquet")
        lines = files.read(many.folder / "lines.parquet")
    assert len(kpis["value"]) == 2 * 3 * len(KPIS)
    chosen = (kpis["variant"] == "roving") & (kpis["kpi"] == "site_visits")
    assert kpis["seed"][chosen].tolist() == [1, 2, 3]
    np.testing.assert_array_equal(kpis["value"][chosen], many.values("roving", "site_visits"))
    assert set(lines["line"][lines["met"] == 1]) <= {"O1", "O2", "O3"}


# The same whoever plays


@pytest.mark.parametrize("workers", [2, 3])
def test_the_summary_does_not_hang_on_the_workers(scenario, unbroken, tmp_path, workers):
    ensemble(scenario, 12, policies=["nearest", "roving"], workers=workers, out=tmp_path / "e")
    assert summary(tmp_path / "e") == unbroken


@pytest.mark.slow
def test_eight_workers_give_the_same(scenario, unbroken, tmp_path):
    ensemble(scenario, 12, policies=["nearest", "roving"], workers=8, out=tmp_path / "e")
    assert summary(tmp_path / "e") == unbroken


def test_seeds_policies_and_variants_may_be_added(scenario, unbroken, tmp_path):
    ensemble(scenario, 5, policies=["nearest"], workers=1, out=tmp_path / "e")
    ensemble(scenario, 3, policies=["roving"], workers=1, out=tmp_path / "e")
    ensemble(scenario, 12, policies=["nearest", "roving"], workers=1, out=tmp_path / "e")
    assert summary(tmp_path / "e") == unbroken


def test_a_finished_directory_is_not_played_again(scenario, tmp_path):
    told = []
    ensemble(scenario, 2, workers=1, out=tmp_path / "e", progress=told.append)
    assert [now.done for now in told] == [1, 2]
    ensemble(scenario, 2, workers=1, out=tmp_path / "e", progress=told.append)
    assert len(told) == 2


# Killed


@pytest.mark.parametrize("workers", [1, 2])
def test_a_parent_that_was_killed_is_completed(unbroken, tmp_path, workers):
    process = drill(*asked(tmp_path / "e", workers))
    kept = until_begun(tmp_path / "e", process)
    os.kill(process.pid, signal.SIGKILL)
    process.communicate()
    before = rows(tmp_path / "e")
    assert kept <= len(before) < 24
    finish(tmp_path / "e")
    assert summary(tmp_path / "e") == unbroken
    assert set(before) <= set(rows(tmp_path / "e"))


def test_workers_do_not_outlive_their_parent(tmp_path):
    process = drill(*asked(tmp_path / "e", 2))
    until_begun(tmp_path / "e", process)
    children = subprocess.run(
        ["ps", "--ppid", str(process.pid), "-o", "pid="], capture_output=True, text=True, check=False
    )
    pids = [int(pid) for pid in children.stdout.split()]
    assert pids
    os.kill(process.pid, signal.SIGKILL)
    process.communicate()
    for _ in range(200):
        if not any(_runs(pid) for pid in pids):
            return
        time.sleep(0.05)
    pytest.fail("workers still run")


def _runs(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_a_worker_that_was_killed_is_replaced(unbroken, tmp_path):
    process = drill(*asked(tmp_path / "e", 2))
    until_begun(tmp_path / "e", process)
    for pid in _workers_of(process.pid):
        os.kill(pid, signal.SIGKILL)
    out, err = process.communicate(timeout=300)
    assert process.returncode == 0, out + err
    assert summary(tmp_path / "e") == unbroken


def _workers_of(parent: int) -> list[int]:
    command = ["ps", "--ppid", str(parent), "-o", "pid=,args="]
    found = subprocess.run(command, capture_output=True, text=True, check=False).stdout
    return [int(line.split()[0]) for line in found.splitlines() if "spawn_main" in line]


def test_ctrl_c_keeps_what_is_done(unbroken, tmp_path):
    process = drill(*asked(tmp_path / "e", 2))
    until_begun(tmp_path / "e", process)
    os.killpg(process.pid, signal.SIGINT)  # as a terminal does: to the workers as well
    _, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "the same command plays the rest" in err
    assert "Traceback" not in err
    assert 3 <= len(rows(tmp_path / "e")) < 24
    finish(tmp_path / "e")
    assert summary(tmp_path / "e") == unbroken


def test_a_full_disk_is_told_and_the_rest_comes_later(unbroken, tmp_path):
    def small() -> None:
        import resource

        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (60_000, 60_000))

    process = drill(*asked(tmp_path / "e", 1), preexec_fn=small)
    out, err = process.communicate(timeout=300)
    assert process.returncode == 2, out + err
    assert err.count("\n") == 1
    assert "cannot be written" in err
    finish(tmp_path / "e")
    assert summary(tmp_path / "e") == unbroken


def test_two_processes_do_not_fill_one_directory(tmp_path):
    first = drill("ensemble", "ten_sites", "-n", 500, "--workers", 1, "--out", tmp_path / "e")
    until_begun(tmp_path / "e", first)
    second = drill(*asked(tmp_path / "e", 1))
    _, err = second.communicate(timeout=60)
    first.kill()
    first.communicate()
    assert second.returncode == 2
    assert "another process" in err


# Failing


class MadError(Exception):
    """Something a policy may raise."""


def mad_on_odd_hours(view):
    """A policy with a mistake in it."""
    if len(view.jobs) > 3:
        raise MadError("too many jobs\nfor me")
    return []


def killer(view):
    """A policy that takes its process with it."""
    os.kill(os.getpid(), signal.SIGKILL)


def test_a_failing_run_is_a_row_and_the_ensemble_goes_on(scenario, tmp_path):
    many = ensemble(scenario, 8, policies=[mad_on_odd_hours, "nearest"], workers=1, out=tmp_path / "e")
    failed = many.failures("mad_on_odd_hours")
    assert failed
    assert all("MadError: too many jobs" in error and "\n" not in error for _, error in failed)
    bad = {seed for seed, _ in failed}
    values = many.values("mad_on_odd_hours", "station_outage_h")
    assert [seed in bad for seed in many.seeds] == np.isnan(values).tolist()
    assert not many.failures("nearest")
    assert json.loads(summary(tmp_path / "e"))["variants"]["mad_on_odd_hours"]["failed_seeds"] == sorted(bad)


def test_failed_runs_are_played_again_when_asked(scenario, tmp_path):
    from sim.ensemble.store import Store

    many = ensemble(scenario, 3, workers=1, out=tmp_path / "e")
    whole = summary(tmp_path / "e")
    with sqlite3.connect(tmp_path / "e" / "catalogue.sqlite") as base:
        base.execute("update runs set status='failed', error='power cut', kpis=x'' where seed=2")
    many = ensemble(scenario, 3, workers=1, out=tmp_path / "e")
    assert many.failures("as_written") == [(2, "power cut")]
    ensemble(scenario, 3, workers=1, out=tmp_path / "e", retry_failed=True)
    assert summary(tmp_path / "e") == whole
    store = Store(tmp_path / "e")
    store.keep([Outcome("as_written", 2, error="late")])  # a run that is done stays done
    assert not store.errors("as_written")
    store.close()


def test_a_run_that_kills_its_process_fails_alone(scenario):
    many = ensemble(scenario, 2, policies=[killer, "nearest"], workers=2)
    assert [seed for seed, _ in many.failures("killer")] == [1, 2]
    assert "was killed" in many.failures("killer")[0][1]
    assert not np.isnan(many.values("nearest", "site_visits")).any()


# Variants


def test_variants_meet_the_same_disaster(scenario):
    from sim.disaster import draw

    more = {"resources.depots.ten.crews": "9"}
    many = ensemble(scenario, 4, variants=[Variant("as_it_is"), Variant("more", more)], workers=1)
    assert many.variants == ("as_it_is", "more")
    assert (many.values("as_it_is", "sites_without_mains_cumulative")
            == many.values("more", "sites_without_mains_cumulative")).all()  # fmt: skip
    changed = sim.load("ten_sites", more)
    assert draw(scenario, 3).injects == draw(changed, 3).injects


def test_a_variant_may_change_the_topology(tmp_path):
    patched = Variant("big_batteries", topology={"battery_ah": "2000"})
    many = ensemble(sim.load("blizzard_mini"), 1, variants=[Variant("as_it_is"), patched], workers=1)
    hashes = [cell.topology_hash for cell in many.asked.cells]
    assert hashes[0] != hashes[1]


def test_names_of_cells(scenario):
    from sim.ensemble.variants import cells

    def names(policies=None, variants=None):
        return [cell.name for cell in cells(scenario, policies, variants)]

    a, b = Variant("a"), Variant("b", policy="roving")
    assert names() == ["as_written"]
    assert names(["nearest", "roving"]) == ["nearest", "roving"]
    assert names(None, [a, b]) == ["a", "b"]
    assert names(["nearest"], [a, b]) == ["a", "b"]
    assert names(["nearest", "roving"], [a]) == ["a/nearest", "a/roving"]
    assert [cell.policy for cell in cells(scenario, None, [a, b])] == [None, "roving"]


GOOD = "format: 1\nname: more\nset:\n  policy: roving\n"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("- 1\n", "must be a table"),
        ("name: more\n", "format is missing"),
        ("format: 2\nname: more\n", "format must be 1"),
        ("format: 1\nname: more\nsets: {}\n", "sets"),
        ("format: 1\nname: 'a b'\n", "name"),
        ("format: 1\nname: more\nset: [1]\n", "set"),
        ("format: 1\nname: more\nset: {policy: nobody}\n", "v.yaml:3: set.policy must be a policy: one of"),
        ("format: 1\nname: more\nset: {resource.depots: 3}\n", "v.yaml:3: set.resource.depots unknown key"),
        ("format: 1\nname: more\nset: {horizon_h: -3}\n", "v.yaml:3: set.horizon_h must be"),
        ("format: 1\nname: more\ntopology: {sitess: 3}\n", "v.yaml:3: topology.sitess unknown key"),
        (
            "format: 1\nname: more\nset: {policy: roving}\ntopology:\n  counties: no.csv\n",
            "v.yaml:5: topology.counties",
        ),
        ("format: 1\nname: more\npolicy: nobody\n", "v.yaml:3: policy must be one of"),
    ],
)
def test_a_bad_variant_is_told_in_a_line(tmp_path, text, told):
    file = tmp_path / "v.yaml"
    file.write_text(text)
    process = drill("ensemble", "ten_sites", "-n", 1, "--variant", file, "--out", tmp_path / "e")
    _, err = process.communicate(timeout=60)
    assert process.returncode == 2
    assert told in err
    assert err.count("\n") == 1
    assert not (tmp_path / "e").exists()


def test_a_variant_is_read(tmp_path):
    file = tmp_path / "v.yaml"
    file.write_text(GOOD + "topology: {seed: 3}\n")
    assert read_variant(file) == Variant("more", {"policy": "roving"}, {"seed": "3"})


# Input that is wrong


@pytest.mark.parametrize("seeds", [0, -1, True, 1.5, "3", [], [1.0], [-1], None])
def test_bad_seeds_are_refused(scenario, seeds):
    with pytest.raises(InputError, match="seeds"):
        ensemble(scenario, seeds, workers=1)


@pytest.mark.parametrize("workers", [0, -1, 1.5, True, 10_000])
def test_bad_workers_are_refused(scenario, tmp_path, workers):
    with pytest.raises(InputError, match="workers"):
        ensemble(scenario, 1, workers=workers, out=tmp_path / "e")
    assert not (tmp_path / "e").exists()


def test_another_scenario_is_refused(scenario, tmp_path):
    ensemble(scenario, 1, workers=1, out=tmp_path / "e")
    before = rows(tmp_path / "e")
    with pytest.raises(InputError, match=r"another scenario of the same name \(no --set, now horizon_h=40\)"):
        ensemble(sim.load("ten_sites", {"horizon_h": 40}), 1, workers=1, out=tmp_path / "e")
    with pytest.raises(InputError, match="another scenario"):
        ensemble(sim.load("hub_room_cooling"), 1, workers=1, out=tmp_path / "e")
    assert rows(tmp_path / "e") == before


def test_another_variant_of_the_same_name_is_refused(scenario, tmp_path):
    ensemble(scenario, 1, variants=[Variant("more", {"horizon_h": "40"})], workers=1, out=tmp_path / "e")
    with pytest.raises(InputError, match="another variant called 'more'"):
        ensemble(scenario, 1, variants=[Variant("more", {"horizon_h": "41"})], workers=1, out=tmp_path / "e")


def test_a_folder_of_somebody_else_is_refused(scenario, tmp_path):
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(InputError, match="not an ensemble directory"):
        ensemble(scenario, 1, workers=1, out=tmp_path)
    with pytest.raises(InputError, match="no ensemble directory"):
        open_ensemble(tmp_path)


def test_a_policy_that_cannot_travel_is_refused(scenario):
    with pytest.raises(InputError, match="workers=1"):
        ensemble(scenario, 1, policies=[lambda view: []], workers=2)
    assert ensemble(scenario, 1, policies=[lambda view: []], workers=1).seeds == (1,)


# Chunks


SCRIPT = """
import sim
from sim.policies import Policy

def users_first(job):
    return (-job.users,)

def main():
    many = sim.ensemble(sim.load("ten_sites"), 2, policies=[Policy("users_first", rank=users_first)], workers=2, out={out!r})
    print("failed", len(many.failures("users_first")))

{begin}main()
"""


@pytest.mark.parametrize("guarded", [True, False])
def test_a_policy_of_a_script_travels_or_is_refused(tmp_path, guarded):
    out, script = tmp_path / "e", tmp_path / "script.py"
    script.write_text(SCRIPT.format(out=str(out), begin="if __name__ == '__main__': " if guarded else ""))
    found = subprocess.run(
        [sys.executable, str(script)], env=os.environ | {"PYTHONPATH": str(ROOT)}, capture_output=True, text=True,
        timeout=120, check=False,
    )  # fmt: skip
    if guarded:
        assert found.stdout == "failed 0\n", found.stderr
    else:
        assert found.stderr.strip().splitlines()[-1].startswith("sim.errors.InputError: policy is defined where")
        assert not out.exists()


def test_a_directory_that_may_only_be_read_is_read(scenario, tmp_path, monkeypatch):
    many = ensemble(scenario, 2, workers=1, out=tmp_path / "e")
    values = many.values("as_written", "station_outage_h")
    many.close()
    before = {file: file.stat().st_mtime_ns for file in many.folder.iterdir()}
    monkeypatch.setattr("sim.ensemble.store.os.access", lambda *_: False)
    again = open_ensemble(many.folder)
    np.testing.assert_equal(again.values("as_written", "station_outage_h"), values)
    assert {file: file.stat().st_mtime_ns for file in many.folder.iterdir()} == before


def test_a_damaged_catalogue_is_told(scenario, tmp_path):
    many = ensemble(scenario, 8, policies=["nearest", "roving"], workers=1, out=tmp_path / "e")
    many.close()
    file = many.folder / "catalogue.sqlite"
    data = bytearray(file.read_bytes())
    for page in range(8192, len(data), 4096):
        data[page : page + 60] = b"\xff" * 60
    file.write_bytes(data)
    with pytest.raises(InputError, match="is damaged"):
        open_ensemble(many.folder).values("nearest", "station_outage_h")


@pytest.mark.parametrize(
    ("key", "value"), [("cells", []), ("seeds", ["a"]), ("seeds", [1.5]), ("seeds", None), ("horizon_h", "long")]
)
def test_a_damaged_list_of_what_was_asked_is_told(scenario, tmp_path, key, value):
    many = ensemble(scenario, 1, workers=1, out=tmp_path / "e")
    many.close()
    file = many.folder / "ensemble.json"
    file.write_text(json.dumps(json.loads(file.read_text(encoding="utf-8")) | {key: value}))
    with pytest.raises(InputError, match="is not what `drill ensemble` writes"):
        open_ensemble(many.folder)


@pytest.mark.parametrize(("run_s", "size"), [(10.0, 1), (0.25, 4), (0.001, 124)])
def test_chunks_last_about_a_second(run_s, size):
    work = Work([Task(Chunk("a", (), "", b"", b""), range(1000))], 2)
    assert len(work.take().seeds) == 1
    work.took([Outcome("a", 1, wall_s=run_s)])
    assert work.size() == size


def test_work_hands_out_every_seed_once():
    tasks = [Task(Chunk(name, (), "", b"", b""), range(17)) for name in "ab"]
    work, found = Work(tasks, 3, 0.1), []
    while work:
        chunk = work.take()
        found += [(chunk.cell, seed) for seed in chunk.seeds]
    assert sorted(found) == [(name, seed) for name in "ab" for seed in range(17)]


def test_memory_does_not_grow_with_runs(scenario, tmp_path):
    """What is kept of a run is of one size, and the parent keeps none of it."""
    many = ensemble(scenario, 6, workers=1, out=tmp_path / "e")
    with sqlite3.connect(many.folder / "catalogue.sqlite") as base:
        sizes = base.execute("select length(kpis)+length(simulated)+length(met)+length(at_h)+length(curve) from runs")
        assert len(set(sizes)) == 1
    assert isinstance(Drill(scenario, None).scenario, type(scenario))


def test_figures_of_another_catalogue_of_kpis_are_found_by_name(scenario, tmp_path):
    """A KPI that a later program has in another place, or no more, is not mistaken for its neighbour."""
    from sim.ensemble.store import Store

    many = ensemble(scenario, 2, workers=1, out=tmp_path / "e")
    before = many.values("as_written", "station_outage_h")
    names = ["gone", *(name for name in KPIS if name != "saidi")]
    with sqlite3.connect(tmp_path / "e" / "catalogue.sqlite") as base:
        (packed,) = base.execute("select kpis from runs where seed=2").fetchone()
        base.execute("update facts set value=? where name='kpis'", (json.dumps(names),))
    again = open_ensemble(tmp_path / "e")
    at = names.index("station_outage_h")
    assert again.values("as_written", "station_outage_h")[1] == np.frombuffer(packed)[at]
    assert np.isnan(again.values("as_written", "saidi")).all()
    assert len(before) == 2
    with pytest.raises(InputError, match="other KPIs"):
        Store(tmp_path / "e").keep([Outcome("as_written", 3)])
