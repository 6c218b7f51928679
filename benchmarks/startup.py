"""How long the command line and a worker need before they do anything, by processor time of the whole process."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from measure import ROOT, Plan, Row, children, environment

WORKER: Final = "import sim.ensemble.worker"
"""What a worker process of an ensemble imports."""


def rows(plan: Plan) -> Iterator[Row]:
    """`drill --help` against a bare program, `drill check` against that, a worker against `import sim`."""
    small = str(ROOT / "scenarios" / "ten_sites.yaml")
    commands = {
        "bare": [str(Path(__file__).with_name("bare.py")), "--help"],
        "help": ["-m", "sim", "--help"],
        "check": ["-m", "sim", "check", small],
        "sim": ["-c", "import sim"],
        "worker": ["-c", WORKER],
    }
    with TemporaryDirectory() as compiled:
        env = environment(PYTHONPYCACHEPREFIX=compiled)
        taken = children(commands, max(plan.rounds, 1 if plan.quick else 7), env)
    note = f"{taken['help']:.3g} s against {taken['bare']:.3g} s"
    yield Row("drill --help", taken["help"] / taken["bare"], "× a bare typer program", 2, note=note)
    note = f"{taken['check']:.3g} s against {taken['help']:.3g} s"
    yield Row("drill check of a small scenario", taken["check"] / taken["help"], "× drill --help", 2, note=note)
    note = f"{taken['worker']:.3g} s against {taken['sim']:.3g} s"
    yield Row("worker start-up above `import sim`", taken["worker"] - taken["sim"], "s", 0.5, note=note)
