"""Weather as piecewise-linear functions of time, one for each weather cell; looked up, never ticked."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sim.topology.tables import Topology
from sim.units import quantise_h

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

CELL_LAT_DEG: Final = 0.25
CELL_LON_DEG: Final = 0.33
"""Assumed: about 28 km by 27 km at 43° N, fine enough for a storm whose half axes are 100 km and more."""
KNOT_H: Final = 1.0
"""Assumed: a storm of half a day or more changes little within the hour."""
CLEAR_VIEW_M: Final = 10_000.0
"""Assumed: beyond this no speed depends on sight (the road table's last step is at 1 km)."""

_MS: Final = 1 / 3_600_000

NAMES: Final = ("water_mm", "depth_cm", "temperature_c", "gust_mps", "visibility_m", "icing_mm", "snowing")
"""Fields: water equivalent fallen so far, snow on open ground, air temperature, gust, visibility, water that fell
as freezing rain so far, and the local intensity as a share of the storm's strongest."""


@dataclass(frozen=True, eq=False)
class Cells:
    """A grid of weather cells over a topology; cell = row · columns + column."""

    lon0: float
    lat0: float
    columns: int
    rows: int

    @classmethod
    def over(cls, topology: Topology) -> Cells:
        """The cells that cover every site, road node, feeder and seat."""
        lon = np.concatenate([topology.sites.lon, topology.roads.node_lon, topology.counties.lon])
        lat = np.concatenate([topology.sites.lat, topology.roads.node_lat, topology.counties.lat])
        if not len(lon):
            return cls(0.0, 0.0, 1, 1)
        lon0, lat0 = float(lon.min()), float(lat.min())
        columns = int((float(lon.max()) - lon0) / CELL_LON_DEG) + 1
        return cls(lon0, lat0, columns, int((float(lat.max()) - lat0) / CELL_LAT_DEG) + 1)

    def of(self, lon: Floats, lat: Floats) -> Ints:
        """Cell of each point, shape as given; points outside fall into the nearest cell."""
        column = np.clip(((lon - self.lon0) / CELL_LON_DEG).astype(np.int64), 0, self.columns - 1)
        row = np.clip(((lat - self.lat0) / CELL_LAT_DEG).astype(np.int64), 0, self.rows - 1)
        return row * self.columns + column

    @property
    def lon(self) -> Floats:
        """Longitude of the middle of each cell, shape (cells,)."""
        return np.tile(self.lon0 + (np.arange(self.columns) + 0.5) * CELL_LON_DEG, self.rows)

    @property
    def lat(self) -> Floats:
        """Latitude of the middle of each cell, shape (cells,)."""
        return np.repeat(self.lat0 + (np.arange(self.rows) + 0.5) * CELL_LAT_DEG, self.columns)

    @property
    def ids(self) -> list[str]:
        """Names of the cells."""
        return [f"W{cell // self.columns:02d}-{cell % self.columns:02d}" for cell in range(self.columns * self.rows)]


class Weather:
    """Fields over cells and hourly knots, shape (cells, knots); straight lines between the knots."""

    def __init__(self, cells: Cells, fields: dict[str, Floats]) -> None:
        self.cells = cells
        self.fields = fields
        self.knots = next(iter(fields.values())).shape[1]
        self._rows: dict[str, dict[int, list[float]]] = {name: {} for name in fields}
        """Series of the cells that were asked about."""
        self._lagged: dict[tuple[float, int], list[float]] = {}

    def at(self, name: str, cell: int, t_h: float) -> float:
        """Value of a field in a cell at a time; before the start and after the last knot it stays."""
        return _interpolate(self._rows[name].get(cell) or self._series(name, cell), t_h)

    def _series(self, name: str, cell: int) -> list[float]:
        """Values of a field in one cell at all knots."""
        series = self._rows[name].get(cell)
        if series is None:
            series = self._rows[name][cell] = self.fields[name][cell].tolist()
        return series

    def steady(self, name: str, cell: int) -> float | None:
        """The value of a field in a cell where it never changes; None where it does."""
        values = self._series(name, cell)
        return values[0] if values.count(values[0]) == len(values) else None

    def turns_h(self, name: str, cell: int, level: float, from_h: float) -> float:
        """When a field in a cell will next have passed a level, upwards or downwards; inf if it does not any more.

        The millisecond after the crossing: there the field is on the other side for certain.
        """
        values = self._series(name, cell)
        below = self.at(name, cell, from_h) < level
        for k in range(max(int(from_h / KNOT_H), 0), len(values) - 1):
            low, high = values[k], values[k + 1]
            if (high < level) != below:
                crossing_h = (k + min(max((level - low) / (high - low), 0.0), 1.0)) * KNOT_H
                return quantise_h(max(from_h, crossing_h)) + _MS
        return inf

    def everywhere(self, name: str, t_h: float) -> Floats:
        """Value of a field in all cells at a time, shape (cells,)."""
        field = self.fields[name]
        position = min(max(t_h / KNOT_H, 0.0), self.knots - 1.0)
        k = min(int(position), self.knots - 2) if self.knots > 1 else 0
        if self.knots == 1:
            return field[:, 0]
        return np.asarray(field[:, k] + (field[:, k + 1] - field[:, k]) * (position - k), dtype=np.float64)

    def lagged_temperature_c(self, lag_h: float, cell: int, t_h: float) -> float:
        """Air temperature as a body with time constant `lag_h` feels it, °C (hourly knots, straight between)."""
        lagged = self._lagged.get((lag_h, cell))
        if lagged is None:
            keep = round(float(np.exp(-KNOT_H / lag_h)), 12)
            air = self.fields["temperature_c"][cell]
            felt = air.copy()
            for k in range(1, self.knots):
                felt[k] = felt[k - 1] * keep + 0.5 * (air[k] + air[k - 1]) * (1 - keep)
            lagged = self._lagged[(lag_h, cell)] = np.round(felt, 6).tolist()
        return _interpolate(lagged, t_h)


def _interpolate(values: list[float], t_h: float) -> float:
    position = t_h / KNOT_H
    if position <= 0:
        return values[0]
    k = int(position)
    if k >= len(values) - 1:
        return values[-1]
    return values[k] + (values[k + 1] - values[k]) * (position - k)


def calm(cells: Cells, horizon_h: float, temperature_c: float = 10.0) -> Weather:
    """No weather at all: dry, still, clear."""
    shape = (cells.columns * cells.rows, 2 if horizon_h else 1)
    fields = {name: np.zeros(shape) for name in NAMES}
    fields["temperature_c"] = np.full(shape, temperature_c)
    fields["gust_mps"] = np.full(shape, 3.0)
    fields["visibility_m"] = np.full(shape, CLEAR_VIEW_M)
    return Weather(cells, fields)
