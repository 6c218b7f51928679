"""The queue of jobs and the free crews: who is sent where. The only place that pairs them.

A rank policy is served from heaps, one for each party and need, so that a decision costs little however long the
queue is; a `decide` policy gets the whole view.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from heapq import heapify, heappop, heappush
from itertools import count
from math import inf, isinf
from typing import Final

from simpy import Environment
from simpy.events import Event

from sim.log import EventLog
from sim.models.crews import LEAST_L, REFUEL_L, Crew
from sim.models.driving import Driving
from sim.models.roads import Load
from sim.models.timer import Timer, at_the_end
from sim.models.visits import Visits
from sim.policies import Policy
from sim.settings import DeskSettings
from sim.vocabulary import CrewView, Job, Order

_LOOKED_AT: Final = 40
"""Assumed: a dispatcher passes over at most so many jobs that nobody free can do, then waits."""
_RETRY_H: Final = 0.5
"""Assumed: while somebody is free and cannot reach a job, roads are looked at again this often, as often as the desk's
picture of snow is renewed."""

Need = tuple[str, str, int]
"""Party, skill or 'generator', county."""


class Dispatcher:
    """Pairs waiting jobs with free crews, as the policy says."""

    def __init__(
        self,
        policy: Policy,
        driving: Driving,
        visits: Visits,
        settings: DeskSettings,
        env: Environment,
        log: EventLog,
    ) -> None:
        self._policy, self._driving, self._visits = policy, driving, visits
        self._settings, self._env, self._log = settings, env, log
        self.free: dict[str, Crew] = {}
        self.waiting: dict[str, Job] = {}
        self._heaps: dict[Need, list[tuple[tuple[float, ...], int, Job]]] = {}
        self._tried: dict[bool, dict[str, tuple[int, int]]] = {True: {}, False: {}}
        """Job → road version and epoch at which nobody free could serve it."""
        self._epoch = 0
        self._free_since: dict[str, int] = {}
        self._exhausted: dict[bool, dict[Need, int]] = {True: {}, False: {}}
        """Needs whose first jobs nobody free could serve, with the state of the roads at which that was so."""
        self._served: dict[Need, bool] = {}
        self._piece: dict[str, tuple[list[int], int]] = {}
        self._tops: list[tuple[tuple[tuple[float, ...], int], Need]] = []
        """During a decision: the first job of every need; entries that are no longer first are passed over."""
        self._order = count()
        self._entry: dict[str, int] = {}
        """Waiting job → number of its entry that counts."""
        self.changed: Callable[[int], None] = lambda _row: None
        """Called when jobs or crews come, go or are paired, with the row that made it so."""
        self.taken: Callable[[Job, Crew, int], None] = lambda _job, _crew, _row: None
        self._pending = False
        self.helpers: dict[str, set[str]] = {}
        """Party → parties whose jobs it may serve besides its own."""
        self.rove_h: Callable[[Job], float | None] = lambda _job: None
        self.on_stuck: Callable[[], None] = lambda: None
        """Called when jobs wait that nobody can reach."""
        self.rest: Callable[[Crew], None] = lambda _crew: None
        self._retry_timer = Timer(env, self.wake)

    # what comes in

    def add(self, job: Job) -> None:
        """A job waits from now on."""
        job.status = "open"
        self.waiting[job.id] = job
        self._push(job)
        self.changed(job.cause_row)
        self.wake()

    def _push(self, job: Job) -> None:
        if self._policy.rank is None:
            return
        need = (job.party, "generator" if self._visits.must_bring(job) else job.skill, job.county)
        for exhausted in self._exhausted.values():
            exhausted.pop(need, None)
        number = self._entry[job.id] = next(self._order)
        entry = (self._policy.rank(job), number, job)
        heappush(self._heaps.setdefault(need, []), entry)
        heappush(self._tops, (entry[:2], need))

    def ranked_anew(self, job: Job) -> None:
        """A waiting job has another place in the plan's order: its former entry counts no more."""
        self._push(job)
        self.wake()

    def drop(self, job: Job) -> None:
        """A waiting job is no longer wanted."""
        self.waiting.pop(job.id, None)
        self._entry.pop(job.id, None)
        self.changed(job.cause_row)

    def return_job(self, job: Job) -> None:
        """A job nobody could get to waits until roads change."""
        job.status = "open"
        self.waiting[job.id] = job
        job.after_road_version = self._version()
        for tried in self._tried.values():
            tried[job.id] = (job.after_road_version, self._epoch)
        self._push(job)
        self.changed(job.cause_row)

    def release(self, crew: Crew, row: int = -1) -> None:
        """A crew is free."""
        self.free.pop(crew.id, None)
        self.free[crew.id] = crew
        self._epoch += 1
        self._free_since[crew.id] = self._epoch
        for own_county, exhausted in self._exhausted.items():
            for need in [need for need in exhausted if self._suits(crew, need, own_county)] if exhausted else ():
                del exhausted[need]
        tired_h = crew.tired_h()
        if tired_h <= self._env.now:
            self._stand_down(crew)
        elif tired_h < inf:
            Timer(self._env, lambda: self._stand_down(crew)).set(tired_h)
        self.changed(row)
        self.wake()

    def _stand_down(self, crew: Crew) -> None:
        """A free crew with too little of its shift left for another job goes to rest."""
        if crew.id in self.free and crew.tired_h() <= self._env.now + 1e-9:
            del self.free[crew.id]
            self.rest(crew)
            self.changed(-1)

    def wake(self) -> None:
        """Decide at the end of this instant, if there is anything to decide."""
        if self._pending or not self.free or not self.waiting:
            return
        self._pending = True
        at_the_end(self._env, self._decide)

    def _version(self) -> int:
        if not self._driving.roads.known:
            return 0
        changes, bucket = self._driving.roads.version(self._env.now)
        return changes * 100_000 + bucket

    # decisions

    def _decide(self, _event: Event) -> None:
        self._pending = False
        self._piece.clear()
        if self._policy.rank is not None:
            self._by_rank()
        elif self._policy.decide is not None:
            self._carry_out(self._policy.decide(DeskView(self)))
        if self.waiting and self.free:
            self.on_stuck()
            self._retry_timer.set((int(self._env.now / _RETRY_H) + 1) * _RETRY_H)

    def unreachable(self) -> list[Job]:
        """Waiting jobs that nobody free could get to when they were last offered, roads being what they are."""
        version = self._version()
        return [job for job in self.waiting.values() if job.after_road_version == version]

    def _by_rank(self) -> None:
        """Crews first serve the county of their own depot, then the other counties of their party."""
        if self._settings.own_county_first:
            self._by_rank_within(own_county=True)
        if self.free and self.waiting:
            self._by_rank_within(own_county=False)

    def _by_rank_within(self, *, own_county: bool) -> None:
        aside: list[tuple[Need, tuple[tuple[float, ...], int, Job]]] = []
        passed: dict[Need, int] = {}
        state = self._version()
        exhausted = self._exhausted[own_county]
        self._served.clear()
        self._tops = [
            (heap[0][:2], need) for need, heap in self._heaps.items() if heap and exhausted.get(need) != state
        ]
        heapify(self._tops)
        while self.free:
            need = self._first_need(passed, own_county)
            if need is None:
                break
            entry = heappop(self._heaps[need])
            job = entry[2]
            crew = self._best_crew(job, own_county)
            if crew is not None:
                self._assign(crew, job, self.rove_h(job))
                self._served.clear()
            else:
                passed[need] = passed.get(need, 0) + 1
                aside.append((need, entry))
            if heap := self._heaps[need]:
                heappush(self._tops, (heap[0][:2], need))
        self._tops = []
        for need, entry in aside:
            heappush(self._heaps[need], entry)
            exhausted[need] = state

    def _first_need(self, passed: dict[Need, int], own_county: bool) -> Need | None:
        """The need whose first job comes first of all that somebody free could serve.

        What is left of `_tops` holds an entry for the first job of every need still to be looked at. While a decision
        lasts crews and generators only become fewer, so a need that nobody can serve is looked at no more.
        """
        tops, entry = self._tops, self._entry
        while tops:
            key, need = heappop(tops)
            if passed.get(need, 0) >= _LOOKED_AT:
                continue
            heap = self._heaps[need]
            while heap and entry.get(heap[0][2].id) != heap[0][1]:
                heappop(heap)
            if not heap:
                continue
            if heap[0][:2] != key:
                heappush(tops, (heap[0][:2], need))
            elif self._anybody(need, own_county):
                return need
        return None

    def _anybody(self, need: Need, own_county: bool) -> bool:
        known = self._served.get(need)
        if known is None:
            known = self._served[need] = any(self._suits(crew, need, own_county) for crew in self.free.values())
        return known

    def _suits(self, crew: Crew, need: Need, own_county: bool) -> bool:
        party, what, county = need
        if own_county and crew.depot.county != county:
            return False
        return self.may_serve(crew.party, party) and (
            self._has_generator(crew) if what == "generator" else not what or what in crew.skills
        )

    def may_serve(self, whose: str, party: str) -> bool:
        """Whether crews and machines of a party may do another's jobs now: only after help was asked of it.

        Hired and mutual-aid crews (no party) are asked for everybody.
        """
        return whose == party or not party or not whose or party in self.helpers.get(whose, ())

    def _has_generator(self, crew: Crew) -> bool:
        """On board, or at the depot (where broken sets are put down, so that every place is free)."""
        spec = crew.spec
        if spec.unlimited_generators or any(not g.broken for g in crew.carried):
            return True
        return crew.depot.has_free(spec.carries)

    def via_depot(self, crew: Crew, job: Job) -> bool:
        """Whether the crew must go by its depot first."""
        if crew.spec.unlimited_generators:
            return False
        if self._visits.must_bring(job):
            return not self._driving.has_set_for(crew, job.site, self._env.now)
        if job.kind == "collect":
            return crew.seats_left() < 1
        return job.kind == "refuel" and crew.fuel_l < REFUEL_L and crew.fuel_to_come_l() > crew.fuel_l

    def can_serve(self, crew: Crew, job: Job) -> bool:
        """Party, skill, people, generator, fuel and shift allow it."""
        if not self.may_serve(crew.party, job.party) or crew.people < job.people:
            return False
        if self._visits.must_bring(job):
            return self._has_generator(crew)
        if job.kind == "collect" and sum(g.kind.seats for g in crew.working()) >= crew.spec.carries:
            return False
        if job.kind == "refuel" and crew.fuel_to_come_l() < LEAST_L:
            return False
        return not job.skill or job.skill in crew.skills

    def estimate_h(self, crew: Crew, job: Job) -> float:
        """Expected hours for this crew to be at the job's site; inf if it cannot be."""
        via_depot, with_generator = self.via_depot(crew, job), self._visits.must_bring(job)
        return self._driving.estimate_h(crew, job, self._env.now, with_generator, via_depot)

    def _best_crew(self, job: Job, own_county: bool) -> Crew | None:
        """The crew that would be there first. Marks the job where nobody free can be.

        A job nobody could serve is offered again only to crews that became free since, or once roads change.
        """
        if self._driving.drawn:
            return next((crew for crew in self.free.values() if self.can_serve(crew, job)), None)
        version, now = self._version(), self._env.now
        since = self._tried[own_county].get(job.id, (-1, -1))
        newer_than = since[1] if since[0] == version else -1
        best, best_h = None, float("inf")
        node = self._driving.roads.site_node[job.site] if self._driving.roads.known else -1
        seen: dict[tuple[object, ...], None] = {}
        for crew in self._free_after(newer_than):
            if own_county and crew.depot.county != job.county:
                continue
            if (node >= 0 and not self._on_one_piece(crew, node)) or not self.can_serve(crew, job):
                continue
            likeness = crew.likeness(now)
            if likeness in seen:
                continue
            seen[likeness] = None
            hours = self.estimate_h(crew, job)
            if hours < best_h and hours <= self._settings.max_travel_h and hours <= crew.work_left_h(now):
                best, best_h = crew, hours
        if best is None:
            job.after_road_version = version
            self._tried[own_county][job.id] = (version, self._epoch)
        else:
            for tried in self._tried.values():
                tried.pop(job.id, None)
        return best

    def _on_one_piece(self, crew: Crew, node: int) -> bool:
        """Whether any way is open to a node, be it long: what is quickly told for all nodes at once, and kept."""
        known = self._piece.get(crew.id)
        if known is None:
            known = self._piece[crew.id] = self._driving.piece(crew, self._env.now)
        return known[0][node] == known[1]

    def _free_after(self, epoch: int) -> list[Crew]:
        """Free crews that became so after an epoch, in that order, which is the order of `free`."""
        found = []
        for crew in reversed(self.free.values()):
            if self._free_since[crew.id] <= epoch:
                break
            found.append(crew)
        found.reverse()
        return found

    def _carry_out(self, orders: Sequence[Order]) -> None:
        """Orders of a `decide` policy, given at one instant; those that break the rules are the policy's bug."""
        crews: dict[str, None] = {}
        for order in orders:
            crew, job = self.free.get(order.crew.id), self.waiting.get(order.job.id)
            told = f"policy sent {order.crew.id} to {order.job.id}"
            if crew is None or job is None or job.status != "open" or crew.id in crews or job.id in crews:
                raise ValueError(f"{told}: the crew is not free or the job not waiting")
            if not self.can_serve(crew, job):
                raise ValueError(f"{told}, which it cannot serve")
            crews |= {crew.id: None, job.id: None}
        for order in orders:
            crew, job = self.free[order.crew.id], self.waiting[order.job.id]
            if not self.can_serve(crew, job):
                continue  # an order before it has taken the last generator
            stay_h = None if order.until_h is None else max(0.0, order.until_h - self._env.now)
            self._assign(crew, job, self.rove_h(job) if stay_h is None else stay_h)

    def _assign(self, crew: Crew, job: Job, stay_h: float | None) -> None:
        del self.free[crew.id]
        del self.waiting[job.id]
        self._entry.pop(job.id, None)
        job.status, job.crew = "assigned", crew.id
        via_depot = self.via_depot(crew, job)
        if via_depot and self._visits.must_bring(job):
            sets = self._driving.stock_for(crew, job, self._env.now, via_depot=True)
            crew.booked = next((generator for generator in sets if generator not in crew.carried), None)
            if crew.booked is not None:
                crew.booked.reserved = True
        crew.busy = True
        row = self._log.add(self._env.now, "job.assigned", job.id, crew.id, cause_row=job.cause_row)
        self._env.process(self._visits.serve(crew, job, stay_h, via_depot, row))
        self.taken(job, crew, row)
        self.changed(row)


