"""Rows, figures and words of the log told to people, in the language in use."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from math import isnan
from typing import Final

from sim.inventory import Inventory, text
from sim.language import _, readable, spoken
from sim.log import Row
from sim.vocabulary import KINDS, KPIS
from sim.wordlist import FACTS, GROUPS, PHRASES, POLICIES, UNITS, WORDS

__all__ = [
    "GROUPS",
    "PHRASES",
    "fact",
    "labelled",
    "messages",
    "named",
    "names_of",
    "policy_name",
    "thing",
    "title_of",
    "told",
    "unit_of",
    "value_told",
    "word",
]

_UNIT_OF_VALUE: Final = {
    "_h": "h",
    "_kw": "kW",
    "_l": "L",
    "_cm": "cm",
    "_mm": "mm",
    "_c": "°C",
    "_kmh": "km/h",
    "_ms": "ms",
}
_MOMENTS: Final = ("deadline_h", "restore_h", "by_h", "ready_h", "due_h")
"""Columns that hold a moment of the drill rather than a length of time."""
_ASIDE: Final = re.compile(r"\s*[(（][^()（）]*\{(object|value)\}[^()（）]*[)）]")
"""A part in brackets that says the object or the value: left out where there is none."""
_AREAS: Final = ("county", "township")
"""Sorts that share ids with depots; rows mean the depot."""
_TOO_LOW: Final = "too_low for "
_WORDS_TITLE: Final = {"saifi": "SAIFI", "saidi": "SAIDI", "caidi": "CAIDI", "mtta_h": "MTTA", "mttr_h": "MTTR"}
_TITLE_ENDS: Final = ("_h", "_km", "_cm", "_mm", "_c", "_ms")


def messages() -> Iterator[str]:
    """All messages of these lists, for the catalogue."""
    yield from GROUPS
    yield from (phrase.say for phrase in PHRASES.values())
    yield from WORDS.values()
    yield from FACTS.values()
    yield from POLICIES.values()
    yield from (unit for unit in UNITS.values() if unit.isascii())


def word(code: str) -> str:
    """A word of the log in the language in use; the word itself where it is none of ours (an id, a name)."""
    if code in WORDS:
        return _(WORDS[code])
    if "," in code and all(part in WORDS for part in code.split(",")):
        return ("、" if spoken() == "zh" else ", ").join(_(WORDS[part]) for part in code.split(","))
    if code.startswith(_TOO_LOW):
        return _("too low for level {level}").format(level=code.removeprefix(_TOO_LOW))
    return code


def thing(code: str, name: Callable[[str], str] = str) -> str:
    """A subject or object of a row in words: its name, a word of the log, or the parts of a compound id.

    Compound are targets of injects (`site:s3.rectifier`) and steps of procedures (`pdu_fault#1.notice`).
    """
    named = name(code)
    if named != code or code in WORDS:
        return word(named)
    sort, colon, rest = code.partition(":")
    if colon and sort in WORDS:
        of, dot, part = rest.rpartition(".")
        ends = (name(of), word(part)) if dot and name(rest) == rest and part in WORDS else (name(rest),)
        return " ".join((word(sort), *ends))
    begun, dot, step = code.partition(".")
    if dot and "#" in begun:
        step_id = f"{begun.partition('#')[0]}.{step}"
        procedure, _number, number = begun.partition("#")
        title = f"{word(procedure).replace('_', ' ')} #{number}"
        return f"{name(step_id)} ({title})" if name(step_id) != step_id else code
    return word(code)


def names_of(inventory: Inventory) -> Callable[[str], str]:
    """A function from an id to the name of the thing in the language in use; the id where it has no name."""
    both: dict[str, tuple[str, str]] = {}
    for table in (inventory[item] for item in sorted(inventory, key=lambda item: item not in _AREAS)):
        ids, zh, en = (text(table, column).tolist() for column in ("id", "name", "name_en"))
        both |= {str(i): (str(e), str(z)) for i, z, e in zip(ids, zh, en, strict=True) if z or e}
    return lambda name: readable(*both[name]) or name if name in both else name


def value_told(kind: str, value: float) -> str:
    """The value of a row of a kind with its unit, empty where there is none."""
    if isnan(value):
        return ""
    column = KINDS[kind].value if kind in KINDS else ""
    if column == "state_of_charge" or column.endswith("_share"):
        return f"{value:.0%}"
    if column == "litres":
        return f"{value:.0f} L"
    if column in _MOMENTS:
        return f"{value:.2f}".rstrip("0").rstrip(".") + " h"
    if column.endswith("_h") and 0 < abs(value) < 1:
        return f"{value * 60:.3g} min"
    unit = next((unit for end, unit in _UNIT_OF_VALUE.items() if column.endswith(end)), "")
    if unit == "kW" and value == 0:  # what starts carries nothing in its first instant
        return ""
    number = f"{value:,.0f}" if abs(value) >= 999.5 else f"{value:.3g}"
    return f"{number} {unit}".rstrip()


def told(row: Row, name: Callable[[str], str] = str) -> str:
    """A row as a sentence in the language in use; `name` gives the name of a subject or object."""
    phrase = PHRASES.get(row.kind)
    if phrase is None:
        return " ".join(part for part in (row.kind, name(row.subject), name(row.object)) if part)
    value = value_told(row.kind, row.value)
    of = row.subject
    if row.kind.startswith("measure."):
        of = of.rpartition("-")[0] or of
    subject, other = thing(of, name), thing(row.object, name)
    if row.kind == "run.begins":
        other = policy_name(row.object)
    have = {"object": other, "value": value}
    say = _ASIDE.sub(lambda aside: aside[0] if have[aside[1]] else "", _(phrase.say))
    return say.format(subject=subject, object=other, value=value).strip(" ,，：:")


def policy_name(policy: str) -> str:
    """A policy by its name in the language in use; what it is called by its maker where it is none of ours."""
    return _(POLICIES[policy]) if policy in POLICIES else policy


def title_of(kpi: str) -> str:
    """A KPI's short title in the language in use."""
    if spoken() == "zh" and kpi in KPIS and KPIS[kpi].zh:
        return KPIS[kpi].zh
    if kpi in _WORDS_TITLE:
        return _WORDS_TITLE[kpi]
    end = next((end for end in _TITLE_ENDS if kpi.endswith(end)), "")
    plain = kpi.removesuffix(end).replace("_", " ")
    return plain.replace("out cumulative", "out, cumulative").replace("mains cumulative", "mains, cumulative")


def named(kpi: str) -> str:
    """A KPI as sentences name it: its id, in Chinese with its title before it."""
    title = title_of(kpi) if spoken() == "zh" else ""
    return f"{title}（{kpi}）" if title else kpi


def labelled(kpi: str) -> str:
    """A KPI in a column: its id, in Chinese with its title behind it."""
    return f"{kpi} {title_of(kpi)}" if spoken() == "zh" else kpi


def fact(key: str) -> str:
    """The name of a fact about a network: its key, in Chinese its words."""
    return _(FACTS[key]) if spoken() != "en" and key in FACTS else key


def unit_of(unit: str) -> str:
    """A unit of a KPI as it is written, in the language in use; empty for shares (told in per cent) and levels."""
    if unit in ("share", "level"):
        return ""
    return _(UNITS[unit]) if unit in UNITS else unit
