"""Policies that are one rule: orders of the queue, and the nearest job."""

from __future__ import annotations

from collections.abc import Sequence
from math import isinf

from sim.vocabulary import Job, Order, View


def first_come(job: Job) -> tuple[float, ...]:
    """First come, first served."""
    return (job.opened_h,)


def class_then_deadline(job: Job) -> tuple[float, ...]:
    """The plan's order of restoration, then the site's class, then the battery's deadline.

    Where the plan's order has come down to `most_users`, users decide between jobs alike in all that.
    """
    return (job.place_rank, job.site_class, job.deadline_h, job.place_users)


def most_users(job: Job) -> tuple[float, ...]:
    """The plan's order of restoration, then the most users first."""
    return (job.place_rank, -job.users)


def nearest(view: View) -> Sequence[Order]:
    """Each free crew goes to the nearest job it can serve, whatever its class."""
    taken: set[str] = set()
    orders = []
    for crew in view.crews:
        reachable = [
            (view.travel_h(crew, job), job.opened_h, job.id, job)
            for job in view.jobs
            if job.id not in taken and view.can_serve(crew, job)
        ]
        if not reachable:
            continue
        hours, _, _, job = min(reachable)
        if not isinf(hours):
            taken.add(job.id)
            orders.append(Order(crew, job))
    return orders
