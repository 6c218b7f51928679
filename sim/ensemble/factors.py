"""Assumptions that can be moved: a place in the scenario with a range, as a number between 0 and 1."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from math import isnan
from typing import Any

from sim.parameters import find_place
from sim.plan import Assumption
from sim.scenario import ScenarioSpec
from sim.units import parse_moment, parse_share

_SPREAD = ("median_h", "mean_h")


@dataclass(frozen=True)
class Factor:
    """An assumption to move: its place, what stands there now, and its range as the scenario states it.

    A range of two numbers, shares, durations or moments is from to; any other is a choice of values.
    """

    place: str
    now: Any
    range: tuple[float | str, ...]
    why: str = ""
    ends: tuple[float, float] | None = None
    """The range as numbers, moments in hours after the start; None for a choice."""
    start: Any = None
    """The scenario's start where the range is one of moments."""
    beside: Mapping[str, str] = field(default_factory=dict)
    """What stands beside it in a small table of numbers, to be written too where the file leaves the table out."""

    def value(self, x: float) -> Any:
        """What to write at the place for x from 0 (low) to 1 (high)."""
        if self.ends is None:
            return self.range[min(int(x * len(self.range)), len(self.range) - 1)]
        low, high = self.ends
        number = float(f"{low + x * (high - low):.9g}")
        if self.start is not None:
            return (self.start + timedelta(seconds=round(number * 3600))).replace(tzinfo=None).isoformat()
        if isinstance(self.now, dict):  # a skewed duration keeps its shape: all of it is scaled
            typical = next(float(self.now[key]) for key in _SPREAD if key in self.now)
            return {key: float(f"{hours * number / typical:.9g}") for key, hours in self.now.items()}
        return round(number) if isinstance(self.now, int) else number

    def text(self, x: float) -> str:
        """`value` as `--set` takes it."""
        value = self.value(x)
        return value if isinstance(value, str) else json.dumps(value)


def settings(moved: Sequence[Factor], x: Sequence[float]) -> dict[str, str]:
    """Overrides for a point, each assumption at its x; those at NaN stay as written."""
    chosen = [(factor, float(at)) for factor, at in zip(moved, x, strict=True) if not isnan(at)]
    found = {place: text for factor, _ in chosen for place, text in factor.beside.items()}
    return found | {factor.place: factor.text(at) for factor, at in chosen}


def factors(spec: ScenarioSpec) -> tuple[list[Factor], list[str]]:
    """The assumptions of a scenario that can be moved, and the places of those that cannot."""
    resolved = spec.model_dump(mode="json", by_alias=True)
    found = [(line, _factor(line, spec, resolved)) for line in spec.assumptions]
    fixed = dict.fromkeys(line.set for line, factor in found if factor is None)
    return [f for _, f in found if f is not None], list(fixed)


def _factor(line: Assumption, spec: ScenarioSpec, resolved: Mapping[str, Any]) -> Factor | None:
    allowed = tuple(line.range or ())
    if len(set(allowed)) < 2 or line.set.startswith("levers"):  # a cost of a lever moves no run
        return None
    now: Any = resolved
    table: Any = None
    try:
        for part in find_place(ScenarioSpec, resolved, line.set):
            table, now = now, now[part]
    except (ValueError, LookupError, TypeError):
        return None
    if isinstance(now, dict | list) and not (isinstance(now, dict) and any(key in now for key in _SPREAD)):
        return None
    if isinstance(now, dict) and not all(isinstance(v, float | int) and v > 0 for v in now.values()):
        return None
    ends, moments = _ends(allowed, spec)
    if isinstance(now, dict) and ends is None:
        return None
    return Factor(line.set, now, allowed, line.why, ends, spec.start if moments else None, _beside(line.set, table))


def _ends(allowed: tuple[float | str, ...], spec: ScenarioSpec) -> tuple[tuple[float, float] | None, bool]:
    """A range as two numbers, and whether they are hours of moments."""
    if len(allowed) != 2:
        return None, False
    try:
        low, high = (parse_share(v) if isinstance(v, str) and v.strip()[-1:] in "%％" else float(v) for v in allowed)
    except ValueError:
        pass
    else:
        return (low, high), False
    try:
        low, high = (parse_moment(value).to_h(spec.start) for value in allowed)
    except ValueError:
        return None, False
    return (low, high), any(parse_moment(value).at is not None for value in allowed)


def _beside(place: str, table: Any) -> dict[str, str]:
    if not isinstance(table, dict) or not all(isinstance(value, int | float) for value in table.values()):
        return {}
    above, _, own = place.rpartition(".")
    return {f"{above}.{key}": json.dumps(value) for key, value in table.items() if key != own}
