"""Snow that the wind blows: hours of strong gusts and the drift they build, by weather cell, in closed form.

Over bare road a drift grows towards `(factor - 1) · open snow` with a half-life, in windy hours only; in calm hours it
stays. Being linear, it needs one curve for each cell (`blown_cm`, what a factor of 2 would have piled up) whatever
the factor of a road and whenever it was swept. Half-life: Assumed 6 h (parameters of the field, §3).
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.hazards.weather import KNOT_H, Weather

Floats = NDArray[np.float64]
_LN2: Final = 0.693147180559945
_MOST_HALVES: Final = 60.0


class Blown(NamedTuple):
    """What the wind has done by a moment; arrays of one shape, all zero at the start."""

    windy_h: Floats
    blown_cm: Floats


class Sweep(NamedTuple):
    """The state in which a road was swept: open snow and wind until then. All zero: never swept."""

    open_cm: Floats
    windy_h: Floats
    blown_cm: Floats


class Drifts:
    """Windy hours and blown snow of every weather cell at any time."""

    def __init__(self, weather: Weather, gust_mps: float, half_life_h: float) -> None:
        self._gust_mps, self._half_life_h = gust_mps, half_life_h
        # all cells of a knot lie side by side: they are looked up together
        self._gust, self._open = (np.asfortranarray(weather.fields[name]) for name in ("gust_mps", "depth_cm"))
        shape = self._gust.shape
        self._windy, self._blown = np.zeros(shape, order="F"), np.zeros(shape, order="F")
        for knot in range(1, shape[1]):
            until = self._advance(knot - 1, KNOT_H, slice(None))
            self._windy[:, knot], self._blown[:, knot] = until

    def everywhere(self, now: float) -> Blown:
        """What the wind has done in all cells, shape (cells,)."""
        return self.at(slice(None), now)

    def at(self, cells: slice | NDArray[np.int64], now: float) -> Blown:
        """What the wind has done in these cells."""
        knot = min(max(int(now / KNOT_H), 0), self._gust.shape[1] - 1)
        return self._advance(knot, max(now - knot * KNOT_H, 0.0), cells)

    def _advance(self, knot: int, hours: float, cells: slice | NDArray[np.int64]) -> Blown:
        """From a knot on for so many hours; behind the last knot the weather stays as it is."""
        after = min(knot + 1, self._gust.shape[1] - 1)
        g0, g1 = self._gust[cells, knot], self._gust[cells, after]
        d0 = self._open[cells, knot]
        rise = (self._open[cells, after] - d0) / KNOT_H
        begin, end = self._windy_part(g0, g1, hours)
        span = np.maximum(end - begin, 0.0)
        lag = rise * self._half_life_h / _LN2
        keep = np.round(np.exp(-_LN2 / self._half_life_h * span), 12)
        first, last = d0 + rise * begin - lag, d0 + rise * (begin + span) - lag
        blown = self._blown[cells, knot]
        grown: Floats = np.where(span > 0, last + (blown - first) * keep, blown)
        windy: Floats = self._windy[cells, knot] + span
        return Blown(windy.round(9), grown.round(9))

    def _windy_part(self, g0: Floats, g1: Floats, hours: float) -> tuple[Floats, Floats]:
        """From when to when, within the first hours of a straight piece, gusts reach the bound."""
        differs = g1 != g0
        cross = np.where(differs, (self._gust_mps - g0) / np.where(differs, g1 - g0, 1.0), 0.0) * KNOT_H
        begin = np.where(g0 >= self._gust_mps, 0.0, np.where(g1 >= self._gust_mps, cross, hours))
        end = np.where(g1 >= self._gust_mps, hours, np.where(g0 >= self._gust_mps, cross, 0.0))
        return np.minimum(begin, hours), np.minimum(end, hours)

    def lying_cm(self, open_cm: Floats, factor: Floats, blown: Blown, swept: Sweep) -> Floats:
        """Snow on roads: what fell since the sweep, and the drift built in windy hours since; at most the factor's.

        The snow swept aside lies ready to be blown in again, so a drift grows towards `factor · open snow`.
        """
        fresh = np.maximum(open_cm - swept.open_cm, 0.0)
        halves = np.clip((blown.windy_h - swept.windy_h) / self._half_life_h, 0.0, _MOST_HALVES)
        keep = np.round(np.power(0.5, halves), 9)
        piled = (factor - 1.0) * np.maximum(blown.blown_cm - swept.blown_cm * keep, 0.0)
        drifted = np.minimum(fresh + piled + swept.open_cm * (1.0 - keep), open_cm * factor)
        return np.asarray(np.where(factor > 1.0, drifted, fresh), dtype=np.float64)

    def lying_one_cm(
        self, open_cm: float, factor: float, windy_h: float, blown_cm: float, swept: tuple[float, float, float]
    ) -> float:
        """`lying_cm` of one road, in plain numbers."""
        fresh = max(open_cm - swept[0], 0.0)
        if factor <= 1.0:
            return fresh
        halves = min((windy_h - swept[1]) / self._half_life_h, _MOST_HALVES)
        keep = round(float(0.5 ** max(halves, 0.0)), 9)
        piled = (factor - 1.0) * max(blown_cm - swept[2] * keep, 0.0)
        return min(fresh + piled + swept[0] * (1.0 - keep), open_cm * factor)
