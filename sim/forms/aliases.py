"""Letters and numbers in place of names: the same thing has the same alias in every form of a run."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Final

from sim.forms.unsaid import is_role
from sim.inventory import Inventory, text
from sim.language import _
from sim.scenario import ScenarioSpec
from sim.wordlist import WORDS

_FIRST: Final = ("county", "township", "site", "depot", "team")
"""Sorts that give an id its alias where others share it."""
_KEPT: Final = ("procedure_step", "weather_cell")
"""Sorts that name nobody and no place."""
_SHORT: Final = 3
"""Names with fewer characters are words of the sentence unless they are written exactly so."""
_LONGEST: Final = 6_000
"""Characters of a text in which names are looked for; nobody reads the rest."""
_WORDS: Final = frozenset(WORDS) - {"core", "aggregation", "access", "leaf", "ring"}
"""Words by which the log tells causes and states; a thing with such an id keeps it, and loses its name."""


def _sorts() -> dict[str, Callable[[int], str]]:
    """Sort of thing → its alias by number."""
    words: dict[str, Callable[[], str]] = {
        "county": lambda: _("County {n}"), "township": lambda: _("Township {n}"), "depot": lambda: _("Depot {n}"),
        "site": lambda: _("Site {n}"), "station": lambda: _("Station {n}"), "operator": lambda: _("Operator {n}"),
        "party": lambda: _("Party {n}"), "team": lambda: _("Team {n}"), "person": lambda: _("Person {n}"),
        "feeder": lambda: _("Feeder {n}"), "link": lambda: _("Link {n}"), "crew": lambda: _("Crew {n}"),
        "generator": lambda: _("Generator {n}"), "loader": lambda: _("Loader {n}"),
        "road_node": lambda: _("Junction {n}"), "road_edge": lambda: _("Road {n}"), "row": lambda: _("Row {n}"),
        "rack": lambda: _("Rack {n}"), "power_node": lambda: _("Node {n}"), "device": lambda: _("Device {n}"),
        "cooler": lambda: _("Cooler {n}"), "room_link": lambda: _("Cable {n}"), "service": lambda: _("Service {n}"),
        "vehicle": lambda: _("Vehicle {n}"), "ring": lambda: _("Ring {n}"), "list": lambda: _("List {n}"),
        "channel": lambda: _("Channel {n}"),
    }  # fmt: skip
    return {sort: lambda number, word=word: word().format(n=f"{number:03d}") for sort, word in words.items()}  # type: ignore[misc]


@dataclass
class Aliases:
    """Names and ids → aliases, and how to put them into ids, compound ids and sentences."""

    ids: dict[str, str] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, inventory: Inventory, spec: ScenarioSpec) -> Aliases:
        """Every id and name of a run, in the order of its tables, in the language in use."""
        found, counts, sorts = cls(), dict[str, int](), _sorts()
        for sort, key, *names in _things(inventory, spec):
            if not key or sort not in sorts or (key in found.names and not names):
                continue
            if key in _WORDS:
                found.ids[key] = key
            if key not in found.ids:
                counts[sort] = counts.get(sort, 0) + 1
                found.ids[key] = sorts[sort](counts[sort])
            for name in names:
                if name and name not in found.names:
                    found.names[name] = found.ids[key]
        return found

    def id(self, key: str) -> str:
        """The alias of an id, of the ids in a compound one (`site:s3.rectifier`), or the text as it is."""
        if key in self.ids:
            return self.ids[key]
        sort, colon, rest = key.partition(":")
        if colon:
            return f"{sort}:{self.id(rest)}"
        whole, dot, part = key.rpartition(".")
        if dot and whole in self.ids:
            return f"{self.ids[whole]}.{part}"
        return self.names.get(key, key)

    def path(self, path: str) -> str:
        """The ids in a dotted path of a scenario file replaced."""
        return ".".join(self.ids.get(part, part) for part in path.split("."))

    def told(self, sentence: str) -> str:
        """A sentence with every known name and id in it replaced, the longest first."""
        sentence = sentence[:_LONGEST]
        known = {**self.ids, **self.names}
        lower = {name.lower(): alias for name, alias in known.items() if len(name) >= _SHORT}
        plain = sentence.lower()
        there = sorted((name for name in known if name.lower() in plain), key=lambda name: (-len(name), name))
        pieces = [_whole(name) for name in there if not name.isdigit()]
        if not pieces:
            return sentence
        return re.sub("|".join(pieces), lambda found: known.get(found[0]) or lower[found[0].lower()], sentence)


def _whole(name: str) -> str:
    """A pattern for a name: one of letters as whole words, a Chinese one anywhere; long ones in any case."""
    exact = f"(?i:{re.escape(name)})" if len(name) >= _SHORT else re.escape(name)
    return rf"(?<![0-9A-Za-z_]){exact}(?![0-9A-Za-z_])" if name.isascii() else exact


def _things(inventory: Inventory, spec: ScenarioSpec) -> Iterator[tuple[str, ...]]:
    """Sort, id and names of everything that has a name."""
    rest = [item for item in inventory if item not in (*_FIRST, *_KEPT)]
    for item in (*_FIRST, *rest):
        table = inventory[item]
        columns = [text(table, column).tolist() for column in ("id", "name", "name_en")]
        for key, *names in zip(*columns, strict=True):
            yield item, str(key), *map(str, names)
    for item, column, sort in _BESIDE:
        for name in dict.fromkeys(map(str, text(inventory[item], column).tolist())):
            yield sort, name, name
    yield from _of_scenario(spec)


def _of_scenario(spec: ScenarioSpec) -> Iterator[tuple[str, ...]]:
    """The same of the scenario: parties, teams, people of the script, lists, and what it calls them."""
    for name in spec.parties:
        yield "party", name
    for name, team in spec.resources.teams.items():
        yield "team", name, team.title.en, team.title.zh
        yield "party", team.party
    if spec.resources.mutual_aid.from_:
        yield "party", spec.resources.mutual_aid.from_
    for inject in spec.injects:
        people = (("person", inject.from_), ("person", inject.to), ("channel", inject.via))
        yield from ((sort, name) for sort, name in people if not is_role(name))
    for name in spec.lists:
        yield "list", name
    for name, title in spec.names.items():  # of what no table has, a name of somebody
        if not is_role(name):
            yield "party", name, title.en, title.zh


_BESIDE: Final = (
    ("station", "operator", "operator"), ("site", "party", "party"), ("crew", "party", "party"),
    ("depot", "party", "party"), ("team", "party", "party"), ("person", "party", "party"),
    ("crew", "vehicle", "vehicle"), ("link", "ring", "ring"),
)  # fmt: skip
"""Columns that hold names of things without a table of their own."""
