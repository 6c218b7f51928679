"""Battery physics in closed form: how long a charge lasts, how fast it comes back.

Source: sizing practice of Chinese operators (capacity factors by discharge time, temperature coefficient by
rate); the power law with exponent 1.35 is fitted to that table within 3 % (2 h: 8 %).
"""

from __future__ import annotations

from itertools import pairwise
from math import inf
from typing import Final

from sim.units import quantise_h

NOMINAL_V: Final = 48.0
LFP_V: Final = 51.2
PEUKERT: Final = 1.35
_ALPHA: Final = ((10.0, 0.006), (1.0, 0.008), (0.0, 0.010))
"""Temperature coefficient per K by nominal rate C10/I in hours. Source: the sizing formula's table."""
_SEALED_FACTOR_AT_MINUS18: Final = 0.45
_LFP_COLD: Final = ((-20.0, 0.65), (-10.0, 0.80), (0.0, 0.90), (25.0, 1.0))
_LFP_USABLE: Final = 0.90
WARM_C: Final = 25.0
"""Where the temperature does not count."""
CHARGE_EFFICIENCY: Final = 0.9
"""Share of the charging current that is stored."""


def temperature_coefficient(capacity_ah: float, current_a: float) -> float:
    """α of a discharge, 1/K, by its nominal rate; choose once for a discharge and keep."""
    rate_h = capacity_ah / current_a
    return next(alpha for bound_h, alpha in _ALPHA if rate_h >= bound_h)


def lead_acid_factor(alpha: float, battery_c: float) -> float:
    """Share of the capacity at 25 °C left at a temperature; below −10 °C the lower of two rules."""
    linear = 1 + alpha * (battery_c - 25)
    if battery_c < -10:
        at_minus10 = 1 - 35 * alpha
        sealed = at_minus10 + (battery_c + 10) / -8 * (_SEALED_FACTOR_AT_MINUS18 - at_minus10)
        linear = min(linear, sealed)
    return max(linear, 0.05)


def lfp_factor(battery_c: float) -> float:
    """Share of the energy of a lithium iron phosphate battery left at a temperature."""
    points = _LFP_COLD
    if battery_c <= points[0][0]:
        return points[0][1]
    for (low_c, low), (high_c, high) in pairwise(points):
        if battery_c <= high_c:
            return low + (high - low) * (battery_c - low_c) / (high_c - low_c)
    return points[-1][1]


def lead_acid_full_h(
    capacity_ah: float, load_w: float, soh: float, battery_c: float, alpha: float | None = None
) -> float:
    """Hours a full lead-acid battery would carry a constant load to the end; infinite at no load."""
    if load_w <= 0:
        return inf
    current_a = load_w / NOMINAL_V
    if alpha is None:
        alpha = temperature_coefficient(capacity_ah, current_a)
    effective_ah = capacity_ah * soh * lead_acid_factor(alpha, battery_c)
    hours = effective_ah / current_a
    if hours < 10:
        hours = 10 * (effective_ah / (10 * current_a)) ** PEUKERT
    return quantise_h(hours)


def lfp_full_h(capacity_ah: float, load_w: float, soh: float, battery_c: float) -> float:
    """Hours a full lithium iron phosphate battery would carry a constant load; infinite at no load."""
    if load_w <= 0:
        return inf
    energy_wh = LFP_V * capacity_ah * _LFP_USABLE * soh * lfp_factor(battery_c)
    return quantise_h(energy_wh / load_w)


def recharge_per_h(lead_acid: bool, capacity_ah: float, soh: float, headroom_w: float, battery_c: float) -> float:
    """Share of a full charge regained an hour below 90 %, limited by what the supply has left over.

    Lead-acid takes 0.10·C, lithium 0.20·C and nothing below 0 °C.
    """
    if not lead_acid and battery_c < 0:
        return 0.0
    limit_a = (0.10 if lead_acid else 0.20) * capacity_ah
    volts = NOMINAL_V if lead_acid else LFP_V
    current_a = min(limit_a, max(headroom_w, 0.0) / volts)
    return CHARGE_EFFICIENCY * current_a / max(capacity_ah * soh, 1e-9)


TAPER_FROM: Final = 0.9
TAPER_PER_H: Final = 0.025
"""Lead-acid above 90 %: four hours to full."""
