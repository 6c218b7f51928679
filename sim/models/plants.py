"""The power plant of each site as this run has it: the inventory's columns with the site's own luck."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from math import isnan, sqrt
from typing import Final

from simpy import Environment

from sim.hazards.weather import Weather
from sim.models import battery
from sim.models.generators import Air, derating
from sim.models.lots import Lots
from sim.models.powerplant import Plant
from sim.resources import GeneratorKind
from sim.scenario import ScenarioSpec
from sim.settings import Triangle
from sim.streams import Streams
from sim.topology.tables import CABINETS, CHEMISTRIES, Topology

_ROOM: Final = CABINETS.index("room")
_LEAD_ACID: Final = CHEMISTRIES.index("lead_acid")
_DEAD_STRING_SHARE: Final = 0.1
"""Assumed: what a battery with dead strings still holds of its capacity."""
_NEED_MARGIN: Final = 0.8 * 0.95
"""0.8·P_gen·0.95 must carry the DC load; charging takes what is left. Source: the tower company's sizing rule."""


def triangle_quantile(spec: Triangle, u: float) -> float:
    """Quantile of a triangular distribution."""
    low, mode, high = spec.low, spec.mode, spec.high
    if high <= low:
        return mode
    split = (mode - low) / (high - low)
    if u < split:
        return round(low + sqrt(u * (high - low) * (mode - low)), 9)
    return round(high - sqrt((1 - u) * (high - low) * (high - mode)), 9)


