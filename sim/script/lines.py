"""The lines of the controllers' script: the hand-written injects, and the drawn ones where they are asked for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from math import floor
from typing import Final, NamedTuple

from sim.language import _
from sim.phrases import word
from sim.plan import Bound, StateKey
from sim.scenario import InjectSpec, Scenario, ScenarioSpec
from sim.vocabulary import Inject

_SIGNS: Final = {"at_least": "≥", "at_most": "≤"}


@dataclass(frozen=True)
class ScriptLine:
    """A line of the script. Times are None, and `drill_clock` is empty, where a line waits for a condition.

    `number` counts the hand-written lines in the order of the script; 0 for one that was drawn. `exercise_min` are
    minutes since the exercise began, None where the scenario's `drill.clock` is not set.
    """

    number: int
    t_h: float | None
    clock: datetime | None
    drill_clock: str
    exercise_min: float | None
    when: Mapping[StateKey, Bound]
    """What the line waits for; empty where it has a time."""
    action: str
    target: str
    sender: str
    to: str
    via: str
    message: str
    expect: str
    objective: str
    optional: bool
    source: str

    @property
    def condition(self) -> str:
        """What it waits for in the language in use, such as `jobs waiting ≥ 200`; empty where it has a time."""
        return _("; ").join(_bounds(self.when))


class Written(NamedTuple):
    """A hand-written line, and which of the scenario's injects it is, counted from 0."""

    line: ScriptLine
    inject: int


def drill_clock(t_h: float) -> str:
    """`T+hh:mm` of an hour of the drill, cut to the minute; `T−hh:mm` before its start."""
    minutes = floor(t_h * 60 + 1e-6)
    sign = "−" if minutes < 0 else "+"
    return f"T{sign}{abs(minutes) // 60:02d}:{abs(minutes) % 60:02d}"


def script_lines(scenario: Scenario, seed: int = 1, *, drawn: bool = False) -> list[ScriptLine]:
    """The script in time order, lines that wait for a condition last; `drawn`: with the faults of a seed's weather."""
    lines = written_lines(scenario.spec)
    if drawn:
        lines += _drawn(scenario, seed)
        lines.sort(key=lambda line: (line.t_h is None, line.t_h or 0.0, line.number == 0, line.number))
    return lines


def written_lines(spec: ScenarioSpec) -> list[ScriptLine]:
    """The hand-written lines of a scenario; those that are switched off are none."""
    return [written.line for written in numbered(spec)]


def numbered(spec: ScenarioSpec) -> list[Written]:
    """The hand-written lines in the order of the script, each with its inject."""
    found = [Written(_line(inject, spec), at) for at, inject in enumerate(spec.injects) if not inject.off]
    found.sort(key=lambda one: (one.line.t_h is None, one.line.t_h or 0.0, one.inject))
    return [Written(replace(one.line, number=at), one.inject) for at, one in enumerate(found, start=1)]


def _line(inject: InjectSpec, spec: ScenarioSpec) -> ScriptLine:
    t_h = None if inject.at is None else inject.at.to_h(spec.start)
    return ScriptLine(
        0, *_times(t_h, spec), inject.when, inject.do, inject.what or inject.colour or "", inject.from_,
        inject.to, inject.via, inject.message, inject.expected, inject.for_, inject.optional, "scenario",
    )  # fmt: skip


def _times(t_h: float | None, spec: ScenarioSpec) -> tuple[float | None, datetime | None, str, float | None]:
    if t_h is None:
        return None, None, "", None
    clock = spec.start.replace(tzinfo=None) + timedelta(seconds=round(t_h * 3600))
    return t_h, clock, drill_clock(t_h), spec.drill.clock.exercise_min(t_h)


def _bounds(when: Mapping[StateKey, Bound]) -> Iterator[str]:
    for key, bound in when.items():
        for name, sign in _SIGNS.items():
            limit: float | None = getattr(bound, name)
            if limit is not None:
                yield f"{word(key)} {sign} {limit:g}"


def _drawn(scenario: Scenario, seed: int) -> list[ScriptLine]:
    from sim.disaster import draw

    drawn = [inject for inject in draw(scenario, seed).injects if inject.source != "scenario"]
    return [_of_draw(inject, scenario.spec) for inject in drawn]


def _of_draw(inject: Inject, spec: ScenarioSpec) -> ScriptLine:
    return ScriptLine(
        0, *_times(inject.t_h, spec), {}, inject.action, inject.target, inject.sender, inject.to, inject.via,
        inject.message, inject.expect, inject.objective, inject.optional, inject.source,
    )  # fmt: skip


def drawn_count(scenario: Scenario, seed: int) -> int:
    """How many faults the weather of a seed draws within the drill."""
    return len(_drawn(scenario, seed))
