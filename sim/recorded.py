"""Recorded figures over time, as a table of one's own daily reports has them."""

from __future__ import annotations

import re
from datetime import datetime
from math import inf, nan
from pathlib import Path
from typing import Final

from sim.errors import InputError, Problem, Refusal, got, input_error, one_line, shown
from sim.language import _
from sim.plan import RecordSeries
from sim.scenario import ScenarioSpec
from sim.sheets.cells import text_of
from sim.sheets.grid import Grid, open_paper
from sim.units import Moment, parse_moment, parse_share
from sim.vocabulary import KPIS

_MOST_PROBLEMS: Final = 20
_MOST_POINTS: Final = 20_000
_FIRST_ROWS: Final = 30
"""A heading further down is not looked for."""
_DATE: Final = re.compile(
    r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?[T\s]*(\d{1,2})(?:[:：时](\d{1,2}))?(?:[:：分](\d{0,2}))?分?时?"
)
_NO_REPORT: Final = ("", "-", "–", "—", "/", "无", "n/a")


def series_of(series: RecordSeries, spec: ScenarioSpec, file: Path | None) -> RecordSeries:
    """The series with its points as hours since the start, in time order; those of the file where there is one.

    Raises `InputError` with every finding of the file.
    """
    at = (
        [(moment.to_h(spec.start), value) for moment, value in series.points]
        if file is None
        else _read(series, spec, file)
    )
    points = [(Moment(after_h=t_h), value) for t_h, value in sorted(at)]
    return series.model_copy(update={"points": points})


def _read(series: RecordSeries, spec: ScenarioSpec, file: Path) -> list[tuple[float, float]]:
    paper = open_paper(file)
    grid = paper.grid(paper.titles[0])
    first, time, value = _columns(series, grid)
    width = len(grid.rows[first])
    problems: list[Problem] = []
    found: dict[float, float] = {}
    for at in range(first + 1, len(grid.rows)):
        row = [text_of(cell).strip() for cell in grid.rows[at]]
        if any(row[width:]):
            told = _("has more cells than there are headings ({n} for {heads}); a number with a comma needs quotes")
            problems.append(grid.problem(at, 0, "", told.format(n=len(row), heads=width)))
            continue
        when, figure = (row[column] if column < len(row) else "" for column in (time, value))
        if figure.casefold() in _NO_REPORT:
            continue
        t_h, number, wrong = _point(series, spec, when, figure)
        if not wrong and t_h in found:
            wrong = [(series.time, _("must be there once (got {value} twice)").format(value=shown(when)))]
        places = {series.time: time, series.value: value}
        problems += [grid.problem(at, places[column], column, message) for column, message in wrong]
        found[t_h] = number
    if problems:
        raise InputError(_few(problems))
    if not found:
        raise input_error(_("has no rows with a figure"), file=file)
    if len(found) > _MOST_POINTS:
        raise input_error(
            _("has {count} rows, more than {limit}").format(count=len(found), limit=_MOST_POINTS), file=file
        )
    return list(found.items())


def _few(problems: list[Problem]) -> list[Problem]:
    more = len(problems) - _MOST_PROBLEMS
    last = [Problem(problems[0].file, None, "", _("and {more} more findings").format(more=more))] if more > 0 else []
    return [*problems[:_MOST_PROBLEMS], *last]


def _point(
    series: RecordSeries, spec: ScenarioSpec, when: str, figure: str
) -> tuple[float, float, list[tuple[str, str]]]:
    """Hour and figure of a row, and what is wrong with it: column and message."""
    told: list[tuple[str, str]] = []
    t_h = number = nan
    try:
        t_h = _time_h(when, spec.start)
    except (ValueError, OverflowError) as error:
        told.append((series.time, str(error)))
    try:
        number = _figure(figure, KPIS[series.kpi].unit)
    except ValueError as error:
        told.append((series.value, str(error)))
    return t_h, number, told


def _columns(series: RecordSeries, grid: Grid) -> tuple[int, int, int]:
    """The row of the headings, below titles where there are some, and the columns of time and figure."""
    rows = [[text_of(cell).strip() for cell in row] for row in grid.rows[:_FIRST_ROWS]]
    names = (series.time, series.value)
    best = max(range(len(rows)), key=lambda row: sum(name in rows[row] for name in names), default=0)
    heads = rows[best] if rows else []
    problems = []
    for name in names:
        if name not in heads:
            message = _("must have a column {column}").format(column=shown(name)) + got(
                one_line(", ".join(heads)) or _("nothing")
            )
            problems.append(grid.problem(best, 0, "", message) if rows else Problem(grid.name, 1, "", message))
    if problems:
        raise InputError(problems)
    return best, heads.index(series.time), heads.index(series.value)


def _time_h(text: str, start: datetime) -> float:
    """Hours since the start: a date and time as it is written in tables (24:00 is the day's end), or hours."""
    if match := _DATE.fullmatch(text):
        year, month, day, hour, minute, second = (int(part or 0) for part in match.groups())
        whole_day = (hour, minute, second) == (24, 0, 0)
        text = f"{year:04d}-{month:02d}-{day:02d}T{0 if whole_day else hour:02d}:{minute:02d}:{second:02d}"
        return parse_moment(text).to_h(start) + (24.0 if whole_day else 0.0)
    return parse_moment(text).to_h(start)


def _figure(text: str, unit: str) -> float:
    """A number that is not negative; a share plain or in per cent."""
    if unit == "share":
        return parse_share(text)
    try:
        value = float(text.replace(",", "").replace("，", ""))
    except ValueError:
        value = -1.0
    if not 0 <= value < inf:
        said = _("must be a number of {unit}, at least 0").format(unit=unit)
        raise Refusal(said, shown(text))
    return value
