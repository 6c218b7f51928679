"""Ways on the road graph: the quickest as roads are known, leg by leg as they are, and into the site itself."""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.models.snowroads import SnowRoads, foot_kmh
from sim.topology.tables import Topology

if TYPE_CHECKING:  # half of a worker's start-up: only where there are roads to look at
    from scipy.sparse import csr_matrix

Floats = NDArray[np.float64]
Nodes = NDArray[np.int32]
_BUCKET_H: Final = 0.5
"""Roads are looked at afresh every half hour and after every clearing or closure."""
_NO_WAY: Final = -9999
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
        self.edge_ids = [str(edge) for edge in roads.edge_id]
        self.node_ids = [str(node) for node in roads.node_id]
        self.edge_index = {edge: row for row, edge in enumerate(self.edge_ids)}
        self._u, self._v = roads.edge_u, roads.edge_v
        self._km = roads.edge_km.tolist()
        self.edge_km = self._km
        self.site_node = sites.road_node.tolist() if self.known else []
        self._spur_km, self._walk_km = sites.spur_km, sites.walk_km
        self._site_cells = site_cells
        self._ways: dict[tuple[int, Fare], tuple[tuple[int, int], Floats, Nodes]] = {}
        self._graphs: dict[Fare, tuple[tuple[int, int], csr_matrix]] = {}
        self._pieces: dict[Fare, tuple[tuple[int, int], list[int]]] = {}
        self._speeds: dict[Fare, tuple[tuple[int, int], list[float], list[float]]] = {}
        self._tracks: dict[tuple[int, str], tuple[tuple[int, int], float, float]] = {}
        self._between: dict[tuple[int, int], list[int]] = {}
        for edge, (u, v) in enumerate(zip(self._u.tolist(), self._v.tolist(), strict=True)):
            self._between.setdefault((u, v), []).append(edge)
            self._between.setdefault((v, u), []).append(edge)
        self._order, self._first, self._indices, self._indptr = self._structure(len(self.node_ids))

    def _structure(
        self, nodes: int
    ) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int32], NDArray[np.int32]]:
        """Fixed sparse structure: both directions, parallel edges folded to the quicker one at each filling."""
        rows = np.concatenate([self._u, self._v])
        columns = np.concatenate([self._v, self._u])
        order = np.lexsort((columns, rows))
        pair = rows[order] * max(nodes, 1) + columns[order]
        first = (
            np.flatnonzero(np.concatenate([[True], pair[1:] != pair[:-1]]))
            if len(pair)
            else np.zeros(0, dtype=np.int64)
        )
        indptr = np.searchsorted(rows[order][first], np.arange(nodes + 1)).astype(np.int32)
        return order, first, columns[order][first].astype(np.int32), indptr

    def version(self, now: float) -> tuple[int, int]:
        """Changes whenever a way found earlier may no longer be the best."""
        return (self.snow.changes, int(now / _BUCKET_H))

    def _fare(self, vehicle: str, permit: bool) -> Fare:
        return vehicle, permit or not self.snow.expressways_shut

    def speeds(self, vehicle: str, now: float, *, permit: bool = False) -> tuple[list[float], list[float]]:
        """Speed (km/h) and depth (cm) of every edge in this half hour."""
        version, fare = self.version(now), self._fare(vehicle, permit)
        known = self._speeds.get(fare)
        if known is None or known[0] != version:
            at_h = version[1] * _BUCKET_H
            known = (version, self.snow.kmhs(vehicle, at_h, permit=permit).tolist(), self.snow.depths_cm(at_h).tolist())
            self._speeds[fare] = known
        return known[1], known[2]

    def _graph(self, hours: Floats) -> csr_matrix:
        from scipy.sparse import csr_matrix

        doubled = np.concatenate([hours, hours])[self._order]
        data = np.maximum(np.minimum.reduceat(doubled, self._first), 1e-9) if len(self._first) else doubled
        nodes = len(self.node_ids)
        return csr_matrix((data, self._indices, self._indptr), shape=(nodes, nodes))

    def _way(self, node: int, vehicle: str, now: float, permit: bool) -> tuple[Floats, Nodes]:
        """Hours from a node to every other, and the node before each on the way."""
        version, fare = self.version(now), self._fare(vehicle, permit)
        known = self._ways.get((node, fare))
        if known is None or known[0] != version:
            graph = self._graphs.get(fare)
            if graph is None or graph[0] != version:
                speed = np.asarray(self.speeds(vehicle, now, permit=permit)[0])
                hours = np.where(speed > 0, np.round(np.asarray(self._km) / np.maximum(speed, 1e-9), 9), inf)
                graph = self._graphs[fare] = (version, self._graph(hours))
            known = self._ways[(node, fare)] = (version, *_quickest(graph[1], node))
        return known[1], known[2]

    def pieces(self, vehicle: str, now: float, *, permit: bool = False) -> list[int]:
        """Number of the piece on which every node lies: roads open in this half hour join nodes of one piece."""
        from scipy.sparse import csr_matrix
        from scipy.sparse.csgraph import connected_components

        version, fare = self.version(now), self._fare(vehicle, permit)
        known = self._pieces.get(fare)
        if known is None or known[0] != version:
            open_edges = np.flatnonzero(np.asarray(self.speeds(vehicle, now, permit=permit)[0]) > 0)
            ends, nodes = (self._u[open_edges], self._v[open_edges]), len(self.node_ids)
            graph = csr_matrix((np.ones(len(open_edges)), ends), shape=(nodes, nodes))
            known = self._pieces[fare] = (version, connected_components(graph, directed=False)[1].tolist())
        return known[1]

    def hours(self, node: int, to_node: int, vehicle: str, now: float, *, permit: bool = False) -> float:
        """Quickest time between two nodes by the roads of this half hour; inf where no road is open."""
        return 0.0 if node == to_node else self._way(node, vehicle, now, permit)[0].item(to_node)

    def edges_to(
        self, node: int, to_node: int, vehicle: str, now: float, *, permit: bool = False
    ) -> list[tuple[int, int]]:
        """The way as (edge, node reached), in order; empty where there is none (or nothing to drive)."""
        before = self._way(node, vehicle, now, permit)[1]
        return self._unwind(before, node, to_node, self.speeds(vehicle, now, permit=permit)[0])

    def _unwind(self, before: Nodes, node: int, to_node: int, speed: list[float]) -> list[tuple[int, int]]:
        legs: list[tuple[int, int]] = []
        here = to_node
        while here != node:
            last = before.item(here)
            if last == _NO_WAY:
                return []
            edges = self._between[(last, here)]
            legs.append((min(edges, key=lambda e: self._km[e] / speed[e] if speed[e] > 0 else inf), here))
            here = last
        legs.reverse()
        return legs

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

    def _opening_graph(
        self, drive_kmh: float, clear_kmh: float, now: float, permit: bool
    ) -> tuple[csr_matrix, list[float]]:
        speed = np.where(self.snow.passable(now), drive_kmh, clear_kmh)
        hours = np.where(self.snow.blocked(permit), inf, np.round(np.asarray(self._km) / speed, 9))
        return self._graph(hours), np.where(np.isinf(hours), 0.0, speed).tolist()

    def opening_hours(
        self, target: int, drive_kmh: float, clear_kmh: float, now: float, *, permit: bool = True
    ) -> list[float]:
        """Hours a loader that opens what it meets would need from every node to `target`; inf where shut."""
        graph, _ = self._opening_graph(drive_kmh, clear_kmh, now, permit)
        hours: list[float] = _quickest(graph, target)[0].tolist()
        return hours

    def opening_way(
        self, node: int, to_node: int, drive_kmh: float, clear_kmh: float, now: float, *, permit: bool = True
    ) -> list[tuple[int, int]]:
        """The quickest way of a loader that opens what it meets; empty where authority has shut every way."""
        graph, speed = self._opening_graph(drive_kmh, clear_kmh, now, permit)
        return self._unwind(_quickest(graph, node)[1], node, to_node, speed)


def _quickest(graph: csr_matrix, node: int) -> tuple[Floats, Nodes]:
    """Hours from a node to every other, and the node before each on the way."""
    from scipy.sparse.csgraph import dijkstra

    hours, before = dijkstra(graph, indices=node, return_predecessors=True)  # type: ignore[call-overload]
    return hours, before


def _hours(km: float, kmh: float) -> float:
    if km <= 0:
        return 0.0
    return km / kmh if kmh > 0 else inf
