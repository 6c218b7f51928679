"""The store of an ensemble: one SQLite file that is the truth, filled a chunk at a time, whole or not at all."""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from sim.ensemble.worker import CURVE_POINTS, Outcome
from sim.errors import input_error
from sim.interrupts import held
from sim.language import _
from sim.reasons import of_reader, of_system
from sim.vocabulary import KPIS

Floats = NDArray[np.float64]
CATALOGUE: Final = "catalogue.sqlite"
LOCK: Final = "catalogue.lock"
DONE, FAILED = "done", "failed"
_TABLES: Final = """
create table if not exists cells (variant text primary key, lines text not null) without rowid;
create table if not exists facts (name text primary key, value text not null) without rowid;
create table if not exists runs (
  variant text not null, seed integer not null, status text not null, digest text, error text, wall_s real,
  kpis blob, simulated blob, met blob, at_h blob, curve blob,
  primary key (variant, seed)
) without rowid;
"""
_COLUMNS: Final = "variant, seed, status, digest, error, wall_s, kpis, simulated, met, at_h, curve"


class Store:
    """The catalogue of a directory. A row a run: what became of it, its digest or error, its figures.

    Figures are packed as 64-bit floats: KPIs in the order that the fact `kpis` names, lines in that of `lines`.
    """

    def __init__(self, folder: Path) -> None:
        self._path = folder / CATALOGUE
        with _on_disk(self._path):
            if self._only_read():
                address = f"{self._path.resolve().as_uri()}?mode=ro&immutable=1"
                self._base = sqlite3.connect(address, uri=True, check_same_thread=False)
                return
            self._base = sqlite3.connect(self._path, timeout=30, isolation_level=None, check_same_thread=False)
            self._base.execute("pragma journal_mode=wal")
            self._base.execute("pragma synchronous=normal")
            self._base.executescript(_TABLES)
            self._base.execute("insert or ignore into facts values ('kpis', ?)", (json.dumps(list(KPIS)),))

    def _only_read(self) -> bool:
        """Whether the directory may not be written, as on an archive, and nothing waits beside the file."""
        beside = self._path.with_name(f"{self._path.name}-wal")
        return self._path.is_file() and not beside.exists() and not os.access(self._path.parent, os.W_OK)

    def close(self) -> None:
        """Let go of the file."""
        self._base.close()

    # filling

    def keep(self, outcomes: Iterable[Outcome]) -> None:
        """All of them or none; a run that was kept before stays as it is, unless it had failed.

        Raises `InputError` where the disk refuses.
        """
        if self._kpis() != list(KPIS):
            raise input_error(_("was begun by a program with other KPIs; choose another --out"), file=self._path)
        with _on_disk(self._path), held():
            self._base.execute("begin immediate")
            try:
                for outcome in outcomes:
                    self._keep(outcome)
                self._base.execute("commit")
            except BaseException:
                if self._base.in_transaction:
                    self._base.execute("rollback")
                raise

    def _keep(self, outcome: Outcome) -> None:
        if outcome.lines:
            self._base.execute("insert or ignore into cells values (?, ?)", (outcome.cell, outcome.lines))
        values = (
            outcome.cell, outcome.seed, FAILED if outcome.error else DONE, outcome.digest or None,
            outcome.error or None, round(outcome.wall_s, 4),
            outcome.kpis, outcome.simulated, outcome.met, outcome.at_h, outcome.curve,
        )  # fmt: skip
        marks = ", ".join("?" * len(values))
        self._base.execute(
            f"insert into runs ({_COLUMNS}) values ({marks}) "  # noqa: S608 (names of our own)
            "on conflict do update set status=excluded.status, digest=excluded.digest, error=excluded.error, "
            "wall_s=excluded.wall_s, kpis=excluded.kpis, simulated=excluded.simulated, met=excluded.met, "
            "at_h=excluded.at_h, curve=excluded.curve where runs.status='failed'",
            values,
        )

    # reading

    def _read(self, query: str, parameters: Sequence[Any] = ()) -> list[Any]:
        """All rows. Raises `InputError` for a damaged file."""
        with _on_disk(self._path):
            return self._base.execute(query, parameters).fetchall()

    def present(self, variant: str, *, failed: bool = True) -> set[int]:
        """Seeds of a variant that have a row; `failed`: those that failed count as well."""
        rows = self._read("select seed, status from runs where variant=?", (variant,))
        return {seed for seed, status in rows if failed or status == DONE}

    def statuses(self) -> Iterator[tuple[str, int, str, str | None, str | None, float]]:
        """`variant, seed, status, digest, error, wall_s` of every run."""
        yield from self._read("select variant, seed, status, digest, error, wall_s from runs order by variant, seed")

    def errors(self, variant: str) -> list[tuple[int, str]]:
        """Seed and error of the runs that failed."""
        query = "select seed, error from runs where variant=? and status=? order by seed"
        return self._read(query, (variant, FAILED))

    def lines(self, variant: str) -> list[dict[str, Any]]:
        """What the scorecard's lines of target and record are; none before the first run is done."""
        rows = self._read("select lines from cells where variant=?", (variant,))
        return json.loads(rows[0][0]) if rows else []

    def kpi(self, variant: str, name: str, seeds: Sequence[int]) -> Floats:
        """A KPI at the horizon, a figure a seed; NaN where undefined or without a finished run."""
        known = self._kpis()
        return self._floats("kpis", variant, known.index(name) if name in known else len(known), seeds)

    def _kpis(self) -> list[str]:
        """Names of the KPIs in the order in which they are packed: those of the program that began the directory."""
        for (value,) in self._read("select value from facts where name='kpis'", ()):
            names: list[str] = json.loads(value)
            return names
        return list(KPIS)

    def line(self, column: str, variant: str, number: int, seeds: Sequence[int]) -> Floats:
        """`simulated`, `met` or `at_h` of a line by its number, a figure a seed."""
        return self._floats(column, variant, number, seeds)

    def _floats(self, column: str, variant: str, place: int, seeds: Sequence[int]) -> Floats:
        rows = {seed: at for at, seed in enumerate(seeds)}
        found = np.full(len(rows), np.nan)
        query = f"select seed, substr({column}, ?, 8) from runs where variant=? and status='{DONE}'"  # noqa: S608
        for seed, packed in self._read(query, (1 + 8 * place, variant)):
            if seed in rows and len(packed) == 8:
                found[rows[seed]] = np.frombuffer(packed)[0]
        return found

    def curves(self, variant: str, seeds: Sequence[int]) -> NDArray[np.int32]:
        """Stations out, shape (finished runs, CURVE_POINTS), in order of seeds."""
        wanted = set(seeds)
        query = f"select seed, curve from runs where variant=? and status='{DONE}' order by seed"  # noqa: S608
        found = [
            np.frombuffer(packed, np.int32)
            for seed, packed in self._read(query, (variant,))
            if seed in wanted and len(packed) == 4 * CURVE_POINTS
        ]
        return np.array(found, dtype=np.int32).reshape(len(found), CURVE_POINTS)

    def wall_s(self) -> float:
        """Seconds a run took in the mean; NaN before the first."""
        value = self._read(f"select avg(wall_s) from runs where status='{DONE}'")[0][0]  # noqa: S608
        return float("nan") if value is None else float(value)


