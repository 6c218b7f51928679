"""One door for all files that become a topology: what a file is, by its content and its name, and who reads it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, Literal

from sim.errors import input_error
from sim.intake import opencellid, points
from sim.intake.datum import known_spots
from sim.intake.mapping import read_mapping
from sim.intake.opencellid import is_cell_list
from sim.intake.plans import Plan, added_to, plan_by_guess, plan_by_mapping
from sim.intake.spreadsheet import import_spreadsheet
from sim.intake.told import Told
from sim.language import _
from sim.sheets.grid import Paper, is_archive, open_paper
from sim.topology import load_topology
from sim.topology.imported import USERS, import_graphml

Sort = Literal["alert", "cells", "geojson", "graphml", "kml", "spreadsheet"]
_HEAD_BYTES: Final = 4_000


@dataclass(frozen=True)
class Wishes:
    """What the caller says of a file; each sort of file takes what concerns it.

    `agree` is asked before a guessed plan is followed, and raises to refuse.
    """

    mapping: Path | None = None
    convert: bool = False
    name: str = ""
    table: str = ""
    """What a spreadsheet holds, where its titles and headings do not say: sites, depots."""
    network: Path | None = None
    """A topology that the file adds to."""
    known: Path | None = None
    """A topology in WGS-84 with some of the places, to compare positions with."""
    cores: tuple[str, ...] = ()
    users: float = USERS
    agree: Callable[[Plan], None] = lambda _plan: None


def sort_of(path: Path) -> Sort:
    """What a file is, by its content, else by its name; what cannot be read is taken for a spreadsheet."""
    head = _head(path)
    if is_archive(head):
        return "spreadsheet"
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n")
    if start.startswith(b"{") and path.suffix.casefold() not in _SHEETS:
        return "geojson"
    for mark, sort in _MARKS.items():
        if mark in head and start.startswith(b"<"):
            return sort
    if path.suffix.casefold() in _NAMES:
        return _NAMES[path.suffix.casefold()]
    if is_cell_list(path, head):
        return "cells"
    if b"<graphml" in head or (start.startswith(b"<") and path.suffix.casefold() not in _SHEETS):
        return "graphml"
    return "graphml" if path.suffix.casefold() in (".graphml", ".xml") else "spreadsheet"


_MARKS: Final[dict[bytes, Sort]] = {b"<kml": "kml", b"urn:oasis:names:tc:emergency:cap": "alert"}
_NAMES: Final[dict[str, Sort]] = {".geojson": "geojson", ".json": "geojson", ".kml": "kml"}
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
    known = None if wishes.known is None else known_spots(load_topology(wishes.known))
    return import_spreadsheet(plan, folder, out, wishes.name, known)


def plan_of(path: Path, wishes: Wishes) -> Plan:
    """How a spreadsheet would be read. Raises `InputError`."""
    mapping = read_mapping(wishes.mapping) if wishes.mapping is not None else None
    paper, notes, warnings = _paper(path)
    plan = plan_by_guess(paper, wishes.table) if mapping is None else plan_by_mapping(paper, mapping)
    guessed = plan.guessed and sort_of(path) != "cells"  # its headings are no guess
    plan = replace(plan, notes=tuple(notes), warnings=tuple(warnings), guessed=guessed)
    if wishes.network is not None:
        plan = added_to(load_topology(wishes.network), plan)
    if not wishes.convert:
        return plan
    given = plan.mapping
    return replace(plan, mapping=replace(given, crs="GCJ-02", convert=True, said_crs=True))


def _paper(path: Path) -> tuple[Paper, list[str], list[str]]:
    """A file as sheets, what was assumed on the way, and what to look at."""
    sort = sort_of(path)
    if sort == "cells":
        return (*opencellid.paper_of(opencellid.read_cells(path)), [])
    if sort in ("geojson", "kml"):
        found = points.read_geojson(path) if sort == "geojson" else points.read_kml(path)
        return (*points.paper_of(found), list(points.warnings(found)))
    return open_paper(path), [], []


def _alert(path: Path, _folder: Path, _out: Path, _wishes: Wishes) -> Told:
    told = _("is a weather alert: `drill alert` makes lines of a scenario of it")
    raise input_error(told, file=path)


_DOORS: Final[dict[Sort, Callable[[Path, Path, Path, Wishes], Told]]] = {
    "alert": _alert,
    "cells": _spreadsheet,
    "geojson": _spreadsheet,
    "graphml": _graphml,
    "kml": _spreadsheet,
    "spreadsheet": _spreadsheet,
}
