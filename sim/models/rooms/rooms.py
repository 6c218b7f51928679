"""A facility that lives: whatever changes, electricity, devices, air and services are settled in that order."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from math import nan
from typing import Protocol

from simpy import Environment

from sim.log import EventLog
from sim.models.rooms.air import Air
from sim.models.rooms.conditions import Parts, conditions
from sim.models.rooms.devices import CAUSES, Devices
from sim.models.rooms.services import Network, Outage, holds, touched_by
from sim.models.rooms.supply import Supply
from sim.models.timer import Timer
from sim.streams import Streams
from sim.topology.plant import Plant, paths_of
from sim.units import quantise_h


class Listener(Protocol):
    """Who is told of alarms and of services."""

    def raised(self, subject: str, alarm: str, row: int) -> None: ...
    def ended(self, subject: str, alarm: str, row: int) -> None: ...
    def service_changed(self, service: str, outage: Outage | None, row: int) -> None: ...


class Rooms:
    """All machine rooms of a topology. `listener` is set before the clock starts."""

    listener: Listener

    def __init__(self, plant: Plant, env: Environment, log: EventLog, streams: Streams) -> None:
        self.plant, self._env, self._log, self._streams = plant, env, log, streams
        self._busy, self._again = False, False
        self.supply = Supply(plant, env, log, streams, self.settle)
        self.devices = Devices(plant, env, log, streams, self.settle)
        self.air = {row: Air(row, plant, env, log, streams, self.settle) for row in plant.rows}
        self.cut: dict[str, int] = {}
        """Cut links and the rows that say so."""
        self.out: dict[str, Outage] = {}
        """Services that are out."""
        self._parts = Parts(plant, self.supply, self.devices, self.air, self.cut, self.out)
        self._network = Network(plant, self.up)
        self._alarms: dict[tuple[str, str], int] = {}
        self._told: dict[tuple[str, str], float] = {}
        self._restarts = {name: Timer(env, lambda: self.settle(-1)) for name in plant.coolers}
        self._restarted: dict[str, int] = {}
        self._rests = {name: touched for name, need in plant.needs.items() if (touched := [*touched_by(need, plant)])}

    def begin(self) -> None:
        """The state at the start of the drill."""
        self.settle(-1)

    def up(self, name: str) -> bool:
        """Whether a device runs, a link is whole or a service is up."""
        if name in self.devices.units:
            return self.devices.up(name)
        return name not in self.cut and name not in self.out

    # what others do to it

    def set_mains(self, site: str, *, on: bool, row: int) -> None:
        """The mains of a site fail or return."""
        for name, node in self.plant.nodes.items():
            if node.kind == "mains" and node.site == site:
                self.supply.set_source(name, on=on, row=row)
        self.settle(row)

    def fail(self, sort: str, name: str, row: int) -> None:
        """Something breaks: `sort` is device, supply, cooler, link, mains, or another kind of node."""
        log, now = self._log, self._env.now
        if sort == "device":
            unit = self.devices.units[name]
            row = unit.broken = (
                log.add(now, "device.failed", name, "", cause_row=row) if unit.broken < 0 else unit.broken
            )
        elif sort == "supply":
            device, number = self._supply(name)
            row = log.add(now, "supply.failed", name, device, cause_row=row)
            self.devices.break_supply(device, number, row)
        elif sort == "cooler":
            air = self.air[self.plant.coolers[name].row]
            row = air.coolers[name].broken = log.add(now, "cooler.failed", name, air.name, cause_row=row)
        elif sort == "link":
            row = log.add(now, "room_link.cut", name, "", cause_row=row)
            self.cut.setdefault(name, row)
        elif sort == "mains":
            self.supply.set_source(name, on=False, row=row)
        else:
            row = log.add(now, "power.failed", name, "inject", cause_row=row)
            self.supply.fail(name, row)
        self.settle(row)

    def mend(self, sort: str, name: str, row: int) -> None:
        """The opposite."""
        log, now = self._log, self._env.now
        if sort == "device":
            self.devices.units[name].broken = -1
            row = log.add(now, "device.mended", name, "", cause_row=row)
        elif sort == "supply":
            self.devices.mend_supply(*self._supply(name))
            row = log.add(now, "supply.mended", name, "", cause_row=row)
        elif sort == "cooler":
            self.air[self.plant.coolers[name].row].coolers[name].broken = -1
            row = log.add(now, "cooler.mended", name, "", cause_row=row)
        elif sort == "link":
            self.cut.pop(name, None)
            row = log.add(now, "room_link.mended", name, "", cause_row=row)
        elif sort == "mains":
            self.supply.set_source(name, on=True, row=row)
        else:
            self.supply.mend(name)
            row = log.add(now, "power.mended", name, "", cause_row=row)
        self.settle(row)

    def cool(self, row_name: str, capacity_kw: float, row: int) -> None:
        """Portable cooling is set up in a row (kW), or taken away (negative)."""
        air = self.air[row_name]
        air.portable_kw = max(0.0, air.portable_kw + capacity_kw)
        self.settle(self._log.add(self._env.now, "row.cooled", row_name, "", air.portable_kw, row))

    def _supply(self, name: str) -> tuple[str, int]:
        device, _, letter = name.rpartition(".")
        return device, self.plant.devices[device].supplies.index(letter)

    # settling

    def settle(self, row: int) -> None:
        """Settle everything again; what changes meanwhile is settled too, before this returns."""
        self._again = True
        if self._busy:
            return
        self._busy = True
        while self._again:
            self._again = False
            self._once(row)
        self._busy = False

    def _once(self, row: int) -> None:
        supply, devices = self.supply, self.devices
        supply.energise(row)
        devices.settle(supply.live, supply.off_row, row)
        for name in self.air:
            self._switch_coolers(name, row)
        felt = [
            devices.feel(device, air.inlet_c(rack), row)
            for air in self.air.values()
            for rack in self.plant.racks_in[air.name]
            for device in self.plant.devices_in[rack]
        ]
        if any(felt):
            devices.settle(supply.live, supply.off_row, row)
        draws = devices.draws_kw(supply.live)
        for name, cooler in self.plant.coolers.items():
            if self.air[cooler.row].coolers[name].on:
                draws[cooler.fed_by] = draws.get(cooler.fed_by, 0.0) + cooler.draws_kw
        supply.carry(draws, row)
        for air in self.air.values():
            air.settle(self.heat_kw(air.name), self._thresholds(air), row)
        for service in self.plant.service_order:
            self._judge(service, row)
        self._look_for_alarms(row)

    def heat_kw(self, row_name: str) -> float:
        """Heat of a row: all that its devices draw, kW."""
        racks = self.plant.racks_in[row_name]
        return sum(self.devices.load_kw(name) for rack in racks for name in self.plant.devices_in[rack])

    def _thresholds(self, air: Air) -> Iterator[tuple[str, float]]:
        for rack in self.plant.racks_in[air.name]:
            for device in self.plant.devices_in[rack]:
                for threshold_c in self.devices.thresholds_c(device):
                    yield rack, threshold_c

    def _switch_coolers(self, row_name: str, row: int) -> None:
        air = self.air[row_name]
        for name, state in air.coolers.items():
            fed_by = self.plant.coolers[name].fed_by
            able, restart = self.supply.live[fed_by] and state.broken < 0, self._restarts[name]
            if not able:
                restart.cancel()
                cause = state.broken if state.broken >= 0 else self.supply.off_row.get(fed_by, row)
                air.switch(name, on=False, row=cause, load_kw=self.heat_kw(row_name))
                self._restarted.pop(name, None)
            elif not state.on and restart.due_h == float("inf"):
                if name in self._restarted:
                    air.switch(name, on=True, row=self._restarted[name], load_kw=self.heat_kw(row_name))
                    continue
                self._restarted[name] = row
                state.stops += 1
                u = self._streams.uniform("cooler_restart_h", name, state.stops)
                restart.set(quantise_h(self._env.now + self.plant.coolers[name].restart_h.quantile(u)))

    # services

    def _judge(self, service: str, row: int) -> None:
        need, was = self.plant.needs[service], self.out.get(service)
        if holds(need, self.up, self._network):
            if was is not None:
                del self.out[service]
                row = self._log.add(self._env.now, "service.up", service, "", cause_row=was.row if row < 0 else row)
                self.listener.service_changed(service, None, row)
            self._measure(service, row)
            return
        cause, cause_row = self._culprit(service, row)
        if was is None:
            if paths_of(need):
                self._tell(service, "loss", 1.0, cause_row)
            outage = Outage(cause, self._log.add(self._env.now, "service.down", service, cause, cause_row=cause_row))
            self.out[service] = outage
            self._told.pop((service, "delay"), None)
            self.listener.service_changed(service, outage, outage.row)

    def _culprit(self, service: str, row: int) -> tuple[str, int]:
        """Of what is down, the latest whose repair alone would bring the service back; else simply the latest."""
        need, down = self.plant.needs[service], [n for n in self._rests[service] if not self.up(n)]
        alone = [n for n in down if holds(need, self._as_if_up(n), Network(self.plant, self._as_if_up(n)))]
        found = [(self._why(name), name) for name in (alone or down)]
        if not found:
            return "equipment", row
        (cause, cause_row), _ = max(found, key=lambda one: one[0][1])
        return cause, cause_row

    def _as_if_up(self, name: str) -> Callable[[str], bool]:
        return lambda other: other == name or self.up(other)

    def _why(self, name: str) -> tuple[str, int]:
        unit = self.devices.units.get(name)
        if unit is not None:
            return CAUSES.get(unit.down, "equipment"), unit.down_row
        if name in self.cut:
            return "transport", self.cut[name]
        return self.out[name]

    def _measure(self, service: str, row: int) -> None:
        """Delay and loss of a service along a path, where they have changed."""
        paths = paths_of(self.plant.needs[service])
        if not paths:
            return
        demand = self.plant.services[service].demand_gbps
        self._tell(service, "delay", self._network.delay_ms(paths), row)
        self._tell(service, "loss", 0.0 if demand is None else self._network.loss_share(paths, demand), row)

    def _tell(self, service: str, what: str, value: float, row: int) -> None:
        if self._told.get((service, what), nan) != value:
            self._told[service, what] = value
            self._log.add(self._env.now, f"service.{what}", service, "", value, row)

    # alarms

    def _look_for_alarms(self, row: int) -> None:
        now = dict(conditions(self._parts, self._alarms, row))
        for key in [key for key in self._alarms if key not in now]:
            self._alarms.pop(key)
            self.listener.ended(*key, row)
        for key, cause_row in now.items():
            if key not in self._alarms:
                self._alarms[key] = cause_row
                self.listener.raised(*key, cause_row)
