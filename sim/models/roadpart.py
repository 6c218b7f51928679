"""The part of the road graph that is looked at: the roads around the depots, and one node in place of all the others.

That node, outside, costs nothing to cross: a way through it is never longer than the true one. So a way found that does
not lead through it is the quickest of the whole graph, and one that does says that the whole graph must be looked at.
"""

from __future__ import annotations

from collections.abc import Callable
from math import inf
from typing import TYPE_CHECKING, Final, NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from sim.hazards.specs import EARTH_KM_PER_DEG
from sim.topology.tables import Roads

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Nodes = NDArray[np.int32]
NEAR_KM: Final = 400.0
"""Assumed: hardly a crew or a loader comes from further. Where one does, the whole graph is looked at from then on."""
T = TypeVar("T")
_NO_WAY: Final = -9999


def around(roads: Roads, depots: list[int]) -> Bools:
    """Which road nodes lie near one of the depots' nodes, as the crow flies; all of them where there is no depot."""
    near = np.full(len(roads.node_id), not depots)
    for depot in dict.fromkeys(depots):
        north = (roads.node_lat - roads.node_lat[depot]) * EARTH_KM_PER_DEG
        east = (roads.node_lon - roads.node_lon[depot]) * EARTH_KM_PER_DEG * np.cos(np.radians(roads.node_lat[depot]))
        near |= north**2 + east**2 <= NEAR_KM**2
    return near


class Ways(NamedTuple):
    """The quickest ways from a node; arrays by place in the part."""

    hours: Floats
    before: Nodes
    """The node before each on the way."""
    outside: bool
    """Whether any of the ways leads through the outside."""


class LeastHours(NamedTuple):
    """At least so many hours to any node: `hours[place[node]]`."""

    hours: list[float]
    place: list[int]

    def to(self, node: int) -> float:
        """Hours that no way to the node beats; inf where there is none."""
        return self.hours[self.place[node]]


class RoadPart:
    """Some nodes of the road graph with the edges at them. Nodes and edges are named by their rows of the table."""

    def __init__(self, roads: Roads, near: Bools) -> None:
        self.whole = bool(near.all())
        self._all_nodes, self._all_edges = len(roads.node_id), len(roads.edge_id)
        rows = np.flatnonzero(near)
        place = np.full(len(near), len(rows))
        place[rows] = np.arange(len(rows))
        found = np.flatnonzero(near[roads.edge_u] | near[roads.edge_v]) if self._all_edges else np.zeros(0, np.int64)
        self.edges: slice | NDArray[np.int64] = slice(None) if self.whole else found
        """Its edges, to take them from a column of all."""
        self.km: Floats = roads.edge_km[self.edges]
        self._rows, self._edge_rows = rows.tolist(), found.tolist()
        self._place: list[int] = place.tolist()
        self.holds: list[bool] = near.tolist()
        """Whether each node of the graph is one of the part's."""
        self._outside = len(rows)
        self._size = len(rows) + (not self.whole)
        self._u, self._v = place[roads.edge_u[found]], place[roads.edge_v[found]]
        self._between: dict[tuple[int, int], list[int]] = {}
        for edge, u, v in zip(self._edge_rows, self._u.tolist(), self._v.tolist(), strict=True):
            self._between.setdefault((u, v), []).append(edge)
            self._between.setdefault((v, u), []).append(edge)
        self._order, self._first, self._indices, self._indptr = self._structure()

    def _structure(self) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int32], NDArray[np.int32]]:
        """Fixed sparse structure: both directions, parallel edges folded to the quicker one at each filling."""
        rows = np.concatenate([self._u, self._v])
        columns = np.concatenate([self._v, self._u])
        order = np.lexsort((columns, rows))
        pair = rows[order] * max(self._size, 1) + columns[order]
        first = (
            np.flatnonzero(np.concatenate([[True], pair[1:] != pair[:-1]]))
            if len(pair)
            else np.zeros(0, dtype=np.int64)
        )
        indptr = np.searchsorted(rows[order][first], np.arange(self._size + 1)).astype(np.int32)
        return order, first, columns[order][first].astype(np.int32), indptr

    def graph(self, hours: Floats) -> csr_matrix:
        """The part with so many hours on each of its edges."""
        from scipy.sparse import csr_matrix

        doubled = np.concatenate([hours, hours])[self._order]
        data = np.maximum(np.minimum.reduceat(doubled, self._first), 1e-9) if len(self._first) else doubled
        return csr_matrix((data, self._indices, self._indptr), shape=(self._size, self._size))

    def quickest(self, graph: csr_matrix, node: int) -> Ways:
        """The quickest ways from a node to every other."""
        from scipy.sparse.csgraph import dijkstra

        start = self._place[node]
        hours, before = dijkstra(graph, indices=start, return_predecessors=True)  # type: ignore[call-overload]
        return Ways(hours, before, not self.whole and bool((before == self._outside).any()))

    def hours_to(self, hours: Floats, node: int) -> float:
        """Hours to one node, of `Ways.hours`."""
        return hours.item(self._place[node])

    def leads_outside(self, before: Nodes, to_node: int) -> bool:
        """Whether the way found to a node leads through the outside."""
        here = self._place[to_node]
        while here not in (_NO_WAY, self._outside):
            here = before.item(here)
        return here == self._outside

    def unwind(self, before: Nodes, node: int, to_node: int, hours: Callable[[int], float]) -> list[tuple[int, int]]:
        """The way as (edge, node reached), in order; of edges side by side the one of the fewest hours."""
        legs: list[tuple[int, int]] = []
        here, start = self._place[to_node], self._place[node]
        while here != start:
            last = before.item(here)
            if last == _NO_WAY:
                return []
            legs.append((min(self._between[(last, here)], key=hours), self._rows[here]))
            here = last
        legs.reverse()
        return legs

    def by_edge(self, values: Floats) -> list[float]:
        """Values of the part's edges as a list over all edges, 0 elsewhere."""
        return values.tolist() if self.whole else self._spread(values.tolist(), 0.0, self._all_edges, self._edge_rows)

    def by_node(self, values: Floats) -> list[float]:
        """Values of the part's nodes as a list over all nodes, inf elsewhere."""
        return values.tolist() if self.whole else self._spread(values.tolist(), inf, self._all_nodes, self._rows)

    def least(self, hours: Floats) -> LeastHours:
        """Hours of ways to every node of the graph: to those elsewhere, as to the outside, which are never more."""
        return LeastHours(hours.tolist(), self._place)

    @staticmethod
    def _spread(values: list[T], elsewhere: T, length: int, rows: list[int]) -> list[T]:
        spread = [elsewhere] * length
        for row, value in zip(rows, values, strict=False):  # the outside, if it has a value, comes last
            spread[row] = value
        return spread
