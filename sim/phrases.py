"""Words of the log for people: a sentence for every kind of row, and the names of causes, states and figures."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final, NamedTuple

from sim.language import _
from sim.log import Row

GROUPS: Final = (
    "outages",
    "power",
    "weather and roads",
    "transport",
    "generators",
    "crews",
    "jobs",
    "desk",
    "machine rooms",
    "procedures",
    "injects and messages",
)
"""What rows belong to, for filters."""


class Phrase(NamedTuple):
    """How rows of a kind are told: a sentence with {subject}, {object} and {value}; whether the desk sees such rows."""

    say: str
    group: str
    desk: bool = False


PHRASES: Final[dict[str, Phrase]] = {
    "site.down": Phrase("{subject} out of service: {object}", "outages"),
    "site.up": Phrase("{subject} serves again", "outages"),
}
"""Kind of row → how it is told."""


def messages() -> Iterator[str]:
    """All messages of these lists, for the catalogue."""
    yield from GROUPS
    for phrase in PHRASES.values():
        yield phrase.say


def told(row: Row, name: Callable[[str], str] = str) -> str:
    """A row as a sentence in the language in use; `name` gives the name of a subject or object."""
    phrase = PHRASES.get(row.kind)
    say = _(phrase.say) if phrase else f"{row.kind} {{subject}} {{object}}"
    return say.format(subject=name(row.subject), object=_(name(row.object)), value=f"{row.value:.3g}").strip()