@contextmanager
def _on_disk(path: Path) -> Iterator[None]:
    try:
        yield
    except (sqlite3.Error, OSError) as error:
        if isinstance(error, sqlite3.DatabaseError) and not isinstance(error, sqlite3.OperationalError):
            said = _("is damaged: {reason}; delete it, and the same `drill` command plays all of it again")
            message = said.format(reason=of_reader(error))
            raise input_error(message, file=path) from None
        said = _("cannot be written: {reason}; what is done is kept, the same command goes on")
        message = said.format(reason=of_reader(error)).replace("\n", " ")
        raise input_error(message, file=path) from None


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Only one process at a time fills a directory; raises `InputError` where another one does."""
    path = folder / LOCK
    try:
        file = path.open("wb")
    except OSError as error:
        raise input_error(_("cannot be written: {reason}").format(reason=of_system(error)), file=path) from None
    with file:
        if not _lock(file.fileno()):
            raise input_error(_("is being filled by another process"), file=folder)
        yield


def _lock(descriptor: int) -> bool:
    try:
        import fcntl
    except ImportError:
        return _lock_windows(descriptor)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _lock_windows(descriptor: int) -> bool:
    try:
        import msvcrt
    except ImportError:  # elsewhere SQLite's own lock must do
        return True
    system: Any = msvcrt
    try:
        system.locking(descriptor, system.LK_NBLCK, 1)
    except OSError:
        return False
    return True
