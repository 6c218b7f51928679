"""A table on its way in: the cells under its headings, made plain column by column, each with its place in the file."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, NamedTuple

from sim.errors import shown
from sim.intake.told import Tally
from sim.language import _
from sim.sheets import cells as plain
from sim.sheets.grid import Grid
from sim.sheets.headings import Heads, heading_of, heading_unit, unit_of, word_key, words
from sim.sheets.office import address
from sim.topology.columns import COLUMNS, REFUSED, Column
from sim.topology.csvfile import NONE, Desk, Sheet

_TOTALS: Final = ("合计", "总计", "小计", "total", "totals", "sum")
_MANGLED: Final = re.compile(r"\d(?:\.\d+)?E\+?\d+", re.ASCII)
_EXTRA: Final = {
    "battery_total_ah": "real", "battery_strings": "real", "battery_v": "real", "battery_kwh": "real", "load_w": "real", "downstream": "real",
    "battery_since": "day", "access": "text", "supply": "name", "contractor": "name", "party": "name",
    "item": "text", "model": "text",
    "fuel_l": "real", "ready_h": "real",
}  # fmt: skip
"""Kinds of the columns that the tables of a topology do not have; every other one is a whole number."""
_FOUND_LATER: Final = (("depots", "lon"), ("depots", "lat"))
"""Required columns that a ledger may do without."""
_OPERATORS: Final = re.compile(r"[、,，/+;；&|\s]|和|及|与")
_ALL_THREE: Final = ("三家", "3家", "三家共享", "三网", "移动联通电信")


@dataclass
class Draft:
    """A table as it is being read. `cells` are texts by our column, `rows` the rows of the grid they come from."""

    table: str
    grid: Grid
    heads: Heads
    place: dict[str, int]
    desk: Desk
    tally: Tally
    exact: bool = False
    """Texts are ours and stay as they are."""
    rows: list[int] = field(default_factory=list)
    cells: dict[str, list[str]] = field(default_factory=dict)
    told: set[tuple[int, str]] = field(default_factory=set)

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def path(self) -> Path:
        """The file, with the sheet in it."""
        return Path(self.grid.name)

    def at(self, row: int, column: str) -> str:
        """The place of a cell; row -1 is the heading's. Of a cell that is not there, its row's."""
        grid_row = self.rows[row] if row >= 0 else self.heads.first - 1
        line = self.grid.lines[grid_row] if 0 <= grid_row < len(self.grid.lines) else 1
        if not self.grid.title or self.grid.name == str(self.grid.path):
            return "" if row >= 0 else f"{self.path}:{line}"
        place = self.place.get(column)
        return f"{self.path}!{line if place is None else address(line - 1, place)}"

    def report(self, row: int, column: str, message: str) -> None:
        """A problem with one cell."""
        self.told.add((row, column))
        line = self.grid.lines[self.rows[row]] if row >= 0 else 1
        self.desk.report(self.path, line, column, message, self.at(row, column))

    def column(self, name: str) -> list[str]:
        """Texts of a column, empty where the file does not have it."""
        return self.cells.get(name) or [""] * len(self)

    def sheet(self) -> Sheet:
        """The table for the reader of topologies."""
        known = {column.name for column in COLUMNS[self.table]}
        cells = {name: texts for name, texts in self.cells.items() if name in known}
        lines = [self.grid.lines[row] for row in self.rows]
        return Sheet(self.path, cells, lines, self.desk, self.at, self.told)


def read_draft(draft: Draft) -> Draft:
    """A draft filled with what stands under its headings; what cannot be read is on the desk."""
    table, grid, place, desk, tally = draft.table, draft.grid, draft.place, draft.desk, draft.tally
    desk.files.append(str(draft.path))
    for kind, count in grid.counts.items():
        tally.add(table, "", kind, count)
    _keep_rows(draft)
    columns = {column.name: column for column in COLUMNS.get(table, ())}
    for name in place:
        draft.cells[name] = _cleaned(draft, name, columns.get(name))
    for column in columns.values():
        if column.default is REFUSED and column.name not in place and (table, column.name) not in _FOUND_LATER:
            usual = heading_of(table, column.name)
            draft.report(-1, column.name, _("column is missing (no heading such as {heading})").format(heading=usual))
    return draft


def _keep_rows(draft: Draft) -> None:
    """Leave out blank rows, totals and headings that are repeated."""
    grid, heads = draft.grid, draft.heads
    used = sorted(set(draft.place.values()))
    for number in range(heads.first, len(grid.rows)):
        row = grid.rows[number]
        texts = [plain.text_of(row[at])[:80].strip() if at < len(row) else "" for at in used]
        first = next((text for cell in row if (text := plain.text_of(cell)[:80].strip())), "")
        if draft.exact:
            first, texts = "", [*texts, "-"] if any(texts) else texts
        if not any(texts) and not any((number, at) in grid.faults for at in used):
            continue
        if first.replace(" ", "").rstrip(":：").casefold() in _TOTALS:
            draft.tally.add(draft.table, "", "total")
        elif texts == [heads.texts[at].strip() for at in used]:
            draft.tally.add(draft.table, "", "heads")
        else:
            draft.rows.append(number)


def _cleaned(draft: Draft, name: str, column: Column | None) -> list[str]:
    """A column's texts made plain; what cannot be read is told and left empty."""
    make = _maker(draft, name, column)
    at = draft.place[name]
    texts = []
    for row, number in enumerate(draft.rows):
        values = draft.grid.rows[number]
        raw = values[at] if at < len(values) else None
        if fault := draft.grid.faults.get((number, at)):
            draft.report(row, name, fault)
            raw = None
        text = plain.text_of(raw)
        if len(text) > plain.LONGEST:
            told = _("must have at most {most} characters (got {n})").format(most=plain.LONGEST, n=len(text))
            draft.report(row, name, told)
            text = ""
        if draft.exact and column is not None and column.kind in ("text", "ref"):
            texts.append(text.strip())
            continue
        if plain.rounded(raw) and (column is None or column.kind in ("text", "ref")):
            draft.report(row, name, _("is a number of more than 15 digits, which a spreadsheet rounds; make it a text"))
        done: set[str] = set()
        texts.append(make(plain.tidy(text, done), row, done) if text else "")
        for kind in done - ({"word"} if draft.exact else set()):
            draft.tally.add(draft.table, name, kind)
    return texts


