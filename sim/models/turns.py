"""Crews between two jobs: free where they stand, or at rest."""

from __future__ import annotations

from collections.abc import Callable
from math import inf, nan

from simpy import Environment

from sim.log import EventLog
from sim.models.crews import Crew
from sim.models.timer import Timer


class Turns:
    """Hands crews that are free to the dispatcher, and sends the tired to rest."""

    def __init__(self, env: Environment, log: EventLog) -> None:
        self._env, self._log = env, log
        self.place_of: Callable[[Crew], str] = lambda crew: crew.depot.id
        """Site, depot or road node where a crew stands."""
        self.release: Callable[[Crew, int], None] = lambda _crew, _row: None

    def free(self, crew: Crew, row: int = -1) -> None:
        """The crew asks for orders, or its shift is over."""
        crew.busy = False
        row = self._log.add(self._env.now, "crew.free", crew.id, self.place_of(crew), nan, row)
        self.release(crew, row)

    def rest(self, crew: Crew) -> None:
        """The crew's shift is over: it rests where it is."""
        now = self._env.now
        crew.resting = True
        self._log.add(now, "crew.rests", crew.id, self.place_of(crew), crew.spec.rest_h)
        Timer(self._env, lambda: self._rested(crew)).set(now + crew.spec.rest_h)

    def _rested(self, crew: Crew) -> None:
        crew.resting = crew.called = False
        crew.on_since_h = inf
        self.free(crew)
