"""What the desk knows of sites, lines and townships; kept apart from what is true."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import nan
from typing import Final

import numpy as np

from sim.models.adjacent import Adjacent
from sim.models.timer import Timer
from sim.topology.tables import ROLES, Topology
from sim.vocabulary import Job

_HUB: Final = ROLES.index("hub")
_CORE: Final = ROLES.index("core")
_RANK_LAST: Final = 7


class SiteFile:
    """The desk's file on one site: what the inventory says of it, and what became known."""

    __slots__ = (
        "again", "county", "down", "feeder", "id", "job", "lost_h", "mains_lost", "need_kw", "party", "repairs",
        "site_class", "users",
    )  # fmt: skip

    def __init__(self, site: int, topology: Topology) -> None:
        sites = topology.sites
        self.id: str = sites.id.item(site)
        self.site_class: int = sites.site_class.item(site)
        self.county: int = sites.county.item(site)
        self.feeder: int = sites.feeder.item(site)
        self.users: float = topology.users_per_site.item(site)
        self.party: str | None = None
        """Who serves it; None: not asked for yet."""
        self.need_kw = 0.0
        """Generator power that carries the whole site, kW; set with `party`."""
        self.mains_lost = self.down = False
        self.lost_h = nan
        self.job: Job | None = None
        """The current job about generation: generate, refuel or collect."""
        self.repairs: dict[str, Job] = {}
        self.again: Timer | None = None
        """When a site that is spared an order is thought of again."""

    def job_active(self) -> bool:
        """Whether a generation job waits or is being done."""
        return self.job is not None and self.job.status in ("open", "assigned")


