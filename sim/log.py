"""The record: what changed, when, and because of which earlier change.

Every later room (metrics, scorecard, pictures, replay) reads this log and the inventory, nothing else. Rows are
bare tuples to the reader and typed columns inside, because a run may hold millions of them.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Sequence
from hashlib import sha256
from itertools import chain
from math import isnan, nan
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

_MS_PER_H: Final = 3_600_000.0
_FORMAT: Final = b"eventlog 1\n"
_BLOCK: Final = 8_192
"""Rows that wait to be stored together."""


class Row(NamedTuple):
    """One change; `value` is NaN and `cause_row` -1 where there is none."""

    t_h: float
    kind: str
    subject: str
    object: str
    value: float
    cause_row: int


class _Codes(dict[str, int]):
    """Names and their numbers; whoever asks for a new name gets the next number."""

    def __init__(self, known: dict[str, int]) -> None:
        super().__init__(known)
        self.names = list(known)

    def __missing__(self, name: str) -> int:
        code = self[name] = len(self.names)
        self.names.append(name)
        return code


class EventLog:
    """An append-only record of changes in time order.

    `kinds` is the closed list of event kinds (see `sim.vocabulary.KINDS`); another kind is a KeyError.
    Times are stored rounded to the millisecond, values to nine significant digits, so that the digest does not
    hang on the last bit of a processor's `exp`.
    """

    def __init__(self, kinds: Sequence[str]) -> None:
        self.kinds = tuple(kinds)
        self._kind_code = {kind: code for code, kind in enumerate(self.kinds)}
        self._name_code = _Codes({"": 0})
        self._length = 0
        self._fresh: list[Any] = []
        """The latest rows as they came in, field after field: storing many at a time costs a third."""
        self._t = array("d")
        self._kind = array("H")
        self._subject = array("i")
        self._object = array("i")
        self._value = array("d")
        self._cause = array("i")

    def __len__(self) -> int:
        return self._length

    def code(self, name: str) -> int:
        """The number under which a name is stored; a new name gets the next one."""
        return self._name_code[name]

    def add(
        self, t_h: float, kind: str, subject: str, object: str = "", value: float = nan, cause_row: int = -1
    ) -> int:
        """Record one change and return its row number, to be handed on as the cause of what follows."""
        self._fresh.extend((t_h, self._kind_code[kind], subject, object, value, cause_row))
        number = self._length
        self._length = number + 1
        if number % _BLOCK == _BLOCK - 1:
            self._store()
        return number

    def _store(self) -> None:
        """Move the fresh rows into the columns."""
        fresh = self._fresh
        if not fresh:
            return
        self._t.frombytes((np.rint(np.array(fresh[::6], dtype=np.float64) * _MS_PER_H) / _MS_PER_H).tobytes())
        self._kind += array("H", fresh[1::6])
        pairs = chain.from_iterable(zip(fresh[2::6], fresh[3::6], strict=True))
        codes = array("i", map(self._name_code.__getitem__, pairs))
        self._subject += codes[::2]
        self._object += codes[1::2]
        self._value += array("d", fresh[4::6])
        self._cause += array("i", fresh[5::6])
        fresh.clear()

    def row(self, number: int) -> Row:
        """Row by number; IndexError past the end."""
        self._store()
        return Row(
            self._t[number],
            self.kinds[self._kind[number]],
            self._name_code.names[self._subject[number]],
            self._name_code.names[self._object[number]],
            self._value[number],
            self._cause[number],
        )

    def __iter__(self) -> Iterator[Row]:
        return (self.row(number) for number in range(len(self)))

    def why(self, number: int) -> list[Row]:
        """The chain of causes of a row, the row itself first, the first cause last."""
        chain = [self.row(number)]
        while chain[-1].cause_row >= 0:
            chain.append(self.row(chain[-1].cause_row))
        return chain

    def columns(self) -> Columns:
        """All rows as numpy columns, shape (rows,) each; `value` rounded as in the digest."""
        self._store()
        return Columns(
            np.frombuffer(self._t, dtype=np.float64).copy() if self._t else np.zeros(0),
            np.array(self._kind, dtype=np.int64),
            np.array(self._subject, dtype=np.int64),
            np.array(self._object, dtype=np.int64),
            significant(np.array(self._value, dtype=np.float64)),
            np.array(self._cause, dtype=np.int64),
            self.kinds,
            tuple(self._name_code.names),
        )

    def digest(self) -> str:
        """SHA-256 of the canonical log: one line a row, times in whole milliseconds, values to nine digits."""
        return self.columns().digest()

    @classmethod
    def from_columns(cls, columns: Columns) -> EventLog:
        """A log from its columns; the same digest as the log they came from."""
        log = cls(columns.kinds)
        for name in columns.names[1:]:
            log.code(name)
        log._t.extend(columns.t_h.tolist())
        log._kind.extend(columns.kind.tolist())
        log._subject.extend(columns.subject.tolist())
        log._object.extend(columns.object.tolist())
        log._value.extend(columns.value.tolist())
        log._cause.extend(columns.cause_row.tolist())
        log._length = len(log._t)
        return log


class Columns(NamedTuple):
    """A log as columns; `kind` indexes `kinds`, `subject` and `object` index `names` (0 is no name)."""

    t_h: NDArray[np.float64]
    kind: NDArray[np.int64]
    subject: NDArray[np.int64]
    object: NDArray[np.int64]
    value: NDArray[np.float64]
    cause_row: NDArray[np.int64]
    kinds: tuple[str, ...]
    names: tuple[str, ...]

    def of(self, *kinds: str) -> NDArray[np.int64]:
        """Row numbers of these kinds in time order; a kind outside the closed list is a ValueError."""
        codes = [self.kinds.index(kind) for kind in kinds]
        return np.flatnonzero(np.isin(self.kind, codes)).astype(np.int64)

    def digest(self) -> str:
        """SHA-256 of the canonical text of the log, hexadecimal."""
        state = sha256(_FORMAT)
        whole_ms = np.rint(self.t_h * _MS_PER_H).astype(np.int64)
        for start in range(0, len(self.t_h), 100_000):
            part = slice(start, start + 100_000)
            lines = [
                f"{t}\t{self.kinds[k]}\t{self.names[s]}\t{self.names[o]}\t{_canonical(v)}\t{c}"
                for t, k, s, o, v, c in zip(
                    whole_ms[part].tolist(),
                    self.kind[part].tolist(),
                    self.subject[part].tolist(),
                    self.object[part].tolist(),
                    self.value[part].tolist(),
                    self.cause_row[part].tolist(),
                    strict=True,
                )
            ]
            state.update("\n".join(lines).encode() + b"\n")
        return state.hexdigest()


def significant(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Values rounded to nine significant digits; zero, NaN and infinity stay as they are."""
    result = values.copy()
    usable = np.isfinite(values) & (values != 0)
    result[usable] = [float(f"{value:.9g}") for value in values[usable].tolist()]
    return result


def _canonical(value: float) -> str:
    return "" if isnan(value) else f"{value:.9g}"
