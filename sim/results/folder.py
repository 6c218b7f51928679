"""The run directory: written whole or not at all, and opened again without simulating."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from math import isnan
from pathlib import Path
from typing import Any, Final, TypeVar

from pydantic import ValidationError

from sim.errors import input_error, one_line
from sim.folders import check_free, whole
from sim.inventory import Inventory
from sim.log import EventLog
from sim.results.parquet import Parquet, read_inventory, read_log, write_inventory, write_log
from sim.results.run import Figures, Run
from sim.scenario import ScenarioSpec
from sim.scorecard import number
from sim.vocabulary import KPIS

MARK: Final = "run.json"
T = TypeVar("T")
_KEYS: Final[dict[str, type | tuple[type, ...]]] = {
    "scenario": str, "scenario_hash": str, "topology_hash": str, "seed": int, "policy": str,
    "overrides": dict, "version": str, "log_digest": str, "rows": int, "wall_s": (int, float),
}  # fmt: skip


def write_run(run: Run, folder: Path, figures: Figures | None = None) -> Path:
    """Write the directory of a run; an older run there is exchanged for it. Returns the folder.

    Raises `InputError` where something else stands there or the disk refuses; whatever goes wrong, nothing is
    left behind.
    """
    check_free(folder, MARK, "a run directory")
    with whole(folder) as place, Parquet() as files:
        _json(place / "scenario.json", _resolved(run))
        write_inventory(files, place / "inventory.parquet", run.inventory)
        write_log(files, place / "log.parquet", run.tables.log)
        for name in ("outages", "visits", "preparations"):
            files.write(place / f"{name}.parquet", getattr(run.tables, name))
        _json(place / "kpis.json", _kpi_lines(run))
        _json(place / "scorecard.json", run.scorecard_data.to_json())
        if figures is not None:
            figures(run, place)
        _json(place / MARK, _about(run))
    return folder


def open_run(folder: str | Path, *, verify: bool = True) -> Run:
    """A run from its directory; nothing is simulated, and nothing but the directory is needed.

    `verify`: check the log against the digest in `run.json`. Raises `InputError` for a directory that is no
    run or is damaged.
    """
    folder = Path(folder)
    if not (folder / MARK).is_file():
        what = f"is no run directory (it has no {MARK})" if folder.is_dir() else "does not exist"
        raise input_error(what, file=folder)
    about = _read_json(folder / MARK)
    _check(about, folder / MARK)
    spec = _spec(folder / "scenario.json")
    with Parquet() as files:
        inventory = _read(files, folder / "inventory.parquet", read_inventory)
        log = EventLog.from_columns(_read(files, folder / "log.parquet", read_log))
    run = Run(
        spec, about["seed"], about["policy"], log, inventory, _lists(spec, inventory, folder),
        about["overrides"], about["scenario_hash"], about["topology_hash"], about["version"], about["wall_s"],
    )  # fmt: skip
    if len(log) != about["rows"] or (verify and run.log_digest != about["log_digest"]):
        raise input_error(f"is damaged: it is not the log that {MARK} tells of", file=folder / "log.parquet")
    return run


# Writing


def _resolved(run: Run) -> dict[str, Any]:
    """The scenario as resolved, its lists as ids, so that nothing beside the directory is needed."""
    ids = run.inventory["site"]["id"]
    lists = {name: [str(ids[row]) for row in sorted(rows)] for name, rows in run.lists.items()}
    return {**run.spec.model_dump(mode="json", by_alias=True), "lists": lists}


def _kpi_lines(run: Run) -> list[dict[str, Any]]:
    return [
        {
            "name": name,
            "value": number(value),
            "unit": KPIS[name].unit,
            "at_h": number(run.horizon_h) if KPIS[name].timed else None,
        }
        for name, value in run.kpi_values.items()
    ]


def _about(run: Run) -> dict[str, Any]:
    return {
        "scenario": run.scenario,
        "scenario_hash": run.scenario_hash,
        "topology_hash": run.topology_hash,
        "seed": run.seed,
        "policy": run.policy,
        "overrides": dict(run.overrides),
        "version": run.version,
        "start": run.spec.start.isoformat(),
        "horizon_h": run.horizon_h,
        "log_digest": run.log_digest,
        "rows": len(run.log),
        "wall_s": round(run.wall_s, 3),
    }


def _json(path: Path, value: Any) -> None:
    text = json.dumps(_without_nan(value), ensure_ascii=False, indent=1, allow_nan=False)
    path.write_text(text + "\n", encoding="utf-8")


def _without_nan(value: Any) -> Any:
    if isinstance(value, float) and isnan(value):
        return None
    if isinstance(value, Mapping):
        return {key: _without_nan(item) for key, item in value.items()}
    return [_without_nan(item) for item in value] if isinstance(value, list) else value


# Reading


def _read(files: Parquet, path: Path, reader: Callable[[Parquet, Path], T]) -> T:
    """A Parquet file by its reader; `InputError` where it is missing or damaged."""
    if not path.is_file():
        raise input_error("does not exist; the run directory is not complete", file=path)
    import duckdb

    try:
        return reader(files, path)
    except (duckdb.Error, KeyError, ValueError, TypeError) as error:
        raise input_error(f"is damaged: {one_line(str(error), 120)}", file=path) from None


def _read_json(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise input_error("does not exist; the run directory is not complete", file=path) from None
    except OSError as error:
        raise input_error(f"cannot be read: {error.strerror or error}".lower(), file=path) from None
    except (ValueError, RecursionError):
        raise input_error("is damaged: it is no JSON", file=path) from None
    if not isinstance(found, dict):
        raise input_error("is damaged: it must be a table", file=path)
    return found


def _check(about: dict[str, Any], path: Path) -> None:
    for key, kind in _KEYS.items():
        if not isinstance(about.get(key), kind) or isinstance(about[key], bool):
            raise input_error(f"is damaged: {key} is missing or of another kind", file=path)


def _spec(path: Path) -> ScenarioSpec:
    try:
        return ScenarioSpec.model_validate(_read_json(path))
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"]))
        raise input_error(f"is damaged: {place} {first['msg']}", file=path) from None


def _lists(spec: ScenarioSpec, inventory: Inventory, folder: Path) -> dict[str, frozenset[int]]:
    rows = {str(site): row for row, site in enumerate(inventory["site"]["id"].tolist())}
    try:
        return {name: frozenset(rows[site] for site in sites) for name, sites in spec.lists.items()}
    except KeyError as error:
        message = f"is damaged: a list names {error}, which the inventory does not have"
        raise input_error(message, file=folder / "scenario.json") from None
