"""CSV tables read cell by cell: every problem with its file and line, in one pass."""

from __future__ import annotations

import csv
import difflib
import io
import math
import re
from collections import Counter
from collections.abc import Callable, Container
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

import numpy as np

from sim.errors import Problem, got, listed, shown
from sim.language import _
from sim.reasons import of_reader, of_system
from sim.sheetfile import meant
from sim.topology.columns import REFUSED, Column
from sim.topology.spec import CsvFile
from sim.topology.tables import Bools, Floats, Ints, Texts

_TOLD: Final = 20  # problems of one column that are written out
_NUMBER: Final = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?", re.ASCII)
_YES: Final = ("yes", "true", "1", "y", "是", "有")
_NO: Final = ("no", "false", "0", "n", "否", "无")
NONE: Final = "-"
"""A reference to nothing, where an empty cell would be guessed."""


@dataclass
class Desk:
    """Where problems, notes and hashes of the files gather while an inventory is read."""

    folder: Path
    files: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    hashes: dict[str, str] = field(default_factory=dict)
    _told: Counter[tuple[str, str]] = field(default_factory=Counter)
    _order: dict[int, tuple[int, int]] = field(default_factory=dict)

    def sorted(self) -> list[Problem]:
        """The problems file by file, each by line."""
        return [self.problems[n] for n in sorted(range(len(self.problems)), key=self._order.__getitem__)]

    def has_room(self, file: Path, path: str) -> bool:
        """True while problems of this column are still written out."""
        return self._told[str(file), path] < _TOLD

    def report(self, file: Path, line: int | None, path: str, message: str, cell: str = "") -> None:
        """One problem; of a column with very many, the first twenty and one line about the rest.

        `cell` is its place in a workbook, told instead of file and line.
        """
        self._told[str(file), path] += 1
        count = self._told[str(file), path]
        if count > _TOLD + 1:
            return
        told = message if count <= _TOLD else _("has more problems like the {told} above").format(told=_TOLD)
        at = self.files.index(str(file)) if str(file) in self.files else len(self.files)
        self._order[len(self.problems)] = at, line or 0
        self.problems.append(Problem(cell or str(file), None if cell else line, path, told))


@dataclass
class Sheet:
    """A table as read: cells by our column names, and the line each row begins on.

    `at` gives the place of a cell in a workbook, such as `站址清单.xlsx!站址!F214`; empty in a file of lines.
    """

    path: Path
    cells: dict[str, list[str]]
    lines: list[int]
    desk: Desk
    at: Callable[[int, str], str] = lambda _row, _column: ""
    told: Container[tuple[int, str]] = ()
    """Rows and columns of cells that were found wrong before; no more is said of them."""

    def __len__(self) -> int:
        return len(self.lines)

    def report(self, row: int, column: str, message: str) -> None:
        """A problem with one cell."""
        if (row, column) not in self.told:
            self.desk.report(self.path, self.lines[row], column, message, self.at(row, column))

    def report_all(self, message: str, column: str = "") -> None:
        """A problem with a column as a whole, or with the table."""
        self.desk.report(self.path, 1, column, message, self.at(-1, column))

    def named(self, row: int, column: str) -> str:
        """A cell as another message refers to it: `on line 12`, `in B12`."""
        cell = self.at(row, column).rpartition("!")[2]
        if cell:
            return _("in {cell}").format(cell=cell)
        return _("on line {line}").format(line=self.lines[row])

    def cell(self, column: Column) -> list[str]:
        """Texts of a column, empty where the file does not have it."""
        return self.cells.get(column.name) or [""] * len(self)


@dataclass
class Table:
    """Columns read from one CSV file by our names: values and, for each, where the file gave one."""

    sheet: Sheet
    values: dict[str, Any]
    given: dict[str, Bools]

    def __len__(self) -> int:
        return len(self.sheet)


