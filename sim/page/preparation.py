"""The plan's preparation: what was ready in time, what was late or never done, and what a planner should look into."""

from __future__ import annotations

import numpy as np

from sim.language import _
from sim.page.parts import Cell, Head, Part, Section, Table, Words
from sim.page.telling import Telling
from sim.page.words import figure, number_cell
from sim.report.reasons import hint_words


def section(telling: Telling) -> Section | None:
    """Lines by measure, then those that were late or never done; nothing without a preparation or a hint."""
    parts: list[Part] = []
    if len(telling.tables.lines.do):
        parts.append(_measures(telling))
    if telling.card.late_preparations.get("lines"):
        parts.append(_late(telling))
    parts += [Words(hint_words(hint)) for hint in telling.card.hints]
    share = telling.run.kpi_values["preparation_done_share"]
    lead = ""
    if not np.isnan(share):
        lead = _("{share} of the lines that were due were done in time.").format(share=figure(share, "share"))
    return Section("preparation", _("Preparation before the event"), parts, lead) if parts else None


def measure_word(measure: str) -> str:
    """What a line of the preparation does."""
    words = {
        "inspect": _("inspection"), "place_generators": _("placing generators"), "place": _("placing generators"),
        "quilts": _("quilts for batteries"), "fill_fuel": _("filling fuel"), "move_crews": _("moving crews"),
    }  # fmt: skip
    return words.get(measure, measure)


def _measures(telling: Telling) -> Table:
    lines = telling.tables.lines
    heads = (
        Head(_("measure")), Head(_("lines"), number=True), Head(_("in time"), number=True),
        Head(_("late"), number=True), Head(_("never"), number=True),
    )  # fmt: skip
    rows = []
    for measure in dict.fromkeys(lines.measure.tolist()):
        mine = lines.measure == measure
        counts = [int(np.count_nonzero(mine & what)) for what in (mine, lines.on_time, lines.late, lines.never)]
        do = str(lines.do[np.flatnonzero(mine)[0]])
        cells = [number_cell(count) for count in counts]
        rows.append([Cell(measure_word(do), under=telling.tables.log.names[int(measure)]), *cells])
    return Table(heads, rows)


def _late(telling: Telling) -> Table:
    found = telling.card.late_preparations
    heads = (Head(_("measure")), Head(_("where")), Head(_("due")), Head(_("done")), Head(_("deviation"), number=True))
    rows = [
        [
            Cell(measure_word(line["measure"].rpartition("-")[0] or line["measure"]), under=line["measure"]),
            Cell(telling.bare(line["target"]), under=line["target"]),
            Cell(telling.clock(line["by_h"]), tight=True),
            Cell(_("never"), "bad") if line["result"] == "never" else Cell(telling.clock(line["done_h"]), tight=True),
            Cell("–" if line["lag_h"] is None else f"+{figure(line['lag_h'], 'h')}", value=line["lag_h"]),
        ]
        for line in found["lines"]
    ]
    note = _("and {count} more").format(count=found["more"]) if found["more"] else ""
    return Table(heads, rows, _("Late or never done"), note)
