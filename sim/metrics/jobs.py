"""Jobs that the desk opened, and the journeys of crews to them.

The kind of a job is read from its id, before the last dash (`refuel-0042`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from sim.inventory import Bools, Floats, Ints, Texts
from sim.log import Columns
from sim.metrics.ground import Ground
from sim.metrics.intervals import count_over_time, first_of, is_kind, rows_with, spells
from sim.vocabulary import PREPARATION, VISIT_WORK

_WAY: Final = ("sent", "leg", "stuck", "blocked", "arrived", "free", "rests")
_LEAVES: Final = ("job.assigned", "job.lapsed", "job.done", "job.wasted", "job.failed")
_MOVES: Final = tuple(f"crew.{how}" for how in _WAY)


@dataclass(frozen=True, eq=False)
class Names:
    """What each name of a log is: a row of the inventory's tables, or -1. Shape (names,) each."""

    site: Ints
    crew: Ints
    generator: Ints
    loader: Ints


def names_of(log: Columns, ground: Ground) -> Names:
    """Look every name of the log up once."""
    return Names(*(ground.rows(item, log.names) for item in ("site", "crew", "generator", "loader")))


@dataclass(frozen=True, eq=False)
class Jobs:
    """Every job of the log, in the order of opening. Shape (jobs,) each.

    `name` is the log's code of the job, `opened_row` the row of its `job.opened`, `site` a site row or -1.
    """

    name: Ints
    kind: Texts
    site: Ints
    opened_row: Ints
    opened_h: Floats
    deadline_h: Floats

    @property
    def response(self) -> Bools:
        """Which are not of the plan's preparation."""
        return ~np.isin(self.kind, list(PREPARATION))

    @property
    def work(self) -> Texts:
        """What a visit for each is for: generation, repair, mains or other."""
        known = {kind: VISIT_WORK.get(kind, "other") for kind in set(self.kind.tolist())}
        return np.array([known[kind] for kind in self.kind.tolist()], dtype=object)


def jobs_of(log: Columns, names: Names, horizon_h: float) -> Jobs:
    """Jobs from `job.opened`; a job opened twice counts from the first time."""
    rows = rows_with(log, "job.opened")
    rows = rows[log.t_h[rows] <= horizon_h]
    first = first_of(log.subject[rows], len(log.names))
    rows = rows[np.sort(first[first >= 0])]
    name = log.subject[rows]
    kind = np.array([log.names[code].rpartition("-")[0] for code in name.tolist()], dtype=object)
    return Jobs(name, kind, names.site[log.object[rows]], rows, log.t_h[rows], log.value[rows])


def waiting_jobs(log: Columns, jobs: Jobs, horizon_h: float, chosen: Bools) -> tuple[Floats, Ints]:
    """Steps of the count of chosen jobs, a mask, that are open and not given to a crew."""
    rows = rows_with(log, "job.opened", "job.returned", *_LEAVES)
    begins = is_kind(log, rows, "job.opened") | is_kind(log, rows, "job.returned")
    number = first_of(jobs.name, len(log.names))
    ours = np.where(number >= 0, np.append(chosen, False)[number], False)
    who = np.where(ours, number, -1)[log.subject[rows]]
    return count_over_time(spells(log, rows, who, begins, horizon_h))


@dataclass(frozen=True, eq=False)
class Journeys:
    """Every `crew.sent`. `road_h` is the time stuck or blocked on the way. Shape (journeys,) each."""

    crew: Ints
    job: Ints
    row: Ints
    sent_h: Floats
    road_h: Floats


def journeys_of(log: Columns, names: Names, jobs: Jobs, horizon_h: float) -> Journeys:
    """Journeys of the inventory's crews.

    Stuck: the delay that the row states. Blocked: from the row to the crew's next movement row of any kind.
    Both belong to the crew's last journey before.
    """
    rows = rows_with(log, *_MOVES)
    crew = names.crew[log.subject[rows]]
    known = (crew >= 0) & (log.t_h[rows] <= horizon_h)
    rows, crew = rows[known], crew[known]
    order = np.argsort(crew, kind="stable")
    rows, crew = rows[order], crew[order]
    next_h = np.append(log.t_h[rows[1:]], np.nan)
    next_h[:-1][crew[1:] != crew[:-1]] = np.nan
    stuck, blocked, sent = (is_kind(log, rows, f"crew.{how}") for how in ("stuck", "blocked", "sent"))
    lost_h = np.where(stuck, log.value[rows], np.where(blocked, next_h - log.t_h[rows], 0.0))
    number = np.cumsum(sent) - 1
    start = np.flatnonzero(sent)
    mine = (number >= 0) & (stuck | blocked)
    mine[mine] = crew[start[number[mine]]] == crew[mine]
    road_h = np.bincount(number[mine], np.nan_to_num(lost_h[mine]), minlength=len(start)).astype(np.float64)
    job_of_name = first_of(jobs.name, len(log.names))
    found = Journeys(crew[start], job_of_name[log.object[rows[start]]], rows[start], log.t_h[rows[start]], road_h)
    order = np.argsort(found.row)
    return Journeys(found.crew[order], found.job[order], found.row[order], found.sent_h[order], road_h[order])
