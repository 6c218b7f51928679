"""Procedures that run: each step is a process that waits for the steps before it, for people and for spares.

The luck of a step is named after its run, its name and the try, so a team more or a policy changes no duration.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from simpy import Environment
from simpy.events import AllOf, Event

from sim.log import EventLog
from sim.models.people import People, Person
from sim.models.steps import Steps
from sim.procedure import Act, Procedure, Role, Spares, Step
from sim.streams import Streams
from sim.units import quantise_h

_MOST_TRIES: Final = 5
"""Assumed: by then somebody sees to it that it is right."""


@dataclass(eq=False)
class Run:
    """One run of a procedure."""

    id: str
    name: str
    procedure: Procedure
    target: str
    subject: str
    begun_h: float
    row: int
    done: dict[str, Event] = field(default_factory=dict)
    tries: dict[str, int] = field(default_factory=dict)
    held: dict[str, list[Person]] = field(default_factory=dict)
    """People of each role while the procedure holds them."""
    asked: dict[str, Event] = field(default_factory=dict)
    left: int = 0


class Procedures:
    """Starts procedures and sees them through. `act(act, target, row)` carries out what a step changes."""

    def __init__(
        self, specs: Mapping[str, Procedure], people: People, spares: Spares, streams: Streams, env: Environment,
        log: EventLog,
    ) -> None:  # fmt: skip
        self._specs, self._people, self._streams, self._env, self._log = specs, people, streams, env, log
        self._stock = {place: dict(store) for place, store in spares.stores.items()}
        self._fetch_h = spares.fetch_h
        self._count: dict[str, int] = {}
        self.act: Callable[[Act, str, int], None] = lambda _act, _target, _row: None

    def alarm(self, subject: str, alarm: str, row: int) -> None:
        """Something gives an alarm."""
        for name, procedure in self._specs.items():
            if alarm in procedure.on_alarm and (not procedure.of or subject in procedure.of):
                self.start(name, subject, f"{'supply' if alarm == 'psu' else alarm}:{subject}", row)

    def level(self, level: str, row: int) -> None:
        """A level is raised."""
        for name, procedure in self._specs.items():
            if procedure.on_level == level:
                self.start(name, level, level, row)

    def start(self, name: str, subject: str, target: str, row: int) -> Run:
        """A run of a procedure begins."""
        number = self._count[name] = self._count.get(name, 0) + 1
        procedure = self._specs[name]
        row = self._log.add(self._env.now, "procedure.started", f"{name}#{number}", subject, cause_row=row)
        run = Run(f"{name}#{number}", name, procedure, target, subject, self._env.now, row, left=len(procedure.steps))
        run.done = {step: self._env.event() for step in procedure.steps}
        for step in procedure.steps:
            self._env.process(self._step(run, step))
        return run

    def _step(self, run: Run, name: str) -> Steps[None]:
        step, done = run.procedure.steps[name], run.done[name]
        while True:
            before = [run.done[other] for other in run.procedure.after(name)]
            if before:
                yield AllOf(self._env, before)
            persons = yield from self._persons(run, name)
            yield from self._spares(run, name, persons)
            tries = run.tries[name] = run.tries.get(name, 0) + 1
            row = self._log.add(self._env.now, "step.begun", f"{run.id}.{name}", step.who, tries, run.row)
            yield self._env.timeout(self._takes_h(run, name, persons, tries))
            if not self._refused(run, name, tries):
                break
            self._again(run, name, row)
            self._let_go_if_own(run, name, persons, row)
        since_h = self._env.now - run.begun_h
        row = run.row = self._log.add(self._env.now, "step.done", f"{run.id}.{name}", step.who, since_h, row)
        if step.to:
            self._people.move(persons, step.to, row)
        for act in step.does:
            self.act(act, run.target, row)
        run.left -= 1
        done.succeed()
        self._let_go(run, name, persons, row)
        if run.left == 0:
            self._log.add(self._env.now, "procedure.done", run.id, "", since_h, row)

    def _takes_h(self, run: Run, name: str, persons: list[Person], tries: int) -> float:
        step = run.procedure.steps[name]
        if step.to and all(person.place == step.to for person in persons):
            return 0.0
        hours = step.takes_h.quantile(self._streams.uniform("step_h", run.id, name, tries))
        return quantise_h(self._env.now + hours) - self._env.now

    def _refused(self, run: Run, name: str, tries: int) -> bool:
        share = run.procedure.steps[name].refused
        return share > 0 and tries < _MOST_TRIES and self._streams.uniform("refused", run.id, name, tries) < share

    def _again(self, run: Run, name: str, row: int) -> None:
        """Back to an earlier step: it and all between it and this one are done anew."""
        step = run.procedure.steps[name]
        self._log.add(self._env.now, "step.rejected", f"{run.id}.{name}", step.back_to or name, run.tries[name], row)
        if step.back_to in ("", name):
            return
        before = run.procedure.before(name)
        anew = [one for one in before if one == step.back_to or step.back_to in run.procedure.before(one)]
        for one in anew:
            run.done[one] = self._env.event()
            run.left += 1
            self._env.process(self._step(run, one))

    # people

    def _role(self, run: Run, step: Step) -> Role:
        return run.procedure.roles.get(step.who) or Role(team=step.who)

    def _persons(self, run: Run, name: str) -> Steps[list[Person]]:
        """The people of a step: those the run holds already, or as soon as they are free."""
        step = run.procedure.steps[name]
        if step.who in run.held:
            return run.held[step.who]
        own = step.who in run.procedure.roles
        event = run.asked.get(step.who) if own else None
        if event is None:
            event = self._people.take(self._role(run, step), f"{run.id}.{name}", run.row)
            if own:
                run.asked[step.who] = event
        if not event.triggered:
            self._log.add(self._env.now, "step.waits", f"{run.id}.{name}", step.who, cause_row=run.row)
        persons: list[Person] = yield event
        if own:
            run.held[step.who] = persons
        return persons

    def _let_go(self, run: Run, name: str, persons: list[Person], row: int) -> None:
        """People of a role stay until no step of theirs is left."""
        who = run.procedure.steps[name].who
        if who in run.procedure.roles:
            mine = [one for one, step in run.procedure.steps.items() if step.who == who]
            if any(not run.done[one].triggered for one in mine):
                return
            run.held.pop(who, None)
            run.asked.pop(who, None)
        self._people.let_go(persons, row)

    def _let_go_if_own(self, run: Run, name: str, persons: list[Person], row: int) -> None:
        if run.procedure.steps[name].who not in run.procedure.roles:
            self._people.let_go(persons, row)

    # spares

    def _spares(self, run: Run, name: str, persons: list[Person]) -> Steps[None]:
        """Take spares from the store of the place; what is not there is fetched from where there is one."""
        step = run.procedure.steps[name]
        place = step.at or (persons[0].place if persons else "")
        if run.tries.get(name):
            return  # a wrong spare was put back
        for kind, count in step.uses.items():
            for _ in range(count):
                yield from self._spare(run, name, kind, place)

    def _spare(self, run: Run, name: str, kind: str, place: str) -> Steps[None]:
        number = 0
        while True:
            for store in (place, *(other for other in self._stock if other != place)):
                left = self._stock.get(store, {}).get(kind, 0)
                if left <= 0:
                    continue
                self._stock[store][kind] = left - 1
                row = self._log.add(self._env.now, "spare.used", kind, store, left - 1, run.row)
                if store != place:
                    self._log.add(self._env.now, "step.waits", f"{run.id}.{name}", f"{kind}@{store}", cause_row=row)
                    u = self._streams.uniform("fetch_h", run.id, name, kind, number)
                    yield self._env.timeout(quantise_h(self._env.now + self._fetch_h.quantile(u)) - self._env.now)
                return
            self._log.add(self._env.now, "step.waits", f"{run.id}.{name}", kind, cause_row=run.row)
            yield self._env.event()  # no spare anywhere: the step never begins
