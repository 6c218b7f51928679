"""Hashed draws for lists of ids, and sharing out whole numbers: all the chance a generated network has."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from sim.streams import Streams, id_keys
from sim.topology.tables import Bools, Floats, Ints, Texts


class Luck:
    """Draws named after what they decide, one for each id, independent of order and of who else is there."""

    def __init__(self, streams: Streams, ids: Sequence[str] | Texts) -> None:
        self._streams = streams
        self._keys = id_keys(ids)

    def uniform(self, name: str) -> Floats:
        """Draws in (0, 1), shape (ids,)."""
        return self._streams.uniforms(name, self._keys)

    def between(self, name: str, low: float, high: float) -> Floats:
        """Uniform draws between two limits, shape (ids,)."""
        return low + (high - low) * self.uniform(name)

    def below(self, name: str, share: float | Floats) -> Bools:
        """True with the given chance, shape (ids,)."""
        return self.uniform(name) < share

    def pick(self, name: str, shares: Sequence[float]) -> Ints:
        """Row of `shares` drawn with these weights, shape (ids,)."""
        limits = np.cumsum(np.asarray(shares, dtype=np.float64))
        found = np.searchsorted(limits, self.uniform(name) * limits[-1], side="right")
        row: Ints = np.minimum(found, len(shares) - 1).astype(np.int64)
        return row


def apportion(total: int, weights: Floats | Ints, at_least: int = 0) -> Ints:
    """Whole numbers that add up to `total` in proportion to `weights` (largest remainder), shape (n,).

    Weights of nothing count as equal. Raises `ValueError` if `total` cannot give each `at_least`.
    """
    weights = np.asarray(weights, dtype=np.float64)
    weights = weights if weights.sum() > 0 else np.ones(len(weights))
    free = total - at_least * len(weights)
    if free < 0:
        raise ValueError(f"{total} cannot be shared so that each of {len(weights)} has {at_least}")
    exact = free * weights / weights.sum()
    whole: Ints = np.floor(exact).astype(np.int64)
    rest = np.argsort(np.round(whole - exact, 9), kind="stable")[: free - int(whole.sum())]
    whole[rest] += 1
    return whole + at_least
