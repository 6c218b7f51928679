"""What an exercise says of itself to people: how its clock runs, and what is expected in answer to an inject."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Annotated, Any, Final

from pydantic import Field, field_validator

from sim.errors import Refusal, must_be, shown
from sim.language import _, marked
from sim.spec import Said, Spec, Text
from sim.units import Door, PositiveHours, parse_hours
from sim.vocabulary import KINDS

_UNITS: Final = {
    "d": ("天", "日", "days", "day"),
    "h": ("小时", "时", "hours", "hour", "hrs", "hr"),
    "min": ("分钟", "分", "minutes", "minute", "mins"),
    "s": ("秒钟", "秒", "seconds", "second", "secs", "sec"),
}
_UNIT_OF: Final = {name: unit for unit, names in _UNITS.items() for name in names}
_UNIT: Final = re.compile("|".join(sorted(_UNIT_OF, key=len, reverse=True)))
_NUMERAL: Final = {"半": 0.5, "两": 2.0, **{word: float(at) for at, word in enumerate("一二三四五六七八九十", start=1)}}
_REAL_TIME: Final = ("real time", "real-time", "实时")
_WITH_UNIT: Final = re.compile(r"[^\d.\s]")
_WANTED: Final = marked('drill time = exercise time such as "1 h = 3 min" or "1 小时 = 3 分钟", or "real time"')


def plain(text: str) -> str:
    """A text with full-width digits, Roman numerals and signs as plain ones, small letters, single blanks."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def parts_of(expect: str) -> list[str]:
    """The sentences of what is expected, set apart by `;`. Raises `ValueError` where two languages differ in number."""
    if not isinstance(expect, Said):
        return _sentences(expect)
    en, zh = _sentences(expect), _sentences(expect.zh)
    if len(en) != len(zh):
        raise Refusal(
            _("must have as many sentences in en as in zh"), _("{en} and {zh}").format(en=len(en), zh=len(zh))
        )
    return [Said(*both) for both in zip(en, zh, strict=True)]


def _sentences(text: str) -> list[str]:
    return [part for part in (part.strip() for part in re.split("[;；\n]", text)) if part]


def spoken_hours(text: str) -> float:
    """Hours from a duration as people say it: `20 min`, `2 hours`, `20 分钟`, `半小时`. Raises `ValueError`."""
    said = _UNIT.sub(lambda found: _UNIT_OF[found[0]], plain(text).replace("个", ""))
    said = re.sub(f"^[{''.join(_NUMERAL)}]", lambda found: f"{_NUMERAL[found[0]]:g}", said)
    return parse_hours(said)


@dataclass(frozen=True)
class DrillClock:
    """How fast the drill is played: `rate` hours of the exercise an hour of the drill, None where it is not said."""

    text: str = ""
    rate: float | None = None

    def exercise_min(self, t_h: float) -> float | None:
        """Minutes since the exercise began at an hour of the drill; None where its speed is not said."""
        return None if self.rate is None else t_h * self.rate * 60


def parse_clock(value: object) -> DrillClock:
    """A `DrillClock` from `1 h = 3 min`; an empty text says nothing of it. Raises `ValueError`."""
    if isinstance(value, DrillClock):
        return value
    said = plain(value) if isinstance(value, str) else "?"
    if isinstance(value, str) and not said:
        return DrillClock()
    rate = 1.0 if said in _REAL_TIME else _rate(said)
    if rate is None:
        raise must_be(_(_WANTED), shown(value))
    return DrillClock(str(value), rate)


def _rate(said: str) -> float | None:
    """Exercise time over drill time of `1 h = 3 min`; None for another text, or where one of them is 0."""
    sides = said.split("=")
    if len(sides) != 2 or not all(_WITH_UNIT.search(side) for side in sides):
        return None
    try:
        drill_h, exercise_h = map(spoken_hours, sides)
    except ValueError:
        return None
    return exercise_h / drill_h if drill_h > 0 and exercise_h > 0 else None


_CLOCK_SCHEMA: Final[dict[str, Any]] = {
    "type": "string",
    "description": "Drill time = exercise time, such as 1 h = 3 min, or real time.",
}
ClockField = Annotated[DrillClock, Door(parse_clock, _CLOCK_SCHEMA, lambda clock: clock.text)]


class Expect(Spec):
    """An expectation as a table: a row of the log that must come in time after the inject."""

    say: Annotated[Text, Field(min_length=1)]
    """What people read."""
    kind: str
    """A kind of the event log, such as `generator.started`."""
    subject: str = ""
    """Who or what the row is about; without it and without `object`, what the inject brought about or is aimed at."""
    object: str = ""
    within_h: PositiveHours

    @field_validator("kind")
    @classmethod
    def _known(cls, kind: str) -> str:
        if kind not in KINDS:
            from difflib import get_close_matches

            near = get_close_matches(kind, KINDS, 1)
            if near:
                said = _("must be a kind of the event log such as crew.sent, did you mean '{near}'?")
                raise ValueError(said.format(near=near[0]))
            raise ValueError(_("must be a kind of the event log such as crew.sent"))
        return kind
