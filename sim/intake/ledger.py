"""The resource ledger (应急资源台账): what stands in each depot, as lines of a scenario's `resources.depots`.

A ledger has a row a depot with a column a resource, or a row an item with its quantity and where it is kept.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

from sim.errors import InputError, Problem, input_error, listed, shown
from sim.intake.draft import Draft, read_draft
from sim.intake.told import Tally
from sim.language import LANGUAGES, _, speaking
from sim.sheets.cells import key, text_of
from sim.sheets.grid import Paper, open_paper
from sim.sheets.headings import find_heads, guess, heading_of, meaning, table_of
from sim.topology.csvfile import Desk

_SKILLS: Final = ("power", "transmission", "wireless", "climb", "lineman")
_WHOLE: Final = ("crews", "all_terrain", "loaders", *_SKILLS)
_REAL: Final = ("fuel_l", "ready_h")
_GENERATORS: Final = ("petrol_", "diesel_", "trailer_", "truck_", "generator_")
_A_GENERATOR: Final = re.compile(r"(?:发电机|发电机组|油机|发电车|电源车|generators?)(?:\([^()]*\))?$")
_REMARKS: Final = frozenset({"", "序号", "备注", "说明", "联系人", "联系电话", "电话", "负责人"})
"""Headings that are for people."""
_MOST: Final = {"fuel_l": 1e9, "ready_h": 1e4}


@dataclass(frozen=True)
class Ledger:
    """Lines by depot, as in a scenario file, and the place of each of their cells."""

    lines: Mapping[str, dict[str, Any]]
    places: Mapping[tuple[str, str], tuple[str, int | None]] = field(default_factory=dict)
    warnings: tuple[Problem, ...] = ()
    """What stands in the ledger and no drill makes anything of."""


def read_ledger(path: Path, sheet: str | None = None) -> Ledger:
    """The ledger in a CSV file or a workbook. Raises `InputError` with every problem."""
    paper = open_paper(path)
    grid = paper.grid(_title(paper, sheet))
    heads = find_heads(grid, table="depots")
    place = guess("depots", heads) if heads else {}
    if heads is None or "id" not in place:
        usual = heading_of("depots", "id")
        raise input_error(_("has no column for the depot, such as {heading}").format(heading=usual), file=grid.name)
    desk = Desk(path.parent)
    tally = Tally()
    draft = read_draft(Draft("depots", grid, heads, place, desk, tally))
    found = ledger_of(draft)
    if desk.problems:
        raise InputError(desk.sorted())
    return replace(found, warnings=tuple(_left_out(draft)))


def _left_out(draft: Draft) -> Iterator[Problem]:
    """Headings, and items of the rows, that nothing is made of."""
    grid, heads, used = draft.grid, draft.heads, set(draft.place.values())
    unused = [text for at, text in enumerate(heads.texts) if at not in used and key(text) not in _REMARKS]
    if unused := [text for text in unused if text]:
        told = _("has headings that nothing is made of: {headings}").format(headings=listed(unused))
        yield grid.problem(heads.first - 1, 0, "resources.depots", told)
    items = [f"{item} ({count})" for (_of, item, kind), count in draft.tally.counts.items() if kind == "item"]
    if items:
        told = _("has rows with items of a sort that no drill knows, left out: {items}").format(items=listed(items))
        yield Problem(grid.name, None, "resources.depots", told)


def _check_sizes(draft: Draft) -> None:
    """Generators in columns whose heading does not say how large they are."""
    used = set(draft.place.values())
    for at, heading in enumerate(draft.heads.texts):
        if at in used or not _A_GENERATOR.search(key(heading)):
            continue
        for grid_row in draft.rows:
            cells = draft.grid.rows[grid_row]
            if at < len(cells) and text_of(cells[at]).strip() not in ("", "0", "无", "/", "-", "—"):
                problem = draft.grid.problem(grid_row, at, "resources.depots", _without_size(heading))
                draft.desk.report(Path(problem.file), problem.line, problem.path, problem.message, _cell(problem))


def _cell(problem: Problem) -> str:
    return "" if problem.line is not None else problem.file


def _without_size(text: str) -> str:
    told = _("must say kind and size of its generators, such as 5kW汽油发电机 or 50kW发电车 (got {value})")
    return told.format(value=shown(text))


def _title(paper: Paper, sheet: str | None) -> str:
    if sheet is None or paper.titles == ("",):
        return next((title for title in paper.titles if table_of(title) == "depots"), paper.titles[0])
    if sheet not in (*paper.titles, *paper.hidden):
        told = _("has no sheet '{sheet}'; it has {titles}").format(sheet=sheet, titles=", ".join(paper.titles)[:200])
        raise input_error(told, file=paper.path)
    return sheet


def is_resource(column: str) -> bool:
    """Whether a column of a ledger is something that can be sent."""
    return column in (*_WHOLE, *_REAL, "party") or column.startswith(_GENERATORS)


def ledger_of(draft: Draft) -> Ledger:
    """The lines of a ledger as it was read; problems go to the draft's desk."""
    lines: dict[str, dict[str, Any]] = {}
    places: dict[tuple[str, str], tuple[str, int | None]] = {}
    by_item = {"item", "quantity"} <= draft.cells.keys()
    _check_sizes(draft)
    for row, depot in enumerate(draft.column("id")):
        if not depot:
            draft.report(row, "id", _("is missing"))
            continue
        if depot in lines and not by_item:
            continue  # told as a duplicate by whoever needs ids
        line = lines.setdefault(depot, {})
        for column, text in _cells(draft, row, by_item=by_item):
            cell = "quantity" if by_item and column not in draft.cells else column
            _put(draft, row, line, column, cell, text)
            places[depot, column] = draft.grid.place(draft.rows[row], draft.place[cell])
    return Ledger(lines, places)


