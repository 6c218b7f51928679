"""The .xlsx beside a form: every sheet a copy of the template's first one, filled below what that holds."""

from __future__ import annotations

import io
from datetime import datetime
from typing import Any, Final

from sim.forms.package import sealed
from sim.forms.parts import Column, Form, Grid
from sim.page.parts import Cell
from sim.sheetfile import Cell as Value
from sim.sheetfile import Table, fill, put, sheet_title

_SHADE: Final = "F1F5F9"
_WEIGHT: Final = 6.0
"""Characters for one weight of a column."""
_WORD: Final = 16.0


def xlsx_bytes(form: Form, template: bytes, at: datetime) -> bytes:
    """The sheets of a form on its template; figures stand in them as exact numbers."""
    from openpyxl import load_workbook

    book: Any = load_workbook(io.BytesIO(template), keep_vba=False, keep_links=False)
    blank = book.worksheets[0]
    taken: set[str] = {sheet.title.casefold() for sheet in book.worksheets}
    for one in form.sheets:
        sheet = book.copy_worksheet(blank)
        sheet.title = sheet_title(one.title, taken)
        sheet.oddFooter.center.text = blank.oddFooter.center.text
        _fill(sheet, one.grid, first=1 if _empty(blank) else blank.max_row + 2)
    book.remove(blank)
    book.active = 0
    out = io.BytesIO()
    book.save(out)
    return sealed(out.getvalue(), form.title, at)


def _empty(sheet: Any) -> bool:
    return bool(sheet.max_row == 1 and sheet.max_column == 1 and sheet.cell(1, 1).value is None)


def _fill(sheet: Any, grid: Grid, first: int) -> None:
    """A title, the grid and its note."""
    from openpyxl.styles import Alignment, Border, Font, PatternFill, Side

    put(sheet, first, 1, grid.title)
    sheet.cell(first, 1).alignment = Alignment(vertical="top")
    sheet.cell(first, 1).font = Font(bold=True, size=13)
    rows = [[_value(cell, column) for cell, column in zip(line, grid.columns, strict=True)] for line in grid.rows]
    heads = [column.text for column in grid.columns]
    widths = [_wide(column, grid, at) for at, column in enumerate(grid.columns)]
    after = fill(sheet, Table("", heads, rows, widths), first + 1)
    line = Side(style="thin", color="B8C2CC")
    for down in range(first + 1, after):
        for across, column in enumerate(grid.columns, start=1):
            cell = sheet.cell(down, across)
            cell.border = Border(line, line, line, line)
            if column.source == "simulated" and down > first + 1:
                cell.fill = PatternFill("solid", fgColor=_SHADE)
    if grid.note:
        put(sheet, after + 1, 1, grid.note)
        sheet.cell(after + 1, 1).alignment = Alignment(vertical="top")
    sheet.freeze_panes = sheet.cell(first + 2, 1)


def _value(cell: Cell, column: Column) -> Value:
    if column.number and cell.value is not None:
        return cell.value
    return "\n".join(part for part in (cell.text, cell.under) if part)


def _wide(column: Column, grid: Grid, at: int) -> float:
    """Characters: by the column's weight where it has one, but no word of ordinary length is broken."""
    texts = [column.text, *(line[at].text for line in grid.rows)]
    word = max(min(_ems(word), _WORD) for text in texts for word in (text.split() or [""]))
    usual = column.width * _WEIGHT if column.width else min(46.0, max(map(_ems, texts)) + 2)
    return max(8.0, usual, word + 2)


def _ems(text: str) -> float:
    return max(sum(1.1 if one.isascii() else 2.0 for one in line) for line in text[:200].split("\n"))
