"""How many are enough: the smallest number of a resource with which the targets hold often enough.

Numbers are tried on the same seeds, ends first, then by halving. That more of a resource never hurts is no theorem,
so the answer's neighbour below is tried as well, and tried points that contradict each other are told.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import pairwise
from math import nan
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from sim.ensemble.paired import finite, wilson
from sim.errors import input_error
from sim.language import _, speaking

Floats = NDArray[np.float64]
Held = Callable[[int], Floats]
"""For a number of the resource, whether the targets held: 1, 0 or NaN (undefined, or the run failed) for each seed."""
WILD: Final = "*"


@dataclass(frozen=True)
class Tried:
    """A number that was tried: the share of runs in which the targets held, with Wilson's 95 % interval.

    `runs` are those where the targets could be told. `undefined`: left out, as a target was undefined there (nothing
    to restore, no generator called for) or the run failed.
    """

    number: int
    runs: int
    held: int
    undefined: int
    low: float
    high: float

    @property
    def share(self) -> float:
        """Share of the runs that could be told in which the targets held; NaN of none."""
        return self.held / self.runs if self.runs else nan


@dataclass(frozen=True)
class Sizing:
    """The answer, None where even the last number is not enough; and every point of the curve, by number.

    `below_fails`: the number one below was tried and is not enough; None where the answer is the first number or
    there is no answer. `contradictions`: pairs of tried numbers where the greater one holds less often. `untold`: seeds
    that count as held at a number although one of several targets is undefined there, at most.
    """

    resource: str
    probability: float
    targets: tuple[str, ...]
    answer: int | None
    below_fails: bool | None
    points: tuple[Tried, ...]
    contradictions: tuple[tuple[int, int], ...]
    untold: int = 0

    def sentences(self) -> list[str]:
        """What a planner reads."""
        goal = _("{targets} in {share} of runs").format(
            targets=_(", ").join(self.targets), share=f"{self.probability:.0%}"
        )
        told = self._too_few(goal) if self.answer is None else self._enough(self.answer, goal)
        if left := max(point.undefined for point in self.points):
            said = _("In up to {count} of the seeds a target is undefined, and these are left out")
            told.append(said.format(count=left))
        if self.untold:
            said = _("In up to {count} of the seeds no target is missed but one is undefined, and these count as held")
            told.append(said.format(count=self.untold))
        said = _(
            "Not monotone: {more} hold less often than {fewer}; the smallest number found may not be the only border"
        )
        return told + [said.format(more=more, fewer=fewer) for fewer, more in self.contradictions]

    def _too_few(self, goal: str) -> list[str]:
        best = max(self.points, key=lambda point: (point.held / max(point.runs, 1), -point.number))
        at_best = _("at best {share} with {number}").format(share=f"{best.share:.0%}", number=best.number)
        said = _("Even {number} of {resource} are not enough for {goal}: {why}")
        why = at_best if best.runs else _("they can be told in no run")
        return [said.format(number=self.points[-1].number, resource=self.resource, goal=goal, why=why)]

    def _enough(self, answer: int, goal: str) -> list[str]:
        at = {point.number: point for point in self.points}
        here = at[answer]
        sure = _("they hold in {share} (95 %: {low}–{high}, {count} seeds)").format(
            share=f"{here.share:.0%}", low=f"{here.low:.0%}", high=f"{here.high:.0%}", count=here.runs
        )
        said = _("{number} of {resource} are enough for {goal}: {sure}")
        told = [said.format(number=answer, resource=self.resource, goal=goal, sure=sure)]
        if self.below_fails:
            below = at[answer - 1]
            fails = _("Checked: with {number} they hold in {share}, which is not enough")
            unknown = _("Checked: with {number} they can be told in no run")
            told.append((fails if below.runs else unknown).format(number=below.number, share=f"{below.share:.0%}"))
        elif answer == self.points[0].number:
            told.append(_("{number} is the first number asked about; fewer may do").format(number=answer))
        if here.low < self.probability:
            more = _("The interval reaches below {share}: more seeds would make it surer")
            told.append(more.format(share=f"{self.probability:.0%}"))
        return told

    def to_json(self) -> dict[str, Any]:
        """As in `sizing.json`, in English."""
        with speaking("en"):
            sentences = self.sentences()
        points = [
            asdict(point) | {"share": finite(point.share), "low": finite(point.low), "high": finite(point.high)}
            for point in self.points
        ]
        return asdict(self) | {"points": points, "sentences": sentences}


def tried(number: int, held: Floats) -> Tried:
    """A point of the curve from one column of runs."""
    undefined = int(np.isnan(held).sum())
    runs, yes = len(held) - undefined, int(np.nansum(held))
    return Tried(number, runs, yes, undefined, *wilson(yes, runs))


def smallest(held: Held, first: int, last: int, probability: float) -> tuple[int | None, list[Tried]]:
    """The smallest number between `first` and `last` that is enough, by halving, and all tried, by number.

    The result has a neighbour below that was tried and is not enough, unless it is `first`. It is the smallest of all
    where being enough is monotone in the number; else one border of several. None where `last` is not enough.
    """
    points: dict[int, Tried] = {}

    def enough(number: int) -> bool:
        if number not in points:
            points[number] = tried(number, held(number))
        return points[number].share >= probability

    answer: int | None
    if enough(first):
        answer = first
    elif not enough(last):
        answer = None
    else:
        low, answer = first, last  # low is not enough, answer is
        while answer - low > 1:
            middle = (low + answer) // 2
            if enough(middle):
                answer = middle
            else:
                low = middle
    return answer, [points[number] for number in sorted(points)]


def contradictions(points: Sequence[Tried]) -> list[tuple[int, int]]:
    """Neighbouring tried numbers of which the greater one holds less often, each over the runs that can be told."""
    return [(a.number, b.number) for a, b in pairwise(points) if b.share < a.share]


def sizing(
    held: Held, span: tuple[int, int], probability: float, resource: str = "units", targets: Iterable[str] = ("plan",)
) -> Sizing:
    """The answer for any function from a number to runs; `span` are the first and the last number, both tried.

    Raises `InputError` for a span or probability that makes no sense.
    """
    first, last = span
    if first < 0:
        raise input_error(_("must be at least {low} (got {value})").format(low=0, value=first), file="--from")
    if last < first:
        raise input_error(
            _("must be at least --from, {first} (got {last})").format(first=first, last=last), file="--to"
        )
    if not 0 < probability <= 1:
        raise input_error(
            _("must be above 0 and at most 1 (got {value:g})").format(value=probability),
            file="--probability",
        )
    answer, points = smallest(held, first, last, probability)
    below = None
    if answer is not None and answer > first:
        below = any(point.number == answer - 1 and not point.share >= probability for point in points)
    return Sizing(resource, probability, tuple(targets), answer, below, tuple(points), tuple(contradictions(points)))


# Where the numbers go


def distribute(total: int, present: Sequence[int]) -> list[int]:
    """A total over depots in proportion to their present numbers, by the largest remainder; ties to the first.

    Where all are 0 they get equal parts. Source: Hamilton's method, Balinski & Young 2001, Fair Representation.
    """
    weights = list(present) if sum(present) else [1] * len(present)
    whole = sum(weights)
    shares = [divmod(total * weight, whole) for weight in weights]
    left = total - sum(share for share, _ in shares)
    by_rest = sorted(range(len(weights)), key=lambda row: (-shares[row][1], row))
    more = frozenset(by_rest[:left])
    return [share + (row in more) for row, (share, _) in enumerate(shares)]


def places(resolved: Mapping[str, Any], resource: str) -> dict[str, int]:
    """The places that a path with wildcards names, and the whole number that stands at each.

    `resolved` is a scenario's data; `*` stands for every name of a table or item of a list. Raises `InputError`
    where nothing, or no whole number, is there.
    """
    found: list[tuple[tuple[str, ...], Any]] = [((), resolved)]
    for part in resource.split("."):
        found = [pair for at, data in found for pair in _below(at, data, part)]
    counts = {".".join(at): value for at, value in found if value is not None}
    wrong = {at: v for at, v in counts.items() if isinstance(v, bool) or not isinstance(v, int | float) or v % 1}
    if wrong:
        at, value = next(iter(wrong.items()))
        raise input_error(
            _("must be the place of a whole number (at {at} stands {value!r:.60})").format(at=at, value=value),
            file="--resource",
        )
    if not counts:
        said = _(
            "{resource} names no place with a number in this scenario, such as resources.depots.horqin.crews or "
            "resources.depots.*.crews"
        )
        raise input_error(said.format(resource=resource), file="--resource")
    return {at: int(value) for at, value in counts.items()}


def _below(at: tuple[str, ...], data: Any, part: str) -> list[tuple[tuple[str, ...], Any]]:
    if isinstance(data, Mapping):
        sets = data.get("generators")  # a ledger line may name its generators itself
        table = {**sets, **data} if isinstance(sets, Mapping) and part in sets else data
        names = list(data) if part == WILD else [part] if part in table else []
        return [((*at, str(name)), table[name]) for name in names]
    if isinstance(data, list):
        rows = range(len(data)) if part == WILD else [int(part)] if part.isdigit() and int(part) < len(data) else []
        return [((*at, str(row)), data[row]) for row in rows]
    return []


def overrides(present: Mapping[str, int], total: int) -> dict[str, str]:
    """What to set at each place so that there are `total` in all, shared out in proportion to what is there."""
    numbers = distribute(total, list(present.values()))
    return {place: str(number) for place, number in zip(present, numbers, strict=True)}
