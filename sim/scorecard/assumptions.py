"""What a run rests on that is judgement: the scenario's own lines, then guessed defaults and constants."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sim.parameters import find_place
from sim.plan import Assumption
from sim.scenario import ScenarioSpec
from sim.scorecard.register import guessed_constants, guessed_settings
from sim.units import parse_moment

_SMALL: int = 4


@dataclass(frozen=True)
class Assumed:
    """An assumption: the place in the scenario, its value now, its range, and why.

    `value` is None where the place is a whole chapter. `inside` says whether the value lies in the range,
    None where there is no range or no value to compare; a range of two is from to, a longer one a choice.
    `origin`: a line of the scenario, a default that the scenario leaves as it is, or a constant of the code
    (then `set` is its place there).
    """

    set: str
    value: Any
    range: list[float | str] | None
    why: str
    tuned_to: str
    inside: bool | None
    origin: Literal["scenario", "default", "code"] = "scenario"

    def to_json(self) -> dict[str, Any]:
        """As in `scorecard.json`."""
        return {
            "set": self.set,
            "value": self.value,
            "range": self.range,
            "why": self.why,
            "tuned_to": self.tuned_to or None,
            "inside": self.inside,
            "origin": self.origin,
        }


def assumed(spec: ScenarioSpec) -> list[Assumed]:
    """The assumptions of a scenario in the order of the file, then guesses that it does not list."""
    resolved = spec.model_dump(mode="json", by_alias=True)
    own = [_assumed(line, resolved, spec.start) for line in spec.assumptions]
    listed = [line.set for line in own]
    defaults = [
        Assumed(path, _short(value), None, why, "", None, "default")
        for path, value, why in guessed_settings(spec, resolved)
        if not any(_within(path, place) or _within(place, path) for place in listed)
    ]
    code = guessed_constants()
    constants = [Assumed(line.place, line.value or None, None, line.why, "", None, "code") for line in code]
    return own + defaults + constants


def _within(path: str, place: str) -> bool:
    """Whether a path is a place or below it."""
    return path == place or path.startswith(f"{place}.")


def _assumed(line: Assumption, resolved: dict[str, Any], start: datetime) -> Assumed:
    value = _value(line.set, resolved)
    value = line.value if value is None else value
    return Assumed(line.set, value, line.range, line.why, line.tuned_to, _inside(value, line.range, start))


def _value(path: str, resolved: dict[str, Any]) -> Any:
    """What stands at the place; None for a chapter, a long table or a place that is not there."""
    found: Any = resolved
    try:
        for part in find_place(ScenarioSpec, resolved, path):
            found = found[part]
    except (ValueError, LookupError, TypeError):
        return None
    return _short(found)


def _short(found: Any) -> Any:
    """A value as it is; None for a chapter or a long table."""
    if isinstance(found, dict | list):
        parts = list(found.values()) if isinstance(found, dict) else found
        plain = all(isinstance(part, str | int | float) for part in parts)
        return found if plain and 0 < len(parts) <= _SMALL else None
    return found


def _inside(value: Any, allowed: list[float | str] | None, start: datetime) -> bool | None:
    if not allowed or value is None:
        return None
    if isinstance(value, dict | list):
        parts = [_inside(part, allowed, start) for part in (value.values() if isinstance(value, dict) else value)]
        return False if False in parts else None if None in parts else True
    numbers = [_number(part, start) for part in (value, *allowed)]
    if len(allowed) != 2:
        return value in allowed or (None not in numbers and numbers[0] in numbers[1:])
    here, low, high = numbers
    if here is None or low is None or high is None:
        return value in allowed if isinstance(value, str) else None
    return min(low, high) <= here <= max(low, high)


def _number(value: Any, start: datetime) -> float | None:
    """A number, share, duration or moment as one number (times in hours); None for other text."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    if isinstance(value, int | float):
        return float(value)
    text = value.strip().replace("％", "%")
    try:
        return float(text[:-1]) / 100 if text.endswith("%") else parse_moment(text.split("/")[0]).to_h(start)
    except ValueError:
        return None
