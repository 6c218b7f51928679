"""What an inventory leaves out about sites, stations and links."""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from sim.errors import listed
from sim.language import _
from sim.topology.csvfile import Table
from sim.topology.empty import no_rows
from sim.topology.geo import great_circle_km
from sim.topology.guesses import Gaps, near_node, numbered_ids
from sim.topology.tables import (
    LINK_KINDS,
    OPERATORS,
    ROLES,
    Counties,
    Feeders,
    Floats,
    Ints,
    Links,
    Roads,
    Sites,
    Stations,
    Townships,
)

CABLE_WINDING: Final = 1.3
_WATTS_4G: Final = 1300.0  # one operator. Source: parameters §1.2
_WATTS_TRANSMISSION: Final = np.array([250.0, 1500.0, 6000.0, 40000.0])  # by role; the last two Assumed
_AMPERE_HOURS: Final = np.array([1000.0, 800.0, 500.0, 300.0])  # by class. Assumed, after parameters §1.3
_FLOAT_V: Final = 53.5


def operators_of(sites: Table) -> list[list[int]]:
    """Codes of the operators in each site's cell (`mobile+unicom`); unknown words are reported."""
    found = []
    for row, cell in enumerate(sites.values["operators"].tolist()):
        names = cell.replace("+", " ").replace("|", " ").replace(";", " ").casefold().split() or [OPERATORS[0]]
        for name in names:
            if name not in OPERATORS:
                allowed = listed(OPERATORS)
                sites.sheet.report(
                    row,
                    "operators",
                    _("must name operators out of {allowed} (got {name!r})").format(allowed=allowed, name=name),
                )
        found.append(sorted({OPERATORS.index(name) for name in names if name in OPERATORS}))
    return found


def make_sites(
    table: Table,
    places: tuple[Counties, Townships, Feeders, Roads],
    tenants: Ints,
    gaps: Gaps,
) -> Sites:
    """Sites with every gap filled; `tenants` counts the operators on each."""
    _, townships, feeders, roads = places
    values, given = dict(table.values), table.given
    lon, lat, county = values["lon"], values["lat"], values["county"]
    values["name"] = np.where(given["name"], values["name"], values["id"])
    values["key"] = np.where(given["key"], values["key"], values["class"] == 0)
    for column, there in (("township", townships), ("feeder", feeders)):
        missing = ~given[column] & (len(there.id) > 0)
        values[column] = np.where(missing, gaps.nearest(lon, lat, there, county), values[column])
        gaps.note(missing, "sites", f"{column} empty, the nearest taken")
    values["hub"] = _hubs(table, gaps)
    node, spur = near_node(lon, lat, roads, gaps)
    missing = ~given["road_node"] & (len(roads.node_id) > 0)
    gaps.note(missing, "sites", "road_node empty, the nearest taken")
    node = np.where(given["road_node"], values["road_node"], node)
    values["road_node"] = node
    if len(roads.node_id):
        spur = np.round(great_circle_km(lon, lat, roads.node_lon[node], roads.node_lat[node]) * 1.3, 3)
        spur = np.where(node >= 0, spur, 0.0)
    values["spur_km"] = np.where(given["spur_km"], values["spur_km"], spur)
    _power(table, values, tenants, gaps)
    names = {"class": "site_class"}
    left_out = {"operators", "load_a"}
    return Sites(**{names.get(name, name): column for name, column in values.items() if name not in left_out})


class _Spots:
    """Some sites as a table with lon, lat and county."""

    def __init__(self, values: dict[str, Any], rows: Ints) -> None:
        self.lon, self.lat, self.county = values["lon"][rows], values["lat"][rows], values["county"][rows]


def _hubs(table: Table, gaps: Gaps) -> Ints:
    """Given hubs; itself for a hub and above; else the nearest hub."""
    values, rows = table.values, np.arange(len(table))
    above = values["role"] >= ROLES.index("hub")
    hub = np.where(table.given["hub"], values["hub"], np.where(above, rows, -1))
    hubs = np.flatnonzero(values["role"] == ROLES.index("hub"))
    missing = ~table.given["hub"] & ~above & (len(hubs) > 0)
    if missing.any():
        found = gaps.nearest(values["lon"], values["lat"], _Spots(values, hubs), values["county"])
        hub = np.where(missing, hubs[found], hub)
        gaps.note(missing, "sites", "hub empty, the nearest hub taken")
    return hub


