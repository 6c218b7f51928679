"""Two variants under the same luck: differences seed by seed, how sure they are, and a sentence that says so.

Common random numbers make the runs of a seed alike but for what was changed, so their difference varies less
than that of strangers. Source: Law 2015, Simulation Modeling and Analysis, 5th ed., chapter 11.2.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from math import isfinite, nan, sqrt
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from sim.errors import listed
from sim.language import _, speaking
from sim.phrases import named, unit_of
from sim.scorecard.card import shown
from sim.vocabulary import KPIS

Floats = NDArray[np.float64]

LEVEL: Final = 0.95
_SPENT: Final = ("station_h", "site_h", "user_h", "h_per_user")
"""Units of what is saved or lost."""


@dataclass(frozen=True)
class Difference:
    """A KPI of one variant less that of another, over the seeds where both are defined.

    `low` and `high`: 95 % interval of the mean difference by Student's t, NaN below two pairs; `means` of the two,
    the variant's first. `reduction`: variance of the difference of unpaired runs over that of the paired ones, so
    many times fewer runs are needed; infinite where the pairs differ by a constant, NaN where nothing varies.
    """

    kpi: str
    variant: str
    against: str
    pairs: int
    means: tuple[float, float]
    mean: float
    low: float
    high: float
    reduction: float

    @property
    def told(self) -> bool:
        """Whether a difference can be told: the interval does not hold 0."""
        return isfinite(self.low) and not self.low <= 0.0 <= self.high

    @property
    def better(self) -> bool | None:
        """Whether the variant is the better one; None where that cannot be told or is no matter of good or bad."""
        good = KPIS[self.kpi].better
        if not self.told or good == "neither":
            return None
        return (self.mean < 0) == (good == "less")

    def sentence(self) -> str:
        """The difference in plain words, as in `*roving* saves 1,240 station-hours (95 %: 1,100–1,380)`."""
        kpi = KPIS[self.kpi]
        names = {"variant": f"*{self.variant}*", "against": f"*{self.against}*", "kpi": named(self.kpi)}
        if not self.told:
            said = _("{variant} and {against}: no difference can be told in {kpi} ({why})")
            return said.format(**names, why=self._why_not())
        low, high = sorted((abs(self.low), abs(self.high)))
        amount, first, last = (_amount(value, kpi.unit) for value in (abs(self.mean), low, high))
        figures = {"amount": amount, "unit": _unit(kpi.unit), "low": first, "high": last}
        if kpi.unit in _SPENT and kpi.better == "less":
            saves = _("{variant} saves {amount} {unit} (95 %: {low}–{high})")
            costs = _("{variant} costs {amount} {unit} (95 %: {low}–{high})")
            return (saves if self.mean < 0 else costs).format(variant=names["variant"], **figures)
        lower = _("{variant} has {kpi} {amount} {unit} lower than {against} (95 %: {low}–{high})")
        higher = _("{variant} has {kpi} {amount} {unit} higher than {against} (95 %: {low}–{high})")
        judged = {True: _(", which is better"), False: _(", which is worse"), None: ""}[self.better]
        return (lower if self.mean < 0 else higher).format(**names, **figures) + judged

    def _why_not(self) -> str:
        if self.pairs < 2:
            return (_("{count} pair of runs") if self.pairs == 1 else _("{count} pairs of runs")).format(
                count=self.pairs
            )
        if self.mean == self.low == self.high == 0.0:
            return _("the same in all {count} pairs").format(count=self.pairs)
        unit = KPIS[self.kpi].unit
        first, last = (_signed(value, unit) for value in (self.low, self.high))
        said = _("95 %: {low} to {high} {unit}, {count} pairs")
        return said.format(low=first, high=last, unit=_unit(unit), count=self.pairs)

    def to_json(self) -> dict[str, Any]:
        """As in `compare.json`, in English; what is undefined or infinite is null."""
        with speaking("en"):
            sentence = self.sentence()
        values = asdict(self) | {"unit": KPIS[self.kpi].unit, "better": self.better, "sentence": sentence}
        values["means"] = [finite(value) for value in self.means]
        return values | {key: finite(values[key]) for key in ("mean", "low", "high", "reduction")}


def finite(value: float) -> float | None:
    """A number for JSON, to twelve digits; None where it is undefined or infinite."""
    return float(f"{value:.12g}") if isfinite(value) else None


def _unit(unit: str) -> str:
    """A unit of differences in words."""
    words = {
        "h_per_user": _("hours a user"), "outages_per_user": _("outages a user"), "h": _("hours"),
        "share": _("percentage points"),
    }  # fmt: skip
    return words.get(unit) or unit_of(unit) or unit


def _amount(value: float, unit: str) -> str:
    return f"{value * 100:.1f}" if unit == "share" else shown(value, with_unit=False)


def amount(value: float, kpi: str) -> str:
    """A KPI's figure or difference for a table; shares in percent."""
    return _signed(value, KPIS[kpi].unit)


