"""What is lost because generators are few: a site is carried by one, or by what one has charged."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from sim.bound.attendance import Attended
from sim.bound.feeders import Lists
from sim.bound.struck import SLACK_H, Struck

Ints = NDArray[np.int64]

_MOST_PAIRS: Final = 60_000
"""Sites times time slots of the linear programme: slots are made longer where it would grow beyond."""
_SHORTEST_SLOT_H: Final = 1.0


def least_by_generators(
    sites: Struck,
    generators: int,
    horizon_h: float,
    attended: Sequence[Attended] = (),
    lists: Lists | None = None,
) -> float:
    """Station-hours lost at least when so many generators are all there is, driven about without loss of time.

    Where sets run only while a crew stands by, no more run than there are crews, nor for longer than their shifts.
    Feeders that may be asked for are back early only if a list names them, each list so many at most.

    A linear programme: generator hours of each site in each slot, no more in a slot than there are generators and no
    more at a site than the time in which one can stand there. An hour on a generator carries the site for that hour and
    charges its battery for `gain` more; where one came, the first charge may have lasted `stretch_h` longer.
    """
    from scipy.optimize import linprog
    from scipy.sparse import coo_matrix, hstack, vstack

    late_h = sites.back_h if lists is None else sites.late_h
    need_h = np.maximum(late_h - sites.out_h, 0.0)
    count = len(sites)
    if not count:
        return 0.0
    first_h = float(sites.lost_h.min())
    from_h = np.minimum(sites.lost_h + sites.service_h, late_h)
    spans_h = float((late_h - from_h).sum())
    slot_h = max(_SHORTEST_SLOT_H, spans_h / _MOST_PAIRS)
    slots = ceil((horizon_h - first_h) / slot_h)
    begins_h = first_h + np.arange(slots) * slot_h
    overlap_h = np.minimum(begins_h + slot_h, late_h[:, None]) - np.maximum(begins_h, from_h[:, None])
    site, slot = np.nonzero(overlap_h > 0)
    pairs = len(site)
    # columns: generator hours of each pair, whether a site was helped, hours lost of each site
    cost = np.concatenate([np.zeros(pairs + count), sites.stations])
    visited = np.isfinite(sites.service_h).astype(np.float64)
    high = np.concatenate([overlap_h[site, slot], visited, np.full(count, np.inf)])
    each = np.arange(count)
    values = np.concatenate([-(1.0 + sites.gain[site]), -sites.stretch_h, -np.ones(count), np.ones(pairs)])
    rows = np.concatenate([site, each, each, count + slot])
    columns = np.concatenate([np.arange(pairs), pairs + each, pairs + count + each, np.arange(pairs)])
    by_crews, crews_room = _crew_hours(attended, site, slot, slots, slot_h)
    spared, named, named_room = _asking(sites, lists)
    asked = spared.shape[1]
    blank: Any = coo_matrix((slots, asked))
    matrix: Any = vstack(
        [
            hstack([coo_matrix((values, (rows, columns)), shape=(count + slots, len(cost))), vstack([-spared, blank])]),
            hstack([by_crews, coo_matrix((by_crews.shape[0], len(cost) + asked - pairs))]),
            hstack([coo_matrix((named.shape[0], len(cost))), named]),
        ],
        format="csr",
    )
    room = np.concatenate([-need_h, np.full(slots, generators * slot_h), crews_room, named_room])
    cost, high = np.concatenate([cost, np.zeros(asked)]), np.concatenate([high, np.ones(asked)])
    bounds: Any = np.stack([np.zeros(len(cost)), high], axis=1)
    found = linprog(cost, A_ub=matrix, b_ub=room, bounds=bounds, method="highs")
    return 0.0 if found.status != 0 or found.fun is None else float(found.fun)


def _crew_hours(
    attended: Sequence[Attended], site: Ints, slot: Ints, slots: int, slot_h: float
) -> tuple[Any, NDArray[np.float64]]:
    """Rows of the programme and their right sides: hours that crews can stand by, in each slot and each run of slots.

    No crew stands by for longer than a stint in any time as long as a stint and a rest.
    """
    from scipy.sparse import coo_matrix, vstack

    pairs = len(site)
    blocks: list[Any] = [coo_matrix((0, pairs))]
    room = [np.zeros(0)]
    for one in attended:
        here = np.flatnonzero(one.sites[site])
        each: Any = coo_matrix((np.ones(len(here)), (slot[here], here)), shape=(slots, pairs)).tocsr()
        blocks.append(each)
        room.append(np.full(slots, one.crews * min(slot_h, one.stint_h)))
        cycle_h = one.stint_h + one.rest_h
        together = int(min(cycle_h / slot_h + 1e-9, slots))
        if together * slot_h <= one.stint_h or one.rest_h <= 0:
            continue
        starts = np.repeat(np.arange(slots - together + 1), together)
        within = starts + np.tile(np.arange(together), slots - together + 1)
        runs: Any = coo_matrix((np.ones(len(starts)), (starts, within)), shape=(slots - together + 1, slots))
        blocks.append(runs.tocsr() @ each)
        room.append(np.full(slots - together + 1, one.crews * one.stint_h))
    return vstack(blocks, format="csr"), np.concatenate(room)


def _asking(sites: Struck, lists: Lists | None) -> tuple[Any, Any, NDArray[np.float64]]:
    """Columns, one a feeder and list: hours each site needs less, rows that count them, and the rows' right sides.

    A feeder is named once, and a list names so many at most.
    """
    from scipy.sparse import coo_matrix

    feeders = np.unique(sites.feeder[sites.feeder >= 0])
    number = 0 if lists is None else len(lists.sent_h)
    if lists is None or not number or not len(feeders):
        return coo_matrix((len(sites), 0)), coo_matrix((0, 0)), np.zeros(0)
    late_need_h = np.maximum(sites.late_h - sites.out_h, 0.0)
    spared = np.zeros((len(sites), len(feeders) * number))
    for place, feeder in enumerate(feeders.tolist()):
        here = np.flatnonzero(sites.feeder == feeder)
        back_h = np.maximum(lists.back_h(float(sites.lost_h[here[0]])) - SLACK_H, 0.0)
        need_h = np.maximum(back_h[None, :] - sites.out_h[here, None], 0.0)
        spared[here, place * number : (place + 1) * number] = np.maximum(late_need_h[here, None] - need_h, 0.0)
    column = np.arange(len(feeders) * number)
    rows = np.concatenate([column // number, len(feeders) + column % number])
    named = coo_matrix((np.ones(len(rows)), (rows, np.tile(column, 2))), shape=(len(feeders) + number, len(column)))
    return coo_matrix(spared), named, np.concatenate([np.ones(len(feeders)), np.full(number, float(lists.length))])
