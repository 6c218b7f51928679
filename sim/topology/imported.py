"""A backbone drawn as a graph becomes a topology of one's own: CSV tables and the file that names them."""

from __future__ import annotations

import csv
import io
import json
import math
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from statistics import median
from typing import Final

import numpy as np

from sim.errors import got, input_error, listed, shown
from sim.language import _
from sim.topology.geo import great_circle_km
from sim.topology.graphml import Drawn, read_graphml
from sim.topology.placing import Position, place

CABLE_WINDING: Final = 1.3
"""Assumed: length of a fibre over the great circle."""
UNKNOWN_KM: Final = 100.0
"""Assumed: length of a fibre where no link of the file has a position at both ends."""
USERS: Final = 1000.0
"""Assumed: users of a node, every node alike, so that failures can be ranked."""
_CLASS: Final = {"core": "A", "hub": "B", "access": "C"}


def import_graphml(path: Path, folder: Path, cores: Sequence[str] = (), users: float = USERS) -> tuple[str, ...]:
    """Write the graph of a GraphML file as a topology into a folder; gives back what was guessed, a line each.

    `cores`: labels (or ids made of them) of the core nodes; without any, the node with the most links.
    """
    if not 0 <= users < math.inf:
        raise input_error(_("must be >= 0 and finite (got {value:g})").format(value=users), file="--users")
    drawn = read_graphml(path)
    ids, repeated = _ids(drawn)
    positions, amid, circle = place(drawn)
    core, guessed = _cores(drawn, ids, cores)
    lengths, unknown_km, unknown = _lengths(drawn, positions)
    name = _slug(drawn.name)
    count = len(ids)
    guesses = [
        (amid, f"{amid} of {count} nodes: no position, put amid their neighbours"),
        (circle, f"{circle} of {count} nodes: no position and no neighbour with one, put on a circle"),
        (unknown, f"{unknown} of {len(drawn.edges)} links: an end without a position, {unknown_km:g} km taken"),
        (len(drawn.edges) - unknown, f"{len(drawn.edges) - unknown} links: 1.3 x the great circle taken as length"),
        (repeated, f"{repeated} nodes: label not unique, numbered"),
        (drawn.loops, f"{drawn.loops} links from a node to itself left out"),
        (guessed, f"core: {', '.join(ids[row] for row in core)}, the node with the most links"),
        (1, f"every node a station of {users:g} users; core, hub (two neighbours or more) or access by its place"),
        (1, "no feeders: electricity at the nodes is not known"),
    ]
    told = tuple(text for number, text in guesses if number)
    roles = _roles(drawn, core)
    _write(folder / "counties.csv", ("id", "name", "lon", "lat"), [(name, drawn.name, *positions[core[0]])])
    _write(folder / "sites.csv", ("id", "name", "county", "lon", "lat", "class", "role", "hub", "cabinet"), (
        (ids[row], node.label, name, *positions[row], _CLASS[roles[row]], roles[row], ids[hub], "room")
        for row, (node, hub) in enumerate(zip(drawn.nodes, _hubs(drawn, roles, core), strict=True))
    ))  # fmt: skip
    _write(folder / "stations.csv", ("id", "site", "operator", "users"), (
        (f"{one}_station", one, "mobile", f"{users:g}") for one in ids
    ))  # fmt: skip
    _write(folder / "links.csv", ("id", "a", "b", "length_km"), (
        (f"l{n:05d}", ids[edge.a], ids[edge.b], length)
        for n, (edge, length) in enumerate(zip(drawn.edges, lengths, strict=True), 1)
    ))  # fmt: skip
    (folder / "topology.yaml").write_text(_yaml(name, path, told, links=bool(drawn.edges)), encoding="utf-8")
    return told


def _yaml(name: str, path: Path, guesses: Iterable[str], *, links: bool) -> str:
    origin = f"Imported from {path.name}. Please cite the file's own source."
    lines = [
        "format: 1",
        "kind: files",
        f"name: {name}",
        f"origin: {json.dumps(origin, ensure_ascii=False)}",
        "crs: WGS-84",
        "guesses:",
        *(f"  - {json.dumps(guess, ensure_ascii=False)}" for guess in guesses),
        "counties: counties.csv",
        "sites: sites.csv",
        "stations: stations.csv",
        *(["links: links.csv"] if links else []),
    ]
    return "\n".join(lines) + "\n"


