"""A list of sites such as the key sites (重保站清单), in CSV or a workbook: one column is enough."""

from __future__ import annotations

from pathlib import Path

from sim.errors import InputError, Problem, input_error
from sim.language import _
from sim.sheets import cells as plain
from sim.sheets.grid import open_paper
from sim.sheets.headings import find_heads, guess, heading_of, table_of


def listed(path: Path, sheet: str = "") -> list[tuple[str, str, int | None]]:
    """Site, file and line of every row; of a workbook the cell's address instead. Raises `InputError`.

    `sheet`: its title; empty: the one whose title means such a list, else the first.
    """
    paper = open_paper(path)
    known = (*paper.titles, *paper.hidden)
    if sheet and sheet not in known:
        told = _("has no sheet '{sheet}'; it has {titles}").format(sheet=sheet, titles=", ".join(known)[:200])
        raise input_error(told, file=path)
    usual = next((title for title in paper.titles if table_of(title) == "key_sites"), paper.titles[0])
    grid = paper.grid(sheet or usual)
    heads = find_heads(grid, table="key_sites")
    column = guess("key_sites", heads).get("site") if heads else None
    if heads is None or column is None:
        first = ", ".join(plain.text_of(cell) for cell in grid.rows[0])[:80] if grid.rows else ""
        told = _("must have a column site or {heading} (got {first})")
        told = told.format(heading=heading_of("key_sites", "site"), first=first or _("no headings"))
        raise input_error(told, file=grid.name, line=None if grid.title else 1)
    found, problems = [], list[Problem]()
    for row in range(heads.first, len(grid.rows)):
        cells = grid.rows[row]
        if not any(plain.text_of(cell).strip() for cell in cells):
            continue
        site = plain.narrow(plain.tidy(plain.text_of(cells[column]), set()), set()) if column < len(cells) else ""
        if not site:
            problems.append(grid.problem(row, column, "site", _("is missing")))
        found.append((site, *grid.place(row, column)))
    if problems:
        raise InputError(problems)
    return found
