"""One door for all files that become a topology: what a file is, by its content and its name, and who reads it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from sim.intake.mapping import Mapping, read_mapping
from sim.intake.spreadsheet import Plan, import_spreadsheet, plan_by_guess, plan_by_mapping
from sim.intake.told import Told
from sim.sheets.grid import is_archive, open_paper
from sim.topology.imported import USERS, import_graphml

Sort = Literal["graphml", "spreadsheet"]
_HEAD_BYTES: Final = 4_000


@dataclass(frozen=True)
class Wishes:
    """What the caller says of a file; each sort of file takes what concerns it.

    `agree` is asked before a guessed plan is followed, and raises to refuse.
    """

    mapping: Path | None = None
    convert: bool = False
    name: str = ""
    cores: tuple[str, ...] = ()
    users: float = USERS
    agree: Callable[[Plan], None] = lambda _plan: None


def sort_of(path: Path) -> Sort:
    """What a file is, by its content, else by its name; what cannot be read is taken for a spreadsheet."""
    head = _head(path)
    if is_archive(head):
        return "spreadsheet"
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n")
    if b"<graphml" in head or (start.startswith(b"<") and path.suffix.casefold() not in _SHEETS):
        return "graphml"
    return "graphml" if path.suffix.casefold() in (".graphml", ".xml") else "spreadsheet"


_SHEETS: Final = (".csv", ".txt", ".tsv", ".xlsx", ".xlsm", ".xls")


def _head(path: Path) -> bytes:
    try:
        if not path.is_file():
            return b""
        with path.open("rb") as stream:
            return stream.read(_HEAD_BYTES)
    except (OSError, ValueError):
        return b""


def import_file(path: Path, folder: Path, out: Path, wishes: Wishes) -> Told:
    """Write what a file holds into a folder that will be `out`. Raises `InputError`."""
    return _DOORS[sort_of(path)](path, folder, out, wishes)


def _graphml(path: Path, folder: Path, out: Path, wishes: Wishes) -> Told:
    guesses = import_graphml(path, folder, wishes.cores, wishes.users)
    return Told(str(path), str(out), guesses=guesses)


def _spreadsheet(path: Path, folder: Path, out: Path, wishes: Wishes) -> Told:
    plan = plan_of(path, wishes)
    if plan.guessed:
        wishes.agree(plan)
    return import_spreadsheet(plan, folder, out, wishes.name)


def plan_of(path: Path, wishes: Wishes) -> Plan:
    """How a spreadsheet would be read. Raises `InputError`."""
    mapping = read_mapping(wishes.mapping) if wishes.mapping is not None else None
    paper = open_paper(path)
    plan = plan_by_guess(paper) if mapping is None else plan_by_mapping(paper, mapping)
    if not wishes.convert:
        return plan
    given = plan.mapping
    converted = Mapping(given.tables, "GCJ-02", convert=True, as_of=given.as_of, said_crs=True, path=given.path)
    return Plan(plan.paper, converted, plan.found, plan.guessed, plan.about)


_DOORS: Final[dict[Sort, Callable[[Path, Path, Path, Wishes], Told]]] = {
    "graphml": _graphml,
    "spreadsheet": _spreadsheet,
}