class Knowledge:
    """Files on sites that were ever heard of, with the counts that triggers watch."""

    def __init__(self, topology: Topology, order: Sequence[str], key_sites: frozenset[int]) -> None:
        self._topology = topology
        self._files: dict[int, SiteFile] = {}
        self._stations, self._users = topology.stations_per_site, topology.users_per_site
        self._township = topology.sites.township
        self._township_sites = np.bincount(
            self._township[self._township >= 0], minlength=len(topology.townships.id)
        ).tolist()
        self._township_down: dict[int, int] = {}
        self._lines_out: dict[int, float] = {}
        self._on_line: dict[int, list[int]] = {}
        self._hub = topology.sites.hub
        self._rank = {word: rank for rank, word in enumerate(order)}
        self._key = key_sites
        self.mains_truth: Callable[[int], bool] = lambda _site: True
        self.faults_truth: Callable[[int], list[str]] = lambda _site: []
        self.last_station_changed: Callable[[int], None] = lambda _township: None
        """Called when a township comes down to its last serving site, or from there up again."""
        self.stations_out = self.sites_out = self.sites_without_mains = 0
        self.core_rooms_out = self.hubs_out = self.townships_dark = 0
        self._counties: dict[int, int] = {}
        self._near: Adjacent | None = None

    def file(self, site: int) -> SiteFile:
        """The file on a site, opened at need."""
        file = self._files.get(site)
        if file is None:
            file = self._files[site] = SiteFile(site, self._topology)
        return file

    # what becomes known

    def mains(self, site: int, *, lost: bool, now: float) -> None:
        """The desk learns that a site has lost or regained mains."""
        file = self.file(site)
        if file.mains_lost == lost:
            return
        file.mains_lost = lost
        file.lost_h = now if lost else nan
        step = 1 if lost else -1
        self.sites_without_mains += step
        self._counties[file.county] = self._counties.get(file.county, 0) + step
        if lost:
            self._on_line.setdefault(file.feeder, []).append(site)
        else:
            self._on_line[file.feeder].remove(site)

    def down(self, site: int, *, down: bool) -> None:
        """The desk learns that a site is out or serves again."""
        file = self.file(site)
        if file.down == down:
            return
        file.down = down
        step = 1 if down else -1
        self.sites_out += step
        self.stations_out += step * self._stations.item(site)
        role = self._topology.sites.role.item(site)
        self.core_rooms_out += step * (role == _CORE)
        self.hubs_out += step * (_HUB <= role < _CORE)
        township = self._township.item(site)
        if township >= 0:
            before = self._township_down.get(township, 0)
            self._township_down[township] = before + step
            full = self._township_sites[township]
            self.townships_dark += (before + step == full) - (before == full)
            if (full - before <= 1) != (full - before - step <= 1):
                self.last_station_changed(township)

    def newly_dark_sites(self, site: int) -> list[int]:
        """Sites of the township, if this one's loss has left it without any service."""
        township = self._township.item(site)
        if township < 0 or self._township_down.get(township, 0) != self._township_sites[township]:
            return []
        return [int(other) for other in np.flatnonzero(self._township == township) if self.file(int(other)).mains_lost]

    def told(self, feeder: int, restore_h: float) -> None:
        """An expected restoration of a feeder."""
        self._lines_out[feeder] = restore_h

    def report_line(self, feeder: int) -> list[int]:
        """A feeder is reported out; the sites known to be down for no known reason."""
        self._lines_out.setdefault(feeder, nan)
        return [
            site
            for site, file in self._files.items()
            if file.down and not file.mains_lost and int(self._topology.sites.feeder[site]) == feeder
        ]

    def line_back(self, feeder: int) -> None:
        """A feeder is reported live."""
        self._lines_out.pop(feeder, None)

    # what follows from it

    @property
    def counties_hit(self) -> int:
        """Counties in which some site is known to be without mains."""
        return sum(number > 0 for number in self._counties.values())

    def line_out(self, site: int) -> bool:
        """Whether the site's feeder is reported out."""
        return self._topology.sites.feeder.item(site) in self._lines_out

    def told_h(self, site: int) -> float:
        """When mains are expected back at a site, as told; NaN if nothing was said."""
        return self._lines_out.get(self._topology.sites.feeder.item(site), nan)

    def without_mains_on(self, feeder: int) -> list[int]:
        """Sites of a feeder known to be without mains."""
        return list(self._on_line.get(feeder, ()))

    def lines_reported(self) -> list[int]:
        """Feeders reported out, in the order of the reports."""
        return list(self._lines_out)

    def drop_suspected(self, site: int) -> bool:
        """Mains gone at one site alone while its line is not reported and its neighbours have mains."""
        feeder = int(self._topology.sites.feeder[site])
        return feeder not in self._lines_out and len(self._on_line.get(feeder, ())) == 1

    def township_dark(self, site: int) -> bool:
        """Whether the site's township is known to be without any service."""
        township = int(self._township[site])
        return township >= 0 and self._township_down.get(township, 0) == self._township_sites[township]

    def upstream_down(self, site: int) -> bool:
        """Whether a silent site is explained by its hub or by a neighbour on its ring or spur in trouble."""
        hub = int(self._hub[site])
        return any(
            self._in_trouble(other) for other in ([hub] if hub >= 0 and hub != site else []) + self._neighbours(site)
        )

    def _in_trouble(self, site: int) -> bool:
        file = self._files.get(site)
        return file is not None and (file.down or file.mains_lost)

    def _neighbours(self, site: int) -> list[int]:
        """Sites linked to this one, by the network's own drawings."""
        if self._near is None:
            self._near = Adjacent(self._topology.links, len(self._topology.sites.id))
        return [other for other, _ in self._near.of(site)]

    def end_of_link(self, link: int) -> int:
        """Where a crew goes to find a break."""
        return int(self._topology.links.a[link])

    def place(self, site: int) -> tuple[int, float]:
        """Where a site stands in the plan's order of restoration, 0 first; and its users, negative, where those count.

        Users count for a site that no word before `most_users` names.
        """
        rank = self._place_rank(site)
        last = self._rank.get("most_users", -1)
        if last < 0 or rank < last:
            return rank, 0.0
        return last, -float(self._users[site])

    def township_of(self, site: int) -> int:
        """Township of a site; -1 where it has none."""
        return int(self._township[site])

    def _place_rank(self, site: int) -> int:
        sites, rank = self._topology.sites, self._rank
        if not rank:
            return _RANK_LAST
        role = sites.role.item(site)
        found = [_RANK_LAST]
        if role == _CORE and "core_room" in rank:
            found.append(rank["core_room"])
        if _HUB <= role < _CORE and "hub" in rank:
            found.append(rank["hub"])
        if "command" in rank and sites.command.item(site):
            found.append(rank["command"])
        if "key_site" in rank and (sites.key.item(site) or site in self._key):
            found.append(rank["key_site"])
        if "township_last_station" in rank and (township := self._township.item(site)) >= 0:
            left = self._township_sites[township] - self._township_down.get(township, 0)
            if left <= 1:
                found.append(rank["township_last_station"])
        return min(found)
