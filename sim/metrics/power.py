"""Times without mains, and when a generator carried the site: before its first disconnect, after it, or never."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sim.inventory import Bools, Floats, Ints
from sim.log import Columns
from sim.metrics.generators import Runs
from sim.metrics.intervals import NEVER, Spells, first_within, last_before, rows_with
from sim.metrics.jobs import Names


class Powering(NamedTuple):
    """One row a time without mains, as in the mains spells. Shape (spells,) each.

    `running`: a generator carried the site already when the mains failed. `start` and `shed` are the rows of
    the first start of a generator and of the first disconnect while the mains were off, NEVER for none.
    """

    running: Bools
    start: Ints
    shed: Ints
    powered_h: Floats
    shed_h: Floats

    @property
    def powered(self) -> Bools:
        """Where a generator carried the site."""
        return self.running | (self.start < NEVER)

    @property
    def in_time(self) -> Bools:
        """Where it did so before the first disconnect."""
        return self.running | (self.start < self.shed)

    @property
    def needed(self) -> Bools:
        """Where generation was needed: a generator carried the site, or its radio was shed."""
        return self.powered | (self.shed < NEVER)

    def where(self, chosen: Bools) -> Powering:
        """Some of them."""
        running, start, shed, powered_h, shed_h = self
        return Powering(running[chosen], start[chosen], shed[chosen], powered_h[chosen], shed_h[chosen])


def powering(log: Columns, names: Names, mains: Spells, runs: Runs) -> Powering:
    """The first powering of each time without mains."""
    shed_rows = rows_with(log, "radio.off")
    shed = first_within(mains, names.site[log.subject[shed_rows]], shed_rows)
    start = first_within(mains, runs.spells.who, runs.spells.begin)
    before = last_before(mains.who, mains.begin, runs.spells.who, runs.spells.begin)
    running = np.zeros(len(before), dtype=np.bool_)
    if len(runs.spells.who):
        end = runs.spells.end[before]
        running = (before >= 0) & ((end < 0) | (end > mains.begin))
    powered_h = np.where(running, mains.start_h, time_of(log, start))
    return Powering(running, start, shed, powered_h, time_of(log, shed))


def time_of(log: Columns, rows: Ints) -> Floats:
    """The times of some rows, NaN for NEVER."""
    if not len(log.t_h):
        return np.full(len(rows), np.nan)
    return np.where(rows < NEVER, log.t_h[np.where(rows < NEVER, rows, 0)], np.nan)
