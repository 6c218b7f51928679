"""What a policy that pairs crews and jobs sees."""

from __future__ import annotations

from collections.abc import Sequence
from math import isinf
from typing import Protocol

from sim.models.crews import Crew
from sim.vocabulary import CrewView, Job


class Pairing(Protocol):
    """Whose window the view is (the dispatcher)."""

    free: dict[str, Crew]
    waiting: dict[str, Job]

    @property
    def now_h(self) -> float: ...
    def unreachable(self) -> list[Job]: ...
    def new_round(self) -> None: ...
    def travel_h(self, crew: Crew, job: Job) -> float: ...
    def onward_h(self, crew: Crew, first: Job, then: Job) -> float: ...
    def can_serve(self, crew: Crew, job: Job) -> bool: ...


class DeskView:
    """What a `decide` policy sees at one instant."""

    def __init__(self, dispatcher: Pairing) -> None:
        self._dispatcher = dispatcher
        self.now_h: float = dispatcher.now_h
        self._travel_h: dict[tuple[str, str], float] = {}
        dispatcher.new_round()
        blocked = {job.id for job in dispatcher.unreachable()}
        self.jobs: Sequence[Job] = [job for job in dispatcher.waiting.values() if job.id not in blocked]
        for crew in dispatcher.free.values():
            crew.shift_left_h = crew.work_left_h(self.now_h)
        self.crews: Sequence[CrewView] = list(dispatcher.free.values())

    def travel_h(self, crew: CrewView, job: Job) -> float:
        """Estimated hours to the job's site; inf where the crew cannot get there in time."""
        key = (crew.id, job.id)
        known = self._travel_h.get(key)
        if known is None:
            known = self._travel_h[key] = self._dispatcher.travel_h(self._dispatcher.free[crew.id], job)
        return known

    def onward_h(self, crew: CrewView, first: Job, then: Job) -> float:
        """Estimated hours from one job's site to another's, with nothing carried on foot; inf where no way is open."""
        return self._dispatcher.onward_h(self._dispatcher.free[crew.id], first, then)

    def can_serve(self, crew: CrewView, job: Job) -> bool:
        """Party, skill, people, generator and shift allow it."""
        return self._dispatcher.can_serve(self._dispatcher.free[crew.id], job)

    def has_road_to(self, crew: CrewView, job: Job) -> bool:
        """Whether a way is open."""
        return not isinf(self.travel_h(crew, job))
