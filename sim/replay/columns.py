"""The byte container of the replay page: a JSON head, then columns of numbers, all deflated.

Its counterpart is `web/src/format.ts`; see `docs/reference/replay_page.md`.
"""

from __future__ import annotations

import json
import zlib
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

Column = dict[str, Any]
"""A column as the JSON head describes it: `at`, `n`, `as`, and `delta` where it holds differences."""
Numbers = NDArray[np.generic]

_ALIGN: Final = 8
_LEVEL: Final = 9
_TYPES: Final = {"u8": "<u1", "u16": "<u2", "u32": "<u4", "i32": "<i4", "f32": "<f4", "f64": "<f8"}
_WHOLE: Final = (("u8", 0, 2**8), ("u16", 0, 2**16), ("u32", 0, 2**32), ("i32", -(2**31), 2**31))
_MS_PER_H: Final = 3_600_000.0


def ms_of(t_h: NDArray[np.float64]) -> NDArray[np.int64]:
    """Hours as whole milliseconds."""
    return np.rint(np.asarray(t_h, dtype=np.float64) * _MS_PER_H).astype(np.int64)


class Columns:
    """Gathers columns and gives the bytes of the whole."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []
        self._size = 0

    def _add(self, values: Numbers, as_: str) -> Column:
        part = np.ascontiguousarray(values, dtype=_TYPES[as_]).tobytes()
        part += bytes(-len(part) % _ALIGN)
        found: Column = {"at": self._size, "n": len(values), "as": as_}
        self._parts.append(part)
        self._size += len(part)
        return found

    def whole(self, values: Numbers) -> Column:
        """Whole numbers in the smallest type that holds them, doubles where they are too large for any."""
        values = np.asarray(values)
        low, high = (int(values.min()), int(values.max())) if len(values) else (0, 0)
        return self._add(values, next((name for name, least, end in _WHOLE if least <= low and high < end), "f64"))

    def rising(self, values: Numbers) -> Column:
        """Whole numbers as differences: small where they mostly rise slowly, such as times."""
        return self.whole(np.diff(np.asarray(values, dtype=np.int64), prepend=0)) | {"delta": True}

    def exact(self, values: Numbers) -> Column:
        """Numbers as they are: in single precision where that loses nothing, else in double; NaN means none."""
        values = np.asarray(values, dtype=np.float64)
        with np.errstate(over="ignore", invalid="ignore"):
            single = values.astype(np.float32)
        same = np.array_equal(single.astype(np.float64), values, equal_nan=True)
        return self._add(single if same else values, "f32" if same else "f64")

    def near(self, values: Numbers) -> Column:
        """Numbers in single precision: a place to half a metre."""
        return self._add(np.asarray(values, dtype=np.float32), "f32")

    def bytes_with(self, head: dict[str, Any]) -> bytes:
        """The container, deflated; `head` holds the columns' descriptions."""
        told = json.dumps(head, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()
        begin = len(told).to_bytes(4, "little") + told
        return zlib.compress(begin + bytes(-len(begin) % _ALIGN) + b"".join(self._parts), _LEVEL)
