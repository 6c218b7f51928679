"""People of teams: where each is and what holds him. Nobody is in two places or on two steps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from simpy import Environment
from simpy.events import Event

from sim.log import EventLog
from sim.procedure import Role, Team


@dataclass(slots=True, eq=False)
class Person:
    """One person."""

    id: str
    team: str
    skills: frozenset[str]
    place: str
    busy: str = ""


class _Wait(NamedTuple):
    role: Role
    step: str
    row: int
    event: Event


class People:
    """All teams. Those who wait for people are served in the order in which they came."""

    def __init__(self, teams: Mapping[str, Team], env: Environment, log: EventLog) -> None:
        self._env, self._log = env, log
        self.persons = [
            Person(f"{name}-{number:02d}", name, frozenset(team.skills), team.place)
            for name, team in teams.items()
            for number in range(1, team.people + 1)
        ]
        self._waiting: list[_Wait] = []

    def take(self, role: Role, step: str, row: int) -> Event:
        """An event whose value is the list of persons taken; the earliest in the team's list first."""
        event = self._env.event()
        self._waiting.append(_Wait(role, step, row, event))
        self._serve()
        return event

    def _serve(self) -> None:
        for wait in list(self._waiting):
            free = [p for p in self.persons if not p.busy and p.team == wait.role.team and self._can(p, wait.role)]
            if len(free) < wait.role.people:
                continue
            self._waiting.remove(wait)
            taken = free[: wait.role.people]
            for person in taken:
                person.busy = wait.step
                self._log.add(self._env.now, "person.busy", person.id, wait.step, cause_row=wait.row)
            wait.event.succeed(taken)

    @staticmethod
    def _can(person: Person, role: Role) -> bool:
        return role.skill is None or role.skill in person.skills

    def let_go(self, persons: list[Person], row: int) -> None:
        """They are free where they are."""
        for person in persons:
            person.busy = ""
            self._log.add(self._env.now, "person.free", person.id, person.place, cause_row=row)
        self._serve()

    def move(self, persons: list[Person], place: str, row: int) -> None:
        """They have arrived somewhere else."""
        for person in persons:
            if person.place != place:
                person.place = place
                self._log.add(self._env.now, "person.moved", person.id, place, cause_row=row)
