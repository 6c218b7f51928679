"""What is lost because generators are few: a site is carried by one, or by what one has charged."""

from __future__ import annotations

from math import ceil
from typing import Any, Final

import numpy as np

from sim.bound.struck import Struck

_MOST_PAIRS: Final = 60_000
"""Sites times time slots of the linear programme: slots are made longer where it would grow beyond."""
_SHORTEST_SLOT_H: Final = 1.0


def least_by_generators(sites: Struck, generators: int, horizon_h: float) -> float:
    """Station-hours lost at least when so many generators are all there is, driven about without loss of time.

    A linear programme: generator hours of each site in each slot, no more in a slot than there are generators and no
    more at a site than the time in which one can stand there. An hour on a generator carries the site for that hour and
    charges its battery for `gain` more; where one came, the first charge may have lasted `stretch_h` longer.
    """
    from scipy.optimize import linprog
    from scipy.sparse import coo_matrix

    need_h = np.maximum(sites.back_h - sites.out_h, 0.0)
    count = len(sites)
    if not count:
        return 0.0
    first_h = float(sites.lost_h.min())
    from_h = np.minimum(sites.lost_h + sites.service_h, sites.back_h)
    spans_h = float((sites.back_h - from_h).sum())
    slot_h = max(_SHORTEST_SLOT_H, spans_h / _MOST_PAIRS)
    slots = ceil((horizon_h - first_h) / slot_h)
    begins_h = first_h + np.arange(slots) * slot_h
    overlap_h = np.minimum(begins_h + slot_h, sites.back_h[:, None]) - np.maximum(begins_h, from_h[:, None])
    site, slot = np.nonzero(overlap_h > 0)
    pairs = len(site)
    # columns: generator hours of each pair, whether a site was helped at all, hours lost of each site
    cost = np.concatenate([np.zeros(pairs + count), sites.stations])
    high = np.concatenate([overlap_h[site, slot], np.ones(count), np.full(count, np.inf)])
    each = np.arange(count)
    values = np.concatenate([-(1.0 + sites.gain[site]), -sites.stretch_h, -np.ones(count), np.ones(pairs)])
    rows = np.concatenate([site, each, each, count + slot])
    columns = np.concatenate([np.arange(pairs), pairs + each, pairs + count + each, np.arange(pairs)])
    matrix: Any = coo_matrix((values, (rows, columns)), shape=(count + slots, len(cost))).tocsr()
    room = np.concatenate([-need_h, np.full(slots, generators * slot_h)])
    bounds: Any = np.stack([np.zeros(len(cost)), high], axis=1)
    found = linprog(cost, A_ub=matrix, b_ub=room, bounds=bounds, method="highs")
    return 0.0 if found.status != 0 or found.fun is None else float(found.fun)
