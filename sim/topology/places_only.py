"""The places of a facility as sites of one county: no feeders, no stations, no roads."""

from __future__ import annotations

import numpy as np

from sim.topology.empty import empty
from sim.topology.spec import Rooms
from sim.topology.tables import ROLES, Counties, Sites, Topology


def places_only(spec: Rooms) -> Topology:
    """A network of nothing but the places of a file; `digest` is left empty."""
    count, places = len(spec.places), list(spec.places.values())
    none, zero = np.full(count, -1), np.zeros(count)
    no, first = np.zeros(count, dtype=np.bool_), np.zeros(count, dtype=np.int64)
    sites = Sites(
        id=np.array(list(spec.places)), name=np.array([place.name or place.name_en for place in places]), county=first,
        township=none, lon=np.array([float(place.lon) for place in places]),
        lat=np.array([float(place.lat) for place in places]), urban=~no, site_class=first,
        role=np.full(count, ROLES.index("core")), key=~no, command=no, feeder=none, hub=none, road_node=none,
        spur_km=zero, walk_km=zero, cabinet=first, load_4g_w=zero, load_5g_w=zero, load_transmission_w=zero,
        battery_ah=zero, chemistry=first, soh=np.full(count, np.nan), autonomy_h=np.full(count, np.nan),
        two_stage=no, rectifier_kw=zero, fixed_generator_kw=zero, monitor=first,
    )  # fmt: skip
    title = spec.title.zh or spec.title.en or spec.name
    counties = Counties(
        id=np.array([spec.name]), name=np.array([title]), name_en=np.array([spec.title.en or spec.name]),
        lon=np.array([sites.lon.mean()]), lat=np.array([sites.lat.mean()]), population=np.zeros(1, dtype=np.int64),
    )  # fmt: skip
    origin = " ".join(spec.origin.split()) or f"{count} places."
    return empty(name=spec.name, origin=origin, counties=counties, sites=sites)
