"""Of many runs: what could be asked for, where the directory holds the answer of `drill levers`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from math import nan
from pathlib import Path
from typing import Any, Final

from sim.errors import input_error
from sim.language import _, chosen
from sim.page.many import span
from sim.page.parts import Cell, Head, Section, Table
from sim.page.words import number_cell

LEVERS: Final = "levers.json"


def levers(folder: Path) -> Section | None:
    """The ranked list of levers; None where none were tried. Raises `InputError` for a damaged file."""
    file = folder / LEVERS
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise input_error(_("cannot be read: {error}").format(error=error), file=file) from None
    heads = (
        Head(_("lever")), Head(_("cost"), number=True), Head(_("station-hours saved"), number=True),
        Head(_("95 %"), number=True), Head(_("user-hours saved"), number=True), Head(_("95 %"), number=True),
        Head(_("targets gained"), number=True), Head(_("cost of a station-hour"), number=True),
        Head(_("95 %"), number=True),
    )  # fmt: skip
    try:
        rows = [_row(one) for one in found["levers"]]
        seeds = int(found["seeds"])
    except (KeyError, TypeError, ValueError, AttributeError):
        raise input_error(_("is not what `drill levers` writes"), file=file) from None
    note = _("Levers are decisions, each tried alone on the same {seeds} seeds; assumptions are another question.")
    title = _("Each lever against the scenario as written")
    return Section("levers", _("What to ask for"), [Table(heads, rows, title=title, note=note.format(seeds=seeds))])


def _row(one: Mapping[str, Any]) -> list[Cell]:
    stations, users = one["station_hours_saved"], one["user_hours_saved"]
    name = " + ".join(chosen(str(say["en"]), str(say["zh"])) for say in one["say"])
    low = _number(stations["low"])
    tone = Cell(name, "good" if low > 0 else "bad" if _number(stations["high"]) < 0 else "")
    price = one["cost_per_station_hour"] or {"value": None, "low": None, "high": None}
    return [
        tone, number_cell(_number(one["cost"])), number_cell(_number(stations["mean"])), _span(stations),
        number_cell(_number(users["mean"])), _span(users), number_cell(_number(one["targets_gained"]["mean"])),
        number_cell(_number(price["value"])), _span(price),
    ]  # fmt: skip


def _number(value: Any) -> float:
    return nan if value is None else float(value)


def _span(one: Mapping[str, Any]) -> Cell:
    return Cell(span(_number(one["low"]), _number(one["high"]), ""))
