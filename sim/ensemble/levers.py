"""What to ask the boss for: the levers of a scenario, each alone on the same seeds, in pairs, and within a budget.

Levers are decisions. What an assumption does to the figures is another question, that of `sensitivity`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from itertools import combinations
from math import isfinite
from typing import Final

import numpy as np

from sim.ensemble.answers import Playing, digest_of, play_variants, rows_asked
from sim.ensemble.gains import WANT, Candidate, Columns, Pair, Pulled, Ranking, Step, interaction, per_hour, pulled
from sim.ensemble.variants import AS_WRITTEN
from sim.errors import InputError, input_error, one_line
from sim.language import _, speaking, spoken
from sim.levers import clash, values_of
from sim.loading import document_of, levers_checked, load
from sim.parameters import hint, one_of
from sim.scenario import Lever, Scenario
from sim.yamlfile import Document

ORDERS: Final = ("station_hours", "user_hours", "targets", "cost")
"""What levers may be ranked by."""
_BASE: Final[frozenset[str]] = frozenset()


def levers(
    scenario: Scenario,
    how: Playing | None = None,
    *,
    pairs: bool = False,
    budget: float | None = None,
    by: str = "station_hours",
) -> Ranking:
    """Every lever alone against the scenario as written, on the same seeds, ranked by what it gains.

    `pairs`: all of two as well, with what they gain or lose by standing together. `budget`: what to buy for it, one
    step after the other, each time the lever that clearly saves most station-hours for its cost on top of those
    bought. `by`: one of `ORDERS`. Raises `InputError` before anything is played.
    """
    how = how or Playing()
    if by not in ORDERS:
        raise input_error(_("must be {allowed}").format(allowed=f"{one_of(ORDERS)}{hint(by, ORDERS)}"), file="--by")
    if budget is not None and not (isfinite(budget) and budget >= 0):
        raise input_error(_("must be a number from 0 on (got {found})").format(found=f"{budget:g}"), file="--budget")
    if how.policy is not None:  # a lever may be another policy
        if scenario.path is None:
            raise input_error(_("needs a scenario that was loaded from a file"), path="levers")
        scenario = load(scenario.path, {**scenario.overrides, "policy": how.policy})
        how = replace(how, policy=None)
    book = _Book(scenario, how)
    singles = book.singles()
    found = Ranking(
        scenario=scenario.name, seeds=len(book.base.stations), by=by, targets=tuple(book.base.held),
        base=book.base.means(), want=book.base.idle(), singles=tuple(_ranked(singles, by)), idle=tuple(book.idle),
    )  # fmt: skip
    if pairs:
        found = replace(found, pairs=tuple(_paired(book, by)))
    if budget is not None:
        steps, unknown = _bought(book, budget)
        found = replace(found, budget=budget, steps=tuple(steps), cost_unknown=tuple(unknown))
    return replace(found, left_out=tuple(book.left_out.values()), remarks=tuple(book.remarks))


def _order(by: str) -> Callable[[Pulled], tuple[float, ...]]:
    """A key by which the best lever comes first; what is undefined comes last."""

    def most(value: float) -> float:
        return -value if isfinite(value) else float("inf")

    def key(one: Pulled) -> tuple[float, ...]:
        stations = most(one.stations.mean)
        cost = one.per_station_h.value if one.per_station_h is not None else float("inf")
        first = {
            "station_hours": stations, "user_hours": most(one.users.mean), "targets": most(one.gained.mean),
            "cost": cost,
        }  # fmt: skip
        return first[by], stations

    return key


def _ranked(found: Sequence[Pulled], by: str) -> list[Pulled]:
    key = _order(by)
    return sorted(found, key=lambda one: (key(one), one.levers))


# Playing


@dataclass
class _Book:
    """What was played of the levers of a scenario, by the names of those that were pulled."""

    scenario: Scenario
    how: Playing
    idle: list[str] = field(default_factory=list)
    left_out: dict[frozenset[str], str] = field(default_factory=dict)
    """Sets of levers that cannot be pulled together, and why."""
    remarks: list[str] = field(default_factory=list)
    """What is idle or left out, in the language in use."""

    def __post_init__(self) -> None:
        file = self.scenario.path or ""
        if not self.scenario.spec.levers:
            raise input_error(_("has no levers to try (see levers: in the reference of scenario files)"), file=file)
        self.remarks = self.idle = [str(problem) for problem in levers_checked(self.scenario)]
        if self.idle and spoken() != "en":
            with speaking("en"):
                again = load(self.scenario.path, self.scenario.overrides)  # type: ignore[arg-type]  # it was checked
                self.idle = [str(problem) for problem in levers_checked(again)]
        self.remarks = [*self.remarks]
        self.document: Document = document_of(self.scenario.path)  # type: ignore[arg-type]  # it was checked
        self.levers = {lever.name: lever for lever in self.scenario.spec.levers}
        self._resolved = self.scenario.resolved()
        self._columns: dict[frozenset[str], Columns] = {}

    @property
    def base(self) -> Columns:
        """The scenario as written."""
        return self._columns[_BASE]

    def singles(self) -> list[Pulled]:
        """The base and every lever alone, played."""
        self.play([_BASE, *(frozenset({name}) for name in self.levers)])
        return [self.against({name}, _BASE) for name in self.levers]

    def possible(self, names: frozenset[str]) -> bool:
        """Whether these may be pulled together; says why not in `left_out`."""
        if names not in self.left_out and (why_not := self._why_not(names)):
            self.remarks.append(why_not)
            with speaking("en"):
                self.left_out[names] = self._why_not(names)
        return names not in self.left_out

    def _why_not(self, names: frozenset[str]) -> str:
        """Why these cannot be pulled together, in words; empty where they can."""
        why = self._reason(names)
        labels = " + ".join(self.label(name) for name in sorted(names))
        return why and _("{levers} cannot be pulled together: {why}").format(levers=labels, why=why)

    def _reason(self, names: frozenset[str]) -> str:
        for one, other in combinations(sorted(names), 2):
            if place := clash(self._resolved, self.levers[one], self.levers[other]):
                return _("both set {place}").format(place=place)
        try:
            load(self.scenario.path, {**self.scenario.overrides, **self._values(names)})  # type: ignore[arg-type]
        except InputError as error:
            return one_line(str(error.problems[0]))
        return ""

    def _values(self, names: frozenset[str]) -> dict[str, str]:
        chosen = [self.levers[name] for name in sorted(names)]
        return values_of(self.document, self.scenario.overrides, chosen)

    def play(self, wanted: Sequence[frozenset[str]]) -> None:
        """Play sets of levers, all on the same seeds; those played before are not played again."""
        fresh = [names for names in dict.fromkeys(wanted) if names not in self._columns]
        if not fresh:
            return
        variants = [(self._variant(values, names), values) for names in fresh for values in (self._values(names),)]
        many = play_variants(self.scenario, variants, self.how)
        rows = rows_asked(many, self.how)
        for names, (variant, _values) in zip(fresh, variants, strict=True):
            targets = {target: many.held(variant, target)[rows] for target in many.targets(variant)}
            stations, users, *idle = (
                np.asarray(many.values(variant, kpi), np.float64)[rows]
                for kpi in ("station_outage_h", "user_outage_h", *WANT)
            )
            self._columns[names] = Columns(variant, stations, users, targets, dict(zip(WANT, idle, strict=True)))

    def _variant(self, values: dict[str, str], names: frozenset[str]) -> str:
        """A name for people, and digits: a lever that was changed since is played anew."""
        return f"{' + '.join(sorted(names))} #{digest_of(values)[:6]}" if names else AS_WRITTEN

    def columns(self, names: frozenset[str] | set[str]) -> Columns:
        """The figures of a set of levers that was played."""
        return self._columns[frozenset(names)]

    def against(self, names: set[str] | frozenset[str], others: frozenset[str]) -> Pulled:
        """What a set of levers saves on top of another."""
        costs = [self.levers[name].cost for name in names - others]
        cost = None if any(one is None for one in costs) else sum(one for one in costs if one is not None)
        says = tuple(self.levers[name].say for name in sorted(names))
        return pulled(tuple(sorted(names)), says, cost, self.columns(names), self.columns(others))

    def label(self, name: str) -> str:
        """What a lever says, in the language in use."""
        return label_of(self.levers[name])


def label_of(lever: Lever) -> str:
    """What a lever says, in the language in use."""
    from sim.language import chosen

    return chosen(lever.say.en, lever.say.zh) or lever.name


# Pairs and budgets


def _paired(book: _Book, by: str) -> list[Pair]:
    wanted = [frozenset(two) for two in combinations(sorted(book.levers), 2)]
    wanted = [names for names in wanted if book.possible(names)]
    book.play(wanted)
    found = {}
    for names in wanted:
        one, other = (book.columns({name}) for name in sorted(names))
        both = book.columns(names)
        mine = book.against(names, _BASE)
        found[mine.levers] = Pair(mine, *interaction(both, one, other, book.base))
    return [found[one.levers] for one in _ranked([pair.pulled for pair in found.values()], by)]


def _bought(book: _Book, budget: float) -> tuple[list[Step], list[str]]:
    """Steps of buying, and the levers whose cost is not known."""
    unknown = sorted(name for name, lever in book.levers.items() if lever.cost is None)
    costs = {name: lever.cost for name, lever in book.levers.items() if lever.cost is not None}
    steps: list[Step] = []
    chosen, spent = _BASE, 0.0
    while True:
        open_ = [n for n in sorted(costs) if n not in chosen and spent + costs[n] <= budget]
        open_ = [name for name in open_ if book.possible(chosen | {name})]
        book.play([chosen | {name} for name in open_])
        tried = [Candidate(name, book.against(chosen | {name}, chosen)) for name in open_]
        clear = [one for one in tried if one.on_top.stations.clear]
        best = min(clear, key=_worth, default=None)
        if best is None:
            return [*steps], unknown
        spent += costs[best.lever]
        chosen |= {best.lever}
        steps.append(
            Step(best.lever, book.levers[best.lever].say, costs[best.lever], spent, best.on_top,
                 book.against(chosen, _BASE), tuple(tried))
        )  # fmt: skip


def _worth(one: Candidate) -> tuple[float, float, str]:
    """Cost per station-hour, then most saved, then the name."""
    ratio = per_hour(one.on_top.cost, one.on_top.stations)
    return (ratio.value if ratio is not None else float("inf")), -one.on_top.stations.mean, one.lever
