"""The official daily report (日报) of a drill: what would be told to the authority at an hour, nothing that came later.

Source: shape of the ministry's daily figures of July 2021 (cumulative out, restored, still out; cables damaged and
repaired; users affected; townships cut; people, vehicles and generators sent).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from math import ceil, nan
from typing import Final

import numpy as np

from sim.errors import input_error
from sim.inventory import number
from sim.language import _
from sim.metrics import Tables, kpi, split, tables
from sim.metrics.intervals import rows_with
from sim.page.parts import Cell, Head, Part, Section, Table, Words
from sim.page.telling import Telling
from sim.page.words import number_cell, unit_word
from sim.report.series import SOURCES, Story
from sim.results import Run
from sim.vocabulary import KPIS

CUT_OFF_H: Final = 8
"""Assumed: the cut-off of a day's report is 08:00, the clock of the ministry's figures of 23 and 25 July 2021."""
_GRAIN_H: Final = 1e-9
_MOST: Final = 8
"""Hours that stand beside each other without being asked for."""


@dataclass(frozen=True)
class Line:
    """One figure of the report; `kpi` names the figure of the catalogue, empty where there is none such.

    `value` is NaN where the drill has nothing of the kind, and None for what the model does not have.
    """

    key: str
    unit: str
    value: float | None
    kpi: str = ""


@dataclass(frozen=True)
class DailyReport:
    """The figures of a moment, hours since the start."""

    at_h: float
    lines: tuple[Line, ...]

    def __getitem__(self, key: str) -> float | None:
        """The value of a line; KeyError for another key."""
        return {line.key: line.value for line in self.lines}[key]


_OF_KPI: Final = {
    "cumulative_out": "stations_out_cumulative",
    "restored": "stations_restored",
    "out_now": "stations_out",
    "sites_without_mains": "sites_without_mains",
    "users_affected": "users_out",
    "townships_cut_cumulative": "townships_dark",
    "visits": "site_visits",
    "generator_runs": "generator_runs",
    "people": "people",
    "vehicles": "vehicles",
    "generators": "equipment_sets",
}
NOT_MODELLED: Final = ("fixed_line_users", "satellite_phones", "messages_sent")


def daily_report(run: Run, at_h: float) -> DailyReport:
    """The report of a run at an hour since its start. Raises `InputError` for an hour outside the drill.

    Counts are of all that happened until then; "still out" are the stations cumulatively out less those restored.
    """
    if not -_GRAIN_H <= at_h <= run.horizon_h + _GRAIN_H:
        said = _("must lie within the {horizon_h:g} h of the drill (got {value})")
        raise input_error(said.format(horizon_h=run.horizon_h, value=f"{at_h:g} h"), file=_("daily report"))
    data = tables(run.log.columns(), run.inventory, at_h, run.spec.plan)
    known = {key: kpi(name, data) for key, name in _OF_KPI.items()}
    cables = _cables(run, at_h)
    values: dict[str, tuple[float | None, str]] = {
        "cumulative_out": (known["cumulative_out"], "stations"),
        "restored": (known["restored"], "stations"),
        "still_out": (known["cumulative_out"] - known["restored"], "stations"),
        "out_now": (known["out_now"], "stations"),
        "total": (float(data.ground.stations.sum()), "stations"),
        "sites_without_mains": (known["sites_without_mains"], "sites"),
        **{key: (value, "sites") for key, value in _carried(run, at_h).items()},
        "cables_damaged": (cables[0], "cables"),
        "cables_damaged_km": (cables[1], "km"),
        "cables_repaired": (cables[2], "cables"),
        "users_affected": (known["users_affected"], "users"),
        "townships_cut": (_townships_cut(data, at_h), "townships"),
        "townships_cut_cumulative": (known["townships_cut_cumulative"], "townships"),
        "people": (known["people"], "people"),
        "vehicles": (known["vehicles"], "vehicles"),
        "generators": (known["generators"], "sets"),
        "visits": (known["visits"], "visits"),
        "generator_runs": (known["generator_runs"], "runs"),
        **dict.fromkeys(NOT_MODELLED, (None, "")),
    }
    return DailyReport(
        at_h, tuple(Line(key, unit, value, _OF_KPI.get(key, "")) for key, (value, unit) in values.items())
    )


def _cables(run: Run, at_h: float) -> tuple[float, float, float]:
    """Transport links cut so far: how many, their length in km, and how many of them are whole again."""
    log = run.log.columns()
    ids = run.inventory["link"]["id"].astype(str).tolist()
    if not ids:
        return nan, nan, nan
    row_of = {name: row for row, name in enumerate(ids)}
    cut: dict[int, bool] = {}
    for row in rows_with(log, "link.cut", "link.mended").tolist():
        link = row_of.get(log.names[log.subject[row]], -1)
        if log.t_h[row] <= at_h and link >= 0:
            cut[link] = log.kinds[log.kind[row]] == "link.cut"
    km = np.nan_to_num(number(run.inventory["link"], "length_km"))
    return float(len(cut)), float(km[list(cut)].sum()), float(sum(not still for still in cut.values()))


def _carried(run: Run, at_h: float) -> dict[str, float]:
    """Sites in service on battery and on a generator."""
    story = Story.of(run)
    source = story.sources.at(at_h, story.count("site"), SOURCES.index("mains"))
    serves = story.outages.at(at_h, story.count("site")) < 0
    return {
        "on_battery": float((serves & (source == SOURCES.index("battery"))).sum()),
        "on_generator": float((serves & (source == SOURCES.index("generator"))).sum()),
    }


def _townships_cut(data: Tables, at_h: float) -> float:
    """Townships all of whose sites with stations are out at the hour."""
    ground = data.ground
    counts = (ground.stations > 0) & (ground.site_township > 0)
    out = counts & data.site_outages.out_at(at_h)
    size, gone = (np.bincount(ground.site_township[mask], minlength=len(ground.townships)) for mask in (counts, out))
    return float(np.count_nonzero((size > 0) & (gone == size)))


# On the page


def default_hours(run: Run) -> list[float]:
    """Every cut-off of the drill after its start, and the end; of a long drill every second day's, third, ..."""
    start = run.spec.start.replace(tzinfo=None)
    first = start.replace(hour=CUT_OFF_H, minute=0, second=0, microsecond=0)
    first += timedelta(days=first <= start)
    hours = []
    while (at_h := (first - start).total_seconds() / 3600) < run.horizon_h:
        hours.append(at_h)
        first += timedelta(days=1)
    every = max(1, ceil(len(hours) / (_MOST - 1)))
    return [*hours[::every], run.horizon_h]


