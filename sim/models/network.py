"""The network as it is: feeders, sites, transport, equipment, and which site serves.

A station is in service when its radio is powered, its transmission is powered, a path of powered nodes and whole
links leads to a core, and its equipment works.
"""

from __future__ import annotations

from collections.abc import Callable
from math import nan
from typing import Protocol

import numpy as np
from simpy import Environment
from simpy.events import Event

from sim.log import EventLog
from sim.models.site import Plant, SitePower
from sim.models.transport import Transport
from sim.topology.tables import Topology


class Listener(Protocol):
    """Who is told of what happens (generators at sites, then the desk's monitor)."""

    def mains_lost(self, site: int, row: int) -> None: ...
    def mains_back(self, site: int, row: int) -> None: ...
    def service_lost(self, site: int, cause: str, row: int) -> None: ...
    def service_back(self, site: int, row: int) -> None: ...
    def supply_changed(self, site: int, power: SitePower) -> None: ...
    def heard_again(self, site: int) -> None: ...
    def part_failed(self, site: int, part: str, row: int) -> None: ...
    def part_mended(self, site: int, part: str, row: int) -> None: ...
    def link_broken(self, link: int, row: int) -> None: ...


class Network:
    """Struck sites have a `SitePower`; every other site is a row of the topology."""

    def __init__(self, topology: Topology, plant_of: Callable[[int], Plant], env: Environment, log: EventLog) -> None:
        self.topology = topology
        self._plant_of, self._env, self._log = plant_of, env, log
        self.site_ids = topology.sites.id
        self.powers: dict[int, SitePower] = {}
        self._site_of: dict[SitePower, int] = {}
        self.transport = Transport(topology)
        self.down: dict[int, tuple[str, int]] = {}
        """Sites out of service: cause and row of the outage."""
        self._faults: dict[int, dict[str, int]] = {}
        self._no_path: dict[int, tuple[str, int]] = {}
        self._cuts: dict[int, int] = {}
        """Links that are cut, each with the row that says so."""
        self._rooms_out: dict[int, tuple[str, int]] = {}
        """Sites whose machine room fails their transmission: cause and row."""
        self._dead_feeders: dict[int, int] = {}
        self._dead_drops: dict[int, int] = {}
        self._drops_of: dict[int, list[int]] = {}
        self._by_feeder: tuple[list[int], np.ndarray] | None = None
        self._back_events: dict[int, Event] = {}
        self.listeners: list[Listener] = []

    def site_id(self, site: int) -> str:
        """Id of a site row."""
        power = self.powers.get(site)
        return power.plant.id if power is not None else str(self.site_ids[site])

    def power(self, site: int) -> SitePower:
        """The power of a site; made when it is struck for the first time."""
        power = self.powers.get(site)
        if power is None:
            power = self.powers[site] = SitePower(self._plant_of(site), self._env, self._log, self._power_changed)
            self._site_of[power] = site
        return power

    # mains

    def sites_of_feeder(self, feeder: int) -> list[int]:
        """Rows of the sites on a feeder."""
        if self._by_feeder is None:
            feeders = self.topology.sites.feeder
            order = np.argsort(feeders, kind="stable")
            starts = np.searchsorted(feeders[order], np.arange(len(self.topology.feeders.id) + 1))
            self._by_feeder = (starts.tolist(), order)
        starts_of, order_of = self._by_feeder
        return [int(site) for site in order_of[starts_of[feeder] : starts_of[feeder + 1]]]

    def fail_feeder(self, feeder: int, row: int) -> None:
        """A feeder is dead: its sites lose mains."""
        if feeder in self._dead_feeders:
            return
        self._dead_feeders[feeder] = row
        for site in self.sites_of_feeder(feeder):
            if site not in self._dead_drops:
                self._lose_mains(site, row)

    def mend_feeder(self, feeder: int, row: int) -> None:
        """A feeder is live: its sites have mains, but for those whose own service drop is broken."""
        if self._dead_feeders.pop(feeder, None) is None:
            return
        for site in self.sites_of_feeder(feeder):
            if site not in self._dead_drops:
                self._regain_mains(site, row)

    def feeder_dead(self, feeder: int) -> bool:
        """Whether a feeder is dead now."""
        return feeder in self._dead_feeders

    def fail_drop(self, site: int, row: int) -> None:
        """A site's own supply (service drop, transformer) fails."""
        if site in self._dead_drops:
            return
        self._dead_drops[site] = row
        feeder = int(self.topology.sites.feeder[site])
        self._drops_of.setdefault(feeder, []).append(site)
        if feeder not in self._dead_feeders:
            self._lose_mains(site, row)

    def mend_drop(self, site: int, row: int) -> None:
        """A site's own supply is repaired."""
        if self._dead_drops.pop(site, None) is None:
            return
        feeder = int(self.topology.sites.feeder[site])
        self._drops_of[feeder].remove(site)
        if feeder not in self._dead_feeders:
            self._regain_mains(site, row)

    def mend_drops(self, feeder: int, row: int) -> None:
        """All broken supplies on a feeder are repaired at once."""
        for site in self._drops_of.pop(feeder, []):
            del self._dead_drops[site]
            if feeder not in self._dead_feeders:
                self._regain_mains(site, row)

    def mains_on(self, site: int) -> bool:
        """Whether the site has mains, in truth."""
        power = self.powers.get(site)
        return power is None or power.mains

    def mains_back_event(self, site: int) -> Event:
        """An event that happens when the site's mains next return."""
        event = self._back_events.get(site)
        if event is None:
            event = self._back_events[site] = self._env.event()
        return event

    def drop_dead(self, site: int) -> bool:
        """Whether the site's own supply is broken."""
        return site in self._dead_drops

    def _lose_mains(self, site: int, row: int) -> None:
        feeder = self.topology.sites.feeder.item(site)
        feeder_id = self.topology.feeders.id.item(feeder) if feeder >= 0 else ""
        power = self.power(site)
        row = self._log.add(self._env.now, "mains.lost", power.plant.id, feeder_id, nan, row)
        power.set_mains(False, row)
        for listener in self.listeners:
            listener.mains_lost(site, row)

    def _regain_mains(self, site: int, row: int) -> None:
        feeder = self.topology.sites.feeder.item(site)
        feeder_id = self.topology.feeders.id.item(feeder) if feeder >= 0 else ""
        power = self.powers[site]
        row = self._log.add(self._env.now, "mains.back", power.plant.id, feeder_id, nan, row)
        power.set_mains(True, row)
        event = self._back_events.pop(site, None)
        if event is not None:
            event.succeed()
        for listener in self.listeners:
            listener.mains_back(site, row)

    # equipment and links

    def fail_part(self, site: int, part: str, row: int) -> None:
        """A part of a site breaks: rectifier, battery, radio or transmission."""
        faults = self._faults.setdefault(site, {})
        if part in faults:
            return
        row = faults[part] = self._log.add(self._env.now, "equipment.failed", self.site_id(site), part, cause_row=row)
        if part == "rectifier":
            self.power(site).set_rectifier(ok=False, row=row)
        elif part == "battery":
            self.power(site).set_battery(ok=False, row=row)
        elif part == "transmission":
            self._set_node(site, row, "transport")
        for listener in self.listeners:
            listener.part_failed(site, part, row)
        self._judge(site, row)

    def mend_part(self, site: int, part: str, row: int) -> None:
        """A part of a site is repaired."""
        if self._faults.get(site, {}).pop(part, None) is None:
            return
        row = self._log.add(self._env.now, "equipment.mended", self.site_id(site), part, cause_row=row)
        for listener in self.listeners:
            listener.part_mended(site, part, row)
        if part == "rectifier":
            self.power(site).set_rectifier(ok=True, row=row)
        elif part == "battery":
            self.power(site).set_battery(ok=True, row=row)
        elif part == "transmission":
            self._set_node(site, row, "transport")
        self._judge(site, row)

    def lose_room(self, site: int, cause: str, row: int) -> None:
        """The machine room of a site no longer carries its transmission."""
        self._rooms_out[site] = (cause, row)
        self._set_node(site, row, _seen_from_afar(cause, row)[0])
        self._judge(site, row)

    def regain_room(self, site: int, row: int) -> None:
        """It does again."""
        if self._rooms_out.pop(site, None) is not None:
            self._set_node(site, row, "transport")
            self._judge(site, row)

    def faults(self, site: int) -> dict[str, int]:
        """Broken parts of a site, each with the row of its failure."""
        return self._faults.get(site, {})

    def cut_link(self, link: int, reason: str, row: int) -> int:
        """A link breaks; the row that says so, -1 if it was broken already."""
        if not self.transport.whole[link]:
            return -1
        row = self._log.add(self._env.now, "link.cut", str(self.topology.links.id[link]), reason, cause_row=row)
        self._cuts[link] = row
        self._paths(self.transport.set_link(link, whole=False), "transport", row)
        for listener in self.listeners:
            listener.link_broken(link, row)
        return row

    def mend_link(self, link: int, row: int) -> None:
        """A link is whole again."""
        if self.transport.whole[link]:
            return
        del self._cuts[link]
        row = self._log.add(self._env.now, "link.mended", str(self.topology.links.id[link]), cause_row=row)
        self._paths(self.transport.set_link(link, whole=True), "transport", row)

    # service

    def serves(self, site: int) -> bool:
        """Whether the site is in service."""
        return site not in self.down

    def reaches_core(self, site: int) -> bool:
        """Whether the site's transmission is alive and has a path to a core."""
        if not self.transport.known:
            power = self.powers.get(site)
            return power is None or power.transmission
        return bool(self.transport.reachable[site])

    def _power_changed(self, power: SitePower, row: int) -> None:
        site = self._site_of[power]
        if self.transport.known:
            self._set_node(site, power.off_row if not power.transmission else row, "upstream_power")
        serves = power.radio and power.transmission
        if not serves or self.transport.known or site in self.down or self._faults or self._rooms_out:
            self._judge(site, row)  # else nothing could put it out of service, and it is not
        for listener in self.listeners:
            listener.supply_changed(site, power)

    def _set_node(self, site: int, row: int, reason: str) -> None:
        if not self.transport.known:
            return
        power = self.powers.get(site)
        alive = (
            (power is None or power.transmission)
            and "transmission" not in self._faults.get(site, {})
            and site not in self._rooms_out
        )
        revived = alive and not self.transport.alive[site]
        self._paths(self.transport.set_node(site, alive), reason, row, at=site)
        if revived and not self.transport.reachable[site] and site not in self._no_path:
            self._lose_path(site, *self._obstacle(site))

    def _lose_path(self, site: int, reason: str, row: int) -> None:
        lost = self._log.add(self._env.now, "path.lost", self.site_id(site), reason, cause_row=row)
        self._no_path[site] = (reason, lost)

    def _obstacle(self, site: int) -> tuple[str, int]:
        """What lies in the way of a live site without a path: the reason and its row."""
        sort, number = self.transport.obstacle(site)
        if sort == "link":
            return "transport", self._cuts[number]
        power = self.powers.get(number)
        if power is not None and not power.transmission:
            return "upstream_power", power.off_row
        if number in self._rooms_out:
            return _seen_from_afar(*self._rooms_out[number])
        return "transport", self._faults.get(number, {}).get("transmission", -1)

    def _paths(self, changed: list[int], reason: str, row: int, at: int = -1) -> None:
        """Log who lost or regained its path. A node that is dead itself has not lost a path but its own power."""
        for site in changed:
            now = self._env.now
            if self.transport.reachable[site]:
                if self._no_path.pop(site, None) is not None:
                    self._log.add(now, "path.back", self.site_id(site), cause_row=row)
            elif site != at and self.transport.alive[site]:
                self._lose_path(site, reason, row)
        for site in changed:
            self._judge(site, row)
            if self.transport.reachable[site]:
                for listener in self.listeners:
                    listener.heard_again(site)

    def _judge(self, site: int, row: int) -> None:
        """Decide whether the site serves, and log the change with its cause."""
        cause, cause_row = self._trouble(site)
        was_down = site in self.down
        if cause and not was_down:
            row = self._log.add(self._env.now, "site.down", self.site_id(site), cause, nan, cause_row)
            self.down[site] = (cause, row)
            for listener in self.listeners:
                listener.service_lost(site, cause, row)
        elif was_down and cause and cause != self.down[site][0]:
            row = self._log.add(self._env.now, "site.held", self.site_id(site), cause, cause_row=cause_row)
            self.down[site] = (cause, row)
        elif was_down and not cause:
            del self.down[site]
            row = self._log.add(self._env.now, "site.up", self.site_id(site), "", nan, row)
            for listener in self.listeners:
                listener.service_back(site, row)

    def _trouble(self, site: int) -> tuple[str, int]:
        power = self.powers.get(site)
        if power is not None and not (power.radio and power.transmission):
            return "power", power.off_row
        faults = self._faults.get(site)
        if faults:
            for part in ("radio", "transmission"):
                if part in faults:
                    return "equipment", faults[part]
        if site in self._rooms_out:
            return self._rooms_out[site]
        if self.transport.known and not self.transport.reachable[site]:
            return self._no_path.get(site, ("transport", -1))
        return "", -1


def _seen_from_afar(cause: str, row: int) -> tuple[str, int]:
    """The same trouble for those whose way leads through the room."""
    return ("upstream_power" if cause == "power" else "transport"), row
