"""Crews on the road: where each is, what it carries, how long it may still work, and how it drives.

A crew's work on one job is a SimPy process (it reads as the story it is); sites and generators are callbacks,
because there are thousands of them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from math import inf, isinf
from typing import Final

from simpy import Environment

from sim.log import EventLog
from sim.models.generators import Generator
from sim.models.roads import Roads
from sim.models.steps import Steps
from sim.resources import CrewSpec
from sim.settings import RoadSettings
from sim.streams import Streams
from sim.units import quantise_h
from sim.vocabulary import Job

REFUEL_L: Final = 20.0
"""Assumed: a crew with less fuel than this goes by its depot before a refuelling."""
_SHORTEST_JOB_H: Final = 2.0
"""Assumed: no crew is kept on duty for less time than this."""
_MARGIN_H: Final = 0.5
"""Assumed: a job is not begun that would end this close to the hard stop."""


@dataclass(eq=False)
class DepotStock:
    """What stands at a depot now."""

    id: str
    node: int
    party: str
    fuel_l: float
    grade_c: float
    county: int
    generators: list[Generator] = field(default_factory=list)

    def free_generators(self, seats: int) -> list[Generator]:
        """Working generators that nobody is coming for and that need no more places than these."""
        return [g for g in self.generators if not g.broken and not g.reserved and g.kind.seats <= seats]

    def draw_fuel(self, litres: float) -> float:
        """Take fuel; what there was of it."""
        taken = min(litres, self.fuel_l)
        self.fuel_l -= taken
        return taken


class Crew:
    """A crew (抢修队) with its vehicle."""

    __slots__ = (
        "booked",
        "busy",
        "called",
        "carried",
        "depot",
        "fuel_l",
        "grade_c",
        "id",
        "journeys",
        "node",
        "on_since_h",
        "party",
        "people",
        "ready_h",
        "resting",
        "shift_left_h",
        "site",
        "skills",
        "spec",
        "vehicle",
        "vehicle_id",
    )

    def __init__(
        self,
        name: str,
        depot: DepotStock,
        party: str,
        spec: CrewSpec,
        vehicle: str,
        skills: frozenset[str],
        ready_h: float,
    ) -> None:
        self.id, self.depot, self.party, self.spec = name, depot, party, spec
        self.vehicle, self.vehicle_id = vehicle, f"{name}-vehicle"
        self.skills, self.people = skills, spec.people
        self.ready_h = ready_h
        self.node, self.site = depot.node, -1
        self.carried: list[Generator] = []
        self.fuel_l = spec.fuel_l
        self.grade_c = depot.grade_c
        self.busy = self.resting = self.called = False
        self.booked: Generator | None = None
        """The generator of its depot that is kept for it."""
        self.on_since_h = inf
        self.shift_left_h = inf
        """Set by the view for the instant it shows."""
        self.journeys = 0

    @property
    def carried_kw(self) -> Sequence[float]:
        """Rated power of the generators on board."""
        return [generator.kind.prime_kw for generator in self.carried]

    def seats_left(self) -> int:
        """Generator places still free on the vehicle."""
        return self.spec.carries - sum(generator.kind.seats for generator in self.carried)

    def likeness(self, now: float) -> tuple[object, ...]:
        """Crews alike in this would be at any job at the same time."""
        return (
            self.node,
            self.site,
            self.vehicle,
            self.depot.id,
            self.party,
            bool(self.carried),
            self.fuel_l < REFUEL_L,
            self.skills,
            self.people,
            round(self.work_left_h(now), 1),
        )

    def work_left_h(self, now: float) -> float:
        """Hours until the hard stop, for a job that would begin now; the shift's own end only bars new jobs."""
        if self.spec.shift_h is None or isinf(self.on_since_h):
            return inf if self.spec.shift_h is None else self.spec.hard_stop_h - _MARGIN_H
        return self.on_since_h + self.spec.hard_stop_h - _MARGIN_H - now

    def past_stop(self, now: float) -> bool:
        """Whether the hard stop has come: nothing new may be begun, not even the next leg."""
        return self.spec.shift_h is not None and now >= self.on_since_h + self.spec.hard_stop_h

    def tired_h(self) -> float:
        """When the crew, if free, goes to rest: its shift over, or too little left of it for another job."""
        if self.spec.shift_h is None or isinf(self.on_since_h):
            return inf
        return self.on_since_h + min(self.spec.shift_h, self.spec.hard_stop_h - _MARGIN_H - _SHORTEST_JOB_H)


