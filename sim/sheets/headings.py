"""Headings and words of ledgers: which of our columns a heading means, where the headings are, whose word is which."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

from sim.language import Language
from sim.sheets.cells import UNITS, key, text_of
from sim.sheets.grid import Grid
from sim.yamlfile import read_yaml

_WORDS: Final = {("edges", "class"): "edge_class"}
_FIRST_ROWS: Final = 30
"""A heading further down is not looked for."""
_BRACKET: Final = re.compile(r"\(([^()]*)\)$")
_GENERATOR: Final = re.compile(
    r"(\d+)(?:\.\d+)?(?:kw|千瓦)(汽油|柴油|拖车|移动|车载|发电车|电源车)|(汽油|柴油|拖车|车载|发电车|电源车)[^\d]*(\d+)(?:\.\d+)?(?:kw|千瓦)"
)
_GENERATOR_WORDS: Final = {
    "汽油": "petrol", "柴油": "diesel", "拖车": "trailer", "移动": "trailer", "车载": "truck",
    "发电车": "truck", "电源车": "truck",
}  # fmt: skip


@cache
def _data() -> dict[str, Any]:
    found: dict[str, Any] = read_yaml(Path(__file__).with_name("headings.yaml")).data
    return found


@cache
def known(table: str) -> dict[str, str]:
    """Heading as it is compared → our column, for a table; our own names are headings too."""
    found: dict[str, str] = {}
    for column, headings in _data()["columns"][table].items():
        for heading in (column, *headings):
            found.setdefault(key(heading), column)
    return found


def columns(table: str) -> tuple[str, ...]:
    """Our columns of a table that a heading can mean, generators left out."""
    return tuple(_data()["columns"][table])


def heading_of(table: str, column: str) -> str:
    """The Chinese heading of a column."""
    return str(_data()["columns"].get(table, {}).get(column, [column])[0])


def title_of(table: str, language: Language = "zh") -> str:
    """The title of a table's sheet; in English our own name of it."""
    return str(_data()["titles"][table][0]) if language == "zh" else table


def table_of(title: str) -> str | None:
    """The table a sheet's title means; None where it says nothing."""
    wanted = key(title)
    return next((table for table, titles in _data()["titles"].items() if wanted in map(key, (table, *titles))), None)


def unit_of(column: str) -> str:
    """The dimension of a column's numbers, as in `UNITS`; empty where it has none."""
    return str(_data()["units"].get(column, ""))


def word_key(table: str, column: str) -> str:
    """The name under which the words of a table's column are kept."""
    return _WORDS.get((table, column), column)


def words(column: str) -> Mapping[str, str]:
    """Their word as it is compared → ours, for a column of fixed words."""
    return _words(column)


@cache
def _words(column: str) -> dict[str, str]:
    return {key(word): ours for ours, theirs in _data()["words"].get(column, {}).items() for word in theirs}


def word_of(column: str, ours: str) -> str:
    """The Chinese word for ours."""
    theirs = _data()["words"].get(column, {}).get(ours)
    return str(theirs[0]) if theirs else ours


def meaning(table: str, heading: str) -> str | None:
    """The column that a heading means; None where it is none of the table's."""
    plain, names = key(heading), known(table)
    if plain in names:
        return names[plain]
    found = _BRACKET.search(plain)
    bare = names.get(plain[: found.start()]) if found else None
    if bare is not None and (not found or _unit_fits(bare, found[1])):
        return bare
    return generator(plain) if table == "depots" else None


def doubted(column: str, heading: str) -> bool:
    """Whether a heading that means a column may mean something else."""
    return any(key(word) in key(heading) for word in _data()["doubtful"].get(column, ()))


def _unit_fits(column: str, bracket: str) -> bool:
    """Whether what stands in brackets behind a heading may be a unit of the column or a remark."""
    own = UNITS.get(unit_of(column), {})
    others = {unit for dimension, units in UNITS.items() if dimension != "count" for unit in units}
    return bracket in own or bracket not in others


def heading_unit(heading: str) -> str:
    """The unit in the brackets behind a heading."""
    found = _BRACKET.search(key(heading))
    return found[1] if found else ""


