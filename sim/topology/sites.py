"""Where the sites of a generated prefecture stand, who is on them, and how one gets there."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Final, Self

import numpy as np

from sim.streams import Streams
from sim.topology.luck import Luck, apportion
from sim.topology.nets import nearest
from sim.topology.places import Places
from sim.topology.roads import VILLAGE
from sim.topology.spec import Generated
from sim.topology.tables import Bools, Floats, Ints, Roads, Texts

CITY: Final = 0
TOWN: Final = 1
RURAL: Final = 2
_CITY_SITES: Final = 8  # enough for the core, aggregation nodes and a hub


@dataclass(frozen=True, eq=False)
class Draft:
    """Sites before they have names: where they are, their `zone` and which operators use them."""

    key: Texts
    county: Ints
    zone: Ints
    xy: Floats
    township: Ints
    operators: Bools

    @property
    def tenants(self) -> Ints:
        """Operators on each site, shape (sites,)."""
        return np.asarray(self.operators.sum(axis=1))

    def take(self, rows: Ints) -> Self:
        """The same sites in another order."""
        return replace(self, **{one.name: getattr(self, one.name)[rows] for one in fields(self)})


def place_sites(spec: Generated, places: Places, roads: Roads, node_county: Ints, streams: Streams) -> Draft:
    """All sites: in cities, in town centres, near villages, along roads."""
    city, towns, rural = _shares(spec, places)
    parts = []
    for county in range(len(city)):
        roadside = min(round(float(rural[county]) * spec.sites.roadside_share), int(rural[county]) - 1)
        parts.append(_in_city(places, county, int(city[county]), streams))
        parts.append(_in_towns(spec, places, county, int(towns[county]), streams))
        parts.append(_near_villages(spec, places, county, int(rural[county]) - roadside, streams))
        parts.append(_along_roads(places, roads, node_county, county, roadside, streams))
    key = np.array([name for part in parts for name in part[0]])
    xy = places.plane.xy(*places.plane.degrees(np.vstack([part[3] for part in parts])))
    county_of = np.concatenate([part[1] for part in parts])
    zone = np.concatenate([part[2] for part in parts])
    return Draft(
        key=key,
        county=county_of,
        zone=zone,
        xy=xy,
        township=places.township_of(xy, county_of),
        operators=_operators(spec, Luck(streams, key), zone),
    )


def _shares(spec: Generated, places: Places) -> tuple[Ints, Ints, Ints]:
    """Sites in the city, in town centres and elsewhere, by county.

    Cities get at least 8, each town centre and the country one; `total` is shared out by people and area.
    """
    knobs = spec.sites
    weight = np.array([county.site_weight for county in spec.counties])
    urban_people = places.city_people + places.town_people
    urban = apportion(round(knobs.total * knobs.urban_share), urban_people * weight)
    town_share = places.town_people / np.maximum(urban_people, 1e-9)
    own_towns = np.bincount(places.townships.county, minlength=len(weight)) - 1
    towns = np.maximum(np.round(urban * town_share).astype(np.int64), own_towns)
    city = np.maximum(urban - towns, _CITY_SITES)
    people, area = places.rural_people, places.area_km2
    by_people, by_area = people / max(float(people.sum()), 1e-9), area / area.sum()
    by = (1 - knobs.rural_area_weight) * by_people + knobs.rural_area_weight * by_area
    left = max(knobs.total - int(city.sum() + towns.sum()), len(weight))
    return city, towns, apportion(left, by * weight, 1)


_Part = tuple[list[str], Ints, Ints, Floats]


def _part(names: list[str], county: int, zone: int, xy: Floats) -> _Part:
    return names, np.full(len(names), county), np.full(len(names), zone), xy


def _around(luck: Luck, middles: Floats, radius_km: Floats | float, power: float) -> Floats:
    """Points about their middles; a larger `power` crowds them towards it (0.5 is even)."""
    radius, angle = radius_km * luck.uniform("radius") ** power, 2 * np.pi * luck.uniform("angle")
    return middles + np.column_stack([radius * np.cos(angle), radius * np.sin(angle)])


def _in_city(places: Places, county: int, count: int, streams: Streams) -> _Part:
    names = [f"{places.counties.id[county]}/city/{n}" for n in range(count)]
    middle = places.township_xy[places.seat_row[county]][None, :]
    return _part(names, county, CITY, _around(Luck(streams, names), middle, places.city_radius_km[county], 0.6))


def _in_towns(spec: Generated, places: Places, county: int, count: int, streams: Streams) -> _Part:
    """Sites in town centres, at least one in each; in the seat where a county has no other township."""
    rows = np.flatnonzero(places.townships.county == county)
    rows = rows[rows != places.seat_row[county]] if len(rows) > 1 else rows
    share = apportion(count, places.townships.population[rows], min(1, count // len(rows)))
    names = [f"{places.townships.id[row]}/{n}" for row, own in zip(rows, share, strict=True) for n in range(own)]
    middles = places.township_xy[np.repeat(rows, share)]
    return _part(names, county, TOWN, _around(Luck(streams, names), middles, spec.settlements.town_radius_km, 0.6))


def _near_villages(spec: Generated, places: Places, county: int, count: int, streams: Streams) -> _Part:
    """Sites about villages, and about towns thrice as many as about a village."""
    names = [f"{places.counties.id[county]}/village/{n}" for n in range(count)]
    towns, villages = places.townships.county == county, places.village_county == county
    spots = np.vstack([places.village_xy[villages], places.township_xy[towns]])
    ids = [name for name, own in zip(places.village_id, villages, strict=True) if own]
    weights = np.concatenate([Luck(streams, ids).between("size", 0.4, 1.6), np.full(int(towns.sum()), 3.0)])
    luck = Luck(streams, names)
    at = luck.pick("village", weights.tolist())
    return _part(names, county, RURAL, _around(luck, spots[at], spec.sites.village_radius_km, 0.9))


def _along_roads(places: Places, roads: Roads, node_county: Ints, county: int, count: int, streams: Streams) -> _Part:
    """Sites beside trunk roads, by road length; beside village roads where a county has no other."""
    names = [f"{places.counties.id[county]}/road/{n}" for n in range(count)]
    own = node_county[roads.edge_u] == county
    trunk = own & (roads.edge_class < VILLAGE) & (roads.edge_km > 2.5)
    rows = np.flatnonzero(trunk if trunk.any() else own)
    luck = Luck(streams, names)
    edge = rows[luck.pick("edge", roads.edge_km[rows].tolist())]
    points = places.plane.xy(roads.node_lon, roads.node_lat)
    start, end = points[roads.edge_u[edge]], points[roads.edge_v[edge]]
    along, side = luck.uniform("along"), luck.between("side", -0.6, 0.6)
    way = end - start
    far = np.maximum(np.sqrt(way[:, 0] ** 2 + way[:, 1] ** 2), 0.001)
    across = np.column_stack([-way[:, 1], way[:, 0]]) / far[:, None]
    return _part(names, county, RURAL, start + along[:, None] * way + side[:, None] * across)


def _operators(spec: Generated, luck: Luck, zone: Ints) -> Bools:
    """Which of the operators are on each site, shape (sites, 3)."""
    urban = zone != RURAL
    count = 1 + np.where(
        urban,
        luck.pick("tenants_urban", spec.sites.tenants_urban),
        luck.pick("tenants_rural", spec.sites.tenants_rural),
    )
    weights = spec.sites.operator_weights
    turn = np.column_stack([luck.uniform(f"operator_{n}") / weight for n, weight in enumerate(weights)])
    rank = np.argsort(np.argsort(turn, axis=1, kind="stable"), axis=1, kind="stable")
    return np.asarray(rank < count[:, None])


def ways_in(
    spec: Generated, places: Places, draft: Draft, roads: Roads, node_county: Ints, streams: Streams
) -> tuple[Ints, Floats, Floats]:
    """Road node, kilometres of track and kilometres on foot for each site.

    In a city the nearest node counts. Elsewhere the track leads to the nearest point of a road, and the node
    is the nearer end of that road; what lies between the two on the road is not counted (a few km at most).
    """
    points = places.plane.xy(roads.node_lon, roads.node_lat)
    node, spur = np.empty(len(draft.key), dtype=np.int64), np.empty(len(draft.key))
    for county in range(len(places.counties.id)):
        city = (draft.county == county) & (draft.zone == CITY)
        nodes = np.flatnonzero(node_county == county)
        found, spur[city] = nearest(draft.xy[city], points[nodes])
        node[city] = nodes[found]
        rest = (draft.county == county) & (draft.zone != CITY)
        near = (node_county[roads.edge_u] == county) | (node_county[roads.edge_v] == county)
        node[rest], spur[rest] = _nearest_road(draft.xy[rest], points, roads.edge_u[near], roads.edge_v[near])
    luck = Luck(streams, draft.key)
    hill = (draft.zone == RURAL) & luck.below("hill", spec.sites.walk_share)
    walk = np.where(hill, luck.between("walk_km", *spec.sites.walk_km), 0.0)
    return node, np.maximum((spur * spec.roads.winding_village).round(3), 0.05), walk.round(3)


def _nearest_road(xy: Floats, points: Floats, u: Ints, v: Ints) -> tuple[Ints, Floats]:
    """Nearer end of the nearest road, and the distance to the road itself, km."""
    start, way = points[u], points[v] - points[u]
    square = np.maximum(way[:, 0] ** 2 + way[:, 1] ** 2, 1e-9)
    east, north = xy[:, None, 0] - start[None, :, 0], xy[:, None, 1] - start[None, :, 1]
    t = np.clip((east * way[:, 0] + north * way[:, 1]) / square, 0.0, 1.0)
    off = np.sqrt((east - t * way[:, 0]) ** 2 + (north - t * way[:, 1]) ** 2).round(6)
    best = off.argmin(axis=1)
    rows = np.arange(len(xy))
    return np.where(t[rows, best] < 0.5, u[best], v[best]), off[rows, best]