def _maker(draft: Draft, name: str, column: Column | None) -> Callable[[str, int, set[str]], str]:
    """What makes a text of this column plain."""
    kind = column.kind if column is not None else _EXTRA.get(name, "real")
    known = words(word_key(draft.table, name))
    if kind == "flag":
        known = {**words("flag"), **known}
    by_kind = _BY_KIND.get(kind, _code)
    dimension = unit_of(name) or ("count" if draft.table == "depots" else "")
    about = Asked(draft, name, dimension, heading_unit(draft.heads.texts[draft.place[name]]))
    if kind == "name" or name in ("name", "name_en"):
        return lambda text, _row, done: _name(text, done)
    if name == "operators":
        by_kind = _operators

    def make(text: str, row: int, done: set[str]) -> str:
        text = plain.narrow(text, done)
        ours = known.get(plain.key(text))
        if ours is not None:
            if ours != text:
                done.add("word")
            return ours
        if kind == "ref" and text == NONE:
            return text
        return "" if plain.nothing(text, done) else by_kind(about, text, row, done)

    return make


class Asked(NamedTuple):
    """The column that a text is made plain for, and in which unit its numbers are where they do not say."""

    draft: Draft
    name: str
    dimension: str
    unit: str


def _name(text: str, done: set[str]) -> str:
    if text.strip("/-—") and text not in ("无", "暂无"):
        return text
    if text:
        done.add("nothing")
    return ""


def _number(about: Asked, text: str, _row: int, done: set[str]) -> str:
    return plain.number(text, about.dimension, done, about.unit)


def _day(about: Asked, text: str, row: int, done: set[str]) -> str:
    found = plain.day(text, done)
    if found is None:
        told = _("must be a day such as 2019-06-01 (got {value})").format(value=shown(text))
        about.draft.report(row, about.name, told)
        return ""
    return found.isoformat()


def _word(_about: Asked, text: str, _row: int, _done: set[str]) -> str:
    return text


def _code(about: Asked, text: str, row: int, _done: set[str]) -> str:
    if _MANGLED.fullmatch(text):
        told = _("looks like a code that a spreadsheet made a number of (got {value}); make it a text")
        about.draft.report(row, about.name, told.format(value=shown(text)))
    return text


def _operators(_about: Asked, text: str, _row: int, done: set[str]) -> str:
    """Operators of a cell such as 移动、联通 as `mobile+unicom`; a word that is none stays for the reader to refuse."""
    known = words("operator")
    if plain.key(text) in _ALL_THREE:
        done.add("word")
        return "mobile+unicom+telecom"
    found: list[str] = []
    for part in filter(None, _OPERATORS.split(text)):
        ours = known.get(plain.key(part))
        inside = [word for zh, word in (("移动", "mobile"), ("联通", "unicom"), ("电信", "telecom")) if zh in part]
        rest = re.sub(r"中国|移动|联通|电信|广电", "", part)
        found += [ours] if ours else inside if inside and not rest else [part]
    ours_all = "+".join(dict.fromkeys(found))
    if ours_all != text:
        done.add("word")
    return ours_all


_BY_KIND: Final = {"real": _number, "whole": _number, "day": _day, "flag": _word, "word": _word}