def read_sheet(source: str | CsvFile, columns: tuple[Column, ...], desk: Desk) -> Sheet:
    """A CSV file with headings; with a mapping of columns, headings it does not name are left alone."""
    spec = CsvFile(file=source) if isinstance(source, str) else source
    path = desk.folder / spec.file
    desk.files.append(str(path))
    rows = _rows(path, spec, desk)
    sheet = Sheet(path, {}, [], desk)
    if not rows:
        return sheet
    heading = [cell.strip() for cell in rows[0][1]]
    place = _headings(sheet, spec, heading, columns)
    for line, cells in rows[1:]:
        if len(cells) != len(heading):
            wanted = _("must have {count} fields like the heading").format(count=len(heading))
            desk.report(path, line, "", wanted + got(str(len(cells))))
            if len(cells) < len(heading):
                continue
        sheet.lines.append(line)
        for name, at in place.items():
            sheet.cells[name].append(meant(cells[at].strip()))
    return sheet


def _rows(path: Path, spec: CsvFile, desk: Desk) -> list[tuple[int, list[str]]]:
    """Lines of the file that are not blank, each with its number."""
    try:
        if path.exists() and not path.is_file():
            desk.report(path, None, "", _("is not a regular file"))
            return []
        raw = path.read_bytes()
        desk.hashes[spec.file] = sha256(raw).hexdigest()
        if b"\0" in raw:
            desk.report(path, None, "", _("is not a text file in UTF-8; save it as CSV in UTF-8"))
            return []
        text = raw.decode("utf-8-sig" if spec.encoding == "utf-8" else spec.encoding)
    except OSError as error:
        desk.report(path, None, "", _("cannot be read: {reason}").format(reason=of_system(error)))
        return []
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        desk.report(
            path,
            line,
            "",
            _("is not in {encoding}; save it as UTF-8 or name its `encoding`").format(encoding=spec.encoding),
        )
        return []
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    rows = []
    try:
        before = 0
        for cells in reader:
            if any(cell.strip() for cell in cells):
                rows.append((before + 1, cells))
            before = reader.line_num
    except csv.Error as error:
        desk.report(path, reader.line_num, "", _("is not valid CSV: {reason}").format(reason=of_reader(error)))
        return []
    if not rows:
        desk.report(path, None, "", _("is empty; the first line must name the columns"))
    return rows


def _headings(sheet: Sheet, spec: CsvFile, heading: list[str], columns: tuple[Column, ...]) -> dict[str, int]:
    """Where each of our columns stands, with room made for its cells."""
    known = [column.name for column in columns]
    all_known = listed(known)
    place: dict[str, int] = {}
    desk, path = sheet.desk, sheet.path
    for ours, theirs in spec.columns.items():
        if ours not in known:
            desk.report(path, None, ours, _("is no column of this table{hint}").format(hint=near(ours, known)))
        elif theirs not in heading:
            desk.report(
                path,
                1,
                ours,
                _("must stand under the heading {value}{hint}").format(value=shown(theirs), hint=near(theirs, heading)),
            )
        else:
            place[ours] = heading.index(theirs)
    for at, name in enumerate(heading):
        if spec.columns and name not in known:
            continue
        if name not in known:
            desk.report(
                path,
                1,
                name,
                _("unknown column") + (near(name, known) or _("; known are {names}").format(names=all_known)),
            )
        elif heading.index(name) != at:
            desk.report(path, 1, name, _("stands twice in the heading"))
        else:
            place.setdefault(name, at)
    for column in columns:
        if column.default is REFUSED and column.name not in place:
            desk.report(path, 1, column.name, _("column is missing"))
    sheet.cells = {name: [] for name in place}
    return place


def near(word: str, known: list[str]) -> str:
    """A hint at what was probably meant, to be put behind a message; empty where nothing is near."""
    found = difflib.get_close_matches(word, known, n=1, cutoff=0.7)
    return _(" (did you mean {near}?)").format(near=shown(found[0])) if found else ""


# Columns of numbers, words and references


def texts(sheet: Sheet, column: Column) -> Texts:
    """Texts of a column, empty ones refused where it is required."""
    cells = sheet.cell(column)
    if column.default is REFUSED and column.name in sheet.cells:
        for row, cell in enumerate(cells):
            if not cell:
                sheet.report(row, column.name, _("is missing"))
    return np.array(cells, dtype=np.str_) if cells else np.zeros(0, dtype="U1")


