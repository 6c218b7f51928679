"""What the controllers' script expects, beside what came of it, in the terminal."""

from __future__ import annotations

from typing import Final

from rich.console import RenderableType
from rich.text import Text

from sim.language import _
from sim.report.terminal_tables import table_of
from sim.scorecard import Scorecard
from sim.script.table import when_told
from sim.script.words import verdict_word
from sim.spec import text_told

_NARROW: Final = 22
"""Columns of what was played and what is expected: the evidence is longer."""
_STYLE: Final = {"met": "green", "late": "bold red", "missed": "bold red"}


def expectations(card: Scorecard) -> RenderableType | None:
    """A row an expectation: the verdict, the line, the expectation, and the evidence."""
    if not card.expectations:
        return None
    short = {"no_wrap": True}
    fold = {"overflow": "fold"}
    narrow = {"overflow": "fold", "max_width": _NARROW}
    table = table_of(
        ("", short), (_("No."), {"justify": "right", "no_wrap": True}), (_("Inject"), narrow),
        (_("Expected action"), narrow), (_("evidence"), fold),
    )  # fmt: skip
    for one in card.expectations:
        mark = Text(verdict_word(one.verdict), _STYLE.get(one.verdict, "yellow"))
        line = " ".join(part for part in (when_told(one.line), one.line.target or one.line.to) if part)
        table.add_row(mark, str(one.line.number), line, text_told(one.say), one.evidence)
    return table
