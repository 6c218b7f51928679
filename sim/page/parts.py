"""What a page is made of: sections, and the tables, cards, bars, chains and pictures in them. No HTML here.

A section is data; the templates only show it. Whatever stands here as text is text on the page, too.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import ClassVar, Literal

Tone = Literal["", "good", "bad", "unknown", "quiet"]
"""How something is told: met, missed, neither, of less weight. Each has a symbol beside its colour."""


@dataclass(frozen=True)
class Cell:
    """A cell of a table; `value` is the exact number behind the text, for machines, `under` a smaller second line.

    `kpi` names the figure of the catalogue that it shows, `scope` the county or the instant where it is not the
    whole at the end.
    """

    text: str
    tone: Tone = ""
    under: str = ""
    value: float | None = None
    kpi: str = ""
    scope: str = ""
    code: bool = False
    """An identifier, in fixed width."""
    tight: bool = False
    """Not to be broken, such as a clock."""


@dataclass(frozen=True)
class Head:
    """The head of a column; numbers stand to the right."""

    text: str
    number: bool = False
    under: str = ""


@dataclass(frozen=True)
class Table:
    """A table; the last `totals` rows are sums."""

    kind: ClassVar = "table"
    heads: Sequence[Head]
    rows: Sequence[Sequence[Cell]]
    title: str = ""
    note: str = ""
    totals: int = 0


@dataclass(frozen=True)
class Card:
    """A figure that should be seen at once."""

    label: str
    figure: Cell
    unit: str = ""


@dataclass(frozen=True)
class Cards:
    """A strip of figures."""

    kind: ClassVar = "cards"
    cards: Sequence[Card]


@dataclass(frozen=True)
class Words:
    """A paragraph."""

    kind: ClassVar = "words"
    text: str
    tone: Tone = ""


@dataclass(frozen=True)
class Picture:
    """A drawing: SVG made by this program, or a PNG as base64; `words` say what it shows."""

    kind: ClassVar = "picture"
    words: str
    svg: str = ""
    png: str = ""


@dataclass(frozen=True)
class Slice:
    """A piece of a bar: the index of its state, its share of the whole, and the words for it."""

    state: int
    share: float
    words: str


@dataclass(frozen=True)
class Bar:
    """A bar of slices that together are the whole."""

    label: str
    slices: Sequence[Slice]
    words: str = ""


@dataclass(frozen=True)
class Bars:
    """Bars above each other, with one legend; `states` names what the slices index."""

    kind: ClassVar = "bars"
    states: Sequence[str]
    bars: Sequence[Bar]


@dataclass(frozen=True)
class Step:
    """One link of a chain of causes: when, and what happened."""

    when: str
    text: str


@dataclass(frozen=True)
class Chain:
    """Something that happened, and what led to it, the first cause first; `after` is how it ended.

    `turned` says what held it by then, where that was not what had begun it.
    """

    title: str
    facts: str
    steps: Sequence[Step]
    after: Sequence[Step] = ()
    turned: str = ""


@dataclass(frozen=True)
class Chains:
    """Chains of causes, numbered."""

    kind: ClassVar = "chains"
    chains: Sequence[Chain]
    numbered: bool = True


@dataclass(frozen=True)
class Fact:
    """A term and what it is; `code` for identifiers and commands."""

    term: str
    text: str
    code: bool = False


@dataclass(frozen=True)
class Facts:
    """Terms and what they are."""

    kind: ClassVar = "facts"
    facts: Sequence[Fact]


@dataclass(frozen=True)
class Folded:
    """Parts that are there for whoever asks: folded away until then."""

    kind: ClassVar = "folded"
    title: str
    parts: Sequence[Part]


Part = Table | Cards | Words | Picture | Bars | Chains | Facts | Folded


@dataclass(frozen=True)
class Section:
    """A chapter of a page; `id` is its anchor."""

    id: str
    title: str
    parts: Sequence[Part]
    lead: str = ""


@dataclass(frozen=True)
class Page:
    """A whole page: its head, the verdict in one line, and the sections that have something to show."""

    title: str
    lines: Sequence[str]
    verdict: str
    tone: Tone
    sections: Sequence[Section]
    foot: str = ""
    cards: Sequence[Card] = field(default=())
