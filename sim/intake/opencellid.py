"""Cell lists of OpenCelliD: cells become base stations, base stations of one place a site.

Source: OpenCelliD, Cell Tower File (columns radio, mcc, net, area, cell, unit, lon, lat, range, samples, changeable,
created, updated, averageSignal; often without a heading); codes of China: parameters §10.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, NamedTuple

from sim.errors import InputError, Problem, input_error, shown
from sim.intake.points import completed
from sim.language import _
from sim.sheets.cells import text_of
from sim.sheets.grid import Grid, Paper, open_paper

HEADS: Final = (
    "radio", "mcc", "net", "area", "cell", "unit", "lon", "lat", "range", "samples", "changeable", "created",
    "updated", "averageSignal",
)  # fmt: skip
RADIOS: Final = ("GSM", "UMTS", "CDMA", "LTE", "NR", "NBIOT")
_NEEDED: Final = ("mcc", "net", "cell", "lon", "lat")
_OTHER_NAMES: Final = {"mnc": "net", "lac": "area", "tac": "area", "cid": "cell", "cellid": "cell"}
_CHINA: Final = {
    **dict.fromkeys((0, 2, 4, 7), "mobile"),
    **dict.fromkeys((1, 6, 9), "unicom"),
    **dict.fromkeys((3, 5, 11), "telecom"),
}  # fmt: skip
_OPERATORS: Final = ("mobile", "unicom", "telecom")
_SQUARE_DEG: Final = 0.002
"""Assumed: base stations whose middles lie in one square of this size, about 200 m, share a site."""
_CELLS_OF_ENB: Final = {"LTE": 256, "NBIOT": 256}
"""Cell identity over this is the base station. Source: 3GPP TS 36.300, 20 bits of eNB and 8 of cell."""
_CELLS_OF_NR: Final = 4096
"""Assumed: 24 bits of gNB and 12 of cell; 3GPP TS 38.300 leaves the length open."""
_CELLS_OF_OTHERS: Final = 10
"""Assumed: the last figure of an older cell's identity is its sector."""
_TOLD: Final = 20


class Cell(NamedTuple):
    """A cell as listed."""

    station: tuple[str, int, int, int, int]
    lon: float
    lat: float


@dataclass(frozen=True)
class Cells:
    """The cells of a file, and what its columns lacked."""

    path: Path
    cells: list[Cell]
    nets: Counter[tuple[int, int]]
    notes: list[str]


def is_cell_list(path: Path, head: bytes) -> bool:
    """Whether a text begins as a list of cells does, with a heading or without."""
    first = head.decode("utf-8-sig", "replace").split("\n", 1)[0].strip().casefold().split(",")
    names = {_OTHER_NAMES.get(one.strip().strip('"'), one.strip().strip('"')) for one in first}
    bare = len(first) == len(HEADS) and first[0].strip('"').upper() in RADIOS
    return path.suffix.casefold() in (".csv", ".txt", "") and (bare or set(_NEEDED) <= names)


def read_cells(path: Path) -> Cells:
    """The cells of a list. Raises `InputError` with every problem, each with its line."""
    grid = open_paper(path).grid("")
    place, rows = _columns(grid)
    problems: list[Problem] = []
    cells: list[Cell] = []
    nets: Counter[tuple[int, int]] = Counter()
    notes: list[str] = []
    for row in rows:
        cell = _cell(grid, row, place, problems)
        if cell is not None:
            cells.append(cell)
            nets[cell.station[1], cell.station[2]] += 1
    if problems:
        raise InputError(problems[:_TOLD] + _more(problems, path))
    if not cells:
        raise input_error(_("has no cells"), file=path)
    lacking = [name for name in HEADS[:6] if name not in place and name != "unit"]
    if lacking:
        notes.append("columns {names} are not there".format(names=", ".join(lacking)))
    return Cells(path, cells, nets, notes)


def _more(problems: list[Problem], path: Path) -> list[Problem]:
    if len(problems) <= _TOLD:
        return []
    return [Problem(str(path), None, "", _("has {count} more problems").format(count=len(problems) - _TOLD))]


def _columns(grid: Grid) -> tuple[dict[str, int], range]:
    """Where each column stands, and the rows of cells."""
    first = [text_of(cell).strip() for cell in grid.rows[0]] if grid.rows else []
    if first and first[0].upper() in RADIOS and len(first) == len(HEADS):
        return {name: at for at, name in enumerate(HEADS)}, range(len(grid.rows))
    place: dict[str, int] = {}
    for at, name in enumerate(first):
        known = {head.casefold(): head for head in HEADS}
        plain = name.casefold()
        place.setdefault(known.get(_OTHER_NAMES.get(plain, plain), plain), at)
    if missing := [name for name in _NEEDED if name not in place]:
        told = _("must have the columns {names}").format(names=", ".join(missing))
        raise input_error(told, file=grid.path, line=1)
    return place, range(1, len(grid.rows))


