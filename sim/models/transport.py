"""Who reaches a core: powered nodes and whole links. Only what a change can touch is looked at again.

Ring protection acts within 50 ms, so a path that exists is a path that works (ITU-T G.8032).
"""

from __future__ import annotations

import numpy as np

from sim.topology.tables import ROLES, Topology

_BACKBONE = ROLES.index("hub")
_CORE = ROLES.index("core")


class Transport:
    """The transport network as a graph of sites and links.

    A topology without links says nothing about transport: then every site counts as connected.
    """

    def __init__(self, topology: Topology) -> None:
        links = topology.links
        self.known = len(links.id) > 0
        self._role = topology.sites.role
        count = len(topology.sites.id) if self.known else 0
        self.alive = bytearray(b"\x01") * count
        self.whole = bytearray(b"\x01") * len(links.id)
        self.reachable = bytearray(b"\x01") * count
        self._near: list[list[tuple[int, int]]] = [[] for _ in range(count)]
        for link, (a, b) in enumerate(zip(links.a.tolist(), links.b.tolist(), strict=True)):
            self._near[a].append((b, link))
            self._near[b].append((a, link))
        self._ends = (links.a.tolist(), links.b.tolist())
        self._cores = np.flatnonzero(topology.sites.role == _CORE).tolist() if self.known else []
        self._area, self._members, self._gates = self._areas(count)
        self._search(range(count))

    def _areas(self, count: int) -> tuple[list[int], list[list[int]], list[set[int]]]:
        """Access nets: what hangs together once hubs and above are taken away, with the hubs it hangs on."""
        area = [-1] * count
        members: list[list[int]] = []
        gates: list[set[int]] = []
        backbone = (self._role >= _BACKBONE).tolist() if count else []
        for start in range(count):
            if backbone[start] or area[start] >= 0:
                continue
            number = len(members)
            net, doors, stack = [], set(), [start]
            area[start] = number
            while stack:
                node = stack.pop()
                net.append(node)
                for other, _ in self._near[node]:
                    if backbone[other]:
                        doors.add(other)
                    elif area[other] < 0:
                        area[other] = number
                        stack.append(other)
            members.append(sorted(net))
            gates.append(doors)
        return area, members, gates

    def set_node(self, site: int, alive: bool) -> list[int]:
        """A site's transmission fails or returns; the sites whose path changed, itself included."""
        if not self.known or self.alive[site] == alive:
            return []
        self.alive[site] = alive
        return self._search(self._touched((site,)))

    def set_link(self, link: int, whole: bool) -> list[int]:
        """A link breaks or is mended; the sites whose path changed."""
        if self.whole[link] == whole:
            return []
        self.whole[link] = whole
        return self._search(self._touched((self._ends[0][link], self._ends[1][link])))

    def obstacle(self, site: int) -> tuple[str, int]:
        """The first dead node or cut link on the way from a site to a core that has fewest of them.

        ('node', row) or ('link', row); ('', -1) where no links lead to a core, or none is in the way.
        """
        seen, level = {site}, [(site, "", -1)]
        while level:
            following: list[tuple[int, str, int]] = []
            for node, sort, number in level:  # grows while it is walked: what needs no further obstacle
                if self._role[node] == _CORE:
                    return sort, number
                for other, link in self._near[node]:
                    if other in seen:
                        continue
                    free = self.whole[link] and self.alive[other]
                    if free:
                        seen.add(other)
                        level.append((other, sort, number))
                    else:
                        what = ("node", other) if self.whole[link] else ("link", link)
                        following.append((other, *((sort, number) if sort else what)))
            level = []
            for node, sort, number in following:
                if node not in seen:
                    seen.add(node)
                    level.append((node, sort, number))
        return "", -1

    def _touched(self, nodes: tuple[int, ...]) -> list[int] | range:
        """The nodes whose path a change at `nodes` can alter: one access net, or the whole network."""
        areas = {self._area[node] for node in nodes if self._area[node] >= 0}
        if len(areas) == 1:
            number = areas.pop()
            if len(self._gates[number]) <= 1 and all(
                n in self._gates[number] or self._area[n] == number for n in nodes
            ):
                return self._members[number]
        return range(len(self.alive))

    def _search(self, nodes: list[int] | range) -> list[int]:
        """Find again which of `nodes` reach a core; those that changed, in order."""
        alive, whole, near = self.alive, self.whole, self._near
        inside = None if isinstance(nodes, range) else set(nodes)
        found = bytearray(len(alive)) if inside is None else bytearray(0)
        if inside is None:
            stack = [core for core in self._cores if alive[core]]
            for core in stack:
                found[core] = 1
            while stack:
                for other, link in near[stack.pop()]:
                    if not found[other] and alive[other] and whole[link]:
                        found[other] = 1
                        stack.append(other)
            reached = {node for node in nodes if found[node]}
        else:
            reached = self._search_inside(inside)
        changed = []
        for node in nodes:
            now = node in reached
            if bool(self.reachable[node]) != now:
                self.reachable[node] = now
                changed.append(node)
        return changed

    def _search_inside(self, inside: set[int]) -> set[int]:
        """Nodes of one access net that reach its hub, if the hub reaches a core."""
        gates = self._gates[self._area[next(iter(inside))]]
        stack = sorted(gate for gate in gates if self.reachable[gate])
        reached: set[int] = set()
        while stack:
            for other, link in self._near[stack.pop()]:
                if other in inside and other not in reached and self.alive[other] and self.whole[link]:
                    reached.add(other)
                    stack.append(other)
        return reached
