"""The plan's preparation (预案 before the event): every line is carried out by crews, and is late when they are."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from simpy import Environment

from sim.log import EventLog
from sim.models.crews import Crew, DepotStock
from sim.models.desk import Desk
from sim.models.dispatch import Dispatcher
from sim.models.driving import Driving
from sim.models.steps import Steps
from sim.models.timer import Timer
from sim.plan import Measure
from sim.resources import Resources
from sim.streams import Streams
from sim.units import quantise_h
from sim.vocabulary import Job, JobKind

_JOB_OF: dict[str, JobKind] = {"inspect": "inspect", "place_generators": "place", "quilts": "quilt"}
_RANK = 20


class Preparation:
    """Turns the lines of `plan.before` into jobs at the start, and logs when each is done.

    `call_out` (how a crew comes on duty) is set before the clock starts.
    """

    call_out: Callable[[Crew, int], Steps[None]]

    def __init__(
        self, measures: list[Measure], by_h: list[float], sites_of: Callable[[Measure], list[int]], desk: Desk,
        depots: dict[str, DepotStock], resources: Resources, streams: Streams, env: Environment, log: EventLog,
    ) -> None:  # fmt: skip
        self._measures, self._by_h, self._sites_of, self._desk = measures, by_h, sites_of, desk
        self._depots, self._resources, self._streams, self._env, self._log = depots, resources, streams, env, log
        self._orders = 0
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
        """Order fuel for every depot: each is served when the supplier gets there, in time or late."""
        self._orders += 1
        for depot in self._depots.values():
            row = self._log.add(self._env.now, "measure.planned", name, depot.id, by_h)
            u = self._streams.uniform("fuel_delivery", self._orders, depot.id)
            arrives_h = quantise_h(self._env.now + self._resources.fuel.delivered_h.quantile(u))
            call = partial(self._deliver, depot, measure, name, by_h, row)
            Timer(self._env, call).set(arrives_h)

    def _deliver(self, depot: DepotStock, measure: Measure, name: str, by_h: float, row: int) -> None:
        """The tanker is there: so many litres, or what is missing; what is left of a poorer grade is taken back.

        The sets that stand in the depot are drained and filled with the new grade as well.
        """
        ledger_l = self._resources.depots[depot.id].fuel_l
        missing_l = 0.0 if ledger_l is None else max(0.0, ledger_l - depot.fuel_l)
        litres = missing_l if measure.litres is None else measure.litres
        depot.fuel_l += litres
        if measure.grade_c is not None:
            depot.grade_c = measure.grade_c
            for generator in depot.generators:
                generator.grade_c = measure.grade_c
        row = self._log.add(self._env.now, "depot.fuelled", depot.id, name, litres, row)
        self._log.add(self._env.now, "measure.done", name, depot.id, by_h, row)

    def _move(
        self,
        name: str,
        measure: Measure,
        by_h: float,
        driving: Driving,
        dispatcher: Dispatcher,
        crews: list[Crew],
    ) -> None:
        """Send crews to another depot; one that is not on call is missing there, and counts as never sent."""
        target = self._depots[str(measure.to_depot)]
        there = [crew for crew in crews if crew.depot.id == measure.from_depot]
        there.sort(key=lambda crew: crew.id not in dispatcher.free)
        for crew in there[: measure.crews]:
            row = self._log.add(self._env.now, "measure.planned", name, crew.id, by_h)
            if dispatcher.free.pop(crew.id, None) is not None:
                self._env.process(self._relocate(crew, target, name, by_h, row, driving))

    def _relocate(
        self, crew: Crew, target: DepotStock, name: str, by_h: float, row: int, driving: Driving
    ) -> Steps[None]:
        yield from self.call_out(crew, row)
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