def _cell(grid: Grid, row: int, place: dict[str, int], problems: list[Problem]) -> Cell | None:
    """A row as a cell; a problem where it is none."""
    found: dict[str, float] = {}
    for name in ("mcc", "net", "area", "cell", "lon", "lat"):
        text = _text(grid, row, place[name]) if name in place else "0"
        try:
            found[name] = float(text)
        except ValueError:
            told = _("must be a number (got {value})").format(value=shown(text))
            problems.append(grid.problem(row, place[name], name, told))
            return None
    if not (abs(found["lon"]) <= 180 and abs(found["lat"]) <= 90):
        told = _("must be longitude and latitude in degrees (got {value})")
        where = f"{found['lon']:g}, {found['lat']:g}"
        problems.append(grid.problem(row, place["lon"], "lon", told.format(value=where)))
        return None
    if not 0 <= found["cell"] < 2**40 or not all(0 <= found[name] < 1e9 for name in ("mcc", "net", "area")):
        told = _("must be codes of a cell (got {value})").format(value=f"{found['cell']:g}")
        problems.append(grid.problem(row, place["cell"], "cell", told))
        return None
    radio = _text(grid, row, place["radio"]).upper() if "radio" in place else ""
    return Cell(_station(radio, found), found["lon"], found["lat"])


def _text(grid: Grid, row: int, at: int) -> str:
    values = grid.rows[row]
    return text_of(values[at]).strip() if at < len(values) else ""


def _station(radio: str, found: dict[str, float]) -> tuple[str, int, int, int, int]:
    """What tells a base station: radio, network, area where codes repeat from area to area, its own number."""
    per = _CELLS_OF_NR if radio == "NR" else _CELLS_OF_ENB.get(radio, _CELLS_OF_OTHERS)
    area = 0 if radio in ("LTE", "NR", "NBIOT") else int(found["area"])
    return radio, int(found["mcc"]), int(found["net"]), area, int(found["cell"]) // per


def paper_of(found: Cells) -> tuple[Paper, list[str]]:
    """The cells as a sheet of sites, and what was assumed on the way."""
    notes = list(found.notes)
    operators = _operators(found.nets, notes)
    stations: dict[tuple[str, int, int, int, int], list[Cell]] = {}
    for cell in found.cells:
        stations.setdefault(cell.station, []).append(cell)
    sites: dict[tuple[int, int], list[tuple[str, float, float]]] = {}
    left = 0
    for station, cells in stations.items():
        operator = operators.get((station[1], station[2]))
        if operator is None:
            left += len(cells)
            continue
        lon, lat = (sum(axis) / len(cells) for axis in ([c.lon for c in cells], [c.lat for c in cells]))
        square = round(lon / _SQUARE_DEG), round(lat / _SQUARE_DEG)
        sites.setdefault(square, []).append((operator, lon, lat))
    if not sites:
        raise input_error(_("has no cells of a known operator"), file=found.path)
    notes.append(
        f"{len(found.cells) - left} cells made {len(stations)} base stations by their codes, "
        f"{len(sites)} sites by squares of about 200 m"
    )
    if left:
        notes.append(f"{left} cells of other networks left out")
    heads = ["id", "lon", "lat", "operators"]
    rows = list(_rows(sites))
    paper, more = completed(found.path, heads, rows, list(range(1, len(rows) + 1)))
    return paper, [*notes, *more]


def _rows(sites: dict[tuple[int, int], list[tuple[str, float, float]]]) -> Iterator[list[Any]]:
    for number, square in enumerate(sorted(sites), start=1):
        there = sites[square]
        lon, lat = sum(one[1] for one in there) / len(there), sum(one[2] for one in there) / len(there)
        names = [name for name in _OPERATORS if any(one[0] == name for one in there)]
        yield [f"c{number:05d}", repr(round(lon, 5)), repr(round(lat, 5)), "+".join(names)]


def _operators(nets: Counter[tuple[int, int]], notes: list[str]) -> dict[tuple[int, int], str]:
    """Network codes → operator: by number in China, elsewhere the three largest stand in for ours."""
    china = {code: _CHINA[code[1]] for code in nets if code[0] == 460 and code[1] in _CHINA}
    others = sorted((code for code in nets if code[0] != 460), key=lambda code: (-nets[code], code))[: len(_OPERATORS)]
    if not others or china:
        return china
    standing = dict(zip(others, _OPERATORS, strict=False))
    told = ", ".join(f"{mcc}-{net:02d}: {name}" for (mcc, net), name in standing.items())
    notes.append(f"networks of another country stand under our names: {told}")
    return standing
