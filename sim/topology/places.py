"""Where people live in a generated prefecture: real counties and seats, made-up townships and villages.

County outlines are not used; a county is its seat, its area and a rough ellipse. A made-up place lies inside
its county's ellipse, where no other county's ellipse reaches deeper.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np

from sim.streams import Streams
from sim.topology.geo import Ellipse, Plane
from sim.topology.luck import Luck, apportion
from sim.topology.nets import distances_km, nearest
from sim.topology.spec import CountySpec, Generated
from sim.topology.tables import Counties, Floats, Ints, Townships

_TOWNSHIP_TRIES: Final = 5
_VILLAGE_TRIES: Final = 3


@dataclass(frozen=True)
class Places:
    """Settlements; `seat_row`: townships that are seats, `centre`: the county with the core."""

    plane: Plane
    counties: Counties
    townships: Townships
    centre: int
    seat_row: Ints
    township_xy: Floats
    village_id: list[str]
    village_xy: Floats
    village_county: Ints
    area_km2: Floats
    city_people: Floats
    town_people: Floats
    city_radius_km: Floats

    @cached_property
    def rural_people(self) -> Floats:
        """People outside cities and towns, by county."""
        return self.counties.population - self.city_people - self.town_people

    def township_of(self, xy: Floats, county: Ints) -> Ints:
        """Row of the nearest township of the same county, shape (n,)."""
        found = np.empty(len(xy), dtype=np.int64)
        for row in range(len(self.counties.id)):
            own, mine = np.flatnonzero(self.townships.county == row), county == row
            found[mine] = own[nearest(xy[mine], self.township_xy[own])[0]]
        return found


def make_places(spec: Generated, streams: Streams) -> Places:
    """Counties, townships and villages of a spec."""
    counties = _counties(spec.counties)
    ids = counties.id.tolist()
    centre = ids.index(spec.prefecture_seat) if spec.prefecture_seat else 0
    plane = Plane(float(counties.lon.mean().round(2)), float(counties.lat.mean().round(2)))
    extents = [_extent(county, plane) for county in spec.counties]
    area = np.array([county.area_km2 for county in spec.counties])
    urban = counties.population * np.array([county.urban_share for county in spec.counties])
    towns = np.array([_or(county.town_share, spec.settlements.town_share) for county in spec.counties])
    city_people, town_people = urban * (1 - towns), urban * towns
    townships, township_xy, seat_row = _townships(spec.counties, plane, extents, streams, city_people)
    spacing = spec.settlements.village_spacing_km
    count = np.maximum(np.round(area / spacing**2), 3).astype(np.int64)
    taken = [township_xy]
    village_id: list[str] = []
    for row, county in enumerate(spec.counties):
        names = [f"{county.id}_v{n + 1:03d}" for n in range(int(count[row]))]
        taken.append(_spread(extents, row, names, _VILLAGE_TRIES, np.vstack(taken), streams))
        village_id += names
    return Places(
        plane=plane,
        counties=counties,
        townships=townships,
        centre=centre,
        seat_row=seat_row,
        township_xy=township_xy,
        village_id=village_id,
        village_xy=np.vstack(taken[1:]),
        village_county=np.repeat(np.arange(len(ids)), count),
        area_km2=area,
        city_people=city_people,
        town_people=town_people,
        city_radius_km=np.sqrt(city_people / spec.settlements.city_density_per_km2 / np.pi).round(3),
    )


def _or(value: float | None, other: float) -> float:
    return other if value is None else value


def _counties(specs: Sequence[CountySpec]) -> Counties:
    return Counties(
        id=np.array([county.id for county in specs]),
        name=np.array([county.name for county in specs]),
        name_en=np.array([county.name_en for county in specs]),
        lon=np.array([county.lon for county in specs]).round(5),
        lat=np.array([county.lat for county in specs]).round(5),
        population=np.array([county.population for county in specs], dtype=np.int64),
    )


def _extent(county: CountySpec, plane: Plane) -> Ellipse:
    rough = county.extent
    lon, lat = (rough.lon, rough.lat) if rough else (county.lon, county.lat)
    x_km, y_km = plane.xy(np.array([lon]), np.array([lat]))[0].tolist()
    shape = (rough.elongation, rough.bearing_deg) if rough else (1.0, 0.0)
    return Ellipse(x_km, y_km, county.area_km2, *shape)


def _spread(
    extents: Sequence[Ellipse], row: int, names: Sequence[str], tries: int, taken: Floats, streams: Streams
) -> Floats:
    """A point for each name, well apart from each other and from `taken`: of some tries, the loneliest.

    Source: Mitchell 1991, doi:10.1145/122718.122736 (best candidate).
    """
    luck = Luck(streams, [f"{name}/{n}" for name in names for n in range(tries)])
    tried = extents[row].points(luck.uniform("place_r"), luck.uniform("place_a"))
    depth = extents[row].depth(tried)
    others = [extent.depth(tried) for other, extent in enumerate(extents) if other != row]
    outside = np.minimum.reduce([*others, np.full(len(tried), 9.0)]) < depth
    points = np.empty((len(names), 2))
    for n in range(len(names)):
        part = slice(n * tries, (n + 1) * tries)
        lonely = distances_km(tried[part], np.vstack([taken, points[:n]])).min(axis=1)
        score = np.where(outside[part], -depth[part], lonely)
        points[n] = tried[part][score.argmax()]
    return points


def _townships(
    specs: Sequence[CountySpec],
    plane: Plane,
    extents: Sequence[Ellipse],
    streams: Streams,
    city_people: Floats,
) -> tuple[Townships, Floats, Ints]:
    """Townships (the seat first in each county), their points, and the rows of the seats."""
    seats = plane.xy(np.array([one.lon for one in specs]), np.array([one.lat for one in specs]))
    ids: list[str] = []
    names: list[tuple[str, str]] = []
    people: list[Ints] = []
    parts: list[Floats] = []
    for row, county in enumerate(specs):
        known = county.townships if isinstance(county.townships, list) else []
        count = county.townships if isinstance(county.townships, int) else len(known) + 1
        own = [f"{county.id}_t{n + 1:02d}" for n in range(count)]
        given = plane.xy(np.array([one.lon for one in known]), np.array([one.lat for one in known]))
        taken = np.vstack([seats, *parts, given])
        made = _spread(extents, row, own[len(given) + 1 :], _TOWNSHIP_TRIES, taken, streams)
        parts += [seats[row : row + 1], given, made]
        ids += own
        names += [(county.seat, county.seat_en or county.name_en)]
        names += [(one.name, one.name_en) for one in known]
        names += [_made_up(county, n) for n in range(len(known) + 1, count)]
        people.append(_people(own, county.population, float(city_people[row]), streams))
    county_of = np.repeat(np.arange(len(specs)), [len(one) for one in people])
    xy = np.vstack(parts)
    lon, lat = plane.degrees(xy)
    texts = [np.array([pair[side] for pair in names]) for side in (0, 1)]
    table = Townships(np.array(ids), texts[0], texts[1], county_of, lon, lat, np.concatenate(people))
    return table, plane.xy(lon, lat), np.searchsorted(county_of, np.arange(len(specs))).astype(np.int64)


def _made_up(county: CountySpec, n: int) -> tuple[str, str]:
    """A name nobody takes for a real one."""
    return f"{county.short or county.name}·乡镇{n + 1:02d}", f"{county.name_en} township {n + 1:02d}"


def _people(ids: list[str], population: int, in_city: float, streams: Streams) -> Ints:
    """Residents of a county's townships: the seat has its city, all share the rest unevenly."""
    share = Luck(streams, ids).between("township_people", 0.4, 1.6)
    share = share / share.sum() * (population - in_city)
    share[0] += in_city
    return apportion(population, share)
