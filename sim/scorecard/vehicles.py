"""Sites without mains per vehicle on duty, in the plan's bands."""

from __future__ import annotations

from math import isinf
from typing import Any

from sim.metrics import Band, Tables, all_vehicle_bands
from sim.scorecard.card import number


def vehicle_lines(data: Tables) -> list[dict[str, Any]]:
    """The whole (`county` null), then each county that lost mains; nothing where no site did."""
    if not len(data.mains_spells.who):
        return []
    found = all_vehicle_bands(data)
    return [{"county": county or None, "bands": [_band(band) for band in bands]} for county, bands in found]


def _band(band: Band) -> dict[str, Any]:
    """From `above` up to `up_to` sites a vehicle (null: no upper bound); both null: nobody was on duty."""
    above, up_to = (None if isinf(bound) else number(bound) for bound in (band.above, band.up_to))
    return {"above": above, "up_to": up_to, "hours": number(round(band.hours, 6))}
