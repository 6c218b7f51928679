"""A binary copy of what was loaded before, keyed by all it was made from; a bad copy does no harm."""

from __future__ import annotations

import contextlib
import json
import os
import sys
import zipfile
from collections.abc import Mapping
from dataclasses import fields
from functools import cache
from hashlib import sha256
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any, Final

import numpy as np

from sim.topology.digest import sealed
from sim.topology.facility import Facility
from sim.topology.tables import TABLES, Topology, columns

_KEPT: Final = 24
_UNUSABLE: Final = (OSError, ValueError, KeyError, EOFError, TypeError, zipfile.BadZipFile)


def cache_folder() -> Path | None:
    """`DRILLSIM_CACHE`, else `drillsim` in the user's cache folder; none for a user without a home."""
    if own := os.environ.get("DRILLSIM_CACHE"):
        return Path(own)
    if local := os.environ.get("LOCALAPPDATA" if sys.platform == "win32" else "XDG_CACHE_HOME"):
        return Path(local) / "drillsim"
    try:
        return Path.home() / ".cache" / "drillsim"
    except RuntimeError:
        return None


def program_files() -> list[Path]:
    """Source files that decide what network a topology file gives."""
    package = Path(__file__).parent
    shared = [package.parent / f"{name}.py" for name in ("spec", "streams", "units", "yamlfile")]
    return [*sorted(package.glob("*.py")), *shared]


@cache
def program_hash() -> str:
    """Hash of these files and of numpy's version: another program makes another network."""
    state = sha256(f"{np.__version__} {sys.byteorder}".encode())
    for path in program_files():
        state.update(path.name.encode())
        state.update(path.read_bytes())
    return state.hexdigest()


def _place(folder: Path, spec: bytes) -> Path:
    return folder / f"topology-{sha256(program_hash().encode() + spec).hexdigest()[:40]}.npz"


def recall(folder: Path, spec_file: Path, spec: bytes) -> Topology | None:
    """The copy made from exactly these bytes and from CSV files that are still the same, if there is one."""
    try:
        with _place(folder, spec).open("rb") as stream, np.load(stream, allow_pickle=False) as stored:
            meta = json.loads(str(stored["meta"]))
            for name, digest in meta["files"].items():
                if sha256((spec_file.parent / name).read_bytes()).hexdigest() != digest:
                    return None
            tables = {table: _table(table, stored) for table in TABLES}
        rooms = None if meta["facility"] is None else Facility.model_validate_json(meta["facility"])
        found = sealed(Topology(name=meta["name"], origin=meta["origin"], digest="", facility=rooms, **tables))
    except _UNUSABLE:
        return None
    return found if found.digest == meta["digest"] else None


def _table(table: str, stored: Mapping[str, Any]) -> Any:
    kind = TABLES[table]
    return kind(**{field.name: stored[f"{table}.{field.name}"] for field in fields(kind)})


def remember(folder: Path, spec: bytes, files: Mapping[str, str], topology: Topology) -> None:
    """Keep a copy of what these bytes and files (hash by name) gave; failing to is no error.

    It is written beside, then renamed, so that nobody reads half of it.
    """
    with contextlib.suppress(*_UNUSABLE):
        meta = {
            "name": topology.name,
            "origin": topology.origin,
            "digest": topology.digest,
            "files": dict(files),
            "facility": None if topology.facility is None else topology.facility.model_dump_json(),
        }
        arrays = {
            f"{table}.{name}": column for table in TABLES for name, column in columns(getattr(topology, table)).items()
        }
        folder.mkdir(parents=True, exist_ok=True)
        place = _place(folder, spec)
        with NamedTemporaryFile(dir=folder, prefix="part-", delete=False) as part:
            try:
                np.savez(part, meta=np.array(json.dumps(meta)), **arrays)  # type: ignore[arg-type]
            except BaseException:
                Path(part.name).unlink(missing_ok=True)
                raise
        Path(part.name).replace(place)
        _forget(folder)


def _forget(folder: Path) -> None:
    """Keep the newest copies only."""
    copies = sorted(folder.glob("topology-*.npz"), key=lambda path: path.stat().st_mtime)
    for old in copies[:-_KEPT]:
        old.unlink(missing_ok=True)
