"""Runs read back from their directories, without simulating."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, TypeVar

from pydantic import ValidationError

from sim.errors import input_error, shown
from sim.inventory import Inventory
from sim.language import _
from sim.log import EventLog
from sim.reasons import of_system
from sim.results.folder import MARK, digest_of
from sim.results.parquet import Parquet, read_inventory, read_log
from sim.results.run import Run
from sim.scenario import ScenarioSpec

T = TypeVar("T")
_KEYS: Final[dict[str, type | tuple[type, ...]]] = {
    "scenario": str, "scenario_hash": str, "topology_hash": str, "seed": int, "policy": str,
    "overrides": dict, "version": str, "log_digest": str, "rows": int, "wall_s": (int, float),
}  # fmt: skip


def open_run(folder: str | Path, *, verify: bool = True) -> Run:
    """A run from its directory; nothing is simulated, and nothing but the directory is needed.

    `verify`: check the files of data against the digests in `run.json`. Raises `InputError` for a directory that is
    no run, is damaged, or was changed since it was written.
    """
    folder = _folder(folder)
    about = _read_json(folder / MARK)
    _check(about, folder / MARK)
    if verify:
        _check_digests(about, folder)
    spec = read_spec(folder / "scenario.json")
    with Parquet() as files:
        inventory = _read(files, folder / "inventory.parquet", read_inventory)
        log = EventLog.from_columns(_read(files, folder / "log.parquet", read_log))
    run = Run(
        spec, about["seed"], about["policy"], log, inventory, _lists(spec, inventory, folder),
        about["overrides"], about["scenario_hash"], about["topology_hash"], about["version"], about["wall_s"],
    )  # fmt: skip
    if len(log) != about["rows"] or (verify and run.log_digest != about["log_digest"]):
        raise input_error(
            _("is damaged: it is not the log that {mark} tells of").format(mark=MARK), file=folder / "log.parquet"
        )
    return run


def _folder(given: str | Path) -> Path:
    try:
        folder = Path(given)
    except TypeError:
        raise input_error(_("must be a path (got {value})").format(value=shown(given)), path="folder") from None
    if not (folder / MARK).is_file():
        if folder.is_dir():
            what = _("is no run directory (it has no {mark})").format(mark=MARK)
        else:
            what = _("is a file; name the run directory") if folder.exists() else _("does not exist")
        raise input_error(what, file=folder)
    return folder


def _check_digests(about: dict[str, Any], folder: Path) -> None:
    """Whether the files of data are those that were written; a run of an older version tells of none."""
    digests = about.get("digests", {})
    if not isinstance(digests, dict):
        raise input_error(_("is damaged: digests is missing or of another kind"), file=folder / MARK)
    for name, digest in digests.items():
        path = folder / name
        if not path.is_file():
            raise input_error(_("does not exist; the run directory is not complete"), file=path)
        if digest_of(path) != digest:
            said = _("is not the file that {mark} tells of: it was changed or damaged")
            raise input_error(said.format(mark=MARK), file=path)


def _read(files: Parquet, path: Path, reader: Callable[[Parquet, Path], T]) -> T:
    """A Parquet file by its reader; `InputError` where it is missing or damaged."""
    if not path.is_file():
        raise input_error(_("does not exist; the run directory is not complete"), file=path)
    import duckdb

    try:
        return reader(files, path)
    except duckdb.Error:
        raise input_error(_("is damaged: it is no whole Parquet file of this program"), file=path) from None
    except (KeyError, ValueError, TypeError):
        raise input_error(_("is damaged: its columns are not those of this program"), file=path) from None


def _read_json(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise input_error(_("does not exist; the run directory is not complete"), file=path) from None
    except OSError as error:
        raise input_error(_("cannot be read: {reason}").format(reason=of_system(error)), file=path) from None
    except (ValueError, RecursionError):
        raise input_error(_("is damaged: it is no JSON"), file=path) from None
    if not isinstance(found, dict):
        raise input_error(_("is damaged: it must be a table"), file=path)
    return found


def _check(about: dict[str, Any], path: Path) -> None:
    for key, kind in _KEYS.items():
        if not isinstance(about.get(key), kind) or isinstance(about[key], bool):
            raise input_error(_("is damaged: {key} is missing or of another kind").format(key=key), file=path)


def read_spec(path: Path) -> ScenarioSpec:
    """The resolved scenario of a directory; raises `InputError` for a damaged file."""
    try:
        return ScenarioSpec.model_validate(_read_json(path))
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"]))
        raise input_error(
            _("is damaged: {place} is not what this program writes").format(place=place), file=path
        ) from None


def _lists(spec: ScenarioSpec, inventory: Inventory, folder: Path) -> dict[str, frozenset[int]]:
    rows = {str(site): row for row, site in enumerate(inventory["site"]["id"].tolist())}
    try:
        return {name: frozenset(rows[site] for site in sites) for name, sites in spec.lists.items()}
    except KeyError as error:
        message = _("is damaged: a list names {error}, which the inventory does not have").format(error=error)
        raise input_error(message, file=folder / "scenario.json") from None
