"""The content hash of a network, and the last touch that makes its columns fixed."""

from __future__ import annotations

from dataclasses import replace
from hashlib import sha256
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sim.topology.tables import TABLES, Topology, columns

_CHUNK: Final = 1 << 17


def digest_of(topology: Topology) -> str:
    """SHA-256 over all columns in a canonical form; name, origin and widths of text arrays do not count."""
    state = sha256()
    for table in TABLES:
        for name, column in columns(getattr(topology, table)).items():
            state.update(f"{table}.{name}:{column.dtype.kind}:{len(column)}\n".encode())
            for start in range(0, len(column), _CHUNK):
                state.update(_canonical(column[start : start + _CHUNK]))
    if topology.facility is not None:
        state.update(topology.facility.model_dump_json().encode())
    return state.hexdigest()


def _canonical(column: NDArray[np.generic]) -> bytes:
    """Little-endian 64-bit numbers without negative zero and with one NaN; text as 32-bit codes."""
    if column.dtype.kind == "U":
        return _text_bytes(column)
    if column.dtype.kind == "f":
        floats = column.astype("<f8") + 0.0
        floats[np.isnan(floats)] = np.nan
        return floats.tobytes()
    return column.astype("u1" if column.dtype.kind == "b" else "<i8").tobytes()


def _text_bytes(column: NDArray[np.generic]) -> bytes:
    """Characters as 32-bit codes padded to the longest text of the chunk."""
    width = column.dtype.itemsize // 4
    if not width:
        return b""
    codes = np.ascontiguousarray(column).view(np.uint32).reshape(len(column), width)
    used = np.flatnonzero(codes.any(axis=0))
    return codes[:, : int(used[-1]) + 1 if len(used) else 0].astype("<u4").tobytes()


def sealed(topology: Topology) -> Topology:
    """The same network with its digest, its columns read-only."""
    for table in TABLES:
        for column in columns(getattr(topology, table)).values():
            column.flags.writeable = False
    return replace(topology, digest=digest_of(topology))