class Driving:
    """How crews get from place to place."""

    def __init__(
        self,
        roads: Roads,
        spec: RoadSettings,
        site_key: Callable[[int], int],
        streams: Streams,
        env: Environment,
        log: EventLog,
    ) -> None:
        self.roads, self._spec, self._streams = roads, spec, streams
        self._site_key, self._env, self._log = site_key, env, log
        self._trips: dict[int, int] = {}

    @property
    def drawn(self) -> bool:
        """Whether journeys are drawn instead of driven."""
        return self._spec.travel_h is not None

    def estimate_h(self, crew: Crew, site: int, now: float, with_generator: bool, via_depot: bool) -> float:
        """Expected hours from where the crew is to the site's door; inf where it cannot get there now."""
        if self._spec.travel_h is not None:
            return self._spec.travel_h.median_h
        if not self.roads.known or (crew.site == site and not via_depot):
            return 0.0
        hours = self._leaving_h(crew, now)
        node = crew.node
        if via_depot:
            hours += self.roads.hours(node, crew.depot.node, crew.vehicle, now)
            node = crew.depot.node
        hours += self.roads.hours(node, self.roads.site_node[site], crew.vehicle, now)
        return inf if isinf(hours) else hours + self._access(crew, site, now, with_generator)[0]

    def _leaving_h(self, crew: Crew, now: float) -> float:
        if crew.site < 0:
            return 0.0
        return self.roads.access(crew.site, crew.vehicle, 0.0, now, inf)[0]

    def _access(self, crew: Crew, site: int, now: float, with_generator: bool) -> tuple[float, str]:
        kg = min((g.kind.mass_kg for g in crew.carried), default=80.0) / crew.people if with_generator else 0.0
        return self.roads.access(site, crew.vehicle, kg, now, self._spec.carry_kg_per_person)

    def to_site(self, crew: Crew, job: Job, with_generator: bool, row: int) -> Steps[bool]:
        """Steps of the journey to a job's site; True in the end if the crew got there."""
        site = job.site
        if crew.site == site and not self.drawn:
            return True
        if self._spec.travel_h is not None:
            trip = self._trips[site] = self._trips.get(site, 0) + 1
            u = self._streams.uniform_of(f"travel_h {trip}", self._site_key(site))
            yield self._env.timeout(self._spec.travel_h.quantile(u))
            crew.site = site
            return True
        if self.roads.known:
            there = yield from self.to_node(crew, self.roads.site_node[site], row, job)
            if not there or crew.past_stop(self._env.now):
                return False
            hours, how = self._access(crew, site, self._env.now, with_generator)
            if isinf(hours):
                self._log.add(self._env.now, "crew.blocked", crew.id, self.roads.node_ids[crew.node], cause_row=row)
                return False
            if hours > 0:
                self._log.add(self._env.now, "crew.leg", crew.id, how, cause_row=row)
                yield self._env.timeout(quantise_h(hours))
        crew.site = site
        return True

    def to_node(self, crew: Crew, target: int, row: int, job: Job | None = None) -> Steps[bool]:
        """Steps of the journey to a road node, on the roads as they are on the way; True if the crew got there.

        A crew whose job has lapsed stops at the next junction.
        """
        if not self.roads.known or self.drawn:
            crew.node, crew.site = target, -1
            return True
        if crew.site >= 0:
            hours = self._leaving_h(crew, self._env.now)
            if hours > 0:
                self._log.add(self._env.now, "crew.leg", crew.id, "spur", cause_row=row)
                yield self._env.timeout(quantise_h(hours))
            crew.site = -1
        while crew.node != target:
            legs = self.roads.edges_to(crew.node, target, crew.vehicle, self._env.now)
            if not legs:
                self._log.add(self._env.now, "crew.blocked", crew.id, self.roads.node_ids[crew.node], cause_row=row)
                return False
            yield from self._legs(crew, legs, row, job)
            if (job is not None and job.status == "lapsed") or crew.past_stop(self._env.now):
                return crew.node == target and not (job is not None and job.status == "lapsed")
        return True

    def _legs(self, crew: Crew, legs: list[tuple[int, int]], row: int, job: Job | None) -> Steps[None]:
        """Drive leg by leg until the way is done, the next leg has closed or the job has lapsed."""
        for edge, node in legs:
            if (job is not None and job.status == "lapsed") or crew.past_stop(self._env.now):
                return
            now = self._env.now
            speed, depth = (values[edge] for values in self.roads.speeds(crew.vehicle, now))
            if speed <= 0:
                return
            crew.journeys += 1
            self._log.add(now, "crew.leg", crew.id, self.roads.edge_ids[edge], speed, row)
            km = self.roads.edge_km[edge]
            yield self._env.timeout(quantise_h(km / speed))
            delay_h = self._stuck_h(crew, edge, km, depth)
            if delay_h > 0:
                self._log.add(self._env.now, "crew.stuck", crew.id, self.roads.edge_ids[edge], delay_h, row)
                yield self._env.timeout(delay_h)
            crew.node = node

    def _stuck_h(self, crew: Crew, edge: int, km: float, depth_cm: float) -> float:
        if crew.vehicle == "all_terrain":
            return 0.0
        chance = self.roads.snow.stuck_chance(km, depth_cm)
        if chance <= 0 or self._streams.uniform("stuck", crew.id, crew.journeys) >= chance:
            return 0.0
        return self._spec.stuck_h.quantile(self._streams.uniform("stuck_h", crew.id, crew.journeys))