def generator(plain: str) -> str | None:
    """The ledger key of a heading such as 5kW汽油发电机: `petrol_5kw`; our own keys as they are."""
    if found := re.fullmatch(r"(petrol|diesel|trailer|truck|generator)(\w+)", plain):
        return f"{found[1]}_{found[2]}"
    found = _GENERATOR.search(plain)
    if not found:
        return None
    size, word = (found[1], found[2]) if found[1] else (found[4], found[3])
    return f"{_GENERATOR_WORDS[word]}_{size}kw"


@dataclass(frozen=True)
class Heads:
    """The headings of a sheet: `first` is the row of the grid below them, `texts` one heading a column.

    `others` are spellings of the same heading where it stands in two rows, such as 电池 over 容量(Ah).
    """

    first: int
    texts: tuple[str, ...]
    others: tuple[tuple[str, ...], ...] = field(default=(), repr=False)

    def spellings(self, column: int) -> tuple[str, ...]:
        """What a column may be called."""
        more = self.others[column] if self.others else ()
        return tuple(dict.fromkeys((self.texts[column], *more)))

    def find(self, heading: str) -> int | None:
        """The column under a heading; None where there is none."""
        wanted = key(heading)
        exact = (n for n in range(len(self.texts)) if wanted in map(key, self.spellings(n)))
        return next(exact, None)


def guess(table: str, heads: Heads) -> dict[str, int]:
    """Our column → column of the sheet, by the headings; the first of several that mean the same."""
    found: dict[str, int] = {}
    for column in range(len(heads.texts)):
        ours = next((one for text in heads.spellings(column) if text and (one := meaning(table, text))), None)
        if ours is not None:
            found.setdefault(ours, column)
    return found


def guess_by_words(table: str, heads: Heads, grid: Grid, found: Mapping[str, int]) -> dict[str, int]:
    """The same with headings such as 站型: they mean the column that knows most of the words below, half at least."""
    several = {key(heading): names for heading, names in _data()["by_words"].get(table, {}).items()}
    more = dict(found)
    for at, text in enumerate(heads.texts):
        names = [name for name in several.get(key(text), ()) if name not in more]
        cells = [key(text_of(row[at])) for row in grid.rows[heads.first :] if at < len(row)]
        given = [cell for cell in cells if cell]
        counts = {name: sum(cell in words(name) for cell in given) for name in names}
        best = max(counts, key=lambda name: counts[name], default=None)
        if best is not None and counts[best] * 2 >= max(len(given), 1):
            more[best] = at
    return more


def find_heads(grid: Grid, wanted: Sequence[str] = (), table: str = "sites") -> Heads | None:
    """The row of headings: the one among the first with most headings that are wanted, else known; None without any.

    Two rows count as one where a heading of the upper spans columns (it was merged).
    """
    best: tuple[tuple[int, bool], Heads] | None = None
    for row in range(min(_FIRST_ROWS, len(grid.rows))):
        for heads in _candidates(grid, row):
            score = _score(heads, wanted, table)
            rank = score, not heads.others
            if score and (best is None or rank > best[0]):
                best = rank, heads
    return best[1] if best else None


def _score(heads: Heads, wanted: Sequence[str], table: str) -> int:
    if wanted:
        return sum(heads.find(heading) is not None for heading in wanted)
    return len(guess(table, heads))


def _candidates(grid: Grid, row: int) -> list[Heads]:
    upper = [" ".join(text_of(cell).split()) for cell in grid.rows[row]]
    found = [Heads(row + 1, tuple(upper))]
    if row + 1 < len(grid.rows) and any(a and a == b for a, b in pairwise(upper)):
        lower = [" ".join(text_of(cell).split()) for cell in grid.rows[row + 1]]
        lower += [""] * (len(upper) - len(lower))
        pairs = [(a, b) if b and a != b else (a, "") for a, b in zip(upper, lower, strict=False)]
        texts = tuple(f"{a}{b}" for a, b in pairs)
        found.append(Heads(row + 2, texts, tuple((b, a) if b else (a,) for a, b in pairs)))
    return found
