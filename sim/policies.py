"""Who goes where next: pure functions of what the desk knows.

A policy that only orders the queue is a `rank(job)`; one that pairs crews and jobs is a `decide(view)`. Either can
be handed to `simulate` without registration.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import isinf
from typing import Final

from sim.errors import input_error, shown
from sim.vocabulary import Decide, Job, Order, Rank, View


@dataclass(frozen=True)
class Policy:
    """A named way to decide: either `rank` or `decide`; `rove` says that generators move on after charging."""

    name: str
    rank: Rank | None = None
    decide: Decide | None = None
    rove: bool = False


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


POLICIES: Final = {
    policy.name: policy
    for policy in (
        Policy("first_come", rank=first_come),
        Policy("nearest", decide=nearest),
        Policy("class_then_deadline", rank=class_then_deadline),
        Policy("most_users", rank=most_users),
        Policy("roving", rank=class_then_deadline, rove=True),
    )
}
"""Policies known by name."""


def as_policy(policy: str | Policy | Callable[[View], Sequence[Order]]) -> Policy:
    """A policy from its name, or any callable as a `decide`. InputError for an unknown name."""
    if isinstance(policy, Policy):
        return policy
    if isinstance(policy, str):
        if policy not in POLICIES:
            raise input_error(f"must be one of {', '.join(POLICIES)} (got {shown(policy)})", path="policy")
        return POLICIES[policy]
    return Policy(getattr(policy, "__name__", "custom"), decide=policy)
