"""Why defaults and constants were guessed, told in the language in use; `scorecard.json` keeps the English."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from sim.language import _, spoken
from sim.scenario import ScenarioSpec
from sim.scorecard.register import guessed_constants, setting_reasons


def messages() -> Iterator[str]:
    """All remarks that reasons are made of, for the catalogue."""
    yield from dict.fromkeys(remark for remarks in _reasons().values() for remark in remarks)


def why_told(why: str) -> str:
    """The reason of an assumption; as it is where it is a scenario's own, or of another version."""
    return why if spoken() == "en" else "".join(map(_, _reasons().get(why, (why,))))


@cache
def _reasons() -> dict[str, tuple[str, ...]]:
    """Reason → the remarks it is made of."""
    return setting_reasons(ScenarioSpec) | {line.why: (line.why,) for line in guessed_constants()}
