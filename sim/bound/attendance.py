"""Which sites have power from a generator only while a crew stands by, and how much of that crews can do at most."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations
from math import inf
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sim.models.crews import Crew, DepotStock
from sim.scenario import Scenario
from sim.topology.tables import SITE_CLASSES
from sim.world import World

_MOST_PARTIES: Final = 4
"""Beyond so many parties not every set of them is looked at, only each alone and all of them."""


@dataclass(frozen=True, eq=False)
class Attended:
    """Sites at which nobody else can stand by, and those who can."""

    sites: NDArray[np.bool_]
    """Which of the sites counted, shape (sites,)."""
    crews: int
    stint_h: float
    """Longest time from a crew's call to its hard stop; inf where shifts have no end."""
    rest_h: float
    """Least time between two of them."""


def attended(scenario: Scenario, world: World, sites: NDArray[np.int64]) -> list[Attended]:
    """For sets of parties: the roving sites they serve, and the crews that might ever serve any of those.

    At a site whose rule lets generators rove a crew stays with its generator and takes it along when it goes, whatever
    the policy. With generators without limit nothing is claimed.
    """
    spec = scenario.spec
    if spec.resources.crew.unlimited_generators:
        return []
    rules = [spec.plan.rule(word) for word in SITE_CLASSES]
    roving = [number for number, rule in enumerate(rules) if rule is not None and rule.rove is not None]
    roves = np.isin(scenario.topology.sites.site_class[sites], roving)
    if not roves.any():
        return []
    party_of = [world.desk.party_of(int(site)) for site in sites]
    stint_h, rest_h = _stint(world)
    found = []
    for chosen in _sets(sorted({party for party, here in zip(party_of, roves, strict=True) if here})):
        crews = sum(any(_might_serve(scenario, crew.party, party) for party in chosen) for crew in world.roster.crews)
        theirs = roves & np.isin(np.array(party_of), chosen)
        found.append(Attended(theirs, crews, stint_h, rest_h))
    return found


def _sets(parties: list[str]) -> Iterator[tuple[str, ...]]:
    sizes = range(1, len(parties) + 1) if len(parties) <= _MOST_PARTIES else (1, len(parties))
    for size in sizes:
        yield from combinations(parties, size)


def _might_serve(scenario: Scenario, whose: str, party: str) -> bool:
    """As `Dispatcher.may_serve`, all help that could ever be asked having been asked."""
    parties = scenario.spec.parties
    return whose == party or not party or not whose or (whose in parties and party in parties[whose].helps)


def _stint(world: World) -> tuple[float, float]:
    """Hours for which a crew called now would watch a generator at most, and its rest after them."""
    spec = world.scenario.spec.resources.crew
    fresh = Crew("", DepotStock("", -1, "", 0.0, 0.0, -1), "", spec, spec.tyres, frozenset(), 0.0)
    left_h = fresh.work_left_h(0.0)
    return (inf, 0.0) if left_h == inf else (max(left_h, 0.0), spec.rest_h)
