"""The small mapping beside a spreadsheet: which heading is which of our columns, and what fills an empty cell."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping as MappingType
from collections.abc import Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any, Final, Literal

from pydantic import Field

from sim.checking import validate
from sim.errors import InputError, Problem
from sim.language import _
from sim.sheets.cells import day
from sim.sheets.headings import columns as columns_of
from sim.sheets.headings import generator
from sim.spec import Spec
from sim.yamlfile import Document, dotted, read_yaml

ALIASES: Final = {"site": "id", "depot": "id", "fixed_generator": "fixed_generator_kw"}
"""Words of a mapping for a column that our tables call otherwise."""
BY_AREA, NONE = "by_area", "none"
_REFERENCES: Final = ("township", "feeder", "hub", "road_node")
_RULES: Final = {
    "by_nearest": _REFERENCES,
    BY_AREA: ("feeder",),
    "from_battery": ("autonomy_h",),
    "by_class": ("battery_ah", "key"),
    "by_role": ("load_transmission_w",),
    "by_operators": ("load_4g_w",),
    "by_distance": ("spur_km",),
    "to_fit": ("rectifier_kw",),
    "drawn": ("soh",),
    NONE: _REFERENCES,
}
"""Rule → columns it can fill; any other word or number is itself put into the empty cells."""
LATER: Final = tuple(rule for rule in _RULES if rule != NONE)
"""Rules that the reader of topologies follows where a cell is still empty."""
GUESSES: Final = {column: rule for rule, columns in _RULES.items() if rule not in (BY_AREA, NONE) for column in columns}
"""Column of the sites → the rule by which a guess fills it, where nothing else is said."""

Fill = str | Annotated[float, Field(allow_inf_nan=False)] | bool
TableName = Literal[
    "sites", "counties", "townships", "feeders", "nodes", "edges", "stations", "links", "depots", "key_sites"
]


class OneTable(Spec):
    """Where one table stands and under which headings."""

    sheet: str | None = None
    """Title of its sheet; empty: found by its title or its headings."""
    columns: dict[str, str] = {}
    """Our column: heading in the file."""
    missing: dict[str, Fill] = {}
    """Our column: what fills its empty cells, a rule or a value."""


class MappingFile(OneTable):
    """A mapping file; its own `columns` are those of `table`."""

    file: str | None = None
    """The spreadsheet, beside the mapping; for people, and where the command names none."""
    table: TableName = "sites"
    crs: Literal["WGS-84", "GCJ-02"] = "WGS-84"
    convert: bool = False
    """Positions are GCJ-02 and are to be made WGS-84."""
    as_of: str | None = None
    """Day to which the age of batteries is counted; empty: the day of the import."""
    tables: dict[TableName, OneTable] = {}
    """More tables of the same workbook."""


@dataclass(frozen=True)
class Mapping:
    """A mapping as it is used: its tables by name. `said_crs`: whether the coordinates' system was said."""

    tables: MappingType[str, OneTable]
    crs: Literal["WGS-84", "GCJ-02"] = "WGS-84"
    convert: bool = False
    as_of: str | None = None
    said_crs: bool = False
    path: Path | None = field(default=None, compare=False)


def read_mapping(path: Path) -> Mapping:
    """The mapping in a YAML file; raises `InputError` with every problem."""
    document = read_yaml(path)
    found = validate(MappingFile, document)
    main = OneTable(sheet=found.sheet, columns=found.columns, missing=found.missing)
    places: dict[str, tuple[OneTable, tuple[str, ...]]] = {
        name: (table, ("tables", name)) for name, table in found.tables.items()
    }
    problems: list[Problem] = []
    if found.table in places and (main.columns or main.missing):
        problems.append(_problem(document, ("tables", found.table), _("stands at the top of the file already")))
    if main.columns or main.missing or main.sheet or not places:
        places = {found.table: (main, ()), **places}
    for name, (table, at) in places.items():
        problems += _table_problems(document, name, table, at)
    if found.crs == "GCJ-02" and not found.convert:
        told = _("must be WGS-84, or have `convert: true` beside it to be converted (got GCJ-02)")
        problems.append(_problem(document, ("crs",), told))
    if found.crs == "WGS-84" and found.convert:
        problems.append(_problem(document, ("convert",), _("must go with crs: GCJ-02")))
    if found.as_of is not None and day(found.as_of, set()) is None:
        problems.append(_problem(document, ("as_of",), _("must be a day such as 2024-03-01")))
    if problems:
        raise InputError(sorted(problems, key=lambda one: one.line or 0))
    tables = {name: _plain(table) for name, (table, _at) in places.items()}
    said = isinstance(document.data, dict) and "crs" in document.data
    return Mapping(tables, found.crs, found.convert, found.as_of, said, path)


