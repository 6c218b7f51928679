"""One's own inventory: CSV tables in, a network out; what is missing is guessed, counted and told.

Every problem of every file is reported in one pass. What had to be guessed stands in `Topology.origin`, one
line each, so that a scorecard can list it.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from sim.errors import InputError, Problem
from sim.language import _
from sim.topology import csvfile
from sim.topology.checks import check_links, check_positions, check_roads, check_sites, doubles_note, reach_notes
from sim.topology.columns import COLUMNS, Column
from sim.topology.csvfile import Desk, Sheet, Table
from sim.topology.empty import empty
from sim.topology.geo import wgs84_from_gcj02
from sim.topology.guesses import Gaps, make_counties, make_depots, make_feeders, make_roads, make_townships
from sim.topology.guesses_sites import make_links, make_sites, make_stations, operators_of
from sim.topology.spec import Csv, Files
from sim.topology.tables import Bools, Texts, Topology
from sim.yamlfile import Document, Loc, dotted

_TABLES = ("sites", "counties", "townships", "feeders", "stations", "links", "depots")
_ORDER = ("sites", "counties", "townships", "feeders", "nodes", "edges", "stations", "links", "depots")
"""As they refer to each other; the ids of the sites are known to all."""
_NAMED_BY = {"counties": "county", "townships": "township", "feeders": "feeder"}


def read_files(spec: Files, document: Document) -> tuple[Topology, dict[str, str]]:
    """The network in the files of a spec, with an empty digest, and the hash of each file by name.

    Raises `InputError` with every problem of every file.
    """
    desk = Desk(document.path.parent)
    _check_files(spec, document, desk)
    sources: dict[str, Csv | None] = {name: getattr(spec, name) for name in _TABLES}
    if spec.roads is not None:
        sources |= {"nodes": spec.roads.nodes, "edges": spec.roads.edges}
    sheets = {
        name: csvfile.read_sheet(source, COLUMNS[name], desk)
        for name in _ORDER
        if (source := sources.get(name)) is not None
    }
    origin = " ".join((spec.origin or "Own inventory.").split())
    about = About(spec.name, origin, spec.guesses, convert=spec.convert_from_gcj02)
    return read_sheets(about, sheets, desk), desk.hashes


@dataclass(frozen=True)
class About:
    """What is said of an inventory beside its tables; `convert`: its positions are GCJ-02, to be made WGS-84."""

    name: str
    origin: str
    guesses: tuple[str, ...] = ()
    convert: bool = False


def read_sheets(about: About, sheets: dict[str, Sheet], desk: Desk) -> Topology:
    """The network in tables as read, `sites` at least, with an empty digest.

    Raises `InputError` with every problem on the desk and every one that is found.
    """
    reader = _Reader(sheets, desk, convert=about.convert)
    tables = reader.all()
    operators = operators_of(tables["sites"])
    check_sites(tables["sites"].sheet, tables["sites"].values)
    if "edges" in tables:
        check_roads(tables["edges"].sheet, tables["edges"].values)
    if "links" in tables:
        check_links(tables["links"].sheet, tables["links"].values, tables["sites"].values)
    if desk.problems:
        raise InputError(desk.sorted())
    topology = _built(about, reader, tables, operators)
    _check_ids(reader, tables, topology)
    return topology


def _check_files(spec: Files, document: Document, desk: Desk) -> None:
    """Raise `InputError` for every file the spec names where there is none."""
    named: dict[Loc, Csv | None] = {(key,): getattr(spec, key) for key in _TABLES}
    if spec.roads is not None:
        named |= {("roads", "nodes"): spec.roads.nodes, ("roads", "edges"): spec.roads.edges}
    problems = []
    for loc, source in named.items():
        if source is None:
            continue
        name, at = (source, loc) if isinstance(source, str) else (source.file, (*loc, "file"))
        if wrong := _no_file(desk.folder / name):
            message = wrong.format(name=name) + csvfile.near(Path(name).name, _beside(desk.folder / name))
            problems.append(Problem(str(document.path), document.line_of_path(at), dotted(at), message))
    if problems:
        raise InputError(sorted(problems, key=lambda problem: problem.line or 0))


def _no_file(path: Path) -> str:
    """What is wrong with naming a path, with {name} in it; empty where reading it tells."""
    try:
        if path.is_dir():
            return _("names a directory, not a file: {name}")
        return "" if path.exists() else _("names a file that does not exist: {name}")
    except OSError:
        return ""


def _beside(path: Path) -> list[str]:
    try:
        return sorted(file.name for file in path.parent.glob("*.csv"))
    except OSError:
        return []


def _check_ids(reader: _Reader, tables: dict[str, Table], topology: Topology) -> None:
    """Refuse ids that were given to one row and made up for another, such as two stations of one operator."""
    made = {"stations": topology.stations.id, "links": topology.links.id, "edges": topology.roads.edge_id}
    for name, ids in made.items():
        if name in tables and not tables[name].given["id"].all():
            csvfile.unique(tables[name].sheet, "id", ids)
    if reader.desk.problems:
        raise InputError(reader.desk.sorted())


class _Reader:
    """Reads the tables in the order in which they refer to each other."""

    def __init__(self, sheets: dict[str, Sheet], desk: Desk, *, convert: bool) -> None:
        self.sheets, self.desk, self.convert = sheets, desk, convert
        self.ids: dict[str, Texts] = {}
        self.sites = sheets["sites"]

    def all(self) -> dict[str, Table]:
        """Every table there is."""
        self.ids["sites"] = np.array(self.sites.cells.get("id") or [""], dtype=np.str_)[: len(self.sites)]
        tables: dict[str, Table] = {}
        for name in (*_ORDER[1:6], "sites", *_ORDER[6:]):
            if name in self.sheets:
                tables[name] = self._parsed(name, self.sheets[name])
            else:
                self.ids[name] = self._named(name)
        return tables

    def _named(self, table: str) -> Texts:
        """Ids that the sites name, where there is no table of their own."""
        cells = self.sites.cells.get(_NAMED_BY.get(table, ""), [])
        found = sorted({cell for cell in cells if cell not in ("", csvfile.NONE)})
        return np.array(found or [""], dtype=np.str_)[: len(found)]

    def _parsed(self, name: str, sheet: Sheet) -> Table:
        table = Table(sheet, {}, {})
        for column in COLUMNS[name]:
            table.values[column.name], table.given[column.name] = self._column(sheet, column)
        csvfile.unique(sheet, "id", table.values["id"])
        self.ids.setdefault(name, table.values["id"])
        if "lon" in table.values:
            lon, lat = table.values["lon"], table.values["lat"]
            check_positions(sheet, lon, lat)
            if self.convert:
                table.values["lon"], table.values["lat"] = wgs84_from_gcj02(lon, lat)
        return table

    def _column(self, sheet: Sheet, column: Column) -> tuple[Any, Bools]:
        if column.kind == "text":
            texts = csvfile.texts(sheet, column)
            return texts, texts != ""
        if column.kind == "real":
            return csvfile.numbers(sheet, column)
        if column.kind == "whole":
            whole, given = csvfile.numbers(sheet, column)
            return np.nan_to_num(whole).astype(np.int64), given
        if column.kind == "flag":
            return csvfile.flags(sheet, column)
        if column.kind == "word":
            return csvfile.words(sheet, column)
        return csvfile.refs(sheet, column, self.ids[column.table])


def _built(about: About, reader: _Reader, read: dict[str, Table], operators: list[list[int]]) -> Topology:
    """The topology, with guesses in the gaps; nothing can be wrong any more."""
    table, ids = read["sites"], reader.ids
    gaps = Gaps(reader.desk.notes, table.values["lon"], table.values["lat"])
    counties = make_counties(read.get("counties"), ids["counties"], table, gaps)
    townships = make_townships(read.get("townships"), ids["townships"], table, gaps)
    feeders = make_feeders(read.get("feeders"), ids["feeders"], table, counties, gaps)
    roads = make_roads(read.get("nodes"), read.get("edges"), gaps)
    stations = make_stations(read.get("stations"), table, operators, gaps)
    tenants = np.bincount(stations.site, minlength=len(table))
    sites = make_sites(table, (counties, townships, feeders, roads), tenants, gaps)
    links = make_links(read.get("links"), table, gaps)
    depots = make_depots(read.get("depots"), counties, roads, gaps)
    gaps.notes += reach_notes(sites, links, roads)
    gaps.notes += doubles_note(read["links"].values) if "links" in read else []
    if about.convert:
        gaps.notes.append("positions converted from GCJ-02 by an unofficial formula, good to a few metres")
    return empty(
        name=about.name,
        origin="\n".join([about.origin, *about.guesses, *gaps.notes]),
        counties=counties,
        townships=townships,
        feeders=feeders,
        roads=roads,
        sites=sites,
        stations=stations,
        links=links,
        depots=depots,
    )
