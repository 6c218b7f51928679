"""The clock of a run: SimPy's environment with a leaner loop. Events happen in the same order as in SimPy's own.

What it leaves out: events beyond the end of the run are not kept, processes have no value anybody could wait for.
"""

from __future__ import annotations

from heapq import heappop, heappush
from math import inf
from typing import Any, Final

from simpy import Environment
from simpy.events import Event, Timeout

from sim.models.steps import Steps
from sim.models.timer import Call, Wake, put

_URGENT: Final = 0
_NORMAL: Final = 1


class Course:
    """A process on its way through its steps."""

    __slots__ = ("_steps",)

    def __init__(self, env: Environment, steps: Steps[Any]) -> None:
        self._steps = steps
        put(env, env.now, _URGENT, Call(self._resume))

    def _resume(self, event: Event) -> None:
        steps = self._steps
        try:
            while True:
                if event._ok:  # noqa: SLF001
                    event = steps.send(event._value)  # noqa: SLF001
                else:
                    event.defused = True
                    event = steps.throw(event._value)  # noqa: SLF001
                if event.callbacks is not None:
                    event.callbacks.append(self._resume)
                    return
        except StopIteration:
            return


class Clock(Environment):
    """Hours since the start; nothing happens at `ends_h` or after."""

    now: float = 0.0

    def __init__(self, ends_h: float = inf) -> None:
        super().__init__(0.0)
        self.now, self.ends_h = 0.0, ends_h

    def process(self, generator: Steps[Any]) -> Course:  # type: ignore[override]
        """Begin a process once the present callback is over."""
        return Course(self, generator)

    def timeout(self, delay: float = 0.0, value: Any = None) -> Timeout:
        """An event that happens after a delay in hours."""
        if delay < 0:
            raise ValueError(f"Negative delay {delay}")
        event = Timeout.__new__(Timeout)
        event.env, event.callbacks, event._value, event._delay, event._ok = self, [], value, delay, True  # noqa: SLF001
        at_h = self.now + delay
        if at_h < self.ends_h:
            heappush(self._queue, (at_h, _NORMAL, next(self._eid), event))  # type: ignore[misc]
        return event

    def step(self) -> None:
        """The next event."""
        self.now = self.peek()
        super().step()

    def run(self, until: float | Event | None = None) -> Any:
        """All that happens before a time."""
        if until is None or isinstance(until, Event):
            return super().run(until)
        queue: list[Any] = self._queue
        while queue and queue[0][0] < until:
            self.now, _, _, event = heappop(queue)
            self._now = self.now
            if type(event) is Wake:  # as its `ring`
                timer = event.timer
                if timer.version == event.version:
                    timer.due_h = inf
                    timer.call()
                continue
            callbacks, event.callbacks = event.callbacks, None
            for callback in callbacks:
                callback(event)
            if not event._ok and not hasattr(event, "_defused"):  # noqa: SLF001
                raise event._value  # noqa: SLF001
        self.now = self._now = until
        return None
