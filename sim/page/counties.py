"""Restoration by county: who was out, who came back, and how soon."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np

from sim.language import _
from sim.metrics import kpi, split
from sim.page.parts import Cell, Head, Section, Table
from sim.page.telling import Telling
from sim.page.words import number_cell, unit_word
from sim.vocabulary import KPIS

_AFTER_H: Final = (24.0, 48.0, 72.0)
"""Source: parameters of the field, restoration at 24, 48 and 72 hours (恢复率)."""


class Column(NamedTuple):
    """A figure of the catalogue at an instant (None: the end, or the whole drill), and its head."""

    kpi: str
    head: Head
    at_h: float | None = None

    @property
    def scope(self) -> str:
        """The instant, for machines."""
        return "" if self.at_h is None else f"{self.at_h:.6g} h"


def section(telling: Telling) -> Section | None:
    """A line a county, and the whole below; nothing where no station was out."""
    tables = telling.tables
    starts = tables.site_outages.spells.start_h
    if not len(starts) or not telling.has("station"):
        return None
    first_h = float(starts.min())
    columns = _columns(telling, first_h)
    by_county = [split(column.kpi, tables, "county", column.at_h) for column in columns]
    stations = _stations(telling)
    keys = [key for key in tables.ground.counties if stations.get(key, 0) or any(by.get(key) for by in by_county)]
    rows = [
        [
            Cell(telling.county(key)),
            number_cell(float(stations.get(key, 0)), "stations", "", f"county {key}"),
            *(
                number_cell(by.get(key), KPIS[column.kpi].unit, column.kpi, f"county {key} {column.scope}".strip())
                for column, by in zip(columns, by_county, strict=True)
            ),
        ]
        for key in keys
    ]
    rows.append(_total(telling, columns, sum(stations.values())))
    lead = _("The first outage began {clock}; the shares restored count from there.").format(
        clock=telling.clock(first_h)
    )
    heads = [Head(_("county")), Head(_("stations in all"), number=True), *(column.head for column in columns)]
    note = _(
        "Out cumulative and restored count stations that went out for want of power; still out counts every cause, "
        "so that the three need not add up."
    )
    return Section("counties", _("Restoration by county"), [Table(heads, rows, note=note, totals=1)], lead)


def _columns(telling: Telling, first_h: float) -> list[Column]:
    end = telling.clock(telling.horizon_h)
    shares = [
        Column(
            "restored_share",
            Head(
                _("restored after {hours} h").format(hours=f"{after:g}"),
                number=True,
                under=telling.clock(first_h + after),
            ),
            first_h + after,
        )
        for after in _AFTER_H
        if first_h + after <= telling.horizon_h
    ]
    return [
        Column("stations_out_cumulative", Head(_("out cumulative"), number=True, under=unit_word("stations"))),
        Column("stations_restored", Head(_("restored"), number=True, under=unit_word("stations"))),
        Column("stations_out", Head(_("still out"), number=True, under=unit_word("stations"))),
        *shares,
        Column("restored_share", Head(_("restored at the end"), number=True, under=end)),
        Column("station_outage_h", Head(_("station-hours lost"), number=True)),
        Column("user_outage_h", Head(_("user-hours lost"), number=True)),
        Column("users_out", Head(_("users still out"), number=True)),
    ]


def _stations(telling: Telling) -> dict[str, int]:
    """Stations by county, those of none under the empty name."""
    ground = telling.tables.ground
    counts = np.bincount(ground.site_county, ground.stations, minlength=len(ground.counties))
    return {key: round(count) for key, count in zip(ground.counties, counts.tolist(), strict=True)}


def _total(telling: Telling, columns: Sequence[Column], stations: int) -> list[Cell]:
    tables = telling.tables
    return [
        Cell(_("all")),
        number_cell(float(stations), "stations"),
        *(
            number_cell(kpi(column.kpi, tables, column.at_h), KPIS[column.kpi].unit, column.kpi, column.scope)
            for column in columns
        ),
    ]
