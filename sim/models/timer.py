"""A wake-up that can be called off. SimPy cannot cancel a timeout, so a stale one is ignored by its version.

This is the only place that knows; levels, journeys and steps all use it. Beside it, calls at the end of an instant.
"""

from __future__ import annotations

from collections.abc import Callable
from math import isinf

from simpy import Environment
from simpy.events import Event, EventPriority, Timeout


def at_the_end(env: Environment, call: Callable[[Event], None], after: int = 0) -> None:
    """Call after everything else of this instant; of two such calls the one with the smaller `after` comes first."""
    event = Event(env)
    event.callbacks.append(call)
    event._ok, event._value = True, None  # noqa: SLF001 (SimPy's own way to trigger with a priority)
    env.schedule(event, priority=EventPriority(2 + after))


class Timer:
    """At most one wake-up pending; setting it again replaces the former."""

    __slots__ = ("_call", "_env", "_version", "due_h")

    def __init__(self, env: Environment, call: Callable[[], None]) -> None:
        self._env = env
        self._call = call
        self._version = 0
        self.due_h = float("inf")

    def set(self, at_h: float) -> None:
        """Wake at a time, at once if it has passed, never if it is infinite."""
        self._version += 1
        self.due_h = at_h
        if isinf(at_h):
            return
        event = Timeout(self._env, max(0.0, at_h - self._env.now), self._version)
        event.callbacks.append(self._fire)

    def cancel(self) -> None:
        """Nothing will happen any more."""
        self._version += 1
        self.due_h = float("inf")

    def _fire(self, event: Event) -> None:
        if event.value == self._version:
            self.due_h = float("inf")
            self._call()
