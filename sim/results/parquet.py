"""Columns to and from Parquet files, through DuckDB and numpy alone."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping
from errno import EIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final, Self

import numpy as np
from numpy.typing import NDArray

from sim.interrupts import held
from sim.inventory import ITEMS, Inventory
from sim.log import Columns
from sim.vocabulary import KINDS

Frame = Mapping[str, NDArray[Any]]
_ERRNO: Final = re.compile(r'"errno":"(\d+)"')
_OPTIONS: Final = "(FORMAT parquet, COMPRESSION zstd)"
_CONFIG: Final[dict[str, str | bool | int | float | list[str]]] = {
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
}


class Parquet:
    """Files of columns; one database in memory serves many of them (`with Parquet() as files`).

    Its calls are held against interruptions: DuckDB would make an error of its own out of one.
    """

    def __enter__(self) -> Self:
        with held():
            import duckdb

            self._database: Any = duckdb.connect(":memory:", config=_CONFIG)
            self.refused: type[Exception] = duckdb.IOException
        return self

    def __exit__(self, *_: object) -> None:
        with held():
            self._database.close()

    def write(self, path: Path, frame: Frame) -> None:
        """Write columns of one length; NaN becomes null."""
        self.write_all(path, [("", frame)])

    def write_all(self, path: Path, frames: Iterable[tuple[str, Frame]]) -> None:
        """Write several sorts of rows as one wide table, the sort in `item` where it has a name."""
        parts = []
        with held():
            for number, (item, frame) in enumerate(frames):
                self._database.register(f"part_{number}", {name: _plain(part) for name, part in frame.items()})
                label = f"'{item}' AS item, " if item else ""
                parts.append(f"SELECT {label}* FROM part_{number}")  # noqa: S608 (names of our own)
            self._copy(f"({' UNION ALL BY NAME '.join(parts)})", path)
            for number in range(len(parts)):
                self._database.unregister(f"part_{number}")

    def write_parts(self, path: Path, frames: Iterable[Frame]) -> None:
        """Write frames alike one below the other; only one of them at a time is in memory. There must be one."""
        with TemporaryDirectory(prefix="drill-parts-") as folder:
            with held():
                self._database.execute(f"ATTACH {_sql(Path(folder) / 'parts.duckdb')} AS spool")
            try:
                for number, frame in enumerate(frames):
                    with held():
                        self._database.register("part", {name: _plain(column) for name, column in frame.items()})
                        into = "INSERT INTO spool.parts" if number else "CREATE TABLE spool.parts AS"
                        self._database.execute(f"{into} SELECT * FROM part")  # noqa: S608 (names of our own)
                        self._database.unregister("part")
                with held():
                    self._copy("spool.parts", path)
            finally:
                with held():
                    self._database.execute("DETACH spool")

    def _copy(self, what: str, path: Path) -> None:
        """Raises `OSError` where the disk refuses, as Python's own files do."""
        try:
            self._database.execute(f"COPY {what} TO {_sql(path)} {_OPTIONS}")
        except self.refused as error:
            found = _ERRNO.search(str(error))
            number = int(found[1]) if found else EIO
            raise OSError(number, os.strerror(number)) from error

    def read(self, path: Path, columns: str = "*", where: str = "") -> dict[str, NDArray[Any]]:
        """Columns of a file: null numbers as NaN, null texts as empty, null truths as false."""
        query = f"SELECT {columns} FROM read_parquet({_sql(path)}) {where}"  # noqa: S608 (names of our own)
        with held():
            found = self._database.execute(query).fetchnumpy()
        return {name: _filled(np.ma.asarray(column)) for name, column in found.items()}


def _sql(path: Path) -> str:
    return "'" + str(path).replace("'", "''") + "'"


def _plain(column: NDArray[Any]) -> NDArray[Any]:
    """A column as the database reads it well: an empty one of objects would have no type."""
    if column.dtype == object and not len(column):
        return column.astype("U1")
    return column


def _filled(column: np.ma.MaskedArray[Any, Any]) -> NDArray[Any]:
    nulls = np.ma.getmaskarray(column)
    values = np.asarray(column.data)
    if not nulls.any():
        return values
    if values.dtype == object:
        return np.where(nulls, "", values)
    if values.dtype == np.bool_:
        return np.where(nulls, np.False_, values)
    return np.where(nulls, np.nan, values.astype(np.float64))


# The inventory


def write_inventory(files: Parquet, path: Path, inventory: Inventory) -> None:
    """One wide table with the sort of item in `item`."""
    tables = [(item, inventory[item]) for item in ITEMS if len(inventory[item]["id"])]
    files.write_all(path, tables or [("none", {"id": np.zeros(0, dtype="U1")})])


def read_inventory(files: Parquet, path: Path) -> Inventory:
    """The inventory of `write_inventory`; columns that an item does not have are left out."""
    counts = files.read(path, "item, count(COLUMNS(* EXCLUDE (item)))", "GROUP BY item")
    inventory = Inventory()
    for row, item in enumerate(counts["item"].tolist()):
        if item not in ITEMS:
            continue
        columns = [name for name in counts if name != "item" and (counts[name][row] or name in ITEMS[item])]
        if not all(map(str.isidentifier, columns)):
            raise ValueError("a column has no proper name")
        quoted = ", ".join(f'"{name}"' for name in columns)
        inventory[item] = files.read(path, quoted, f"WHERE item = '{item}'")
    return inventory


# The log


def write_log(files: Parquet, path: Path, log: Columns) -> None:
    """`t_h, kind, subject, object, value, cause_row`; no value is null, no cause is -1."""
    kinds, names = np.array(log.kinds, dtype=object), np.array(log.names, dtype=object)
    frame = {
        "t_h": log.t_h,
        "kind": kinds[log.kind],
        "subject": names[log.subject],
        "object": names[log.object],
        "value": log.value,
        "cause_row": log.cause_row,
    }
    files.write(path, frame)


def read_log(files: Parquet, path: Path) -> Columns:
    """The log of `write_log`: the same rows and the same digest; names are numbered anew."""
    frame = files.read(path, "t_h, kind, subject, object, value, cause_row")
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
