"""What the run rests on that is judgement: value, range, reason, and what it was tuned to."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Final

from sim.language import _
from sim.page.parts import Cell, Folded, Head, Part, Section, Table, Tone
from sim.page.telling import Telling
from sim.page.words import figure
from sim.scorecard import Assumed, why_told
from sim.spec import text_told

_CLOCK: Final = re.compile(r"(\d{4}-\d\d-\d\d)T(\d\d:\d\d)(?::\d\d)?(?:[+-]\d\d:\d\d|Z)?")


def section(telling: Telling) -> Section | None:
    """The scenario's own assumptions, then guesses it leaves as they are, folded away."""
    return of_lines(telling.card.assumptions)


def of_lines(found: Sequence[Assumed]) -> Section | None:
    """The same from the lines of a scorecard's assumptions."""
    own = [line for line in found if line.origin == "scenario"]
    others = [line for line in found if line.origin != "scenario"]
    parts: list[Part] = []
    if own:
        parts.append(_own(own))
    if others:
        title = _("{count} guessed defaults and constants that the scenario leaves as they are").format(
            count=len(others)
        )
        parts.append(Folded(title, [_others(others)]))
    return Section("assumptions", _("Assumptions and their ranges"), parts) if parts else None


def _own(lines: Sequence[Assumed]) -> Table:
    """The scenario's lines; what they were tuned to only where any was."""
    tuned = any(line.tuned_to for line in lines)
    heads = [Head(_("setting")), Head(_("value")), Head(_("range")), Head(_("why"))]
    rows = [
        [*_head_cells(line), Cell(why_told(line.why)), *([Cell(text_told(line.tuned_to))] if tuned else [])]
        for line in lines
    ]
    return Table([*heads, *([Head(_("tuned to"))] if tuned else [])], rows)


def _others(lines: Sequence[Assumed]) -> Table:
    heads = (Head(_("setting")), Head(_("value")), Head(_("why")))
    return Table(
        heads, [[Cell(line.set, code=True), Cell(plain(line.value)), Cell(why_told(line.why))] for line in lines]
    )


def _head_cells(line: Assumed) -> list[Cell]:
    tone: Tone = "bad" if line.inside is False else ""
    said = _("outside the range") if line.inside is False else ""
    return [Cell(line.set, code=True), Cell(plain(line.value), tone, under=said), Cell(_range(line.range))]


def plain(value: Any) -> str:
    """A value of a scenario as text."""
    if isinstance(value, dict) and set(value) == {"median_h", "p90_h"}:
        return f"{value['median_h']:g}/{value['p90_h']:g} h"
    if isinstance(value, dict):
        return ", ".join(f"{key} {plain(part)}" for key, part in value.items())
    if isinstance(value, list):
        return ", ".join(map(plain, value))
    if value is None:
        return "–"
    return figure(value) if isinstance(value, int) and not isinstance(value, bool) else _number(value)


def _number(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:.4g}".replace("-", "−")
    return _CLOCK.sub(r"\1 \2", str(value))


def _range(allowed: list[float | str] | None) -> str:
    if not allowed:
        return _("no range")
    if len(allowed) == 2:
        return _("{low} to {high}").format(low=plain(allowed[0]), high=plain(allowed[1]))
    return ", ".join(map(plain, allowed))
