"""A scorecard in the terminal: the verdict first, then the plan, the record, the dispatch, the figures."""

from __future__ import annotations

import re
from collections.abc import Sequence
from io import StringIO
from typing import Any, Final

from rich import box
from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from sim.scorecard import Assumed, Scorecard, ScoreRow, shown
from sim.vocabulary import KPIS

_WIDE: Final = 100
_SUFFIX: Final = re.compile("_(h|mm|cm|ms|c)$")
_CLOCK: Final = re.compile(r"(\d{4}-\d\d-\d\d)T(\d\d:\d\d)(?::\d\d)?(?:[+-]\d\d:\d\d|Z)?")
_MARK: Final = {True: ("met", "green"), False: ("MISSED", "bold red"), None: ("–", "yellow")}
_WHY_CHARS: Final = 60


def scorecard_text(card: Scorecard, width: int = 80, *, colour: bool = False) -> str:
    """The scorecard as lines of text, at most `width` columns wide (Chinese characters take two)."""
    out = StringIO()
    console = Console(
        file=out,
        width=width,
        color_system="standard" if colour else None,
        force_terminal=colour,
        highlight=False,
        emoji=False,
        markup=False,
        legacy_windows=False,
    )
    console.print(_everything(card, wide=width >= _WIDE))
    return "\n".join(line.rstrip() for line in out.getvalue().splitlines()) + "\n"


def _everything(card: Scorecard, *, wide: bool) -> Group:
    style = {True: "bold green", False: "bold red", None: "bold yellow"}[card.met]
    parts: list[RenderableType] = [Text(card.verdict(), style), Text(_head(card), "dim")]
    for title, make in (("Targets", _targets), ("Record", _record), ("Planned dispatch", _dispatch)):
        table = make(card, wide=wide)
        if table is not None:
            parts += [Text(), Text(title, "bold"), table]
    parts += [Text(), Text("Figures", "bold"), _figures(card, wide=wide)]
    if card.assumptions:
        parts += [Text(), Text("Assumptions", "bold"), _assumptions(card.assumptions, wide=wide)]
    return Group(*parts)


def _head(card: Scorecard) -> str:
    title = " ".join(part for part in (card.title.get("zh", ""), card.title.get("en", "")) if part)
    return ", ".join(part for part in (card.scenario, title, f"seed {card.seed}", f"policy {card.policy}") if part)


def _table(*columns: tuple[str, dict[str, Any]]) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0), show_edge=False)
    for name, options in columns:
        table.add_column(name, **options)
    return table


_Options = dict[str, Any]
_RIGHT: Final[_Options] = {"justify": "right", "no_wrap": True}
_LEFT: Final[_Options] = {"overflow": "fold"}
_SHORT: Final[_Options] = {"no_wrap": True}


def _figure(value: float | None, row: ScoreRow) -> str:
    return shown(value, row.unit)


def _targets(card: Scorecard, *, wide: bool) -> Table | None:
    if not card.targets:
        return None
    margins = [("margin", _RIGHT)] if wide else []
    table = _table(
        ("", _SHORT), ("id", _SHORT), ("target", _LEFT), ("bound", _RIGHT), ("simulated", _RIGHT), *margins,
        ("reading", _LEFT),
    )  # fmt: skip
    for row in card.targets:
        mark, style = _MARK[row.met]
        bound = f"{'≤' if row.comparison == 'at_most' else '≥'} {_figure(row.target, row)}"
        margin = [_figure(row.margin, row)] if wide else []
        table.add_row(
            Text(mark, style),
            row.id,
            _promise(row),
            bound,
            _figure(row.simulated, row),
            *margin,
            _reading(row),
        )
    return table


def _promise(row: ScoreRow) -> str:
    name = _words(row)
    parts = [f"{row.say} ({name})" if row.say else name, f"of {row.of}" if row.of else ""]
    return ", ".join(part for part in parts if part)


def _reading(row: ScoreRow) -> str:
    when = row.at.replace("T", " ") if row.at and not _says_when(row) else ""
    return "; ".join(part for part in (when, row.reading) if part)


