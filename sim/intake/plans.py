"""How a spreadsheet is going to be read: its tables found by their headings, guessed or as a mapping says."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Final

from sim.errors import InputError, Problem, input_error
from sim.intake.export import ABOUT_KEYS, MARK, tables_of
from sim.intake.mapping import Mapping, OneTable, sketch_of
from sim.language import _
from sim.sheets import cells as plain
from sim.sheets.grid import Grid, Paper, Raw
from sim.sheets.headings import Heads, find_heads, guess, guess_by_words, heading_of, table_of
from sim.topology.columns import COLUMNS
from sim.topology.facility import Facility
from sim.topology.tables import Topology

_ENOUGH: Final = 3
"""Headings that must be known before a sheet without a telling title is taken for a table."""
TABLES: Final = tuple(COLUMNS)


@dataclass(frozen=True)
class Found:
    """A table found in a file: its sheet, its headings, and the column of the sheet for each of ours."""

    table: str
    grid: Grid
    heads: Heads
    place: dict[str, int]
    exact: bool = False
    """Written by us: its texts stay as they are."""


@dataclass(frozen=True)
class Plan:
    """How a file is going to be read. `guessed`: nobody has said so yet. `about`: what the file says of itself."""

    paper: Paper
    mapping: Mapping
    found: tuple[Found, ...]
    guessed: bool
    about: dict[str, list[str]] = field(default_factory=dict)
    facility: Facility | None = None
    """Machine rooms of the network that the file adds to."""
    notes: tuple[str, ...] = ()
    """What was assumed while the file was made a sheet."""
    warnings: tuple[str, ...] = ()


def plan_by_guess(paper: Paper, table: str = "") -> Plan:
    """Tables by titles of sheets and by headings. Raises `InputError` where nothing is known.

    `table`: what the file holds, where the caller says.
    """
    found: dict[str, Found] = {}
    about: dict[str, list[str]] = {}
    for title in paper.titles:
        meant = table_of(title)
        if meant == "about":
            about = _about(paper.grid(title))
        elif (one := _guessed(paper.grid(title), table or meant)) is not None and one.table not in found:
            found[one.table] = one
    if not found:
        told = _("has no headings that are known, such as {headings}; say which is which with --map")
        usual = ", ".join(heading_of(table or "sites", column) for column in ("id", "county", "lon", "lat"))
        raise input_error(told.format(headings=usual), file=paper.path)
    tables = {one.table: sketch_of(one.place, one.heads.texts, one.grid.title) for one in found.values()}
    ours = tuple(replace(one, exact=bool(about)) for one in found.values())
    aged = "sites" in found and "battery_since" in found["sites"].place
    today = date.today().isoformat() if aged else None  # noqa: DTZ011 (a day of the office calendar)
    return Plan(paper, Mapping(tables, as_of=today), ours, guessed=not about, about=about)


def _guessed(grid: Grid, table: str | None) -> Found | None:
    best: Found | None = None
    for one in (table,) if table else TABLES:
        heads = find_heads(grid, table=one)
        if heads is None:
            continue
        place = guess_by_words(one, heads, grid, guess(one, heads))
        if (table or len(place) >= _ENOUGH) and (best is None or len(place) > len(best.place)):
            best = Found(one, grid, heads, place)
    return best


def plan_by_mapping(paper: Paper, mapping: Mapping) -> Plan:
    """Tables where a mapping says. Raises `InputError` with every heading that is not there."""
    found, problems = [], list[Problem]()
    for table, wanted in mapping.tables.items():
        try:
            found.append(_mapped(paper, table, wanted))
        except InputError as error:
            problems += error.problems
    if problems:
        raise InputError(problems)
    return Plan(paper, mapping, tuple(found), guessed=False)


def _mapped(paper: Paper, table: str, wanted: OneTable) -> Found:
    grid = paper.grid(_title(paper, table, wanted))
    heads = find_heads(grid, tuple(wanted.columns.values()), table)
    if heads is None:
        raise input_error(_("has no row with the headings of the mapping"), file=grid.name)
    if not wanted.columns:
        return Found(table, grid, heads, guess_by_words(table, heads, grid, guess(table, heads)))
    place, problems = {}, []
    for ours, heading in wanted.columns.items():
        at = heads.find(heading)
        if at is None:
            hint = plain_near(heading, heads.texts)
            told = _("must stand under the heading {heading}{hint}").format(heading=f"'{heading}'", hint=hint)
            row = min(heads.first - 1, len(grid.rows) - 1)
            problems.append(grid.problem(row, 0, ours, told))
        else:
            place[ours] = at
    if problems:
        raise InputError(problems)
    return Found(table, grid, heads, place)


def plain_near(word: str, known: tuple[str, ...]) -> str:
    """A hint at the heading that was probably meant."""
    from difflib import get_close_matches

    near = get_close_matches(word, known, 1, 0.5)
    return _(" (did you mean '{word}'?)").format(word=near[0]) if near else ""


def _title(paper: Paper, table: str, wanted: OneTable) -> str:
    """The sheet a mapping names, else the one whose title means the table, else the first."""
    known = (*paper.titles, *paper.hidden)
    if wanted.sheet is None or paper.titles == ("",):
        return next(
            (title for title in paper.titles if table_of(title) == table), paper.titles[0] if paper.titles else ""
        )
    if wanted.sheet not in known:
        told = _("has no sheet '{sheet}'{hint}; it has {titles}")
        hint = plain_near(wanted.sheet, known)
        raise input_error(told.format(sheet=wanted.sheet, hint=hint, titles=", ".join(known)[:200]), file=paper.path)
    return wanted.sheet


def _about(grid: Grid) -> dict[str, list[str]]:
    """What a workbook of ours says of itself: name, origin, guesses, by key."""
    keys = {theirs: ours for ours, theirs in ABOUT_KEYS.items()}
    found: dict[str, list[str]] = {}
    for row in grid.rows:
        if len(row) > 1 and (name := plain.text_of(row[0]).strip()):
            found.setdefault(keys.get(name, name), []).append(" ".join(plain.text_of(row[1]).split()))
    return found if found.get(MARK[0]) == [MARK[1]] else {}


def added_to(topology: Topology, plan: Plan) -> Plan:
    """The same with all tables of a network that the file does not have."""
    own = {one.table for one in plan.found}
    there = []
    *tables, _about_it = tables_of(topology, "en")
    for table in tables:
        if table.title not in own:
            rows: list[list[Raw]] = [list(table.heads)]
            rows += [list(row) for row in table.rows]
            grid = Grid(Path(topology.name), table.title, rows, list(range(1, len(rows) + 1)))
            place = {head: column for column, head in enumerate(table.heads)}
            there.append(Found(table.title, grid, Heads(1, tuple(table.heads)), place, exact=True))
    origin, *guesses = topology.origin.split("\n")
    about = {"name": [topology.name], "origin": [origin], "guess": guesses}
    return replace(plan, found=(*there, *plan.found), about=about, facility=topology.facility)
