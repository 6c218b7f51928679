"""What is certain about the sites that lose mains, whatever anybody decides.

Only sites of which everything is certain are counted: those with a generator of their own or one that the plan places
beforehand, those with broken equipment, and those that hang on a condition are left out (they lose nothing here).
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from math import inf
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.bound.feeders import feeder_spells
from sim.disaster import Disaster
from sim.models import battery
from sim.models.generators import derating
from sim.models.plants import Plants
from sim.models.powerplant import Plant
from sim.models.site import GENERATOR_MARGIN, RECTIFIER_EFFICIENCY
from sim.resources import GENERATOR_KINDS
from sim.scenario import Scenario
from sim.streams import Streams
from sim.topology.tables import MONITORS
from sim.vocabulary import Inject
from sim.world import World

Floats = NDArray[np.float64]

SLACK_H: Final = 1e-5
"""Times in a run are rounded to the millisecond, a few times over; so much is given away at each end."""
_MARGIN: Final = GENERATOR_MARGIN * RECTIFIER_EFFICIENCY
"""What a generator of 1 W gives the load."""
_WIRELESS: Final = MONITORS.index("wireless")
_LEAST_ALPHA: Final = 0.006
"""The least of the temperature coefficients in `sim.models.battery`, so that no battery lasts longer."""


@dataclass(frozen=True, eq=False)
class Struck:
    """One row a site that loses mains and would be out without help; hours after the start, shape (sites,)."""

    site: NDArray[np.int64]
    stations: Floats
    lost_h: Floats
    """Mains lost."""
    out_h: Floats
    """The latest first disconnect, if nobody comes."""
    back_h: Floats
    """The earliest return of mains; at most the horizon."""
    restart_h: Floats
    """From power back to service."""
    service_h: Floats
    """Least hours of one crew, way and work, to power the site; inf where nobody is ever sent to."""
    stretch_h: Floats
    """Most hours that the first charge lasts longer where a crew has come in time."""
    gain: Floats
    """Most hours on battery that an hour on a generator gives."""
    late_h: Floats
    """The earliest return of mains if nobody asks for the site's feeder; at most the horizon."""
    feeder: Floats
    """Number of the feeder where asking may bring it back earlier, else −1."""

    def __len__(self) -> int:
        return len(self.site)

    def of(self, chosen: NDArray[np.bool_]) -> Struck:
        """Some of them, by a mask."""
        return Struck(*(getattr(self, column.name)[chosen] for column in fields(self)))

    def loss_h(self, served_h: Floats, horizon_h: float) -> Floats:
        """Hours out of each site if a crew has powered it at that time for good; the shapes are broadcast."""
        end_h = np.minimum(served_h, self.back_h)
        hours = np.minimum(end_h + self.restart_h, horizon_h) - self.out_h
        return np.where(end_h > self.out_h, np.maximum(hours, 0.0), 0.0)


class Orders(NamedTuple):
    """Sites by what the plan does about them whatever the policy."""

    placed: frozenset[int]
    """A generator may stand there beforehand."""
    quilted: frozenset[int]
    """The battery may be kept warmer."""
    unordered: frozenset[int]
    """The desk never orders a generator for them."""