def _power(table: Table, values: dict[str, Any], tenants: Ints, gaps: Gaps) -> None:
    """Loads by operators and role, or from a measured current; batteries by class; rectifiers to fit."""
    given = table.given
    usual = _WATTS_TRANSMISSION[np.maximum(values["role"], 0)]
    values["load_transmission_w"] = np.where(given["load_transmission_w"], values["load_transmission_w"], usual)
    gaps.note(~given["load_transmission_w"], "sites", "load_transmission_w empty, taken by role")
    measured = given["load_a"] & ~given["load_4g_w"]
    rest = np.nan_to_num(values["load_a"]) * _FLOAT_V - values["load_transmission_w"] - values["load_5g_w"]
    radio = np.where(measured, np.maximum(np.round(rest), 0.0), _WATTS_4G * tenants)
    values["load_4g_w"] = np.where(given["load_4g_w"], values["load_4g_w"], radio)
    gaps.note(~given["load_4g_w"] & ~measured, "sites", "load_4g_w empty, 1,300 W an operator taken")
    gaps.note(measured, "sites", "load_4g_w taken from the measured current")
    ah = _AMPERE_HOURS[values["class"]]
    gaps.note(~given["battery_ah"] & ~given["autonomy_h"], "sites", "battery_ah empty, taken by class")
    values["battery_ah"] = np.where(given["battery_ah"], values["battery_ah"], ah)
    values["rectifier_kw"] = np.where(given["rectifier_kw"], values["rectifier_kw"], _rectifier_kw(values))


def _rectifier_kw(values: dict[str, Any]) -> Floats:
    """Modules of 3 kW and 50 A for load and charging at 0.1 C, and one spare. Source: parameters §1.2."""
    load_a = (values["load_4g_w"] + values["load_5g_w"] + values["load_transmission_w"]) / 48.0
    return np.asarray(3.0 * (np.ceil((load_a + 0.1 * values["battery_ah"]) / 50.0) + 1.0))


def make_stations(table: Table | None, sites: Table, operators: list[list[int]], gaps: Gaps) -> Stations:
    """Stations of a table; without one, those the sites' `operators` name, with usual users and radios."""
    ids = sites.values["id"]
    if table is not None:
        values = table.values
        both = zip(values["site"], values["operator"], strict=True)
        usual = np.array([f"{ids[site]}_{OPERATORS[one]}" for site, one in both] or [""])[: len(table)]
        named = np.where(table.given["id"], values["id"], usual)
        return Stations(
            named, values["site"], values["operator"], values["users"],
            values["radios_4g"], values["radios_5g"], values["radios_other"],
        )  # fmt: skip
    pairs = [(row, one) for row, own in enumerate(operators) for one in own]
    count = len(pairs)
    gaps.notes.append(f"no table of stations: {count} from the sites' operators, 340 users and 2 radios each")
    gaps.note(~sites.given["operators"], "sites", "operators empty, one station of mobile taken")
    site, operator = (np.array([pair[n] for pair in pairs], dtype=np.int64) for n in (0, 1))
    named = np.array([f"{ids[row]}_{OPERATORS[one]}" for row, one in pairs] or [""])[:count]
    ones, none = np.ones(count, dtype=np.int64), np.zeros(count, dtype=np.int64)
    return Stations(named, site, operator, np.full(count, 340.0), ones, none, ones)


def make_links(table: Table | None, sites: Table, gaps: Gaps) -> Links:
    """Links of a table; none without it."""
    if table is None:
        gaps.notes.append("no links: every site is taken to reach its hub, every hub the core")
        none: Links = no_rows("links")
        return none
    values, given = table.values, table.given
    a, b, role = values["a"], values["b"], sites.values["role"]
    lon, lat = sites.values["lon"], sites.values["lat"]
    higher, lower = np.maximum(role[a], role[b]), np.minimum(role[a], role[b])
    words = {word: code for code, word in enumerate(LINK_KINDS)}
    kind = np.select(
        [(higher == 3) & (lower >= 2), lower >= 1, values["ring"] != ""],
        [words["core"], words["aggregation"], words["ring"]],
        default=words["spur"],
    )
    crow = np.round(great_circle_km(lon[a], lat[a], lon[b], lat[b]) * CABLE_WINDING, 3)
    gaps.note(~given["length_km"], "links", "length_km empty, 1.3 x the distance taken")
    return Links(
        id=numbered_ids(table, "l", 5),
        a=a,
        b=b,
        kind=np.where(given["kind"], values["kind"], kind),
        ring=values["ring"],
        length_km=np.where(given["length_km"], values["length_km"], np.maximum(crow, 0.01)),
        aerial=values["aerial"],
    )
