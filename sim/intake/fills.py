"""What fills the empty cells of a file's tables, in which order, and beforehand: which of them by which rule."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Final, NamedTuple

from sim.intake import derive
from sim.intake.areas import feeders_by_area
from sim.intake.draft import Draft, read_draft
from sim.intake.mapping import BY_AREA, GUESSES, NONE, Fill, Mapping
from sim.intake.plans import TABLES, Plan
from sim.intake.seats import place_depots
from sim.intake.told import Tally
from sim.language import _
from sim.sheets import cells as plain
from sim.topology.columns import COLUMNS
from sim.topology.csvfile import Desk

_REFERENCES: Final = {
    "county": "counties", "township": "townships", "hub": "sites", "site": "sites", "a": "sites", "b": "sites",
}  # fmt: skip
_OF_ROADS: Final = ("road_node", "spur_km")


def drafts_of(plan: Plan, desk: Desk, tally: Tally) -> dict[str, Draft]:
    """The tables of a planned file, read and made plain; what cannot be read is on the desk."""
    return {
        one.table: read_draft(Draft(one.table, one.grid, one.heads, dict(one.place), desk, tally, one.exact))
        for one in plan.found
    }


def filled(drafts: dict[str, Draft], mapping: Mapping) -> list[str]:
    """Fill gaps and turn names into ids; gives back the guesses."""
    notes: list[str] = []
    for table, draft in drafts.items():
        for column, target in _REFERENCES.items():
            if target in drafts and column in draft.cells and (table, column) != ("sites", "site"):
                there = drafts[target]
                derive.ids_by_names(draft, column, there.column("id"), there.column("name"))
        given = mapping.tables[table].missing if table in mapping.tables else {}
        notes += derive.fill_missing(draft, dict(given))
    sites = drafts["sites"]
    if "depots" in drafts:
        notes += place_depots(drafts["depots"], drafts.get("counties"), sites)
    if "townships" not in drafts:
        notes += derive.townships_apart(sites)
    notes += derive.derive_sites(sites, _day(mapping))
    if "feeders" not in drafts and mapping.tables["sites"].missing.get("feeder") != NONE:
        notes += feeders_by_area(sites)
    if "hub" in sites.cells:
        notes += derive.roles_by_hubs(sites)
    return notes + [line for draft in drafts.values() for line in derive.defaults(draft)]


def _day(mapping: Mapping) -> date | None:
    return plain.day(mapping.as_of, set()) if mapping.as_of else None


class Gap(NamedTuple):
    """Empty cells of a column, and what will fill them: a rule or a value."""

    column: str
    fill: Fill
    empty: int
    total: int

    def told(self) -> str:
        """How many are empty."""
        return _("{count} of {total} empty").format(count=self.empty, total=self.total)


def gaps(plan: Plan) -> dict[str, list[Gap]]:
    """What an import would fill, by table, without reporting anything; a column that is not there is wholly empty."""
    drafts = drafts_of(plan, Desk(Path()), Tally())
    sites = drafts.get("sites")
    if sites is None:
        return {}
    lost = 0 if "feeders" in drafts or any(sites.column("feeder")) else len(sites)
    filled(drafts, plan.mapping)
    found = {table: list(_gaps(drafts, table)) for table in drafts if table in TABLES}
    if lost and plan.mapping.tables["sites"].missing.get("feeder") != NONE:
        found["sites"].append(Gap("feeder", BY_AREA, lost, lost))
    return {table: rows for table, rows in found.items() if rows}


def _gaps(drafts: dict[str, Draft], table: str) -> Iterator[Gap]:
    draft = drafts[table]
    above = [role in ("hub", "aggregation", "core") for role in draft.column("role")]
    for column in COLUMNS[table]:
        name = column.name
        empty = [not text for text in draft.column(name)]
        if name == "hub":
            empty = [one and not high for one, high in zip(empty, above, strict=True)]
        rule = GUESSES.get(name) if table == "sites" else None
        fill = rule or derive.usual(column)
        if (name == "operators" and "stations" in drafts) or (name in _OF_ROADS and "nodes" not in drafts):
            continue
        if name == "township" and "townships" not in drafts and all(empty):
            continue
        if fill is not None and any(empty):
            yield Gap(name, fill, sum(empty), len(draft))
