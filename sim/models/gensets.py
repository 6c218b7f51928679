"""Generators at sites: fixed ones that start themselves, placed ones that a caretaker starts, carried ones."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from math import inf, nan
from typing import Final, Protocol

from simpy import Environment, Event

from sim.log import EventLog
from sim.models.generators import Air, Generator, derating
from sim.models.network import Network
from sim.models.site import SitePower
from sim.models.steps import Steps
from sim.models.timer import Timer
from sim.plan import GeneratorRules
from sim.settings import GeneratorSettings
from sim.streams import Streams
from sim.units import quantise_h

_INSPECTED_EASE: Final = 0.5
"""Assumed: a fixed generator that was inspected before the event fails to start half as often."""


class GensetListener(Protocol):
    """Who hears of generators (the desk)."""

    def generator_runs(self, site: int, generator: Generator, row: int) -> None: ...
    def generator_failed(self, site: int, generator: Generator, row: int) -> None: ...
    def generator_idle(self, site: int, generator: Generator, row: int) -> None: ...
    def refuel_due(self, site: int, generator: Generator, within_h: float, row: int) -> None: ...


class Gensets:
    """Which generator stands where, and which one carries its site."""

    def __init__(
        self,
        network: Network,
        rules: GeneratorRules,
        settings: GeneratorSettings,
        air: Callable[[int], Air],
        streams: Streams,
        env: Environment,
        log: EventLog,
    ) -> None:
        self._network, self._rules, self._settings = network, rules, settings
        self._air, self._streams, self._env, self._log = air, streams, env, log
        self.standing: dict[int, list[Generator]] = {}
        self.running: dict[int, Generator] = {}
        self._due: dict[int, Timer] = {}
        self._due_row: dict[int, int] = {}
        """The row from which a site's refuelling is counted: start or filling."""
        self._stops: dict[int, Event] = {}
        self.inspected: set[int] = set()
        self.listener: GensetListener | None = None
        self.fixed_of: Callable[[int], Generator | None] = lambda _: None
        network.listeners.append(self)

    def place(self, generator: Generator, site: int, watcher: str, row: int) -> int:
        """Set a generator down at a site; the row that says so."""
        generator.place, generator.site = self._network.site_id(site), site
        generator.watcher = watcher
        self.standing.setdefault(site, []).append(generator)
        level = generator.tank.level(self._env.now)
        now = self._env.now
        row = self._log.add(now, "generator.placed", generator.id, generator.place, level, row)
        self._log.add(now, "generator.watched", generator.id, watcher, nan, row)
        return row

    def take(self, generator: Generator, crew: str, row: int) -> None:
        """A crew loads the generator; it stops if it runs."""
        self.switch_off(generator, row)
        self.standing[generator.site].remove(generator)
        generator.place, generator.site, generator.watcher, generator.reserved = crew, -1, crew, False
        self._log.add(self._env.now, "generator.taken", generator.id, crew, generator.tank.level(self._env.now), row)

    def usable(self, site: int) -> list[Generator]:
        """Generators at a site that could be started."""
        standing = self.standing.get(site)
        if not standing:
            return []
        return [g for g in standing if not g.broken and g.has_fuel()]

    def could_run(self, site: int, more_l: float) -> list[Generator]:
        """Generators at a site that could be started once so much fuel were poured in."""
        return [g for g in self.standing.get(site, []) if not g.broken and g.has_fuel(more_l=more_l)]

    def start(self, generator: Generator, site: int, row: int) -> Steps[bool]:
        """Attempts to start, as steps of a process; True in the end if it carries the site (or mains are back)."""
        place = self._network.site_id(site)
        for attempt in (1, 2):
            if self._network.mains_on(site) or generator.running:
                return True
            ease = _INSPECTED_EASE if generator.fixed and site in self.inspected else 1.0
            if generator.attempt(place, self._air(site).now_c(), attempt, row, ease):
                self.carry(generator, site, row)
                return True
            if not generator.has_fuel():
                return False
            if attempt == 1:
                yield self._env.timeout(self._settings.second_attempt_h)
        generator.broken = True
        return False

    def carry(self, generator: Generator, site: int, row: int) -> None:
        """A generator that has started takes the site over."""
        if site in self.running or self._network.mains_on(site):
            return
        power = self._network.power(site)
        row = generator.run(power.plant.id, power.load_w, self._air(site), row)
        self.running[site] = generator
        if self._rules.refuel_after_h is None:
            generator.rate_changed = partial(self._due_moves, site, generator)
        power.set_generator(generator.kind.prime_kw * 1000 * derating(self._settings.altitude_m), row)
        self._plan_refuel(site, generator, row)
        if self.listener is not None:
            self.listener.generator_runs(site, generator, row)

    def refuelled(
        self, generator: Generator, site: int, litres: float, row: int, grade_c: float | None = None
    ) -> float:
        """Pour fuel in; litres that fitted. The next refuelling is planned anew."""
        poured = generator.fill(litres, grade_c)
        row = self._log.add(
            self._env.now,
            "generator.fuelled",
            generator.id,
            self._network.site_id(site),
            generator.tank.level(self._env.now),
            row,
        )
        if generator.running:
            self._plan_refuel(site, generator, row)
        return poured

    def switch_off(self, generator: Generator, row: int) -> None:
        """Stop a running generator on purpose."""
        site = generator.site
        if self.running.get(site) is not generator:
            return
        del self.running[site]
        self._cancel_due(site)
        generator.stop(self._network.site_id(site), row)
        self._network.power(site).set_generator(0.0, row)

    def stopped(self, generator: Generator, reason: str, row: int) -> None:
        """It ran dry or broke: the site is on its battery again, the desk hears of it."""
        site = generator.site
        if self.running.get(site) is not generator:
            return
        del self.running[site]
        self._cancel_due(site)
        self._network.power(site).set_generator(0.0, row)
        seen = self._stops.pop(site, None)
        if seen is not None:
            seen.succeed()
        if self.listener is not None:
            self.listener.generator_failed(site, generator, row)

    def stop_event(self, site: int) -> Event:
        """Happens when the generator that carries a site next runs dry or breaks."""
        event = self._stops.get(site)
        if event is None:
            event = self._stops[site] = self._env.event()
        return event

    def _plan_refuel(self, site: int, generator: Generator, row: int) -> None:
        after_h = self._rules.refuel_after_h
        reserve_h = self._rules.refuel_reserve_h
        now = self._env.now
        due_h = now + after_h if after_h is not None else generator.dry_h() - reserve_h
        timer = self._due.get(site)
        if timer is None:
            timer = self._due[site] = Timer(self._env, partial(self._refuel_due, site))
        self._due_row[site] = row
        timer.set(quantise_h(max(due_h, now)))

    def _refuel_due(self, site: int) -> None:
        generator = self.running.get(site)
        if generator is not None and self.listener is not None:
            self.listener.refuel_due(site, generator, self._rules.refuel_reserve_h, self._due_row[site])

    def _cancel_due(self, site: int) -> None:
        timer = self._due.pop(site, None)
        if timer is not None:
            timer.cancel()

    # as a listener of the network

    def mains_lost(self, site: int, row: int) -> None:
        """A fixed generator starts by itself, a placed one by its caretaker."""
        fixed = self.fixed_of(site)
        if fixed is not None and fixed.site < 0:
            fixed.site, fixed.place = site, self._network.site_id(site)
            self.standing.setdefault(site, []).append(fixed)
        ready = self.usable(site)
        if not ready:
            return
        generator = ready[0]
        if generator.fixed:
            delay_h = self._settings.fixed_start_h
        elif generator.watcher == "caretaker":
            u = self._streams.uniform("caretaker", self._network.site_id(site), generator.demands)
            delay_h = self._settings.caretaker_h.quantile(u)
        else:
            return
        self._env.process(self._start_later(generator, site, delay_h, row))

    def _start_later(self, generator: Generator, site: int, delay_h: float, row: int) -> Steps[None]:
        yield self._env.timeout(quantise_h(delay_h))
        if generator.site != site or site in self.running or generator.broken:
            return
        done = yield from self.start(generator, site, row)
        if not done and self.listener is not None:
            self.listener.generator_failed(site, generator, row)

    def mains_back(self, site: int, row: int) -> None:
        """A running generator stops when mains return."""
        generator = self.running.get(site)
        if generator is not None:
            self.switch_off(generator, row)
            if self.listener is not None:
                self.listener.generator_idle(site, generator, row)

    def supply_changed(self, site: int, power: SitePower) -> None:
        """The load of a site has changed: fuel goes at another rate."""
        generator = self.running.get(site)
        if generator is not None:
            generator.feed(power.drawn_w())
            self._due_moves(site, generator)

    def _due_moves(self, site: int, generator: Generator) -> None:
        """The tank will be dry at another hour than planned for."""
        if self._rules.refuel_after_h is None and site in self._due:
            due_h = generator.dry_h() - self._rules.refuel_reserve_h
            if due_h < inf:
                self._due[site].set(quantise_h(max(due_h, self._env.now)))

    def service_lost(self, site: int, cause: str, row: int) -> None:
        """Not a matter of generators."""

    def service_back(self, site: int, row: int) -> None:
        """Not a matter of generators."""

    def heard_again(self, site: int) -> None:
        """Not a matter of generators."""

    def part_failed(self, site: int, part: str, row: int) -> None:
        """Not a matter of generators."""

    def part_mended(self, site: int, part: str, row: int) -> None:
        """Not a matter of generators."""

    def link_broken(self, link: int, row: int) -> None:
        """Not a matter of generators."""