class DeskView:
    """What a `decide` policy sees at one instant."""

    def __init__(self, dispatcher: Dispatcher) -> None:
        self._dispatcher = dispatcher
        self.now_h: float = dispatcher._env.now  # noqa: SLF001 (the view is the dispatcher's own window)
        blocked = {job.id for job in dispatcher.unreachable()}
        self.jobs: Sequence[Job] = [job for job in dispatcher.waiting.values() if job.id not in blocked]
        for crew in dispatcher.free.values():
            crew.shift_left_h = crew.work_left_h(self.now_h)
        self.crews: Sequence[CrewView] = list(dispatcher.free.values())

    def travel_h(self, crew: CrewView, job: Job) -> float:
        """Estimated hours to the job's site; inf where the crew cannot get there in time."""
        known = self._dispatcher.free[crew.id]
        hours = self._dispatcher.estimate_h(known, job)
        return hours if hours <= known.work_left_h(self.now_h) else float("inf")

    def onward_h(self, crew: CrewView, first: Job, then: Job) -> float:
        """Estimated hours from one job's site to another's, with nothing carried on foot; inf where no way is open."""
        driving, known = self._dispatcher._driving, self._dispatcher.free[crew.id]  # noqa: SLF001 (as above)
        roads = driving.roads
        if driving.drawn:
            return driving.estimate_h(known, then, self.now_h, with_generator=False, via_depot=False)
        if not roads.known or first.site == then.site:
            return 0.0
        ends, permit = (roads.site_node[first.site], roads.site_node[then.site]), driving.permitted(known)
        hours = roads.hours(*ends, known.vehicle, self.now_h, permit=permit)
        return hours + roads.access(then.site, known.vehicle, Load(), self.now_h)[0]

    def can_serve(self, crew: CrewView, job: Job) -> bool:
        """Party, skill, people, generator and shift allow it."""
        return self._dispatcher.can_serve(self._dispatcher.free[crew.id], job)

    def has_road_to(self, crew: CrewView, job: Job) -> bool:
        """Whether a way is open."""
        return not isinf(self.travel_h(crew, job))
