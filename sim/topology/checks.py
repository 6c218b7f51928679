"""What cells alone cannot tell: swapped coordinates, hubs that are none, rings that do not close."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import Any, Final

import numpy as np

from sim.errors import shown
from sim.language import _
from sim.topology.csvfile import Sheet
from sim.topology.nets import components
from sim.topology.tables import ROLES, Bools, Floats, Ints, Links, Roads, Sites

_ENOUGH_PLACES: Final = 3
_STRAY_DEG: Final = 15.0
_STRAY_TIMES: Final = 20.0
"""Assumed: a place more than 15 degrees from the middle, and 20 times as far as usual, is a typing error."""


def check_positions(sheet: Sheet, lon: Floats, lat: Floats) -> None:
    """Report longitudes and latitudes that are none or seem swapped.

    Swapped means that the latitude is none while the longitude could be one, or that the place would lie in
    the Arctic while the swap lies in China, and nearer to the middle of the table's other places.
    """
    swapped = _china_swapped(lon, lat) | ((np.abs(lat) > 90) & (np.abs(lat) <= 180) & (np.abs(lon) <= 90))
    if swapped.sum() > 1 and swapped.all():
        message = _("and lat look swapped in all {count} rows: exchange their headings")
        sheet.report_all(message.format(count=len(swapped)), "lon")
    for row in [] if swapped.all() and len(swapped) > 1 else np.flatnonzero(swapped).tolist():
        message = _("and lat look swapped (got lon {lon:g}, lat {lat:g})")
        sheet.report(row, "lon", message.format(lon=lon[row], lat=lat[row]))
    wrong = swapped | (np.abs(lon) > 180) | (np.abs(lat) > 90)
    for name, values, most in (("lon", lon, 180), ("lat", lat, 90)):
        for row in np.flatnonzero((np.abs(values) > most) & ~swapped).tolist():
            sheet.report(
                row,
                name,
                _("must be from {low} to {high} (got {value:g})").format(low=-most, high=most, value=values[row]),
            )
        _check_strays(sheet, name, values, ~wrong & np.isfinite(values))


def _check_strays(sheet: Sheet, name: str, values: Floats, sound: Bools) -> None:
    """Report places that lie out of all proportion away from the others of their table."""
    if sound.sum() < _ENOUGH_PLACES:
        return
    middle = np.median(values[sound])
    away = np.abs(values - middle)
    if name == "lon":
        away = np.minimum(away, 360 - away)  # across the date line
    usual = np.median(away[sound])
    for row in np.flatnonzero(sound & (away > max(_STRAY_DEG, _STRAY_TIMES * usual))).tolist():
        sheet.report(
            row,
            name,
            _("is far from all the others, which are about {middle:.4g} (got {value:g})").format(
                middle=middle, value=values[row]
            ),
        )


def check_roads(sheet: Sheet, values: dict[str, Any]) -> None:
    """Report roads that lead from a node to itself."""
    for row in np.flatnonzero((values["u"] == values["v"]) & (values["u"] >= 0)).tolist():
        sheet.report(row, "v", _("must be another node than u"))


def doubles_note(values: dict[str, Any]) -> list[str]:
    """What is assumed of links that join the same two sites."""
    pairs = Counter(tuple(sorted(pair)) for pair in zip(values["a"].tolist(), values["b"].tolist(), strict=True))
    more = sum(count - 1 for count in pairs.values())
    return (
        [f"{more} of {sum(pairs.values())} links: same two sites as another, taken as a way of its own"] if more else []
    )


def _china_swapped(lon: Floats, lat: Floats) -> Bools:
    """Places in the Arctic that look like ones in China; not those of a table that lies up there anyway."""
    arctic = (lon > 15) & (lon < 55) & (lat > 70) & (lat <= 90)
    others = np.isfinite(lon) & np.isfinite(lat) & ~arctic
    if not others.any():
        return arctic
    middle_lon, middle_lat = np.median(lon[others]), np.median(lat[others])
    as_written = np.hypot(lon - middle_lon, lat - middle_lat)
    return arctic & (np.hypot(lat - middle_lon, lon - middle_lat) < as_written)


def check_sites(sheet: Sheet, values: dict[str, Any]) -> None:
    """Report hubs that are access sites, and a table without any site."""
    if not len(sheet) and not sheet.desk.problems:
        sheet.report_all(_("has no site; a network needs at least one"))
    hub, role = values["hub"], values["role"]
    for row in np.flatnonzero((hub >= 0) & (role[hub] == 0)).tolist():
        name = shown(str(values["id"][hub[row]]))
        sheet.report(
            row,
            "hub",
            _("must be a site with role hub, aggregation or core ({name} has role access)").format(name=name),
        )


def check_links(sheet: Sheet, values: dict[str, Any], sites: dict[str, Any]) -> None:
    """Report links that lead to no core, links from a site to itself and rings that are not closed.

    A ring is closed when it is one cycle of at least three sites, or one open chain whose two different ends
    have a higher role than all between them (dual homing).
    """
    if len(sheet) and not (sites["role"] == ROLES.index("core")).any():
        sheet.report_all(_("need a site with role core to lead to; none has it"))
    rings: dict[str, list[int]] = defaultdict(list)
    for row, (a, b, ring) in enumerate(zip(values["a"].tolist(), values["b"].tolist(), values["ring"], strict=True)):
        if a == b and a >= 0:
            sheet.report(row, "b", _("must be another site than a"))
        if ring:
            rings[str(ring)].append(row)
    for ring, rows in rings.items():
        if (values["a"][rows] < 0).any() or (values["b"][rows] < 0).any():
            continue  # told already
        pairs = [(int(values["a"][row]), int(values["b"][row])) for row in rows]
        wrong = ring_fault(pairs, sites["role"], sites["id"])
        if wrong:
            sheet.report(rows[0], "ring", _("{value} is not closed: {wrong}").format(value=shown(ring), wrong=wrong))


def ring_fault(pairs: list[tuple[int, int]], role: Ints, ids: Any) -> str:
    """Why links do not make a closed ring; empty where they do."""
    degree = Counter(end for pair in pairs for end in pair)
    row = {site: n for n, site in enumerate(degree)}
    parts = len(set(components(len(row), [(row[a], row[b]) for a, b in pairs]).tolist()))
    crowded = [site for site, count in degree.items() if count > 2]
    ends = [site for site, count in degree.items() if count == 1]
    if parts > 1:
        return _("it has {parts} parts that no link ties together").format(parts=parts)
    if crowded:
        site = crowded[0]
        said = _("site {name} has {count} of its links, allowed are two")
        return said.format(name=shown(str(ids[site])), count=degree[site])
    if not ends:
        return "" if len(degree) > 2 else _("it needs at least three sites")
    inner = [int(role[site]) for site, count in degree.items() if count == 2]
    if inner and min(int(role[site]) for site in ends) > max(inner):
        return ""
    first, second = (shown(str(ids[site])) for site in ends)
    said = _("sites {first} and {second} have one link of it only and are not both of a higher role")
    return said.format(first=first, second=second)


def reach_notes(sites: Sites, links: Links, roads: Roads) -> list[str]:
    """Sites cut off from every core room by the links as given, and road graphs in several parts."""
    notes = []
    core = np.flatnonzero(sites.role == ROLES.index("core"))
    if len(links.id) and len(core):
        label = components(len(sites.id), zip(links.a.tolist(), links.b.tolist(), strict=True))
        lost = ~np.isin(label, label[core])
        if lost.any():
            first = str(sites.id[lost][0])
            notes.append(f"{int(lost.sum())} of {len(lost)} sites: no way to a core room by links, such as {first}")
    edges = zip(roads.edge_u.tolist(), roads.edge_v.tolist(), strict=True)
    parts = len(set(components(len(roads.node_id), edges).tolist()))
    if parts > 1:
        notes.append(f"the road graph has {parts} parts that no road ties together")
    return notes
