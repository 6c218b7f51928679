"""Ways on the road graph: the quickest as roads are known, leg by leg as they are, and into the site itself."""

from __future__ import annotations

from functools import cached_property
from math import inf, isinf
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.models.roadpart import LeastHours, Nodes, RoadPart, Ways, around
from sim.models.snowroads import SnowRoads, foot_kmh
from sim.topology.tables import Topology

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

Floats = NDArray[np.float64]
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


class _Passage:
    """The roads as one kind of vehicle may and can use them, and what was asked about them so far."""

    def __init__(self, part: RoadPart, speed: Floats) -> None:
        self._part = part
        self.state = (-1, -1)
        """Changes to edges so far, and the half hour."""
        self.speed = speed
        """Speed on the part's edges, km/h."""
        self._depth_cm = speed
        self._depths: list[float] | None = None
        self._ways: dict[int, Ways] = {}
        self._least: dict[int, LeastHours] = {}

    def renew(self, state: tuple[int, int], depth_cm: Floats) -> None:
        """The state in which the speeds are these, and the snow on the part's edges in it."""
        self.state, self._depth_cm, self._depths = state, depth_cm, None

    @property
    def depths(self) -> list[float]:
        """Snow on every edge, cm."""
        if self._depths is None:
            self._depths = self._part.by_edge(self._depth_cm)
        return self._depths

    @cached_property
    def speeds(self) -> list[float]:
        """Speed on every edge, km/h."""
        return self._part.by_edge(self.speed)

    @cached_property
    def _graph(self) -> csr_matrix:
        speed = self.speed
        hours = np.where(speed > 0, np.round(self._part.km / np.maximum(speed, 1e-9), 9), inf)
        return self._part.graph(hours)

    def ways(self, node: int) -> Ways:
        """The quickest ways from a node."""
        known = self._ways.get(node)
        if known is None:
            known = self._ways[node] = self._part.quickest(self._graph, node)
        return known

    def least_hours(self, node: int) -> LeastHours:
        """Hours of these ways to every node of the graph; to one outside the part, those to the outside."""
        known = self._least.get(node)
        if known is None:
            known = self._least[node] = self._part.least(self.ways(node).hours)
        return known


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
        self.site_node: list[int] = sites.road_node.tolist() if self.known else []
        self._spur_km, self._walk_km = sites.spur_km, sites.walk_km
        self._site_cells = site_cells
        self._passages: dict[Fare, _Passage] = {}
        self._tracks: dict[tuple[int, str], tuple[float, float]] = {}
        self._doors: dict[tuple[int, str, Load], tuple[float, str]] = {}
        self._tracks_of = -1
        self._table = roads
        depots = topology.depots.road_node.tolist() if self.known else []
        self._part = RoadPart(roads, around(roads, depots))

    def _look_everywhere(self) -> None:
        """Take the whole graph from now on: a way may lead beyond the part looked at so far."""
        self._part = RoadPart(self._table, np.ones(len(self.node_ids), dtype=np.bool_))
        self._passages.clear()

    def _look_at(self, node: int, to_node: int) -> None:
        holds = self._part.holds
        if not (holds[node] and holds[to_node]):
            self._look_everywhere()

    def version(self, now: float) -> tuple[int, int]:
        """Changes whenever a way found earlier may no longer be the best."""
        return (self.snow.changes, int(now / _BUCKET_H))

    def _passage(self, vehicle: str, now: float, permit: bool) -> _Passage:
        """The roads as they are for such a vehicle in this half hour."""
        state, fare = (
            (self.snow.edge_changes, int(now / _BUCKET_H)),
            (vehicle, permit or not self.snow.expressways_shut),
        )
        known = self._passages.get(fare)
        if known is None or known.state != state:
            known = self._passages[fare] = self._looked_at_afresh(known, fare, state)
        return known

    def _looked_at_afresh(self, known: _Passage | None, fare: Fare, state: tuple[int, int]) -> _Passage:
        """The roads in another state; where no speed differs, all that was found out about ways stays."""
        at_h, part = state[1] * _BUCKET_H, self._part
        depth = self.snow.depths_cm(at_h, part.edges)
        speed = self.snow.kmhs(fare[0], at_h, permit=fare[1], edges=part.edges, depth_cm=depth)
        if known is None or not np.array_equal(known.speed, speed):
            known = _Passage(part, speed)
        known.renew(state, depth)
        return known

    def speeds(self, vehicle: str, now: float, *, permit: bool = False) -> tuple[list[float], list[float]]:
        """Speed (km/h) and depth (cm) of every edge in this half hour; 0 where no way found yet leads."""
        passage = self._passage(vehicle, now, permit)
        return passage.speeds, passage.depths

    def least_hours(self, node: int, vehicle: str, now: float, *, permit: bool = False) -> LeastHours:
        """Hours from a node to every other that no way beats by the roads of this half hour; inf where there is none.

        They are those of the quickest ways, or less where a way may lead beyond the part looked at so far.
        """
        self._look_at(node, node)
        return self._passage(vehicle, now, permit).least_hours(node)

    def hours(self, node: int, to_node: int, vehicle: str, now: float, *, permit: bool = False) -> float:
        """Quickest time between two nodes by the roads of this half hour; inf where no road is open."""
        if node == to_node:
            return 0.0
        hours = self._way_to(node, to_node, vehicle, now, permit).hours
        return self._part.hours_to(hours, to_node)

    def edges_to(
        self, node: int, to_node: int, vehicle: str, now: float, *, permit: bool = False
    ) -> list[tuple[int, int]]:
        """The way as (edge, node reached), in order; empty where there is none (or nothing to drive)."""
        before = self._way_to(node, to_node, vehicle, now, permit).before
        return self._unwind(before, node, to_node, self._passage(vehicle, now, permit).speeds)

    def _way_to(self, node: int, to_node: int, vehicle: str, now: float, permit: bool) -> Ways:
        """Ways from a node, among which the one to another node is the quickest of the whole graph."""
        self._look_at(node, to_node)
        ways = self._passage(vehicle, now, permit).ways(node)
        if ways.outside and self._part.leads_outside(ways.before, to_node):
            self._look_everywhere()
            ways = self._passage(vehicle, now, permit).ways(node)
        return ways

    def _unwind(self, before: Nodes, node: int, to_node: int, speed: list[float]) -> list[tuple[int, int]]:
        return self._part.unwind(
            before, node, to_node, lambda edge: self._km[edge] / speed[edge] if speed[edge] > 0 else inf
        )

    def access(self, site: int, vehicle: str, load: Load, now: float) -> tuple[float, str]:
        """Hours from the road to the site's door and how ('spur', 'walk'); inf where it cannot be done.

        The track is driven, or walked where that is quicker and the load can be carried. The last part of a hill
        site is always walked. Who carries a load walks no faster than `LADEN_KMH`.
        """
        depth, speed = self._track(site, vehicle, now)
        door = (site, vehicle, load)
        known = self._doors.get(door)
        if known is None:
            known = self._doors[door] = self._access(site, depth, speed, load)
        return known

    def _access(self, site: int, depth: float, speed: float, load: Load) -> tuple[float, str]:
        """`access` by a track of this depth (cm) and of this speed on wheels (km/h)."""
        spur_km, walk_km = self._spur_km.item(site), self._walk_km.item(site)
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
        self._tracks_of = -1

    def track_depth_cm(self, site: int, vehicle: str, now: float) -> float:
        """Snow on the track to a site, cm."""
        return self._track(site, vehicle, now)[0]

    def _track(self, site: int, vehicle: str, now: float) -> tuple[float, float]:
        """Depth (cm) and speed (km/h) on the track to a site in this half hour."""
        bucket = int(now / _BUCKET_H)
        if bucket != self._tracks_of:
            self._tracks_of = bucket
            self._tracks.clear()
            self._doors.clear()
        known = self._tracks.get((site, vehicle))
        if known is None:
            known = self.snow.track(site, self._site_cells[site], vehicle, bucket * _BUCKET_H)
            self._tracks[(site, vehicle)] = known
        return known

    def spur_km(self, site: int) -> float:
        """Village track between the road and a site, km."""
        return float(self._spur_km[site])

    def track_closed(self, site: int, now: float) -> bool:
        """Whether snow closes a site's track to wheels."""
        return self._track(site, "snow", now)[1] <= 0

    def reachable(self, node: int, site: int, now: float, carry: bool, *, permit: bool = False) -> bool:
        """Whether an ordinary vehicle gets from a node to a site's door, with a generator if `carry`."""
        if not self._joined(node, self.site_node[site], now, permit):
            return False
        return not (carry and self._spur_km[site] > 0 and self.track_closed(site, now))

    def _joined(self, node: int, to_node: int, now: float, permit: bool) -> bool:
        """Whether `hours` of an ordinary vehicle are finite."""
        if isinf(self.least_hours(node, "snow", now, permit=permit).to(to_node)):
            return False
        return self._part.whole or self.hours(node, to_node, "snow", now, permit=permit) < inf

    def _opening(self, node: int, drive_kmh: float, clear_kmh: float, now: float, permit: bool) -> tuple[Ways, Floats]:
        """A loader's ways from a node, and its speed on the part's edges."""
        part = self._part
        speed = np.where(self.snow.passable(now, part.edges), drive_kmh, clear_kmh)
        hours = np.where(self.snow.blocked(permit, part.edges), inf, np.round(part.km / speed, 9))
        return part.quickest(part.graph(hours), node), np.where(np.isinf(hours), 0.0, speed)

    def opening_hours(
        self, target: int, drive_kmh: float, clear_kmh: float, now: float, *, permit: bool = True
    ) -> list[float]:
        """Hours a loader that opens what it meets would need from every node to `target`; inf where shut."""
        self._look_at(target, target)
        ways, _ = self._opening(target, drive_kmh, clear_kmh, now, permit)
        if ways.outside:
            self._look_everywhere()
            ways, _ = self._opening(target, drive_kmh, clear_kmh, now, permit)
        return self._part.by_node(ways.hours)

    def opening_way(
        self, node: int, to_node: int, drive_kmh: float, clear_kmh: float, now: float, *, permit: bool = True
    ) -> list[tuple[int, int]]:
        """The quickest way of a loader that opens what it meets; empty where authority has shut every way."""
        self._look_at(node, to_node)
        ways, speed = self._opening(node, drive_kmh, clear_kmh, now, permit)
        if ways.outside and self._part.leads_outside(ways.before, to_node):
            self._look_everywhere()
            ways, speed = self._opening(node, drive_kmh, clear_kmh, now, permit)
        return self._unwind(ways.before, node, to_node, self._part.by_edge(speed))


def _hours(km: float, kmh: float) -> float:
    if km <= 0:
        return 0.0
    return km / kmh if kmh > 0 else inf
