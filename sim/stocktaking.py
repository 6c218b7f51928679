"""The inventory of a run: the static table of everything its log can name, taken before the clock starts."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from sim.hazards.weather import Cells
from sim.inventory import Inventory
from sim.inventory_rooms import add_names, add_rooms, add_teams
from sim.models.roster import Roster
from sim.scenario import Scenario
from sim.topology.tables import (
    CABINETS,
    CHEMISTRIES,
    LINK_KINDS,
    OPERATORS,
    ROAD_CLASSES,
    ROLES,
    SITE_CLASSES,
    Topology,
    columns,
)

Array = NDArray[np.generic]


def words(codes: NDArray[np.int64], names: tuple[str, ...]) -> Array:
    """Codes as their words."""
    return _looked_up(codes, lambda some: np.asarray(names)[some]) if len(codes) else np.zeros(0, dtype="U1")


def named(rows: NDArray[np.int64], ids: Array) -> Array:
    """Row numbers as the ids they point at; '' where there is none."""
    if not len(ids):
        return np.broadcast_to(np.asarray([""]), len(rows))
    if len(rows) == len(ids) and np.array_equal(rows, np.arange(len(ids))):
        return ids
    return _looked_up(rows, lambda some: _taken(some, np.asarray(ids)))


def _taken(rows: NDArray[np.int64], ids: Array) -> Array:
    if rows.min(initial=0) >= 0:
        return ids[rows]
    return np.where(rows >= 0, ids[np.maximum(rows, 0)], "")


def _looked_up(rows: NDArray[np.int64], look: Callable[[NDArray[np.int64]], Array]) -> Array:
    """What a look-up gives for each row; a column of one value that takes no room gives another."""
    if len(rows) > 1 and rows.strides == (0,):
        return np.broadcast_to(look(rows[:1]), len(rows))
    return look(rows)


def inventory_of(scenario: Scenario, roster: Roster, cells: Cells) -> Inventory:
    """Every item the log of this scenario can name."""
    topology = scenario.topology
    found = Inventory()
    counties = topology.counties
    found["county"] = columns(counties)
    found["township"] = {
        **columns(topology.townships),
        "county": named(topology.townships.county, counties.id),
    }
    found["site"] = _sites(topology, roster, cells)
    stations = topology.stations
    found["station"] = {
        **columns(stations),
        "site": named(stations.site, topology.sites.id),
        "operator": words(stations.operator, OPERATORS),
    }
    feeders = {name: column for name, column in columns(topology.feeders).items() if name != "underground"}
    found["feeder"] = {**feeders, "county": named(topology.feeders.county, counties.id)}
    _add_roads(found, topology, cells)
    links = topology.links
    found["link"] = {
        "id": links.id, "a": named(links.a, topology.sites.id), "b": named(links.b, topology.sites.id),
        "link_kind": words(links.kind, LINK_KINDS), "ring": links.ring, "length_km": links.length_km,
    }  # fmt: skip
    found["weather_cell"] = {"id": np.asarray(cells.ids), "lon": cells.lon, "lat": cells.lat}
    _add_resources(found, scenario, roster)
    add_rooms(found, topology.plant)
    add_teams(found, scenario.spec)
    add_names(found, scenario.spec)
    return found


def _sites(topology: Topology, roster: Roster, cells: Cells) -> dict[str, Array]:
    sites, counties = topology.sites, topology.counties
    parties = np.asarray([roster.party_of_county(str(county)) for county in counties.id], dtype=np.str_)
    load_w = sites.load_4g_w + sites.load_5g_w + sites.load_transmission_w
    volts = np.where(sites.chemistry == CHEMISTRIES.index("lfp"), 51.2, 48.0)
    return {
        "id": sites.id, "name": sites.name, "county": named(sites.county, counties.id),
        "township": named(sites.township, topology.townships.id), "lon": sites.lon, "lat": sites.lat,
        "site_class": words(sites.site_class, SITE_CLASSES), "role": words(sites.role, ROLES), "key": sites.key,
        "command": sites.command, "urban": sites.urban, "feeder": named(sites.feeder, topology.feeders.id),
        "hub": named(sites.hub, sites.id), "party": named(sites.county, parties),
        "stations": topology.stations_per_site, "users": topology.users_per_site,
        "fixed_generator_kw": sites.fixed_generator_kw, "cabinet": words(sites.cabinet, CABINETS),
        "weather_cell": named(_cells(cells, sites.lon, sites.lat), np.asarray(cells.ids)), "load_kw": load_w / 1000,
        "battery_ah": sites.battery_ah, "battery_kwh_nominal": volts * sites.battery_ah / 1000,
        "road_node": named(sites.road_node, topology.roads.node_id),
    }  # fmt: skip


def _cells(cells: Cells, lon: NDArray[np.float64], lat: NDArray[np.float64]) -> NDArray[np.int64]:
    """The weather cell of each point; where all points are one, it is worked out once."""
    if len(lon) > 1 and lon.strides == lat.strides == (0,):
        return np.broadcast_to(cells.of(lon[:1], lat[:1]), len(lon))
    return cells.of(lon, lat)


def _add_roads(found: Inventory, topology: Topology, cells: Cells) -> None:
    roads = topology.roads
    found["road_node"] = {"id": roads.node_id, "lon": roads.node_lon, "lat": roads.node_lat}
    if not len(roads.edge_id):
        return
    middle_lon = (roads.node_lon[roads.edge_u] + roads.node_lon[roads.edge_v]) / 2
    middle_lat = (roads.node_lat[roads.edge_u] + roads.node_lat[roads.edge_v]) / 2
    found["road_edge"] = {
        "id": roads.edge_id, "u": roads.node_id[roads.edge_u], "v": roads.node_id[roads.edge_v],
        "length_km": roads.edge_km, "road_class": words(roads.edge_class, ROAD_CLASSES),
        "weather_cell": np.asarray(cells.ids)[cells.of(middle_lon, middle_lat)],
    }  # fmt: skip


def _add_resources(found: Inventory, scenario: Scenario, roster: Roster) -> None:
    depots = scenario.topology.depots
    party_of = {name: stock.party for name, stock in roster.depots.items()}
    found["depot"] = {
        **{name: column for name, column in columns(depots).items() if name != "road_node"},
        "county": named(depots.county, scenario.topology.counties.id),
        "party": np.asarray([party_of.get(str(name), "") for name in depots.id], dtype=np.str_),
    }
    crews = roster.crews
    found["crew"] = {
        "id": _texts([c.id for c in crews]), "depot": _texts([c.depot.id for c in crews]),
        "party": _texts([c.party for c in crews]), "people": np.asarray([c.people for c in crews], dtype=np.int64),
        "vehicle": _texts([c.vehicle_id for c in crews]),
        "vehicle_kind": _texts(["all_terrain" if c.vehicle == "all_terrain" else "wheeled" for c in crews]),
        "skills": _texts([" ".join(sorted(c.skills)) for c in crews]),
        "ready_h": np.asarray([c.ready_h for c in crews], dtype=np.float64),
    }  # fmt: skip
    found["loader"] = {
        "id": _texts([m.id for m in roster.loaders]), "depot": _texts([m.depot for m in roster.loaders]),
        "party": _texts([m.party for m in roster.loaders]),
        "ready_h": np.asarray([m.ready_h for m in roster.loaders], dtype=np.float64),
    }  # fmt: skip
    _add_generators(found, scenario.topology, roster)


def _add_generators(found: Inventory, topology: Topology, roster: Roster) -> None:
    """Carried generators of the depots, and the fixed ones that stand at sites."""
    sets, sites = roster.generators, topology.sites
    fixed = np.flatnonzero(sites.fixed_generator_kw > 0)
    fixed_ids = [f"{site}-fixed" for site in sites.id[fixed].tolist()]
    found["generator"] = {
        "id": _texts([g.id for g in sets] + fixed_ids),
        "generator_kind": _texts([g.kind_name for g in sets] + ["fixed"] * len(fixed)),
        "depot": _texts([g.depot for g in sets] + [""] * len(fixed)),
        "party": _texts([g.party for g in sets] + [""] * len(fixed)),
        "prime_kw": np.asarray(
            [g.kind.prime_kw for g in sets] + sites.fixed_generator_kw[fixed].tolist(), dtype=np.float64
        ),
        "tank_l": np.asarray([g.kind.tank_l for g in sets] + [np.nan] * len(fixed), dtype=np.float64),
        "fuel": _texts([str(g.kind.fuel) for g in sets] + ["diesel"] * len(fixed)),
    }


def _texts(values: list[str]) -> Array:
    return np.asarray(values, dtype=np.str_)