def unique(sheet: Sheet, column: str, ids: Texts) -> None:
    """Report ids that stand twice."""
    first: dict[str, int] = {}
    for row, one in enumerate(ids.tolist()):
        if one and first.setdefault(one, row) != row:
            message = _("must be unique (got {value}, first {place})")
            sheet.report(row, column, message.format(value=shown(one), place=sheet.named(first[one], column)))


def numbers(sheet: Sheet, column: Column) -> tuple[Floats, Bools]:
    """Values of a column (the default, else NaN, where empty), and where there was one."""
    default = column.default if isinstance(column.default, int | float) else math.nan
    values = np.full(len(sheet), float(default))
    given = np.zeros(len(sheet), dtype=bool)
    for row, cell in enumerate(sheet.cell(column)):
        if cell:
            given[row] = True
            values[row] = _number(sheet, column, row, cell)
        elif column.default is REFUSED and column.name in sheet.cells:
            sheet.report(row, column.name, _("is missing"))
    return values, given


def _number(sheet: Sheet, column: Column, row: int, cell: str) -> float:
    if not _NUMBER.fullmatch(cell):
        sheet.report(row, column.name, _("must be a number (got {value})").format(value=shown(cell)))
        return math.nan
    value = float(cell)
    if column.kind == "whole" and not value.is_integer():
        sheet.report(row, column.name, _("must be a whole number (got {value})").format(value=cell))
    elif value < column.low:
        sheet.report(
            row, column.name, _("must be {wanted}").format(wanted=_(">= {ge}").format(ge=f"{column.low:g}")) + got(cell)
        )
    elif value > column.high:
        sheet.report(
            row,
            column.name,
            _("must be {wanted}").format(wanted=_("<= {le}").format(le=f"{column.high:g}")) + got(cell),
        )
    return value


def flags(sheet: Sheet, column: Column) -> tuple[Bools, Bools]:
    """Yes and no of a column, and where there was one."""
    values = np.full(len(sheet), column.default is True)
    given = np.zeros(len(sheet), dtype=bool)
    for row, cell in enumerate(sheet.cell(column)):
        if cell:
            given[row] = True
            word = cell.casefold()
            values[row] = word in _YES
            if word not in _YES + _NO:
                sheet.report(row, column.name, _("must be yes or no (got {value})").format(value=shown(cell)))
    return values, given


def words(sheet: Sheet, column: Column) -> tuple[Ints, Bools]:
    """Codes of a column of fixed words (the default, else -1, where empty), and where there was one."""
    codes = {word.casefold(): code for code, word in enumerate(column.words)}
    default = codes[column.default] if isinstance(column.default, str) else -1
    values = np.full(len(sheet), default, dtype=np.int64)
    given = np.zeros(len(sheet), dtype=bool)
    for row, cell in enumerate(sheet.cell(column)):
        if cell:
            given[row] = True
            values[row] = codes.get(cell.casefold(), -1)
            if values[row] < 0:
                allowed = listed(column.words)
                sheet.report(
                    row,
                    column.name,
                    _("must be one of {names} (got {value})").format(names=allowed, value=shown(cell)),
                )
        elif column.default is REFUSED and column.name in sheet.cells:
            sheet.report(row, column.name, _("is missing"))
    return values, given


def refs(sheet: Sheet, column: Column, ids: Texts) -> tuple[Ints, Bools]:
    """Rows of the table a column refers to (-1 for none), and where something was said, `-` included."""
    rows = {one: row for row, one in enumerate(ids.tolist())}
    values = np.full(len(sheet), -1, dtype=np.int64)
    given = np.zeros(len(sheet), dtype=bool)
    for row, cell in enumerate(sheet.cell(column)):
        given[row] = bool(cell)
        if cell and cell in rows:
            values[row] = rows[cell]
        elif cell and (cell != NONE or column.default is REFUSED):
            hint = near(cell, list(rows)) if sheet.desk.has_room(sheet.path, column.name) else ""
            said = (
                _("names {value}, which is not in {table}{hint}")
                if rows
                else _("names {value}, but there are no {table}")
            )
            sheet.report(row, column.name, said.format(value=shown(cell), table=column.table, hint=hint))
        elif not cell and column.default is REFUSED and column.name in sheet.cells:
            sheet.report(row, column.name, _("is missing"))
    return values, given
