"""What exists, in columns: a site that nothing strikes is a row and nothing more.

Units are in the names; indices point into the sibling table and are -1 where there is none. Counts keep four
units apart: a *site* is a tower with its cabinet, a *station* one operator's presence at a site, a *radio*
one radio system (4G, 5G, …) of a station, a *cell* a sector of a radio (not modelled here).
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import cached_property
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sim.streams import KeyArray, id_keys
from sim.topology.facility import Facility
from sim.topology.plant import Plant, plant_of

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
Texts = NDArray[np.str_]

SITE_CLASSES: Final = ("A", "B", "C", "D")
ROLES: Final = ("access", "hub", "aggregation", "core")
CABINETS: Final = ("outdoor", "room")
CHEMISTRIES: Final = ("lead_acid", "lfp")
MONITORS: Final = ("wired", "wireless")
ROAD_CLASSES: Final = ("expressway", "national", "county", "village")
LINK_KINDS: Final = ("ring", "spur", "aggregation", "core")
OPERATORS: Final = ("mobile", "unicom", "telecom")


@dataclass(frozen=True, eq=False)
class Counties:
    """Counties (区县旗) with their seats. Shape (n,) each."""

    id: Texts
    name: Texts
    name_en: Texts
    lon: Floats
    lat: Floats
    population: Ints


@dataclass(frozen=True, eq=False)
class Townships:
    """Townships (乡镇, 苏木); `county` indexes `Counties`."""

    id: Texts
    name: Texts
    name_en: Texts
    county: Ints
    lon: Floats
    lat: Floats
    population: Ints


@dataclass(frozen=True, eq=False)
class Feeders:
    """Ten-kilovolt feeders (10 kV 线路): `lon, lat` is the middle of the line."""

    id: Texts
    county: Ints
    lon: Floats
    lat: Floats
    length_km: Floats
    underground: Bools


@dataclass(frozen=True, eq=False)
class Roads:
    """A road graph: `node_*` one value a node, `edge_*` one an undirected edge, classes as ROAD_CLASSES."""

    node_id: Texts
    node_lon: Floats
    node_lat: Floats
    edge_id: Texts
    edge_u: Ints
    edge_v: Ints
    edge_km: Floats
    edge_class: Ints


@dataclass(frozen=True, eq=False)
class Sites:
    """Tower sites (站址). Codes index tuples of this module (`site_class` → SITE_CLASSES, `role` → ROLES, …).

    `soh` (state of health, share) and `autonomy_h` (measured hours to the first disconnect at full load) are
    NaN where unknown; a measured endurance beats a computed one. `road_node` with `spur_km` of village track
    and `walk_km` on foot is the way in. `hub` is the ring hub (汇聚节点) the site's traffic passes, itself
    for a hub.
    """

    id: Texts
    name: Texts
    county: Ints
    township: Ints
    lon: Floats
    lat: Floats
    urban: Bools
    site_class: Ints
    role: Ints
    key: Bools
    command: Bools
    feeder: Ints
    hub: Ints
    road_node: Ints
    spur_km: Floats
    walk_km: Floats
    cabinet: Ints
    load_4g_w: Floats
    load_5g_w: Floats
    load_transmission_w: Floats
    battery_ah: Floats
    chemistry: Ints
    soh: Floats
    autonomy_h: Floats
    two_stage: Bools
    rectifier_kw: Floats
    fixed_generator_kw: Floats
    monitor: Ints


@dataclass(frozen=True, eq=False)
class Stations:
    """Operator stations (租户); `users` are those who lose service with it, overlap already taken out."""

    id: Texts
    site: Ints
    operator: Ints
    users: Floats
    radios_4g: Ints
    radios_5g: Ints
    radios_other: Ints


@dataclass(frozen=True, eq=False)
class Links:
    """Transport links (传输链路) between sites `a` and `b`; links of a ring share its name, else ''."""

    id: Texts
    a: Ints
    b: Ints
    kind: Ints
    ring: Texts
    length_km: Floats
    aerial: Bools


@dataclass(frozen=True, eq=False)
class Depots:
    """Places where crews, vehicles, generators and fuel have their home."""

    id: Texts
    name: Texts
    name_en: Texts
    county: Ints
    lon: Floats
    lat: Floats
    road_node: Ints


@dataclass(frozen=True, eq=False)
class Topology:
    """All that exists before the drill starts; immutable, columns only. `digest` is its content hash."""

    name: str
    origin: str
    counties: Counties
    townships: Townships
    feeders: Feeders
    roads: Roads
    sites: Sites
    stations: Stations
    links: Links
    depots: Depots
    digest: str
    facility: Facility | None = None
    """Machine rooms at its sites, as written."""

    @cached_property
    def plant(self) -> Plant | None:
        """The machine rooms made ready; None without any."""
        return None if self.facility is None else plant_of(self.facility)

    @cached_property
    def site_keys(self) -> KeyArray:
        """Hash keys of the site ids for `Streams.uniforms`, shape (sites,)."""
        return id_keys(self.sites.id)

    @cached_property
    def feeder_keys(self) -> KeyArray:
        """Hash keys of the feeder ids, shape (feeders,)."""
        return id_keys(self.feeders.id)

    @cached_property
    def stations_per_site(self) -> Ints:
        """Stations at each site, shape (sites,)."""
        return np.bincount(self.stations.site, minlength=len(self.sites.id)).astype(np.int64)

    @cached_property
    def users_per_site(self) -> Floats:
        """Users who lose service when all stations of a site are out, shape (sites,)."""
        users = np.bincount(self.stations.site, weights=self.stations.users, minlength=len(self.sites.id))
        return users.astype(np.float64)

    @cached_property
    def site_index(self) -> dict[str, int]:
        """Site id → row."""
        return {str(site): row for row, site in enumerate(self.sites.id)}


TABLES: Final = {
    "counties": Counties,
    "townships": Townships,
    "feeders": Feeders,
    "roads": Roads,
    "sites": Sites,
    "stations": Stations,
    "links": Links,
    "depots": Depots,
}


def columns(table: object) -> dict[str, NDArray[np.generic]]:
    """Columns of a table by name, in the order of its class."""
    return {field.name: getattr(table, field.name) for field in fields(table)}  # type: ignore[arg-type]
