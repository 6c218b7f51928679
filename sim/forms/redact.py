"""A run without names and places: aliases in its log, inventory and scenario, so that every form made from it has none.

What the figures rest on stays: times, counts, kinds of rows, words of the program. Titles, hosts, sources and
descriptions are left out whole, because they may name what no table knows; other free texts keep their words and lose
the names that are known, telephone numbers and coordinates. Senders and recipients that are no post are people.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any, Final

import numpy as np

from sim.forms.aliases import Aliases
from sim.forms.unsaid import blanked
from sim.inventory import Inventory
from sim.language import LANGUAGES, _
from sim.log import EventLog
from sim.results import Run
from sim.scenario import ScenarioSpec

_BETWEEN: Final = re.compile(r"([,;\s])")
_COORDINATES: Final = ("lon", "lat")
_NAMES: Final = ("name", "name_en")
_REFERENCES: Final = frozenset(
    {
        "county", "township", "site", "feeder", "hub", "party", "operator", "depot", "vehicle", "row", "rack", "a", "b",
        "u", "v", "ring", "team", "place", "feeds", "fed_by", "supplies", "road_node", "who", "id",
    }
)  # fmt: skip
_GONE: Final = frozenset({"description", "host", "basis", "source"})
"""Texts of the scenario that are left out altogether."""
_TOLD: Final = frozenset(
    {"message", "expect", "say", "why", "reading", "tuned_to", "en", "zh", "clock", "from", "to", "via"}
)
"""Texts whose known names are replaced."""
_IDS: Final = frozenset(
    {
        "county", "counties", "township", "party", "helps", "service", "row", "what", "place", "at", "depot", "who",
        "team", "centre", "feeders", "of", "lead", "topology", "list",
    }
)  # fmt: skip
"""Keys whose values are ids."""
_UNSAID: Final = ("topology", "lists", "title", "name", "description", "drill", "record.source")
"""Settings that may name places and files."""
_KEYED: Final = frozenset({"parties", "depots", "teams", "stores", "lists"})
"""Tables whose keys are ids."""
_FIGURE: Final = re.compile(r"[-+0-9.eE:T/ %hmin\[\],]*")
"""A number, a moment, a time, or a list of them."""
_WORDING: Final = "wording"
"""What the scenario calls its ids and words: of those without an alias, posts above all, it stays."""
_PATHS: Final = ("set", "add")
"""Tables of levers, whose keys are places in the scenario."""


def redacted(run: Run) -> Run:
    """The same run under aliases in the language in use; its figures and its digest are the same."""
    aliases = Aliases.of(run.inventory, run.spec)
    spec = ScenarioSpec.model_validate(_spec(run.spec, aliases))
    found = replace(
        run,
        spec=spec,
        log=_log(run.log, aliases),
        inventory=_inventory(run.inventory, aliases),
        lists={aliases.id(name): rows for name, rows in run.lists.items()},
        overrides={
            aliases.path(key): _value(key, value, aliases)
            for key, value in run.overrides.items()
            if not key.startswith(_UNSAID)
        },
    )
    found.__dict__["log_digest"] = run.log_digest  # what the run is known by; the aliases have another
    return found


def _value(key: str, value: str, aliases: Aliases) -> str:
    """A value that was set on the command line."""
    told = aliases.told(value)
    figure = key.rpartition(".")[2] not in (*_TOLD, *_GONE) and _FIGURE.fullmatch(told)
    return told if figure else blanked(told)


def _log(log: EventLog, aliases: Aliases) -> EventLog:
    columns = log.columns()
    return EventLog.from_columns(columns._replace(names=_distinct([aliases.id(name) for name in columns.names])))


def _distinct(names: list[str]) -> tuple[str, ...]:
    """Names made different where two things had come to the same alias."""
    seen: dict[str, int] = {}
    found = []
    for name in names:
        seen[name] = seen.get(name, 0) + 1
        found.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return tuple(found)


def _inventory(inventory: Inventory, aliases: Aliases) -> Inventory:
    found = Inventory()
    for item, table in inventory.items():
        if item == _WORDING:
            open_ = np.array([aliases.id(str(name)) == name for name in table["id"]], dtype=np.bool_)
            found[item] = {column: values[open_] for column, values in table.items()}
            continue
        kept = dict(table)
        for column, values in table.items():
            if column in _COORDINATES:
                kept[column] = np.full(len(values), np.nan)
            elif column in _REFERENCES and values.dtype.kind in "OU":
                kept[column] = np.array([_listed(str(value), aliases) for value in values.tolist()], dtype=object)
        if item != "procedure_step":
            for column in (name for name in _NAMES if name in table):
                kept[column] = kept["id"]
        found[item] = kept
    return found


def _listed(value: str, aliases: Aliases) -> str:
    """An id, or ids with commas or blanks between them."""
    if value in aliases.ids:
        return aliases.ids[value]
    return "".join(aliases.id(part) for part in _BETWEEN.split(value))


def _spec(spec: ScenarioSpec, aliases: Aliases) -> dict[str, Any]:
    data = spec.model_dump(mode="json", by_alias=True)
    data["lists"] = {name: [] for name in data["lists"]}
    drill = _("Drill, names removed")
    gone = {"name": "SCENARIO", "title": {"en": drill, "zh": drill}, "topology": "", "questions": []}
    data["names"] = {name: title for name, title in data["names"].items() if aliases.id(name) == name}
    return {**_changed(data, "", aliases), **gone}


def _key(name: str, table: str, aliases: Aliases) -> str:
    if table in _PATHS:
        return aliases.path(name)
    return aliases.id(name) if table in _KEYED else name


def _changed(value: Any, key: str, aliases: Aliases) -> Any:
    """A part of the scenario under aliases; `key` is what it stands under."""
    if key in _GONE and isinstance(value, dict) and set(value) == set(LANGUAGES):
        return ""
    if isinstance(value, dict):
        return {_key(name, key, aliases): _changed(one, name, aliases) for name, one in value.items()}
    if isinstance(value, list):
        return [_changed(one, key, aliases) for one in value]
    if not isinstance(value, str):
        return value
    if key in _GONE:
        return ""
    if key == "set":
        return aliases.path(value)
    if key in _TOLD:
        return aliases.ids.get(value) or blanked(aliases.told(value))
    return aliases.id(value) if key in _IDS else value