def struck(scenario: Scenario, disaster: Disaster, world: World, seed: int, orders: Orders) -> Struck:
    """The sites of a seed that would be out if nobody came, with what is certain of each."""
    lost = mains_spells(scenario, disaster, seed)
    unasked = {feeder: late_h for feeder, (_, _, late_h) in feeder_spells(scenario, disaster, seed).items()}
    topology, streams = scenario.topology, Streams(seed)
    plants = Plants(topology, scenario.spec, disaster.weather, streams, set(orders.quilted))
    left_out = _uncertain(scenario, disaster) | orders.placed
    if any("lineman" in crew.skills for crew in world.roster.crews):  # they may mend a site's own supply at any time
        left_out |= {site for site, (_, _, by_drop) in lost.items() if by_drop}
    horizon_h = scenario.horizon_h
    smallest_w = _smallest_w(scenario, world)
    rows = []
    for site, (lost_h, earliest_h, by_drop) in sorted(lost.items()):
        if site in left_out or lost_h >= horizon_h or not topology.stations_per_site[site]:
            continue
        plant, back_h = plants.plant(site), min(earliest_h - SLACK_H, horizon_h)
        feeder = int(topology.sites.feeder[site])
        late_h = back_h if by_drop else min(unasked[str(topology.feeders.id[feeder])] - SLACK_H, horizon_h)
        lasts_h = _lasts_h(plant, lost_h) + SLACK_H
        if lost_h + lasts_h >= late_h:
            continue
        longest_h, gain = _at_best(smallest_w, plant, lost_h, late_h)
        service_h = max(_service_h(scenario, world, streams, site, lasts_h) - SLACK_H, 0.0)
        if site in orders.unordered and not by_drop:
            service_h = inf
        stretch_h = max(longest_h - lasts_h, 0.0) + SLACK_H
        restart_h = max(plant.reconnect_h - SLACK_H, 0.0)
        rows.append(
            (site, topology.stations_per_site[site], lost_h, lost_h + lasts_h, back_h, restart_h, service_h, stretch_h,
             gain, late_h, feeder if late_h > back_h else -1)
        )  # fmt: skip
    columns = np.array(rows, dtype=np.float64).reshape(len(rows), 11).T
    return Struck(columns[0].astype(np.int64), *columns[1:])


def mains_spells(scenario: Scenario, disaster: Disaster, seed: int) -> dict[int, tuple[float, float, bool]]:
    """Site → mains lost, earliest return, and whether its own supply failed; sites that lose mains in one way only."""
    topology = scenario.topology
    feeders = feeder_spells(scenario, disaster, seed)
    fails = {name for inject in disaster.injects if inject.action == "fail" for name in _names(inject, "feeder")}
    drops: dict[int, float] = {}
    for inject in disaster.injects:
        site = _own_supply(inject, scenario)
        if site is not None and inject.action == "fail":
            drops.setdefault(site, inject.t_h)
    found: dict[int, tuple[float, float, bool]] = {}
    for site, lost_h in drops.items():
        row = int(topology.sites.feeder[site])
        feeder = str(topology.feeders.id[row]) if row >= 0 else ""
        if feeder in fails or feeder in _on_condition(disaster):
            continue
        found[site] = (lost_h, inf, True)
    _mend_drops(found, scenario, disaster)
    ids = topology.feeders.id.tolist()
    row_of = {feeder: row for row, feeder in enumerate(ids)}
    by_row = {row_of[feeder]: spell for feeder, spell in feeders.items()}
    for site in np.flatnonzero(np.isin(topology.sites.feeder, list(by_row))).tolist():
        if site not in drops:
            lost_h, back_h, _ = by_row[int(topology.sites.feeder[site])]
            found[site] = (lost_h, back_h, False)
    return found


def _mend_drops(found: dict[int, tuple[float, float, bool]], scenario: Scenario, disaster: Disaster) -> None:
    """Put the earliest mending of each broken supply by the list in."""
    feeder_of, ids = scenario.topology.sites.feeder, scenario.topology.feeders.id
    by_feeder: dict[str, list[int]] = {}
    for site in found:
        if feeder_of[site] >= 0:
            by_feeder.setdefault(str(ids[feeder_of[site]]), []).append(site)
    for inject in disaster.injects:
        if inject.action != "mend":
            continue
        own = _own_supply(inject, scenario)
        sites = [site for name in _names(inject, "drops") for site in by_feeder.get(name, [])]
        for site in [*sites, *([own] if own in found else [])]:
            lost_h, back_h, _ = found[site]
            if inject.t_h >= lost_h:
                found[site] = (lost_h, min(back_h, inject.t_h), True)


def _names(inject: Inject, sort: str) -> list[str]:
    found, _, name = inject.target.partition(":")
    return [name] if found == sort else []


def _own_supply(inject: Inject, scenario: Scenario) -> int | None:
    """The site whose own supply an inject is about."""
    sort, _, name = inject.target.partition(":")
    site_id, _, part = name.partition(".")
    if sort not in ("site", "hub") or part not in ("", "mains"):
        return None
    return scenario.topology.site_index.get(site_id)


