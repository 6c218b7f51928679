"""The run directory: written whole or not at all."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from contextlib import suppress
from hashlib import sha256
from math import isnan
from pathlib import Path
from typing import Any, Final, NamedTuple

from sim.errors import input_error, one_line
from sim.folders import RUN_MARK, Sort, check_free, strangers, whole
from sim.inventory import Inventory
from sim.language import _, marked
from sim.metrics import Tables, kpis_by
from sim.results.parquet import Parquet, write_inventory, write_log
from sim.scorecard import Scorecard, number
from sim.vocabulary import KPIS

MARK: Final = RUN_MARK
_TABLES: Final = ("outages", "visits", "preparations")
_WRITTEN: Final = frozenset(
    {
        MARK, "scenario.json", "inventory.parquet", "log.parquet", "kpis.json", "kpis_by.parquet", "scorecard.json",
        "report.html", "replay.html", "figures/outage_curve.png", "figures/gantt.png", "figures/map.png",
        *(f"{table}.parquet" for table in _TABLES),
    }
)  # fmt: skip
"""Files of a run directory; those of a run that wrote others stand in its `run.json`."""


def _foreign(folder: Path) -> str:
    """Files that no run wrote, as words."""
    listed: Any = ()
    with suppress(OSError, ValueError, AttributeError):
        listed = json.loads((folder / MARK).read_text(encoding="utf-8")).get("files")
    known = {*_WRITTEN, *(listed if isinstance(listed, list) else ())}
    found = strangers(folder, known.__contains__)
    if not found:
        return ""
    said = _("holds {name} and {more} more, which no run wrote") if found[1:] else _("holds {name}, which no run wrote")
    return said.format(name=found[0], more=len(found) - 1)


RUN: Final = Sort(marked("a run directory"), MARK, _foreign)


def check_same(folder: Path, about: Mapping[str, Any]) -> None:
    """That a run directory, where there is one, holds the same run played before: those keys of `run.json` are equal.

    Raises `InputError` that names the run there. What cannot be read is no run that anybody would miss.
    """
    try:
        there: Any = json.loads((folder / MARK).read_text(encoding="utf-8"))
        if all(there[key] == value for key, value in about.items()):
            return
        told = {"scenario": there["scenario"], "seed": there["seed"], "policy": there["policy"]}
    except (OSError, ValueError, TypeError, KeyError, RecursionError):
        return
    words = _("holds another run ({scenario}, seed {seed}, policy {policy}); choose another --out, or --force")
    raise input_error(words.format(**{key: one_line(str(value), 40) for key, value in told.items()}), file=folder)


class Contents(NamedTuple):
    """What a run directory holds; `about` is `run.json`, `scenario` the resolved scenario, both plain."""

    about: Mapping[str, Any]
    scenario: Mapping[str, Any]
    inventory: Inventory
    tables: Tables
    kpis: Mapping[str, float]
    scorecard: Scorecard


def write_run(
    folder: Path, contents: Contents, draw: Callable[[Path], None] | None = None, *, force: bool = False
) -> Path:
    """Write the directory of a run; an older run there is exchanged for it. Returns the folder.

    `draw` puts pictures into the folder it is given; `force` gives up files in an older run that are not its own.
    Raises `InputError` where something else stands there or the disk refuses; whatever goes wrong, nothing is
    left behind.
    """
    check_free(folder, RUN, force=force)
    with whole(folder) as place, Parquet() as parquet:
        write_json(place / "scenario.json", contents.scenario)
        write_inventory(parquet, place / "inventory.parquet", contents.inventory)
        write_log(parquet, place / "log.parquet", contents.tables.log)
        for name in _TABLES:
            parquet.write(place / f"{name}.parquet", getattr(contents.tables, name))
        parquet.write(place / "kpis_by.parquet", kpis_by(contents.tables))
        write_json(place / "kpis.json", kpi_lines(contents.kpis, contents.tables.horizon_h))
        write_json(place / "scorecard.json", contents.scorecard.to_json())
        digests = {path.name: digest_of(path) for path in sorted(place.iterdir())}
        if draw is not None:
            draw(place)
        files = [path.relative_to(place).as_posix() for path in sorted(place.rglob("*")) if path.is_file()]
        write_json(place / MARK, {**contents.about, "files": sorted([*files, MARK]), "digests": digests})
    return folder


def digest_of(path: Path) -> str:
    """SHA-256 of a file."""
    return sha256(path.read_bytes()).hexdigest()


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
