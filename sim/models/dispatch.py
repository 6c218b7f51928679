"""The queue of jobs and the free crews: who is sent where. The only place that pairs them.

A rank policy is served from heaps, one for each party and need, so that a decision costs little however long the
queue is; a `decide` policy gets the whole view.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import inf
from typing import Final, NamedTuple

from simpy import Environment
from simpy.events import Event

from sim.log import EventLog
from sim.models.crews import LEAST_L, REFUEL_L, Crew
from sim.models.deskview import DeskView
from sim.models.driving import Driving
from sim.models.roadpart import LeastHours
from sim.models.timer import Timer, at_the_end
from sim.models.visits import Visits
from sim.models.waiting import Entry, JobQueue, Need
from sim.policies import Policy
from sim.settings import DeskSettings
from sim.vocabulary import Job, Order

_LOOKED_AT: Final = 40
"""Assumed: a dispatcher passes over at most so many jobs that nobody free can do, then waits."""
_RETRY_H: Final = 0.5
"""Assumed: while somebody is free and cannot reach a job, roads are looked at again this often, as often as the desk's
picture of snow is renewed."""


class Origin(NamedTuple):
    """A free crew as compared with others in one round: since when free, like whom, hours left, hours to every node."""

    crew: Crew
    free_since: int
    likeness: tuple[object, ...]
    left_h: float
    ways_h: LeastHours | None


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
        self._queue = JobQueue()
        self._origin_of: dict[str, Origin] = {}
        self._origins: dict[tuple[str, int], list[Origin]] = {}
        """Party and county (-1: any) → the free crews of this round that may do its jobs."""
        self._tried: dict[bool, dict[str, tuple[int, int]]] = {True: {}, False: {}}
        """Job → road version and epoch at which nobody free could serve it."""
        self._epoch = 0
        self._free_since: dict[str, int] = {}
        self._exhausted: dict[bool, dict[Need, int]] = {True: {}, False: {}}
        """Needs whose first jobs nobody free could serve, with the state of the roads at which that was so."""
        self._served: dict[Need, bool] = {}
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
        self._queue.push(need, self._policy.rank(job), job)

    def ranked_anew(self, job: Job) -> None:
        """A waiting job has another place in the plan's order: its former entry counts no more."""
        self._push(job)
        self.wake()

    def drop(self, job: Job) -> None:
        """A waiting job is no longer wanted."""
        self.waiting.pop(job.id, None)
        self._queue.drop(job.id)
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
        if self._policy.rank is not None:
            self._by_rank()
        elif self._policy.decide is not None:
            self._carry_out(self._policy.decide(DeskView(self)))
        if self.waiting and self.free:
            self.on_stuck()
            self._retry_timer.set((int(self._env.now / _RETRY_H) + 1) * _RETRY_H)

    @property
    def now_h(self) -> float:
        """The time of the clock."""
        return self._env.now

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
        """One round: the waiting jobs in order, each to the crew that is there first, while anybody is free."""
        aside: list[tuple[Need, Entry]] = []
        passed: dict[Need, int] = {}
        state = self._version()
        exhausted = self._exhausted[own_county]
        self.new_round()
        self._queue.begin(lambda need: exhausted.get(need) == state)
        while self.free:
            # within a round crews and generators only become fewer: who cannot serve a need will not
            first = self._queue.take(lambda n: passed.get(n, 0) < _LOOKED_AT and self._anybody(n, own_county))
            if first is None:
                break
            need, entry = first
            job = entry[2]
            crew = self._best_crew(job, own_county)
            if crew is not None:
                self._assign(crew, job, self.rove_h(job))
                self._served.clear()
                self._origins.clear()
            else:
                passed[need] = passed.get(need, 0) + 1
                aside.append((need, entry))
            self._queue.look_at(need)
        for need, entry in aside:
            self._queue.put_back(need, entry)
            exhausted[need] = state

    def new_round(self) -> None:
        """What was kept of the free crews may no longer hold."""
        self._served.clear()
        self._origins.clear()
        self._origin_of.clear()

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
        """With fuel, on board or at the depot (where broken sets are put down, so that every place is free)."""
        return crew.spec.unlimited_generators or crew.could_bring()

    def via_depot(self, crew: Crew, job: Job) -> bool:
        """Whether the crew must go by its depot first."""
        if crew.spec.unlimited_generators:
            return False
        if self._visits.must_bring(job):
            return self._driving.goes_by_depot(crew, job.site, self._env.now)
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

    def travel_h(self, crew: Crew, job: Job) -> float:
        """`estimate_h` where the crew can be there before its hard stop; inf otherwise."""
        origin = self._origin(crew)
        if self._driving.least_h(crew, job, origin.ways_h) > origin.left_h:
            return inf
        hours = self.estimate_h(crew, job)
        return hours if hours <= origin.left_h else inf

    def onward_h(self, crew: Crew, first: Job, then: Job) -> float:
        """Expected hours from one job's site to another's; inf where no way is open."""
        return self._driving.onward_h(crew, first, then, self._env.now)

    def _best_crew(self, job: Job, own_county: bool) -> Crew | None:
        """The crew that would be there first. Marks the job where nobody free can be.

        A job nobody could serve is offered again only to crews that became free since, or once roads change.
        """
        if self._driving.drawn:
            return next((crew for crew in self.free.values() if self.can_serve(crew, job)), None)
        version = self._version()
        since = self._tried[own_county].get(job.id, (-1, -1))
        newer_than = since[1] if since[0] == version else -1
        best, best_h, longest_h = None, inf, self._settings.max_travel_h
        seen: dict[tuple[object, ...], None] = {}
        for origin in self._origins_for(job, own_county) if newer_than < self._epoch else ():
            crew, since_epoch, likeness, left_h, ways_h = origin
            if since_epoch <= newer_than:
                continue
            least_h = self._driving.least_h(crew, job, ways_h)
            if least_h > longest_h or likeness in seen or not self.can_serve(crew, job):
                continue
            seen[likeness] = None
            if least_h > left_h or least_h > best_h:
                continue
            hours = self.estimate_h(crew, job)
            if hours < best_h and hours <= longest_h and hours <= left_h:
                best, best_h = crew, hours
        if best is None:
            job.after_road_version = version
            self._tried[own_county][job.id] = (version, self._epoch)
        else:
            for tried in self._tried.values():
                tried.pop(job.id, None)
        return best

    def _origins_for(self, job: Job, own_county: bool) -> list[Origin]:
        """The free crews whose party, and county if need be, a job can have; kept while nobody is sent."""
        key = (job.party, job.county if own_county else -1)
        known = self._origins.get(key)
        if known is None:
            known = self._origins[key] = [
                self._origin(crew)
                for crew in self.free.values()
                if self.may_serve(crew.party, job.party) and not (own_county and crew.depot.county != job.county)
            ]
        return known

    def _origin(self, crew: Crew) -> Origin:
        now, known = self._env.now, self._origin_of.get(crew.id)
        if known is None:
            likeness, ways_h = crew.likeness(now), self._driving.ways_h(crew, now)
            known = Origin(crew, self._free_since[crew.id], likeness, crew.work_left_h(now), ways_h)
            self._origin_of[crew.id] = known
        return known

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
        self._queue.drop(job.id)
        job.status, job.crew = "assigned", crew.id
        via_depot = self.via_depot(crew, job)
        if via_depot and self._visits.must_bring(job):
            sets = self._driving.stock_for(crew, job, self._env.now, via_depot=True)
            if sets and sets[0] not in crew.carried:
                crew.booked = sets[0]
                crew.booked.reserved = True
        crew.busy = True
        row = self._log.add(self._env.now, "job.assigned", job.id, crew.id, cause_row=job.cause_row)
        self._env.process(self._visits.serve(crew, job, stay_h, via_depot, row))
        self.taken(job, crew, row)
        self.changed(row)