class Plants:
    """Makes the `Plant` of a site that is struck, and says what the desk would expect of it."""

    def __init__(
        self, topology: Topology, spec: ScenarioSpec, weather: Weather, streams: Streams, quilted: set[int]
    ) -> None:
        self._topology, self._spec, self._weather, self._streams = topology, spec, weather, streams
        self._quilted = quilted
        self.cells = weather.cells.of(topology.sites.lon, topology.sites.lat)
        self._keys = topology.site_keys
        self._airs: dict[int, Air] = {}
        self._felt: dict[tuple[int, bool], Callable[[float], float]] = {}
        """Weather cell and whether it is a room → temperature of the batteries that nobody will wrap."""
        self._may_be_quilted = any(measure.do == "quilts" for measure in spec.plan.before)
        drawn = spec.sites.endurance_h
        self._endurances = None if drawn is None else Lots(drawn, self._keys, streams)

    def _draw(self, name: str, site: int) -> float:
        return self._streams.uniform_of(name, self._keys.item(site))

    def plant(self, site: int) -> Plant:
        """What the power plant of a site is."""
        sites, settings = self._topology.sites, self._spec.sites
        lead_acid = bool(sites.chemistry[site] == _LEAD_ACID)
        measured_h = float(sites.autonomy_h[site])
        endurance_h = measured_h
        if self._endurances is not None:
            endurance_h = self._endurances.hours("endurance_h", site)
        drawn = not isnan(endurance_h)
        triangle = settings.s1 if lead_acid else settings.s1_lfp
        return Plant(
            id=str(sites.id[site]),
            load_4g_w=float(sites.load_4g_w[site]) * settings.night_load,
            load_5g_w=float(sites.load_5g_w[site]) * settings.night_load,
            load_transmission_w=float(sites.load_transmission_w[site]),
            battery_ah=float(sites.battery_ah[site]),
            lead_acid=lead_acid,
            soh=1.0 if drawn else self._soh(site),
            s1=triangle_quantile(triangle, self._draw("s1", site)),
            two_stage=bool(sites.two_stage[site]),
            rectifier_w=float(sites.rectifier_kw[site]) * 1000,
            endurance_h=endurance_h,
            endurance_feels_cold=settings.endurance_h is None,
            reconnect_h=settings.reconnect_h,
            battery_c=self._temperature(site),
        )

    def _soh(self, site: int) -> float:
        settings = self._spec.sites
        known = float(self._topology.sites.soh[site])
        if isnan(known):
            from scipy.special import betaincinv  # here: a run without plants must not wait for scipy

            known = round(float(betaincinv(settings.soh.a, settings.soh.b, self._draw("soh", site))), 9)
            if self._draw("dead_string", site) < settings.dead_strings:
                known *= _DEAD_STRING_SHARE
        return max(known, 0.01)

    def _temperature(self, site: int) -> Callable[[float], float]:
        settings = self._spec.sites
        cell, room = self.cells.item(site), self._topology.sites.cabinet.item(site) == _ROOM
        felt = self._felt.get((cell, room))
        if felt is not None:
            return felt
        warmer_c = settings.warmer_room_c if room else settings.warmer_outdoor_c
        lag_h = settings.lag_room_h if room else settings.lag_outdoor_h
        felt = partial(self._battery_c, site, cell, lag_h, warmer_c)
        if not self._may_be_quilted:
            self._felt[cell, room] = felt
        return felt

    def _battery_c(self, site: int, cell: int, lag_h: float, warmer_c: float, t_h: float) -> float:
        """Temperature of a site's battery at a time, °C."""
        quilt_c = self._spec.sites.quilt_c if site in self._quilted else 0.0
        felt_c = self._weather.lagged_temperature_c(lag_h, cell, t_h)
        return min(felt_c + warmer_c + quilt_c, 25.0)

    def expected_autonomy_h(self, site: int, now: float) -> float:
        """Hours to the first disconnect as the desk would compute them from the inventory."""
        sites, settings = self._topology.sites, self._spec.sites
        if self._spec.desk.knows_endurance and self._endurances is not None:
            return self._endurances.hours("endurance_h", site)
        if not isnan(float(sites.autonomy_h[site])):
            return float(sites.autonomy_h[site])
        full_w = float(sites.load_4g_w[site] + sites.load_5g_w[site]) * settings.night_load + float(
            sites.load_transmission_w[site]
        )
        lead_acid = bool(sites.chemistry[site] == _LEAD_ACID)
        triangle = settings.s1 if lead_acid else settings.s1_lfp
        share = 1.0 - (triangle.mode if sites.two_stage[site] else 0.0)
        full_h = battery.lead_acid_full_h if lead_acid else battery.lfp_full_h
        return share * full_h(
            float(sites.battery_ah[site]), full_w, self._spec.desk.assumed_soh, self._temperature(site)(now)
        )

    def need_kw(self, site: int) -> float:
        """Generator power that carries the whole DC load of a site."""
        sites = self._topology.sites
        load_w = float(sites.load_4g_w[site] + sites.load_5g_w[site]) * self._spec.sites.night_load
        given = _NEED_MARGIN * derating(self._spec.generators.altitude_m)
        return round((load_w + float(sites.load_transmission_w[site])) / given / 1000, 6)

    def fixed_kind(self, prime_kw: float) -> GeneratorKind:
        """The kind of a fixed generator of that power, its tank sized by hours at full load."""
        # Source of the two coefficients: Willans line fitted to published diesel charts, as in GENERATOR_KINDS
        kind = GeneratorKind(
            prime_kw=prime_kw, fuel="diesel", tank_l=0.0, idle_lph_per_kw=0.06, litres_per_kwh=0.26, seats=99
        )
        return kind.model_copy(update={"tank_l": self._spec.generators.fixed_tank_h * kind.fuel_lph(prime_kw)})

    def air(self, site: int, env: Environment) -> Air:
        """The air at a site: that of its weather cell."""
        weather, cell = self._weather, self.cells.item(site)
        air = self._airs.get(cell)
        if air is None:
            steady_c = weather.steady("temperature_c", cell)
            air = self._airs[cell] = Air(
                (lambda: weather.at("temperature_c", cell, env.now)) if steady_c is None else (lambda: steady_c),
                lambda celsius: weather.turns_h("temperature_c", cell, celsius, env.now),
            )
        return air

    def gust_mps(self, site: int, now: float) -> float:
        """Gusts at a site."""
        return self._weather.at("gust_mps", int(self.cells[site]), now)
