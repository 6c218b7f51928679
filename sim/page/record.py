"""The record beside the simulation."""

from __future__ import annotations

from sim.language import _
from sim.page.parts import Cell, Head, Section, Table, Tone
from sim.page.telling import Telling
from sim.page.words import figure, kpi_name, unit_word
from sim.report.readings import reading_words
from sim.scorecard import ScoreRow
from sim.spec import text_told


def section(telling: Telling) -> Section | None:
    """Every recorded figure, the simulated one beside it, and how both were read."""
    rows = [row for row in telling.card.rows if row.section == "record"]
    if not rows:
        return None
    heads = (
        Head(_("figure")), Head(_("recorded"), number=True), Head(_("simulated"), number=True),
        Head(_("ratio"), number=True, under=_("simulated / recorded")), Head(_("reading")),
    )  # fmt: skip
    source = text_told(telling.run.spec.record.source)
    lead = _("Recorded by: {source}.").format(source=source) if source else ""
    note = ""
    if any(row.role == "input" for row in rows):
        note = _("Input: the figure was given to the model; the simulated one says how many were used.")
    return Section(
        "record",
        _("Record beside the simulation"),
        [Table(heads, [_row(telling, row) for row in rows], note=note)],
        lead,
    )


def _row(telling: Telling, row: ScoreRow) -> list[Cell]:
    recorded = row.recorded if isinstance(row.recorded, str) else figure(row.recorded, row.unit)
    when = telling.clock(row.at_h) if row.at_h is not None else ""
    words = _("; ").join(part for part in (when, reading_words(row)) if part)
    unit = unit_word(row.unit)
    return [
        Cell(kpi_name(row.kpi), under=_("{unit}; input").format(unit=unit) if row.role == "input" else unit),
        Cell(str(recorded), value=None if isinstance(row.recorded, str) else row.recorded),
        Cell(figure(row.simulated, row.unit), value=row.simulated, kpi=row.kpi, scope=f"record {row.at or ''}".strip()),
        _ratio(row),
        Cell(words),
    ]


def _ratio(row: ScoreRow) -> Cell:
    if row.agrees is not None:
        tone: Tone = "good" if row.agrees else "bad"
        return Cell(_("agrees") if row.agrees else _("differs"), tone)
    return Cell("–") if row.ratio is None else Cell(f"{row.ratio:.2f}", value=row.ratio)
