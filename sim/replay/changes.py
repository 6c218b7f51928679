"""Changes of state in time order that can be played forwards and backwards, from rows or from intervals."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from sim.replay.columns import Column, Columns, ms_of
from sim.report.series import Intervals, Ints, Story

_NEVER: int = 2**41


class Changes(NamedTuple):
    """Thing `who` goes from state `before` to `after` at `t_ms`; before its first change a thing is in state 0."""

    t_ms: Ints
    who: Ints
    before: Ints
    after: Ints

    def packed(self, columns: Columns) -> dict[str, Column]:
        """As the page is given them."""
        return {
            "t_ms": columns.rising(self.t_ms),
            "who": columns.whole(self.who),
            "before": columns.whole(self.before),
            "after": columns.whole(self.after),
        }

    def at(self, t_ms: int, count: int) -> Ints:
        """State of each of `count` things at a moment."""
        state = np.zeros(count, dtype=np.int64)
        now = self.t_ms <= t_ms
        state[self.who[now]] = self.after[now]
        return state


def changes(t_ms: Ints, who: Ints, after: Ints) -> Changes:
    """Changes from states told in time order; of several at one moment the last holds.

    What changes nothing is dropped.
    """
    order = np.lexsort((np.arange(len(who)), t_ms, who))
    t_ms, who, after = t_ms[order], who[order], after[order]
    last = np.ones(len(who), dtype=np.bool_)
    last[:-1] = (who[1:] != who[:-1]) | (t_ms[1:] != t_ms[:-1])
    t_ms, who, after = t_ms[last], who[last], after[last]
    before = np.concatenate([[0], after[:-1]])[: len(after)]
    before[np.diff(who, prepend=-1) != 0] = 0
    real = before != after
    order = np.lexsort((who[real], t_ms[real]))
    return Changes(*(column[real][order] for column in (t_ms, who, before, after)))


class Lookup:
    """States of things at many moments, from intervals of which no two of a thing overlap."""

    def __init__(self, spans: Intervals, quiet: int) -> None:
        self.start, self.end = ms_of(spans.start_h), ms_of(np.minimum(spans.end_h, _NEVER / 3.6e6))
        self.who, self.state, self.quiet = spans.who, spans.state, quiet
        real = self.end > self.start
        order = np.lexsort((self.start[real], self.who[real]))
        self.start, self.end = self.start[real][order], self.end[real][order]
        self.who, self.state = self.who[real][order], self.state[real][order]

    def at(self, who: Ints, t_ms: Ints) -> Ints:
        """State of each thing `who` at its moment, `quiet` where it is in none."""
        if not len(self.who):
            return np.full(len(who), self.quiet)
        place = np.searchsorted(self.who * _NEVER + self.start, who * _NEVER + t_ms, side="right") - 1
        held = (place >= 0) & (self.who[place] == who) & (self.end[place] > t_ms)
        return np.where(held, self.state[place], self.quiet)

    @property
    def moments(self) -> tuple[Ints, Ints]:
        """Things, and moments at which their state may change."""
        over = self.end < _NEVER
        return np.concatenate([self.who, self.who[over]]), np.concatenate([self.start, self.end[over]])


def moments_of(parts: Sequence[Lookup]) -> tuple[Ints, Ints]:
    """Things and moments at which any of these may change, in the order of time."""
    who, t_ms = (np.concatenate(column) for column in zip(*(part.moments for part in parts), strict=True))
    order = np.lexsort((who, t_ms))
    return who[order], t_ms[order]


def switched(story: Story, item: str, begin: str, end: str) -> Changes:
    """Things of an inventory table between two kinds of rows: 1 after the one, 0 after the other."""
    rows, log = story.rows(begin, end), story.columns
    who = story.rows_of(item)[log.subject[rows]]
    begins = np.isin(rows, story.rows(begin))
    known = who >= 0
    return changes(ms_of(log.t_h[rows])[known], who[known], begins[known].astype(np.int64))
