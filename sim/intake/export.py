"""A topology as a workbook for people: a sheet a table, headings in their language, to be edited and imported again."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from sim.folders import Sort, strangers
from sim.language import Language, _
from sim.sheetfile import Cell, Table
from sim.sheets.headings import heading_of, title_of, word_key, word_of
from sim.topology.columns import COLUMNS, Column
from sim.topology.csvfile import NONE
from sim.topology.tables import Topology

MARK: Final = ("drillsim", "topology 1")
"""First line of the sheet that says what a workbook is: one of ours needs no mapping."""
ABOUT_KEYS: Final = {"name": "名称", "origin": "来源", "guess": "推定"}


def tables_of(topology: Topology, language: Language) -> list[Table]:
    """All tables of a network, and what is said of it, ready to be written. Machine rooms are left out."""
    return [*(_table(topology, name, language) for name in COLUMNS), _about(topology, language)]


def exported_sort(tables: Sequence[Table]) -> Sort:
    """The sort of folder that these tables make as CSV files."""
    names = {f"{table.title}.csv" for table in tables}

    def foreign(folder: Path) -> str:
        found = strangers(folder, names.__contains__)
        return _("holds {file}, which no export wrote").format(file=found[0]) if found else ""

    return Sort("an exported topology", f"{tables[-1].title}.csv", foreign)


def _about(topology: Topology, language: Language) -> Table:
    origin, *guesses = topology.origin.split("\n")
    lines = [("name", topology.name), ("origin", origin), *(("guess", guess) for guess in guesses)]
    rows: list[Sequence[Cell]] = [(ABOUT_KEYS[key] if language == "zh" else key, text) for key, text in lines]
    return Table(title_of("about", language), MARK, rows, (12, 80))


def _table(topology: Topology, name: str, language: Language) -> Table:
    table = topology.roads if name in ("nodes", "edges") else getattr(topology, name)
    columns = [column for column in COLUMNS[name] if column.field]
    cells = [_cells(topology, name, getattr(table, column.field), column, language) for column in columns]
    heads = [heading_of(name, column.name) if language == "zh" else column.name for column in columns]
    return Table(title_of(name, language), heads, list(zip(*cells, strict=True)))


def _cells(topology: Topology, table: str, values: Any, column: Column, language: Language) -> list[Cell]:
    found = values.tolist()
    if column.kind == "real":
        return [None if math.isnan(value) else int(value) if value.is_integer() else value for value in found]
    if column.kind == "ref":
        ids = topology.roads.node_id if column.table == "nodes" else getattr(topology, column.table).id
        names = ids.tolist()
        return [names[row] if row >= 0 else NONE for row in found]
    if column.kind in ("flag", "word"):
        flag = column.kind == "flag"
        ours = ["yes" if value else "no" for value in found] if flag else [column.words[code] for code in found]
        key = "flag" if flag else word_key(table, column.name)
        return [word_of(key, word) if language == "zh" else word for word in ours]
    return found  # type: ignore[no-any-return]
