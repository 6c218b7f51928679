"""How a figure was read, in the language in use: the scenario's own words as they are, the program's translated."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from sim.language import _
from sim.page.reasons import undefined_words
from sim.scorecard import ScoreRow

_READ_AS: Final = re.compile(r"(?:instant unstated, read as|at) (the end|\d{4}-\d\d-\d\d \d\d:\d\d(?::\d\d)?)")
_AFTER: Final = re.compile(r"([0-9.]+) h after the (onset|first outage)")
_PEAK: Final = re.compile(
    r"highest of the series, \d{4}-\d\d-\d\d \d\d:\d\d(?::\d\d)?"
    r"(?:, simulated (?:(at the same time)|([0-9.]+) h (later|earlier)))?"
)
_RMSE: Final = re.compile(r"root mean square difference from the series at (\d+) moments")
_UNDEFINED: Final = re.compile(r"undefined: (.*)", re.DOTALL)


def reading_words(row: ScoreRow) -> str:
    """The reading of a line of the scorecard; what the line's own instant says already is left out."""
    return _("; ").join(part for part in map(_part, row.reading.split("; ")) if part)


def _part(text: str) -> str:
    for pattern, words in _PATTERNS:
        if match := pattern.fullmatch(text):
            return words(match)
    return text


def _read_as(match: re.Match[str]) -> str:
    if not match[0].startswith("instant"):
        return ""
    when = _("the end of the drill") if match[1] == "the end" else match[1]
    return _("instant not stated, read as {when}").format(when=when)


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
    (_UNDEFINED, lambda match: _("undefined: {why}").format(why=undefined_words(match[1]))),
)
