"""Two workers against one: an ensemble of the reference workload, from the call to the summary, by the wall clock."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from measure import ROOT, Plan, Row, interleaved, perf_counter


def rows(plan: Plan) -> Iterator[Row]:
    """How many times faster two worker processes are than one."""
    from sim.ensemble import ensemble
    from sim.loading import load

    given = load(ROOT / "scenarios" / f"{'ten_sites' if plan.quick else 'blizzard_mini'}.yaml")
    seeds = 4 if plan.quick else 100

    def task(workers: int) -> None:
        with TemporaryDirectory() as folder:
            ensemble(given, seeds=seeds, workers=workers, out=Path(folder) / "runs")

    taken = interleaved({"one": lambda: task(1), "two": lambda: task(2)}, plan.rounds, clock=perf_counter)
    note = f"{seeds} runs in {taken['two']:.3g} s against {taken['one']:.3g} s, start-up included"
    yield Row("two workers", taken["one"] / taken["two"], "× one worker", 1.7, above=True, note=note)
