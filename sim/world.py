"""One world: the models put together, injects applied as their time comes, until the horizon."""

from __future__ import annotations

from collections.abc import Callable
from math import inf
from typing import Final

from sim.controllers import Controllers
from sim.disaster import Disaster
from sim.log import EventLog
from sim.models.authority import RoadAuthority
from sim.models.clock import Clock
from sim.models.crews import Crew, DepotStock
from sim.models.desk import Desk
from sim.models.dispatch import Dispatcher
from sim.models.driving import Driving
from sim.models.fields import field_rows
from sim.models.generators import Generator
from sim.models.gensets import Gensets
from sim.models.grid import Grid
from sim.models.knowledge import Knowledge
from sim.models.machines import Loader, Loaders
from sim.models.monitor import Monitor
from sim.models.network import Network
from sim.models.plants import Plants
from sim.models.preparation import Preparation
from sim.models.requests import Requests
from sim.models.roads import Roads
from sim.models.roster import Roster
from sim.models.snowroads import SnowRoads
from sim.models.steps import Steps
from sim.models.triggers import Triggers
from sim.models.visits import Visits
from sim.operations import Operations
from sim.plan import Measure
from sim.policies import Policy
from sim.resources import GeneratorKind
from sim.response import Response
from sim.scenario import Scenario
from sim.streams import Streams
from sim.topology.tables import ROAD_CLASSES
from sim.vocabulary import KINDS, Job

_JOBS_LOOKED_AT: Final = 400
"""Assumed: nobody looks further down the list for roads to open."""
_UNLIMITED_KIND: Final = ("petrol_5kw", "diesel_8kw", "diesel_12kw", "trailer_30kw", "truck_50kw")


