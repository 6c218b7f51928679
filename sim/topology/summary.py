"""A network in figures, for people."""

from __future__ import annotations

from typing import Any

import numpy as np

from sim.topology.tables import LINK_KINDS, ROAD_CLASSES, ROLES, SITE_CLASSES, Topology


def summarise(topology: Topology) -> dict[str, Any]:
    """Counts by unit, lengths in km, users and one row a county; plain numbers and text, ready for JSON."""
    sites, stations, links, roads = topology.sites, topology.stations, topology.links, topology.roads
    radios = stations.radios_4g + stations.radios_5g + stations.radios_other
    count, tenants = len(sites.id), topology.stations_per_site
    users = float(stations.users.sum())
    return {
        "name": topology.name,
        "digest": topology.digest,
        "origin": topology.origin,
        "sites": count,
        "stations": len(stations.id),
        "radios": int(radios.sum()),
        "stations_per_site": _ratio(len(stations.id), count),
        "stations_per_site_urban": _mean(tenants[sites.urban]),
        "stations_per_site_rural": _mean(tenants[~sites.urban]),
        "radios_per_station": _ratio(int(radios.sum()), len(stations.id)),
        "users": round(users),
        "users_per_station": _ratio(users, len(stations.id)),
        "urban_sites": int(sites.urban.sum()),
        "key_sites": int(sites.key.sum()),
        "command_sites": int(sites.command.sum()),
        "fixed_generators": int((sites.fixed_generator_kw > 0).sum()),
        "classes": _tally(sites.site_class, SITE_CLASSES),
        "roles": _tally(sites.role, ROLES),
        "feeders": len(topology.feeders.id),
        "feeders_underground": int(topology.feeders.underground.sum()),
        "sites_per_feeder": _ratio(int((sites.feeder >= 0).sum()), len(topology.feeders.id)),
        "links": _tally(links.kind, LINK_KINDS),
        "rings": len(set(links.ring.tolist()) - {""}),
        "link_km": round(float(links.length_km.sum()), 1),
        "aerial_km": round(float(links.length_km[links.aerial].sum()), 1),
        "road_nodes": len(roads.node_id),
        "road_edges": len(roads.edge_id),
        "road_km": _road_km(topology),
        "townships": len(topology.townships.id),
        "depots": len(topology.depots.id),
        "machine_rooms": _rooms(topology),
        "counties": _county_rows(topology),
    }


def _rooms(topology: Topology) -> dict[str, int]:
    """What is in the machine rooms, nothing where there are none."""
    plant = topology.plant
    if plant is None:
        return {}
    return {
        "rows": len(plant.rows),
        "racks": len(plant.row_of),
        "devices": len(plant.devices),
        "power_nodes": len(plant.nodes),
        "coolers": len(plant.coolers),
        "links": len(plant.links),
        "services": len(plant.services),
    }


def _county_rows(topology: Topology) -> list[dict[str, Any]]:
    """One row a county: people, townships, sites, stations, hubs, feeders, users."""
    sites, counties = topology.sites, topology.counties
    count = len(counties.id)
    columns = {
        "townships": np.bincount(topology.townships.county, minlength=count),
        "sites": np.bincount(sites.county, minlength=count),
        "stations": np.bincount(sites.county, weights=topology.stations_per_site, minlength=count),
        "hubs": np.bincount(sites.county[sites.role == ROLES.index("hub")], minlength=count),
        "feeders": np.bincount(topology.feeders.county, minlength=count),
        "users": np.bincount(sites.county, weights=topology.users_per_site, minlength=count),
    }
    return [
        {
            "id": str(counties.id[row]),
            "name": str(counties.name[row]),
            "name_en": str(counties.name_en[row]),
            "population": int(counties.population[row]),
            **{name: round(float(column[row])) for name, column in columns.items()},
        }
        for row in range(count)
    ]


def _road_km(topology: Topology) -> dict[str, float]:
    km, code = topology.roads.edge_km, topology.roads.edge_class
    return {name: round(float(km[code == row].sum()), 1) for row, name in enumerate(ROAD_CLASSES)}


def _tally(codes: Any, words: tuple[str, ...]) -> dict[str, int]:
    counts = np.bincount(codes, minlength=len(words)).tolist()
    return dict(zip(words, counts, strict=True))


def _ratio(part: float, whole: float) -> float:
    return round(part / whole, 3) if whole else 0.0


def _mean(values: Any) -> float:
    return round(float(values.mean()), 3) if len(values) else 0.0
