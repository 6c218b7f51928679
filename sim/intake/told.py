"""What an import has to tell: what was read, made plain, filled in, guessed, left aside, and what to look at."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from sim.errors import one_line
from sim.language import _
from sim.topology.notes import note_told


def _cleaned(kind: str) -> str:
    """A sort of cleaning in words."""
    return {
        "spaces": _("stray spaces or unseen signs"),
        "full-width": _("full-width signs"),
        "nothing": _("words for nothing taken as empty"),
        "thousands": _("thousands separators"),
        "unit": _("units behind numbers"),
        "product": _("products such as 500*2 worked out"),
        "degrees": _("degrees with signs or letters"),
        "date": _("dates in another form"),
        "word": _("words taken for ours"),
        "name": _("names taken for ids"),
        "apostrophe": _("apostrophes before formulas taken off"),
        "formula": _("formulas, their last value taken"),
        "merged": _("cells of merged ranges, all given the first's value"),
        "total": _("rows of totals left out"),
        "heads": _("repeated headings left out"),
        "item": _("items of a sort that no drill knows, left out"),
    }[kind]


@dataclass
class Tally:
    """Counts of what was made plain, by table, column and sort; gathered while the tables are read."""

    counts: Counter[tuple[str, str, str]] = field(default_factory=Counter)

    def add(self, table: str, column: str, kind: str, count: int = 1) -> None:
        """Count one sort of cleaning."""
        if count:
            self.counts[table, column, kind] += count

    def lines(self) -> list[dict[str, Any]]:
        """Table, column, what and how often; in the order of the tables."""
        return [
            {"table": table, "column": column, "kind": kind, "what": _cleaned(kind), "count": count}
            for (table, column, kind), count in self.counts.items()
        ]


class Unused(NamedTuple):
    """A heading that nothing is made of; `cell` is empty where the file has no cells, `why` where it was not known."""

    table: str
    heading: str
    cell: str
    why: str

    def told(self) -> str:
        """As people read it: cell, heading, reason."""
        heading = one_line(f"{self.cell} {self.heading}".strip(), 100)
        return _("{heading} ({why})").format(heading=heading, why=self.why) if self.why else heading


@dataclass(frozen=True)
class Told:
    """The summary of an import."""

    file: str
    out: str
    rows: dict[str, int] = field(default_factory=dict)
    """Rows of each table that was read."""
    cleaned: list[dict[str, Any]] = field(default_factory=list)
    guesses: tuple[str, ...] = ()
    """What was filled in or assumed: every scorecard lists these."""
    unused: list[Unused] = field(default_factory=list)
    """Headings that nothing was made of."""
    unread: tuple[str, ...] = ()
    """Sheets from which nothing was taken."""
    checked: list[str] = field(default_factory=list)
    """What was looked at and how far that goes, such as the system of the coordinates."""
    warnings: list[str] = field(default_factory=list)
    written: list[str] = field(default_factory=list)
    """Files beside the tables of the topology."""

    def to_json(self) -> dict[str, Any]:
        """As `--json` prints it."""
        return {
            "file": self.file,
            "out": self.out,
            "rows": self.rows,
            "cleaned": self.cleaned,
            "guesses": list(self.guesses),
            "unused": [one.heading for one in self.unused],
            "unread": list(self.unread),
            "checked": self.checked,
            "warnings": self.warnings,
            "written": self.written,
        }

    def lines(self) -> list[str]:
        """As people read it."""
        found = [_("Written to {folder}").format(folder=self.out)]
        if self.rows:
            counts = ", ".join(f"{table} {count}" for table, count in self.rows.items())
            found.append(_("read: {counts}").format(counts=counts))
        for line in self.cleaned:
            place = ".".join(part for part in (line["table"], line["column"]) if part)
            told = _("cleaned: {place}: {count} {what}")
            found.append(told.format(place=place, count=line["count"], what=line["what"]))
        found += [_("guessed: {guess}").format(guess=note_told(guess)) for guess in self.guesses]
        if self.unused:
            found.append(_("not used: {headings}").format(headings=", ".join(one.told() for one in self.unused)))
        if self.unread:
            found.append(_("sheets not read: {titles}").format(titles=", ".join(self.unread)))
        found += [_("checked: {line}").format(line=note_told(line)) for line in self.checked]
        found += [_("also written: {file}").format(file=name) for name in self.written]
        return found
