"""The plan's dispatch rules (`plan.dispatch`) against what was done for the sites that lost their mains.

A *call* is one time without mains at a site whose class has a rule. It is *on time* when a generator carries
the site by the planned instant, *late* after it, *never* where the instant passed without one. Apart from these
stand what the desk *skipped* by the rule, what was *not needed* (mains back before the planned instant, or a
condition of the rule that never held), and what is *not due* at the horizon.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np

from sim.inventory import Bools, Floats, Ints
from sim.log import Columns
from sim.metrics.ground import Ground
from sim.metrics.intervals import NEVER, Spells, first_of, first_within, last_before, rows_with, take
from sim.metrics.jobs import Jobs
from sim.metrics.power import Powering
from sim.metrics.preparation import in_group
from sim.plan import DispatchRule

STATUS: Final = ("on time", "late", "never", "skipped", "not needed", "not due")
_ON_TIME, _LATE, _NEVER, _SKIPPED, _NOT_NEEDED, _NOT_DUE = range(len(STATUS))
_SKIP: Final = "battery_outlasts_told_restore"
ORDERS: Final = ("generate", "rove")

DarkTimes = Mapping[int, list[tuple[float, float]]]
"""Township code → from when to when it had no service at all, in order."""


@dataclass(frozen=True, eq=False)
class Owed:
    """One row a call, in order of the loss of mains. Shape (calls,) each; times NaN where there is none.

    `due_h` is the planned instant as it turned out: the first disconnect where no generator forestalled it, the
    hours of the rule after the loss of mains, or none. `powered_h` is when a generator carried the site.
    `lag_h` is the lag behind the planned instant. Where a generator forestalled the first disconnect, nobody
    knows when that would have been: the deadline that the desk gave the order stands for it, and the lag is at
    most 0; without an order there is no lag. `shed` says where the radio was shed.
    """

    site: Ints
    lost_h: Floats
    due_h: Floats
    powered_h: Floats
    lag_h: Floats
    status: Ints
    shed: Bools

    def where(self, what: str) -> Bools:
        """The calls of a status."""
        mask: Bools = self.status == STATUS.index(what)
        return mask


class Kept(NamedTuple):
    """Calls of a group by what became of them, and quantiles of the lag in hours (NaN without one)."""

    planned: int
    on_time: int
    late: int
    never: int
    skipped: int
    skipped_and_shed: int
    not_needed: int
    not_due: int
    lags: int
    lag_p10_h: float
    lag_p50_h: float
    lag_p90_h: float


def kept(owed: Owed, group: Bools | None = None) -> Kept:
    """How the rules were kept at the sites of a group, or at all."""
    mine = in_group(owed.site, group)
    count = np.bincount(owed.status[mine], minlength=len(STATUS)).tolist()
    lag_h = owed.lag_h[mine & ~np.isnan(owed.lag_h)]
    quantiles = np.quantile(lag_h, [0.1, 0.5, 0.9]).tolist() if len(lag_h) else [np.nan] * 3
    shed = int(np.count_nonzero(mine & owed.where("skipped") & owed.shed))
    on_time, late, never, skipped, not_needed, not_due = count
    planned = on_time + late + never
    return Kept(planned, on_time, late, never, skipped, shed, not_needed, not_due, len(lag_h), *quantiles)


class _Calls(NamedTuple):
    """What is known of the calls of one rule. Shape (calls,) each."""

    spell: Spells
    power: Powering
    order_due_h: Floats
    skipped: Bools
    called_h: Floats
    """From when the rule's condition held, NaN where it never did."""


def owed_of(
    rules: Mapping[str, DispatchRule], ground: Ground, mains: Spells, power: Powering, orders: Orders, dark: DarkTimes
) -> Owed:
    """Every call, of each rule by itself, put in order of the loss of mains."""
    classes = ground.inventory["site"]["site_class"].astype(str) if ground.sites else np.zeros(0, dtype="U1")
    parts, rows = [], []
    for site_class, rule in rules.items():
        mine = np.flatnonzero(classes[mains.who] == site_class)
        chosen = np.isin(np.arange(len(mains.who)), mine)
        spell = mains.where(chosen)
        called_h = spell.start_h if rule.only_if is None else _dark_h(ground, spell, dark)
        calls = _Calls(spell, power.where(chosen), orders.due_h[chosen], orders.skipped[chosen], called_h)
        parts.append(_judge(rule, calls))
        rows.append(mine)
    if not parts:
        none, no_rows = np.zeros(0), np.zeros(0, dtype=np.int64)
        return Owed(no_rows, none, none, none, none, no_rows, np.zeros(0, dtype=np.bool_))
    order = np.argsort(np.concatenate(rows), kind="stable")
    return Owed(*(np.concatenate([vars(part)[name] for part in parts])[order] for name in vars(parts[0])))


