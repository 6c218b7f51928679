"""The air of a row of racks: one lump that runs exponentially to where heat and cooling balance.

C·dT/dt = P − Q − UA·(T − T_outside), so T runs to T_outside + (P − Q)/UA with the time constant C/UA. While the
coolers can carry the heat they hold the set point; when one stops, the others go on as they were until their fans
have ramped up, and the racks near it stay warmer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from math import inf, isnan
from typing import Final

from simpy import Environment

from sim.log import EventLog
from sim.models.relaxing import Relaxing
from sim.models.timer import Timer
from sim.streams import Streams
from sim.topology.plant import Plant
from sim.units import quantise_h

_GRAIN_C: Final = 1e-3
_TICK_H: Final = 1 / 3_600_000


@dataclass(slots=True, eq=False)
class CoolerState:
    """A cooler: whether it is whole, powered, and cools."""

    broken: int = -1
    on: bool = True
    off_row: int = -1
    stops: int = 0
    shares_kw: float = 0.0
    """What it carried when a neighbour stopped."""


class Air:
    """One row."""

    def __init__(
        self, row: str, plant: Plant, env: Environment, log: EventLog, streams: Streams, wake: Callable[[int], None]
    ) -> None:
        self.name, self._plant, self._env, self._log, self._streams = row, plant, env, log, streams
        self.heat = plant.rows[row].heat
        self._conductance_kw = plant.conductance_kw(row)
        self.coolers = {name: CoolerState() for name in plant.coolers_in[row]}
        self.portable_kw = 0.0
        """Cooling brought in for the occasion."""
        self.hot_spots = dict.fromkeys(plant.racks_in[row], 0.0)
        self._level = Relaxing(self.heat.setpoint_c, plant.lag_h(row), env.now)
        self._told = False
        self._ramping = False
        self._stops = 0
        self.row = -1
        """The last row that says where the air runs to."""
        self._ramp = Timer(env, lambda: self._ramped(wake))
        self._cause = -1
        self._next = Timer(env, lambda: wake(self._cause))

    def temperature_c(self) -> float:
        """Inlet temperature of the row, °C."""
        return self._level.level(self._env.now)

    def inlet_c(self, rack: str) -> float:
        """Inlet temperature of a rack, °C."""
        return self.temperature_c() + self.hot_spots[rack]

    # coolers

    def switch(self, cooler: str, *, on: bool, row: int, load_kw: float) -> None:
        """A cooler starts or stops; `load_kw` is the heat of the row."""
        state = self.coolers[cooler]
        if state.on == on:
            return
        if not on:
            self._share_out(load_kw)
        state.on = on
        state.off_row = self._log.add(
            self._env.now, "cooler.on" if on else "cooler.off", cooler, self.name, cause_row=row
        )
        self.row = state.off_row
        if on:
            self._spots()
        else:
            self._ramping = True
            self._stops += 1
            wait_h = self.heat.fan_ramp_h.quantile(self._streams.uniform("fan_ramp_h", self.name, self._stops))
            self._ramp.set(quantise_h(self._env.now + wait_h))

    def _share_out(self, load_kw: float) -> None:
        """What each cooler carries now: an even share of the heat, at most its capacity."""
        running = [name for name, state in self.coolers.items() if state.on]
        for name in running:
            even_kw = max(0.0, self._to_hold_kw(load_kw)) / len(running)
            self.coolers[name].shares_kw = min(self._plant.coolers[name].capacity_kw, even_kw)

    def _ramped(self, wake: Callable[[int], None]) -> None:
        self._ramping = False
        self._spots()
        wake(self.row)

    def _spots(self) -> None:
        """Racks near a cooler that stands still are warmer, once the others have taken over."""
        spots = dict.fromkeys(self.hot_spots, 0.0)
        for name, state in self.coolers.items():
            if not state.on and not (self._ramping and self.hot_spots):
                for rack in self._plant.coolers[name].near:
                    if rack in spots:
                        spots[rack] = self.heat.hot_spot_c
        for rack, warmer_c in spots.items():
            if warmer_c != self.hot_spots[rack]:
                self.hot_spots[rack] = warmer_c
                self._log.add(self._env.now, "rack.hotspot", rack, self.name, warmer_c, self.row)

    # balance

    def _to_hold_kw(self, load_kw: float) -> float:
        return load_kw - self._conductance_kw * (self.heat.setpoint_c - self.heat.outside_c)

    def cooling_kw(self) -> float:
        """What can be carried away now, kW."""
        running = [name for name, state in self.coolers.items() if state.on]
        if self._ramping:
            return self.portable_kw + sum(self.coolers[name].shares_kw for name in running)
        return self.portable_kw + sum(self._plant.coolers[name].capacity_kw for name in running)

    def settle(self, load_kw: float, thresholds_c: Iterable[tuple[str, float]], row: int) -> None:
        """Find where the air runs to under this heat, and when something will next happen on the way.

        `thresholds_c`: pairs of rack and inlet temperature at which something about it changes.
        """
        now, before = self._env.now, self._level.limit
        level = self._level.level(now)
        limit, turn_c = self._heads_for(level, load_kw)
        self._level.run(limit, now)
        self._cause = row
        if abs(self._level.limit - before) > _GRAIN_C or not self._told:
            self._told = True
            self.row = self._log.add(now, "row.limit", self.name, "", self._level.limit, row)
            self._log.add(now, "row.temperature", self.name, "", level, self.row)
        marks = [threshold - self.hot_spots[rack] for rack, threshold in thresholds_c]
        marks += [self.heat.warn_c - spot for spot in self.hot_spots.values()]
        marks += [self.heat.major_c - spot for spot in self.hot_spots.values()]
        marks += [turn_c]
        ahead = [m for m in marks if not isnan(m) and abs(m - level) > _GRAIN_C]
        self._next.set(max(min((self._level.reaches_h(m, now) for m in ahead), default=inf), now + _TICK_H))

    def _heads_for(self, level: float, load_kw: float) -> tuple[float, float]:
        """The limit, and the set point where the air will turn there (NaN where it will not)."""
        heat = self.heat
        free_c = heat.outside_c + load_kw / self._conductance_kw
        full_c = heat.outside_c + (load_kw - self.cooling_kw()) / self._conductance_kw
        set_c, at = heat.setpoint_c, abs(level - heat.setpoint_c) <= _GRAIN_C
        if full_c > set_c + _GRAIN_C:
            return full_c, float("nan")
        if free_c < set_c - _GRAIN_C:
            return free_c, float("nan")
        if at:
            return set_c, float("nan")
        return (full_c if level > set_c else free_c), set_c
