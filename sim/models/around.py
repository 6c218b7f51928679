"""The nearest of many points on the map, looked for only in the strip of latitude in which they can lie."""

from __future__ import annotations

from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from sim.hazards.specs import EARTH_KM_PER_DEG

Floats = NDArray[np.float64]
_MARGIN_DEG = 1e-4
"""More than distances are rounded by."""


class Around:
    """Points of which the nearest few within a distance are asked for."""

    def __init__(self, lon: Floats, lat: Floats, within_km: float, most: int) -> None:
        self._lon, self._lat, self._within_km, self._most = lon, lat, within_km, most

    @cached_property
    def _by_lat(self) -> tuple[NDArray[np.int64], Floats]:
        order = np.argsort(self._lat, kind="stable")
        return order, self._lat[order]

    def nearest(self, point: int) -> list[int]:
        """Rows of the nearest other points within the distance, nearest first; of equally near ones the first row."""
        order, sorted_lat = self._by_lat
        lat, reach_deg = self._lat[point], self._within_km / EARTH_KM_PER_DEG + _MARGIN_DEG
        strip = slice(*np.searchsorted(sorted_lat, [lat - reach_deg, lat + reach_deg]))
        rows = np.sort(order[strip])
        north = (self._lat[rows] - lat) * EARTH_KM_PER_DEG
        east = (self._lon[rows] - self._lon[point]) * EARTH_KM_PER_DEG * np.cos(np.radians(lat))
        distance = np.round(np.hypot(north, east), 6)
        close = np.flatnonzero((distance <= self._within_km) & (rows != point))
        found: list[int] = rows[close[np.argsort(distance[close], kind="stable")][: self._most]].tolist()
        return found