def _plain(table: OneTable) -> OneTable:
    """With our tables' own words for columns."""
    return OneTable(
        sheet=table.sheet,
        columns={ALIASES.get(name, name): heading for name, heading in table.columns.items()},
        missing={ALIASES.get(name, name): fill for name, fill in table.missing.items()},
    )


def _problem(document: Document, loc: tuple[str, ...], message: str) -> Problem:
    return Problem(str(document.path), document.line_of_path(loc), dotted(loc), message)


def _table_problems(document: Document, name: str, table: OneTable, at: tuple[str, ...]) -> list[Problem]:
    known = columns_of(name)
    problems = []
    for chapter, given in (("columns", table.columns), ("missing", table.missing)):
        for column in given:
            ours = ALIASES.get(column, column)
            if ours not in known and not (name == "depots" and generator(ours.replace("_", ""))):
                near = get_close_matches(column, known, 1)
                hint = _(" (did you mean {word}?)").format(word=near[0]) if near else ""
                told = _("is no column of {table}{hint}").format(table=name, hint=hint)
                problems.append(_problem(document, (*at, chapter, column), told))
    for column, fill in table.missing.items():
        for_columns = _RULES.get(fill) if isinstance(fill, str) else None
        if for_columns is not None and ALIASES.get(column, column) not in for_columns:
            told = _("{rule} fills only {columns}").format(rule=fill, columns=", ".join(for_columns))
            problems.append(_problem(document, (*at, "missing", column), told))
    return problems


@dataclass(frozen=True)
class Beside:
    """What a mapping file says beside a mapping: `comments` by table; by column what fills gaps, a rule and why."""

    comments: MappingType[str, Sequence[str]] = field(default_factory=dict)
    fills: MappingType[str, MappingType[str, tuple[Fill, str]]] = field(default_factory=dict)


def mapping_yaml(mapping: Mapping, file: Path, beside: Beside) -> str:
    """The text of a mapping file that says the same, with comments."""
    names = list(mapping.tables)
    main = "sites" if "sites" in names else names[0]
    table = mapping.tables[main]
    lines = [f"file: {_quoted(file.name)}"]
    lines += [] if main == "sites" else [f"table: {main}"]
    lines += [f"sheet: {_quoted(table.sheet)}"] if table.sheet else []
    lines.append(f"crs: {mapping.crs}")
    lines += ["convert: true"] if mapping.convert else []
    lines += [f"as_of: {mapping.as_of}"] if mapping.as_of else []
    lines += _table_lines(main, table, "", beside)
    if len(names) > 1:
        lines.append("tables:")
    for name in names:
        if name != main:
            lines.append(f"  {name}:")
            own = mapping.tables[name]
            lines += [f"    sheet: {_quoted(own.sheet)}"] if own.sheet else []
            lines += _table_lines(name, own, "    ", beside)
    lines += [f"# {told}" for told in beside.comments.get("", ())]
    return "\n".join(lines) + "\n"


def _table_lines(name: str, table: OneTable, indent: str, beside: Beside) -> list[str]:
    back = {"id": "site"} if name == "sites" else {}
    lines = [f"{indent}columns:"]
    lines += [f"{indent}  {back.get(ours, ours)}: {_quoted(theirs)}" for ours, theirs in table.columns.items()]
    lines += [f"{indent}  # {told}" for told in beside.comments.get(name, ())]
    fills = {**beside.fills.get(name, {}), **{ours: (fill, "") for ours, fill in table.missing.items()}}
    if fills:
        lines.append(f"{indent}missing:")
    for ours, (fill, why) in fills.items():
        lines.append(f"{indent}  {ours}: {_fill(fill)}" + (f"  # {why}" if why else ""))
    return lines


def _fill(fill: Fill) -> str:
    if isinstance(fill, str):
        return _quoted(fill)
    return json.dumps(fill) if isinstance(fill, bool) or not math.isfinite(fill) else f"{fill:g}"


def _quoted(text: str) -> str:
    """A text as YAML: bare where nothing in it could be taken for anything else."""
    plain = text.replace("_", "").replace("(", "").replace(")", "").replace("-", "")
    bare = plain.isalnum() and not text[0].isdigit() and text[0] not in "-(" and text.casefold() not in _WORDS
    return text if bare else json.dumps(text, ensure_ascii=False)


_WORDS: Final = {"true", "false", "null", "yes", "no", "~"}


def sketch_of(columns: MappingType[str, int], texts: tuple[str, ...], sheet: str) -> OneTable:
    """A table's mapping from what was found under its headings."""
    given: dict[str, Any] = {ours: texts[at] for ours, at in columns.items()}
    return OneTable(sheet=sheet or None, columns=given)
