"""A wake-up that can be called off. SimPy cannot cancel a timeout, so a stale one is ignored by its version.

This is the only place that knows; levels, journeys and steps all use it. Beside it, calls at the end of an instant.
Both put things into SimPy's queue that are leaner than its events: there are thousands, and nobody else sees them.
"""

from __future__ import annotations

from collections.abc import Callable
from heapq import heappush
from math import inf
from typing import Any, Final

from simpy import Environment
from simpy.events import Event

_NORMAL: Final = 1


class Call:
    """A call in the queue."""

    __slots__ = ("callbacks",)
    _ok, _value = True, None

    def __init__(self, call: Callable[[Event], None]) -> None:
        self.callbacks: list[Callable[[Event], None]] | None = [call]


def at_the_end(env: Environment, call: Callable[[Event], None], after: int = 0) -> None:
    """Call after everything else of this instant; of two such calls the one with the smaller `after` comes first."""
    put(env, env.now, _NORMAL + 1 + after, Call(call))


def put(env: Environment, at_h: float, priority: int, thing: object) -> None:
    """Into SimPy's queue, behind what has the same time and priority."""
    queue: Any = env._queue  # noqa: SLF001 (what `Environment.schedule` does, without an event)
    heappush(queue, (at_h, priority, next(env._eid), thing))  # noqa: SLF001


class Wake:
    """A wake-up in the queue; of no effect once its timer was set again."""

    __slots__ = ("timer", "version")
    _ok = True

    def __init__(self, timer: Timer, version: int) -> None:
        self.timer, self.version = timer, version

    @property
    def callbacks(self) -> list[Callable[[object], None]]:
        """For SimPy's own loop (a `Clock` calls `ring`)."""
        return [self.ring]

    @callbacks.setter
    def callbacks(self, _: None) -> None: ...

    def ring(self, _event: object = None) -> None:
        """The time has come."""
        timer = self.timer
        if timer.version == self.version:
            timer.due_h = inf
            timer.call()


class Timer:
    """At most one wake-up pending; setting it again replaces the former."""

    __slots__ = ("_ends_h", "_env", "call", "due_h", "version")

    def __init__(self, env: Environment, call: Callable[[], None]) -> None:
        self._env = env
        self._ends_h: float = getattr(env, "ends_h", inf)
        self.call = call
        self.version = 0
        self.due_h = inf

    def set(self, at_h: float) -> None:
        """Wake at a time, at once if it has passed, never if it is infinite (or the clock ends before)."""
        self.version += 1
        self.due_h = at_h
        if at_h == inf:
            return
        env = self._env
        now = env.now
        at_h = now + (at_h - now) if at_h > now else now
        if at_h < self._ends_h:
            queue: Any = env._queue  # noqa: SLF001 (as in `put`)
            heappush(queue, (at_h, _NORMAL, next(env._eid), Wake(self, self.version)))  # noqa: SLF001

    def cancel(self) -> None:
        """Nothing will happen any more."""
        self.version += 1
        self.due_h = inf
