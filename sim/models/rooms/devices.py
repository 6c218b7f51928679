"""Devices of machine rooms: they run while a power supply is live, nothing is broken and it is not too hot."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from math import sqrt
from typing import Final

from simpy import Environment

from sim.log import EventLog
from sim.models.timer import Timer
from sim.streams import Streams
from sim.topology.facility import Band
from sim.topology.plant import Plant
from sim.units import quantise_h

_TOLERANCE_C: Final = 1e-3
"""Crossings are rounded to the millisecond of time."""
_EASES_C: Final = 2.0
"""Assumed: a throttled device runs at full speed again this far below where it slowed down."""
CAUSES: Final = {"power": "power", "heat": "cooling", "fault": "equipment", "boot": "equipment"}
"""Cause of an outage by what keeps a device down."""


def drawn_c(band: Band, u: float) -> float:
    """A triangular quantile, °C to a grain of 0.001."""
    span = band.high - band.low
    if span <= 0:
        return band.mode
    turn = (band.mode - band.low) / span
    if u < turn:
        found = band.low + sqrt(u * span * (band.mode - band.low))
    else:
        found = band.high - sqrt((1 - u) * span * (band.high - band.mode))
    return round(found * 1000) / 1000


@dataclass(slots=True, eq=False)
class Unit:
    """One device and its luck. `down` says why it does not run, empty while it does."""

    name: str
    load_kw: float
    supplies: tuple[str, ...]
    throttle_c: float
    trip_c: float
    broken: int = -1
    """Row by which it broke, -1 while it is whole."""
    hot: int = -1
    throttled: bool = False
    down: str = ""
    down_row: int = -1
    back_row: int = -1
    """Row that lets it start again."""
    fed: int = 0
    dead_supplies: dict[int, int] = field(default_factory=dict)
    boots: int = 0


class Devices:
    """All devices of a facility."""

    def __init__(
        self, plant: Plant, env: Environment, log: EventLog, streams: Streams, wake: Callable[[int], None]
    ) -> None:
        self._plant, self._env, self._log, self._streams, self._wake = plant, env, log, streams, wake
        self.temperatures = plant.facility.temperatures
        self.units = {name: self._unit(name) for name in plant.devices}
        self._boot = {name: Timer(env, lambda name=name: self._booted(name)) for name in plant.devices}  # type: ignore[misc]

    def _unit(self, name: str) -> Unit:
        device, bands = self._plant.devices[name], self.temperatures
        tender = device.kind in ("server", "storage", "other")
        trip = bands.server_trip_c if tender else bands.switch_trip_c
        throttle_c = drawn_c(bands.server_throttle_c, self._streams.uniform("throttle_c", name))
        trip_c = drawn_c(trip, self._streams.uniform("trip_c", name))
        supplies = self._plant.supplies[name]
        return Unit(name, device.load_w / 1000, supplies, throttle_c if tender else trip_c, trip_c, fed=len(supplies))

    def up(self, name: str) -> bool:
        """Whether a device runs."""
        return not self.units[name].down

    # power and faults

    def settle(self, live: Mapping[str, bool], off_row: Mapping[str, int], row: int) -> None:
        """Judge every device by its supplies, its faults and its temperature; log what has changed."""
        for unit in self.units.values():
            fed = [n for i, n in enumerate(unit.supplies) if i not in unit.dead_supplies and live[n]]
            if len(fed) != unit.fed:
                cause = self._cause(unit, live, off_row, row) if len(fed) < unit.fed else row
                unit.fed = len(fed)
                self._log.add(self._env.now, "device.feeds", unit.name, "", len(fed), cause)
            self._judge(unit, live, off_row, row)

    def _judge(self, unit: Unit, live: Mapping[str, bool], off_row: Mapping[str, int], row: int) -> None:
        if not unit.fed:
            reason, cause = "power", self._cause(unit, live, off_row, row)
        elif unit.broken >= 0:
            reason, cause = "fault", unit.broken
        elif unit.hot >= 0:
            reason, cause = "heat", unit.hot
        elif unit.down == "boot" or not unit.down:
            return
        else:
            unit.down = "boot"
            unit.back_row = unit.back_row if row < 0 else row
            wait_h = self._plant.devices[unit.name].boot_h.quantile(
                self._streams.uniform("boot_h", unit.name, unit.boots)
            )
            unit.boots += 1
            self._boot[unit.name].set(quantise_h(self._env.now + wait_h))
            return
        if unit.down != reason:
            self._boot[unit.name].cancel()
            if unit.down in ("", "boot"):
                unit.down_row = self._log.add(self._env.now, "device.down", unit.name, reason, cause_row=cause)
            unit.down = reason

    def _cause(self, unit: Unit, live: Mapping[str, bool], off_row: Mapping[str, int], row: int) -> int:
        """Row of the latest loss among its supplies."""
        lost = [unit.dead_supplies[i] for i in unit.dead_supplies]
        lost += [off_row[n] for n in unit.supplies if not live[n] and n in off_row]
        return max(lost, default=row)

    def _booted(self, name: str) -> None:
        unit = self.units[name]
        unit.down = ""
        self._wake(self._log.add(self._env.now, "device.up", name, "", cause_row=unit.back_row))

    def break_supply(self, name: str, number: int, row: int) -> None:
        """One of its power supplies breaks."""
        self.units[name].dead_supplies.setdefault(number, row)

    def mend_supply(self, name: str, number: int) -> None:
        """It is replaced."""
        self.units[name].dead_supplies.pop(number, None)

    # heat

    def feel(self, name: str, inlet_c: float, row: int) -> bool:
        """A device feels its inlet; whether something about it has changed."""
        unit, now = self.units[name], self._env.now
        if unit.hot >= 0:
            if inlet_c <= self.temperatures.restart_below_c + _TOLERANCE_C:
                unit.back_row = self._log.add(now, "device.cooled", name, "", inlet_c, row if row >= 0 else unit.hot)
                unit.hot, unit.throttled = -1, False
                return True
            return False
        if not unit.fed:
            return False
        if inlet_c >= unit.trip_c - _TOLERANCE_C:
            unit.hot = self._log.add(now, "device.tripped", name, "heat", inlet_c, row)
            return True
        throttled = inlet_c >= self._turns_c(unit) + (1 if unit.throttled else -1) * _TOLERANCE_C
        if throttled != unit.throttled:
            unit.throttled = throttled
            self._log.add(now, "device.throttled" if throttled else "device.unthrottled", name, "", inlet_c, row)
            return True
        return False

    def thresholds_c(self, name: str) -> tuple[float, ...]:
        """Inlet temperatures at which something about the device changes next."""
        unit = self.units[name]
        if unit.hot >= 0:
            return (self.temperatures.restart_below_c,)
        return (self._turns_c(unit), unit.trip_c)

    def _turns_c(self, unit: Unit) -> float:
        """Where it slows down, or, being slow, where it is fast again."""
        return unit.throttle_c - (_EASES_C if unit.throttled else 0.0)

    # load

    def load_kw(self, name: str) -> float:
        """What a device draws now, kW; a device that boots draws as one that runs."""
        unit = self.units[name]
        if not unit.fed or unit.broken >= 0 or unit.hot >= 0:
            return 0.0
        return unit.load_kw * (self.temperatures.throttled_load if unit.throttled else 1.0)

    def draws_kw(self, live: Mapping[str, bool]) -> dict[str, float]:
        """Load of every device, split evenly over its live supplies, by node."""
        found: dict[str, float] = {}
        for unit in self.units.values():
            load_kw = self.load_kw(unit.name)
            if load_kw <= 0:
                continue
            fed = [n for i, n in enumerate(unit.supplies) if i not in unit.dead_supplies and live[n]]
            for node in fed:
                found[node] = found.get(node, 0.0) + load_kw / len(fed)
        return found
