"""The official daily report (日报) at given hours, a chapter and a sheet an hour; what no model has stays open."""

from __future__ import annotations

from collections.abc import Sequence
from math import isnan

from sim.forms.parts import DASHES, Blank, Chapter, Column, Form, Grid, Pairs, Part, Sheet, Words, of_page
from sim.language import _
from sim.page.daily import DailyReport, Line, by_county_table, daily_report, default_hours, line_word
from sim.page.parts import Cell
from sim.page.telling import Telling
from sim.page.words import bare, unit_word


def daily_form(telling: Telling, at_h: Sequence[float] = ()) -> Form | None:
    """The report at every hour; None where the drill has no stations to report on."""
    if not telling.has("station"):
        return None
    reports = [daily_report(telling.run, hour) for hour in at_h or default_hours(telling.run)]
    return Form(
        "daily",
        _("05_daily_report"),
        _("Daily report on restoration of communications"),
        [_("As of each hour, from what had happened by then; a simulation, not a report to any authority.")],
        [Chapter(_("As of {clock}").format(clock=telling.clock(one.at_h)), _parts(telling, one)) for one in reports],
        [_sheet(telling, one) for one in reports],
        apart=True,
    )


def _parts(telling: Telling, report: DailyReport) -> list[Part]:
    counties = by_county_table(telling, report.at_h)
    return [
        Pairs([(_("Reporting unit"), ""), (_("Reported by / checked by"), ""), (_("Sent to, and when"), "")]),
        _grid(telling, report),
        *(of_page([counties]) if counties.rows else []),
        Blank(_("Situation, measures taken, what comes next (by hand):"), 4),
        Words(_("A dash box is a figure that the simulation does not have. It is not zero."), quiet=True),
    ]


def _grid(telling: Telling, report: DailyReport) -> Grid:
    columns = (
        Column(_("item"), width=3.2), Column(_("figure"), "simulated", number=True, width=2),
        Column(_("unit"), width=1.2), Column(_("remark"), "hand", width=2.4),
    )  # fmt: skip
    rows = [
        [Cell(line_word(line.key)), _figure(line), Cell(_unit(line)), Cell(_("by hand") if _open(line) else "")]
        for line in report.lines
    ]
    return Grid(columns, rows, _("Figures as of {clock}").format(clock=telling.clock(report.at_h)))


def _open(line: Line) -> bool:
    """Whether the model, or the drill, has nothing of the kind."""
    return line.value is None or isnan(line.value)


def _figure(line: Line) -> Cell:
    """The figure with its exact number; a dash box where the model, or the drill, has nothing of the kind."""
    if _open(line):
        return Cell(DASHES)
    return Cell(bare(line.value, line.unit), value=line.value, kpi=line.kpi)


def _unit(line: Line) -> str:
    return _("cables") if line.unit == "cables" else unit_word(line.unit)


def _sheet(telling: Telling, report: DailyReport) -> Sheet:
    at = telling.story.wall(report.at_h)
    return Sheet(f"{at:%m-%d %H%M}", _grid(telling, report))