def _judge(rule: DispatchRule, calls: _Calls) -> Owed:
    spell, power = calls.spell, calls.power
    due_h, by_due = _due(rule, calls)
    passed = ~np.isnan(due_h) & np.where(spell.open, due_h <= spell.end_h, due_h < spell.end_h)
    if rule.power_within_h is None and rule.power_before is None:
        passed = ~spell.open
    unserved = np.select([calls.skipped, passed, spell.open], [_SKIPPED, _NEVER, _NOT_DUE], _NOT_NEEDED)
    served = np.where(by_due, _ON_TIME, _LATE)
    status = np.where(power.powered, served, unserved)
    status = np.where(np.isnan(calls.called_h), _NOT_NEEDED, status)
    lag_h = power.powered_h - due_h
    if rule.power_within_h is None and rule.power_before is not None:
        early_h = np.minimum(power.powered_h - calls.order_due_h, 0.0)
        lag_h = np.where(by_due, early_h, lag_h)
    lag_h = np.where(status <= _LATE, lag_h, np.nan)
    shed = power.shed < NEVER
    return Owed(spell.who, spell.start_h, due_h, power.powered_h, lag_h, status.astype(np.int64), shed)


def _due(rule: DispatchRule, calls: _Calls) -> tuple[Floats, Bools]:
    """The planned instant of each call, and which were powered by then (of those powered at all)."""
    spell, power = calls.spell, calls.power
    if rule.power_within_h is not None:
        due_h = np.maximum(spell.start_h + rule.power_within_h, calls.called_h)
        return due_h, power.powered_h <= due_h
    if rule.power_before is not None:
        due_h = np.where(power.in_time, np.nan, np.maximum(power.shed_h, calls.called_h))
        return due_h, power.in_time | (power.powered_h <= due_h)
    return np.full(len(spell.who), np.nan), power.powered


def _dark_h(ground: Ground, spell: Spells, dark: DarkTimes) -> Floats:
    """When the township of each site first had no service at all while the mains were off, NaN for never."""
    found = np.full(len(spell.who), np.nan)
    towns = ground.site_township[spell.who].tolist()
    for row, (town, lost_h, end_h) in enumerate(zip(towns, spell.start_h.tolist(), spell.end_h.tolist(), strict=True)):
        for begin_h, over_h in dark.get(town, ()):
            if begin_h < end_h and over_h > lost_h:
                found[row] = max(begin_h, lost_h)
                break
    return found


class Orders(NamedTuple):
    """What the desk ordered for each time without mains. Shape (spells,) each.

    `due_h` is the deadline of the last order for generation before the site was powered, NaN for none.
    `skipped`: an order was spared because the battery was expected to last until the told restoration.
    """

    due_h: Floats
    skipped: Bools


def orders_of(log: Columns, jobs: Jobs, mains: Spells, power: Powering) -> Orders:
    """From `job.opened` and `job.lapsed`."""
    ours = np.isin(jobs.kind, ORDERS) & (jobs.site >= 0)
    site, opened, deadline_h = jobs.site[ours], jobs.opened_row[ours], jobs.deadline_h[ours]
    until = np.minimum(power.start, len(log.t_h))
    place = last_before(mains.who, until, site, opened)
    if len(opened):
        place = np.where((place >= 0) & (opened[place] > mains.begin), place, -1)
    lapsed = rows_with(log, "job.lapsed")
    spared = np.array([name == _SKIP for name in log.names], dtype=np.bool_)
    lapsed = lapsed[spared[log.object[lapsed]]]
    job = first_of(jobs.name, len(log.names))[log.subject[lapsed]]
    rows_site = np.append(jobs.site, -1)[job]
    skipped = first_within(mains, rows_site[rows_site >= 0], lapsed[rows_site >= 0]) < NEVER
    return Orders(take(deadline_h, place), skipped)
