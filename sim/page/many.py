"""An ensemble as its page reads it: summary, shares of seeds, runs; and how intervals are written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from math import isfinite, nan
from typing import Any, Final

import numpy as np

from sim.ensemble import Ensemble
from sim.ensemble.paired import wholly
from sim.ensemble.summary import share_held
from sim.language import _
from sim.page.parts import Cell
from sim.page.words import figure
from sim.scenario import ScenarioSpec


@dataclass(frozen=True, eq=False)
class Many:
    """An ensemble and, where its directory holds it, its scenario as written."""

    ensemble: Ensemble
    spec: ScenarioSpec | None

    @cached_property
    def summary(self) -> dict[str, Any]:
        """As in `summary.json`."""
        return self.ensemble.summary

    @property
    def variants(self) -> Sequence[str]:
        """Names of the variants."""
        return self.ensemble.variants

    def of(self, variant: str) -> dict[str, Any]:
        """The summary of a variant."""
        found: dict[str, Any] = self.summary["variants"][variant]
        return found

    @cached_property
    def whole(self) -> dict[str, tuple[float, float, float, int]]:
        """Variant → share of seeds in which all targets held, its 95 % interval, of how many seeds that can tell."""
        found = {}
        numbers = self.numbered("target")
        for name in self.variants:
            lines = [number for number in numbers if number < len(self.of(name)["lines"])]
            met = [self.ensemble.line("met", name, number) for number in lines]
            share = share_held(wholly(met) if met else np.zeros(0))
            value, low, high = (nan if share[key] is None else float(share[key]) for key in ("share", "low", "high"))
            found[name] = (value, low, high, int(share["of"]))
        return found

    def untold(self, variant: str) -> int:
        """In how many finished runs no target was missed and one was undefined."""
        return self.finished(variant) - self.whole[variant][3]

    @property
    def has_targets(self) -> bool:
        """Whether the plan promises anything."""
        return bool(self.numbered("target"))

    def numbered(self, section: str) -> list[int]:
        """Numbers of the scorecard's lines of a section; a variant none of whose runs was done has no lines."""
        lines: list[dict[str, Any]] = max((self.of(name)["lines"] for name in self.variants), key=len)
        return [number for number, line in enumerate(lines) if line["section"] == section]

    def lines(self, number: int) -> list[tuple[str, dict[str, Any]]]:
        """Variant and line, of the variants that have a line of the number."""
        every = [(name, self.of(name)["lines"]) for name in self.variants]
        return [(name, lines[number]) for name, lines in every if number < len(lines)]

    @cached_property
    def played(self) -> dict[str, int]:
        """Variant → how many of its runs were played, failed ones too."""
        return {str(name): int(count) for name, count in self.ensemble.runs["variant"].value_counts().items()}

    def failed(self, variant: str) -> int:
        """How many runs failed."""
        return int(self.of(variant)["failed"])

    def finished(self, variant: str) -> int:
        """How many runs came to their end."""
        return len(self.ensemble.seeds) - self.failed(variant) - self.missing(variant)

    def missing(self, variant: str) -> int:
        """How many runs that were asked for have not been played."""
        return len(self.ensemble.seeds) - self.played.get(variant, 0)

    @property
    def comparable(self) -> bool:
        """Whether there are variants to compare, of none of which every run failed."""
        seeds = len(self.ensemble.seeds)
        return len(self.variants) > 1 and bool(self.played) and all(self.failed(name) < seeds for name in self.variants)

    def clock(self, at_h: float) -> str:
        """Wall clock of an instant, hours since the start."""
        if self.spec is None:
            return f"+{at_h:g} h"
        at = self.spec.start.replace(tzinfo=None) + timedelta(hours=at_h)
        return f"{at:%Y-%m-%d %H:%M}"


_TIGHT: Final = 20
"""Characters of a name that a column of a printed page holds unbroken."""


def named(variant: str) -> Cell:
    """A variant in a table, on one line where it is no longer than a printed column."""
    return Cell(variant, tight=len(variant) <= _TIGHT)


def percent(value: float | None) -> str:
    """A share; an en dash where there is none."""
    return "–" if value is None or not isfinite(value) else figure(value, "share")


def span(low: float | None, high: float | None, unit: str) -> str:
    """From one figure to another; an en dash where either is undefined."""
    if low is None or high is None or not (isfinite(low) and isfinite(high)):
        return "–"
    return _("{low} to {high}").format(low=figure(low, unit), high=figure(high, unit))
