"""What is lost because crews are few and every service takes its time, even by the best of orders."""

from __future__ import annotations

from math import inf
from typing import Final

import numpy as np

from sim.bound.struck import Struck

_MOST_RANKS: Final = 2_500
"""Beyond so many sites the assignment to ranks is left out: its matrix grows with the square."""


def least_by_rank(sites: Struck, crews: int, horizon_h: float) -> float:
    """Station-hours lost at least when the k-th service of all cannot end before a time s_k.

    The k services that end first took the k least times of a crew at the least, shared by all crews, and none began
    before the first loss of mains; of m crews one did at least k/m of them, rounded up; nor can the k-th end before
    the k-th of the earliest ends. Sites to ranks is an assignment problem, and its optimum is at most what any policy
    loses.
    """
    from scipy.optimize import linear_sum_assignment

    count = len(sites)
    if not count or count > _MOST_RANKS:
        return 0.0
    earliest_h = sites.lost_h + sites.service_h
    if crews:
        shortest_h = np.sort(sites.service_h)
        sums_h = np.cumsum(shortest_h)
        busiest = sums_h[np.arange(count) // crews]
        shared_h = np.maximum.reduce([sums_h / crews, busiest, shortest_h])
        rank_h = np.maximum(sites.lost_h.min() + shared_h, np.sort(earliest_h))
    else:
        rank_h = np.full(count, inf)
    served_h = np.maximum(rank_h[:, None], earliest_h[None, :])
    cost = sites.stations * sites.loss_h(served_h, horizon_h)
    rows, columns = linear_sum_assignment(cost)
    return float(cost[rows, columns].sum())
