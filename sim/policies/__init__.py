"""Who goes where next: functions of what the desk knows.

A policy that only orders the queue is a `rank(job)`; one that pairs crews and jobs is a `decide(view)`; one that
remembers is a `make(seed)`, which gives a fresh `decide` to each run. Any of them can be handed to `simulate` without
registration.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from sim.errors import input_error, listed, shown
from sim.language import _
from sim.policies.orders import class_then_deadline, first_come, most_users, nearest
from sim.policies.policy import Policy
from sim.policies.rolling import rolling_assignment
from sim.policies.tours import planned
from sim.vocabulary import Order, View

__all__ = [
    "POLICIES",
    "Policy",
    "as_policy",
    "class_then_deadline",
    "first_come",
    "most_users",
    "nearest",
    "planned",
    "rolling_assignment",
]

POLICIES: Final = {
    policy.name: policy
    for policy in (
        Policy("first_come", rank=first_come),
        Policy("nearest", decide=nearest),
        Policy("class_then_deadline", rank=class_then_deadline),
        Policy("most_users", rank=most_users),
        Policy("roving", rank=class_then_deadline, rove=True),
        Policy("rolling_assignment", decide=rolling_assignment),
        Policy("planned", make=planned),
    )
}
"""Policies known by name."""


def as_policy(policy: str | Policy | Callable[[View], Sequence[Order]]) -> Policy:
    """A policy from its name, or any callable as a `decide`. InputError for an unknown name."""
    if isinstance(policy, Policy):
        return policy
    if isinstance(policy, str):
        if policy not in POLICIES:
            raise input_error(
                _("must be one of {names} (got {value})").format(names=listed(POLICIES), value=shown(policy)),
                path="policy",
            )
        return POLICIES[policy]
    return Policy(getattr(policy, "__name__", "custom"), decide=policy)
