"""Which assumptions move which KPI: each from low to high, Morris screening, then Sobol indices of those that matter.

The same seeds are played at every point, and the mean over them is the output, so that luck is no part of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from sim.ensemble.factors import Factor
from sim.ensemble.paired import finite
from sim.ensemble.screening import Effects, Evaluate, Floats, Indices, morris, sobol
from sim.errors import input_error
from sim.language import _, speaking, spoken
from sim.phrases import labelled, unit_of
from sim.vocabulary import KPIS

Flags = NDArray[np.bool_]

MATTERS: Final = 0.1
"""An assumption matters to a KPI if its mean absolute effect is this share of the largest. Assumed."""
MOST: Final = 6
"""No more than so many go on to Sobol indices, those with the largest share of a largest effect. Assumed."""


@dataclass(frozen=True)
class Effort:
    """How much is played: walks of the screening, base sample of the indices (a power of two, 0: none), seed."""

    trajectories: int = 10
    base: int = 32
    seed: int = 1

    def __post_init__(self) -> None:
        if self.trajectories < 2:
            raise input_error(
                _("must be at least {low} (got {value})").format(low=2, value=self.trajectories),
                file="--trajectories",
            )
        if self.base < 0 or self.base & (self.base - 1) or self.base == 1:
            raise input_error(
                _("must be a power of two from 2, or 0 for none (got {value})").format(value=self.base), file="--sobol"
            )

    def points(self, factors: int) -> int:
        """The most points that are played for so many assumptions."""
        matter = min(factors, MOST)
        return 2 * factors + 1 + self.trajectories * (factors + 1) + self.base * (matter + 2)


@dataclass(frozen=True)
class Swing:
    """What a KPI does when one assumption goes from low to high and the others stay as written."""

    factor: str
    kpi: str
    low_value: Any
    high_value: Any
    low: float
    high: float


@dataclass(frozen=True)
class Sensitivity:
    """Everything found. Effects have shape (factors, kpis), indices (kpis, matter); `base`: KPIs as written."""

    factors: tuple[Factor, ...]
    kpis: tuple[str, ...]
    base: Floats
    swings: tuple[Swing, ...]
    effects: Effects
    matter: tuple[str, ...]
    indices: Indices | None
    undefined: tuple[str, ...] = field(default=())
    """KPIs that are undefined in some runs."""

    @property
    def notes(self) -> list[str]:
        """What to bear in mind, a sentence each."""
        said = _("{kpi} is undefined in some runs, and left out")
        return [said.format(kpi=labelled(kpi)) for kpi in self.undefined]

    def sentences(self, most: int = 3) -> list[str]:
        """For each KPI the assumptions that move it most."""
        told = []
        for column, kpi in enumerate(self.kpis):
            size = self.effects.mu_star[:, column]
            order = [int(row) for row in np.argsort(-size, kind="stable")[:most] if size[row] > 0]
            if order:
                places = [
                    _("{place} ({amount})").format(place=self.factors[row].place, amount=f"{size[row]:,.4g}")
                    for row in order
                ]
                said = _("{kpi} ({unit}) is moved most by {places}")
                told.append(said.format(kpi=labelled(kpi), unit=_unit(kpi), places=_(", ").join(places)))
            else:
                told.append(_("{kpi}: no assumption moves it").format(kpi=labelled(kpi)))
        return told

    def to_json(self) -> dict[str, Any]:
        """As in `sensitivity.json`, in English."""
        with speaking("en"):
            notes, sentences = self.notes, self.sentences()
        return {
            "kpis": {kpi: finite(float(value)) for kpi, value in zip(self.kpis, self.base, strict=True)},
            "assumptions": [
                {"set": one.place, "now": one.now, "range": list(one.range), "why": one.why} for one in self.factors
            ],
            "swings": [
                {**vars(swing), "low": finite(swing.low), "high": finite(swing.high)} for swing in self.swings
            ],
            "morris": [
                {"set": factor.place, "kpi": kpi, "mu_star": finite(float(self.effects.mu_star[row, column])),
                 "mu": finite(float(self.effects.mu[row, column])),
                 "sigma": finite(float(self.effects.sigma[row, column]))}
                for row, factor in enumerate(self.factors)
                for column, kpi in enumerate(self.kpis)
            ],
            "sobol": self._indices_json(),
            "notes": notes,
            "sentences": sentences,
        }  # fmt: skip

    def _indices_json(self) -> list[dict[str, Any]]:
        found = self.indices
        if found is None:
            return []
        return [
            {"set": place, "kpi": kpi, "first": finite(float(found.first[row, column])),
             "total": finite(float(found.total[row, column])),
             "total_low": finite(float(found.low[row, column])), "total_high": finite(float(found.high[row, column]))}
            for row, kpi in enumerate(self.kpis)
            for column, place in enumerate(self.matter)
        ]  # fmt: skip


def _unit(kpi: str) -> str:
    unit = KPIS[kpi].unit
    return unit if spoken() == "en" else unit_of(unit) or unit


def analyse(evaluate: Evaluate, factors: Sequence[Factor], kpis: Sequence[str], effort: Effort) -> Sensitivity:
    """The whole analysis of a function from points of the cube to KPIs.

    A point is a row, an assumption a column; NaN in a column leaves that assumption as written. Raises `InputError`
    where there is nothing to move; KPIs that are undefined at some point are left out, with a note.
    """
    if not factors:
        raise input_error(_("has no assumption with a range to move (see assumptions: in the scenario)"))
    k = len(factors)
    ends = np.full((2 * k + 1, k), np.nan)
    for row in range(k):
        ends[2 * row + 1, row], ends[2 * row + 2, row] = 0.0, 1.0
    swung = evaluate(ends)
    effects = morris(evaluate, k, effort.trajectories, effort.seed)
    good: Flags = np.asarray(np.isfinite(swung).all(axis=0) & np.isfinite(effects.mu_star).all(axis=0))
    undefined = tuple(kpi for kpi, ok in zip(kpis, good, strict=True) if not ok)
    kept = [kpi for kpi, ok in zip(kpis, good, strict=True) if ok]
    effects = Effects(effects.mu_star[:, good], effects.mu[:, good], effects.sigma[:, good])
    swung = swung[:, good]
    rows = _matter(effects.mu_star)
    indices = _sobol(evaluate, k, rows, good, effort) if rows and effort.base else None
    swings = [
        Swing(one.place, kpi, one.value(0.0), one.value(1.0),
              float(swung[2 * row + 1, column]), float(swung[2 * row + 2, column]))
        for row, one in enumerate(factors)
        for column, kpi in enumerate(kept)
    ]  # fmt: skip
    matter = tuple(factors[row].place for row in rows)
    return Sensitivity(tuple(factors), tuple(kept), swung[0], tuple(swings), effects, matter, indices, undefined)


def _matter(mu_star: Floats) -> list[int]:
    """Rows of the assumptions that matter to some KPI, the strongest `MOST`, in the order of the file."""
    if not mu_star.size:
        return []
    largest = mu_star.max(axis=0)
    share = np.where(largest > 0, mu_star / np.where(largest > 0, largest, 1.0), 0.0).max(axis=1)
    strongest = np.argsort(-share, kind="stable")[:MOST]
    return sorted(int(row) for row in strongest if share[row] >= MATTERS)


def _sobol(evaluate: Evaluate, k: int, rows: list[int], good: Flags, effort: Effort) -> Indices:
    def part(points: Floats) -> Floats:
        whole = np.full((len(points), k), np.nan)
        whole[:, rows] = points
        return evaluate(whole)[:, good]

    return sobol(part, len(rows), effort.base, effort.seed)
