"""A spreadsheet becomes a topology: tables found, made plain, checked all at once, written as one's own."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Final

from sim.errors import InputError, Problem, input_error, shown
from sim.intake import derive
from sim.intake.areas import feeders_by_area
from sim.intake.datum import Spots, Verdict, judge
from sim.intake.draft import Draft, read_draft
from sim.intake.export import ABOUT_KEYS, MARK, tables_of
from sim.intake.ledger import is_resource, ledger_of, resources_yaml, row_each
from sim.intake.mapping import NONE, Mapping, OneTable, sketch_of
from sim.intake.seats import place_depots
from sim.intake.told import Tally, Told
from sim.language import _
from sim.sheetfile import Table, csv_bytes
from sim.sheets import cells as plain
from sim.sheets.grid import Grid, Paper, Raw
from sim.sheets.headings import Heads, find_heads, guess, heading_of, table_of
from sim.topology.columns import COLUMNS
from sim.topology.csvfile import Desk, Sheet
from sim.topology.facility import Facility
from sim.topology.files import About, read_sheets
from sim.topology.tables import Topology
from sim.topology.write import write_topology

_NAME: Final = re.compile(r"[a-z][a-z0-9_]{0,39}")
_ENOUGH: Final = 3
"""Headings that must be known before a sheet without a telling title is taken for a table."""
_TABLES: Final = tuple(COLUMNS)
_REFERENCES: Final = {
    "county": "counties", "township": "townships", "hub": "sites", "site": "sites", "a": "sites", "b": "sites",
}  # fmt: skip
_FOR_NOTHING: Final = ("supply", "contractor", "downstream")
"""Columns that are known and that nothing is made of yet."""


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


# Finding tables


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
    tables = {one.table: sketch_of(one.table, one.place, one.heads.texts, one.grid.title) for one in found.values()}
    ours = tuple(replace(one, exact=bool(about)) for one in found.values())
    aged = "sites" in found and "battery_since" in found["sites"].place
    today = date.today().isoformat() if aged else None  # noqa: DTZ011 (a day of the office calendar)
    return Plan(paper, Mapping(tables, as_of=today), ours, guessed=not about, about=about)


def _guessed(grid: Grid, table: str | None) -> Found | None:
    best: Found | None = None
    for one in (table,) if table else _TABLES:
        heads = find_heads(grid, table=one)
        if heads is None:
            continue
        place = guess(one, heads)
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
        return Found(table, grid, heads, guess(table, heads))
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


# Reading


def import_spreadsheet(plan: Plan, folder: Path, out: Path, name: str = "", known: Spots | None = None) -> Told:
    """Write the topology of a planned file into a folder. Raises `InputError` with every problem of every table."""
    desk, tally, mapping = Desk(folder), Tally(), plan.mapping
    drafts = {
        one.table: read_draft(Draft(one.table, one.grid, one.heads, dict(one.place), desk, tally, one.exact))
        for one in plan.found
    }
    if "sites" not in drafts:
        raise input_error(_("has no table of sites; a network needs one"), file=plan.paper.path)
    notes = [*plan.notes, *_filled(drafts, mapping)]
    if not mapping.said_crs and not plan.about:
        notes.insert(0, "the coordinates' system is not said, WGS-84 taken")
    verdict = Verdict([], [])
    if not mapping.convert and not plan.about:
        verdict = judge(drafts.values(), known)
    about = _described(plan, [*notes, *verdict.warnings], name)
    more = _beside(plan, drafts)
    sheets: dict[str, Sheet] = {table: draft.sheet() for table, draft in drafts.items() if table in _TABLES}
    topology = replace(read_sheets(about, sheets, desk), facility=plan.facility)
    write_topology(topology, folder, more=more)
    return Told(
        file=str(plan.paper.path),
        out=str(out),
        rows={one.table: len(drafts[one.table]) for one in plan.found if one.grid.path.is_relative_to(plan.paper.path)},
        cleaned=tally.lines(),
        guesses=tuple(topology.origin.split("\n")[1:]),
        unused=_unused(plan),
        checked=verdict.checked,
        warnings=[*plan.warnings, *verdict.warnings],
        written=sorted(more),
    )


def _beside(plan: Plan, drafts: dict[str, Draft]) -> dict[str, bytes]:
    """Files for scenarios: what stands in the depots, and the list of key sites. Problems are on the desk."""
    found = {}
    depots = drafts.get("depots")
    if depots is not None and any(is_resource(name) or name == "item" for name in depots.cells):
        found["resources.yaml"] = resources_yaml(ledger_of(depots), plan.paper.path.name).encode()
        row_each(depots)
    if (keys := drafts.get("key_sites")) is not None:
        heads = ("site", "operator", "grade", "reason")
        rows = list(zip(*(keys.column(name) for name in heads), strict=True))
        known = set(drafts["sites"].column("id"))
        for row, site in enumerate(keys.column("site")):
            if site not in known:
                told = _("must be a site of the list (got {value})") if site else _("is missing")
                keys.report(row, "site", told.format(value=shown(site)))
        found["key_sites.csv"] = csv_bytes(Table("key_sites", heads, rows))
    return found


def _described(plan: Plan, notes: list[str], name: str) -> About:
    told = plan.about
    origin = told.get("origin", [""])[0] or f"Imported from {plan.paper.path.name}."
    made = name or told.get("name", [""])[0] or slug(plan.paper.path.stem)
    if not _NAME.fullmatch(made):
        wanted = _("must be of small letters, digits and _, a letter first, at most 40 (got {value})")
        raise input_error(wanted.format(value=shown(made)), file="--name")
    return About(made, origin, (*told.get("guess", ()), *notes), convert=plan.mapping.convert)


def slug(text: str) -> str:
    """A name for a topology made of a file's; `own_network` where nothing of it can stand in one."""
    found = re.sub(r"[^a-z0-9]+", "_", text.casefold()).strip("_")[:30].strip("_")
    return found if found[:1].isalpha() else "own_network"


def _filled(drafts: dict[str, Draft], mapping: Mapping) -> list[str]:
    """Gaps filled and names turned into ids; gives back the guesses."""
    notes: list[str] = []
    for table, draft in drafts.items():
        for column, target in _REFERENCES.items():
            if target in drafts and column in draft.cells and (table, column) != ("sites", "site"):
                there = drafts[target]
                derive.ids_by_names(draft, column, there.column("id"), there.column("name"))
        given = mapping.tables[table].missing if table in mapping.tables else {}
        notes += derive.fill_missing(draft, dict(given))
    sites = drafts["sites"]
    if "depots" in drafts:
        notes += place_depots(drafts["depots"], drafts.get("counties"), sites)
    if "townships" not in drafts:
        notes += derive.townships_apart(sites)
    notes += derive.derive_sites(sites, _day(mapping))
    if "feeders" not in drafts and mapping.tables["sites"].missing.get("feeder") != NONE:
        notes += feeders_by_area(sites)
    if "hub" in sites.cells:
        notes += derive.roles_by_hubs(sites)
    return notes


def _day(mapping: Mapping) -> date | None:
    return plain.day(mapping.as_of, set()) if mapping.as_of else None


def _unused(plan: Plan) -> list[str]:
    """Headings that nothing was made of, and columns that are read for nothing yet."""
    found = []
    for one in plan.found:
        used = set(one.place.values())
        found += [text for at, text in enumerate(one.heads.texts) if text and at not in used]
        found += [one.heads.texts[at] for name, at in one.place.items() if name in _FOR_NOTHING]
    return found
