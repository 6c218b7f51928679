"""Outages by what ended them; the repair time of those that a crew ended, divided into its parts.

The rows that brought the end about, from `site.up` back, tell who ended an outage: `mains.back` comes before
any visit (mains), or a visit of the response does (a crew), or neither (other: a caretaker, a restart).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from sim.inventory import Bools, Floats, Ints
from sim.log import Columns
from sim.metrics.intervals import Spells, is_kind, next_after, rows_with, take
from sim.metrics.jobs import Names
from sim.metrics.visits import Visits

ENDED_BY: Final = ("crew", "mains", "other")
_HEARD: Final = ("desk.alarm", "desk.listed")


@dataclass(frozen=True, eq=False)
class Repairs:
    """One row an outage that ended and of which the desk heard while it lasted. Shape (outages,) each.

    `repair_h` runs from the desk's first word to the end. For those that a crew ended, the parts sum to it:
    `wait_h` to the leaving of the crew that ended it, `travel_h` driving, `road_h` stuck or blocked, `work_h`
    from the beginning of work, `other_h` the rest (on site before work could begin, and from the end of the
    visit to the end of the outage). NaN for the others.
    """

    site: Ints
    repair_h: Floats
    ended_by: Ints
    wait_h: Floats
    travel_h: Floats
    road_h: Floats
    work_h: Floats
    other_h: Floats

    def by(self, what: str) -> Bools:
        """Those that were ended so."""
        mask: Bools = self.ended_by == ENDED_BY.index(what)
        return mask


def heard_of_outages(log: Columns, names: Names, horizon_h: float) -> tuple[Ints, Ints]:
    """Rows by which the desk learned of an outage (alarm `down`, or an operator's list), and their sites."""
    rows = rows_with(log, *_HEARD)
    alarm = np.array([name == "down" for name in log.names], dtype=np.bool_)
    listed = is_kind(log, rows, "desk.listed")
    site = names.site[log.subject[rows]]
    kept = (site >= 0) & (listed | alarm[log.object[rows]]) & (log.t_h[rows] <= horizon_h)
    return rows[kept], site[kept]


def repairs_of(log: Columns, found: Spells, heard: tuple[Ints, Ints], visits: Visits) -> Repairs:
    """Repairs in order of the beginning of their outages."""
    rows, site = heard
    alarm_h = take(log.t_h[rows], next_after(found.who, found.begin, site, rows))
    counts = ~found.open & (alarm_h <= found.end_h)
    found, alarm_h = found.where(counts), alarm_h[counts]
    ended_by, visit = _ended_by(log, found.end, visits)
    end_h = found.end_h
    sent_h, arrived_h, begun_h, done_h = (
        np.clip(take(column, visit), alarm_h, end_h)
        for column in (visits.dispatched_h, visits.arrived_h, visits.begun_h, visits.done_h)
    )
    done_h = np.where(np.isnan(done_h), end_h, done_h)
    way_h = arrived_h - sent_h
    road_h = np.minimum(take(visits.road_h, visit), way_h)
    return Repairs(
        site=found.who,
        repair_h=end_h - alarm_h,
        ended_by=ended_by,
        wait_h=sent_h - alarm_h,
        travel_h=way_h - road_h,
        road_h=road_h,
        work_h=done_h - begun_h,
        other_h=(begun_h - arrived_h) + (end_h - done_h),
    )


def _ended_by(log: Columns, ends: Ints, visits: Visits) -> tuple[Ints, Ints]:
    """Who ended each outage, and the visit that did (-1 for none)."""
    visit_of_row = np.full(len(log.t_h) + 1, -1, dtype=np.int64)
    chosen = np.flatnonzero(visits.response)
    visit_of_row[visits.row[chosen]] = chosen
    mains = np.zeros(len(log.t_h) + 1, dtype=np.bool_)
    mains[rows_with(log, "mains.back")] = True
    ended_by = np.full(len(ends), ENDED_BY.index("other"), dtype=np.int64)
    visit = np.full(len(ends), -1, dtype=np.int64)
    row, open_ = np.append(log.cause_row, -1)[ends], np.ones(len(ends), dtype=np.bool_)
    while (open_ := open_ & (row >= 0)).any():
        by_crew = open_ & (visit_of_row[row] >= 0)
        by_mains = open_ & mains[row]
        visit = np.where(by_crew, visit_of_row[row], visit)
        ended_by = np.select([by_crew, by_mains], [ENDED_BY.index("crew"), ENDED_BY.index("mains")], ended_by)
        open_ &= ~by_crew & ~by_mains
        row = np.where(open_, np.append(log.cause_row, -1)[row], -1)
    return ended_by, visit
