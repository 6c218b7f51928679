"""Figures, units and names of figures in the language in use."""

from __future__ import annotations

from collections.abc import Callable
from math import isnan
from typing import Final

from sim.language import _, chosen, spoken
from sim.page.parts import Cell
from sim.plan import DispatchRule
from sim.report.readings import where_keys
from sim.scorecard import shown
from sim.spec import Where
from sim.vocabulary import KPIS
from sim.wordlist import ONE

_ENDINGS: Final = ("_h", "_c", "_mm", "_cm", "_ms", "_km", "_share")
_MINUTE_H: Final = 1 / 60
_SHORT: Final = {"saifi", "saidi", "caidi", "mtta_h", "mttr_h"}


def unit_word(unit: str, value: float | None = None) -> str:
    """A unit of the catalogue as it stands behind a number; empty for shares and levels, which carry their own."""
    if value == 1 and spoken() == "en" and unit in ONE:
        return ONE[unit]
    words = {
        "station_h": _("station·h"), "site_h": _("site·h"), "user_h": _("user·h"), "h_per_user": _("h per user"),
        "outages_per_user": _("outages per user"), "h": _("h"), "mm": "mm", "cm": "cm", "c": "°C", "ms": "ms",
        "km": "km", "share": "", "level": "", "stations": _("stations"), "sites": _("sites"), "users": _("users"),
        "visits": _("visits"), "runs": _("runs"), "outages": _("outages"), "townships": _("townships"),
        "vehicles": _("vehicles"), "turnouts": _("turnouts"), "people": _("people"), "sets": _("sets"),
        "loaders": _("loaders"), "generators": _("generators"), "times": _("times"), "devices": _("devices"),
        "trips": _("trips"), "steps": _("steps"), "levels": _("levels"), "teams": _("teams"),
        "parties": _("parties"), "places": _("places"), "routers": _("routers"),
    }  # fmt: skip
    return words.get(unit, unit.replace("_", " "))


_WITH_NUMBER: Final = ("station_h", "site_h", "user_h", "h_per_user", "h", "mm", "cm", "c", "ms", "km")


def figure(value: float | None, unit: str = "") -> str:
    """A figure with its unit: shares in percent, thousands apart, an en dash where there is none; counts bare.

    Hours below one are told in minutes.
    """
    if unit == "h" and value is not None and _MINUTE_H / 2 < abs(value) < 1:
        return _("{minutes} min").format(minutes=f"{value * 60:.0f}".replace("-", "−"))
    text = bare(value, unit)
    return f"{text} {unit_word(unit)}" if unit in _WITH_NUMBER and text != "–" else text


def bare(value: float | None, unit: str = "") -> str:
    """A figure without its unit, with a proper minus."""
    return shown(value, unit, with_unit=False).replace("-", "−")


def number_cell(value: float | None, unit: str = "", kpi: str = "", scope: str = "") -> Cell:
    """A figure in a table: no unit (the head has it), the exact number beside it."""
    known = value is not None and not isnan(value)
    return Cell(bare(value, unit), value=value if known else None, kpi=kpi, scope=scope)


def kpi_name(name: str) -> str:
    """What a figure of the catalogue is called."""
    if name in _SHORT:
        return chosen(name.removesuffix("_h").upper(), KPIS[name].zh)
    bare = next((name.removesuffix(ending) for ending in _ENDINGS if name.endswith(ending)), name)
    return chosen(bare.replace("_", " "), KPIS[name].zh)


_PLACES: Final[dict[str, Callable[[], str]]] = {
    "core": lambda: _("core room"), "hub": lambda: _("hub"), "aggregation": lambda: _("aggregation"),
    "access": lambda: _("access"), "outdoor": lambda: _("outdoors"), "room": lambda: _("in a room"),
}  # fmt: skip
"""Values that are words of the program and no ids: roles and cabinets."""


def where_words(where: Where | None) -> str:
    """A selection in words: `class A, county horqin`; empty for everything."""
    if where is None:
        return ""
    keys = where_keys()
    told = []
    for key, value in where.model_dump(by_alias=True, exclude_none=True).items():
        word = keys.get(key, key)
        if isinstance(value, bool):
            told.append(word if value else _("not {what}").format(what=word))
        else:
            values = [str(one) for one in (value if isinstance(value, list) else [value])]
            known = _PLACES if key in ("role", "cabinet") else {}
            listed = _(" or ").join(known[one]() if one in known else one for one in values)
            told.append(f"{word} {listed}")
    return _(", ").join(told)


def rule_words(rule: DispatchRule) -> str:
    """A dispatch rule of the plan in words."""
    if rule.power_within_h is not None:
        said = _("power within {hours} of the loss of mains").format(hours=figure(rule.power_within_h, "h"))
    elif rule.power_before is not None:
        said = _("power before the first disconnect")
    else:
        said = _("power before mains return")
    said += _(", unless the battery outlasts the told restoration") if rule.skip_if is not None else ""
    return said + (_(", only once the township is dark") if rule.only_if is not None else "")
