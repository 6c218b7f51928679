"""What a form is made of: chapters of paragraphs, grids, pictures, and boxes left for people. No office format here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from struct import unpack
from typing import Final, Literal

from sim.language import _, spoken
from sim.page import parts as page
from sim.page.parts import Cell

_WIDE: Final = 1.1
Source = Literal["", "simulated", "hand"]
"""Where a column's cells come from: the plan, the simulation, or somebody with a pen."""


@dataclass(frozen=True)
class Column:
    """Head of a column; `width` is its weight, 0 for one by what is in it."""

    text: str
    source: Source = ""
    number: bool = False
    width: float = 0.0


@dataclass(frozen=True)
class Grid:
    """A table; the head is repeated on every page."""

    columns: Sequence[Column]
    rows: Sequence[Sequence[Cell]]
    title: str = ""
    note: str = ""


@dataclass(frozen=True)
class Words:
    """A paragraph; `quiet` for notes."""

    text: str
    quiet: bool = False


@dataclass(frozen=True)
class Blank:
    """A box for people to write in, about so many lines high."""

    label: str
    lines: int = 3


@dataclass(frozen=True)
class Pairs:
    """Terms and what they are; an empty text is a place to write."""

    pairs: Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Image:
    """A picture as PNG, and what it shows."""

    png: bytes
    words: str

    @property
    def wide(self) -> bool:
        """Whether it wants a page turned on its side."""
        across, down = unpack(">II", self.png[16:24])
        return bool(across > _WIDE * down)


@dataclass(frozen=True)
class Heading:
    """A heading below the chapter's."""

    text: str


Part = Words | Grid | Blank | Pairs | Image | Heading


@dataclass(frozen=True)
class Chapter:
    """A numbered chapter."""

    title: str
    parts: Sequence[Part]


@dataclass(frozen=True)
class Sheet:
    """A sheet of the .xlsx beside the document."""

    title: str
    grid: Grid


@dataclass(frozen=True)
class Form:
    """A whole form. `template` names its template, `name` its file without ending; no sheets: no .xlsx.

    `apart`: every chapter begins a page.
    """

    template: str
    name: str
    title: str
    lines: Sequence[str]
    chapters: Sequence[Chapter]
    sheets: Sequence[Sheet] = field(default=())
    apart: bool = False


DASHES: Final = "☐ ————"
"""A place for a figure that the model does not have; never a zero."""


def row(*texts: str) -> list[Cell]:
    """A row of plain texts."""
    return [Cell(text) for text in texts]


def spaced(*texts: str) -> str:
    """Texts behind each other, with a blank between them where the language has one."""
    return ("" if spoken() == "zh" else " ").join(texts)


def source_words() -> Words:
    """What shading means."""
    return Words(
        _("Shaded cells are evidence from the simulation, not observations. White cells and boxes are for people."),
        quiet=True,
    )


def grid_of(table: page.Table) -> Grid:
    """A table of the report page as one of a form."""
    columns = [Column("\n".join(filter(None, (head.text, head.under))), number=head.number) for head in table.heads]
    return Grid(columns, table.rows, table.title, table.note)


def of_page(parts: Sequence[page.Part]) -> list[Part]:
    """Parts of the report page as parts of a form; bars, drawings and what is folded away stay there."""
    found: list[Part] = []
    for part in parts:
        if isinstance(part, page.Table):
            found.append(grid_of(part))
        elif isinstance(part, page.Words):
            found.append(Words(part.text, quiet=part.tone == "quiet"))
        elif isinstance(part, page.Chains):
            found += [_chain(chain, at if part.numbered else 0) for at, chain in enumerate(part.chains, start=1)]
        elif isinstance(part, page.Facts):
            found.append(Pairs([(fact.term, fact.text) for fact in part.facts]))
    return found


def _chain(chain: page.Chain, number: int) -> Grid:
    steps = [row(step.when, step.text) for step in (*chain.steps, *chain.after)]
    title = f"{number}. {chain.title}" if number else chain.title
    columns = [Column(_("when"), width=1), Column(_("what happened, the first cause first"), width=5)]
    return Grid(columns, steps, title, chain.facts)
