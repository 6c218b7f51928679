"""What an inventory leaves out: filled in by nearest neighbour, by class or by distance, and counted.

Every guess adds a line such as `12 of 40 sites: feeder empty, the nearest taken` to the notes. Distances are
flat, over a sinusoidal plane about the middle of the sites.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from sim.topology.csvfile import Table
from sim.topology.empty import no_rows
from sim.topology.geo import Plane, great_circle_km
from sim.topology.nets import nearest
from sim.topology.tables import Bools, Counties, Depots, Feeders, Floats, Ints, Roads, Texts, Townships

SPUR_WINDING: Final = 1.3
ROAD_WINDING: Final = 1.25


class Gaps:
    """The notes of an inventory, and the plane in which "nearest" is meant."""

    def __init__(self, notes: list[str], lon: Floats, lat: Floats) -> None:
        self.notes = notes
        middle = (float(lon.mean().round(2)), float(lat.mean().round(2))) if len(lon) else (0.0, 0.0)
        self.plane = Plane(*middle)

    def note(self, missing: Bools, items: str, what: str) -> None:
        """Count a guess, if there was one."""
        if missing.any():
            self.notes.append(f"{int(missing.sum())} of {len(missing)} {items}: {what}")

    def nearest(self, lon: Floats, lat: Floats, table: Any, own: Ints | None = None) -> Ints:
        """Row of the nearest item of a table with lon and lat; of the same county where it has any.

        `own` holds the counties of the points asked about; without it any will do. -1 in an empty table.
        """
        there = self.plane.xy(table.lon, table.lat)
        if not len(there):
            return np.full(len(lon), -1, dtype=np.int64)
        here = self.plane.xy(lon, lat)
        found, _ = nearest(here, there)
        for county in np.unique(own) if own is not None else ():
            rows, theirs = np.flatnonzero(own == county), np.flatnonzero(table.county == county)
            if len(theirs):
                found[rows] = theirs[nearest(here[rows], there[theirs])[0]]
        return found


def _or_id(table: Table) -> tuple[Texts, Texts]:
    """Names and English names, the id or the name where empty."""
    name = np.where(table.given["name"], table.values["name"], table.values["id"])
    return name, np.where(table.given["name_en"], table.values["name_en"], name)


def _middles(rows: Ints, count: int, lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
    """Mean position of the items that point at each row; NaN where none does."""
    real = rows >= 0
    size = np.bincount(rows[real], minlength=count).astype(np.float64)
    size[size == 0] = np.nan
    sums = [np.bincount(rows[real], weights=values[real], minlength=count) for values in (lon, lat)]
    return np.round(sums[0] / size, 5), np.round(sums[1] / size, 5)


def make_counties(table: Table | None, named: Texts, sites: Table, gaps: Gaps) -> Counties:
    """Counties of a table; without one, those the sites name, each with its seat amid its sites."""
    if table is not None:
        name, name_en = _or_id(table)
        values = table.values
        return Counties(values["id"], name, name_en, values["lon"], values["lat"], values["population"])
    gaps.notes.append(f"no table of counties: {len(named)} named by the sites, seats amid their sites, no residents")
    lon, lat = _middles(sites.values["county"], len(named), sites.values["lon"], sites.values["lat"])
    return Counties(named, named, named, lon, lat, np.zeros(len(named), dtype=np.int64))


def make_townships(table: Table | None, named: Texts, sites: Table, gaps: Gaps) -> Townships:
    """Townships of a table; without one, those the sites name."""
    values = sites.values
    if table is not None:
        name, name_en = _or_id(table)
        own = table.values
        return Townships(
            own["id"], name, name_en, own["county"], own["lon"], own["lat"], own["population"]
        )  # fmt: skip
    if not len(named):
        empty: Townships = no_rows("townships")
        return empty
    gaps.notes.append(f"no table of townships: {len(named)} named by the sites, no residents")
    lon, lat = _middles(values["township"], len(named), values["lon"], values["lat"])
    first = [int(np.flatnonzero(values["township"] == row)[0]) for row in range(len(named))]
    people = np.zeros(len(named), dtype=np.int64)
    return Townships(named, named, named, values["county"][first], lon, lat, people)


def make_feeders(table: Table | None, named: Texts, sites: Table, counties: Counties, gaps: Gaps) -> Feeders:
    """Feeders of a table, else those the sites name; one without a position lies amid its sites."""
    values = sites.values
    count = len(named) if table is None else len(table)
    lon, lat = _middles(values["feeder"], count, values["lon"], values["lat"])
    if table is not None:
        given = table.given["lon"] & table.given["lat"]
        lon, lat = np.where(given, table.values["lon"], lon), np.where(given, table.values["lat"], lat)
        gaps.note(~given, "feeders", "position empty, put amid their sites")
    lost = np.isnan(lon)
    gaps.note(lost, "feeders", "neither position nor sites, put at the first county's seat")
    lon, lat = np.where(lost, counties.lon[:1], lon), np.where(lost, counties.lat[:1], lat)
    county = gaps.nearest(lon, lat, counties)
    if table is None:
        if count:
            gaps.notes.append(f"no table of feeders: {count} named by the sites, overhead, 15 km long")
        return Feeders(named, county, lon, lat, np.full(count, 15.0), np.zeros(count, dtype=bool))
    county = np.where(table.given["county"], table.values["county"], county)
    return Feeders(table.values["id"], county, lon, lat, table.values["length_km"], table.values["underground"])


def make_roads(nodes: Table | None, edges: Table | None, gaps: Gaps) -> Roads:
    """The road graph; none without its two tables."""
    if nodes is None or edges is None:
        gaps.notes.append("no roads: travel times cannot come from a road graph")
        none: Roads = no_rows("roads")
        return none
    lon, lat, u, v = nodes.values["lon"], nodes.values["lat"], edges.values["u"], edges.values["v"]
    crow = np.round(great_circle_km(lon[u], lat[u], lon[v], lat[v]) * ROAD_WINDING, 3)
    given = edges.given["length_km"]
    gaps.note(~given, "road edges", "length empty, 1.25 x the distance taken")
    return Roads(
        node_id=nodes.values["id"],
        node_lon=lon,
        node_lat=lat,
        edge_id=numbered_ids(edges, "r", 4),
        edge_u=u,
        edge_v=v,
        edge_km=np.where(given, edges.values["length_km"], np.maximum(crow, 0.01)),
        edge_class=edges.values["class"],
    )


def numbered_ids(table: Table, letter: str, width: int) -> Texts:
    """Ids of a table, `r0001` and so on by row where empty."""
    rows = np.array([f"{letter}{n + 1:0{width}d}" for n in range(len(table))] or [""])[: len(table)]
    return np.where(table.given["id"], table.values["id"], rows)


def make_depots(table: Table | None, counties: Counties, roads: Roads, gaps: Gaps) -> Depots:
    """Depots of a table; without one, a depot in each county seat, with the county's id."""
    if table is None:
        gaps.notes.append("no table of depots: one in each county seat")
        node = near_node(counties.lon, counties.lat, roads, gaps)[0]
        rows = np.arange(len(counties.id))
        return Depots(
            counties.id, counties.name, counties.name_en, rows, counties.lon, counties.lat, node
        )  # fmt: skip
    values, given = table.values, table.given
    name, name_en = _or_id(table)
    lon, lat = values["lon"], values["lat"]
    county = np.where(given["county"], values["county"], gaps.nearest(lon, lat, counties))
    node = np.where(given["road_node"], values["road_node"], near_node(lon, lat, roads, gaps)[0])
    return Depots(values["id"], name, name_en, county, lon, lat, node)


def near_node(lon: Floats, lat: Floats, roads: Roads, gaps: Gaps) -> tuple[Ints, Floats]:
    """Nearest road node (-1 without roads) and the way to it, km."""
    if not len(roads.node_id):
        return np.full(len(lon), -1, dtype=np.int64), np.zeros(len(lon))
    there = gaps.plane.xy(roads.node_lon, roads.node_lat)
    found, _ = nearest(gaps.plane.xy(lon, lat), there)
    far = great_circle_km(lon, lat, roads.node_lon[found], roads.node_lat[found])
    return found, np.round(far * SPUR_WINDING, 3)
