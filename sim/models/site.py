"""Power of one struck site: mains, generator, battery, two disconnects. A site that nothing strikes has none.

The battery's charge is a straight line in each segment (load and temperature frozen when it begins), so the next
disconnect is computed, not searched. The first disconnect sheds all radio; transmission and monitor go on
until the second. A supply too small for the load sheds 5G; what is still missing comes from the battery, and once
that has reached the disconnect the radio stays off until a larger supply comes.
"""

from __future__ import annotations

from collections.abc import Callable
from math import inf, nan
from typing import Final

from simpy import Environment

from sim.log import EventLog
from sim.models import battery
from sim.models.powerplant import Plant
from sim.models.store import Store
from sim.models.timer import Timer
from sim.units import quantise_h

__all__ = ["Plant", "SitePower"]

GENERATOR_MARGIN: Final = 0.8
RECTIFIER_EFFICIENCY: Final = 0.95
"""0.8·P_gen ≥ (P_dc + P_charge)/0.95. Source: the tower company's sizing rule."""
_FULL: Final = 1.0 - 1e-9
_TAPER: Final = battery.TAPER_FROM - 1e-9
_WARMS_WITHIN_H: Final = 240
"""How far ahead is looked for the hour in which a cold battery takes charge again."""


class SitePower:
    """The state of a struck site's power. `changed(self, row)` is called after every change that others feel."""

    __slots__ = (
        "_alpha",
        "_battery_timer",
        "_changed",
        "_env",
        "_log",
        "_restart",
        "_row",
        "battery",
        "battery_ok",
        "charge_w",
        "five_g",
        "generator_w",
        "load_w",
        "mains",
        "off_row",
        "plant",
        "radio",
        "rectifier_ok",
        "source",
        "transmission",
    )

    def __init__(
        self, plant: Plant, env: Environment, log: EventLog, changed: Callable[[SitePower, int], None]
    ) -> None:
        self.plant = plant
        self._env = env
        self._log = log
        self._changed = changed
        self.mains = True
        self.generator_w = 0.0
        self.rectifier_ok = self.battery_ok = True
        self.radio = self.five_g = self.transmission = True
        self.battery = Store(1.0, now_h=env.now)
        self.source = "mains"
        self.load_w = plant.load_4g_w + plant.load_5g_w + plant.load_transmission_w
        self.charge_w = 0.0
        self._alpha: float | None = None
        self._row = -1
        self.off_row = -1
        """The last row in which radio or transmission went off: the cause of an outage."""
        self._battery_timer = Timer(env, self._threshold)
        self._restart: Timer | None = None
        """Made when first a radio has to wait for its restart."""

    # what others do to the site

    def set_mains(self, on: bool, row: int) -> None:
        """The mains fail or return; `row` is the log row that says so."""
        self.mains = on
        self._settle(row)

    def set_generator(self, prime_w: float, row: int) -> None:
        """A generator of this power carries the site (0: none)."""
        self.generator_w = prime_w
        self._settle(row)

    def set_rectifier(self, ok: bool, row: int) -> None:
        """Without rectifiers neither mains nor generator reach the load."""
        self.rectifier_ok = ok
        self._settle(row)

    def set_battery(self, ok: bool, row: int) -> None:
        """A broken battery holds nothing and takes no charge; a new one is charged on the spot."""
        self.battery_ok = ok
        if not ok:
            self.battery.put(-1.0, self._env.now)
        self._settle(row)

    # the state that follows

    @property
    def supplied(self) -> bool:
        """Whether mains or a generator carry the load now."""
        return self.rectifier_ok and (self.mains or self.generator_w > 0)

    def available_w(self) -> float:
        """DC power that the present supply can give; what the load asks beyond it, the battery gives."""
        most_w = self.plant.rectifier_w
        if self.mains:
            return most_w
        given_w = GENERATOR_MARGIN * self.generator_w * RECTIFIER_EFFICIENCY
        return min(most_w, given_w)

    def drawn_w(self) -> float:
        """AC power asked of mains or generator."""
        return (min(self.load_w, self.available_w()) + self.charge_w) / RECTIFIER_EFFICIENCY

    def _settle(self, row: int) -> None:
        """Work out stages, load and battery after a change, log what is new and tell the world."""
        now, store = self._env.now, self.battery
        self._row = row
        level = store.run(store.rate, now)
        if self.supplied:
            self._on_supply(level, now, row)
        else:
            self._on_battery(level, now, row)
        self._changed(self, row)

    def _on_supply(self, level: float, now: float, row: int) -> None:
        plant, given_w = self.plant, self.available_w()
        least_w = plant.load_transmission_w + plant.load_4g_w
        if not self.transmission and given_w >= plant.load_transmission_w:
            self.transmission = True
            self._log.add(now, "transmission.on", plant.id, "", nan, row)
        if given_w < least_w:
            self._no_restart()
            self._shed(level, given_w, self._too_small(), now, row)
        elif not self.radio:
            if plant.reconnect_h > 0:
                if self._restart is None:
                    self._restart = Timer(self._env, self._radio_back)
                self._restart.set(quantise_h(now + plant.reconnect_h))
            else:
                self._switch_radio_on(now, row)
        if self.radio:
            full = given_w >= least_w + plant.load_5g_w
            if full != self.five_g:
                self._set_five_g(full, self._too_small(), now, row)
        source = "mains" if self.mains else "generator"
        self._carry(source if self.transmission else "none", now, row)
        if self.load_w > given_w + 1e-6:
            self._discharge(self.load_w - given_w, now)
        else:
            self._alpha = None
            self._charge(level, given_w, now)

    def _no_restart(self) -> None:
        if self._restart is not None:
            self._restart.cancel()

    def _too_small(self) -> str:
        return "rectifier_too_small" if self.available_w() == self.plant.rectifier_w else "generator_too_small"

    def _on_battery(self, level: float, now: float, row: int) -> None:
        self._no_restart()
        self._shed(level, 0.0, "", now, row)
        self._carry("battery" if self.transmission else "none", now, row)
        self._discharge(self.load_w, now)

    def _first(self) -> float:
        """Charge at the first disconnect."""
        return self.plant.s1 if self.plant.two_stage else 0.0

    def _shed(self, level: float, given_w: float, reason: str, now: float, row: int) -> None:
        """Switch off what charge and supply no longer carry; `reason` where a supply is there and too small."""
        plant, log = self.plant, self._log
        if self.radio and level <= self._first() + 1e-9:
            self.radio = False
            first = "first_disconnect" if plant.two_stage else "battery_empty"
            self.off_row = log.add(now, "radio.off", plant.id, reason or first, cause_row=row)
        if self.transmission and level <= 1e-9 and given_w < plant.load_transmission_w:
            self.transmission = False
            self.off_row = log.add(now, "transmission.off", plant.id, reason or "battery_empty", cause_row=row)

    def _discharge(self, missing_w: float, now: float) -> None:
        """The battery gives this much until the next disconnect."""
        self.charge_w = 0.0
        if missing_w <= 0:
            self._run_battery(0.0, now)
            self._battery_timer.cancel()
            return
        if self._alpha is None:
            self._alpha = self.plant.alpha_of(missing_w)
        self._run_battery(-1.0 / self.plant.full_h(missing_w, self._alpha, now), now)
        self._battery_timer.set(self.battery.reaches_h(self._first() if self.radio else 0.0, now))

    def _charge(self, level: float, given_w: float, now: float) -> None:
        """Recharge with what the supply has left over; `level` is the charge now, `given_w` what the supply gives."""
        plant = self.plant
        rate, charge_w, look_h, target = 0.0, 0.0, inf, 1.0
        if level < _FULL and self.transmission and self.battery_ok and plant.battery_ah > 0:
            headroom_w = given_w - self.load_w
            battery_c = battery.WARM_C if plant.lead_acid else plant.battery_c(now)
            rate = battery.recharge_per_h(plant.lead_acid, plant.battery_ah, plant.soh, headroom_w, battery_c)
            if plant.lead_acid:
                if level < _TAPER:
                    target = battery.TAPER_FROM
                elif rate > battery.TAPER_PER_H:
                    rate = battery.TAPER_PER_H
            volts = battery.NOMINAL_V if plant.lead_acid else battery.LFP_V
            charge_w = rate * plant.battery_ah * plant.soh * volts / battery.CHARGE_EFFICIENCY
            if rate <= 0 and headroom_w > 0:
                look_h = self._warm_h(now)
        self.charge_w = charge_w
        self._run_battery(rate, now)
        self._battery_timer.set(self.battery.reaches_h(target, now) if rate > 0 else look_h)

    def _warm_h(self, now: float) -> float:
        """When a battery that is too cold to be charged will have thawed; inf if that is not in sight."""
        hours = (quantise_h(now + ahead) for ahead in range(1, _WARMS_WITHIN_H + 1))
        return next((t_h for t_h in hours if self.plant.battery_c(t_h) >= 0), inf)

    def _threshold(self) -> None:
        """The battery has reached the level the timer waited for."""
        now = self._env.now
        if self.battery.rate < 0:
            target = self._first() if self.radio else 0.0
            self.battery.put(target - self.battery.level(now), now)
            self._settle(self._row)
        else:
            self._charge(self.battery.level(now), self.available_w(), now)
            self._changed(self, self._row)

    def _radio_back(self) -> None:
        if not self.supplied or self.radio:
            return
        self._switch_radio_on(self._env.now, self._row)
        self._settle(self._row)

    def _switch_radio_on(self, now: float, row: int) -> None:
        self.radio = True
        self._log.add(now, "radio.on", self.plant.id, "", nan, row)

    def _set_five_g(self, on: bool, reason: str, now: float, row: int) -> None:
        self.five_g = on
        self._log.add(now, "radio.full" if on else "radio.reduced", self.plant.id, "" if on else reason, cause_row=row)

    def _carry(self, source: str, now: float, row: int) -> None:
        plant = self.plant
        load_w = 0.0
        if self.transmission and source != "none":
            load_w = plant.load_transmission_w
            if self.radio:
                load_w += plant.load_4g_w + (plant.load_5g_w if self.five_g else 0.0)
        if source != self.source or abs(load_w - self.load_w) > 1e-9:
            self.source, self.load_w = source, load_w
            self._log.add(now, "site.source", plant.id, source, load_w / 1000, row)

    def _run_battery(self, rate: float, now: float) -> None:
        store = self.battery
        if rate == store.rate == 0.0:
            return
        self._log.add(now, "battery.level", self.plant.id, "", store.run(rate, now), self._row)
