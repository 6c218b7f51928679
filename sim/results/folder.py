"""The run directory: written whole or not at all."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from math import isnan
from pathlib import Path
from typing import Any, Final, NamedTuple

from sim.folders import check_free, whole
from sim.inventory import Inventory
from sim.metrics import Tables, kpis_by
from sim.results.parquet import Parquet, write_inventory, write_log
from sim.scorecard import Scorecard, number
from sim.vocabulary import KPIS

MARK: Final = "run.json"


class Contents(NamedTuple):
    """What a run directory holds; `about` is `run.json`, `scenario` the resolved scenario, both plain."""

    about: Mapping[str, Any]
    scenario: Mapping[str, Any]
    inventory: Inventory
    tables: Tables
    kpis: Mapping[str, float]
    scorecard: Scorecard


def write_run(folder: Path, contents: Contents, draw: Callable[[Path], None] | None = None) -> Path:
    """Write the directory of a run; an older run there is exchanged for it. Returns the folder.

    `draw` puts pictures into the folder it is given. Raises `InputError` where something else stands there or
    the disk refuses; whatever goes wrong, nothing is left behind.
    """
    check_free(folder, MARK, "a run directory")
    with whole(folder) as place, Parquet() as files:
        write_json(place / "scenario.json", contents.scenario)
        write_inventory(files, place / "inventory.parquet", contents.inventory)
        write_log(files, place / "log.parquet", contents.tables.log)
        for name in ("outages", "visits", "preparations"):
            files.write(place / f"{name}.parquet", getattr(contents.tables, name))
        files.write(place / "kpis_by.parquet", kpis_by(contents.tables))
        write_json(place / "kpis.json", kpi_lines(contents.kpis, contents.tables.horizon_h))
        write_json(place / "scorecard.json", contents.scorecard.to_json())
        if draw is not None:
            draw(place)
        write_json(place / MARK, contents.about)
    return folder


def kpi_lines(values: Mapping[str, float], horizon_h: float) -> list[dict[str, Any]]:
    """As in `kpis.json`; those of an instant are at the horizon."""
    return [
        {
            "name": name,
            "value": number(value),
            "unit": KPIS[name].unit,
            "at_h": number(horizon_h) if KPIS[name].timed else None,
        }
        for name, value in values.items()
    ]


def write_json(path: Path, value: Any) -> None:
    """Readable JSON in UTF-8; NaN becomes null."""
    text = json.dumps(_without_nan(value), ensure_ascii=False, indent=1, allow_nan=False)
    path.write_text(text + "\n", encoding="utf-8")


def _without_nan(value: Any) -> Any:
    if isinstance(value, float) and isnan(value):
        return None
    if isinstance(value, Mapping):
        return {key: _without_nan(item) for key, item in value.items()}
    return [_without_nan(item) for item in value] if isinstance(value, list) else value
