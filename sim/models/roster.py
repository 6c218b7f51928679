"""From the resource ledger to crews, generators and loaders with names, places and parties."""

from __future__ import annotations

from collections.abc import Callable
from math import inf

from simpy import Environment

from sim.log import EventLog
from sim.models.crews import Crew, DepotStock
from sim.models.generators import Generator
from sim.models.machines import Loader
from sim.models.timer import Timer
from sim.resources import Depot, Hired, MutualAid, Party, Resources
from sim.settings import GeneratorSettings
from sim.streams import Streams
from sim.topology.tables import Topology
from sim.units import quantise_h


class Roster:
    """Everything that can be sent. What is not ready yet is handed over when it is (`joined`)."""

    def __init__(
        self, topology: Topology, resources: Resources, parties: dict[str, Party], settings: GeneratorSettings,
        streams: Streams, env: Environment, log: EventLog, stopped: Callable[[Generator, str, int], None],
    ) -> None:  # fmt: skip
        self._topology, self._resources, self._parties, self._settings = (
            topology,
            resources,
            parties,
            settings,
        )
        self._streams, self._env, self._log, self._stopped = streams, env, log, stopped
        self.depots: dict[str, DepotStock] = {}
        self.crews: list[Crew] = []
        self.loaders: list[Loader] = []
        self.generators: list[Generator] = []
        self._later: list[Crew] = []
        self._called: set[str] = set()
        """Who has been called; each comes once, however many levels ask."""
        self.crew_ready: Callable[[Crew], None] = lambda _crew: None
        self.loader_ready: Callable[[Loader], None] = lambda _loader: None
        self.generators_came: Callable[[], None] = lambda: None
        for name, depot in resources.depots.items():
            self._open(name, depot)
        self._spare(resources.hired, "hired", inf)
        self._spare(resources.mutual_aid, "aid", inf)

    def party_of_county(self, county: str) -> str:
        """The party that serves a county; '' where the scenario has no parties."""
        for name, party in self._parties.items():
            if county in party.counties or not party.counties:
                return name
        return ""

    def _open(self, name: str, depot: Depot) -> None:
        row = self._topology.depots.id.tolist().index(name)
        county = int(self._topology.depots.county[row])
        party = depot.party or self.party_of_county(str(self._topology.counties.id[county]))
        node = int(self._topology.depots.road_node[row])
        fuel_l = inf if depot.fuel_l is None else depot.fuel_l
        stock = self.depots[name] = DepotStock(name, node, party, fuel_l, self._resources.fuel.grade_c, county)
        stock.generators = self._make_generators(depot.generators, name, party, name)
        self._make_crews(stock, depot, party)
        self.loaders += [
            Loader(f"{name}-loader-{n + 1:02d}", name, node, party, depot.ready_h) for n in range(depot.loaders)
        ]

    def _make_crews(self, stock: DepotStock, depot: Depot, party: str) -> None:
        spec = self._resources.crew
        skills = self._skills(depot)
        on_call = self._parties[party].crews_on_call if party in self._parties else 1.0
        at_once = round(depot.crews * on_call)
        for n in range(depot.crews):
            vehicle = "all_terrain" if n < depot.all_terrain else spec.tyres
            crew = Crew(f"{stock.id}-crew-{n + 1:02d}", stock, party, spec, vehicle, skills[n], depot.ready_h)
            self.crews.append(crew)
            if n >= at_once:
                crew.ready_h = inf
                self._later.append(crew)

    def _skills(self, depot: Depot) -> list[frozenset[str]]:
        """Second skills go to the last crews of the depot, one after the other."""
        skills = [set[str](self._resources.crew.skills) for _ in range(depot.crews)]
        place = depot.crews
        for skill, number in depot.specialists.items():
            for _ in range(min(number, depot.crews)):
                place = place - 1 if place > 0 else depot.crews - 1
                skills[place].add(skill)
        return [frozenset(found) for found in skills]

    def _make_generators(self, lines: dict[str, int], depot: str, party: str, prefix: str) -> list[Generator]:
        made = []
        for kind_name, number in lines.items():
            kind = self._resources.kind(kind_name)
            for n in range(number):
                name = f"{prefix}-{kind_name}-{n + 1:02d}"
                made.append(
                    Generator(
                        name,
                        kind_name,
                        kind,
                        depot,
                        party,
                        self._env,
                        self._log,
                        self._streams,
                        self._settings,
                        self._stopped,
                    )
                )
        for generator in made:
            generator.grade_c = self._resources.fuel.grade_c
        self.generators += made
        return made

    def _spare(self, spare: Hired | MutualAid, word: str, ready_h: float) -> None:
        """Hired and mutual-aid resources: they exist, and become ready when they are called."""
        if spare.depot is None:
            return
        stock = self.depots[spare.depot]
        spec = self._resources.crew
        for n in range(spare.crews):
            self.crews.append(
                Crew(f"{word}-crew-{n + 1:02d}", stock, "", spec, spec.tyres, frozenset(spec.skills), ready_h)
            )
        for generator in self._make_generators(spare.generators, spare.depot, "", word):
            generator.place = word
        if isinstance(spare, Hired):
            self.loaders += [
                Loader(f"{word}-loader-{n + 1:02d}", stock.id, stock.node, "", ready_h) for n in range(spare.loaders)
            ]

    # who becomes ready when

    def begin(self) -> None:
        """Hand over everybody who is ready at the start, and set the clock for the others."""
        for crew in self.crews:
            self._ready(crew.ready_h, lambda crew=crew: self.crew_ready(crew))  # type: ignore[misc]
        for loader in self.loaders:
            self._ready(loader.ready_h, lambda loader=loader: self.loader_ready(loader))  # type: ignore[misc]

    def _ready(self, at_h: float, call: Callable[[], None]) -> None:
        if at_h <= self._env.now:
            call()
        elif at_h < inf:
            Timer(self._env, call).set(at_h)

    def call_others(self) -> None:
        """The first call: crews that are not on call become ready later."""
        if "others" in self._called:
            return
        self._called.add("others")
        for crew in self._later:
            party = self._parties.get(crew.party)
            crew.ready_h = quantise_h(self._env.now + (party.others_after_h if party is not None else 0.0))
            self._ready(crew.ready_h, lambda crew=crew: self.crew_ready(crew))  # type: ignore[misc]

    def call_spare(self, word: str, in_h: float, row: int) -> None:
        """Hired ('hired') or mutual-aid ('aid') resources are on their way, from the first call on."""
        spare = self._resources.hired if word == "hired" else self._resources.mutual_aid
        if spare.depot is None or word in self._called:
            return
        self._called.add(word)
        ready_h = quantise_h(self._env.now + in_h)
        self._log.add(self._env.now, "desk.aid", word, spare.depot, ready_h, row)
        stock = self.depots[spare.depot]

        def arrive() -> None:
            for generator in self.generators:
                if generator.place == word:
                    generator.place = stock.id
                    stock.generators.append(generator)
            for crew in self.crews:
                if crew.id.startswith(f"{word}-crew-"):
                    crew.ready_h = ready_h
                    self.crew_ready(crew)
            for loader in self.loaders:
                if loader.id.startswith(f"{word}-loader-"):
                    self.loader_ready(loader)
            self.generators_came()

        Timer(self._env, arrive).set(ready_h)