def _signed(value: float, unit: str) -> str:
    return f"{'−' if value < 0 else ''}{_amount(abs(value), unit)}"


def mean_interval(values: Floats, level: float = LEVEL) -> tuple[float, float, float]:
    """Mean and its interval by Student's t; the interval is NaN below two values. Source: Student 1908."""
    n = len(values)
    mean = float(values.mean()) if n else nan
    if n < 2:
        return mean, nan, nan
    from scipy.special import stdtrit

    half = float(stdtrit(n - 1, (1 + level) / 2)) * float(values.std(ddof=1)) / sqrt(n)
    return mean, mean - half, mean + half


def wilson(held: int, n: int, level: float = LEVEL) -> tuple[float, float]:
    """Interval of a probability of which `held` of `n` trials are known; (0, 1) of none.

    Source: Wilson 1927, doi:10.1080/01621459.1927.10502953.
    """
    if n == 0:
        return 0.0, 1.0
    from scipy.special import ndtri

    z = float(ndtri((1 + level) / 2))
    share, grown = held / n, 1 + z * z / n
    middle = (share + z * z / (2 * n)) / grown
    half = z / grown * sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    return max(0.0, middle - half) if held else 0.0, min(1.0, middle + half) if held < n else 1.0


def difference(kpi: str, names: tuple[str, str], ours: Floats, theirs: Floats) -> Difference:
    """The paired difference of two columns in the same order of seeds; pairs with an undefined figure are left out.

    `names` of the variant and of the one it is held against.
    """
    both = np.isfinite(ours) & np.isfinite(theirs)
    a, b = ours[both], theirs[both]
    mean, low, high = mean_interval(a - b)
    means = (float(a.mean()), float(b.mean())) if len(a) else (nan, nan)
    return Difference(kpi, *names, len(a), means, mean, low, high, _reduction(a, b))


def _reduction(a: Floats, b: Floats) -> float:
    if len(a) < 2:
        return nan
    unpaired, paired = float(a.var(ddof=1) + b.var(ddof=1)), float((a - b).var(ddof=1))
    if unpaired == 0.0:
        return nan
    return unpaired / paired if paired > 0.0 else float("inf")


# Ensembles side by side


@dataclass(frozen=True)
class Cell:
    """One variant of one ensemble: how to get at its figures by seed."""

    name: str
    scenario_hash: str
    seeds: tuple[int, ...]
    values: Callable[[str], Floats]
    held: Callable[[str | None], Floats]
    targets: tuple[str, ...] = ()


@dataclass(frozen=True)
class Promise:
    """In how many runs a target held (`target` empty: all of the plan), with Wilson's interval."""

    variant: str
    target: str
    runs: int
    share: float
    low: float
    high: float


@dataclass(frozen=True)
class Comparison:
    """Cells against one of them, on the seeds that all have."""

    against: str
    seeds: tuple[int, ...]
    variants: tuple[str, ...]
    differences: tuple[Difference, ...]
    promises: tuple[Promise, ...]
    left_out: tuple[tuple[str, int, int], ...] = ()
    """Variants with seeds that not all have: name, how many are left out, of how many."""
    untold: tuple[tuple[str, int, int], ...] = ()
    """Variants with seeds in which no target was missed but one is undefined: name, how many, of how many."""
    differ: bool = False
    """Whether the scenarios differ in more than the variants."""

    @property
    def notes(self) -> list[str]:
        """What to bear in mind, a sentence each."""
        said = _("{variant}: {left} of its {count} seeds left out, which not all variants have")
        notes = [said.format(variant=name, left=left, count=count) for name, left, count in self.left_out]
        unknown = _(
            "{variant}: in {few} of {count} seeds no target is missed but one is undefined; these count as held"
        )
        notes += [unknown.format(variant=name, few=few, count=count) for name, few, count in self.untold]
        more = _("the scenarios differ, in more than the variants: what differs is more than what the names say")
        return [*notes, more] if self.differ else notes

    def sentences(self) -> list[str]:
        """A sentence a difference, in the order of the KPIs asked for."""
        return [found.sentence() for found in self.differences]

    def to_json(self) -> dict[str, Any]:
        """As in `compare.json`, in English."""
        with speaking("en"):
            notes = self.notes
        return {
            "against": self.against,
            "variants": list(self.variants),
            "seeds": len(self.seeds),
            "differences": [found.to_json() for found in self.differences],
            "targets": [asdict(one) | {"share": finite(one.share)} for one in self.promises],
            "notes": notes,
        }