def _write(path: Path, heads: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(heads)
    writer.writerows(rows)
    path.write_text(text.getvalue(), encoding="utf-8")


def _slug(text: str) -> str:
    slug = re.sub(r"[^a-z0-9]+", "_", text.casefold()).strip("_")[:30]
    return slug if slug[:1].isalpha() else f"net_{slug}".rstrip("_")


def _ids(drawn: Drawn) -> tuple[list[str], int]:
    """Ids made of labels, numbered where they repeat; and how many had to be numbered."""
    plain = [re.sub(r"[^\w]+", "_", node.label).strip("_")[:40] or "node" for node in drawn.nodes]
    often = Counter(plain)
    taken = {one for one, times in often.items() if times == 1}
    ids, numbered = [], 0
    for one in plain:
        found, number = one, 1
        while often[one] > 1 and (number == 1 or found in taken):
            found, number = f"{one}_{number}", number + 1
        numbered += often[one] > 1
        taken.add(found)
        ids.append(found)
    return ids, numbered


def _cores(drawn: Drawn, ids: Sequence[str], wanted: Sequence[str]) -> tuple[list[int], bool]:
    """Rows of the core nodes, and whether they were guessed."""
    if not wanted:
        links = Counter(end for edge in drawn.edges for end in edge)
        return [max(range(len(ids)), key=lambda row: (links[row], -row))], True
    found: list[int] = []
    for label in wanted:
        rows = [n for n, node in enumerate(drawn.nodes) if label in (node.label, ids[n])]
        if len(rows) != 1:
            raise input_error(_which(label, rows, drawn, ids), file="--core")
        found += rows
    return list(dict.fromkeys(found)), False


def _which(label: str, rows: Sequence[int], drawn: Drawn, ids: Sequence[str]) -> str:
    from difflib import get_close_matches

    if rows:
        names = listed(ids[row] for row in rows[:5])
        return _("must be one node; {value} are {names}").format(value=shown(label), names=names)
    near = get_close_matches(label, [node.label for node in drawn.nodes], 1)
    return _("must be the label of a node") + got(shown(label), near[0] if near else None)


def _roles(drawn: Drawn, core: Sequence[int]) -> list[str]:
    near: list[set[int]] = [set() for _ in drawn.nodes]
    for a, b in drawn.edges:
        near[a].add(b)
        near[b].add(a)
    return ["core" if n in core else "hub" if len(one) > 1 else "access" for n, one in enumerate(near)]


def _hubs(drawn: Drawn, roles: Sequence[str], core: Sequence[int]) -> list[int]:
    """The node that an access node hangs on; the core where that is none; itself for the others."""
    hub = [n if role != "access" else core[0] for n, role in enumerate(roles)]
    for a, b in drawn.edges:
        for one, other in ((a, b), (b, a)):
            if roles[one] == "access" and roles[other] != "access":
                hub[one] = other
    return hub


def _lengths(drawn: Drawn, positions: Sequence[Position]) -> tuple[list[float], float, int]:
    """Length of every link, km; what was taken where an end has no position, and how often."""
    if not drawn.edges:
        return [], UNKNOWN_KM, 0
    lon, lat = (np.array([point[axis] for point in positions]) for axis in (0, 1))
    a, b = (np.array([edge[side] for edge in drawn.edges]) for side in (0, 1))
    crow = np.maximum(np.round(great_circle_km(lon[a], lat[a], lon[b], lat[b]) * CABLE_WINDING, 3), 0.01).tolist()
    known = [not np.isnan(drawn.nodes[e.a].lon) and not np.isnan(drawn.nodes[e.b].lon) for e in drawn.edges]
    usual_km = round(median([c for c, k in zip(crow, known, strict=True) if k]), 3) if any(known) else UNKNOWN_KM
    return [c if k else usual_km for c, k in zip(crow, known, strict=True)], usual_km, known.count(False)