def _says_when(row: ScoreRow) -> bool:
    return "unstated" in row.reading or str(row.at).replace("T", " ") in row.reading


def _record(card: Scorecard, *, wide: bool) -> Table | None:
    rows = [row for row in card.rows if row.section == "record"]
    if not rows:
        return None
    name = {"overflow": "fold", "min_width": 18}
    table = _table(("figure", name), ("recorded", _RIGHT), ("simulated", _RIGHT), ("ratio", _RIGHT), ("reading", _LEFT))
    for row in rows:
        recorded = row.recorded if isinstance(row.recorded, str) else _figure(row.recorded, row)
        role = " (input)" if row.role == "input" else ""
        table.add_row(
            _named(row, wide=wide) + role,
            str(recorded),
            _figure(row.simulated, row),
            _ratio(row),
            _reading(row),
        )
    return table


def _ratio(row: ScoreRow) -> str:
    if row.agrees is not None:
        return "agrees" if row.agrees else "differs"
    return "–" if row.ratio is None else f"{row.ratio:.2f}"


def _words(row: ScoreRow) -> str:
    return _SUFFIX.sub("", row.kpi).replace("_", " ")


def _named(row: ScoreRow, *, wide: bool) -> str:
    name, chinese = _words(row), KPIS[row.kpi].zh
    return f"{name} {chinese}" if wide and chinese else name


def _dispatch(card: Scorecard, *, wide: bool) -> Table | None:
    rows = [row for row in card.rows if row.section == "dispatch"]
    if not rows:
        return None
    table = _table(("figure", _LEFT), ("simulated", _RIGHT), ("reading", _LEFT))
    for row in rows:
        table.add_row(_named(row, wide=wide), _figure(row.simulated, row), row.reading)
    return table


def _figures(card: Scorecard, *, wide: bool) -> Table:
    """The general figures in two columns, what is undefined left to the end as one line of names."""
    rows = [row for row in card.rows if row.section == "kpi" and row.simulated is not None]
    half = (len(rows) + 1) // 2
    table = _table(("figure", _LEFT), ("end of run", _RIGHT), ("figure", _LEFT), ("end of run", _RIGHT))
    for left, right in zip(rows[:half], [*rows[half:], None], strict=False):
        table.add_row(*_pair(left, wide=wide), *(_pair(right, wide=wide) if right else ("", "")))
    return table


def _pair(row: ScoreRow, *, wide: bool) -> tuple[str, str]:
    unit = row.unit.replace("_", " ")
    said = row.unit in ("share", "h", "mm", "cm", "ms", "c", "level") or unit in row.kpi.replace("_", " ")
    aside = "" if said else f", {unit}"
    return _named(row, wide=wide) + (aside if wide else ""), _figure(row.simulated, row)


def _assumptions(lines: Sequence[Assumed], *, wide: bool) -> Table:
    table = _table(("set", _LEFT), ("value", _LEFT), ("range", _LEFT), ("why", _LEFT))
    for line in lines:
        outside = line.inside is False
        value = Text(_plain(line.value) + (" (outside)" if outside else ""), "red" if outside else "")
        why = "; ".join(part for part in (line.why, f"tuned to {line.tuned_to}" if line.tuned_to else "") if part)
        short = why if wide or len(why) <= _WHY_CHARS else why[: _WHY_CHARS - 1] + "…"
        table.add_row(line.set, value, _range(line.range), short)
    return table


def _plain(value: Any) -> str:
    if value is None:
        return "–"
    if isinstance(value, dict) and set(value) == {"median_h", "p90_h"}:
        return f"{value['median_h']:g}/{value['p90_h']:g} h"
    if isinstance(value, dict):
        return ", ".join(f"{key} {_plain(part)}" for key, part in value.items())
    if isinstance(value, list):
        return ", ".join(map(_plain, value))
    if isinstance(value, float):
        return f"{value:g}"
    return _CLOCK.sub(r"\1 \2", value) if isinstance(value, str) else str(value)


def _range(allowed: list[float | str] | None) -> str:
    if not allowed:
        return ""
    return " … ".join(map(_plain, allowed)) if len(allowed) == 2 else ", ".join(map(_plain, allowed))