def row_each(draft: Draft) -> None:
    """Of a ledger with a row an item, keep the first row of each depot, once its lines were taken."""
    if not {"item", "quantity"} <= draft.cells.keys():
        return
    ids = draft.column("id")
    seen: dict[str, int] = {}
    for row, one in enumerate(ids):
        seen.setdefault(one, row)
    first = [row for one, row in seen.items() if one]
    draft.rows = [draft.rows[row] for row in first]
    draft.cells = {name: [texts[row] for row in first] for name, texts in draft.cells.items()}


def _cells(draft: Draft, row: int, *, by_item: bool) -> list[tuple[str, str]]:
    """Resources of a row with their texts."""
    found = [(name, texts[row]) for name, texts in draft.cells.items() if is_resource(name) and texts[row]]
    item = draft.cells["item"][row] if by_item else ""
    if not item:
        return found
    model = draft.column("model")[row]
    meant = next(
        (one for text in (f"{model}{item}", item) if (one := meaning("depots", text)) and is_resource(one)), None
    )
    if meant is None and _A_GENERATOR.search(key(item)):
        draft.report(row, "item", _without_size(f"{item} {model}".strip()))
        return found
    if meant is None:
        draft.tally.add(draft.table, item, "item")
        return found
    return [*found, (meant, draft.cells["quantity"][row])]


def _put(draft: Draft, row: int, line: dict[str, Any], column: str, cell: str, text: str) -> None:
    if column == "party":
        line[column] = text
        return
    value = _number(draft, row, cell, text, whole=column not in _REAL, most=_MOST.get(column, 1e5))
    if not value:
        return
    if column in _SKILLS:
        line.setdefault("specialists", {})
        line["specialists"][column] = line["specialists"].get(column, 0) + value
    else:
        line[column] = line.get(column, 0) + value


def _number(draft: Draft, row: int, column: str, text: str, *, whole: bool, most: float) -> float | int | None:
    try:
        value = float(text)
    except ValueError:
        draft.report(row, column, _("must be a number (got {value})").format(value=shown(text)))
        return None
    if not 0 <= value <= most:
        draft.report(row, column, _("must be from 0 to {most:g} (got {value})").format(most=most, value=text))
        return None
    if whole and not value.is_integer():
        draft.report(row, column, _("must be a whole number (got {value})").format(value=text))
        return None
    return int(value) if value.is_integer() else value


def resources_yaml(ledger: Ledger, source: str) -> str:
    """A chapter of a scenario file, `resources.depots`; the same in either language."""
    said = []
    for language in LANGUAGES:
        with speaking(language):
            said.append(_("From {file}; put it into a scenario.").format(file=source))
    lines = [f"# {' '.join(said)}", "resources:", "  depots:"]
    for depot, line in ledger.lines.items():
        told = ", ".join(f"{name}: {json.dumps(value, ensure_ascii=False)}" for name, value in line.items())
        lines.append(f"    {json.dumps(depot, ensure_ascii=False)}: {{{told}}}")
    return "\n".join(lines) + "\n"


def with_ids(ledger: Ledger, topology: Path) -> Ledger:
    """The same with the ids of the network's depots where the ledger has their names, or those of their counties."""
    from sim.topology.load import load_topology

    try:
        found = load_topology(topology)
    except InputError:
        return ledger  # told when the scenario asks for it
    depots, counties = found.depots, found.counties
    ids = depots.id.tolist()
    names: dict[str, str] = {}
    homes = [str(counties.name[row]) if row >= 0 else "" for row in depots.county.tolist()]
    for one, name, name_en, home in zip(ids, depots.name.tolist(), depots.name_en.tolist(), homes, strict=True):
        for word in (name, name_en, home if homes.count(home) == 1 else ""):
            if word and word not in ids:
                names.setdefault(word, one)
    lines = {names.get(depot, depot): line for depot, line in ledger.lines.items()}
    places = {(names.get(depot, depot), column): place for (depot, column), place in ledger.places.items()}
    return replace(ledger, lines=lines, places=places)
