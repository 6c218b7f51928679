"""Whether coordinates may be GCJ-02 (火星坐标): what can be told from a file, what cannot, and what was looked at.

Numbers alone do not tell: the shift of 100 to 700 m lies within any county. Two things do: a heading that names a web
map or another system, and places whose true position is known. Nothing is converted unasked.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final, NamedTuple

import numpy as np

from sim.intake.draft import Draft
from sim.sheets import cells as plain
from sim.topology.geo import gcj02_from_wgs84
from sim.topology.tables import Topology

_SHIFTED: Final = ("gcj", "火星", "高德", "腾讯", "谷歌", "amap")
_OTHER: Final = ("bd09", "bd-09", "百度")
_SYSTEM: Final = ("坐标系", "坐标系统", "坐标类型", "crs")
_ENOUGH: Final = 3
_M_PER_DEGREE: Final = 111_195.0
_CLOSE: Final = 0.5
"""Assumed: positions are GCJ-02 if their mean offset from known places is nearer to its shift than half of it."""
_SURE: Final = 0.25
"""Assumed: nothing is said where the mean offset is less certain than a quarter of the shift."""

Spots = Mapping[str, tuple[float, float]]


class Verdict(NamedTuple):
    """What was found: `warnings` for the person importing, `checked` how far that goes."""

    warnings: list[str]
    checked: list[str]


def known_spots(topology: Topology) -> dict[str, tuple[float, float]]:
    """True positions of a network's sites, counties and townships by id and by name, where names are not shared."""
    found: dict[str, tuple[float, float]] = {}
    shared: set[str] = set()
    for table in (topology.townships, topology.counties, topology.sites):
        places = zip(table.id.tolist(), table.name.tolist(), table.lon.tolist(), table.lat.tolist(), strict=True)
        for one, name, lon, lat in places:
            for key in {one, name}:
                if found.setdefault(key, (lon, lat)) != (lon, lat):
                    shared.add(key)
    return {key: spot for key, spot in found.items() if key not in shared}


def judge(drafts: Iterable[Draft], known: Spots | None) -> Verdict:
    """What can be told of the coordinates of these tables, which are taken for WGS-84."""
    tables = [draft for draft in drafts if {"lon", "lat"} <= draft.place.keys()]
    warnings = [line for draft in tables for line in _declared(draft)]
    checked = [] if warnings else ["coordinates: no heading names another system than WGS-84"]
    pairs = [pair for draft in tables for pair in _pairs(draft, known or {})]
    if len(pairs) < _ENOUGH:
        told = "coordinates: fewer than {n} places to compare with (--known), so GCJ-02 cannot be ruled out"
        return Verdict(warnings, [*checked, told.format(n=_ENOUGH)])
    told, suspicious = _compared(pairs)
    return Verdict([*warnings, told], checked) if suspicious else Verdict(warnings, [*checked, told])


def _declared(draft: Draft) -> list[str]:
    """Headings and a column of systems that name a web map or another system."""
    found = []
    for at, heading in enumerate(draft.heads.texts):
        word = plain.key(heading)
        texts = {word} if at in (draft.place["lon"], draft.place["lat"]) else set()
        if word in _SYSTEM:
            rows = (draft.grid.rows[row] for row in draft.rows)
            texts = {plain.key(plain.text_of(row[at])) for row in rows if at < len(row)}
        for names, system in ((_SHIFTED, "GCJ-02"), (_OTHER, "BD-09")):
            if any(name in text for text in texts for name in names):
                found.append(_system_told(heading, system))
    return list(dict.fromkeys(found))


def _system_told(heading: str, system: str) -> str:
    if system == "GCJ-02":
        told = "'{heading}' says GCJ-02, but the positions are taken as WGS-84; --convert-gcj02 converts them"
    else:
        told = "'{heading}' says BD-09, but the positions are taken as WGS-84; convert them before"
    return told.format(heading=heading)


def _pairs(draft: Draft, known: Spots) -> list[tuple[float, float, float, float]]:
    """Position in the file and known position, of places that are known."""
    found = []
    columns = (draft.column(name) for name in ("id", "name", "lon", "lat"))
    for one, name, lon, lat in zip(*columns, strict=True):
        spot = known.get(one) or known.get(name)
        try:
            here = float(lon), float(lat)
        except ValueError:
            continue
        if spot is not None and abs(here[0] - spot[0]) < 0.05 and abs(here[1] - spot[1]) < 0.05:
            found.append((*here, *spot))
    return found


def _compared(pairs: list[tuple[float, float, float, float]]) -> tuple[str, bool]:
    """What the offsets from known places say, and whether that is GCJ-02."""
    lon, lat, true_lon, true_lat = np.array(pairs).T
    shifted_lon, shifted_lat = gcj02_from_wgs84(true_lon, true_lat)
    scale = np.array([np.cos(np.radians(true_lat.mean())), 1.0]) * _M_PER_DEGREE
    away = np.column_stack([lon - true_lon, lat - true_lat]) * scale
    shift = (np.column_stack([shifted_lon - true_lon, shifted_lat - true_lat]) * scale).mean(axis=0)
    mean, size = away.mean(axis=0), float(np.hypot(*shift))
    doubt = float(np.hypot(*away.std(axis=0))) / len(pairs) ** 0.5
    told = {"n": len(pairs), "away": f"{float(np.hypot(*mean)):.0f}", "shift": f"{size:.0f}"}
    if not size or doubt > _SURE * size:
        text = "coordinates: {n} known places are off by {away} m on average, too unevenly to tell ({shift} m)"
        return text.format(**told), False
    if float(np.hypot(*(mean - shift))) < _CLOSE * size:
        text = (
            "{n} known places are off by {away} m on average, as GCJ-02 would be ({shift} m): the positions are taken "
            "as WGS-84; --convert-gcj02 converts them"
        )
        return text.format(**told), True
    return "coordinates: {n} known places are off by {away} m on average, not as GCJ-02".format(**told), False
