"""What a person should know of a plan before it is followed: columns not used, doubts, cells to be filled."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from sim.errors import one_line
from sim.intake.derive import designed, note
from sim.intake.draft import Draft
from sim.intake.fills import Gap, gaps
from sim.intake.mapping import Beside
from sim.intake.plans import Found, Plan
from sim.intake.told import Unused
from sim.language import _
from sim.sheets.cells import key
from sim.sheets.headings import Heads, doubted, meaning
from sim.sheets.office import address
from sim.topology.notes import note_told

_BATTERY: Final = ("电池", "battery")


@dataclass(frozen=True)
class Remarks:
    """All that is to be said of a plan beside its mapping; `sheets`: titles of those that are not read."""

    unused: tuple[Unused, ...]
    doubts: tuple[tuple[str, str], ...]
    """Table and line."""
    gaps: dict[str, list[Gap]]
    sheets: tuple[str, ...]

    def beside(self) -> Beside:
        """The same for a mapping file."""
        comments: dict[str, list[str]] = {}
        for one in self.unused:
            comments.setdefault(one.table, []).append(_("not used: {heading}").format(heading=one.told()))
        for table, text in self.doubts:
            comments.setdefault(table, []).append(one_line(_("in doubt: {text}").format(text=text), 200))
        if self.sheets:
            comments[""] = [one_line(_("sheets not read: {titles}").format(titles=", ".join(self.sheets)), 300)]
        fills = {table: {gap.column: (gap.fill, gap.told()) for gap in rows} for table, rows in self.gaps.items()}
        return Beside(comments, fills)


def remarks(plan: Plan) -> Remarks:
    """What is to be said of a plan; its cells are read once for it, and no problem of them is told."""
    doubts = [
        (one.table, f"{_cell(plan, one, at)} {note_told(text)}".strip())
        for one in plan.found
        for at, text in _doubts(one.heads, one)
    ]
    return Remarks(tuple(unused(plan)), tuple(doubts), gaps(plan), unread(plan))


def unused(plan: Plan) -> list[Unused]:
    """Headings that nothing is made of, and columns that no drill makes anything of."""
    reasons = {
        "supply": _("a site hangs on one feeder, however it is supplied"),
        "contractor": _("crews come from depots: name it in the resource ledger"),
        "downstream": _("counted from the hubs instead"),
    }
    found = []
    for one in plan.found:
        own = {at: name for name, at in one.place.items()}
        for at, text in enumerate(one.heads.texts):
            name = own.get(at)
            if text and (name is None or name in reasons):
                why = _twice(one, text) if name is None else reasons[name]
                found.append(Unused(one.table, text, _cell(plan, one, at), why))
    return found


def _twice(one: Found, text: str) -> str:
    """Whether another column was taken for what a heading means."""
    ours = meaning(one.table, text)
    if ours not in one.place:
        return ""
    return _("means {column}, as {heading} does").format(column=ours, heading=one.heads.texts[one.place[ours]])


def _cell(plan: Plan, one: Found, at: int) -> str:
    row = one.heads.first - 1
    if plan.paper.made is not None or not 0 <= row < len(one.grid.lines):
        return ""
    cell = address(one.grid.lines[row] - 1, at)
    return f"{one.grid.title}!{cell}" if len(plan.found) > 1 else cell


def unread(plan: Plan) -> tuple[str, ...]:
    """Titles of sheets from which nothing is taken; not of a workbook of ours."""
    used = {one.grid.title for one in plan.found}
    titles = () if plan.about else (*plan.paper.titles, *plan.paper.hidden)
    return tuple(title for title in titles if title and title not in used)


def doubtful(plan: Plan, drafts: dict[str, Draft]) -> list[str]:
    """Guesses at headings that may mean something else, with how many cells were taken so; none of a given mapping."""
    notes: list[str] = []
    for one in plan.found if plan.guessed else ():
        draft = drafts[one.table]
        for at, text in _doubts(one.heads, one):
            column = next(name for name, place in one.place.items() if place == at)
            if column != "autonomy_h":  # told of a given mapping too
                note(notes, sum(map(bool, draft.column(column))), len(draft), one.table, text)
    return notes


def _doubts(heads: Heads, one: Found) -> list[tuple[int, str]]:
    """Column of the sheet and what is in doubt, in English, as a note."""
    if one.exact or one.table != "sites":
        return []
    found = []
    if (at := one.place.get("battery_since")) is not None:
        words = " ".join(heads.spellings(at))
        if doubted("battery_since", words) and not any(word in key(words) for word in _BATTERY):
            told = "'{heading}' taken as the battery's first day; if it is the site's, leave it out"
            found.append((at, told.format(heading=heads.texts[at])))
    if (at := one.place.get("autonomy_h")) is not None and (text := designed(heads.texts[at])):
        found.append((at, text))
    return found
