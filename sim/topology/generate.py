"""A whole prefecture from a short description: the same bytes on any processor, since every draw is a hash.

What is real (counties, seats, people) comes from the spec; townships, roads, feeders, sites and links are
made up by the siblings of this module and look like such a prefecture without being it.
"""

from __future__ import annotations

import numpy as np

from sim.streams import Streams
from sim.topology.equipment import equip
from sim.topology.grid import make_feeders
from sim.topology.places import Places, make_places
from sim.topology.roads import make_roads
from sim.topology.roles import Roles, give_roles
from sim.topology.sites import RURAL, Draft, place_sites, ways_in
from sim.topology.spec import Generated
from sim.topology.stations import make_stations
from sim.topology.tables import ROLES, Depots, Sites, Texts, Topology
from sim.topology.transport import make_links

_WORDS = {
    "access": ("", "站"),
    "hub": ("hub_", "汇聚环节点"),
    "aggregation": ("agg_", "汇聚机房"),
    "core": ("core_", "核心机房"),
}


def generate(spec: Generated) -> Topology:
    """The network of a spec; `digest` is left empty."""
    streams = Streams(spec.seed)
    places = make_places(spec, streams)
    roads, node_county = make_roads(spec, places, streams)
    draft = place_sites(spec, places, roads, node_county, streams)
    draft, roles = _in_order(draft, give_roles(spec, places, draft, streams))
    ids, names = _names(places, draft, roles)
    feeders, feeder = make_feeders(spec, places, draft, streams)
    power = equip(spec, draft, roles, streams)
    road_node, spur_km, walk_km = ways_in(spec, places, draft, roads, node_county, streams)
    lon, lat = places.plane.degrees(draft.xy)
    unknown = np.full(len(ids), np.nan)
    sites = Sites(
        id=ids, name=names, county=draft.county, township=draft.township, lon=lon, lat=lat,
        urban=draft.zone != RURAL, site_class=roles.site_class, role=roles.role, key=roles.key,
        command=roles.command, feeder=feeder, hub=roles.hub, road_node=road_node, spur_km=spur_km,
        walk_km=walk_km, cabinet=power.cabinet, load_4g_w=power.load_4g_w, load_5g_w=power.load_5g_w,
        load_transmission_w=power.load_transmission_w, battery_ah=power.battery_ah, chemistry=power.chemistry,
        soh=unknown, autonomy_h=unknown, two_stage=power.two_stage, rectifier_kw=power.rectifier_kw,
        fixed_generator_kw=power.fixed_generator_kw, monitor=power.monitor,
    )  # fmt: skip
    return Topology(
        name=spec.name,
        origin=_origin(spec),
        counties=places.counties,
        townships=places.townships,
        feeders=feeders,
        roads=roads,
        sites=sites,
        stations=make_stations(spec, places, draft, power, ids, streams),
        links=make_links(spec, places, draft, roles, ids, streams),
        depots=_depots(spec, places),
        digest="",
    )


def _in_order(draft: Draft, roles: Roles) -> tuple[Draft, Roles]:
    """Sites by county, the core first and access sites last."""
    order = np.lexsort((np.arange(len(draft.key)), -roles.role, draft.county))
    place = np.empty(len(order), dtype=np.int64)
    place[order] = np.arange(len(order))
    moved = Roles(
        role=roles.role[order],
        hub=place[roles.hub[order]],
        site_class=roles.site_class[order],
        key=roles.key[order],
        command=roles.command[order],
    )
    return draft.take(order), moved


def _names(places: Places, draft: Draft, roles: Roles) -> tuple[Texts, Texts]:
    """Ids such as `horqin_core_1`, `left_rear_hub_03`, `jarud_0123`; names with the township."""
    count: dict[tuple[int, int], int] = {}
    ids, names = [], []
    for county, township, role in zip(draft.county.tolist(), draft.township, roles.role.tolist(), strict=True):
        n = count[county, role] = count.get((county, role), 0) + 1
        prefix, word = _WORDS[ROLES[role]]
        width = {"access": 4, "hub": 2}.get(ROLES[role], 1)
        ids.append(f"{places.counties.id[county]}_{prefix}{n:0{width}d}")
        names.append(f"{places.townships.name[township]}{word}{n}")
    return np.array(ids), np.array(names)


def _origin(spec: Generated) -> str:
    text = f"Generated, seed {spec.seed}. Real: {spec.real} Synthetic: {spec.synthetic}"
    return " ".join((spec.origin or text).split())


def _depots(spec: Generated, places: Places) -> Depots:
    """A depot in each county seat, with the county's id."""
    seats = places.seat_row
    return Depots(
        id=places.counties.id,
        name=np.array([f"{county.short or county.name}抢修基地" for county in spec.counties]),
        name_en=np.array([f"{county.name_en} depot" for county in spec.counties]),
        county=np.arange(len(seats)),
        lon=places.townships.lon[seats],
        lat=places.townships.lat[seats],
        road_node=seats,
    )
