"""A level that runs to a limit as e^(−t/lag) and says when it will cross a threshold. No ticking.

`Store` is its sister for straight lines. Air in a machine room and the heat in a breaker are such levels.
"""

from __future__ import annotations

from math import inf
from typing import Final

from sim.exact import exp, ln
from sim.units import quantise_h

_GRAIN: Final = 1e9


class Relaxing:
    """A level with a time constant `lag_h`, hours; it stands still until it is given a limit."""

    __slots__ = ("_level", "_since_h", "lag_h", "limit")

    def __init__(self, level: float, lag_h: float, now_h: float = 0.0) -> None:
        self.lag_h = lag_h
        self.limit = level
        self._level = level
        self._since_h = now_h

    def level(self, now_h: float) -> float:
        """Level at a time not before the last change, to a grain of 1e-9."""
        if self._level == self.limit:
            return self.limit
        left = exp(-(now_h - self._since_h) / self.lag_h)
        return round((self.limit + (self._level - self.limit) * left) * _GRAIN) / _GRAIN

    def run(self, limit: float, now_h: float) -> None:
        """From now on the level runs to this limit."""
        self._level = self.level(now_h)
        self._since_h = now_h
        self.limit = round(limit * _GRAIN) / _GRAIN

    def settle(self, level: float, now_h: float) -> None:
        """The level is this from now on, and stays."""
        self._level = self.limit = level
        self._since_h = now_h

    def reaches_h(self, threshold: float, now_h: float) -> float:
        """When the level will pass a threshold, to the millisecond; inf if never, now if it is there."""
        level = self.level(now_h)
        if level == threshold:
            return now_h
        share = (self.limit - level) / (self.limit - threshold) if self.limit != threshold else inf
        if share <= 1 or share == inf:  # behind it, or the limit itself, which is never reached
            return inf
        return quantise_h(now_h + self.lag_h * ln(share))
