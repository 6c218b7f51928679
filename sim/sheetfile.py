"""Tables for people on their way out: CSV that office programs read in Chinese, and .xlsx; no cell of theirs can run.

A spreadsheet takes a text that begins with `=` for a formula and runs it. Such a text goes out as text. Of .xlsx the
cell's own type says so; CSV has no types, there an apostrophe stands before it.
Source: OWASP, CSV Injection.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from importlib.util import find_spec
from math import ceil
from typing import TYPE_CHECKING, Any, Final

from sim.errors import input_error, listed
from sim.language import _

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

Cell = str | float | int | bool | date | datetime | None

LONGEST_CELL: Final = 32_767
"""Characters that a cell of .xlsx holds."""
LONGEST_TITLE: Final = 31
_BREAKS: Final = 1.25
"""Room lost where lines break between words."""
_LINE_POINTS: Final = 14.5
_TALLEST_POINTS: Final = 409.0
"""No row of a spreadsheet is taller."""
_LOOKED_AT: Final = 2000
"""Characters of a cell that are looked at for its height."""
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
_RUNS: Final = re.compile(r"'*[=+\-@\t\r]")
"""What a spreadsheet may run; apostrophes before it get one more, so that none is lost on the way back."""
_NUMBER: Final = re.compile(r"[+-]?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?\s?%?")
_ILLEGAL: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_RESERVED: Final = "history"
"""A title that Excel keeps for itself."""
_NOT_IN_TITLES: Final = re.compile(r"[\[\]:*?/\\]")


@dataclass(frozen=True)
class Table:
    """A table: its title, the headings and the rows, each as long as the headings."""

    title: str
    heads: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    widths: Sequence[float] = ()
    """Widths of the columns of .xlsx in characters; none: by what is in them."""


def plain(text: str) -> str:
    """A text without characters that XML and spreadsheets refuse, no longer than a cell."""
    kept = _ILLEGAL.sub("�", text)
    return kept if len(kept) <= LONGEST_CELL else f"{kept[: LONGEST_CELL - 1]}…"


def harmless(text: str) -> str:
    """A text that no spreadsheet takes for a formula when it reads it from CSV; numbers stay numbers."""
    kept = plain(text)
    return f"'{kept}" if _RUNS.match(kept) and kept != "-" and not _NUMBER.fullmatch(kept) else kept


def meant(cell: str) -> str:
    """The text that a cell of CSV means: without the apostrophe by which `harmless` kept it from running."""
    return cell[1:] if cell.startswith("'") and _RUNS.match(cell) else cell


def csv_bytes(table: Table) -> bytes:
    """A table as CSV in UTF-8 with a byte-order mark, by which office programs know it."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerows([_csv_cell(cell) for cell in row] for row in (table.heads, *table.rows))
    return text.getvalue().encode("utf-8-sig")


def _csv_cell(cell: Cell) -> str:
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, datetime):
        return f"{cell:%Y-%m-%d %H:%M:%S}"
    return harmless(cell) if isinstance(cell, str) else str(cell)


def check_office(*modules: str, what: str) -> None:
    """Whether the packages of the extra `office` are installed. Raises `InputError`."""
    if missing := [module for module in modules if find_spec(module) is None]:
        raise input_error(
            _("needs {names}: install drillsim with the extra [office]").format(names=listed(missing)), file=what
        )


def xlsx_bytes(tables: Iterable[Table]) -> bytes:
    """Tables as one .xlsx, a sheet each: headings bold and kept in sight, no formula in any cell."""
    check_office("openpyxl", what=".xlsx")
    from openpyxl import Workbook

    book = Workbook()
    book.remove(book.active)  # type: ignore[arg-type]
    taken: set[str] = set()
    for table in tables:
        sheet = book.create_sheet(sheet_title(table.title, taken))
        fill(sheet, table)
        _for_print(sheet)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def sheet_title(title: str, taken: set[str]) -> str:
    """A title that .xlsx allows and that no other sheet has yet; it is added to `taken`."""
    short = _NOT_IN_TITLES.sub(" ", plain(title)).strip("' ")[:LONGEST_TITLE] or "1"
    if short.casefold() == _RESERVED:
        short = f"{short} 1"
    found, number = short, 1
    while found.casefold() in taken:
        number += 1
        found = f"{short[: LONGEST_TITLE - len(str(number)) - 1]} {number}"
    taken.add(found.casefold())
    return found


def fill(sheet: Worksheet, table: Table, first: int = 1) -> int:
    """Write a table into a sheet from a row on; gives back the row after it."""
    from openpyxl.styles import Alignment, Font, PatternFill
    from openpyxl.utils import get_column_letter

    for down, row in enumerate((table.heads, *table.rows)):
        for across, value in enumerate(row, start=1):
            put(sheet, first + down, across, value)
    for across in range(1, len(table.heads) + 1):
        head = sheet.cell(first, across)
        head.font, head.fill = Font(bold=True), PatternFill("solid", fgColor="DDE6EE")
        head.alignment = Alignment(wrap_text=True, vertical="center")
    for across, width in enumerate(table.widths or _widths(table), start=1):
        sheet.column_dimensions[get_column_letter(across)].width = width
    widths = table.widths or _widths(table)
    for down, row in enumerate((table.heads, *table.rows)):
        sheet.row_dimensions[first + down].height = row_points(row, widths)
    sheet.print_title_rows = f"{first}:{first}"
    if first == 1:
        sheet.freeze_panes = "A2"
    return first + 1 + len(table.rows)


def row_points(cells: Sequence[Cell], widths: Sequence[float]) -> float:
    """Points that a row needs for its longest cell, wrapped; office programs differ in whether they look themselves."""
    lines = 1
    for cell, wide in zip(cells, widths, strict=True):
        if isinstance(cell, str):
            texts = cell[:_LOOKED_AT].split("\n")
            lines = max(lines, sum(max(1, ceil(_BREAKS * _room(text) / wide)) for text in texts))
    return min(_LINE_POINTS * lines + 3, _TALLEST_POINTS)


def _room(text: str) -> float:
    """Characters of a column that a line of text fills."""
    return sum(1.1 if character.isascii() else 2.0 for character in text)


def _for_print(sheet: Worksheet) -> None:
    """Lying A4, as many pages down as it takes, one across."""
    from openpyxl.worksheet.properties import PageSetupProperties

    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", "9"
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)


def put(sheet: Worksheet, row: int, column: int, value: Cell) -> None:
    """One cell: texts as texts even where they look like formulas; what is no number goes out as text."""
    from openpyxl.styles import Alignment

    cell: Any = sheet.cell(row, column)
    if isinstance(value, str):
        cell.value = plain(value)
        cell.data_type = "s"
        cell.alignment = Alignment(wrap_text=True, vertical="top")
        cell.quotePrefix = value.startswith(_FORMULA)
    elif isinstance(value, float) and not -1e300 < value < 1e300:
        cell.value = None
    else:
        cell.value = value
        cell.alignment = Alignment(vertical="top")


def _widths(table: Table) -> list[float]:
    columns = zip(table.heads, *table.rows, strict=True)
    return [min(60.0, max(8.0, 2.0 + max(map(_width, column)))) for column in columns]


def _width(cell: Cell) -> int:
    lines = _csv_cell(cell).split("\n")
    return max(sum(1 if character.isascii() else 2 for character in line) for line in lines)
