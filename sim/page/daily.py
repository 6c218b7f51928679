"""The official daily report of a run at chosen hours: stations, users, townships, cables, people and machines so far.

Source: shape of the reports of the ministry in July 2021 (S11 of the field parameters). What is not simulated
(fixed-line users, satellite phones, short messages) is left out.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from math import ceil, isnan
from typing import Final, NamedTuple

import numpy as np

from sim.inventory import number, rows_of, text
from sim.language import _
from sim.metrics import Tables, kpi, tables
from sim.metrics.intervals import is_kind, rows_with, spells
from sim.page.parts import Cell, Head, Section, Table
from sim.page.telling import Telling
from sim.page.words import bare, kpi_name, unit_word
from sim.results import Run
from sim.vocabulary import KPIS

CLOCK_H: Final = 8
"""Source: the ministry's reports gave the state at 08:00 (S11, S13)."""
_MOST: Final = 8
"""Instants that stand beside each other without being asked for; of a longer drill every second day, third, …"""
_STATIONS: Final = ("stations_out_cumulative", "stations_restored", "stations_out")
_SITES: Final = ("sites_without_mains", "sites_on_backup", "users_out")
_MEANS: Final = (
    "people", "vehicles", "all_terrain", "loaders", "equipment_sets", "generator_runs", "site_visits",
)  # fmt: skip
_LINKS: Final = (("link", "link.cut", "link.mended"), ("room_link", "room_link.cut", "room_link.mended"))


class Line(NamedTuple):
    """A figure of the report at an instant; `kpi` names it where it is one of the catalogue."""

    words: str
    value: float
    unit: str
    kpi: str = ""


def daily_report(run: Run, at_h: float) -> list[Line]:
    """What a report would say at an instant, hours since the start: everything up to then, nothing after it.

    Figures of the catalogue are those of the run cut off at the instant, so that at the end they are those of
    `kpis.json`.
    """
    data = tables(run.log.columns(), run.tables.ground, at_h, run.spec.plan)
    return [*_network(data), *_cables(data), *_rooms(data), *_means(data)]


def instants_h(telling: Telling) -> list[float]:
    """The hours asked for; without them 08:00 of every day and the end."""
    if telling.at_h:
        return list(telling.at_h)
    start, horizon_h = telling.story.start, telling.horizon_h
    first = start.replace(hour=CLOCK_H, minute=0, second=0, microsecond=0)
    first += timedelta(days=1) if first <= start else timedelta()
    first_h = (first - start).total_seconds() / 3600
    days = max(0, ceil((horizon_h - first_h) / 24))
    every = max(1, ceil(days / (_MOST - 1)))
    return [*(first_h + 24 * day for day in range(0, days, every)), horizon_h]


def section(telling: Telling) -> Section | None:
    """A column an instant; nothing where nobody would have anything to report."""
    at_h = instants_h(telling)
    reports = [daily_report(telling.run, instant) for instant in at_h]
    if not reports[0]:
        return None
    heads = [Head(""), *(Head(telling.clock(instant), number=True) for instant in at_h), Head(_("unit"))]
    rows = [
        [Cell(lines[0].words), *map(_cell, lines, at_h), Cell(unit_word(lines[0].unit))]
        for lines in zip(*reports, strict=True)
    ]
    note = _(
        "Stations and users out, sites without mains and on backup are those of the moment, and what is said to be "
        "now; the rest counts from the start. Fixed-line users and messages are not simulated."
    )
    return Section("daily", _("Daily report"), [Table(heads, rows, note=note)])


def _cell(line: Line, at_h: float) -> Cell:
    text_ = bare(float(np.round(line.value)) if line.unit == "users" else line.value, line.unit)
    value = None if isnan(line.value) else line.value
    return Cell(text_, value=value, kpi=line.kpi, scope=f"daily {at_h:.6g} h")


def _figures(data: Tables, names: Sequence[str]) -> Iterator[Line]:
    for name in names:
        yield Line(kpi_name(name), kpi(name, data), KPIS[name].unit, name)


def _network(data: Tables) -> Iterator[Line]:
    stations = len(data.ground.inventory["station"]["id"])
    if not stations:
        return
    yield from _figures(data, _STATIONS)
    yield Line(_("stations in all"), stations, "stations")
    yield from _figures(data, _SITES)
    if len(data.townships_dark.code):
        yield Line(_("townships cut off now"), _dark_now(data), "townships")
        yield from _figures(data, ["townships_dark"])


def _dark_now(data: Tables) -> int:
    """Townships all of whose sites with stations are out at the instant."""
    ground = data.ground
    counts = (ground.stations > 0) & (ground.site_township > 0)
    out = counts & data.site_outages.out_at(data.horizon_h)
    size, gone = (np.bincount(ground.site_township[mask], minlength=len(ground.townships)) for mask in (counts, out))
    return int(np.count_nonzero((size > 0) & (gone == size)))


def _cables(data: Tables) -> Iterator[Line]:
    """Distinct cables cut so far and those of them that are whole again, with their lengths."""
    log = data.log
    for item, cut, mended in _LINKS:
        table = data.ground.inventory[item]
        if not len(table["id"]):
            continue
        rows = rows_with(log, cut, mended)
        who = rows_of(text(table, "id"), log.names, len(log.names))[log.subject[rows]]
        found = spells(log, rows, who, is_kind(log, rows, cut), data.horizon_h)
        broken = np.unique(found.who)
        whole = np.setdiff1d(broken, found.who[found.open])
        length_km = number(table, "length_km")
        yield Line(_("cables damaged"), len(broken), "cables")
        yield Line(_("length of the cables damaged"), float(length_km[broken].sum()), "km")
        yield Line(_("cables repaired"), len(whole), "cables")
        yield Line(_("length of the cables repaired"), float(length_km[whole].sum()), "km")


def _rooms(data: Tables) -> Iterator[Line]:
    inventory, end_h = data.ground.inventory, data.horizon_h
    if len(inventory["service"]["id"]):
        out = data.services.spells
        now = len(np.unique(out.who[out.holds(end_h)]))
        yield Line(_("services out now"), now, "services")
    if len(inventory["device"]["id"]):
        down, faults = data.rooms.devices_down(), data.rooms.faults
        yield Line(_("devices down now"), len(np.unique(down.who[down.holds(end_h)])), "devices")
        yield Line(_("faults in machine rooms"), len(faults.who), "times")
        yield Line(_("of them mended"), int(np.count_nonzero(~faults.open)), "times")


def _means(data: Tables) -> Iterator[Line]:
    inventory = data.ground.inventory
    crews, people = len(inventory["crew"]["id"]), len(inventory["person"]["id"])
    if crews:
        yield from _figures(data, _MEANS)
    elif people:
        yield from _figures(data, ["people", "person_turnouts"])