def compare_cells(cells: Sequence[Cell], kpis: Sequence[str], against: str = "") -> Comparison:
    """Every cell against the first, or the one named; paired on the seeds that all cells have.

    Raises `ValueError` where fewer than two cells, an unknown name or no common seed is given.
    """
    names = [cell.name for cell in cells]
    if len(cells) < 2:
        raise ValueError(_("need at least two variants to compare (two policies or variants, or two directories)"))
    if against and against not in names:
        raise ValueError(_("has no variant {against!r}: one of {names}").format(against=against, names=listed(names)))
    base = cells[names.index(against) if against else 0]
    common = sorted(set.intersection(*(set(cell.seeds) for cell in cells)))
    if not common:
        raise ValueError(_("have no seed in common, so nothing can be paired"))
    rows = {cell.name: _rows(cell.seeds, common) for cell in cells}
    others = [cell for cell in cells if cell is not base]
    columns = {(cell.name, kpi): cell.values(kpi)[rows[cell.name]] for cell in cells for kpi in kpis}
    found = [
        difference(kpi, (cell.name, base.name), columns[cell.name, kpi], columns[base.name, kpi])
        for kpi in kpis
        for cell in others
    ]
    kept = [
        _promise(cell, target, rows[cell.name])
        for target in (*dict.fromkeys(target for cell in cells for target in cell.targets), "")
        for cell in cells
        if (target in cell.targets or not target) and cell.targets
    ]
    left = {cell.name: (len(cell.seeds) - len(common), len(cell.seeds)) for cell in cells}
    short = tuple((name, few, count) for name, (few, count) in left.items() if few)
    held = {cell.name: [cell.held(target)[rows[cell.name]] for target in cell.targets] for cell in cells}
    doubtful = tuple((name, few, len(common)) for name, of in held.items() if (few := untold(of)))
    differ = len({cell.scenario_hash for cell in cells if cell.scenario_hash}) > 1
    return Comparison(base.name, tuple(common), tuple(names), tuple(found), tuple(kept), short, doubtful, differ)


def together(columns: Sequence[Floats]) -> Floats:
    """Whether all targets held in each run: 0 where one was missed, else 1.

    A target that is undefined in a run (nothing to restore, no generator called for) breaks no promise, so the others
    decide. NaN where all are undefined, or the run failed.
    """
    rows = np.array(columns, dtype=np.float64)
    return np.where((rows == 0).any(axis=0), 0.0, np.where(np.isnan(rows).all(axis=0), np.nan, 1.0))


def untold(columns: Sequence[Floats]) -> int:
    """In how many runs `together` says 1 although a target is undefined there."""
    rows = np.array(columns, dtype=np.float64)
    return int(((together(columns) == 1) & np.isnan(rows).any(axis=0)).sum()) if len(rows) else 0


def wholly(columns: Sequence[Floats]) -> Floats:
    """What one run's scorecard would say of its plan: 1 where every target was met, 0 where one was missed, else NaN.

    NaN too where none was missed and one is undefined: the plan was not fully tested.
    """
    rows = np.array(columns, dtype=np.float64)
    return np.where((rows == 0).any(axis=0), 0.0, np.where((rows == 1).all(axis=0), 1.0, np.nan))


def _rows(seeds: Sequence[int], common: Sequence[int]) -> list[int]:
    place = {seed: row for row, seed in enumerate(seeds)}
    return [place[seed] for seed in common]


def promise(variant: str, target: str, held: Floats) -> Promise:
    """How often a target held, of a column of 1, 0 and NaN (undefined, left out)."""
    known = held[~np.isnan(held)]
    yes, n = int(known.sum()), len(known)
    return Promise(variant, target, n, yes / n if n else nan, *wilson(yes, n))


def _promise(cell: Cell, target: str, rows: list[int]) -> Promise:
    return promise(cell.name, target, cell.held(target or None)[rows])
