"""Weather alerts as they are sent: CAP 1.1 and 1.2, read and checked.

Source: OASIS, Common Alerting Protocol Version 1.2 (2010); colours of Chinese warnings are carried as a parameter
(GB/T 35965.1-2018), so they are looked for in several places.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final, Literal, get_args

from sim.errors import InputError, Problem, input_error, shown
from sim.language import _
from sim.xmlfile import Element, read_xml

Colour = Literal["blue", "yellow", "orange", "red"]
COLOURS: Final[tuple[Colour, ...]] = get_args(Colour)
SPACES: Final = ("urn:oasis:names:tc:emergency:cap:1.2", "urn:oasis:names:tc:emergency:cap:1.1")
_ALERT: Final = ("identifier", "sender", "sent", "status", "msgType", "scope")
_INFO: Final = ("category", "event", "urgency", "severity", "certainty")
_WORDS: Final = {
    "status": ("Actual", "Exercise", "System", "Test", "Draft"),
    "msgType": ("Alert", "Update", "Cancel", "Ack", "Error"),
    "scope": ("Public", "Restricted", "Private"),
    "category": (
        "Geo", "Met", "Safety", "Security", "Rescue", "Fire", "Health", "Env", "Transport", "Infra", "CBRNE", "Other",
    ),
    "urgency": ("Immediate", "Expected", "Future", "Past", "Unknown"),
    "severity": ("Extreme", "Severe", "Moderate", "Minor", "Unknown"),
    "certainty": ("Observed", "Likely", "Possible", "Unlikely", "Unknown"),
}  # fmt: skip
_TIMES: Final = ("sent", "effective", "onset", "expires")
_TIME: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d")
_IN_CHINESE: Final = {"蓝": "blue", "黄": "yellow", "橙": "orange", "红": "red"}
_OF_SEVERITY: Final = {"Minor": "blue", "Moderate": "yellow", "Severe": "orange", "Extreme": "red"}
_WARNING: Final = re.compile(
    r"(蓝|黄|橙|红)色预警|\b(blue|yellow|orange|red) (?:warning|alert|signal|watch)", re.IGNORECASE
)
"""A colour as texts name it; a red shirt is none."""
_ANY_COLOUR: Final = re.compile(r"(蓝|黄|橙|红)色?|\b(blue|yellow|orange|red)\b", re.IGNORECASE)
_COLOUR_NAMES: Final = re.compile(r"colou?r|颜色|severity|level|等级", re.IGNORECASE)


@dataclass(frozen=True)
class Area:
    """Where an alert holds. Polygons and circles are WGS-84: (lon, lat) corners; (lon, lat, radius in km)."""

    says: str
    polygons: tuple[tuple[tuple[float, float], ...], ...]
    circles: tuple[tuple[float, float, float], ...]
    codes: tuple[str, ...]


@dataclass(frozen=True)
class Info:
    """An alert in one language. Times carry the offset they were written with; None where not said."""

    language: str
    event: str
    weather: bool
    """Whether it is of the category Met."""
    over: bool
    """Whether it says that the danger has passed."""
    severity: str
    effective: datetime | None
    onset: datetime | None
    expires: datetime | None
    sender: str
    headline: str
    description: str
    colour: Colour | None
    colour_from: str
    """Where the colour was found: a parameter, the headline, or the severity."""
    areas: tuple[Area, ...]


@dataclass(frozen=True)
class Alert:
    """A checked alert."""

    path: Path
    identifier: str
    sender: str
    sent: datetime
    status: str
    kind: str
    infos: tuple[Info, ...]

    def info(self, language: str) -> Info:
        """The block in a language (`zh`, `en`), else the first. Raises `InputError` where there is none."""
        if not self.infos:
            raise input_error(_("has no info: nothing can be filled from it"), file=self.path)
        return next((one for one in self.infos if one.language.lower().startswith(language)), self.infos[0])


def read_alert(path: Path) -> Alert:
    """The alert of a file. Raises `InputError` with every problem of it, each with its line."""
    root = read_xml(path)
    problems = list(_problems(root, path))
    if problems:
        raise InputError(problems)
    infos = tuple(_info(one) for one in root.all("info"))
    return Alert(
        path, root.word("identifier"), root.word("sender"), datetime.fromisoformat(root.word("sent")),
        root.word("status"), root.word("msgType"), infos,
    )  # fmt: skip


def _problems(root: Element, path: Path) -> Iterator[Problem]:
    if root.name != "alert" or root.space not in SPACES:
        yield Problem(str(path), root.line, root.name, _("must be an alert of CAP 1.1 or 1.2"))
        return
    yield from _of(root, "alert", _ALERT, path)
    for one in root.all("references"):
        if not one.text:
            yield Problem(str(path), one.line, "alert.references", _("must name earlier alerts, or be left out"))
    if root.word("msgType") in ("Update", "Cancel", "Ack", "Error") and not root.all("references"):
        yield Problem(str(path), root.line, "alert.references", _("is missing: this alert changes another one"))
    for number, info in enumerate(root.all("info")):
        where = f"info.{number}"
        yield from _of(info, where, _INFO, path)
        for place, area in enumerate(info.all("area")):
            yield from _of(area, f"{where}.area.{place}", ("areaDesc",), path)
            yield from _shapes(area, f"{where}.area.{place}", path)


def _of(element: Element, where: str, required: tuple[str, ...], path: Path) -> Iterator[Problem]:
    for name in required:
        if not element.word(name):
            yield Problem(str(path), element.line, f"{where}.{name}", _("is missing"))
    for one in element.inside:
        allowed = _WORDS.get(one.name)
        if allowed and one.text and one.text not in allowed:
            told = _("must be one of {allowed} (got {value})").format(allowed=", ".join(allowed), value=shown(one.text))
            yield Problem(str(path), one.line, f"{where}.{one.name}", told)
        if one.name in _TIMES and one.text and _time(one.text) is None:
            told = _("must be a time such as 2023-11-06T07:30:00+08:00 (got {value})").format(value=shown(one.text))
            yield Problem(str(path), one.line, f"{where}.{one.name}", told)


def _time(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text) if _TIME.fullmatch(text) else None
    except ValueError:
        return None


def _shapes(area: Element, where: str, path: Path) -> Iterator[Problem]:
    for one in area.all("polygon"):
        corners = _corners(one.text)
        if corners is None or len(corners) < 4 or corners[0] != corners[-1]:
            told = _("must be four or more corners `latitude,longitude`, the last one the first")
            yield Problem(str(path), one.line, f"{where}.polygon", told)
    for one in area.all("circle"):
        if _circle(one.text) is None:
            told = _("must be `latitude,longitude radius` (got {value})").format(value=shown(one.text))
            yield Problem(str(path), one.line, f"{where}.circle", told)


def _corners(text: str) -> list[tuple[float, float]] | None:
    corners = [_position(pair) for pair in text.split()]
    known = [corner for corner in corners if corner is not None]
    return known if len(known) == len(corners) else None


def _position(pair: str) -> tuple[float, float] | None:
    numbers = [_number(part) for part in pair.split(",")]
    if len(numbers) != 2 or not abs(numbers[0]) <= 90 or not abs(numbers[1]) <= 180:
        return None
    return numbers[1], numbers[0]


def _circle(text: str) -> tuple[float, float, float] | None:
    place, _blank, radius = text.partition(" ")
    centre, km = _position(place), _number(radius.strip())
    return None if centre is None or not 0 <= km < 20_000 else (*centre, km)


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return math.nan


def _info(element: Element) -> Info:
    colour, found = _colour(element)
    effective, onset, expires = (_time(element.word(name)) for name in _TIMES[1:])
    areas = tuple(
        Area(
            area.word("areaDesc"),
            tuple(tuple(_corners(one.text) or ()) for one in area.all("polygon")),
            tuple(circle for one in area.all("circle") if (circle := _circle(one.text)) is not None),
            tuple(one.word("value") for one in area.all("geocode")),
        )
        for area in element.all("area")
    )
    return Info(
        element.word("language") or "en-US", element.word("event"),
        any(one.text == "Met" for one in element.all("category")),
        any(one.text == "AllClear" for one in element.all("responseType")),
        element.word("severity"), effective, onset, expires,
        element.word("senderName"), element.word("headline"), element.word("description"), colour, found, areas,
    )  # fmt: skip


def _colour(info: Element) -> tuple[Colour | None, str]:
    """The colour of a warning, and where it was found; of a severity only as the usual reading."""
    for one in (*info.all("parameter"), *info.all("eventCode")):
        if _COLOUR_NAMES.search(one.word("valueName")) and (colour := _named(_ANY_COLOUR, one.word("value"))):
            return colour, one.word("valueName")
    for name in ("headline", "event", "description"):
        if colour := _named(_WARNING, info.word(name)):
            return colour, name
    usual = next((one for one in COLOURS if one == _OF_SEVERITY.get(info.word("severity"))), None)
    return usual, "severity" if usual else ""


def _named(pattern: re.Pattern[str], text: str) -> Colour | None:
    """The colour that a text names in the way of a pattern."""
    found = pattern.search(text)
    word = next((group for group in found.groups() if group), "") if found else ""
    name = _IN_CHINESE.get(word, word.lower())
    return next((colour for colour in COLOURS if colour == name), None)