def _on_condition(disaster: Disaster) -> set[str]:
    return {name for inject in disaster.conditional for sort in ("feeder", "drops") for name in _names(inject, sort)}


def _uncertain(scenario: Scenario, disaster: Disaster) -> set[int]:
    """Sites with a generator of their own, with parts that break, or named by a condition."""
    topology = scenario.topology
    found = set(np.flatnonzero(topology.sites.fixed_generator_kw > 0).tolist())
    for injects, mains_count in ((disaster.injects, False), (disaster.conditional, True)):
        for inject in injects:
            for name in _names(inject, "site") + _names(inject, "hub"):
                site_id, _, part = name.partition(".")
                site = topology.site_index.get(site_id)
                if site is not None and (mains_count or part not in ("", "mains")):
                    found.add(site)
    return found


def _lasts_h(plant: Plant, lost_h: float) -> float:
    """Hours of a full battery at full load from the loss of mains to the first disconnect."""
    load_w = plant.load_4g_w + plant.load_5g_w + plant.load_transmission_w
    usable = 1.0 - (plant.s1 if plant.two_stage else 0.0)
    return usable * plant.full_h(load_w, plant.alpha_of(load_w), lost_h)


def _smallest_w(scenario: Scenario, world: World) -> float:
    """What the smallest set that may ever be carried to a site gives its load."""
    spec = scenario.spec
    sizes_kw = [generator.kind.prime_kw for generator in world.roster.generators]
    if spec.resources.crew.unlimited_generators or not sizes_kw:
        sizes_kw = [kind.prime_kw for kind in {**GENERATOR_KINDS, **spec.resources.kinds}.values()]
    return _MARGIN * min(sizes_kw) * 1000 * derating(spec.generators.altitude_m)


def _at_best(smallest_w: float, plant: Plant, lost_h: float, back_h: float) -> tuple[float, float]:
    """Hours a full battery lasts at most once help has come, and hours that an hour of charging gives.

    At the warmest of the time without mains, and without 5G where the smallest generator would not carry that.
    """
    least_w = plant.load_4g_w + plant.load_transmission_w
    full_w = least_w + plant.load_5g_w
    carried = min(plant.rectifier_w, smallest_w) >= full_w
    load_w = full_w if carried else least_w
    alpha = plant.alpha_of(load_w)
    if alpha is not None and not carried:
        alpha = _LEAST_ALPHA
    warmest_h = max((lost_h, back_h, *range(int(lost_h) + 1, int(back_h) + 1)), key=plant.battery_c)
    full_h = plant.full_h(load_w, alpha, warmest_h)
    usable = 1.0 - (plant.s1 if plant.two_stage else 0.0)
    if plant.battery_ah <= 0:
        return usable * full_h, 0.0
    rate = battery.recharge_per_h(plant.lead_acid, plant.battery_ah, plant.soh, plant.rectifier_w - load_w, 25.0)
    return usable * full_h, rate * full_h


def _service_h(scenario: Scenario, world: World, streams: Streams, site: int, lasts_h: float) -> float:
    """Least hours that one crew spends on powering a site for the first time: its first journey there and the work.

    Where a journey is not drawn but driven, the crew may be near already, and only the work is certain.
    """
    spec = scenario.spec
    lineman = any("lineman" in crew.skills for crew in world.roster.crews)
    work_h = spec.resources.crew.work_h
    site_id = str(scenario.topology.sites.id[site])
    u = streams.uniform("work_h", "generate", "", site_id, 1)
    kinds = {**GENERATOR_KINDS, **spec.resources.kinds}.values()
    spreads = [work_h] if work_h is not None else [kind.hook_up_h for kind in kinds]
    hours = min(spread.median_h if spread.fixed else spread.quantile(u) for spread in spreads)
    travel_h = spec.roads.travel_h
    heard = scenario.topology.sites.monitor[site] != _WIRELESS and spec.desk.alarm_h < lasts_h
    alone = not len(scenario.topology.links.id) and not spec.plan.before and not lineman
    if travel_h is not None and alone and heard:  # nobody goes there before the crew with the generator
        hours += travel_h.quantile(streams.uniform_of("travel_h 1", int(scenario.topology.site_keys[site])))
    return hours
