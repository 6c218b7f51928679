"""Intervals from the rows of a log: begins matched with ends, counts over time, rows before and after.

Every interval is [start, end): at its start it counts, at its end no longer, except that one still open at
the horizon counts there too. Rows are taken in the order of the log, which is the order of time.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np

from sim.inventory import Bools, Floats, Ints
from sim.log import Columns

NEVER: Final = int(np.iinfo(np.int64).max)
"""A row beyond every log: there is none."""


def rows_with(log: Columns, *kinds: str) -> Ints:
    """Row numbers of these kinds in the order of the log; a kind the log does not know has no rows."""
    wanted = np.array([kind in kinds for kind in log.kinds], dtype=np.bool_)
    return np.flatnonzero(wanted[log.kind]).astype(np.int64)


def is_kind(log: Columns, rows: Ints, kind: str) -> Bools:
    """Which of these rows are of this kind."""
    mask: Bools = log.kind[rows] == (log.kinds.index(kind) if kind in log.kinds else -1)
    return mask


class Spells(NamedTuple):
    """Intervals of things, in order of their beginning. Shape (spells,) each.

    `who` numbers the thing; `begin` and `end` are rows of the log (`end` -1 while open); an open spell ends
    at the horizon.
    """

    who: Ints
    start_h: Floats
    end_h: Floats
    open: Bools
    begin: Ints
    end: Ints

    @property
    def hours(self) -> Floats:
        """Length of each, hours."""
        return self.end_h - self.start_h

    def begun(self, at_h: float) -> Bools:
        """Which began at or before an instant."""
        return self.start_h <= at_h

    def holds(self, at_h: float) -> Bools:
        """Which hold at an instant."""
        return (self.start_h <= at_h) & ((self.end_h > at_h) | self.open)

    def where(self, chosen: Bools | Ints) -> Spells:
        """Some of them, by a mask or by their places."""
        who, start_h, end_h, open_, begin, end = self
        return Spells(who[chosen], start_h[chosen], end_h[chosen], open_[chosen], begin[chosen], end[chosen])


def spells(log: Columns, rows: Ints, who: Ints, begins: Bools, horizon_h: float) -> Spells:
    """Match begins with ends of the same thing.

    `rows` are rows of the log in its order, `who` numbers their thing (negative: not ours, dropped), `begins`
    says which are begins. A begin while one is open and an end while none is are passed over, so that the
    first word counts. Spells beyond the horizon are dropped, those that reach it are open.
    """
    ours = (who >= 0) & (log.t_h[rows] <= horizon_h)
    rows, who, begins = rows[ours], who[ours], begins[ours]
    order = np.argsort(who, kind="stable")
    rows, who, begins = rows[order], who[order], begins[order]
    first = np.ones(len(who), dtype=np.bool_)
    first[1:] = who[1:] != who[:-1]
    before = np.zeros(len(who), dtype=np.bool_)
    before[1:] = begins[:-1]
    changes = np.where(first, begins, begins != before)
    rows, who, begins = rows[changes], who[changes], begins[changes]
    at = np.flatnonzero(begins)
    after = np.minimum(at + 1, max(len(who) - 1, 0))
    closed = (after > at) & (who[after] == who[at]) & ~begins[after]
    end = np.where(closed, rows[after], -1)
    end_h = np.where(closed, log.t_h[rows[after]], horizon_h)
    found = Spells(who[at], log.t_h[rows[at]], end_h, ~closed, rows[at], end)
    return found.where(np.argsort(found.begin, kind="stable"))


def steps(moments: Floats, changes: Ints) -> tuple[Floats, Ints]:
    """A count over time from its changes: the distinct moments, and the count from each of them on."""
    order = np.argsort(moments, kind="stable")
    moments, level = moments[order], np.cumsum(changes[order])
    last = np.ones(len(moments), dtype=np.bool_)
    last[:-1] = moments[1:] != moments[:-1]
    return moments[last], level[last]


def count_over_time(found: Spells, weight: Ints | None = None) -> tuple[Floats, Ints]:
    """How many of the spells hold, as steps from each moment on; open ones never end."""
    weight = np.ones(len(found.who), dtype=np.int64) if weight is None else weight
    closed = ~found.open
    moments = np.concatenate((found.start_h, found.end_h[closed]))
    return steps(moments, np.concatenate((weight, -weight[closed])))


def value_at(moments: Floats, levels: Ints, at: Floats) -> Ints:
    """The value of steps at some instants; 0 before the first."""
    place = np.searchsorted(moments, at, side="right") - 1
    return np.where(place >= 0, np.append(levels, 0)[place], 0).astype(np.int64)


def _keys(things: Ints, rows: Ints, size: int) -> Ints:
    return things * np.int64(size) + rows


def last_before(things: Ints, rows: Ints, among: Ints, among_rows: Ints) -> Ints:
    """For each (thing, row): the place in `among` of its thing's last row before it, -1 for none."""
    return _neighbour((things, rows), (among, among_rows), later=False)


def next_after(things: Ints, rows: Ints, among: Ints, among_rows: Ints) -> Ints:
    """For each (thing, row): the place in `among` of its thing's first row after it, -1 for none."""
    return _neighbour((things, rows), (among, among_rows), later=True)


def _neighbour(ours: tuple[Ints, Ints], theirs: tuple[Ints, Ints], *, later: bool) -> Ints:
    if not len(theirs[0]) or not len(ours[0]):
        return np.full(len(ours[0]), -1, dtype=np.int64)
    size = int(max(ours[1].max(), theirs[1].max())) + 1
    keys = _keys(*theirs, size)
    order = np.argsort(keys, kind="stable")
    sorted_keys = keys[order]
    wanted = _keys(*ours, size)
    if later:
        place = np.searchsorted(sorted_keys, wanted, side="right")
    else:
        place = np.searchsorted(sorted_keys, wanted, side="left") - 1
    inside = (place >= 0) & (place < len(keys))
    found = order[np.clip(place, 0, len(keys) - 1)]
    same = inside & (theirs[0][found] == ours[0])
    return np.where(same, found, -1)


def first_within(found: Spells, among: Ints, among_rows: Ints) -> Ints:
    """For each spell: its thing's first row inside it, NEVER where there is none."""
    place = next_after(found.who, found.begin, among, among_rows)
    if not len(among_rows):
        return np.full(len(found.who), NEVER)
    row = among_rows[place]
    return np.where((place >= 0) & ((row < found.end) | (found.end < 0)), row, NEVER)


def first_of(things: Ints, size: int) -> Ints:
    """For each thing of 0 to `size`: the place of its first appearance, -1 where it has none."""
    place = np.full(size, -1, dtype=np.int64)
    place[things[::-1]] = np.arange(len(things))[::-1]
    return place


def take(values: Floats, places: Ints) -> Floats:
    """Values at these places, NaN where the place is -1."""
    if not len(values):
        return np.full(len(places), np.nan)
    return np.where(places >= 0, values[places], np.nan)


def code_at(codes: Ints, places: Ints) -> Ints:
    """Codes at these places, 0 where the place is -1."""
    return np.append(codes, 0)[places]


def pick(names: Sequence[str], codes: Ints) -> np.ndarray[tuple[int], np.dtype[np.object_]]:
    """The names of some codes as a text column; empty where the code is negative."""
    all_names = np.empty(len(names) + 1, dtype=object)
    all_names[:-1] = names
    all_names[-1] = ""
    return all_names[codes]
