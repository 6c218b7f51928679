"""A real Dask scheduler with two worker processes on loopback."""

import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

import sim
from sim.ensemble import ensemble
from sim.errors import InputError

ROOT = Path(__file__).resolve().parent.parent
pytest.importorskip("distributed")
pytestmark = pytest.mark.filterwarnings("ignore")  # those of another package


@contextmanager
def _process(*arguments):
    process = subprocess.Popen(
        [sys.executable, "-m", "distributed.cli." + arguments[0], *map(str, arguments[1:])],
        cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
    )  # fmt: skip
    try:
        yield process
    finally:
        for number in (signal.SIGTERM, signal.SIGKILL):
            try:
                os.killpg(process.pid, number)
                process.wait(10)
                break
            except (ProcessLookupError, subprocess.TimeoutExpired):
                continue
        process.wait()


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


def _answers(port: int) -> bool:
    with socket.socket() as tried:
        return tried.connect_ex(("127.0.0.1", port)) == 0


@pytest.fixture
def cluster():
    """An address, and the worker processes."""
    port = _free_port()
    address = f"tcp://127.0.0.1:{port}"
    with ExitStack() as stack:
        stack.enter_context(_process("dask_scheduler", "--host", "127.0.0.1", "--port", port, "--no-dashboard"))
        for _ in range(400):
            if _answers(port):
                break
            time.sleep(0.05)
        workers = [
            stack.enter_context(
                _process(
                    "dask_worker", address, "--nthreads", threads, "--no-dashboard", "--no-nanny", "--host", "127.0.0.1"
                )
            )
            for threads in (1, 2)
        ]
        from distributed import Client

        with Client(address, set_as_default=False, timeout=30) as client:
            client.wait_for_workers(2, timeout=60)
        yield address, workers


def test_a_cluster_gives_the_same_summary_though_a_worker_dies(cluster, tmp_path):
    address, workers = cluster
    scenario = sim.load("ten_sites")
    here = ensemble(scenario, 10, policies=["nearest", "roving"], workers=1, out=tmp_path / "here")
    killed = []

    def kill_one(now):
        if now.done >= 3 and not killed:
            killed.append(workers[0].pid)
            os.killpg(workers[0].pid, signal.SIGKILL)

    there = ensemble(
        scenario, 10, policies=["nearest", "roving"], scheduler=address, out=tmp_path / "there", progress=kill_one
    )
    assert killed
    assert (there.folder / "summary.json").read_bytes() == (here.folder / "summary.json").read_bytes()
    assert there.runs.drop(columns="wall_s").equals(here.runs.drop(columns="wall_s"))


def test_nobody_at_the_address(tmp_path, monkeypatch):
    monkeypatch.setattr("sim.ensemble.cluster._ANSWER_S", 1)
    with pytest.raises(InputError, match=r"--scheduler: no scheduler answers at tcp://127.0.0.1:\d+"):
        ensemble(sim.load("ten_sites"), 1, scheduler=f"tcp://127.0.0.1:{_free_port()}", out=tmp_path / "e")
    assert not (tmp_path / "e").exists()


@pytest.mark.parametrize("address", ["nonsense", "", "http://x", "tcp://"])
def test_an_address_that_is_none(tmp_path, monkeypatch, address):
    monkeypatch.setattr("sim.ensemble.cluster._ANSWER_S", 1)
    with pytest.raises(InputError, match="--scheduler"):
        ensemble(sim.load("ten_sites"), 1, scheduler=address, out=tmp_path / "e")


def test_without_the_extra(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(InputError, match=r"--scheduler: needs the extra \[cluster\]"):
        ensemble(sim.load("ten_sites"), 1, scheduler="tcp://127.0.0.1:1", out=tmp_path / "e")
