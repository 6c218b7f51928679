"""Random numbers by name: the luck of an occurrence does not depend on who asks first.

`streams("job", job.id, "work_h")` seeds from a hash of the seed and the name, so another policy, another order
of events or another site in the file never changes a draw. Draws over many ids at once use one hashed,
counter-based call, a pure function of (seed, name, id).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Final

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
KeyArray = NDArray[np.uint64]

_TO_UNIT: Final = 2.0**-53
_MASK: Final = (1 << 64) - 1


def _digest(*words: object) -> int:
    text = "\x1f".join(str(word) for word in words)
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "little")


def _mix(x: KeyArray) -> KeyArray:
    """Finaliser of SplitMix64. Source: Steele, Lea & Flood 2014, doi:10.1145/2660193.2660195."""
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return x ^ (x >> np.uint64(31))


def _mix_one(x: int) -> int:
    x = ((x ^ (x >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
    x = ((x ^ (x >> 27)) * 0x94D049BB133111EB) & _MASK
    return x ^ (x >> 31)


def id_keys(ids: Sequence[str] | NDArray[np.str_]) -> KeyArray:
    """64-bit keys of text ids, shape (n,): a hash of the characters alone, whatever the width of the array."""
    array = np.asarray(ids, dtype=np.str_)
    keys = np.full(len(array), 0x9E3779B97F4A7C15, dtype=np.uint64)
    if not len(array) or array.dtype.itemsize == 0:
        return _mix(keys)
    width = array.dtype.itemsize // 4
    codes = np.ascontiguousarray(array).view(np.uint32).reshape(len(array), width)
    for column in codes.T:
        used = column > 0
        keys = np.where(used, _mix((keys ^ column.astype(np.uint64)) * np.uint64(0x2545F4914F6CDD1D)), keys)
    return _mix(keys)


@dataclass(frozen=True)
class Streams:
    """Named random streams of one run."""

    seed: int
    _bases: dict[str, int] = field(default_factory=dict, repr=False, compare=False)

    def __call__(self, *name: object) -> np.random.Generator:
        """A generator for one occurrence (about 30 µs); for one number use `uniform`."""
        return np.random.Generator(np.random.PCG64(_digest(self.seed, *name)))

    def uniform(self, *name: object) -> float:
        """One draw in (0, 1) named after its occurrence (about 2 µs)."""
        return ((_mix_one(_digest(self.seed, *name)) >> 12) + 0.5) * 2.0**-52

    def uniforms(self, name: str, keys: KeyArray) -> FloatArray:
        """Draws in (0, 1), one for each key of `id_keys`, shape (n,): independent of their order and number."""
        base = np.uint64(self._base(name))
        mixed = _mix(_mix(keys ^ base) + np.uint64(0x9E3779B97F4A7C15)) >> np.uint64(12)
        return np.asarray((mixed + 0.5) * 2.0**-52, dtype=np.float64)

    def uniform_of(self, name: str, key: int) -> float:
        """The same number as `uniforms` gives that key (about 1 µs, once `name` has been asked for)."""
        base = self._bases.get(name)
        if base is None:
            base = self._base(name)
        mixed = (_mix_one(key ^ base) + 0x9E3779B97F4A7C15) & _MASK
        return ((_mix_one(mixed) >> 12) + 0.5) * 2.0**-52

    def _base(self, name: str) -> int:
        base = self._bases.get(name)
        if base is None:
            base = self._bases[name] = _digest(self.seed, name)
        return base
