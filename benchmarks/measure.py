"""Medians of interleaved measurements, and the rows of the table they end in."""

from __future__ import annotations

import gc
import os
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from time import process_time
from typing import Final

ROOT: Final = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Row:
    """One line of the table: at most (`above`: at least) `target` is asked, `wish` is where we want to be."""

    name: str
    measured: float
    unit: str
    target: float
    wish: float | None = None
    above: bool = False
    note: str = ""

    @property
    def met(self) -> bool:
        """Whether what was asked for holds."""
        return self.measured >= self.target if self.above else self.measured <= self.target


@dataclass(frozen=True)
class Plan:
    """How long to measure. `rounds`: of every comparison; `quick`: small sizes, to see that everything runs."""

    rounds: int
    quick: bool


def interleaved(
    tasks: Mapping[str, Callable[[], object]],
    rounds: int,
    clock: Callable[[], float] = process_time,
    loops: Mapping[str, int] | None = None,
) -> dict[str, float]:
    """Median seconds of one call of each task; in every round each task is called in turn (`loops` times).

    Every second round goes backwards, so that no task always follows the one that leaves memory in a bad state.
    """
    times: dict[str, list[float]] = {name: [] for name in tasks}
    for turn in range(rounds):
        for name, task in list(tasks.items())[:: -1 if turn % 2 else 1]:
            count = (loops or {}).get(name, 1)
            gc.collect()
            begins = clock()
            for _ in range(count):
                task()
            times[name].append((clock() - begins) / count)
    return {name: median(taken) for name, taken in times.items()}


def seeds() -> Callable[[], int]:
    """A new seed at every call: 1, 2, 3, …, so that no run is the luck of one seed."""
    last = 0

    def following() -> int:
        nonlocal last
        last += 1
        return last

    return following


def environment(**more: str) -> dict[str, str]:
    """For child processes: this checkout first on the path, and compiled modules kept, as after an installation."""
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return {**kept, "PYTHONPATH": str(ROOT), **more}


def child(arguments: Sequence[str], env: Mapping[str, str]) -> float:
    """Processor seconds (user and system) of one Python process with these arguments; it must end well."""
    before = os.times()
    done = subprocess.run(  # noqa: S603
        [sys.executable, *arguments], env=dict(env), cwd=ROOT, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise RuntimeError(f"{' '.join(arguments)} failed: {done.stderr.strip()[-400:]}")
    after = os.times()
    return after.children_user + after.children_system - before.children_user - before.children_system


def children(commands: Mapping[str, Sequence[str]], rounds: int, env: Mapping[str, str]) -> dict[str, float]:
    """Median processor seconds of each command, interleaved, after one round that warms up caches."""
    for arguments in commands.values():
        child(arguments, env)
    times: dict[str, list[float]] = {name: [] for name in commands}
    for turn in range(rounds):
        for name, arguments in list(commands.items())[:: -1 if turn % 2 else 1]:
            times[name].append(child(arguments, env))
    return {name: median(taken) for name, taken in times.items()}


def answer(arguments: Sequence[str], env: Mapping[str, str]) -> str:
    """What a Python process prints."""
    done = subprocess.run(  # noqa: S603
        [sys.executable, *arguments], env=dict(env), cwd=ROOT, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise RuntimeError(f"{' '.join(arguments)} failed: {done.stderr.strip()[-400:]}")
    return done.stdout.strip()
