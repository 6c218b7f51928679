"""The yardstick: blizzard-mini as a bare event loop, plain Python and a heap, with nothing of this product in it.

The workload, in prose: `stations` sites, one feeder for every 40; each site is hit with a chance of 17 % and loses
mains at a time uniform over 6 h. Its feeder brings all its sites back at once, 6 h + LN(18 h, 0.5) after the start,
72 h at the latest. The battery lasts LN(3 h, 0.4): the deadline. Classes 1 to 4 come with shares .1 .2 .3 .4. One
queue by (class, deadline) is served by 91 crews for every 4,000 sites: an order whose mains is back lapses; else the
crew travels LN(1.2 h, 0.5) and visits; where mains came back meanwhile it is free at once, else it works 20 min and
leaves a generator running. 8 h after each end of work the site is due for fuel: the same class, deadline 2 h later.
The horizon is 72 h.

A site's outage runs from its deadline to the first of generator, mains and horizon.
"""

from __future__ import annotations

from dataclasses import dataclass
from heapq import heappop, heappush
from math import inf
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

HORIZON_H: Final = 72.0
WINDOW_H: Final = 6.0
WORK_H: Final = 1 / 3
REFUEL_AFTER_H: Final = 8.0
RESERVE_H: Final = 2.0
HIT_SHARE: Final = 0.17
SITES_PER_FEEDER: Final = 40
MOST_VISITS: Final = 10
"""A site is visited at most every 8 h and 20 min and the trip: never more often in 72 h."""

Array = NDArray[Any]


class Outcome(NamedTuple):
    """What a run of the yardstick tells."""

    outage_h: float
    visits: int
    sites_down: int


@dataclass(frozen=True)
class Draws:
    """Everything random, one value a hit site in the order of failure; `travel_h` has one value a visit of each."""

    fails_h: Array
    deadline_h: Array
    back_h: Array
    rank: Array
    travel_h: Array


def crews_of(stations: int) -> int:
    """Crews that go with a number of sites."""
    return max(1, round(91 * stations / 4000))


def draws(stations: int, seed: int) -> Draws:
    """The inputs of a seed, drawn in vectors."""
    random = np.random.default_rng(seed)
    feeders = max(1, stations // SITES_PER_FEEDER)
    feeder_back_h = np.minimum(WINDOW_H + 18.0 * np.exp(0.5 * random.standard_normal(feeders)), HORIZON_H)
    hit = random.permutation(np.flatnonzero(random.random(stations) < HIT_SHARE))
    fails_h = np.sort(random.uniform(0.0, WINDOW_H, len(hit)))
    return Draws(
        fails_h=fails_h,
        deadline_h=fails_h + 3.0 * np.exp(0.4 * random.standard_normal(len(hit))),
        back_h=feeder_back_h[np.minimum(hit // SITES_PER_FEEDER, feeders - 1)],
        rank=1 + np.searchsorted([0.1, 0.3, 0.6], random.random(len(hit)), side="right"),
        travel_h=1.2 * np.exp(0.5 * random.standard_normal((len(hit), MOST_VISITS))),
    )


def run(stations: int, seed: int) -> Outcome:
    """One run, its inputs drawn first."""
    given = draws(stations, seed)
    powered_h, visits = _serve(given, crews_of(stations))
    ends_h = np.minimum(np.minimum(powered_h, given.back_h), HORIZON_H)
    outage_h = np.maximum(ends_h - given.deadline_h, 0.0)
    return Outcome(float(outage_h.sum()), visits, int((outage_h > 0).sum()))


def _serve(given: Draws, idle: int) -> tuple[list[float], int]:  # noqa: C901 - one loop, no calls: that is its point
    """When a generator took each site over (inf: never), and the number of visits."""
    fails_h, deadline_h, back_h = given.fails_h.tolist(), given.deadline_h.tolist(), given.back_h.tolist()
    rank, travel_h = given.rank.tolist(), given.travel_h.ravel().tolist()
    powered_h, trips = [inf] * len(fails_h), [0] * len(fails_h)
    due: list[tuple[float, int]] = []  # (time, site) where fuel is due, (time, ~site) where a crew comes free
    queue: list[tuple[int, float, int]] = []
    visits = coming = 0
    fails_h.append(inf)
    while True:
        if due and due[0][0] < fails_h[coming]:
            now, site = heappop(due)
            if now >= HORIZON_H:
                break
            if site < 0:
                idle += 1
            else:
                heappush(queue, (rank[site], now + RESERVE_H, site))
        else:
            now = fails_h[coming]
            if now == inf:
                break
            heappush(queue, (rank[coming], deadline_h[coming], coming))
            coming += 1
        while idle and queue:
            site = heappop(queue)[2]
            if back_h[site] <= now:
                continue
            there_h = now + travel_h[site * MOST_VISITS + trips[site]]
            trips[site] += 1
            idle -= 1
            if there_h >= HORIZON_H:
                continue
            visits += 1
            if back_h[site] > there_h:
                there_h += WORK_H
                powered_h[site] = min(powered_h[site], there_h)
                if there_h + REFUEL_AFTER_H < back_h[site]:
                    heappush(due, (there_h + REFUEL_AFTER_H, site))
            heappush(due, (there_h, ~site))
    return powered_h, visits
