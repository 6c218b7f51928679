"""What the power plant of a site is, and how long its battery would carry a load: measured, drawn or computed."""

from __future__ import annotations

from collections.abc import Callable
from math import isnan
from typing import Final, NamedTuple

from sim.models import battery

_SHORTEST_H: Final = 1e-6
_COLD_ALPHA: Final = 0.008
"""Temperature coefficient of a measured endurance, 1/K. Assumed: most are of 1 to 10 hours."""


class Plant(NamedTuple):
    """What the power plant of a site is, with its own luck already drawn."""

    id: str
    load_4g_w: float
    load_5g_w: float
    load_transmission_w: float
    battery_ah: float
    lead_acid: bool
    soh: float
    s1: float
    two_stage: bool
    rectifier_w: float
    endurance_h: float
    """Hours to the first disconnect at full load, measured or drawn; NaN: computed from the battery."""
    endurance_feels_cold: bool
    reconnect_h: float
    battery_c: Callable[[float], float]
    """Battery temperature at a time, °C."""

    def alpha_of(self, load_w: float) -> float | None:
        """The temperature coefficient of a discharge that begins with this load; None where none is used."""
        if not self.lead_acid or self.battery_ah <= 0 or not isnan(self.endurance_h):
            return None
        return battery.temperature_coefficient(self.battery_ah, load_w / battery.NOMINAL_V)

    def full_h(self, load_w: float, alpha: float | None, now: float) -> float:
        """Hours a full battery would carry this load."""
        if not isnan(self.endurance_h):
            return self._measured_h(load_w, now)
        cell_c = self.battery_c(now)
        if self.lead_acid:
            hours = battery.lead_acid_full_h(self.battery_ah, load_w, self.soh, cell_c, alpha)
        else:
            hours = battery.lfp_full_h(self.battery_ah, load_w, self.soh, cell_c)
        return max(hours, _SHORTEST_H)

    def _measured_h(self, load_w: float, now: float) -> float:
        """From a measured or drawn endurance, in proportion for smaller loads."""
        full_load_w = self.load_4g_w + self.load_5g_w + self.load_transmission_w
        hours = self.endurance_h / (1.0 - (self.s1 if self.two_stage else 0.0))
        if self.endurance_feels_cold:
            cell_c = self.battery_c(now)
            factor = battery.lead_acid_factor(_COLD_ALPHA, cell_c) if self.lead_acid else battery.lfp_factor(cell_c)
            hours *= min(factor, 1.0)
        return max(hours * full_load_w / load_w, _SHORTEST_H)
