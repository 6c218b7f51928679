"""The tables of the scorecard in the terminal. Names that a file or a search knows are never broken."""

from __future__ import annotations

from typing import Any, Final

from rich import box
from rich.console import Console, ConsoleOptions, Group, RenderableType, RenderResult
from rich.measure import Measurement
from rich.table import Table
from rich.text import Text

from sim.language import _, spoken
from sim.phrases import title_of, unit_of
from sim.report.readings import of_words, reading_words, rule_words
from sim.scorecard import Scorecard, ScoreRow, shown
from sim.spec import text_told
from sim.textwidth import columns, wrapped
from sim.vocabulary import KPIS

NARROW: Final = 80
"""Below so many columns a figure's name shares a column with its words."""
_TWO_COLUMNS: Final = 100
_WITH_CHINESE: Final = 126
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


def comma(first: str, second: str) -> str:
    """Two parts of a line with a comma between them."""
    return _("{first}, {second}").format(first=first, second=second)


class Paragraph:
    """Text of a cell whose lines end where those of its language may."""

    def __init__(self, text: str) -> None:
        self._text = text

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        for line in wrapped(self._text, options.max_width):
            yield Text(line, overflow="fold")

    def __rich_measure__(self, console: Console, options: ConsoleOptions) -> Measurement:
        longest = max(columns(line) for line in wrapped(self._text, 1))
        return Measurement(min(longest, options.max_width), min(columns(self._text), options.max_width))


def _figure(value: float | None, row: ScoreRow) -> str:
    return shown(value, row.unit)


def targets(card: Scorecard, *, wide: bool, narrow: bool) -> Table | None:
    """The plan's targets, met or missed."""
    if not card.targets:
        return None
    margins = [(_("margin"), _RIGHT)] if wide else []
    names = [] if narrow else [(_("figure"), _SHORT)]
    table = table_of(
        ("", _SHORT), (_("id"), _SHORT), *names, (_("bound"), _RIGHT), (_("simulated"), _RIGHT), *margins,
        (_("promise"), _LEFT),
    )  # fmt: skip
    marks = {True: (_("met"), "green"), False: (_("MISSED"), "bold red"), None: ("–", "yellow")}
    for row in card.targets:
        mark, style = marks[row.met]
        bound = f"{'≤' if row.comparison == 'at_most' else '≥'} {_figure(row.target, row)}"
        margin = [_figure(row.margin, row)] if wide else []
        promise = _("; ").join(part for part in (row.kpi if narrow else "", _promise(row), _reading(row)) if part)
        name = [] if narrow else [row.kpi]
        table.add_row(Text(mark, style), row.id, *name, bound, _figure(row.simulated, row), *margin, Paragraph(promise))
    return table


def _promise(row: ScoreRow) -> str:
    of = _("of {which}").format(which=of_words(row.of)) if row.of else ""
    said = text_told(row.say)
    return comma(said, of) if said and of else said or of


def _reading(row: ScoreRow) -> str:
    when = row.at.replace("T", " ") if row.at and not _says_when(row) else ""
    return _("; ").join(part for part in (when, reading_words(row, whole=True)) if part)


def _says_when(row: ScoreRow) -> bool:
    return "unstated" in row.reading or str(row.at).replace("T", " ") in row.reading


def record(card: Scorecard, *, narrow: bool) -> Table | None:
    """Every recorded figure beside the simulated one."""
    rows = [row for row in card.rows if row.section == "record"]
    if not rows:
        return None
    name = _LEFT if narrow else _SHORT
    table = table_of(
        (_("figure"), name), (_("recorded"), _RIGHT), (_("simulated"), _RIGHT), (_("ratio"), _RIGHT),
        (_("reading"), _LEFT),
    )  # fmt: skip
    for row in rows:
        recorded = row.recorded if isinstance(row.recorded, str) else _figure(row.recorded, row)
        role = _(" (input)") if row.role == "input" else ""
        table.add_row(row.kpi + role, str(recorded), _figure(row.simulated, row), _ratio(row), Paragraph(_reading(row)))
    return table


def _ratio(row: ScoreRow) -> str:
    if row.agrees is not None:
        return _("agrees") if row.agrees else _("differs")
    return "–" if row.ratio is None else f"{row.ratio:.2f}"


