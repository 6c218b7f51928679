"""Who reaches a core: powered nodes and whole links. Only what a change can touch is looked at again.

Ring protection acts within 50 ms, so a path that exists is a path that works (ITU-T G.8032).
"""

from __future__ import annotations

from heapq import heappop, heappush
from math import inf

import numpy as np

from sim.models.adjacent import Adjacent
from sim.topology.tables import ROLES, Topology

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
        self._near = Adjacent(links, count)
        self._ends = (links.a, links.b)
        self._hops = _hops_to_a_core(topology) if self.known else []
        self.reachable = bytearray(hops < inf for hops in self._hops)

    def set_node(self, site: int, alive: bool) -> list[int]:
        """A site's transmission fails or returns; the sites whose path changed, itself included."""
        if not self.known or self.alive[site] == alive:
            return []
        self.alive[site] = alive
        return self._gained([site]) if alive else self._lost(site, [other for other, _ in self._joined(site)])

    def set_link(self, link: int, whole: bool) -> list[int]:
        """A link breaks or is mended; the sites whose path changed."""
        if self.whole[link] == whole:
            return []
        self.whole[link] = whole
        ends = [column.item(link) for column in self._ends]
        return self._gained(ends) if whole else self._lost(-1, ends)

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
                for other, link in self._near.of(node):
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

    def _joined(self, site: int) -> list[tuple[int, int]]:
        """Live sites at the other end of whole links at a site, each with the link."""
        return [(other, link) for other, link in self._near.of(site) if self.alive[other] and self.whole[link]]

    def _gained(self, sites: list[int]) -> list[int]:
        """After a return at these sites: those that reach a core again, in order."""
        reachable, gained = self.reachable, []
        stack = [
            site
            for site in sites
            if self.alive[site]
            and not reachable[site]
            and (self._role[site] == _CORE or any(reachable[other] for other, _ in self._joined(site)))
        ]
        while stack:
            site = stack.pop()
            if reachable[site]:
                continue
            reachable[site] = True
            gained.append(site)
            stack += [other for other, _ in self._joined(site) if not reachable[other]]
        return sorted(gained)

    def _lost(self, dead: int, beside: list[int]) -> list[int]:
        """After a failure of a site (-1: of a link) beside these: those that reach no core any more, in order."""
        lost = [dead] if dead >= 0 and self.reachable[dead] else []
        for site in lost:
            self.reachable[site] = False
        safe: set[int] = set()
        for site in beside:
            if self.reachable[site] and site not in safe:
                seen, reaches = self._look_for_core(site, safe)
                if reaches:
                    safe |= seen
                    continue
                for other in sorted(seen):
                    self.reachable[other] = False
                    lost.append(other)
        return sorted(lost)

    def _look_for_core(self, site: int, safe: set[int]) -> tuple[set[int], bool]:
        """Live sites joined to this one, and whether a core is among them; as many as it takes to find one.

        Sites of few hops in the unharmed network are looked at first, so that a core is soon found where there is one.
        """
        seen, heap = {site}, [(self._hops[site], site)]
        while heap:
            _, here = heappop(heap)
            if here in safe or self._role[here] == _CORE:
                return seen, True
            for other, _ in self._joined(here):
                if other not in seen:
                    seen.add(other)
                    heappush(heap, (self._hops[other], other))
        return seen, False


def _hops_to_a_core(topology: Topology) -> list[float]:
    """Links between every site and the nearest core with everything whole; inf where none leads to one."""
    links, count = topology.links, len(topology.sites.id)
    cores = np.flatnonzero(topology.sites.role == _CORE)
    if not len(cores):
        return [inf] * count
    from scipy.sparse import csr_matrix
    from scipy.sparse.csgraph import dijkstra

    graph = csr_matrix((np.ones(len(links.id)), (links.a, links.b)), shape=(count, count))
    hops: list[float] = dijkstra(graph, directed=False, indices=cores, unweighted=True, min_only=True).tolist()
    return hops
