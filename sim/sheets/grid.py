"""A sheet as it lies in the file: rows of raw cells, each with its place; CSV and .xlsx look the same from here on."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from sim.errors import Problem, input_error
from sim.language import _
from sim.reasons import of_reader, of_system
from sim.sheetfile import meant
from sim.sheets.office import MOST_CELLS, MOST_SHEETS, Workbook, address, bytes_of, open_workbook

Raw = str | int | float | bool | date | datetime | time | timedelta | None


@dataclass
class Grid:
    """Rows of cells from the first column on; `lines` are their numbers in the file, from 1.

    `title` is the sheet's, empty for CSV. `counts`: what was made plain while it was read, by name.
    """

    path: Path
    title: str
    rows: list[list[Raw]]
    lines: list[int]
    counts: dict[str, int] = field(default_factory=dict)
    faults: dict[tuple[int, int], str] = field(default_factory=dict)
    """What is wrong with cells by row of the grid and column, where it is known from the file alone."""

    @property
    def name(self) -> str:
        """The file, and the sheet in it: `站址清单.xlsx!站址`."""
        return f"{self.path}!{self.title}" if self.title else str(self.path)

    def place(self, row: int, column: int) -> tuple[str, int | None]:
        """File and line of a cell; of a workbook the cell's whole address instead."""
        if self.title:
            return f"{self.name}!{address(self.lines[row] - 1, column)}", None
        return str(self.path), self.lines[row]

    def problem(self, row: int, column: int, path: str, message: str) -> Problem:
        """Something wrong with a cell."""
        file, line = self.place(row, column)
        return Problem(file, line, path, message)


@dataclass(frozen=True)
class Paper:
    """A file of sheets: a workbook, CSV with one sheet without a title, or a folder of CSV, titled by their names."""

    path: Path
    titles: tuple[str, ...]
    hidden: tuple[str, ...] = ()
    book: Workbook | None = None
    texts: Mapping[str, bytes] = field(default_factory=dict, repr=False)
    """Files of CSV by title, as they are."""
    made: Grid | None = None
    """The sheet itself, where it was made of a file of another sort."""

    def grid(self, title: str) -> Grid:
        """A sheet by its title. Raises `InputError`."""
        if self.made is not None:
            return self.made
        if self.book is not None:
            return _sheet(self.book, title)
        path = self.path / f"{title}.csv" if title else self.path
        return _csv(path, decoded(path, self.texts[title]))


def is_archive(raw: bytes) -> bool:
    """Whether bytes are meant as a workbook rather than as text."""
    return raw.startswith((b"PK", b"\xd0\xcf\x11\xe0"))


def open_paper(path: Path) -> Paper:
    """A workbook or a CSV file. Raises `InputError` in one line where it is neither or not to be trusted."""
    if path.is_dir():
        return _folder(path)
    raw = bytes_of(path)
    if is_archive(raw) or path.suffix.casefold() in (".xlsx", ".xlsm", ".xls"):
        book = open_workbook(path, raw)
        return Paper(path, book.sheets, book.hidden, book)
    return Paper(path, ("",), texts={"": raw})


def _folder(path: Path) -> Paper:
    try:
        files = sorted(file for file in path.iterdir() if file.suffix.casefold() == ".csv")
    except OSError as error:
        told = _("cannot be read: {reason}").format(reason=of_system(error))
        raise input_error(told, file=path) from None
    if not files or len(files) > MOST_SHEETS:
        raise input_error(_("is a directory without CSV files to be read"), file=path)
    return Paper(path, tuple(file.stem for file in files), texts={file.stem: bytes_of(file) for file in files})


# CSV


def decoded(path: Path, raw: bytes) -> str:
    """The text of a file: UTF-8 with or without a mark, UTF-16 with one, else GB18030 (GBK in it)."""
    tries = ["utf-16"] if raw.startswith((b"\xff\xfe", b"\xfe\xff")) else ["utf-8-sig", "gb18030"]
    for encoding in tries:
        try:
            text = raw.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise input_error(_("is not a text file in UTF-8 or GB18030"), file=path)


def _csv(path: Path, text: str) -> Grid:
    found = Grid(path, "", [], [])
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    before = cells = 0
    try:
        for row in reader:
            cells += len(row)
            if cells > MOST_CELLS:
                raise input_error(_("must have at most {most} cells in its sheets").format(most=MOST_CELLS), file=path)
            if any(cell.strip() for cell in row):
                found.rows.append([_unquoted(cell, found.counts) for cell in row])
                found.lines.append(before + 1)
            before = reader.line_num
    except csv.Error as error:
        told = _("is not valid CSV: {reason}").format(reason=of_reader(error))
        raise input_error(told, file=path, line=reader.line_num) from None
    return found


def _delimiter(text: str) -> str:
    """The sign between the cells of the first lines: the one of comma, tab and semicolon that is there most often."""
    head = "\n".join(text[:20_000].splitlines()[:20])
    return max(",\t;", key=head.count)


def _unquoted(cell: str, counts: dict[str, int]) -> str:
    """A cell without the apostrophe that keeps a spreadsheet from taking it for a formula."""
    plain = meant(cell)
    if plain != cell:
        counts["apostrophe"] = counts.get("apostrophe", 0) + 1
    return plain


# .xlsx


def _sheet(book: Workbook, title: str) -> Grid:
    from python_calamine import CalamineError

    scanned = book.scanned[title]
    try:
        sheet = book.book.get_sheet_by_name(title)
        rows: list[list[Any]] = sheet.to_python(skip_empty_area=False)
        merged = sheet.merged_cell_ranges or []
    except (CalamineError, ValueError, OSError) as error:
        told = _("is damaged: {reason}").format(reason=" ".join(of_reader(error).split())[:200])
        raise input_error(told, file=f"{book.path}!{title}") from None
    grid = Grid(book.path, title, rows, list(range(1, len(rows) + 1)))
    grid.faults |= dict.fromkeys(scanned.errors, _("holds an error, not a value"))
    unworked = _(
        "holds a formula that was never worked out; type in what it should say, "
        "or open and save the file if you trust it"
    )
    grid.faults |= dict.fromkeys(scanned.without_value, unworked)
    if scanned.formulas:
        grid.counts["formula"] = scanned.formulas
    _fill_merged(grid, merged)
    return grid


def _fill_merged(grid: Grid, merged: list[tuple[tuple[int, int], tuple[int, int]]]) -> None:
    """Give every cell of a merged range the value of its first."""
    filled = 0
    for (top, left), (bottom, right) in merged:
        if top >= len(grid.rows) or left >= len(grid.rows[top]):
            continue
        value = grid.rows[top][left]
        width = min(right, len(grid.rows[top]) - 1) - left + 1
        filled += (min(bottom, len(grid.rows) - 1) - top + 1) * width - 1
        if filled > MOST_CELLS:
            raise input_error(_("must have at most {most} cells in its sheets").format(most=MOST_CELLS), file=grid.name)
        for row in grid.rows[top : bottom + 1]:
            row[left : left + width] = [value] * width
    if filled:
        grid.counts["merged"] = filled
