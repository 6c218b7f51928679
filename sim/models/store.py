"""A level that rises or falls along a straight line and says when it will cross a threshold. No ticking."""

from __future__ import annotations

from math import inf
from typing import Final

_MS_PER_H: Final = 3_600_000
_GRAIN_MS: Final = 0.0005
"""So little after a whole millisecond counts as on it."""


class Store:
    """A level between 0 and `capacity` that changes at `rate` an hour (battery charge, fuel, spares)."""

    __slots__ = ("_level", "_since_h", "capacity", "rate")

    def __init__(self, level: float, capacity: float = 1.0, now_h: float = 0.0) -> None:
        self.capacity = capacity
        self.rate = 0.0
        self._level = min(max(level, 0.0), capacity)
        self._since_h = now_h

    def level(self, now_h: float) -> float:
        """Level at a time not before the last change."""
        level = self._level
        if self.rate:
            level += self.rate * (now_h - self._since_h)
            if level < 0.0:
                return 0.0
            if level > self.capacity:
                return self.capacity
        return level

    def run(self, rate: float, now_h: float) -> float:
        """From now on the level changes at this rate; the level now."""
        if self.rate:
            self._level = self.level(now_h)
        self._since_h = now_h
        self.rate = rate
        return self._level

    def put(self, amount: float, now_h: float) -> float:
        """Add (or take, when negative) at once; the amount that fitted is returned."""
        before = self.level(now_h)
        self._level = min(max(before + amount, 0.0), self.capacity)
        self._since_h = now_h
        return self._level - before

    def reaches_h(self, threshold: float, now_h: float) -> float:
        """When the level will have reached a threshold in the direction it moves; inf if never, now if it is there.

        The first millisecond at which it is there: rounded down, the level could be just short of it for ever.
        """
        rate, distance = self.rate, threshold - (self._level if now_h == self._since_h else self.level(now_h))
        if -1e-12 < distance < 1e-12:
            return now_h
        if rate == 0 or (distance > 0) != (rate > 0):
            return inf
        at_ms = (now_h + distance / rate) * _MS_PER_H
        whole_ms = int(at_ms)
        at_h = (whole_ms + (at_ms - whole_ms > _GRAIN_MS)) / _MS_PER_H
        return max(now_h, at_h)
