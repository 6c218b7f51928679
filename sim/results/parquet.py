"""Columns to and from Parquet files, through DuckDB and numpy alone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from sim.inventory import ITEMS, Inventory
from sim.log import Columns
from sim.vocabulary import KINDS

Frame = Mapping[str, NDArray[Any]]
_OPTIONS: Final = "(FORMAT parquet, COMPRESSION zstd)"
_CONFIG: Final[dict[str, str | bool | int | float | list[str]]] = {
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
}


@contextmanager
def _database() -> Iterator[Any]:
    import duckdb

    connection = duckdb.connect(":memory:", config=_CONFIG)
    try:
        yield connection
    finally:
        connection.close()


def _sql(path: Path) -> str:
    return "'" + str(path).replace("'", "''") + "'"


def _plain(column: NDArray[Any]) -> NDArray[Any]:
    """A column as DuckDB reads it well: an empty one of objects would have no type."""
    if column.dtype == object and not len(column):
        return column.astype("U1")
    return column


def write_frame(path: Path, frame: Frame) -> None:
    """Write columns of one length; NaN becomes null."""
    write_frames(path, [("", frame)])


def write_frames(path: Path, frames: Iterable[tuple[str, Frame]]) -> None:
    """Write several sorts of rows as one wide table, the sort in `item` where it has a name."""
    with _database() as database:
        parts = []
        for number, (item, frame) in enumerate(frames):
            database.register(f"part_{number}", {name: _plain(column) for name, column in frame.items()})
            label = f"'{item}' AS item, " if item else ""
            parts.append(f"SELECT {label}* FROM part_{number}")  # noqa: S608 (names of our own)
        database.execute(f"COPY ({' UNION ALL BY NAME '.join(parts)}) TO {_sql(path)} {_OPTIONS}")


def read_frame(path: Path, columns: str = "*", where: str = "") -> dict[str, NDArray[Any]]:
    """Columns of a Parquet file: null numbers as NaN, null texts as empty, null truths as false."""
    with _database() as database:
        query = f"SELECT {columns} FROM read_parquet({_sql(path)}) {where}"  # noqa: S608 (a file of our own)
        found = database.execute(query).fetchnumpy()
    return {name: _filled(np.ma.asarray(column)) for name, column in found.items()}


def _filled(column: np.ma.MaskedArray[Any, Any]) -> NDArray[Any]:
    nulls = np.ma.getmaskarray(column)
    values = np.asarray(column.data)
    if not nulls.any():
        return values
    if values.dtype == object:
        return np.where(nulls, "", values)
    if values.dtype == np.bool_:
        return np.where(nulls, False, values)
    return np.where(nulls, np.nan, values.astype(np.float64))


# The inventory


def write_inventory(path: Path, inventory: Inventory) -> None:
    """One wide table with the sort of item in `item`."""
    tables = [(item, inventory[item]) for item in ITEMS if len(inventory[item]["id"])]
    write_frames(path, tables or [("none", {"id": np.zeros(0, dtype="U1")})])


def read_inventory(path: Path) -> Inventory:
    """The inventory of `write_inventory`; columns that an item does not have are left out."""
    inventory = Inventory()
    for item in ITEMS:
        frame = read_frame(path, where=f"WHERE item = '{item}'")
        if not len(frame["id"]):
            continue
        empty = {name for name, column in frame.items() if _is_empty(column)}
        inventory[item] = {
            name: column
            for name, column in frame.items()
            if name != "item" and (name in ITEMS[item] or name not in empty)
        }
    return inventory


def _is_empty(column: NDArray[Any]) -> bool:
    if column.dtype == object:
        return not np.any(column != "")
    return column.dtype == np.float64 and bool(np.isnan(column).all())


# The log


def write_log(path: Path, log: Columns) -> None:
    """`t_h, kind, subject, object, value, cause_row`; no value is null, no cause is -1."""
    kinds, names = np.array(log.kinds, dtype=object), np.array(log.names, dtype=object)
    write_frame(
        path,
        {
            "t_h": log.t_h,
            "kind": kinds[log.kind],
            "subject": names[log.subject],
            "object": names[log.object],
            "value": log.value,
            "cause_row": log.cause_row,
        },
    )


def read_log(path: Path) -> Columns:
    """The log of `write_log`: the same rows and the same digest; names are numbered anew."""
    frame = read_frame(path, "t_h, kind, subject, object, value, cause_row")
    subjects, objects, kinds = (frame[name].tolist() for name in ("subject", "object", "kind"))
    names = {name: code for code, name in enumerate(dict.fromkeys(["", *subjects, *objects]))}
    all_kinds = {kind: code for code, kind in enumerate(dict.fromkeys([*KINDS, *kinds]))}
    return Columns(
        frame["t_h"].astype(np.float64),
        _coded(kinds, all_kinds),
        _coded(subjects, names),
        _coded(objects, names),
        frame["value"].astype(np.float64),
        frame["cause_row"].astype(np.int64),
        tuple(all_kinds),
        tuple(names),
    )


def _coded(texts: list[str], codes: Mapping[str, int]) -> NDArray[np.int64]:
    return np.fromiter(map(codes.__getitem__, texts), dtype=np.int64, count=len(texts))
