"""Rolling assignment: at each decision the free crews are matched to the waiting jobs all at once, class A first."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import isinf
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sim.vocabulary import CrewView, Job, Order, View

Floats = NDArray[np.float64]

WAITS_H: Final = 4.0
"""Assumed: a job that is left out now is taken up about so much later."""
_NO_WAY: Final = 1e6
_LOOKED_AT: Final = 40
"""Assumed: a dispatcher works out journeys to at most so many jobs of a class at one decision."""
_JOBS_A_CREW: Final = 3
"""Assumed: with so many jobs to choose from for each crew, the best match is hardly ever among later ones."""


def rolling_assignment(view: View) -> Sequence[Order]:
    """The pairs of free crews and waiting jobs that lose the fewest hours, class by class, A first.

    A crew that goes loses the hours it arrives after the job's deadline, and its own hours on the way, which others
    wait for; a job left out loses the hours it will be late when it has to wait `WAITS_H` more. Classes are matched one
    after the other, so that no number of C sites outweighs one A site (重保站优先); crews that a class does not need go
    to the next.
    """
    free = sorted(view.crews, key=lambda crew: crew.id)
    orders: list[Order] = []
    for site_class in sorted({job.site_class for job in view.jobs}):
        if not free:
            break
        jobs = (job for job in view.jobs if job.site_class == site_class)
        taken = match(view, free, sorted(jobs, key=lambda job: (job.deadline_h, job.opened_h, job.id)))
        orders += taken
        sent = {order.crew.id for order in taken}
        free = [crew for crew in free if crew.id not in sent]
    return orders


def match(view: View, crews: Sequence[CrewView], jobs: Iterable[Job]) -> list[Order]:
    """As many pairs as there can be, at the least cost; jobs most urgent first, for only the first are looked at."""
    from scipy.optimize import linear_sum_assignment  # here: a check of a scenario must not wait for scipy

    chosen, hours = _journeys(view, crews, jobs)
    if not chosen:
        return []
    costs = np.stack([_costs(view.now_h, job, way_h) for job, way_h in zip(chosen, hours, strict=True)], axis=1)
    rows, columns = linear_sum_assignment(np.round(costs, 6))
    pairs = zip(rows.tolist(), columns.tolist(), strict=True)
    return [Order(crews[row], chosen[column]) for row, column in pairs if costs[row, column] < _NO_WAY / 2]


def _journeys(view: View, crews: Sequence[CrewView], jobs: Iterable[Job]) -> tuple[list[Job], list[Floats]]:
    """The first jobs that somebody can get to, and each crew's hours to them (inf where it cannot)."""
    chosen, hours, looked_at = [], [], 0
    for job in jobs:
        able = [view.can_serve(crew, job) for crew in crews]
        if not any(able):
            continue
        looked_at += 1
        way_h = np.array([view.travel_h(c, job) if can else np.inf for c, can in zip(crews, able, strict=True)])
        if not isinf(way_h.min()):
            chosen.append(job)
            hours.append(way_h)
        if len(chosen) >= _JOBS_A_CREW * len(crews) or looked_at >= _LOOKED_AT:
            break
    return chosen, hours


def _costs(now_h: float, job: Job, way_h: Floats) -> Floats:
    """Hours lost by sending each crew to a job, less those lost by leaving the job out."""
    able = ~np.isinf(way_h)
    late_h = np.maximum(now_h + way_h[able] - job.deadline_h, 0.0)
    left_out_h = max(now_h + float(way_h.min()) + WAITS_H - job.deadline_h, 0.0)
    costs = np.full(len(way_h), _NO_WAY)
    costs[able] = late_h + way_h[able] - left_out_h
    return costs