def line_word(key: str) -> str:
    """What a line of the report is called."""
    words: dict[str, Callable[[], str]] = {
        "cumulative_out": lambda: _("out cumulative (power)"),
        "restored": lambda: _("restored of these"),
        "still_out": lambda: _("still out of these"),
        "out_now": lambda: _("out at this hour, all causes"),
        "total": lambda: _("stations in all"),
        "sites_without_mains": lambda: _("sites without mains"),
        "on_battery": lambda: _("sites kept up by batteries"),
        "on_generator": lambda: _("sites kept up by generators"),
        "cables_damaged": lambda: _("cables damaged"),
        "cables_damaged_km": lambda: _("length of damaged cables"),
        "cables_repaired": lambda: _("cables repaired"),
        "users_affected": lambda: _("mobile users affected at this hour"),
        "townships_cut": lambda: _("townships cut off at this hour"),
        "townships_cut_cumulative": lambda: _("townships cut off so far"),
        "people": lambda: _("people sent so far"),
        "vehicles": lambda: _("vehicles sent so far"),
        "generators": lambda: _("generators set up so far"),
        "visits": lambda: _("visits to sites so far"),
        "generator_runs": lambda: _("runs of generators so far"),
        "fixed_line_users": lambda: _("fixed-line users affected"),
        "satellite_phones": lambda: _("satellite phones"),
        "messages_sent": lambda: _("warning messages sent"),
    }
    return words[key]()


def section(telling: Telling) -> Section | None:
    """A column an hour; nothing where the drill has no stations."""
    if not telling.has("station"):
        return None
    reports = [daily_report(telling.run, at_h) for at_h in telling.at_h or default_hours(telling.run)]
    heads = [Head(_("figure")), Head(_("unit")), *(Head(telling.clock(one.at_h), number=True) for one in reports)]
    rows = [_row(reports, number) for number, line in enumerate(reports[0].lines) if _shown(line, reports)]
    missing = ", ".join(line_word(key) for key in NOT_MODELLED)
    parts: list[Part] = [
        Table(heads, rows),
        by_county_table(telling, reports[-1].at_h),
        Words(_("Not modelled, to be filled in by hand: {what}.").format(what=missing), "quiet"),
    ]
    lead = _("As it would be told at each hour, from what had happened by then.")
    return Section("daily", _("Daily report"), parts, lead)


def _shown(line: Line, reports: Sequence[DailyReport]) -> bool:
    """Lines of which the drill has something at some hour."""
    values = [report[line.key] for report in reports]
    return any(value is not None and not np.isnan(value) for value in values)


def _row(reports: Sequence[DailyReport], at: int) -> list[Cell]:
    first = reports[0].lines[at]
    cells = [
        number_cell(report.lines[at].value, first.unit, first.kpi, f"daily {report.at_h:.6g} h") for report in reports
    ]
    unit = _("cables") if first.unit == "cables" else unit_word(first.unit)
    return [Cell(line_word(first.key)), Cell(unit), *cells]


_BY_COUNTY: Final = ("stations_out_cumulative", "stations_restored", "stations_out", "users_out", "sites_without_mains")


def daily_by_county(run: Run, at_h: float) -> dict[str, dict[str, float]]:
    """County id → figure of the catalogue → value at an hour; those of the report that a county has."""
    data = tables(run.log.columns(), run.inventory, at_h, run.spec.plan)
    parts = {name: split(name, data, "county") for name in _BY_COUNTY}
    return {key: {name: parts[name].get(key, nan) for name in _BY_COUNTY} for key in data.ground.counties}


def by_county_table(telling: Telling, at_h: float) -> Table:
    """The same by county, those of which something is to be told."""
    found = daily_by_county(telling.run, at_h)
    keys = {"stations_out_cumulative": "cumulative_out", "stations_restored": "restored", "stations_out": "out_now"}
    keys |= {"users_out": "users_affected", "sites_without_mains": "sites_without_mains"}
    heads = [Head(_("county")), *(Head(line_word(keys[name]), number=True) for name in _BY_COUNTY)]
    rows = [
        [
            Cell(telling.county(key)),
            *(number_cell(of[name], KPIS[name].unit, name, f"daily {key}") for name in _BY_COUNTY),
        ]
        for key, of in found.items()
        if any(value > 0 for value in of.values())
    ]
    return Table(heads, rows, title=_("By county, {clock}").format(clock=telling.clock(at_h)))
