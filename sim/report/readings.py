"""How a figure was read, in the language in use: the scenario's own words as they are, the program's translated.

The words of a scorecard are data and English; here they are told to people.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from sim.language import _, spoken
from sim.report.reasons import undefined_words
from sim.scorecard import ScoreRow
from sim.spec import text_told

_READ_AS: Final = re.compile(r"(?:instant unstated, read as|at) (the end|\d{4}-\d\d-\d\d \d\d:\d\d(?::\d\d)?)")
_AFTER: Final = re.compile(r"([0-9.]+) h after the (onset|first outage)")
_PEAK: Final = re.compile(
    r"highest of the series, \d{4}-\d\d-\d\d \d\d:\d\d(?::\d\d)?"
    r"(?:, simulated (?:(at the same time)|([0-9.]+) h (later|earlier)))?"
)
_RMSE: Final = re.compile(r"root mean square difference from the series at (\d+) moments")
_UNDEFINED: Final = re.compile(r"undefined: (.*)", re.DOTALL)
_PLACEMENTS: Final = re.compile(r"(\d+) of (\d+) placements")
_LAGS: Final = re.compile(r"(P\d+) of the lags")
_WITHIN: Final = re.compile(r"power within ([0-9.,]+) h")


def reading_words(row: ScoreRow, *, whole: bool = False) -> str:
    """The reading of a line of the scorecard; unless `whole`, what the line's own instant says already is left out."""
    if whole and spoken() == "en":
        return row.reading
    parts = (_at(one) or _part(one) if whole else _part(one) for one in text_told(row.reading).split("; "))
    return _("; ").join(part for part in parts if part)


def of_words(of: str) -> str:
    """A selection of a line of the scorecard: `class A, county horqin`."""
    return of if spoken() == "en" else _(", ").join(map(_of, of.split(", ")))


def rule_words(rule: str) -> str:
    """A dispatch rule as the scorecard has it: `power within 12 h, only once the township is dark`."""
    if found := _WITHIN.match(rule):
        said = _("power within {hours} of the loss of mains").format(hours=f"{found[1]} {_('h')}")
    elif rule.startswith("power before the first disconnect"):
        said = _("power before the first disconnect")
    else:
        said = _("power before mains return")
    said += _(", unless the battery outlasts the told restoration") if ", unless the battery" in rule else ""
    return said + (_(", only once the township is dark") if ", only once" in rule else "")


def where_keys() -> dict[str, str]:
    """Keys of a selection of sites → how they are told."""
    return {
        "class": _("class"), "county": _("county"), "township": _("township"), "role": _("role"), "list": _("list"),
        "party": _("party"), "cabinet": _("cabinet"), "key": _("key sites"), "command": _("command sites"),
        "urban": _("urban"), "fixed_generator": _("with a fixed generator"), "service": _("service"),
        "downstream_at_least": _("sites behind it, at least"), "procedure": _("procedure"), "row": _("row of racks"),
    }  # fmt: skip


def _of(part: str) -> str:
    negated = part.startswith("not ")
    part = part.removeprefix("not ")
    for key, said in where_keys().items():
        plain = key.replace("_", " ")
        if part == plain:
            return _("not {what}").format(what=said) if negated else said
        if part.startswith(f"{plain} "):
            return f"{said} {part.removeprefix(plain).strip().replace(' or ', _(' or '))}"
    return part


def _at(text: str) -> str:
    match = _READ_AS.fullmatch(text)
    return _when(match) if match and not text.startswith("instant") else ""


def _part(text: str) -> str:
    for pattern, words in _PATTERNS:
        if match := pattern.fullmatch(text):
            return words(match)
    return text


def _read_as(match: re.Match[str]) -> str:
    if not match[0].startswith("instant"):
        return ""
    return _("instant not stated, read as {when}").format(when=_when(match))


def _when(match: re.Match[str]) -> str:
    return _("the end of the drill") if match[1] == "the end" else match[1]


def _after(match: re.Match[str]) -> str:
    said = _("{hours} h after the onset") if match[2] == "onset" else _("{hours} h after the first outage")
    return said.format(hours=match[1])


def _peak(match: re.Match[str]) -> str:
    said = _("highest of the recorded series")
    if match[1]:
        apart = _("simulated at the same time")
    elif match[3] == "later":
        apart = _("simulated {hours} h later").format(hours=match[2])
    elif match[3]:
        apart = _("simulated {hours} h earlier").format(hours=match[2])
    else:
        return said
    return _("; ").join((said, apart))


def _rmse(match: re.Match[str]) -> str:
    return _("root mean square difference from the recorded series, {n} moments").format(n=match[1])


_PATTERNS: Final[tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], str]], ...]] = (
    (_READ_AS, _read_as),
    (_AFTER, _after),
    (_PEAK, _peak),
    (_RMSE, _rmse),
    (_PLACEMENTS, lambda match: _("{done} of {count} placements").format(done=match[1], count=match[2])),
    (_LAGS, lambda match: _("{share} of the lags").format(share=match[1])),
    (_UNDEFINED, lambda match: _("undefined: {why}").format(why=undefined_words(match[1]))),
)
