"""Names and descriptions of the policies for people, in the language in use; what a user types stays the id."""

from __future__ import annotations

from typing import Final, NamedTuple

from sim.language import _, marked


class Words(NamedTuple):
    """What a policy is called, and what it does in a line; English, as `_` takes them."""

    name: str
    does: str


_WORDS: Final = {
    "first_come": Words(
        marked("first come, first served"), marked("Jobs are taken in the order in which the desk opened them.")
    ),
    "nearest": Words(
        marked("nearest job first"), marked("Each free crew goes to the nearest job it can serve, whatever its class.")
    ),
    "class_then_deadline": Words(
        marked("class, then deadline"),
        marked("The plan's order of restoration, then the class of the site, then the battery's deadline."),
    ),
    "most_users": Words(
        marked("most users first"), marked("The plan's order of restoration, then the job with the most users.")
    ),
    "roving": Words(
        marked("roving generation"),
        marked("As class_then_deadline, but a crew takes the generator on once the battery is charged."),
    ),
    "rolling_assignment": Words(
        marked("rolling assignment"),
        marked("At each decision free crews are matched to waiting jobs all at once, class A first."),
    ),
    "planned": Words(
        marked("tours planned ahead"),
        marked("Tours of several jobs for each free crew, planned anew as things change."),
    ),
}


def policy_told(policy: str) -> str:
    """A policy by its id with its name behind it; the id alone where it is somebody's own."""
    return _("{id} ({name})").format(id=policy, name=_(_WORDS[policy].name)) if policy in _WORDS else policy


def policy_does(policy: str) -> str:
    """What a policy does, in a line; empty where it is somebody's own."""
    return _(_WORDS[policy].does) if policy in _WORDS else ""
