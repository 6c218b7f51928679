"""Fixtures of more than one file: a town to break, the command run in this process, a run that is none."""

import os
import signal
from pathlib import Path
from types import SimpleNamespace

import pytest
from scenario_files import Town

import sim.results
from sim.cli import main

# Messages are compared in English, whatever the machine speaks; children inherit it.
os.environ.pop("LANGUAGE", None)
os.environ["LC_ALL"] = "C.UTF-8"
os.environ.pop("COLUMNS", None)  # a worker of the suite is told one

# A shell that puts a command in the background tells it to ignore Ctrl-C, and so would all its children.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture
def _own_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("DRILLSIM_CACHE", str(tmp_path / "cache"))


@pytest.fixture
def town(tmp_path, monkeypatch, _own_cache):
    """A town, with its folder as the current one."""
    made = Town(tmp_path / "town")
    monkeypatch.chdir(made.folder)
    return made


@pytest.fixture
def drill(capsys, _own_cache):
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

    def write(self, folder, figures, *, force=False):
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
