"""Crews on the road: how long the way will take, and the drive, leg by leg, to a site's door.

A crew's work on one job is a SimPy process (it reads as the story it is); sites and generators are callbacks,
because there are thousands of them.
"""

from __future__ import annotations

from collections.abc import Callable
from math import inf, isinf
from typing import Final, Literal

from simpy import Environment

from sim.log import EventLog
from sim.models.crews import LEAST_L, Crew, fitting
from sim.models.generators import LOW_FUEL, Generator
from sim.models.lots import Lots
from sim.models.roadpart import LeastHours
from sim.models.roads import Load, Roads
from sim.models.steps import Steps
from sim.settings import RoadSettings
from sim.streams import KeyArray, Streams
from sim.units import quantise_h
from sim.vocabulary import Job

Hindrance = Literal["", "road", "too_heavy", "fuel"]
"""Why a crew did not get to its job; nothing if it did."""
_STUDY_SET_KG: Final = 80.0
"""Assumed: what a generator weighs that is `unlimited` by study setting (a 5 kW set)."""
_ROUNDING_H: Final = 1e-6
"""Far more than sums of hours differ by the order in which they are added."""
_ON_WHEELS: Final = Load(1.0, 0.0)
_IN_HAND: Final = Load(1.0, inf)


class Driving:
    """How crews get from place to place."""

    def __init__(
        self,
        roads: Roads,
        spec: RoadSettings,
        site_keys: KeyArray,
        streams: Streams,
        env: Environment,
        log: EventLog,
    ) -> None:
        self.roads, self._spec, self._streams = roads, spec, streams
        self._site_keys, self._env, self._log = site_keys, env, log
        self._lots = None if spec.travel_h is None else Lots(spec.travel_h, site_keys, streams)
        self._trips: dict[int, int] = {}
        self.permitted: Callable[[Crew], bool] = lambda _crew: False
        """Whether a crew may use roads that are closed to the public."""

    @property
    def drawn(self) -> bool:
        """Whether journeys are drawn instead of driven."""
        return self._spec.travel_h is not None

    def estimate_h(self, crew: Crew, job: Job, now: float, with_generator: bool, via_depot: bool) -> float:
        """Expected hours from where the crew is to the job's door; inf where it cannot get there now."""
        site = job.site
        if self._spec.travel_h is not None:
            return self._spec.travel_h.median_h
        if not self.roads.known or (crew.site == site and not via_depot):
            return 0.0
        hours, permit = self._leaving(crew, now)[0], self.permitted(crew)
        node = crew.node
        if via_depot:
            hours += self.roads.hours(node, crew.depot.node, crew.vehicle, now, permit=permit)
            node = crew.depot.node
        hours += self.roads.hours(node, self.roads.site_node[site], crew.vehicle, now, permit=permit)
        if isinf(hours):
            return inf
        return (
            hours + self.roads.access(site, crew.vehicle, self._load(crew, job, now, with_generator, via_depot), now)[0]
        )

    def ways_h(self, crew: Crew, now: float) -> LeastHours | None:
        """At least so many hours by road to every node from where a crew is; None where journeys are not driven."""
        if not self.roads.known or self.drawn:
            return None
        return self.roads.least_hours(crew.node, crew.vehicle, now, permit=self.permitted(crew))

    def least_h(self, crew: Crew, job: Job, ways_h: LeastHours | None) -> float:
        """A bound that costs little: no `estimate_h` to the job is below it (tracks and the depot only add hours)."""
        if ways_h is None or crew.site == job.site:
            return 0.0
        return ways_h.to(self.roads.site_node[job.site]) - _ROUNDING_H

    def onward_h(self, crew: Crew, first: Job, then: Job, now: float) -> float:
        """Expected hours from one job's site to another's, with nothing carried on foot; inf where no way is open."""
        roads = self.roads
        if self.drawn:
            return self.estimate_h(crew, then, now, with_generator=False, via_depot=False)
        if not roads.known or first.site == then.site:
            return 0.0
        ends = (roads.site_node[first.site], roads.site_node[then.site])
        hours = roads.hours(*ends, crew.vehicle, now, permit=self.permitted(crew))
        return hours + roads.access(then.site, crew.vehicle, Load(), now)[0]

    def _leaving(self, crew: Crew, now: float) -> tuple[float, str]:
        if crew.site < 0:
            return 0.0, "spur"
        return self.roads.access(crew.site, crew.vehicle, _IN_HAND if crew.laden else Load(), now)

    def by_hand_kg(self, crew: Crew, site: int, now: float) -> float:
        """The heaviest set the crew can bring to a site's door; inf where its vehicle gets there."""
        if not self.roads.known or self.drawn:
            return inf
        if crew.site == site:
            return crew.hand_kg
        if self.roads.to_the_door(site, crew.vehicle, now):
            return inf
        return crew.by_hand_kg(self._spec.carry_kg_per_person)

    def goes_by_depot(self, crew: Crew, site: int, now: float) -> bool:
        """Whether a crew that is to bring a set goes by its depot: for a set, or for fuel where there is some.

        It does not where its cans can bring a set to half a tank that it can carry to the door.
        """
        if not crew.carried:
            return True
        by_hand_kg = self.by_hand_kg(crew, site, now)
        if crew.ready(by_hand_kg, LOW_FUEL):
            return False
        return crew.depot.fuel_l >= LEAST_L or not crew.ready(by_hand_kg)

    def stock_for(self, crew: Crew, job: Job, now: float, via_depot: bool) -> list[Generator]:
        """Sets the crew could bring, on board and (going by it) at its depot, the one that suits best first.

        Only those for which there is fuel, in the tank, in the cans or at the depot.
        """
        sets, more_l = crew.working(), crew.fuel_l
        if via_depot:
            sets += crew.depot.free_generators(crew.spec.carries)
            more_l += crew.depot.fuel_l
        suits = fitting(job.need_kw, self.by_hand_kg(crew, job.site, now))
        return sorted((g for g in sets if g.has_fuel(more_l=more_l)), key=suits)

    def _load(self, crew: Crew, job: Job, now: float, with_generator: bool, via_depot: bool) -> Load:
        """What must come to the door; a vehicle that gets there is not left behind."""
        if not with_generator:
            return Load()
        if self.roads.to_the_door(job.site, crew.vehicle, now):
            return _ON_WHEELS
        sets = [crew.booked] if via_depot and crew.booked is not None else self.stock_for(crew, job, now, via_depot)
        kg = _STUDY_SET_KG if crew.spec.unlimited_generators else sets[0].kind.mass_kg if sets else 0.0
        return Load(kg, crew.by_hand_kg(self._spec.carry_kg_per_person))

    def hindrance(self, crew: Crew, job: Job, now: float, with_generator: bool, via_depot: bool) -> Hindrance:
        """Why the last stretch to a site cannot be done: closed by snow, or the set is too heavy to carry up."""
        load = self._load(crew, job, now, with_generator, via_depot)
        too_heavy = load != _ON_WHEELS and load.kg > load.by_hand_kg and self.roads.walked(job.site)
        return "too_heavy" if too_heavy else "road"

    def to_site(self, crew: Crew, job: Job, with_generator: bool, row: int) -> Steps[Hindrance]:
        """Steps of the journey to a job's site; in the end what kept the crew from it, if anything did."""
        site = job.site
        if crew.site == site and not self.drawn:
            return ""
        if self._lots is not None:
            trip = self._trips[site] = self._trips.get(site, 0) + 1
            yield self._env.timeout(self._lots.hours(f"travel_h {trip}", site))
            crew.site = site
            return ""
        if self.roads.known:
            there = yield from self.to_node(crew, self.roads.site_node[site], row, job)
            if not there or crew.past_stop(self._env.now):
                return "road"
            now = self._env.now
            load = self._load(crew, job, now, with_generator, via_depot=False)
            hours, how = self.roads.access(site, crew.vehicle, load, now)
            if isinf(hours):
                self._log.add(now, "crew.blocked", crew.id, self.roads.node_ids[crew.node], cause_row=row)
                return self.hindrance(crew, job, now, with_generator, via_depot=False)
            in_hand = how == "walk" or not self.roads.to_the_door(site, crew.vehicle, now)
            yield from self._last_stretch(crew, site, hours, how, row)
            crew.hand_kg = crew.by_hand_kg(self._spec.carry_kg_per_person) if in_hand else inf
            crew.laden = in_hand and load.kg > 0
        crew.site = site
        return ""

    def _last_stretch(self, crew: Crew, site: int, hours: float, how: str, row: int) -> Steps[None]:
        """Between the road and a site's door; vehicles get stuck on a track as on a road."""
        if hours <= 0:
            return
        depth_cm = self.roads.track_depth_cm(site, crew.vehicle, self._env.now)
        self._log.add(self._env.now, "crew.leg", crew.id, how, cause_row=row)
        yield self._env.timeout(quantise_h(hours))
        if how == "spur":
            place = f"spur of {self._site_keys.item(site)}"
            yield from self._get_stuck(crew, how, place, self.roads.spur_km(site), depth_cm, row)

    def to_node(self, crew: Crew, target: int, row: int, job: Job | None = None) -> Steps[bool]:
        """Steps of the journey to a road node, on the roads as they are on the way; True if the crew got there.

        A crew whose job has lapsed stops at the next junction.
        """
        if not self.roads.known or self.drawn:
            crew.node, crew.site = target, -1
            return True
        if crew.site >= 0:
            yield from self._last_stretch(crew, crew.site, *self._leaving(crew, self._env.now), row)
            crew.site, crew.laden, crew.hand_kg = -1, False, inf
        while crew.node != target:
            permit = self.permitted(crew)
            legs = self.roads.edges_to(crew.node, target, crew.vehicle, self._env.now, permit=permit)
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
            speed, depth = (
                values[edge] for values in self.roads.speeds(crew.vehicle, now, permit=self.permitted(crew))
            )
            if speed <= 0:
                return
            self._log.add(now, "crew.leg", crew.id, self.roads.edge_ids[edge], speed, row)
            km = self.roads.edge_km[edge]
            yield self._env.timeout(quantise_h(km / speed))
            place = f"{self.roads.edge_ids[edge]} to {self.roads.node_ids[node]}"
            yield from self._get_stuck(crew, self.roads.edge_ids[edge], place, km, depth, row)
            crew.node = node

    def _get_stuck(self, crew: Crew, where: str, place: str, km: float, depth_cm: float, row: int) -> Steps[None]:
        """Perhaps the vehicle is stuck at the end of a piece of road: luck of this crew, this place and this hour."""
        chance = 0.0 if crew.vehicle == "all_terrain" else self.roads.snow.stuck_chance(km, depth_cm)
        hour = int(self._env.now)
        if chance <= 0 or self._streams.uniform("stuck", crew.id, place, hour) >= chance:
            return
        delay_h = self._spec.stuck_h.quantile(self._streams.uniform("stuck_h", crew.id, place, hour))
        if delay_h > 0:
            self._log.add(self._env.now, "crew.stuck", crew.id, where, delay_h, row)
            yield self._env.timeout(delay_h)
