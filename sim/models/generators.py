"""Generators as things with identity: where each is, how much fuel it holds, whether it runs, who watches it."""

from __future__ import annotations

from collections.abc import Callable
from math import inf, log
from typing import Final

from simpy import Environment

from sim.log import EventLog
from sim.models.store import Store
from sim.models.timer import Timer
from sim.resources import GeneratorKind
from sim.settings import GeneratorSettings
from sim.streams import Streams
from sim.units import quantise_h

_GEL_WITHIN_H: Final = 2.0


def start_failure(spec: GeneratorSettings, temperature_c: float, attempt: int) -> float:
    """Chance that an attempt fails: straight lines between 0, −10 and −20 °C; the second attempt half of it."""
    warm, cold, coldest = spec.start_failure, spec.start_failure_minus10c, spec.start_failure_minus20c
    if temperature_c >= 0:
        chance = warm
    elif temperature_c >= -10:
        chance = warm + (cold - warm) * -temperature_c / 10
    else:
        chance = min(cold + (coldest - cold) * (-10 - temperature_c) / 10, coldest)
    return chance / 2 if attempt > 1 else chance


class Generator:
    """One generator. `place` is a depot, crew or site id; it carries a site only while `running`."""

    __slots__ = (
        "_break", "_dry", "_env", "_log", "_settings", "_stopped", "_streams", "_why", "broken", "demands", "depot",
        "fixed", "grade_c", "id", "kind", "kind_name", "party", "place", "reserved", "running", "site", "started_h",
        "tank", "watcher",
    )  # fmt: skip

    def __init__(
        self, name: str, kind_name: str, kind: GeneratorKind, depot: str, party: str, env: Environment, log: EventLog,
        streams: Streams, settings: GeneratorSettings, stopped: Callable[[Generator, str, int], None],
    ) -> None:  # fmt: skip
        self.id, self.kind_name, self.kind, self.depot, self.party = name, kind_name, kind, depot, party
        self._env, self._log, self._streams, self._settings = env, log, streams, settings
        self._stopped = stopped
        self.place = depot
        self.site = -1
        self.running = self.broken = self.fixed = self.reserved = False
        self.watcher = ""
        self.tank = Store(kind.tank_l, kind.tank_l, env.now)
        self.demands = 0
        self.started_h = inf
        self.grade_c = -inf
        self._why = -1
        self._dry = Timer(env, self._runs_dry)
        self._break = Timer(env, self._breaks)

    def attempt(self, site: str, temperature_c: float, attempt: int, row: int, ease: float = 1.0) -> bool:
        """One attempt to start, `ease` times as likely to fail as usual; a failure is logged."""
        if attempt == 1:
            self.demands += 1
        chance = ease * start_failure(self._settings, temperature_c, attempt)
        if self._streams.uniform("start", self.id, site, self.demands, attempt) >= chance:
            return True
        self._log.add(self._env.now, "generator.unstarted", self.id, site, attempt, row)
        return False

    def run(self, site: str, load_w: float, temperature_c: float, row: int) -> int:
        """It carries the site from now on; the row that says so."""
        now = self._env.now
        self.running = True
        self.started_h = now
        self._why = row = self._log.add(now, "generator.started", self.id, site, load_w / 1000, row)
        self.feed(load_w)
        u = self._streams.uniform("generator_breaks", self.id, site, self.demands)
        lasts_h = inf if self._settings.failures_per_h == 0 else quantise_h(-log(u) / self._settings.failures_per_h)
        gels = self.kind.fuel == "diesel" and temperature_c < self.grade_c
        if gels and self._streams.uniform("gels", self.id, site, self.demands) < self._settings.gelling_share:
            lasts_h = min(lasts_h, _GEL_WITHIN_H * self._streams.uniform("gels_h", self.id, site, self.demands))
        self._break.set(now + lasts_h)
        return row

    def feed(self, drawn_w: float) -> None:
        """The power drawn has changed: fuel goes at another rate."""
        now = self._env.now
        self.tank.run(-self.kind.fuel_lph(min(drawn_w / 1000, self.kind.prime_kw)), now)
        self._dry.set(self.tank.reaches_h(0.0, now))

    def dry_h(self) -> float:
        """When the tank will be empty at the present rate."""
        return self._dry.due_h

    def stop(self, site: str, row: int) -> None:
        """Switch off; the log says how much fuel is left."""
        if not self.running:
            return
        self._rest()
        self._log.add(self._env.now, "generator.stopped", self.id, site, self.tank.level(self._env.now), row)

    def fill(self, litres: float) -> float:
        """Pour in what fits; litres poured."""
        now = self._env.now
        poured = self.tank.put(litres, now)
        if self.running:
            self._dry.set(self.tank.reaches_h(0.0, now))
        return poured

    def halt(self) -> None:
        """Stop at once, without a word of the log (the caller has said why)."""
        self._rest()

    def _rest(self) -> None:
        self.running = False
        self.tank.run(0.0, self._env.now)
        self._dry.cancel()
        self._break.cancel()

    def _runs_dry(self) -> None:
        self._rest()
        row = self._log.add(self._env.now, "generator.dry", self.id, self.place, cause_row=self._why)
        self._stopped(self, "dry", row)

    def _breaks(self) -> None:
        self._rest()
        self.broken = True
        row = self._log.add(self._env.now, "generator.broke", self.id, self.place, cause_row=self._why)
        self._stopped(self, "broke", row)
