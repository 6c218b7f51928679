"""The transport network as a graph under a root that stands for "a core": who can be cut off by what.

A depth-first search from the root finds, in linear time, every site and every link whose loss cuts others off
(low points: Tarjan 1972, SIAM J. Comput. 1(2), doi:10.1137/0201010; Hopcroft and Tarjan 1973,
doi:10.1145/362248.362272). Its blocks, the parts that no single loss takes apart, say where pairs must be looked for.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

import numpy as np

from sim.topology.tables import ROLES, Bools, Floats, Topology

_CORE = ROLES.index("core")


class Search(NamedTuple):
    """A depth-first search. Vertices by site, the root last; -1 where a vertex was not reached."""

    order: list[int]
    position: list[int]
    parent: list[int]
    through: list[int]
    """Link by which a vertex was reached; at or above the number of links for the root's own."""
    low: list[int]
    end: list[int]
    """Position after the last of a vertex's subtree."""


class Net:
    """Sites and links. A topology without links says nothing about transport: every site is a core of its own."""

    def __init__(self, topology: Topology, dead: Collection[int] = ()) -> None:
        """`dead`: sites that pass nothing on with nothing lost."""
        sites, links = topology.sites, topology.links
        self.sites, self.links = len(sites.id), len(links.id)
        self.root = self.sites
        self.ends = list(zip(links.a.tolist(), links.b.tolist(), strict=True))
        self.users: Floats = topology.users_per_site
        self.near: list[list[tuple[int, int]]] = [[] for _ in range(self.sites + 1)]
        for link, (a, b) in enumerate(self.ends):
            if a != b:
                self.near[a].append((b, link))
                self.near[b].append((a, link))
        cores = np.flatnonzero(sites.role == _CORE).tolist() if self.links else range(self.sites)
        for core in cores:
            self.near[self.root].append((core, self.links + core))
            self.near[core].append((self.root, self.links + core))
        self.whole = search(self.near, self.root, dead)
        self.reached = self.survivors(self.whole)

    def reach(self, dead: Collection[int], cut: Collection[int] = ()) -> Bools:
        """Sites that reach a core without these sites and links, shape (sites,)."""
        gone, broken = set(dead), set(cut)
        seen = bytearray(self.sites + 1)
        stack = [self.root]
        seen[self.root] = 1
        while stack:
            for other, link in self.near[stack.pop()]:
                if not seen[other] and other not in gone and link not in broken:
                    seen[other] = 1
                    stack.append(other)
        return np.frombuffer(bytes(seen), dtype=bool)[: self.sites]

    def survivors(self, found: Search) -> Bools:
        """Sites that a search has reached, shape (sites,)."""
        return np.array(found.position[: self.sites], dtype=np.int64) >= 0


def search(near: list[list[tuple[int, int]]], root: int, dead: Collection[int], cut: int = -1) -> Search:
    """Depth first from the root, without some vertices and one link."""
    count = len(near)
    position, parent, through, low, end = ([-1] * count for _ in range(5))
    for vertex in dead:
        position[vertex] = count  # as if seen, so that nothing goes there
    order = [root]
    position[root] = low[root] = 0
    stack = [(root, iter(near[root]))]
    while stack:
        vertex, ways = stack[-1]
        for other, link in ways:
            if link == cut or link == through[vertex]:
                continue
            at = position[other]
            if at < 0:
                position[other] = low[other] = len(order)
                parent[other], through[other] = vertex, link
                order.append(other)
                stack.append((other, iter(near[other])))
                break
            low[vertex] = min(low[vertex], at)
        else:
            stack.pop()
            end[vertex] = len(order)
            above = parent[vertex]
            if above >= 0 and low[vertex] < low[above]:
                low[above] = low[vertex]
    for vertex in dead:
        position[vertex] = -1
    return Search(order, position, parent, through, low, end)


class Cuts(NamedTuple):
    """What single sites and links cut off, as spans of positions in a search."""

    sites: dict[int, list[tuple[int, int]]]
    links: dict[int, tuple[int, int]]


def cuts_of(found: Search, links: int) -> Cuts:
    """Sites and links whose loss cuts off others: a subtree that has no way round."""
    sites: dict[int, list[tuple[int, int]]] = {}
    bridges: dict[int, tuple[int, int]] = {}
    root = found.order[0]
    for vertex in found.order[1:]:
        above, low = found.parent[vertex], found.low[vertex]
        if low < found.position[above]:
            continue
        span = (found.position[vertex], found.end[vertex])
        if above != root:
            sites.setdefault(above, []).append(span)
        if low > found.position[above] and found.through[vertex] < links:
            bridges[found.through[vertex]] = span
    return Cuts(sites, bridges)


class Sums:
    """How many sites and users lie in spans of positions of a search."""

    def __init__(self, found: Search, alive: Bools, users: Floats) -> None:
        order = np.array(found.order[1:], dtype=np.int64)
        self._count = np.concatenate([[0, 0], np.cumsum(alive[order])]).astype(np.int64)
        self._users = np.concatenate([[0.0, 0.0], np.cumsum(np.where(alive[order], users[order], 0.0))])

    def over(self, spans: list[tuple[int, int]]) -> tuple[int, float]:
        """Sites and users."""
        return (
            int(sum(self._count[end] - self._count[start] for start, end in spans)),
            float(sum(self._users[end] - self._users[start] for start, end in spans)),
        )


class Block(NamedTuple):
    """A part that no single loss takes apart: its head is the way to the root, `members` are the others."""

    head: int
    members: list[int]
    links: list[int]


def blocks_of(found: Search, near: list[list[tuple[int, int]]]) -> tuple[list[Block], dict[int, int]]:
    """All blocks, and the block of each vertex (that of the link to its parent)."""
    blocks: list[Block] = []
    of: dict[int, int] = {}
    for vertex in found.order[1:]:
        above = found.parent[vertex]
        if found.low[vertex] >= found.position[above]:
            of[vertex] = len(blocks)
            blocks.append(Block(above, [], []))
        else:
            of[vertex] = of[above]
        blocks[of[vertex]].members.append(vertex)
    for vertex in found.order[1:]:
        blocks[of[vertex]].links.extend(
            link for other, link in near[vertex] if 0 <= found.position[other] < found.position[vertex]
        )
    return blocks, of


def hanging(found: Search, vertex: int) -> list[tuple[int, int]]:
    """Spans of a vertex and of all that hangs on it alone."""
    at = found.position[vertex]
    spans, child = [(at, at + 1)], at + 1
    while child < found.end[vertex]:
        one = found.order[child]
        if found.low[one] >= at:
            spans.append((child, found.end[one]))
        child = found.end[one]
    return spans