def dispatch(card: Scorecard) -> Table | None:
    """Placements before the event."""
    rows = [row for row in card.rows if row.section == "dispatch" and not row.kpi.startswith(_RULES)]
    if not rows:
        return None
    table = table_of((_("figure"), _SHORT), (_("simulated"), _RIGHT), (_("reading"), _LEFT))
    for row in rows:
        table.add_row(row.kpi, _figure(row.simulated, row), Paragraph(reading_words(row, whole=True)))
    return table


def rules(card: Scorecard) -> RenderableType | None:
    """The plan's dispatch rules by class: how often each was kept, and the lags; the rules in words below."""
    if not card.dispatch_rules:
        return None
    counts = ["on_time", "late", "never", "skipped", "not_needed"]
    counts += ["not_due"] if any(line["not_due"] for line in card.dispatch_rules) else []
    right: _Options = {"justify": "right"}
    words = _counted()
    heads = [(head, right) for head in (_("in time"), *(words[name] for name in counts), _("lag P10"), "P50", "P90")]
    table = table_of((_("class"), _SHORT), *heads)
    for line in card.dispatch_rules:
        lags = [_or_none(line[f"lag_p{share}_h"], "h") for share in (10, 50, 90)]
        kept = line["on_time"] / line["planned"] if line["planned"] else None
        numbers = [shown(kept, "share"), *(shown(line[name]) for name in counts), *lags]
        table.add_row(line["class"] or _("all"), *numbers)
    told = [
        Text(_("{what}: {words}").format(what=line["class"], words=rule_words(line["rule"])))
        for line in card.dispatch_rules
        if line["class"]
    ]
    return Group(table, *told)


def _counted() -> dict[str, str]:
    """What became of times without mains, as heads of columns."""
    return {
        "on_time": _("on time"), "late": _("late"), "never": _("never"), "skipped": _("skipped"),
        "not_needed": _("not needed"), "not_due": _("not due"),
    }  # fmt: skip


def _or_none(value: float | None, unit: str) -> str:
    return "–" if value is None else shown(value, unit)


def vehicle_bands(card: Scorecard) -> Table | None:
    """How long how many sites without mains fell to each vehicle on duty, of the whole and of each county."""
    if not card.vehicle_bands:
        return None
    heads = [_band_head(band) for band in card.vehicle_bands[0]["bands"]]
    table = table_of((_("county"), _SHORT), *((head, _RIGHT) for head in heads))
    for line in card.vehicle_bands:
        hours = [shown(band["hours"], "h", with_unit=False) for band in line["bands"]]
        table.add_row(line["county"] or _("all"), *hours)
    return table


def _band_head(band: dict[str, Any]) -> str:
    above, up_to = band["above"], band["up_to"]
    if above is None:
        return _("nobody on duty")
    if up_to is None:
        return f"> {above:g}"
    return f"≤ {up_to:g}" if not above else f"{above:g}–{up_to:g}"


def figures(card: Scorecard, width: int) -> Table:
    """The general figures, in two columns where they fit; what is undefined is left out."""
    rows = [row for row in card.rows if row.section == "kpi" and row.simulated is not None]
    fits = width >= (_TWO_COLUMNS if spoken() == "en" else _WITH_CHINESE)
    chinese = not fits or width >= _WITH_CHINESE
    if not fits:
        name = _LEFT if width < NARROW else _SHORT
        table = table_of((_("figure"), name), ("", _LEFT), (_("value"), _RIGHT), (_("unit"), _LEFT))
        for row in rows:
            table.add_row(*_cells(row, chinese=chinese))
        return table
    half = (len(rows) + 1) // 2
    heads = ((_("figure"), _SHORT), *([("", _SHORT)] if chinese else []), (_("value"), _RIGHT), (_("unit"), _SHORT))
    table = table_of(*heads, *heads)
    for left, right in zip(rows[:half], [*rows[half:], None], strict=False):
        table.add_row(*_cells(left, chinese=chinese), *(_cells(right, chinese=chinese) if right else ()))
    return table


def _cells(row: ScoreRow, *, chinese: bool) -> list[str]:
    value, _space, unit = _figure(row.simulated, row).partition(" ")
    counted = row.unit.replace("_", " ")
    told = spoken() == "en" and counted in row.kpi.replace("_", " ")
    unit = unit or ("" if told else counted if spoken() == "en" and counted != "share" else unit_of(row.unit))
    title = KPIS[row.kpi].zh or (title_of(row.kpi) if spoken() == "zh" else "")
    return [row.kpi, *([title] if chinese else []), value, unit]
