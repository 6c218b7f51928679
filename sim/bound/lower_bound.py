"""The bound itself: the largest of several that are each proved (docs/background/lower_bound.md has the proofs)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from sim.bound.attendance import attended
from sim.bound.crews import least_by_rank
from sim.bound.feeders import lists_of
from sim.bound.generators import least_by_generators
from sim.bound.links import cut_off_h, never_out, without_orders
from sim.bound.struck import Orders, struck
from sim.disaster import Disaster, draw
from sim.language import _
from sim.policies import POLICIES
from sim.scenario import Scenario
from sim.selection import select
from sim.stocktaking import inventory_of
from sim.world import World

_GIVEN_AWAY: Final = 1e-6
"""Share of a bound given away to the rounding of the solvers."""


@dataclass(frozen=True)
class Bound:
    """Station-hours that any policy loses at least on one seed, and how that was found."""

    station_outage_h: float
    certain: float
    """Of it, station-hours that no crew can spare: by cables until they are spliced, by sites nobody is sent to."""
    by_rank: float
    """Of the rest, by the number of services that crews can have ended by then."""
    by_generators: float
    """By the generators there are, and by the crews that must stand by where generators rove."""
    undisturbed: float
    """Station-hours lost by the sites counted if nobody came at all: what a policy can work on."""
    sites: int
    """Sites counted for want of power; the others lose nothing of that in the bound."""
    crews: int
    generators: int | None
    """None where generators are unlimited by study setting."""

    def sentence(self, lost: float) -> str:
        """What to say of a run that lost so many station-hours."""
        said = _("no policy could lose fewer than {bound} station-hours here; this one lost {lost}")
        return said.format(bound=_number(self.station_outage_h), lost=_number(lost))


def _number(station_hours: float) -> str:
    return f"{station_hours:,.1f}" if station_hours < 10 else f"{station_hours:,.0f}"


def lower_bound(scenario: Scenario, seed: int = 1) -> Bound:
    """Station-hours (退服时长) that no policy can get below with this scenario and seed.

    A policy is anything that `simulate` takes: it chooses which free crew goes to which waiting job, and how long it
    stays. Certain are the hours at which mains are lost, the longest a full battery lasts, the earliest return of
    mains, and that one crew must spend at least its first journey (where drawn) and its work on a site to power it. All
    that might help is taken to help: all crews work at once, for everybody, without rest; help holds for good, or
    generators jump from site to site and charge on the way; feeders the desk may ask for come back first.

    Source: assigning jobs to the order in which they end is a classical relaxation of scheduling on machines
    (Lawler 1964, doi:10.1287/mnsc.11.2.280); the rest follows from this program's own rules.
    """
    disaster = draw(scenario, seed)
    world = World(scenario, disaster, POLICIES["first_come"], seed, lambda _measure: [])
    all_struck = struck(scenario, disaster, world, seed, _orders(scenario, disaster, world))
    cut_off = cut_off_h(scenario, disaster, seed)
    stations, horizon_h = scenario.topology.stations_per_site, scenario.horizon_h
    never = all_struck.stations * all_struck.loss_h(np.full(len(all_struck), np.inf), horizon_h)
    unordered = np.isinf(all_struck.service_h)
    of_links = {site: float(stations[site]) * hours for site, hours in sorted(cut_off.items())}
    certain = 0.0
    for site, lost in zip(all_struck.site[unordered].tolist(), never[unordered].tolist(), strict=True):
        certain += max(lost, of_links.pop(site, 0.0))
    certain += sum(of_links.values())
    sites = all_struck.of(~unordered & ~np.isin(all_struck.site, list(of_links)))
    crews = len(world.roster.crews)
    unlimited = scenario.spec.resources.crew.unlimited_generators
    generators = None if unlimited else len(world.roster.generators)
    by_rank = least_by_rank(sites, crews, horizon_h)
    by_generators = 0.0
    if generators is not None:
        powered = ~np.isin(all_struck.site, list(cut_off))
        in_need, spoken_for = all_struck.of(powered), float(never[powered & unordered].sum())
        crews_at = attended(scenario, world, in_need.site)
        lists = lists_of(scenario, disaster)
        needed = least_by_generators(in_need, generators, horizon_h, crews_at, lists)
        by_generators = max(needed - spoken_for, 0.0)
    least = (certain + max(by_rank, by_generators)) * (1 - _GIVEN_AWAY)
    return Bound(least, certain, by_rank, by_generators, float(never.sum()), len(all_struck), crews, generators)


def _orders(scenario: Scenario, disaster: Disaster, world: World) -> Orders:
    """What the plan does whatever the policy; of a measure for at most so many sites, any may be among them."""
    inventory = inventory_of(scenario, world.roster, disaster.weather.cells)
    prepared: dict[str, set[int]] = {"quilts": set(), "place_generators": set()}
    for measure in scenario.spec.plan.before:
        if measure.do in prepared:
            mask = select(measure.where, inventory, scenario.lists)
            prepared[measure.do] |= set(np.flatnonzero(mask).tolist())
    unordered = without_orders(scenario, never_out(scenario, disaster))
    return Orders(frozenset(prepared["place_generators"]), frozenset(prepared["quilts"]), unordered)
