"""The road graph of a generated prefecture: trunk roads over towns, streets in cities, village roads.

Roads follow neighbourhood graphs of the towns, so that they form a plausible net without crossings; which of
them are national is found by the shortest ways between neighbouring seats. None of them is a surveyed road.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Final

import numpy as np

from sim.streams import Streams
from sim.topology.geo import great_circle_km
from sim.topology.luck import Luck
from sim.topology.nets import distances_km, grow, neighbours, shortest_path
from sim.topology.places import Places
from sim.topology.spec import Generated
from sim.topology.tables import Floats, Ints, Roads

EXPRESSWAY: Final = 0
NATIONAL: Final = 1
COUNTY: Final = 2
VILLAGE: Final = 3
_BESIDE_KM: Final = 1.2  # expressways run about this far from the national road, so that both can be seen


@dataclass
class _Net:
    """Roads being built: nodes and edges as they come."""

    streams: Streams
    piece_km: float
    bow: float
    ids: list[str] = field(default_factory=list)
    points: list[tuple[float, float]] = field(default_factory=list)
    county: list[int] = field(default_factory=list)
    edges: list[tuple[int, int, int]] = field(default_factory=list)

    def node(self, name: str, point: tuple[float, float], county: int) -> int:
        self.ids.append(name)
        self.points.append(point)
        self.county.append(county)
        return len(self.ids) - 1

    def road(self, u: int, v: int, road_class: int, beside_km: float = 0.0) -> None:
        """A road between two nodes, cut into pieces, slightly bent."""
        (ax, ay), (bx, by) = self.points[u], self.points[v]
        far = max(math.sqrt((bx - ax) ** 2 + (by - ay) ** 2), 1e-6)
        pieces = max(1, round(far / self.piece_km))
        name = f"{self.ids[u]}-{self.ids[v]}"
        bend = (2 * self.streams.uniform("road_bow", name) - 1) * self.bow * far
        ends = [u]
        for n in range(1, pieces):
            t = n / pieces
            shake = (self.streams.uniform("road_shake", name, n) - 0.5) * 0.2 * far / pieces
            side = (bend * 4 * t * (1 - t) + shake + beside_km) / far
            point = (ax + t * (bx - ax) - side * (by - ay), ay + t * (by - ay) + side * (bx - ax))
            county = self.county[u] if t < 0.5 else self.county[v]
            ends.append(self.node(f"n{len(self.ids) + 1:04d}", point, county))
        self.edges += [(a, b, road_class) for a, b in pairwise([*ends, v])]


def make_roads(spec: Generated, places: Places, streams: Streams) -> tuple[Roads, Ints]:
    """The road graph, and the county of each node."""
    net = _Net(streams, spec.roads.piece_km, spec.roads.bow)
    for row, name in enumerate(places.townships.id.tolist()):
        x, y = places.township_xy[row].tolist()
        net.node(name, (x, y), int(places.townships.county[row]))
    _trunk(net, spec, places)
    base = np.array(net.points)
    _villages(net, spec, places, base)
    for row in range(len(places.counties.id)):
        _streets(net, places, row)
    return _table(net, spec, places), np.array(net.county, dtype=np.int64)


def _trunk(net: _Net, spec: Generated, places: Places) -> None:
    """National roads between neighbouring seats, county roads between towns, expressways beside."""
    points = places.township_xy
    near, sparse = neighbours(points)
    km = distances_km(points, points)
    seats = places.seat_row.tolist()
    national: set[tuple[int, int]] = set()
    between = neighbours(points[seats])[0] if len(seats) > 1 else np.zeros((1, 1), dtype=bool)
    for a, b in zip(*np.nonzero(np.triu(between)), strict=True):
        way = shortest_path(near, km, seats[a], seats[b])
        national |= {(min(pair), max(pair)) for pair in pairwise(way)}
    for u, v in zip(*(row.tolist() for row in np.nonzero(np.triu(near))), strict=True):
        if (u, v) in national:
            net.road(u, v, NATIONAL)
        elif sparse[u, v]:
            net.road(u, v, COUNTY)
    rows = {county.id: row for row, county in enumerate(spec.counties)}
    done: set[tuple[int, int]] = set()
    for corridor in spec.roads.expressways:
        for first, second in pairwise(corridor):
            for u, v in pairwise(shortest_path(near, km, seats[rows[first]], seats[rows[second]])):
                if (min(u, v), max(u, v)) not in done:
                    done.add((min(u, v), max(u, v)))
                    net.road(u, v, EXPRESSWAY, _BESIDE_KM)


def _villages(net: _Net, spec: Generated, places: Places, base: Floats) -> None:
    """Each village on a road to the net, some with a second one."""
    points, first = places.village_xy, len(base)
    rows = []
    for name, (x, y), county in zip(places.village_id, points.tolist(), places.village_county, strict=True):
        rows.append(net.node(name, (x, y), int(county)))
    node = [*range(first), *rows]
    tied = set()
    for village, parent in grow(base, points):
        tied.add((rows[village], node[parent]))
        net.road(node[parent], rows[village], VILLAGE)
    looped = Luck(net.streams, places.village_id).below("village_loop", spec.roads.village_loops)
    for village in np.flatnonzero(looped).tolist():
        far = distances_km(points[village : village + 1], points)[0]
        for other in np.argsort(far, kind="stable")[1:5].tolist():
            pair = (rows[village], rows[other])
            if pair not in tied and pair[::-1] not in tied:
                tied.add(pair)
                net.road(*pair, VILLAGE)
                break


def _streets(net: _Net, places: Places, county: int) -> None:
    """A grid of streets about the seat, tied to the seat's own node in its middle."""
    radius = float(places.city_radius_km[county])
    step = min(max(radius / 2.2, 1.0), 1.8)
    reach = int(radius / step)
    middle = int(places.seat_row[county])
    cx, cy = net.points[middle]
    grid = {(0, 0): middle}
    for i in range(-reach, reach + 1):
        for j in range(-reach, reach + 1):
            if (i, j) != (0, 0) and i * i + j * j <= (radius / step) ** 2:
                name = f"{places.counties.id[county]}_s{len(grid):02d}"
                grid[i, j] = net.node(name, (cx + i * step, cy + j * step), county)
    for (i, j), node in grid.items():
        for other in ((i + 1, j), (i, j + 1)):
            if other in grid:
                net.edges.append((node, grid[other], COUNTY))


def _table(net: _Net, spec: Generated, places: Places) -> Roads:
    lon, lat = places.plane.degrees(np.array(net.points))
    u, v, road_class = (np.array(column, dtype=np.int64) for column in zip(*net.edges, strict=True))
    knobs = spec.roads
    winding = np.array([knobs.winding_expressway, knobs.winding_national, knobs.winding_county, knobs.winding_village])
    crow = great_circle_km(lon[u], lat[u], lon[v], lat[v])
    return Roads(
        node_id=np.array(net.ids),
        node_lon=lon,
        node_lat=lat,
        edge_id=np.array([f"r{n + 1:04d}" for n in range(len(u))]),
        edge_u=u,
        edge_v=v,
        edge_km=np.maximum(np.round(crow * winding[road_class], 3), 0.01),
        edge_class=road_class,
    )
