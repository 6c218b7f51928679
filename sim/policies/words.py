"""Names and descriptions of the policies for people, in the language in use; what a user types stays the id."""

from __future__ import annotations

from typing import Final

from sim.language import _, marked
from sim.phrases import policy_name

_DOES: Final = {
    "first_come": marked("Jobs are taken in the order in which the desk opened them."),
    "nearest": marked("Each free crew goes to the nearest job it can serve, whatever its class."),
    "class_then_deadline": marked(
        "The plan's order of restoration, then the class of the site, then the battery's deadline."
    ),
    "most_users": marked("The plan's order of restoration, then the job with the most users."),
    "roving": marked("As class_then_deadline, but a crew takes the generator on once the battery is charged."),
    "rolling_assignment": marked("At each decision free crews are matched to waiting jobs all at once, class A first."),
    "planned": marked("Tours of several jobs for each free crew, planned anew as things change."),
}


def policy_told(policy: str) -> str:
    """A policy by its id with its name behind it; the id alone where it is somebody's own."""
    name = policy_name(policy)
    return policy if name == policy else _("{id} ({name})").format(id=policy, name=name)


def policy_does(policy: str) -> str:
    """What a policy does, in a line; empty where it is somebody's own."""
    return _(_DOES[policy]) if policy in _DOES else ""