class World:
    """Assembles everything and runs it."""

    def __init__(
        self,
        scenario: Scenario,
        disaster: Disaster,
        policy: Policy,
        seed: int,
        sites_of: Callable[[Measure], list[int]],
    ) -> None:
        self._sites_of = sites_of
        self.scenario, self.disaster, self.policy = scenario, disaster, policy
        self.streams = Streams(seed)
        self.env = Clock(ends_h=scenario.horizon_h)
        self.log = EventLog(tuple(KINDS))
        self._quilted: set[int] = set()
        self._made = 0
        self._unlimited: list[tuple[str, GeneratorKind]] = []
        """Kinds of sets that never run dry, small before large."""
        self._build_network()
        self._build_resources()
        self._build_desk()

    # assembly

    def _build_network(self) -> None:
        spec, topology = self.scenario.spec, self.scenario.topology
        weather = self.disaster.weather
        self.plants = Plants(topology, spec, weather, self.streams, self._quilted)
        self.network = Network(topology, self.plants.plant, self.env, self.log)
        self.gensets = Gensets(
            self.network,
            spec.plan.generator,
            spec.generators,
            lambda site: self.plants.air(site, self.env),
            self.streams,
            self.env,
            self.log,
        )
        self._fixed: dict[int, Generator] = {}
        self.gensets.fixed_of = self._fixed_of
        self.snow, self.roads, self.authority = self._build_roads()

    def _build_roads(self) -> tuple[SnowRoads, Roads, RoadAuthority]:
        scenario, spec, topology = self.scenario, self.scenario.spec.roads, self.scenario.topology
        ploughs, expressways = spec.public_ploughs, spec.expressways
        plough_h = tuple(inf if (m := getattr(ploughs, word)) is None else scenario.at_h(m) for word in ROAD_CLASSES)
        closed_h, reopened_h = (
            inf if moment is None else scenario.at_h(moment) for moment in (expressways.closed, expressways.reopened)
        )
        snow = SnowRoads(topology, self.disaster.weather, spec, plough_h, self.streams)
        roads = Roads(topology, snow, self.plants.cells.tolist() if len(topology.roads.edge_id) else [])
        authority = RoadAuthority(
            roads, plough_h, (closed_h, reopened_h), expressways.permit_h, self.streams, self.env, self.log
        )
        return snow, roads, authority

    def _build_resources(self) -> None:
        spec, topology = self.scenario.spec, self.scenario.topology
        self.roster = Roster(
            topology,
            spec.resources,
            spec.parties,
            spec.generators,
            self.streams,
            self.env,
            self.log,
            self.gensets.stopped,
        )
        self.driving = Driving(self.roads, spec.roads, topology.site_keys, self.streams, self.env, self.log)
        self.visits = Visits(
            self.network,
            self.gensets,
            self.driving,
            spec.plan.generator,
            spec.generators,
            spec.repair,
            self.streams,
            self.env,
            self.log,
        )
        self.visits.longest_h = spec.desk.max_travel_h
        self.visits.quilted = self._quilted
        start_hour = spec.start.hour + spec.start.minute / 60
        self.visits.local_hour = lambda t_h: (start_hour + t_h) % 24
        self.visits.gust_mps = lambda site: self.plants.gust_mps(site, self.env.now)
        if spec.resources.crew.unlimited_generators:
            self.visits.new_generator = lambda need_kw, _crew: self._new_generator(need_kw)
        self.loaders = Loaders(self.roads, spec.resources.loader, self.network.site_id, self.env, self.log)

    def _build_desk(self) -> None:
        scenario, spec, topology = self.scenario, self.scenario.spec, self.scenario.topology
        key_sites = scenario.lists.get("key_sites", frozenset())
        self.knowledge = Knowledge(topology, spec.plan.order, key_sites)
        self.knowledge.mains_truth = self.network.mains_on
        self.knowledge.faults_truth = lambda site: list(self.network.faults(site))
        self.dispatcher = Dispatcher(self.policy, self.driving, self.visits, spec.desk, self.env, self.log)
        self.desk = Desk(
            topology, spec.plan, spec.desk, self.knowledge, self.dispatcher, self.gensets, self.env, self.log
        )
        self.operations = Operations(scenario, self.network, self.streams, self.env, self.log)
        self.monitor = Monitor(self.network, spec.desk, self.env, self.log)
        self.monitor.desk = self.desk
        self.visits.office = self.desk
        counties = topology.counties.id.tolist()
        parties = [self.roster.party_of_county(county) for county in counties]
        self.desk.party_of = lambda site: parties[topology.sites.county.item(site)] if parties else ""
        self.desk.need_kw = self.plants.need_kw
        self.desk.autonomy_h = lambda site: self.plants.expected_autonomy_h(site, self.env.now)
        self.desk.generator_alarm = self.monitor.generator_alarm
        self.desk.repairs.crews, self.desk.repairs.may_serve = self.roster.crews, self._might_serve
        self.desk.turns.place_of = self._place_of
        self.desk.rove_all = self.policy.rove
        self.dispatcher.rove_h = self.desk.rove_h
        self.triggers = Triggers(
            spec.plan.levels, self.disaster.conditional, self._counts, self.streams, self.env, self.log
        )
        self.operations.tie_to(self.triggers)
        response = self._response()
        self.triggers.raised, self.triggers.implied = response.level_raised, response.carry_out
        self.desk.changed = self.triggers.look
        self.dispatcher.changed = self.triggers.look_later
        self._build_company()
        self._connect_roads()
        by_h = [scenario.at_h(measure.by) for measure in spec.plan.before]
        self.preparation = Preparation(
            spec.plan.before,
            by_h,
            self._sites_of,
            self.desk,
            self.roster.depots,
            spec.resources,
            self.streams,
            self.env,
            self.log,
        )
        self.preparation.call_out = self.visits.call_out

    def _build_company(self) -> None:
        """The power company and the controllers, who tell each other what comes back."""
        spec, topology = self.scenario.spec, self.scenario.topology
        slots_h = [inject.t_h for inject in self.disaster.restorations if inject.action == "slot"]
        self.requests = Requests(spec.grid.requests, self.knowledge, topology, self._ask_first, self.env, self.log)
        self.controllers = Controllers(
            self.disaster,
            topology,
            spec.grid,
            self.network,
            self.gensets,
            self.roads,
            self.desk,
            self.dispatcher,
            self.triggers,
            self.requests,
            self.streams,
            self.env,
            self.log,
        )
        company = self.controllers
        self.grid = company.grid = Grid(
            spec.grid, slots_h, self.streams, self.env, company.feeder_mended, company.restoration_told
        )
        self.triggers.fire, company.rooms = company.fire, self.operations.fire

    def _might_serve(self, crew: Crew, party: str) -> bool:
        """Whether a crew serves a party's sites, or would if it were asked to."""
        parties = self.scenario.spec.parties
        helps = parties[crew.party].helps if crew.party in parties else ()
        return self.dispatcher.may_serve(crew.party, party) or party in helps

    def _place_of(self, crew: Crew) -> str:
        """Site, depot or road node where a crew stands."""
        if crew.site >= 0:
            return self.network.site_id(crew.site)
        if not self.roads.known or crew.node == crew.depot.node:
            return crew.depot.id
        return self.roads.node_ids[crew.node]

    def _connect_roads(self) -> None:
        """Who is told when somebody becomes ready or a road changes, and who may do what on the roads."""
        self.roster.crew_ready = self._crew_ready
        self.roster.loader_ready = self._loader_ready
        self.roster.generators_came = self.dispatcher.wake
        self.loaders.blocked_jobs = self._blocked_jobs
        self.loaders.base_of = lambda job: self._base_of(job.party).node
        self.loaders.may_serve = lambda loader, job: self.dispatcher.may_serve(loader.party, job.party)
        self.loaders.permitted = lambda loader: self.authority.holds(_holder(loader))
        self.driving.permitted = lambda crew: self.authority.holds(_holder(crew))
        self.authority.changed = self.dispatcher.wake
        self.authority.holders = self._holders
        self.loaders.opened = self.dispatcher.wake
        self.dispatcher.on_stuck = self.loaders.wake

    def _fixed_of(self, site: int) -> Generator | None:
        """The fixed generator of a site, made when its site is struck."""
        prime_kw = float(self.scenario.topology.sites.fixed_generator_kw[site])
        if prime_kw <= 0:
            return None
        generator = self._fixed.get(site)
        if generator is None:
            name = f"{self.network.site_id(site)}-fixed"
            generator = self._fixed[site] = self._generator(name, "fixed", self.plants.fixed_kind(prime_kw))
            generator.fixed, generator.watcher = True, "nobody"
            generator.grade_c = self.scenario.spec.generators.fixed_grade_c
        return generator

    def _new_generator(self, need_kw: float) -> Generator:
        if not self._unlimited:
            resources = self.scenario.spec.resources
            self._unlimited = [
                (name, resources.kind(name).model_copy(update={"tank_l": 1e9})) for name in _UNLIMITED_KIND
            ]
        name, kind = next(((n, k) for n, k in self._unlimited if k.prime_kw >= need_kw), self._unlimited[-1])
        self._made += 1
        return self._generator(f"set-{self._made:05d}", name, kind)

    def _generator(self, name: str, kind_name: str, kind: GeneratorKind) -> Generator:
        spec = self.scenario.spec.generators
        return Generator(name, kind_name, kind, "", "", self.env, self.log, self.streams, spec, self.gensets.stopped)

    # the run

    def run(self) -> EventLog:
        """Play the drill to its horizon; the log."""
        name = self.scenario.name
        self.log.add(0.0, "run.begins", name, self.policy.name)
        self._begin_weather()
        self.roster.begin()
        self.preparation.begin(self.network.site_id, self.driving, self.dispatcher, self.roster.crews)
        self.operations.begin()
        self.controllers.begin()
        self.env.run(until=self.scenario.horizon_h)
        self.log.add(self.scenario.horizon_h, "run.ends", name)
        return self.log

    def _begin_weather(self) -> None:
        rows = field_rows(self.disaster.weather, self.scenario.topology, self.scenario.horizon_h)
        if rows:
            self.env.process(self._log_weather(rows))
        self.authority.begin(self.scenario.horizon_h)

    def _log_weather(self, rows: list[tuple[float, str, str, float]]) -> Steps[None]:
        for t_h, kind, cell, value in rows:
            if t_h > self.env.now:
                yield self.env.timeout(t_h - self.env.now)
            self.log.add(t_h, kind, cell, "", value)

    # conditions and loaders

    def _response(self) -> Response:
        spec = self.scenario.spec
        return Response(
            spec.resources,
            spec.parties,
            self.roster,
            self.dispatcher,
            self.loaders,
            self.operations.procedures,
            self.env,
            self.log,
        )

    def _counts(self) -> dict[str, float]:
        known = self.knowledge
        return {
            "stations_out": known.stations_out,
            "sites_out": known.sites_out,
            "sites_without_mains": known.sites_without_mains,
            "counties_hit": known.counties_hit,
            "jobs_waiting": len(self.dispatcher.waiting),
            "crews_free": len(self.dispatcher.free),
            "core_rooms_out": known.core_rooms_out,
            "hubs_out": known.hubs_out,
            "townships_dark": known.townships_dark,
            **self.operations.counts(),
        }

    def _blocked_jobs(self) -> list[Job]:
        """Waiting jobs to which no ordinary vehicle of their own depot has an open road, most urgent first.

        None in a network without roads: there is nothing to open.
        """
        if not self.roads.known:
            return []
        rank = self.policy.rank or (lambda job: (job.opened_h,))
        now, jobs = self.env.now, sorted(self.dispatcher.waiting.values(), key=lambda job: (rank(job), job.id))
        return [job for job in jobs[:_JOBS_LOOKED_AT] if not self._reachable(job, now)]

    def _reachable(self, job: Job, now: float) -> bool:
        base = self._base_of(job.party)
        permit = self.authority.holds(job.party or base.id)
        return self.roads.reachable(base.node, job.site, now, job.need_kw > 0, permit=permit)

    def _ask_first(self, feeder: str) -> None:
        self.grid.ask(feeder)

    def _base_of(self, party: str) -> DepotStock:
        """A party's first depot."""
        depots = self.roster.depots.values()
        return next((depot for depot in depots if depot.party == party), next(iter(depots)))

    # who is ready, and passes closed roads

    def _crew_ready(self, crew: Crew) -> None:
        self.authority.ask(_holder(crew))
        self.dispatcher.release(crew)

    def _loader_ready(self, loader: Loader) -> None:
        self.authority.ask(_holder(loader))
        self.loaders.add(loader)

    def _holders(self) -> list[str]:
        """Who has crews or loaders ready now, each once."""
        things: list[Crew | Loader] = [*self.roster.crews, *self.roster.loaders]
        return list(dict.fromkeys(_holder(thing) for thing in things if thing.ready_h <= self.env.now))


def _holder(thing: Crew | Loader) -> str:
    """In whose name it asks for permits: its party, else its depot."""
    return thing.party or (thing.depot if isinstance(thing, Loader) else thing.depot.id)
