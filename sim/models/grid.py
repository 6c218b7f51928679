"""The power company: which feeder is restored in which slot, and what the desk is told."""

from __future__ import annotations

from collections.abc import Callable
from math import exp, inf
from typing import Final

from simpy import Environment

from sim.exact import normal_quantile
from sim.models.timer import Timer
from sim.settings import Grid as GridSpec
from sim.streams import Streams
from sim.units import quantise_h

LATE_REPAIR_H: Final = 1.0
"""Assumed: a line crew that waited in its slot needs this long for the feeder that fails next."""


class Grid:
    """Failed feeders in the order they will be mended. Slots come when they come; only their use can be moved."""

    def __init__(
        self, spec: GridSpec, slots_h: list[float], streams: Streams, env: Environment,
        mended: Callable[[str, str, int], None], told: Callable[[str, float], None],
    ) -> None:  # fmt: skip
        self._spec, self._streams, self._env = spec, streams, env
        self._slots_h = slots_h
        self._used = 0
        self._spare = 0
        self._mended, self._told = mended, told
        self._waiting: dict[str, int] = {}
        self._asked: dict[str, int] = {}

    def failed(self, feeder: str, row: int, back_h: float | None) -> None:
        """A feeder is dead; `back_h` is when it will be back without a slot, None if it waits for one.

        An infinite `back_h` means that nobody knows: the company promises nothing and the desk hears nothing.
        """
        told_in_h = self._spec.told.restore_time_after_h
        if back_h is not None:
            if back_h < inf:
                self._tell_at(feeder, told_in_h, back_h)
            return
        if self._spare:
            self._spare -= 1
            back_h = quantise_h(self._env.now + LATE_REPAIR_H)
            Timer(self._env, lambda: self._mended(feeder, "slot", row)).set(back_h)
            self._tell_at(feeder, told_in_h, back_h)
            return
        self._waiting[feeder] = row
        self._tell_at(feeder, told_in_h, inf)

    def slot(self) -> None:
        """The next slot has come: the first in the order is live again."""
        self._used += 1
        if not self._waiting:
            self._spare += 1
            return
        feeder = self._order()[0]
        row = self._waiting.pop(feeder)
        self._asked.pop(feeder, None)
        self._mended(feeder, "slot", row)

    def ask(self, feeder: str) -> None:
        """The desk asks for this feeder first; it goes behind those asked for earlier."""
        if feeder in self._waiting and feeder not in self._asked:
            self._asked[feeder] = len(self._asked)
            self._tell(feeder, inf)

    def drop(self, feeder: str) -> None:
        """Restored by other means: it needs no slot any more (the slot goes to the next)."""
        self._waiting.pop(feeder, None)
        self._asked.pop(feeder, None)

    def _order(self) -> list[str]:
        streams = self._streams
        return sorted(self._waiting, key=lambda f: (self._asked.get(f, 10**9), streams.uniform("repair_order", f), f))

    def _tell_at(self, feeder: str, in_h: float, back_h: float) -> None:
        Timer(self._env, lambda: self._tell(feeder, back_h)).set(quantise_h(self._env.now + in_h))

    def _tell(self, feeder: str, back_h: float) -> None:
        """Tell the desk an expected time: the remaining time as planned now, with error."""
        now = self._env.now
        if back_h == inf:
            if feeder not in self._waiting:
                return
            place = self._used + self._order().index(feeder)
            back_h = self._slots_h[place] if place < len(self._slots_h) else now + 24.0
        if back_h <= now:
            return
        error = self._spec.told.restore_time_error
        z = normal_quantile(self._streams.uniform("told_error", feeder))
        self._told(feeder, quantise_h(now + (back_h - now) * round(exp(error * z), 9)))
