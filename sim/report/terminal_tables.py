"""The tables of the scorecard in the terminal. Names that a file or a search knows are never broken."""

from __future__ import annotations

from typing import Any, Final

from rich import box
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from sim.scorecard import Scorecard, ScoreRow, shown
from sim.vocabulary import KPIS

NARROW: Final = 80
"""Below so many columns a figure's name shares a column with its words."""
_TWO_COLUMNS: Final = 100
_WITH_CHINESE: Final = 126
_MARK: Final = {True: ("met", "green"), False: ("MISSED", "bold red"), None: ("–", "yellow")}
_RULES: Final = "generation_dispatch_"
_Options = dict[str, Any]
_RIGHT: Final[_Options] = {"justify": "right", "no_wrap": True}
_LEFT: Final[_Options] = {"overflow": "fold"}
_SHORT: Final[_Options] = {"no_wrap": True}


def table_of(*columns: tuple[str, _Options]) -> Table:
    """A table with a line below its heads and nothing else."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0), show_edge=False)
    for name, options in columns:
        table.add_column(name, **options)
    return table


def _figure(value: float | None, row: ScoreRow) -> str:
    return shown(value, row.unit)


def targets(card: Scorecard, *, wide: bool, narrow: bool) -> Table | None:
    """The plan's targets, met or missed."""
    if not card.targets:
        return None
    margins = [("margin", _RIGHT)] if wide else []
    names = [] if narrow else [("figure", _SHORT)]
    table = table_of(
        ("", _SHORT), ("id", _SHORT), *names, ("bound", _RIGHT), ("simulated", _RIGHT), *margins, ("promise", _LEFT),
    )  # fmt: skip
    for row in card.targets:
        mark, style = _MARK[row.met]
        bound = f"{'≤' if row.comparison == 'at_most' else '≥'} {_figure(row.target, row)}"
        margin = [_figure(row.margin, row)] if wide else []
        promise = "; ".join(part for part in (row.kpi if narrow else "", _promise(row), _reading(row)) if part)
        name = [] if narrow else [row.kpi]
        table.add_row(Text(mark, style), row.id, *name, bound, _figure(row.simulated, row), *margin, promise)
    return table


def _promise(row: ScoreRow) -> str:
    return ", ".join(part for part in (row.say, f"of {row.of}" if row.of else "") if part)


def _reading(row: ScoreRow) -> str:
    when = row.at.replace("T", " ") if row.at and not _says_when(row) else ""
    return "; ".join(part for part in (when, row.reading) if part)


def _says_when(row: ScoreRow) -> bool:
    return "unstated" in row.reading or str(row.at).replace("T", " ") in row.reading


def record(card: Scorecard, *, narrow: bool) -> Table | None:
    """Every recorded figure beside the simulated one."""
    rows = [row for row in card.rows if row.section == "record"]
    if not rows:
        return None
    name = _LEFT if narrow else _SHORT
    table = table_of(
        ("figure", name), ("recorded", _RIGHT), ("simulated", _RIGHT), ("ratio", _RIGHT), ("reading", _LEFT)
    )
    for row in rows:
        recorded = row.recorded if isinstance(row.recorded, str) else _figure(row.recorded, row)
        role = " (input)" if row.role == "input" else ""
        table.add_row(row.kpi + role, str(recorded), _figure(row.simulated, row), _ratio(row), _reading(row))
    return table


def _ratio(row: ScoreRow) -> str:
    if row.agrees is not None:
        return "agrees" if row.agrees else "differs"
    return "–" if row.ratio is None else f"{row.ratio:.2f}"


def dispatch(card: Scorecard) -> Table | None:
    """Placements before the event."""
    rows = [row for row in card.rows if row.section == "dispatch" and not row.kpi.startswith(_RULES)]
    if not rows:
        return None
    table = table_of(("figure", _SHORT), ("simulated", _RIGHT), ("reading", _LEFT))
    for row in rows:
        table.add_row(row.kpi, _figure(row.simulated, row), row.reading)
    return table


def rules(card: Scorecard) -> RenderableType | None:
    """The plan's dispatch rules by class: how often each was kept, and the lags; the rules in words below."""
    if not card.dispatch_rules:
        return None
    counts = ["on_time", "late", "never", "skipped", "not_needed"]
    counts += ["not_due"] if any(line["not_due"] for line in card.dispatch_rules) else []
    right: _Options = {"justify": "right"}
    heads = [(name.replace("_", " "), right) for name in ("in_time", *counts, "lag_P10", "P50", "P90")]
    table = table_of(("class", _SHORT), *heads)
    for line in card.dispatch_rules:
        lags = [_or_none(line[f"lag_p{share}_h"], "h") for share in (10, 50, 90)]
        kept = line["on_time"] / line["planned"] if line["planned"] else None
        numbers = [shown(kept, "share"), *(shown(line[name]) for name in counts), *lags]
        table.add_row(line["class"] or "all", *numbers)
    words = [Text(f"{line['class']}: {line['rule']}") for line in card.dispatch_rules if line["class"]]
    return Group(table, *words)


def _or_none(value: float | None, unit: str) -> str:
    return "–" if value is None else shown(value, unit)


def vehicle_bands(card: Scorecard) -> Table | None:
    """How long how many sites without mains fell to each vehicle on duty, of the whole and of each county."""
    if not card.vehicle_bands:
        return None
    heads = [_band_head(band) for band in card.vehicle_bands[0]["bands"]]
    table = table_of(("county", _SHORT), *((head, _RIGHT) for head in heads))
    for line in card.vehicle_bands:
        hours = [shown(band["hours"], "h", with_unit=False) for band in line["bands"]]
        table.add_row(line["county"] or "all", *hours)
    return table


def _band_head(band: dict[str, Any]) -> str:
    above, up_to = band["above"], band["up_to"]
    if above is None:
        return "nobody on duty"
    if up_to is None:
        return f"> {above:g}"
    return f"≤ {up_to:g}" if not above else f"{above:g}–{up_to:g}"


def figures(card: Scorecard, width: int) -> Table:
    """The general figures, in two columns where they fit; what is undefined is left out."""
    rows = [row for row in card.rows if row.section == "kpi" and row.simulated is not None]
    chinese = width < _TWO_COLUMNS or width >= _WITH_CHINESE
    if width < _TWO_COLUMNS:
        table = table_of(
            ("figure", _LEFT if width < NARROW else _SHORT), ("", _LEFT), ("value", _RIGHT), ("unit", _LEFT)
        )
        for row in rows:
            table.add_row(*_cells(row, chinese=chinese))
        return table
    half = (len(rows) + 1) // 2
    heads = (("figure", _SHORT), *([("", _SHORT)] if chinese else []), ("value", _RIGHT), ("unit", _SHORT))
    table = table_of(*heads, *heads)
    for left, right in zip(rows[:half], [*rows[half:], None], strict=False):
        table.add_row(*_cells(left, chinese=chinese), *(_cells(right, chinese=chinese) if right else ()))
    return table


def _cells(row: ScoreRow, *, chinese: bool) -> list[str]:
    value, _, unit = _figure(row.simulated, row).partition(" ")
    counted = row.unit.replace("_", " ")
    unit = unit or ("" if counted == "share" or counted in row.kpi.replace("_", " ") else counted)
    return [row.kpi, *([KPIS[row.kpi].zh] if chinese else []), value, unit]
