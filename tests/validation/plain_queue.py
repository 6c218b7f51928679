"""The reference workload as a bare event loop, in plain Python and of our own writing, fed with the product's draws.

It shares the scenario's random numbers and nothing else: no SimPy, no model, no log.
"""

from collections.abc import Callable
from heapq import heappop, heappush
from typing import NamedTuple

WORK_H = 20 / 60
REFUEL_H = 8.0
RESERVE_H = 2.0


class Hit(NamedTuple):
    """A site that lost mains: when, until when its battery lasts, when its feeder is back, how it ranks."""

    fails_h: float
    deadline_h: float
    back_h: float
    rank: tuple[float, ...]
    travel_h: Callable[[int], float]
    """Travel time of the n-th journey to it, n from 1."""


class Outcome(NamedTuple):
    outage_h: float
    down: int
    visits: int


def serve(sites: list[Hit], crews: int, horizon_h: float) -> Outcome:
    """One queue, `crews` crews: first the failure's order, then a refuel order 8 h after each end of work."""
    agenda: list[tuple[float, int, str, int]] = []
    for number, site in enumerate(sites):
        heappush(agenda, (site.fails_h, number, "fails", number))
    queue: list[tuple[tuple[float, ...], float, int, int]] = []
    journeys, powered_h = [0] * len(sites), [float("inf")] * len(sites)
    visits, ticket, free = 0, len(sites), crews
    while agenda and agenda[0][0] < horizon_h:
        now, _, what, number = heappop(agenda)
        site = sites[number]
        ticket += 1
        if what == "fails":
            heappush(queue, (site.rank, site.deadline_h, ticket, number))
        elif what == "refuel":
            if site.back_h > now:
                heappush(queue, (site.rank, now + RESERVE_H, ticket, number))
        elif what == "arrives":
            visits += 1
            if site.back_h <= now:
                free += 1
            else:
                heappush(agenda, (now + WORK_H, ticket, "ends", number))
        else:
            free += 1
            powered_h[number] = min(powered_h[number], now)
            if site.back_h > now:
                heappush(agenda, (now + REFUEL_H, ticket, "refuel", number))
        while free and queue:
            number = heappop(queue)[3]
            if sites[number].back_h > now:
                free -= 1
                journeys[number] += 1
                ticket += 1
                heappush(agenda, (now + sites[number].travel_h(journeys[number]), ticket, "arrives", number))
    ends_h = [min(site.back_h, powered_h[n], horizon_h) for n, site in enumerate(sites)]
    out_h = [max(0.0, end - site.deadline_h) for end, site in zip(ends_h, sites, strict=True)]
    return Outcome(sum(out_h), sum(hours > 0 for hours in out_h), visits)
