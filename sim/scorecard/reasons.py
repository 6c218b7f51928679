"""Why defaults, constants and parts of a network were guessed, told in the language in use; data keep the English."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from sim.language import _, spoken
from sim.scenario import ScenarioSpec
from sim.scorecard.register import guessed_constants, setting_reasons
from sim.spec import Said, text_told
from sim.topology.notes import note_told


def messages() -> Iterator[str]:
    """All remarks that reasons are made of, for the catalogue."""
    yield from dict.fromkeys(remark for remarks in _reasons().values() for remark in remarks)


def why_told(why: str) -> str:
    """The reason of an assumption; as it is where it is a scenario's own, or of another version."""
    if spoken() == "en" or isinstance(why, Said):
        return text_told(why)
    remarks = _reasons().get(why)
    return "".join(map(_, remarks)) if remarks else note_told(why)


@cache
def _reasons() -> dict[str, tuple[str, ...]]:
    """Reason → the remarks it is made of."""
    return setting_reasons(ScenarioSpec) | {line.why: (line.why,) for line in guessed_constants()}
