"""How long a site's battery would carry a load, from what its plant is: measured, drawn or computed."""

from __future__ import annotations

from math import isnan
from typing import TYPE_CHECKING

from sim.models import battery

if TYPE_CHECKING:
    from sim.models.site import Plant

_SHORTEST_H = 1e-6
_COLD_ALPHA = 0.008
"""Temperature coefficient of a measured endurance, 1/K. Assumed: most are of 1 to 10 hours."""


def alpha_of(plant: Plant, load_w: float) -> float | None:
    """The temperature coefficient of a discharge that begins with this load; None where none is used."""
    if not plant.lead_acid or plant.battery_ah <= 0 or not isnan(plant.endurance_h):
        return None
    return battery.temperature_coefficient(plant.battery_ah, load_w / battery.NOMINAL_V)


def full_h(plant: Plant, load_w: float, alpha: float | None, now: float) -> float:
    """Hours a full battery would carry this load."""
    if not isnan(plant.endurance_h):
        return _measured_h(plant, load_w, now)
    cell_c = plant.battery_c(now)
    if plant.lead_acid:
        hours = battery.lead_acid_full_h(plant.battery_ah, load_w, plant.soh, cell_c, alpha)
    else:
        hours = battery.lfp_full_h(plant.battery_ah, load_w, plant.soh, cell_c)
    return max(hours, _SHORTEST_H)


def _measured_h(plant: Plant, load_w: float, now: float) -> float:
    """From a measured or drawn endurance, in proportion for smaller loads."""
    full_load_w = plant.load_4g_w + plant.load_5g_w + plant.load_transmission_w
    hours = plant.endurance_h / (1.0 - (plant.s1 if plant.two_stage else 0.0))
    if plant.endurance_feels_cold:
        cell_c = plant.battery_c(now)
        factor = battery.lead_acid_factor(_COLD_ALPHA, cell_c) if plant.lead_acid else battery.lfp_factor(cell_c)
        hours *= min(factor, 1.0)
    return max(hours * full_load_w / load_w, _SHORTEST_H)
