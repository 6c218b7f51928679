"""Who is linked to whom in the transport network, worked out for the sites that are asked about."""

from __future__ import annotations

import numpy as np

from sim.topology.tables import Links


class Adjacent:
    """The links at every site. One sorted column serves all sites; a list is made for a site when it is asked for."""

    def __init__(self, links: Links, sites: int) -> None:
        ends = np.column_stack([links.a, links.b]).ravel()
        order = np.argsort(ends, kind="stable")
        self._link = order // 2
        self._other = np.column_stack([links.b, links.a]).ravel()[order]
        self._begins: list[int] = np.searchsorted(ends[order], np.arange(sites + 1)).tolist()
        self._lists: dict[int, list[tuple[int, int]]] = {}

    def of(self, site: int) -> list[tuple[int, int]]:
        """(site at the other end, link) of every link at a site, in the order of the table of links."""
        found = self._lists.get(site)
        if found is None:
            here = slice(self._begins[site], self._begins[site + 1])
            found = self._lists[site] = list(zip(self._other[here].tolist(), self._link[here].tolist(), strict=True))
        return found
