"""Ways on the road graph: the quickest as roads are known, leg by leg as they are, and into the site itself."""

from __future__ import annotations

from math import inf
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from sim.models.roadpart import RoadPart, around
from sim.models.snowroads import SnowRoads, foot_kmh
from sim.topology.tables import Topology

Floats = NDArray[np.float64]
Nodes = NDArray[np.int32]
_BUCKET_H: Final = 0.5
"""Roads are looked at afresh every half hour and after every clearing or closure."""
LADEN_KMH: Final = 0.8
"""On foot with a generator. Assumed (parameters of the field, §2: 0.4–1.5)."""
Fare = tuple[str, bool]
"""Vehicle, and whether it passes what is closed to the public."""


class Load(NamedTuple):
    """What a crew must bring to a site's door."""

    kg: float = 0.0
    by_hand_kg: float = inf
    """The heaviest it can carry on foot."""


class Roads:
    """The road graph as desk and crews use it."""

    def __init__(self, topology: Topology, snow: SnowRoads, site_cells: list[int]) -> None:
        roads, sites = topology.roads, topology.sites
        self.snow = snow
        self.known = len(roads.edge_id) > 0
        self.edge_ids: list[str] = roads.edge_id.tolist()
        self.node_ids: list[str] = roads.node_id.tolist()
        self.edge_index = {edge: row for row, edge in enumerate(self.edge_ids)}
        self._km: list[float] = roads.edge_km.tolist()
        self.edge_km = self._km
        self.site_node = sites.road_node.tolist() if self.known else []
        self._spur_km, self._walk_km = sites.spur_km, sites.walk_km
        self._site_cells = site_cells
        self._ways: dict[tuple[int, Fare], tuple[tuple[int, int], Floats, Nodes, bool]] = {}
        self._graphs: dict[Fare, tuple[tuple[int, int], csr_matrix]] = {}
        self._pieces: dict[Fare, tuple[tuple[int, int], list[int]]] = {}
        self._speeds: dict[Fare, tuple[tuple[int, int], Floats, list[float], list[float]]] = {}
        self._tracks: dict[tuple[int, str], tuple[tuple[int, int], float, float]] = {}
        self._table = roads
        depots = topology.depots.road_node.tolist() if self.known else []
        self._part = RoadPart(roads, around(roads, depots))

    def _look_everywhere(self) -> None:
        """Take the whole graph from now on: a way may lead beyond the part looked at so far."""
        self._part = RoadPart(self._table, np.ones(len(self.node_ids), dtype=np.bool_))
        for kept in (self._ways, self._graphs, self._pieces, self._speeds):
            kept.clear()

    def _look_at(self, *nodes: int) -> None:
        if not self._part.whole and not all(self._part.holds(node) for node in nodes):
            self._look_everywhere()

    def version(self, now: float) -> tuple[int, int]:
        """Changes whenever a way found earlier may no longer be the best."""
        return (self.snow.changes, int(now / _BUCKET_H))

    def _fare(self, vehicle: str, permit: bool) -> Fare:
        return vehicle, permit or not self.snow.expressways_shut

    def speeds(self, vehicle: str, now: float, *, permit: bool = False) -> tuple[list[float], list[float]]:
        """Speed (km/h) and depth (cm) of every edge in this half hour; 0 where no way found yet leads."""
        return self._state(vehicle, now, permit)[2:]

    def _state(
        self, vehicle: str, now: float, permit: bool
    ) -> tuple[tuple[int, int], Floats, list[float], list[float]]:
        """The version, the speeds of the part's edges as an array, and `speeds`."""
        version, fare = self.version(now), self._fare(vehicle, permit)
        known = self._speeds.get(fare)
        if known is None or known[0] != version:
            at_h, part = version[1] * _BUCKET_H, self._part
            depth = self.snow.depths_cm(at_h, part.edges)
            speed = self.snow.kmhs(vehicle, at_h, permit=permit, edges=part.edges, depth_cm=depth)
            known = self._speeds[fare] = (version, speed, part.by_edge(speed), part.by_edge(depth))
        return known

    def _way(self, node: int, vehicle: str, now: float, permit: bool) -> tuple[Floats, Nodes, bool]:
        """Hours from a node to every other and the node before each on the way, by place in the part.

        And whether any of these ways leads outside.
        """
        version, fare = self.version(now), self._fare(vehicle, permit)
        known = self._ways.get((node, fare))
        if known is None or known[0] != version:
            graph = self._graphs.get(fare)
            if graph is None or graph[0] != version:
                speed = self._state(vehicle, now, permit)[1]
                hours = np.where(speed > 0, np.round(self._part.km / np.maximum(speed, 1e-9), 9), inf)
                graph = self._graphs[fare] = (version, self._part.graph(hours))
            hours_to, before = self._part.quickest(graph[1], node)
            known = self._ways[(node, fare)] = (version, hours_to, before, self._part.anywhere_outside(before))
        return known[1], known[2], known[3]

    def pieces(self, vehicle: str, now: float, *, permit: bool = False) -> list[int]:
        """Number of the piece on which every node lies: no road open in this half hour joins two of them."""
        version, fare = self.version(now), self._fare(vehicle, permit)
        known = self._pieces.get(fare)
        if known is None or known[0] != version:
            speed = self._state(vehicle, now, permit)[1]
            known = self._pieces[fare] = (version, self._part.pieces(speed > 0))
        return known[1]

    def hours(self, node: int, to_node: int, vehicle: str, now: float, *, permit: bool = False) -> float:
        """Quickest time between two nodes by the roads of this half hour; inf where no road is open."""
        if node == to_node:
            return 0.0
        return self._part.hours_to(self._way_to(node, to_node, vehicle, now, permit)[0], to_node)

    def edges_to(
        self, node: int, to_node: int, vehicle: str, now: float, *, permit: bool = False
    ) -> list[tuple[int, int]]:
        """The way as (edge, node reached), in order; empty where there is none (or nothing to drive)."""
        before = self._way_to(node, to_node, vehicle, now, permit)[1]
        return self._unwind(before, node, to_node, self.speeds(vehicle, now, permit=permit)[0])

    def _way_to(self, node: int, to_node: int, vehicle: str, now: float, permit: bool) -> tuple[Floats, Nodes, bool]:
        """`_way`, for which the way to one node is that of the whole graph."""
        self._look_at(node, to_node)
        way = self._way(node, vehicle, now, permit)
        if way[2] and self._part.leads_outside(way[1], to_node):
            self._look_everywhere()
            way = self._way(node, vehicle, now, permit)
        return way

    def _unwind(self, before: Nodes, node: int, to_node: int, speed: list[float]) -> list[tuple[int, int]]:
        return self._part.unwind(
            before, node, to_node, lambda edge: self._km[edge] / speed[edge] if speed[edge] > 0 else inf
        )

    def access(self, site: int, vehicle: str, load: Load, now: float) -> tuple[float, str]:
        """Hours from the road to the site's door and how ('spur', 'walk'); inf where it cannot be done.

        The track is driven, or walked where that is quicker and the load can be carried. The last part of a hill
        site is always walked. Who carries a load walks no faster than `LADEN_KMH`.
        """
        spur_km, walk_km = float(self._spur_km[site]), float(self._walk_km[site])
        depth, speed = self._track(site, vehicle, now)
        on_foot = foot_kmh(depth)
        if load.kg > 0:
            on_foot = 0.0 if load.kg > load.by_hand_kg else min(on_foot, LADEN_KMH)
        last_h = _hours(walk_km, on_foot)
        driven_h, walked_h = _hours(spur_km, speed), _hours(spur_km, on_foot)
        if walked_h < driven_h:
            return last_h + walked_h, "walk"
        return last_h + driven_h, "spur"

    def to_the_door(self, site: int, vehicle: str, now: float) -> bool:
        """Whether the vehicle itself gets to the door: what it carries need not be carried."""
        if self._walk_km[site] > 0:
            return False
        return bool(self._spur_km[site] <= 0) or self._track(site, vehicle, now)[1] > 0

    def walked(self, site: int) -> bool:
        """Whether the last part of the way is always walked."""
        return bool(self._walk_km[site] > 0)

    def clear_track(self, site: int, now: float) -> None:
        """A loader has opened the track to a site."""
        self.snow.clear_track(site, self._site_cells[site], now)

    def track_depth_cm(self, site: int, vehicle: str, now: float) -> float:
        """Snow on the track to a site, cm."""
        return self._track(site, vehicle, now)[0]

    def _track(self, site: int, vehicle: str, now: float) -> tuple[float, float]:
        version = self.version(now)
        known = self._tracks.get((site, vehicle))
        if known is None or known[0] != version:
            depth, speed = self.snow.track(site, self._site_cells[site], vehicle, version[1] * _BUCKET_H)
            known = self._tracks[(site, vehicle)] = (version, depth, speed)
        return known[1], known[2]

    def spur_km(self, site: int) -> float:
        """Village track between the road and a site, km."""
        return float(self._spur_km[site])

    def track_closed(self, site: int, now: float) -> bool:
        """Whether snow closes a site's track to wheels."""
        return self._track(site, "snow", now)[1] <= 0

    def reachable(self, node: int, site: int, now: float, carry: bool, *, permit: bool = False) -> bool:
        """Whether an ordinary vehicle gets from a node to a site's door, with a generator if `carry`."""
        hours = self.hours(node, self.site_node[site], "snow", now, permit=permit)
        return hours < inf and not (carry and self._spur_km[site] > 0 and self.track_closed(site, now))

    def _opening(
        self, node: int, drive_kmh: float, clear_kmh: float, now: float, permit: bool
    ) -> tuple[Floats, Nodes, Floats]:
        """A loader's hours from a node, the node before each on the way, and its speed on the part's edges."""
        part = self._part
        speed = np.where(self.snow.passable(now, part.edges), drive_kmh, clear_kmh)
        hours = np.where(self.snow.blocked(permit, part.edges), inf, np.round(part.km / speed, 9))
        return *part.quickest(part.graph(hours), node), np.where(np.isinf(hours), 0.0, speed)

    def opening_hours(
        self, target: int, drive_kmh: float, clear_kmh: float, now: float, *, permit: bool = True
    ) -> list[float]:
        """Hours a loader that opens what it meets would need from every node to `target`; inf where shut."""
        self._look_at(target)
        hours, before, _ = self._opening(target, drive_kmh, clear_kmh, now, permit)
        if self._part.anywhere_outside(before):
            self._look_everywhere()
            hours = self._opening(target, drive_kmh, clear_kmh, now, permit)[0]
        return self._part.by_node(hours)

    def opening_way(
        self, node: int, to_node: int, drive_kmh: float, clear_kmh: float, now: float, *, permit: bool = True
    ) -> list[tuple[int, int]]:
        """The quickest way of a loader that opens what it meets; empty where authority has shut every way."""
        self._look_at(node, to_node)
        _, before, speed = self._opening(node, drive_kmh, clear_kmh, now, permit)
        if self._part.leads_outside(before, to_node):
            self._look_everywhere()
            _, before, speed = self._opening(node, drive_kmh, clear_kmh, now, permit)
        return self._unwind(before, node, to_node, self._part.by_edge(speed))


def _hours(km: float, kmh: float) -> float:
    if km <= 0:
        return 0.0
    return km / kmh if kmh > 0 else inf
