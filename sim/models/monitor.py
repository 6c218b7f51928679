"""The site monitor and the operators' lists: what reaches the desk of what happens, and when.

A site whose monitor has no power, whose wired monitor has no path or whose wireless one has no serving cell around it
is silent: only an operator's list tells of it, later.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Protocol

from simpy import Environment

from sim.log import EventLog
from sim.models.around import Around
from sim.models.network import Network
from sim.models.site import SitePower
from sim.models.timer import Timer
from sim.settings import DeskSettings
from sim.topology.tables import MONITORS

_WIRELESS = MONITORS.index("wireless")
_MOST_NEIGHBOURS = 12
"""Assumed: a monitor's modem tries so many of the nearest cells, no more."""


class Hearer(Protocol):
    """Who hears the alarms (the desk)."""

    def hears(self, site: int, alarm: str, row: int) -> None: ...
    def hears_clear(self, site: int, alarm: str, row: int) -> None: ...
    def reads_list(self, site: int, row: int) -> None: ...
    def hears_link(self, link: int, row: int) -> None: ...


class Monitor:
    """Carries alarms from the network to the desk, late or not at all. `desk` is set before the clock starts."""

    desk: Hearer

    def __init__(self, network: Network, settings: DeskSettings, env: Environment, log: EventLog) -> None:
        self._network, self._settings, self._env, self._log = network, settings, env, log
        self._unheard: dict[int, dict[str, int]] = {}
        self._told: dict[int, set[str]] = {}
        self._near: dict[int, list[int]] = {}
        sites = network.topology.sites
        self._cells_around = Around(sites.lon, sites.lat, settings.wireless_hears_km, _MOST_NEIGHBOURS)
        self._heard_over: dict[int, list[int]] = {}
        """Cell → sites with a wireless monitor that may speak over it, of those that ever had to."""
        self._list_h = -1.0
        self._listed: list[tuple[int, int]] = []
        network.listeners.append(self)

    def audible(self, site: int) -> bool:
        """Whether an alarm of this site reaches the desk now.

        The monitoring unit (FSU) lives on the site's 48 V bar: it dies with the last disconnect, as transmission does.
        """
        network = self._network
        if network.topology.sites.monitor.item(site) == _WIRELESS:
            power = network.powers.get(site)
            if power is not None and not power.transmission:
                return False
            return self._own_cell(site) or any(network.serves(other) for other in self._neighbours(site))
        return network.reaches_core(site)

    def _own_cell(self, site: int) -> bool:
        """Whether the site's own cell carries its word: not once what it has to tell is that the cell broke."""
        faults = self._network.faults(site)
        return self._network.serves(site) and "radio" not in faults and "transmission" not in faults

    def _neighbours(self, site: int) -> list[int]:
        near = self._near.get(site)
        if near is None:
            near = self._near[site] = self._cells_around.nearest(site)
            for other in near:
                self._heard_over.setdefault(other, []).append(site)
        return near

    # from the network

    def mains_lost(self, site: int, row: int) -> None:
        """Alarm 市电停电."""
        self._raise(site, "mains", row)

    def mains_back(self, site: int, row: int) -> None:
        """Its end."""
        self._clear(site, "mains", row)

    def service_lost(self, site: int, cause: str, row: int) -> None:
        """Alarm 基站退服, or silence until the operators' list."""
        self._raise(site, "down", row)

    def service_back(self, site: int, row: int) -> None:
        """Its end; everything unheard is heard now, here and at wireless monitors that speak over this cell."""
        self._clear(site, "down", row)
        self.heard_again(site)
        for other in self._heard_over.get(site, ()):
            self.heard_again(other)

    def part_failed(self, site: int, part: str, row: int) -> None:
        """An equipment alarm."""
        self._raise(site, part, row)

    def part_mended(self, site: int, part: str, row: int) -> None:
        """Its end."""
        self._clear(site, part, row)

    def link_broken(self, link: int, row: int) -> None:
        """Loss of light: seen from the end that still reaches the centre."""
        self._later(self.desk.hears_link, link, row)

    def supply_changed(self, site: int, power: SitePower) -> None:
        """Not an alarm; but a monitor that has power again says what it could not."""
        if power.transmission and site in self._unheard:
            self.heard_again(site)

    def heard_again(self, site: int) -> None:
        """The site reports what it could not say before."""
        unheard = self._unheard.get(site)
        if unheard and self.audible(site):
            del self._unheard[site]
            for alarm, row in unheard.items():
                if alarm == "mains" and row >= 0 and self._network.mains_on(site):
                    continue
                if row >= 0:
                    self._send(site, alarm, row)
                else:
                    self._send_clear(site, alarm, -row - 2)

    def generator_alarm(self, site: int, row: int) -> None:
        """Alarm 油机停机."""
        self._raise(site, "generator", row)

    # on the way

    def _raise(self, site: int, alarm: str, row: int) -> None:
        if self.audible(site):
            self._send(site, alarm, row)
            return
        self._unheard.setdefault(site, {})[alarm] = row
        if alarm == "down":
            self._wait_for_list(site, row)

    def _clear(self, site: int, alarm: str, row: int) -> None:
        if self.audible(site):
            self._unheard.get(site, {}).pop(alarm, None)
            self._send_clear(site, alarm, row)
        elif alarm in self._unheard.get(site, {}) and alarm not in self._told.get(site, ()):
            del self._unheard[site][alarm]
        else:
            self._unheard.setdefault(site, {})[alarm] = -row - 2

    def _send(self, site: int, alarm: str, row: int) -> None:
        self._told.setdefault(site, set()).add(alarm)
        self._later(self.desk.hears, site, alarm, row)

    def _send_clear(self, site: int, alarm: str, row: int) -> None:
        told = self._told.get(site)
        if told is None or alarm not in told:
            return
        told.discard(alarm)
        if not told:
            del self._told[site]
        self._later(self.desk.hears_clear, site, alarm, row)

    def _later(self, call: Callable[..., None], *what: object) -> None:
        if self._settings.alarm_h <= 0:
            call(*what)
        else:
            Timer(self._env, partial(call, *what)).set(self._env.now + self._settings.alarm_h)

    def _wait_for_list(self, site: int, row: int) -> None:
        """Operators' lists come at fixed hours, each with what is out when it is drawn up."""
        every_h, now = self._settings.operator_list_every_h, self._env.now
        drawn_up_h = (int(now / every_h) + 1) * every_h
        if drawn_up_h > self._list_h:
            self._list_h = drawn_up_h
            Timer(self._env, self._draw_up).set(drawn_up_h)
        self._listed.append((site, row))

    def _draw_up(self) -> None:
        entries, self._listed = self._listed, []
        out = [(site, row) for site, row in entries if not self._network.serves(site)]
        if out:
            Timer(self._env, lambda: self._deliver(out)).set(self._env.now + self._settings.operator_list_after_h)

    def _deliver(self, out: list[tuple[int, int]]) -> None:
        for site, row in out:
            if "down" in self._told.get(site, ()):
                continue
            self._told.setdefault(site, set()).add("down")
            self._unheard.get(site, {}).pop("down", None)
            self.desk.reads_list(site, row)
