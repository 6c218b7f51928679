"""Levers in words and tables: what a planner reads, prints and takes to the boss."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from math import isfinite
from typing import Final

from sim.ensemble.gains import WANT, Gain, PerHour, Pulled, Ranking
from sim.language import _, chosen
from sim.scorecard.card import shown
from sim.sheetfile import Cell, Table
from sim.spec import Title

DASH: Final = "–"
_NAME_WIDE: Final = 34.0
_FIGURE_WIDE: Final = 22.0
_NAMES: Final = 2
"""Columns of a list among which its names stand."""


def name_of(says: Sequence[Title]) -> str:
    """What levers say, in the language in use."""
    return " + ".join(chosen(say.en, say.zh) for say in says)


def number(value: float | None) -> str:
    """A figure for people; an en dash where there is none."""
    if value is None or not isfinite(value):
        return DASH
    text = shown(abs(value), with_unit=False)
    return f"−{text}" if value < 0 and text.strip("0.") else text


def span(one: Gain | PerHour, value: float) -> str:
    """A figure with its interval."""
    if not isfinite(one.low):
        return number(value)
    return _("{mean} ({low} to {high})").format(mean=number(value), low=number(one.low), high=number(one.high))


def ratio(one: PerHour | None) -> str:
    """A cost of an hour with its interval; an en dash where there is none."""
    return DASH if one is None else span(one, one.value)


def _gain(one: Gain) -> str:
    return span(one, one.mean)


# On a terminal


def ranking_rows(found: Ranking) -> list[list[str]]:
    """Rows of the ranked list, the heads first."""
    heads = [
        "", _("lever"), _("cost"), _("station-hours saved"), _("user-hours saved"), _("targets gained"),
        _("cost of a station-hour"),
    ]  # fmt: skip
    rows = [
        [str(place), name_of(one.says), number(one.cost), _gain(one.stations), _gain(one.users), _gain(one.gained),
         ratio(one.per_station_h)]
        for place, one in enumerate(found.singles, start=1)
    ]  # fmt: skip
    return [heads, *rows]


def target_rows(found: Ranking) -> list[list[str]]:
    """In how many of the runs each target held, as written and with each lever; the heads first."""
    if not found.targets:
        return []
    base = [share(held.before.share) for held in found.singles[0].targets]
    rows = [[name_of(one.says), *(share(held.after.share) for held in one.targets)] for one in found.singles]
    return [[_("target held in"), *found.targets], [_("as written"), *base], *rows]


def share(value: float) -> str:
    """A share in percent; an en dash where there is none."""
    return f"{value:.0%}" if isfinite(value) else DASH


def pair_rows(found: Ranking) -> list[list[str]]:
    """Rows of the pairs, the heads first."""
    heads = [_("two levers"), _("cost"), _("station-hours saved"), _("beyond their sum"), _("cost of a station-hour")]
    rows = [
        [name_of(one.says), number(one.cost), _gain(one.stations), _gain(pair.stations), ratio(one.per_station_h)]
        for pair in found.pairs or ()
        for one in (pair.pulled,)
    ]
    return [heads, *rows]


def step_rows(found: Ranking) -> list[list[str]]:
    """Rows of what the budget buys, the heads first."""
    heads = [
        "", _("lever"), _("cost"), _("spent"), _("station-hours saved on top"), _("cost of a station-hour"),
        _("saved in all"),
    ]  # fmt: skip
    rows = [
        [str(place), name_of([step.say]), number(step.cost), number(step.spent), _gain(step.on_top.stations),
         ratio(step.on_top.per_station_h), _gain(step.total.stations)]
        for place, step in enumerate(found.steps or (), start=1)
    ]  # fmt: skip
    return [heads, *rows]


# In sentences


def sentences(found: Ranking) -> list[str]:
    """A sentence a lever, best first, then those on pairs and on the budget."""
    return [
        *map(sentence, found.singles),
        *_want(found),
        *(_pair(found) if found.pairs is not None else ()),
        *(_budget(found) if found.steps is not None else ()),
    ]


def sentence(one: Pulled) -> str:
    """What levers gain, and for how much."""
    name, saved = name_of(one.says), one.stations
    if saved.nothing and one.users.nothing and one.gained.nothing:
        return _("{lever}: changes nothing in any of {pairs} runs; is it within reach, or never in want?").format(
            lever=name, pairs=saved.pairs
        )
    if not saved.told:
        return _("{lever}: no difference in station-hours can be told (95 %: {low} to {high}, {pairs} runs)").format(
            lever=name, low=number(saved.low), high=number(saved.high), pairs=saved.pairs
        )
    if not saved.clear:
        return _("{lever}: loses {hours} station-hours (95 %: {low} to {high})").format(
            lever=name, hours=number(-saved.mean), low=number(-saved.high), high=number(-saved.low)
        )
    told = _("{lever}: saves {hours} station-hours (95 %: {low} to {high})").format(
        lever=name, hours=number(saved.mean), low=number(saved.low), high=number(saved.high)
    )
    if (price := one.per_station_h) is None:
        return told
    return told + _("; a station-hour saved costs {price} (95 %: {low} to {high})").format(
        price=number(price.value), low=number(price.low), high=number(price.high)
    )


def _want(found: Ranking) -> Iterator[str]:
    """What was short as written, told from what was not."""
    free, resting, unused = (found.want[name] for name in WANT)
    if isfinite(free):
        yield _(
            "As written, while orders to power a site waited for a crew: {free} crews free, {resting} resting, "
            "{unused} generators unused (means); more of what stands idle brings little"
        ).format(free=number(free), resting=number(resting), unused=number(unused))


def _pair(found: Ranking) -> Iterator[str]:
    for pair in found.pairs or ():
        if not pair.stations.told:
            continue
        words = (
            _("{levers}: together they save {hours} station-hours more than the sum of each (95 %: {low} to {high})")
            if pair.stations.clear
            else _(
                "{levers}: together they save {hours} station-hours less than the sum of each (95 %: {low} to {high})"
            )
        )
        hours, (low, high) = abs(pair.stations.mean), sorted((abs(pair.stations.low), abs(pair.stations.high)))
        yield words.format(levers=name_of(pair.pulled.says), hours=number(hours), low=number(low), high=number(high))
    bought = {step.lever for step in found.steps or ()}
    for pair in found.pairs or () if found.budget is not None else ():
        one, cost = pair.pulled, pair.pulled.cost
        if bought.isdisjoint(one.levers) and one.stations.clear and cost is not None and cost <= (found.budget or 0.0):
            yield _(
                "{levers}: this pair alone saves {hours} station-hours (95 %: {low} to {high}) for {cost}, within the "
                "budget; the budget was spent one lever at a time and bought neither"
            ).format(
                levers=name_of(one.says), hours=number(one.stations.mean), low=number(one.stations.low),
                high=number(one.stations.high), cost=number(cost),
            )  # fmt: skip
    if not any(pair.stations.told for pair in found.pairs or ()):
        yield _("Of no pair can it be told that it saves more or less than the sum of its two")


def _budget(found: Ranking) -> Iterator[str]:
    steps, budget = found.steps or (), number(found.budget)
    if not steps:
        yield _("For {budget} nothing can be bought that clearly saves station-hours").format(budget=budget)
    else:
        total = steps[-1].total.stations
        yield _(
            "For {budget}, buy in this order: {levers}; {spent} spent, {hours} station-hours saved "
            "(95 %: {low} to {high})"
        ).format(
            budget=budget, levers=_(", ").join(name_of([step.say]) for step in steps),
            spent=number(steps[-1].spent), hours=number(total.mean), low=number(total.low), high=number(total.high),
        )  # fmt: skip
    names = {one.levers[0]: name_of(one.says) for one in found.singles}
    if found.cost_unknown:
        yield _("Not for sale, as their cost is not written: {levers}").format(
            levers=_(", ").join(names[name] for name in found.cost_unknown)
        )


def notes(found: Ranking) -> list[str]:
    """What to keep in mind when reading."""
    told = [
        *found.remarks,
        _("Levers are decisions; what an unsure assumption does to these figures is told by `drill sensitivity`"),
        _("Of many intervals at 95 %, one in twenty misses the truth by chance alone"),
    ]
    if found.steps:
        told.append(_("The steps are chosen and judged on the same seeds, which flatters them a little; try others"))
    return told


# As sheets


def _three(title: str) -> list[str]:
    return [title, _("{what}, 95 % from").format(what=title), _("{what}, 95 % to").format(what=title)]


def _numbers(one: Gain) -> list[Cell]:
    return [_cell(value) for value in (one.mean, one.low, one.high)]


def _prices(one: PerHour | None) -> list[Cell]:
    return [None, None, None] if one is None else [_cell(value) for value in (one.value, one.low, one.high)]


def _cell(value: float | None) -> Cell:
    """A number to nine digits, whole ones without a point; empty where there is none."""
    if value is None or not isfinite(value):
        return None
    return int(value) if float(value).is_integer() else float(f"{value:.9g}")


def _columns(one: Pulled) -> list[Cell]:
    after = [_cell(held.after.share) for held in one.targets]
    return [
        _cell(one.cost), *_numbers(one.stations), *_numbers(one.users), *_numbers(one.gained),
        *_prices(one.per_station_h), *_prices(one.per_user_h), one.stations.pairs, *after,
    ]  # fmt: skip


def _heads(targets: Sequence[str]) -> list[str]:
    held = [_("{target} held in").format(target=target) for target in targets]
    return [
        _("cost"), *_three(_("station-hours saved")), *_three(_("user-hours saved")), *_three(_("targets gained")),
        *_three(_("cost of a station-hour")), *_three(_("cost of a user-hour")), _("pairs of runs"), *held,
    ]  # fmt: skip


def tables(found: Ranking) -> list[Table]:
    """The ranked list, the pairs and the steps as sheets; those that were not asked for are left out."""
    heads = _heads(found.targets)
    rank: list[list[Cell]] = [[n, name_of(one.says), *_columns(one)] for n, one in enumerate(found.singles, start=1)]
    made = [Table(_("levers"), [_("rank"), _("lever"), *heads], rank)]
    if found.pairs is not None:
        beyond = _three(_("beyond their sum"))
        rows = [[name_of(p.pulled.says), *_numbers(p.stations), *_columns(p.pulled)] for p in found.pairs]
        made.append(Table(_("two by two"), [_("two levers"), *beyond, *heads], rows))
    if found.steps is not None:
        steps: list[list[Cell]] = [
            [n, name_of([s.say]), _cell(s.spent), *_columns(s.on_top), *_numbers(s.total.stations)]
            for n, s in enumerate(found.steps, start=1)
        ]
        in_all = _three(_("station-hours saved in all"))
        made.append(Table(_("budget"), [_("step"), _("lever"), _("spent"), *heads, *in_all], steps))
    return made


def book(found: Ranking) -> list[Table]:
    """Sheets for people: lists as on the screen, a figure with its interval in a cell; then those of exact numbers."""
    lists = [
        (_("levers"), ranking_rows(found)),
        (_("targets"), target_rows(found)),
        (_("two by two"), pair_rows(found) if found.pairs is not None else []),
        (_("budget"), step_rows(found) if found.steps is not None else []),
    ]
    read = [Table(title, rows[0], rows[1:], _widths(rows[0])) for title, rows in lists if rows]
    exact = [replace(one, title=_("{sheet}, exact").format(sheet=one.title)) for one in tables(found)]
    return [*read, *exact]


def _widths(heads: Sequence[str]) -> list[float]:
    """Characters: a narrow place, a wide name, then figures."""
    return [6.0 if not head else _NAME_WIDE if at < _NAMES else _FIGURE_WIDE for at, head in enumerate(heads)]


def told(found: Ranking, table: Callable[[Sequence[Sequence[str]]], str]) -> str:
    """Everything for a terminal: tables made by `table`, sentences, notes."""
    base = found.base["station_hours"]
    first = _("{scenario}: {levers} levers, {seeds} seeds each; as written {hours} station-hours are lost").format(
        scenario=found.scenario, levers=len(found.singles), seeds=found.seeds, hours=number(base)
    )
    parts = [first, table(ranking_rows(found))]
    parts += [table(rows) for rows in (target_rows(found),) if rows]
    parts += [table(pair_rows(found))] if found.pairs else []
    parts += [table(step_rows(found))] if found.steps else []
    parts.append("\n".join(sentences(found)))
    parts.append("\n".join(_("Note: {note}").format(note=note) for note in notes(found)))
    return "\n\n".join(parts)
