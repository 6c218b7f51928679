"""The plan's preparation (预案 before the event): every line is carried out by crews, and is late when they are."""

from __future__ import annotations

from collections.abc import Callable

from simpy import Environment

from sim.log import EventLog
from sim.models.crews import Crew, DepotStock
from sim.models.desk import Desk
from sim.models.dispatch import Dispatcher
from sim.models.driving import Driving
from sim.models.steps import Steps
from sim.models.timer import Timer
from sim.plan import Measure
from sim.vocabulary import Job, JobKind

_JOB_OF: dict[str, JobKind] = {"inspect": "inspect", "place_generators": "place", "quilts": "quilt"}
_RANK = 20
_FUEL_DELIVERY_H = 6.0
"""Assumed: winter diesel is in the depots this long after it was ordered, at the start."""


class Preparation:
    """Turns the lines of `plan.before` into jobs at the start, and logs when each is done."""

    def __init__(
        self, measures: list[Measure], by_h: list[float], sites_of: Callable[[Measure], list[int]], desk: Desk,
        depots: dict[str, DepotStock], env: Environment, log: EventLog,
    ) -> None:  # fmt: skip
        self._measures, self._by_h, self._sites_of, self._desk = measures, by_h, sites_of, desk
        self._depots, self._env, self._log = depots, env, log
        self._of_job: dict[str, tuple[str, str, float, int]] = {}
        desk.after_job = self._after

    def begin(self, site_id: Callable[[int], str], driving: Driving, dispatcher: Dispatcher, crews: list[Crew]) -> None:
        """Open the jobs at the start of the drill."""
        for number, (measure, by_h) in enumerate(zip(self._measures, self._by_h, strict=True), 1):
            name = f"{measure.do}-{number}"
            if measure.do == "fill_fuel":
                self._fill_fuel(name, measure, by_h)
            elif measure.do == "move_crews":
                self._move(name, measure, by_h, driving, dispatcher, crews)
            else:
                for site in self._sites_of(measure):
                    row = self._log.add(self._env.now, "measure.planned", name, site_id(site), by_h)
                    job = self._desk.open_job(_JOB_OF[measure.do], site, row, deadline_h=by_h, rank=_RANK)
                    self._of_job[job.id] = (name, site_id(site), by_h, row)

    def _fill_fuel(self, name: str, measure: Measure, by_h: float) -> None:
        def deliver() -> None:
            for depot in self._depots.values():
                depot.grade_c = measure.grade_c if measure.grade_c is not None else depot.grade_c
                self._log.add(self._env.now, "measure.done", name, depot.id, by_h, rows[depot.id])

        rows = {depot: self._log.add(self._env.now, "measure.planned", name, depot, by_h) for depot in self._depots}
        Timer(self._env, deliver).set(self._env.now + _FUEL_DELIVERY_H)

    def _move(
        self,
        name: str,
        measure: Measure,
        by_h: float,
        driving: Driving,
        dispatcher: Dispatcher,
        crews: list[Crew],
    ) -> None:
        target = self._depots[str(measure.to_depot)]
        movers = [crew for crew in crews if crew.depot.id == measure.from_depot and crew.id in dispatcher.free][
            : measure.crews
        ]
        for crew in movers:
            row = self._log.add(self._env.now, "measure.planned", name, crew.id, by_h)
            del dispatcher.free[crew.id]
            self._env.process(self._relocate(crew, target, name, by_h, row, driving))

    def _relocate(
        self, crew: Crew, target: DepotStock, name: str, by_h: float, row: int, driving: Driving
    ) -> Steps[None]:
        sent = self._log.add(self._env.now, "crew.sent", crew.id, name, cause_row=row)
        there = yield from driving.to_node(crew, target.node, sent)
        if there:
            crew.depot = target
            self._log.add(self._env.now, "crew.arrived", crew.id, target.id, cause_row=sent)
            self._log.add(self._env.now, "measure.done", name, crew.id, by_h, row)
        self._desk.crew_free(crew, sent)

    def _after(self, job: Job, result: str, row: int) -> None:
        planned = self._of_job.get(job.id)
        if planned is not None and result == "done":
            name, target, by_h, _ = planned
            self._log.add(self._env.now, "measure.done", name, target, by_h, row)
