"""Every figure of the catalogue that the run has, with its meaning, for whoever looks one up."""

from __future__ import annotations

from math import isnan

from sim.language import _, spoken
from sim.page.parts import Cell, Folded, Head, Section, Table
from sim.page.telling import Telling
from sim.page.words import kpi_name, number_cell, unit_word
from sim.vocabulary import KPIS


def section(telling: Telling) -> Section:
    """All defined figures at the end of the run."""
    values = {name: value for name, value in telling.run.kpi_values.items() if not isnan(value)}
    heads = (Head(_("figure")), Head(_("value"), number=True), Head(_("unit")), Head(_("name in files")))
    rows = [
        [
            Cell(kpi_name(name), under=KPIS[name].meaning if spoken() == "en" else ""),
            number_cell(value, KPIS[name].unit, name, "end"),
            Cell(unit_word(KPIS[name].unit)),
            Cell(name, code=True),
        ]
        for name, value in values.items()
    ]
    table = Table(heads, rows, note=_("Figures of an instant are those at the end of the drill."))
    return Section("figures", _("All figures"), [Folded(_("{count} figures").format(count=len(rows)), [table])])
