"""What a crew does with an order: load, drive, look, work. One process for each visit."""

from __future__ import annotations

from collections.abc import Callable
from math import inf, nan
from typing import Protocol

from simpy import Environment

from sim.log import EventLog
from sim.models.cans import Cans, best_fuelled
from sim.models.crews import LEAST_L, Crew
from sim.models.depots import Depots
from sim.models.driving import Driving, Hindrance
from sim.models.generators import Generator
from sim.models.gensets import Gensets
from sim.models.network import Network
from sim.models.steps import Steps
from sim.plan import GeneratorRules
from sim.settings import GeneratorSettings, RepairTimes
from sim.streams import Streams
from sim.units import Spread
from sim.vocabulary import Job

NEEDS_GENERATOR = frozenset({"generate", "place"})


class Office(Protocol):
    """To whom a crew reports (the desk)."""

    def finished(self, job: Job, crew: Crew, result: str, row: int) -> None: ...
    def returned(self, job: Job, crew: Crew, reason: str, row: int) -> None: ...
    def crew_free(self, crew: Crew, row: int) -> None: ...
    def scouted(self, site: int, row: int) -> None: ...


class Visits:
    """Carries out orders. `office` is set before the clock starts."""

    office: Office

    def __init__(
        self, network: Network, gensets: Gensets, driving: Driving, rules: GeneratorRules, settings: GeneratorSettings,
        repair: RepairTimes, streams: Streams, env: Environment, log: EventLog,
    ) -> None:  # fmt: skip
        self._network, self._gensets, self._driving, self._rules = network, gensets, driving, rules
        self._settings, self._repair, self._streams, self._env, self._log = (
            settings,
            repair,
            streams,
            env,
            log,
        )
        self._depots = Depots(driving, env, log)
        self._cans = Cans(gensets, settings.refuel_work_h, self._nth_lasts_h, env)
        self._nth: dict[tuple[str, str, int], int] = {}
        """Kind, part and site → how often that work was begun there."""
        self.local_hour: Callable[[float], float] = lambda t_h: t_h % 24
        self.gust_mps: Callable[[int], float] = lambda _: 0.0
        self.longest_h = inf
        """No crew leaves for a journey that is expected to take longer, hours."""
        self.new_generator: Callable[[float, Crew], Generator] | None = None
        self.quilted: set[int] = set()
        self._tasks: dict[str, Callable[[Crew, Job, float | None, int], Steps[str]]] = {
            "generate": self._generate, "refuel": self._refuel, "collect": self._collect, "repair": self._repair_part,
            "lineman": self._lineman, "splice": self._splice, "scout": self._scout, "place": self._place,
            "quilt": self._quilt, "inspect": self._inspect, "assist": self._assist,
        }  # fmt: skip

    def serve(self, crew: Crew, job: Job, stay_h: float | None, via_depot: bool, row: int) -> Steps[None]:
        """The process of one order, from the call to the crew's next freedom."""
        if not crew.called:
            yield from self._call_out(crew, row)
        hindrance: Hindrance = "road"
        if job.status != "lapsed":
            hindrance, row = yield from self._travel(crew, job, via_depot, row)
        if crew.booked is not None:
            crew.booked.reserved, crew.booked = False, None
        if job.status != "lapsed":
            yield from self._attend(crew, job, stay_h, hindrance, row)
        self.office.crew_free(crew, row)

    def must_bring(self, job: Job) -> bool:
        """Whether the job needs a generator that does not stand there yet."""
        if job.kind not in NEEDS_GENERATOR:
            return False
        return job.kind != "generate" or job.site not in self._gensets.standing or not self._gensets.usable(job.site)

    def _travel(self, crew: Crew, job: Job, via_depot: bool, row: int) -> Steps[tuple[Hindrance, int]]:
        """By the depot where needed, then to the site; what kept the crew from it, and the row it left by."""
        driving, now, wants = self._driving, self._env.now, self.must_bring(job)
        estimate_h = driving.estimate_h(crew, job, now, wants, via_depot)
        if estimate_h > self.longest_h:
            return driving.hindrance(crew, job, now, wants, via_depot), row
        row = self._log.add(now, "crew.sent", crew.id, job.id, estimate_h, row)
        if via_depot:
            there = yield from driving.to_node(crew, crew.depot.node, row, job)
            if not there:
                return "road", row
            self._depots.stop(crew, job, wants, row)
            if self._lacks_fuel(crew, job):
                return "fuel", row
        hindrance = yield from driving.to_site(crew, job, self.must_bring(job), row)
        return hindrance, row

    def _lacks_fuel(self, crew: Crew, job: Job) -> bool:
        """Whether the depot has left the crew without the fuel for its job."""
        if job.kind == "refuel":
            return crew.fuel_l < LEAST_L
        return self.must_bring(job) and bool(crew.working()) and not crew.ready()

    def _attend(self, crew: Crew, job: Job, stay_h: float | None, hindrance: Hindrance, row: int) -> Steps[None]:
        """Do the job, or give it back to the desk."""
        if hindrance or crew.past_stop(self._env.now):
            self.office.returned(job, crew, "shift" if crew.past_stop(self._env.now) else hindrance, row)
            return
        job.begun = True
        row = self._log.add(self._env.now, "job.onsite", job.id, crew.id, nan, row)
        result = yield from self._tasks[job.kind](crew, job, stay_h, row)
        if result in ("alone", "fuel"):
            job.begun = False
            self.office.returned(job, crew, result, row)
        else:
            self.office.finished(job, crew, result, row)

    def _call_out(self, crew: Crew, row: int) -> Steps[None]:
        now = self._env.now
        crew.called, crew.on_since_h = True, now
        self._log.add(now, "crew.called", crew.id, crew.depot.id, cause_row=row)
        night = not 7 <= self.local_hour(now) < 20
        spread = crew.spec.call_out_night_h if night else crew.spec.call_out_h
        half_day = int(now // 12)
        wait_h = spread.quantile(self._streams.uniform("call_out", crew.id, half_day))
        if wait_h > 0:
            yield self._env.timeout(wait_h)

    def _work(self, crew: Crew, job: Job, spread: Spread, row: int) -> Steps[None]:
        """Work for as long as it takes: luck of the n-th work of its kind at the site, whoever does it."""
        self._log.add(self._env.now, "crew.works", crew.id, job.id, nan, row)
        always = crew.spec.work_h
        hours = always.median_h if always is not None and always.fixed else self._lasts_h(job, always or spread)
        if hours > 0:
            yield self._env.timeout(hours)

    def _lasts_h(self, job: Job, spread: Spread) -> float:
        """Hours that the next work of its kind takes at the site."""
        return self._nth_lasts_h(job.kind, job.part, job.site, spread)

    def _nth_lasts_h(self, kind: str, part: str, site: int, spread: Spread) -> float:
        """Hours that the next work of a kind takes at a site."""
        what = (kind, part, site)
        nth = self._nth[what] = self._nth.get(what, 0) + 1
        if spread.fixed:
            return spread.median_h
        return spread.quantile(self._streams.uniform("work_h", kind, part, self._network.site_id(site), nth))

    # generation

    def _pick(self, crew: Crew, need_kw: float) -> Generator | None:
        if crew.spec.unlimited_generators and self.new_generator is not None:
            return self.new_generator(need_kw, crew)
        return best_fuelled(crew, need_kw)

    def _none_to_set_down(self, crew: Crew, site: int) -> str:
        """The result of a visit without a set that could run."""
        dry = crew.working(crew.hand_kg) or self._gensets.could_run(site, inf)
        return "fuel" if dry else "failed"

    def _movable(self, crew: Crew, generator: Generator) -> bool:
        """Whether the crew can take a set along: not a fixed one, a place free, not too heavy to carry down."""
        fits = generator.kind.seats <= crew.seats_left() and generator.kind.mass_kg <= crew.hand_kg
        return fits and not generator.fixed and generator.site == crew.site

    def _take(self, crew: Crew, generator: Generator, row: int) -> None:
        self._gensets.take(generator, crew.id, row)
        crew.carried.append(generator)
        crew.laden = crew.hand_kg < inf

    def _set_down(self, crew: Crew, generator: Generator, site: int, watcher: str, row: int) -> None:
        if generator in crew.carried:
            crew.carried.remove(generator)
        crew.laden = False
        self._gensets.place(generator, site, watcher, row)

    def _generate(self, crew: Crew, job: Job, stay_h: float | None, row: int) -> Steps[str]:
        site = job.site
        if self._network.mains_on(site) or site in self._gensets.running:
            return "wasted"
        for _ in range(3):
            standing = self._gensets.could_run(site, crew.fuel_l)
            generator = standing[0] if standing else self._pick(crew, job.need_kw)
            if generator is None:
                return self._none_to_set_down(crew, site)
            yield from self._work(crew, job, generator.kind.hook_up_h, row)
            if not self._network.mains_on(site):
                yield from self._cans.fill_up(crew, generator, site, row)
            if self._network.mains_on(site):
                return "done"
            if not generator.running and not generator.has_fuel():
                return "fuel"
            if generator.site != site:
                self._set_down(crew, generator, site, self._rules.watched_by if stay_h is None else crew.id, row)
            started = yield from self._gensets.start(generator, site, row)
            if started:
                yield from self._watch(crew, generator, site, stay_h, row)
                return "done"
            if self._movable(crew, generator):
                self._take(crew, generator, row)
        return "failed"

    def _watch(self, crew: Crew, generator: Generator, site: int, stay_h: float | None, row: int) -> Steps[None]:
        """Stay while roving or watching; take the generator along at the end of a roving stop.

        Whoever is beside a set that stops fills and starts it again, or leaves if that cannot be done.
        """
        if stay_h is None and self._rules.watched_by != "crew":
            return
        longest_h = max(0.0, crew.work_left_h(self._env.now))
        if stay_h is not None:
            longest_h = min(stay_h, longest_h)
        until_h = self._env.now + longest_h
        while self._env.now < until_h and not self._network.mains_on(site):
            stops = self._network.mains_back_event(site) | self._gensets.stop_event(site)
            yield stops if until_h == inf else stops | self._env.timeout(until_h - self._env.now)
            if self._env.now >= until_h or self._network.mains_on(site):
                break
            if not (yield from self._cans.starts_again(crew, generator, site, row)):
                break
        if self._movable(crew, generator) and (stay_h is not None or self._network.mains_on(site)):
            self._take(crew, generator, row)

    def _refuel(self, crew: Crew, job: Job, stay_h: float | None, row: int) -> Steps[str]:
        site = job.site
        if self._network.mains_on(site):
            return "wasted"
        generator = self._gensets.running.get(site) or next(
            (g for g in self._gensets.standing.get(site, []) if not g.broken), None
        )
        if generator is None:
            return "wasted"
        if crew.fuel_l < LEAST_L:
            return "fuel"
        yield from self._work(crew, job, self._settings.refuel_work_h, row)
        if generator.site != site:
            return "done"
        self._cans.pour(crew, generator, site, row)
        if generator.running or generator.broken or self._network.mains_on(site):
            return "done"
        if not generator.has_fuel():
            return "fuel"
        started = yield from self._gensets.start(generator, site, row)
        return "done" if started else "failed"

    def _collect(self, crew: Crew, job: Job, stay_h: float | None, row: int) -> Steps[str]:
        idle = [g for g in self._gensets.standing.get(job.site, []) if not g.fixed and not g.running]
        if not idle:
            return "wasted"
        yield from self._work(crew, job, self._settings.collect_work_h, row)
        taken = False
        for generator in sorted(idle, key=lambda g: g.broken):
            if not generator.running and self._movable(crew, generator):
                self._take(crew, generator, row)
                taken = True
        left = any(g.site == job.site and not g.running for g in idle)
        return "failed" if left and not taken else "done"

    # repair

    def _repair_part(self, crew: Crew, job: Job, stay_h: float | None, row: int) -> Steps[str]:
        if job.part not in self._network.faults(job.site):
            return "wasted"
        if job.team is not None and not (yield from job.team.gather(job, crew.work_left_h(self._env.now))):
            return "alone"
        if job.part == "radio":
            yield from self._wait_to_climb(job.site)
        spreads = {
            "rectifier": self._repair.rectifier_h,
            "radio": self._repair.radio_h,
            "transmission": self._repair.transmission_h,
        }
        yield from self._work(crew, job, spreads.get(job.part, self._repair.battery_h), row)
        self._network.mend_part(job.site, job.part, row)
        return "done"

    def _wait_to_climb(self, site: int) -> Steps[None]:
        """No climbing in the dark or in strong wind; looked at again every half hour (people do, too)."""
        first, last = self._repair.daylight
        while (
            not first <= self.local_hour(self._env.now) < last
            or self.gust_mps(site) >= self._repair.climb_gust_at_most_mps
        ):
            yield self._env.timeout(0.5)

    def _lineman(self, crew: Crew, job: Job, stay_h: float | None, row: int) -> Steps[str]:
        if not self._network.drop_dead(job.site):
            return "wasted"
        yield from self._work(crew, job, self._repair.mains_h, row)
        self._network.mend_drop(job.site, row)
        return "done"

    def _splice(self, crew: Crew, job: Job, stay_h: float | None, row: int) -> Steps[str]:
        link = int(job.part)
        if self._network.transport.whole[link]:
            return "wasted"
        if job.team is not None and not (yield from job.team.gather(job, crew.work_left_h(self._env.now))):
            return "alone"
        yield from self._work(crew, job, self._repair.fibre_h, row)
        self._network.mend_link(link, row)
        return "done"

    def _scout(self, crew: Crew, job: Job, stay_h: float | None, row: int) -> Steps[str]:
        if self._network.serves(job.site):
            return "wasted"
        yield from self._work(crew, job, self._repair.scout_h, row)
        self.office.scouted(job.site, row)
        return "done"

    def _assist(self, crew: Crew, job: Job, stay_h: float | None, row: int) -> Steps[str]:
        if job.team is None:
            return "wasted"
        self._log.add(self._env.now, "crew.works", crew.id, job.id, cause_row=row)
        return (yield from job.team.help_out(crew.work_left_h(self._env.now)))

    # preparation

    def _place(self, crew: Crew, job: Job, stay_h: float | None, row: int) -> Steps[str]:
        generator = self._pick(crew, job.need_kw)
        if generator is None:
            return self._none_to_set_down(crew, job.site)
        yield from self._work(crew, job, self._repair.place_h, row)
        yield from self._cans.fill_up(crew, generator, job.site, row)
        if not generator.has_fuel():
            return "fuel"
        watcher = "nobody" if self._rules.watched_by == "nobody" else "caretaker"
        self._set_down(crew, generator, job.site, watcher, row)
        return "done"

    def _quilt(self, crew: Crew, job: Job, stay_h: float | None, row: int) -> Steps[str]:
        yield from self._work(crew, job, self._repair.quilt_h, row)
        self.quilted.add(job.site)
        return "done"

    def _inspect(self, crew: Crew, job: Job, stay_h: float | None, row: int) -> Steps[str]:
        yield from self._work(crew, job, self._repair.inspect_h, row)
        self._gensets.inspected.add(job.site)
        return "done"

    def call_out(self, crew: Crew, row: int) -> Steps[None]:
        """Bring a crew on duty for something else than a job, unless it is on duty already."""
        if not crew.called:
            yield from self._call_out(crew, row)
