"""Two crews at one job: each waits for the other, neither is left standing when the other does not come."""

from __future__ import annotations

from typing import Final

from simpy import Environment

from sim.models.steps import Steps
from sim.units import quantise_h
from sim.vocabulary import Job

_PATIENCE_H: Final = 4.0
"""Assumed: a crew on the spot waits so long for the other, then gives the job back."""


class Team:
    """A job that a crew has taken and the job of the crew that helps it (`assist`)."""

    def __init__(self, helper: Job, env: Environment) -> None:
        self.helper, self._env = helper, env
        self.result = ""
        """How the lead's attempt ended; '' while it lasts."""
        self._here: dict[str, None] = {}
        self._both, self._over = env.event(), env.event()

    def end(self, result: str) -> None:
        """The lead's attempt is over, one way or another: the helper is free to go."""
        if not self.result:
            self.result = result
            self._over.succeed()

    def gather(self, job: Job, left_h: float) -> Steps[bool]:
        """Wait on the spot for the other crew; False if it has not come in time, or will not come any more."""
        self._here[job.id] = None
        if len(self._here) == 2:
            self._both.succeed()
        else:
            patience_h = max(0.0, min(_PATIENCE_H, left_h))
            yield self._both | self._over | self._env.timeout(quantise_h(patience_h))
        if self._both.triggered:
            return True
        self._here.pop(job.id, None)
        return False

    def help_out(self, left_h: float) -> Steps[str]:
        """The helper's time on the spot; how it ended."""
        if self.result:
            return "wasted"
        together = yield from self.gather(self.helper, left_h)
        if not together:
            return self._alone()
        if not self.result:
            yield self._over
        return self._alone()

    def _alone(self) -> str:
        """What the helper's visit came to once the lead's attempt is over; 'alone' if it never began."""
        if self.result in ("done", "wasted"):
            return self.result
        return "failed" if self.result else "alone"
