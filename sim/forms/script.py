"""The controllers' script (演练脚本): what is played, what is expected, and what the log shows of it."""

from __future__ import annotations

from typing import Final

from sim.forms.parts import Blank, Chapter, Column, Form, Grid, Part, Sheet, Words, row, source_words
from sim.forms.plan import title_lines
from sim.language import _
from sim.page.parts import Cell
from sim.page.telling import Telling
from sim.phrases import names_of
from sim.script import Judged, judged, written_lines
from sim.script.table import script_table
from sim.script.words import verdict_word
from sim.spec import text_told

_BY_HAND: Final = 3
"""Columns at the end of the script that are for people."""
_WIDTH: Final = 6.0
"""Characters of a spreadsheet for one weight of a column."""


def script_form(telling: Telling) -> Form:
    """The form; a scenario without injects gives empty boxes."""
    script = script_grid(telling)
    shown = expectations_grid(telling)
    chapters = [
        Chapter(_("Rules for controllers (by hand)"), [Blank("", 3)]),
        Chapter(_("Events"), [script] if script.rows else [Words(_("The scenario has no injects.")), Blank("", 6)]),
        Chapter(_("What the simulation showed"), _shown(shown)),
    ]
    sheets = [Sheet(_("Events"), script)]
    if shown is not None:
        sheets.append(Sheet(_("What the simulation showed"), shown))
    return Form(
        "script", _("02_controllers_script"), _("Controllers' script (MSEL)"), title_lines(telling), chapters, sheets
    )


def script_grid(telling: Telling) -> Grid:
    """The hand-written lines in the order of time, with empty columns for what came of each."""
    lines = written_lines(telling.run.spec)
    table = script_table(lines, names_of(telling.run.inventory))
    fixed = len(table.heads) - _BY_HAND
    columns = [
        Column(head, "" if at < fixed else "hand", width=table.widths[at] / _WIDTH)
        for at, head in enumerate(table.heads)
    ]
    return Grid(columns, [row(*("" if cell is None else str(cell) for cell in line)) for line in table.rows])


def judgements(telling: Telling) -> list[Judged]:
    """Every expectation of the script and what came of it."""
    run = telling.run
    return judged(run.spec, run.log.columns(), run.inventory)


def expectations_grid(telling: Telling) -> Grid | None:
    """A row an expectation with the evidence of the log; None where the script expects nothing."""
    found = judgements(telling)
    columns = (
        Column(_("No."), width=0.6), Column(_("recipient"), width=1.3), Column(_("expected action"), width=2.4),
        Column(_("objective"), width=1), Column(_("due"), "simulated", width=1.4),
        Column(_("seen at"), "simulated", width=1.4), Column(_("verdict"), "simulated", width=1.2),
        Column(_("evidence"), "simulated", width=4),
    )  # fmt: skip
    rows = [
        [
            Cell(str(one.line.number)), Cell(telling.bare(one.line.to)), Cell(text_told(one.say)),
            Cell(one.line.objective),
            Cell(telling.clock(one.due_h)), Cell(telling.clock(one.done_h)),
            Cell(verdict_word(one.verdict), tone="bad" if one.verdict in ("late", "missed") else ""),
            Cell(one.evidence),
        ]
        for one in found
    ]  # fmt: skip
    return Grid(columns, rows) if rows else None


def _shown(grid: Grid | None) -> list[Part]:
    if grid is None:
        return [Words(_("The script expects nothing that could be looked for."))]
    return [grid, source_words()]
