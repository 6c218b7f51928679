"""How warm a row gets in the end, and which of its devices give in on the way up."""

from __future__ import annotations

from sim.contingency.wiring import Crowd, Loss, Wiring

_GRAIN_C = 1e-3


class Rows:
    """The air of all rows of a plant."""

    def __init__(self, wiring: Wiring) -> None:
        self._wiring, self._plant = wiring, wiring.plant
        self._groups = {
            row: [n for n, group in enumerate(wiring.groups) if group.row == row] for row in wiring.plant.rows
        }

    def slows(self, row: str, crowd: Crowd, live: list[bool], loss: Loss) -> bool:
        """Whether anything in a row is slowed down or stopped by heat."""
        load = {n: self._load_kw(n, crowd, live) for n in self._groups[row]}
        cooling_kw, spots = self._cooling(row, live, loss)
        level = self._level_c(row, sum(load.values()), cooling_kw)
        return any(level >= mark[0] - _GRAIN_C for n in load if load[n] > 0 for mark in self._marks(n, spots))

    def settle(self, row: str, crowd: Crowd, live: list[bool], loss: Loss) -> set[int]:
        """The groups of a row that stop for heat.

        It warms up from the set point; at each threshold those that reach it slow down or stop for good. What
        stops would start again once its row has cooled down, and stop again: it counts as stopped.
        """
        cooling_kw, spots = self._cooling(row, live, loss)
        load = {n: self._load_kw(n, crowd, live) for n in self._groups[row]}
        shares = dict.fromkeys(load, 1.0)
        marks = sorted(mark for n in load if load[n] > 0 for mark in self._marks(n, spots))
        hot: set[int] = set()
        while True:
            total_kw = sum(kw * shares[n] for n, kw in load.items())
            level = self._level_c(row, total_kw, cooling_kw)
            ahead = [mark for mark in marks if mark[2] not in hot and mark[1] < shares[mark[2]]]
            if not ahead or level < ahead[0][0] - _GRAIN_C:
                return hot
            for at, share, n in ahead:
                if at <= ahead[0][0] + _GRAIN_C:
                    shares[n] = share
                    if share == 0:
                        hot.add(n)

    def trip_c(self, number: int) -> float:
        """Inlet temperature at which a group stops."""
        bands = self._plant.facility.temperatures
        return (bands.server_trip_c if self._wiring.groups[number].tender else bands.switch_trip_c).mode

    def _cooling(self, row: str, live: list[bool], loss: Loss) -> tuple[float, dict[str, float]]:
        """What the coolers can carry, kW, and the racks with hot spots."""
        capacity_kw, spots = 0.0, dict[str, float]()
        for name in self._plant.coolers_in[row]:
            cooler = self._plant.coolers[name]
            if name not in loss.coolers and live[self._wiring.number[cooler.fed_by]]:
                capacity_kw += cooler.capacity_kw
            else:
                spots |= dict.fromkeys(cooler.near, self._plant.rows[row].heat.hot_spot_c)
        return capacity_kw, spots

    def _load_kw(self, number: int, crowd: Crowd, live: list[bool]) -> float:
        group = self._wiring.groups[number]
        running = crowd.count[number] if any(live[node] for node in group.supplies) else 0
        running += sum(odd.group == number and any(live[node] for node in odd.supplies) for odd in crowd.odd)
        return running * group.load_kw

    def _marks(self, number: int, spots: dict[str, float]) -> list[tuple[float, float, int]]:
        """Row temperature, share of the load from there on, and the group."""
        group, bands = self._wiring.groups[number], self._plant.facility.temperatures
        spot_c, trip = spots.get(group.rack, 0.0), self.trip_c(number)
        if not group.tender:
            return [(trip - spot_c, 0.0, number)]
        throttle = bands.server_throttle_c.mode
        slow = [(throttle - spot_c, bands.throttled_load, number)] if throttle < trip else []
        return [*slow, (trip - spot_c, 0.0, number)]

    def _level_c(self, row: str, load_kw: float, cooling_kw: float) -> float:
        heat, conductance_kw = self._plant.rows[row].heat, self._plant.conductance_kw(row)
        full_c = heat.outside_c + (load_kw - cooling_kw) / conductance_kw
        free_c = heat.outside_c + load_kw / conductance_kw
        return full_c if full_c > heat.setpoint_c else min(heat.setpoint_c, free_c)
