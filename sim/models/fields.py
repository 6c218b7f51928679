"""Weather in the log: only cells with something in them, only where the curve bends."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from sim.hazards.weather import KNOT_H, Weather
from sim.topology.tables import Topology

_LOGGED: Final = {
    "depth_cm": ("snow.depth", 0.3),
    "water_mm": ("snow.water", 0.3),
    "temperature_c": ("air.temperature", 0.3),
}
"""Field → kind of row and how far a straight line between rows may be from the field."""

FieldRow = tuple[float, str, str, float]


def field_rows(weather: Weather, topology: Topology, horizon_h: float) -> list[FieldRow]:
    """Rows (t_h, kind, cell, value) in time order; between them straight lines hold within the tolerance."""
    if not weather.fields["water_mm"].any():
        return []
    used = _used_cells(weather, topology)
    ids = weather.cells.ids
    rows: list[FieldRow] = []
    for name, (kind, tolerance) in _LOGGED.items():
        bent: dict[bytes, list[int]] = {}
        for cell in used.tolist():
            series = weather.fields[name][cell]
            if name != "temperature_c" and not series.any():
                continue
            knots = bent.get(series.tobytes())
            if knots is None:  # cells far from the storm are much alike
                knots = bent[series.tobytes()] = bends(series, tolerance)
            kept = [knot for knot in knots if knot * KNOT_H <= horizon_h]
            rows += [(knot * KNOT_H, kind, ids[cell], float(series[knot])) for knot in kept]
    rows.sort(key=lambda row: row[0])
    return rows


def _used_cells(weather: Weather, topology: Topology) -> NDArray[np.int64]:
    sites, roads = topology.sites, topology.roads
    return np.unique(
        np.concatenate([weather.cells.of(sites.lon, sites.lat), weather.cells.of(roads.node_lon, roads.node_lat)])
    )


def bends(series: NDArray[np.float64], tolerance: float) -> list[int]:
    """Knots to keep so that straight lines between them stay within a tolerance. Source: Douglas & Peucker 1973."""
    last = len(series) - 1
    keep = {0: None, last: None}
    stack = [(0, last)]
    while stack:
        first, final = stack.pop()
        if final - first < 2:
            continue
        x = np.arange(first + 1, final)
        line = series[first] + (series[final] - series[first]) * (x - first) / (final - first)
        away = np.abs(series[first + 1 : final] - line)
        worst = int(np.argmax(away))
        if away[worst] > tolerance:
            knot = first + 1 + worst
            keep[knot] = None
            stack += [(first, knot), (knot, final)]
    return sorted(keep)
