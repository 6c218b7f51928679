"""Figures of many runs: mean, spread, quantiles, how often targets held, and differences under the same luck."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, Protocol

import numpy as np
from numpy.typing import NDArray

from sim.ensemble.paired import difference, finite, mean_interval, wilson
from sim.vocabulary import KPIS

Floats = NDArray[np.float64]
QUANTILES: Final = (5, 10, 50, 90, 95)


class Figures(Protocol):
    """What a summary is made from."""

    variants: tuple[str, ...]
    seeds: tuple[int, ...]

    def values(self, variant: str, kpi: str) -> Floats: ...  # noqa: D102
    def lines(self, variant: str) -> list[dict[str, Any]]: ...  # noqa: D102
    def line(self, column: str, variant: str, number: int) -> Floats: ...  # noqa: D102
    def failures(self, variant: str) -> list[tuple[int, str]]: ...  # noqa: D102


def spread(values: Floats) -> dict[str, Any]:
    """`n, undefined, mean, sd, low, high, p5, p10, p50, p90, p95` of a column; `low, high` 95 % of the mean.

    Undefined figures (NaN) are counted and left out; what cannot be told is None.
    """
    known = values[np.isfinite(values)]
    mean, low, high = mean_interval(known)
    sd = float(known.std(ddof=1)) if len(known) > 1 else float("nan")
    found: dict[str, Any] = {"n": len(known), "undefined": len(values) - len(known)}
    found |= {"mean": finite(mean), "sd": finite(sd), "low": finite(low), "high": finite(high)}
    quantiles = np.percentile(known, QUANTILES) if len(known) else [float("nan")] * len(QUANTILES)
    return found | {f"p{q}": finite(float(value)) for q, value in zip(QUANTILES, quantiles, strict=True)}


def share_held(met: Floats) -> dict[str, Any]:
    """`held, of, share, low, high` of a target over the runs where it is defined; Wilson's 95 % interval."""
    known = met[np.isfinite(met)]
    held = int(known.sum())
    low, high = wilson(held, len(known))
    share = held / len(known) if len(known) else float("nan")
    return {"held": held, "of": len(known), "share": finite(share), "low": finite(low), "high": finite(high)}


def summary(many: Figures, scenario: str) -> dict[str, Any]:
    """As in `summary.json`. One column at a time is in memory."""
    first = many.variants[0]
    return {
        "scenario": scenario,
        "seeds": len(many.seeds),
        "variants": {name: _variant(many, name) for name in many.variants},
        "differences": [
            row for name in many.variants[1:] for row in _differences(many, name, first)
        ],
    }  # fmt: skip


def _variant(many: Figures, name: str) -> dict[str, Any]:
    failed = many.failures(name)
    lines = many.lines(name)
    return {
        "failed": len(failed),
        "failed_seeds": [seed for seed, _ in failed],
        "kpis": {kpi: {"unit": KPIS[kpi].unit, **spread(many.values(name, kpi))} for kpi in KPIS},
        "lines": [_line(many, name, number, line) for number, line in enumerate(lines)],
    }


def _line(many: Figures, name: str, number: int, line: dict[str, Any]) -> dict[str, Any]:
    found = {**line, **spread(many.line("simulated", name, number))}
    if line["target"] is not None:
        found["met"] = share_held(many.line("met", name, number))
    return found


def _differences(many: Figures, name: str, against: str) -> Sequence[dict[str, Any]]:
    found = []
    for kpi in KPIS:
        row = difference(kpi, (name, against), many.values(name, kpi), many.values(against, kpi))
        if row.pairs:
            found.append({key: value for key, value in row.to_json().items() if key not in ("sentence", "better")})
    return found
