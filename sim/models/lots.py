"""Durations drawn for sites by name: one at a time for few sites, for all of them at once where many are asked for."""

from __future__ import annotations

from typing import Final

from sim.streams import FloatArray, KeyArray, Streams
from sim.units import Spread

_AT_ONCE_FROM: Final = 0.03
"""Share of the sites from which on it costs less to draw for all of them (about 5 µs alone, 0.15 µs in a row)."""


class Lots:
    """`hours(name, site)` is `spread.quantile(streams.uniform_of(name, keys[site]))`, however it is come by."""

    def __init__(self, spread: Spread, keys: KeyArray, streams: Streams) -> None:
        self._spread, self._keys, self._streams = spread, keys, streams
        self._alone: dict[str, int] = {}
        """Name → how many draws were made one at a time."""
        self._drawn: dict[str, FloatArray] = {}

    def hours(self, name: str, site: int) -> float:
        """Hours drawn for a site under a name; the same whenever it is asked for."""
        drawn = self._drawn.get(name)
        if drawn is not None:
            return drawn.item(site)
        alone = self._alone[name] = self._alone.get(name, 0) + 1
        if alone > _AT_ONCE_FROM * len(self._keys):
            drawn = self._drawn[name] = self._spread.quantiles(self._streams.uniforms(name, self._keys))
            return drawn.item(site)
        return self._spread.quantile(self._streams.uniform_of(name, self._keys.item(site)))
