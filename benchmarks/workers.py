"""What an ensemble costs above its runs, and two workers against one: from the call to the summary."""

from __future__ import annotations

from collections.abc import Iterator
from os import times
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Final

from measure import ROOT, Plan, Row, interleaved

MOST_ROUNDS: Final = 3
"""A round is three times the ensemble."""


def _processor_s() -> float:
    """Processor seconds of this process and of its children that have ended."""
    used = times()
    return used.user + used.system + used.children_user + used.children_system


def rows(plan: Plan) -> Iterator[Row]:
    """An ensemble on one worker against a plain loop of the same runs; two workers against one."""
    from sim.ensemble import ensemble
    from sim.ensemble.worker import outcome_of
    from sim.loading import load

    given = load(ROOT / "scenarios" / f"{'ten_sites' if plan.quick else 'blizzard_mini'}.yaml")
    seeds = 4 if plan.quick else 100
    walls: dict[int, list[float]] = {1: [], 2: []}

    def plainly() -> None:
        for seed in range(1, seeds + 1):
            outcome_of("as_written", given, seed)

    def many(workers: int) -> None:
        begins = perf_counter()
        with TemporaryDirectory() as folder:
            ensemble(given, seeds=seeds, workers=workers, out=Path(folder) / "runs")
        walls[workers].append(perf_counter() - begins)

    tasks = {"plain": plainly, "one": lambda: many(1), "two": lambda: many(2)}
    taken = interleaved(tasks, min(plan.rounds, MOST_ROUNDS), clock=_processor_s)
    note = f"{taken['one']:.3g} s against {taken['plain']:.3g} s of processor time for {seeds} runs and their KPIs"
    yield Row("ensemble on one worker: above its runs", 100 * (taken["one"] / taken["plain"] - 1), "%", 10, note=note)
    one_s, two_s = median(walls[1]), median(walls[2])
    note = f"{seeds} runs in {two_s:.3g} s against {one_s:.3g} s on the wall, start-up and summary included"
    yield Row("two workers", one_s / two_s, "× one worker", 1.7, above=True, note=note)
