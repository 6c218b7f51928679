"""Generators as things with identity: where each is, how much fuel it holds, whether it runs, who watches it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from math import inf
from types import MappingProxyType
from typing import Final, NamedTuple

from simpy import Environment

from sim.exact import ln
from sim.log import EventLog
from sim.models.store import Store
from sim.models.timer import Timer
from sim.resources import GeneratorKind
from sim.settings import GeneratorSettings
from sim.streams import Streams
from sim.units import quantise_h

_GEL_WITHIN_H: Final = 2.0
_COLD_C: Final = 0.0
_COLD_FUEL: Final = 1.1
"""In the frost a set burns a tenth more. Source: §2 of the parameters of the field ("idle-cold +10 %"); the
temperature from which on is Assumed."""
_TRACE: Final = 0.1
"""Assumed: less of a poorer diesel than this share of the tank does no harm."""
_DERATED_ABOVE_M: Final = 500.0
_DERATING_PER_M: Final = 0.01 / 100
"""Source: common practice, 1 % for each 100 m above 500 m."""
_LEAST_POWER: Final = 0.1
LEAST_FUEL: Final = 0.05
"""Assumed: with less than this share of its tank a set draws air and does not start."""
LOW_FUEL: Final = 0.5
"""Assumed: a crew fills up a set with less than this share of its tank before it leaves it or runs it."""
_DROP_L: Final = 1e-9
_ANY_DIESEL: Final[Mapping[float, float]] = MappingProxyType({-inf: 1.0})
"""Good in any cold."""


class Air(NamedTuple):
    """The air around a site, as a generator feels it."""

    now_c: Callable[[], float]
    turns_h: Callable[[float], float]
    """When it will next pass a temperature, upwards or downwards; inf if never."""


def derating(altitude_m: float) -> float:
    """Share of its power that a set gives at a height."""
    return max(_LEAST_POWER, 1.0 - _DERATING_PER_M * max(0.0, altitude_m - _DERATED_ABOVE_M))


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


def _nobody() -> None:
    """Nobody wants to know."""


class Generator:
    """One generator. `place` is a depot, crew or site id; it carries a site only while `running`."""

    __slots__ = (
        "_air", "_break", "_drawn_w", "_dry", "_dry_h", "_env", "_frost", "_gel", "_log", "_mix", "_settings",
        "_stopped", "_streams", "_why", "broken", "demands", "depot", "fixed", "id", "kind", "kind_name", "party",
        "place", "rate_changed", "reserved", "running", "site", "started_h", "tank", "watcher",
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
        self._mix: Mapping[float, float] = _ANY_DIESEL
        """Limit temperature of a diesel → its share of what is in the tank."""
        self._air: Air | None = None
        self._drawn_w = 0.0
        self._why = -1
        self._dry_h = inf
        self._dry: Timer | None = None
        self._break: Timer | None = None
        self._gel: Timer | None = None
        self._frost: Timer | None = None
        """Timers are made when first they are needed: most sets never break, gel or run dry."""
        self.rate_changed: Callable[[], None] = _nobody
        """Called when the frost has changed the hour at which the tank will be dry."""

    @property
    def grade_c(self) -> float:
        """Limit temperature of what is in the tank: that of the poorest diesel of which there is more than a trace."""
        return max((grade_c for grade_c, share in self._mix.items() if share > _TRACE), default=-inf)

    @grade_c.setter
    def grade_c(self, grade_c: float) -> None:
        """All of it is of this grade."""
        self._mix = {grade_c: 1.0}

    @property
    def fuel_l(self) -> float:
        """What is in the tank now."""
        return self.tank.level(self._env.now)

    def has_fuel(self, share: float = LEAST_FUEL, more_l: float = 0.0) -> bool:
        """Whether the tank, with so much more poured in, holds this share of what it can."""
        fuel_l = self.fuel_l + more_l
        return fuel_l > _DROP_L and fuel_l >= share * self.kind.tank_l - _DROP_L

    @property
    def failures_per_h(self) -> float:
        """Rate of faults while running, by how the set was maintained: its own lot, the same in the whole drill."""
        settings = self._settings
        if settings.failures_per_h == 0:
            return 0.0
        poor = self._streams.uniform("maintenance", self.id) < settings.poorly_maintained
        return settings.failures_per_h * (settings.poor_failure_factor if poor else 1.0)

    def attempt(self, site: str, temperature_c: float, attempt: int, row: int, ease: float = 1.0) -> bool:
        """One attempt to start, `ease` times as likely to fail as usual; failures are logged, a dry set as 0."""
        if not self.has_fuel():
            self._log.add(self._env.now, "generator.unstarted", self.id, site, 0, row)
            return False
        if attempt == 1:
            self.demands += 1
        chance = ease * start_failure(self._settings, temperature_c, attempt)
        if chance <= 0 or self._streams.uniform("start", self.id, site, self.demands, attempt) >= chance:
            return True
        self._log.add(self._env.now, "generator.unstarted", self.id, site, attempt, row)
        return False

    def run(self, site: str, load_w: float, air: Air, row: int) -> int:
        """It carries the site from now on; the row that says so."""
        now = self._env.now
        self.running = True
        self.started_h = now
        self._air = air
        self._why = row = self._log.add(now, "generator.started", self.id, site, load_w / 1000, row)
        self.feed(load_w)
        self._watch_frost(air)
        rate = self.failures_per_h
        if rate > 0:
            u = self._streams.uniform("generator_breaks", self.id, site, self.demands)
            self._breaks_at(quantise_h(now - ln(u) / rate))
        self._watch_gelling(air)
        return row

    def _watch_gelling(self, air: Air) -> None:
        """Diesel gels from the hour on at which the air is colder than its grade."""
        if self.kind.fuel == "diesel":
            cold = air.now_c() < self.grade_c
            at_h = self._env.now if cold else quantise_h(air.turns_h(self.grade_c))
            self._gel = self._timed(self._gel, self._gels, at_h)

    def _watch_frost(self, air: Air) -> None:
        """In the frost it burns more."""
        self._frost = self._timed(self._frost, self._frost_turns, quantise_h(air.turns_h(_COLD_C)))

    def _breaks_at(self, at_h: float) -> None:
        self._break = self._timed(self._break, self._breaks, at_h)

    def _dry_at(self, at_h: float) -> None:
        self._dry_h = at_h
        self._dry = self._timed(self._dry, self._runs_dry, at_h)

    def _timed(self, timer: Timer | None, call: Callable[[], None], at_h: float) -> Timer | None:
        """A timer set to a time, made only if it comes to that before the clock ends."""
        if timer is None:
            if at_h == inf or at_h >= getattr(self._env, "ends_h", inf):
                return None
            timer = Timer(self._env, call)
        timer.set(at_h)
        return timer

    def _gels(self) -> None:
        """Once it is too cold for what is in the tank: the lot of this run says whether and when the engine stops."""
        name = (self.id, self.place, self.demands)
        if self._streams.uniform("gels", *name) < self._settings.gelling_share:
            after_h = _GEL_WITHIN_H * self._streams.uniform("gels_h", *name)
            due_h = inf if self._break is None else self._break.due_h
            self._breaks_at(min(due_h, quantise_h(self._env.now + after_h)))

    def _frost_turns(self) -> None:
        if self._air is not None:
            self.feed(self._drawn_w)
            self._watch_frost(self._air)
            self.rate_changed()

    def feed(self, drawn_w: float) -> None:
        """The power drawn has changed: fuel goes at another rate."""
        now = self._env.now
        self._drawn_w = drawn_w
        cold = self._air is not None and self._air.now_c() < _COLD_C
        kind = self.kind
        litres_per_h = kind.fuel_lph(min(drawn_w / 1000, kind.prime_kw)) * (_COLD_FUEL if cold else 1.0)
        self.tank.run(-litres_per_h, now)
        self._dry_at(self.tank.reaches_h(0.0, now))

    def dry_h(self) -> float:
        """When the tank will be empty at the present rate."""
        return self._dry_h

    def stop(self, site: str, row: int) -> None:
        """Switch off; the log says how much fuel is left."""
        if not self.running:
            return
        self._rest()
        self._log.add(self._env.now, "generator.stopped", self.id, site, self.tank.level(self._env.now), row)

    def fill(self, litres: float, grade_c: float | None = None) -> float:
        """Pour in what fits; litres poured. Diesel of another grade mixes with what is there."""
        now = self._env.now
        before_l = self.tank.level(now)
        poured_l = self.tank.put(litres, now)
        if grade_c is not None and poured_l > 0 and self._mix.keys() != {grade_c}:
            kept = before_l / (before_l + poured_l)
            mix = {grade: share * kept for grade, share in self._mix.items()}
            mix[grade_c] = mix.get(grade_c, 0.0) + 1.0 - kept
            self._mix = mix
        if self.running:
            self._dry_at(self.tank.reaches_h(0.0, now))
            if self._air is not None and grade_c is not None:
                self._watch_gelling(self._air)
        return poured_l

    def halt(self) -> None:
        """Stop at once, without a word of the log (the caller has said why)."""
        self._rest()

    def _rest(self) -> None:
        self.running = False
        self.tank.run(0.0, self._env.now)
        self._dry_h = inf
        for timer in (self._dry, self._break, self._gel, self._frost):
            if timer is not None:
                timer.cancel()

    def _runs_dry(self) -> None:
        self._rest()
        row = self._log.add(self._env.now, "generator.dry", self.id, self.place, cause_row=self._why)
        self._stopped(self, "dry", row)

    def _breaks(self) -> None:
        self._rest()
        self.broken = True
        row = self._log.add(self._env.now, "generator.broke", self.id, self.place, cause_row=self._why)
        self._stopped(self, "broke", row)
