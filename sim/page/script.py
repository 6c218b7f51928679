"""The controllers' script: what was played, what was expected, and what the log shows."""

from __future__ import annotations

from typing import Final

from sim.language import _
from sim.page.parts import Cell, Head, Section, Table, Tone
from sim.page.telling import Telling
from sim.phrases import names_of
from sim.script import Judged, ScriptLine, written_lines
from sim.script.table import via_told, what_told, when_told
from sim.script.words import counted, verdict_word
from sim.spec import text_told

_TONES: Final[dict[str, Tone]] = {"met": "good", "late": "bad", "missed": "bad"}


def section(telling: Telling) -> Section | None:
    """The script line by line, a row an expectation; nothing where no line is written by hand."""
    lines = written_lines(telling.run.spec)
    if not lines:
        return None
    heads = (
        Head(_("No."), number=True), Head(_("when")), Head(_("from, to")), Head(_("message and inject")),
        Head(_("Expected action")), Head(_("verdict")), Head(_("evidence")),
    )  # fmt: skip
    expected: dict[int, list[Judged | None]] = {}
    for one in telling.card.expectations:
        expected.setdefault(one.line.number, []).append(one)
    rows = [_row(telling, line, one) for line in lines for one in expected.get(line.number, [None])]
    note = _("The log judges sentences that it understands; the others are left to the evaluator.")
    told = counted(telling.card.expectations)
    lead = _("Expectations: {counted}.").format(counted=told) if told else _("No line says what is expected.")
    return Section("script", _("Controllers' script"), [Table(heads, rows, note=note if told else "")], lead)


def _row(telling: Telling, line: ScriptLine, one: Judged | None) -> list[Cell]:
    name = names_of(telling.run.inventory)
    people = " → ".join(part for part in (name(line.sender), name(line.to)) if part)
    fired_h = line.t_h if one is None or line.t_h is not None else one.fired_h
    clock = "" if fired_h is None else telling.clock(fired_h)
    row = [
        Cell(str(line.number), value=line.number),
        Cell(when_told(line), under=clock, tight=line.t_h is not None),
        Cell(people, under=via_told(line.via)),
        Cell(text_told(line.message) or what_told(line, name), under=what_told(line, name) if line.message else ""),
    ]
    if one is None:
        return [*row, Cell(""), Cell(""), Cell("")]
    verdict = Cell(verdict_word(one.verdict), _TONES.get(one.verdict, "unknown"))
    return [*row, Cell(text_told(one.say), under=line.objective), verdict, Cell(one.evidence)]
