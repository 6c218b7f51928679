"""From a weather alert to the lines of a scenario: window, area and colour, and what an alert cannot know."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from sim.hazards.specs import EARTH_KM_PER_DEG
from sim.intake.cap import Alert, Area, Info
from sim.language import _
from sim.topology.tables import Topology

_SNOW: Final = re.compile(r"snow|blizzard|winter|freezing|ice|雪|冻雨|结冰|冰冻", re.IGNORECASE)
_SHORTEST_H, _LONGEST_H = 0.5, 240.0
_EXTENT_KM: Final = (5.0, 5000.0)
_LEAST: Final = {"blue": "4 mm / 12 h", "yellow": "6 mm / 12 h", "orange": "10 mm / 6 h", "red": "15 mm / 6 h"}
"""Snow of which a local observatory warns, at least. Source: parameters §7 (snow warning signals)."""
_POINTS: Final = 4000
"""Of a polygon's inside, so many points of a grid stand for it."""


@dataclass(frozen=True)
class Filled:
    """Lines for a scenario, and what is open. `hazard`: keys of a snowstorm; `inject`: the warning as a line."""

    hazard: dict[str, Any]
    inject: dict[str, Any] | None
    notes: tuple[str, ...]
    """What was assumed on the way."""
    missing: tuple[str, ...]
    """Keys that the alert does not fill, each with a reason."""


def fill(
    alert: Alert, info: Info, topology: Topology | None = None, drill: tuple[datetime, float] | None = None
) -> Filled:
    """What an alert says of a drill's weather; `drill`: its start and horizon (h), to say what lies outside it.

    With a topology, the area becomes an ellipse over its counties. Assumed: the ellipse with the area's own second
    moments is the one at whose edge 60 % of the water falls.
    """
    notes: list[str] = []
    missing: list[str] = []
    if alert.status != "Actual":
        notes.append(_("status is {status}: this alert was not sent in earnest").format(status=alert.status))
    if alert.kind != "Alert":
        notes.append(_("type is {kind}: it changes an earlier alert").format(kind=alert.kind))
    hazard: dict[str, Any] = {}
    if info.weather and _SNOW.search(f"{info.event} {info.headline}"):
        hazard["kind"] = "snowstorm"
        _window(alert, info, hazard, notes, missing)
        if drill is not None:
            _outside(hazard, drill, notes)
        _place(info, topology, hazard, notes, missing)
        least = f" ({_LEAST[info.colour]})" if info.colour else ""
        missing += [
            _("water_mm: an alert gives no fall; at least what its colour stands for{least}").format(least=least),
            _("depth_cm: an alert gives no depth"),
            _("gust_mps, temperature_c, visibility_m, fragility: the defaults hold until you set them"),
        ]
    else:
        missing.append(_("hazard: drills have no weather of the kind {event}").format(event=repr(info.event)))
    start = drill[0] if drill else None
    return Filled(hazard, _warning(alert, info, start, notes, missing), tuple(notes), tuple(missing))


def _local(moment: datetime) -> str:
    """The wall clock as written, without its offset."""
    return moment.replace(tzinfo=None).isoformat(timespec="minutes")


def _window(alert: Alert, info: Info, hazard: dict[str, Any], notes: list[str], missing: list[str]) -> None:
    begins = info.onset or info.effective or alert.sent
    if info.onset is None:
        notes.append(_("onset is not said: {name} taken").format(name="effective" if info.effective else "sent"))
    hazard["onset"] = _local(begins)
    offset = begins.strftime("%z")
    notes.append(_("times are the wall clock of UTC{offset}, as written").format(offset=f"{offset[:3]}:{offset[3:]}"))
    if info.expires is None:
        missing.append(_("duration_h: the alert does not say when it expires"))
        return
    hours = (info.expires - begins).total_seconds() / 3600
    if not _SHORTEST_H <= hours <= _LONGEST_H:
        told = _("duration_h: {hours} h from onset to expiry is no length of a storm").format(hours=f"{hours:g}")
        missing.append(told)
        return
    hazard["duration_h"] = f"{round(hours, 2):g} h"
    notes.append(_("duration is from onset to expiry of the alert: snow may stop earlier"))


def _outside(hazard: dict[str, Any], drill: tuple[datetime, float], notes: list[str]) -> None:
    """Tell of a window that lies wholly before or after the drill."""
    start, horizon_h = drill
    begins_h = (datetime.fromisoformat(hazard["onset"]) - start.replace(tzinfo=None)).total_seconds() / 3600
    lasts_h = float(hazard.get("duration_h", f"{_LONGEST_H} h").split()[0])
    if begins_h >= horizon_h or begins_h + lasts_h <= 0:
        told = _("the storm does not fall within the drill, {start} to +{end} h: move the drill's start, or the onset")
        notes.append(told.format(start=f"{start:%Y-%m-%dT%H:%M}", end=f"{horizon_h:g}"))


def _place(info: Info, topology: Topology | None, hazard: dict[str, Any], notes: list[str], missing: list[str]) -> None:
    if topology is None:
        missing.append(_("centre, extent_km, bearing_deg: name the network with --topology or --scenario"))
        return
    points = _points(info.areas)
    if len(points):
        lon, lat = points.mean(axis=0)
        hazard["centre"] = _nearest(topology, float(lon), float(lat))
        hazard["extent_km"], hazard["bearing_deg"] = _ellipse(points)
        far = _beyond(topology, points)
        if far:
            notes.append(_("the area's middle is {km} km from the nearest county seat").format(km=far))
        return
    named = _named(info.areas, topology)
    if named:
        notes.append(_("no polygon or circle: counties found by their names: {names}").format(names=", ".join(named)))
        hazard["centre"] = named[0]
        missing.append(_("extent_km, bearing_deg: the alert draws no area"))
        return
    says = "; ".join(area.says for area in info.areas) or "–"
    missing.append(
        _("centre, extent_km, bearing_deg: no polygon, no circle, no county known in {area}").format(area=says)
    )


def _points(areas: tuple[Area, ...]) -> NDArray[np.float64]:
    """Points evenly over all shapes, shape (n, 2) of lon and lat."""
    found = [_inside(np.asarray(corners)) for area in areas for corners in area.polygons]
    for lon, lat, km in (circle for area in areas for circle in area.circles):
        turn = np.linspace(0, 2 * np.pi, 73)
        far = max(km, 0.1) / EARTH_KM_PER_DEG
        ring = np.column_stack([lon + far * np.cos(turn) / np.cos(np.radians(lat)), lat + far * np.sin(turn)])
        found.append(_inside(ring))
    return np.concatenate(found) if found else np.zeros((0, 2))


def _inside(ring: NDArray[np.float64]) -> NDArray[np.float64]:
    """Points of a grid within a ring (ray casting); its corners where it has no inside."""
    low, high = ring.min(axis=0), ring.max(axis=0)
    steps = int(np.sqrt(_POINTS))
    lon, lat = (axis.ravel() for axis in np.meshgrid(*(np.linspace(low[k], high[k], steps) for k in (0, 1))))
    within = np.zeros(len(lon), dtype=bool)
    for (x0, y0), (x1, y1) in pairwise(ring):
        if y0 != y1:
            within ^= ((y0 > lat) != (y1 > lat)) & (lon < (x1 - x0) * (lat - y0) / (y1 - y0) + x0)
    return np.column_stack([lon[within], lat[within]]) if within.any() else ring


def _ellipse(points: NDArray[np.float64]) -> tuple[list[float], float]:
    """Half axes in km and the bearing of the long one, of the ellipse with the same second moments."""
    middle = points.mean(axis=0)
    east = (points[:, 0] - middle[0]) * EARTH_KM_PER_DEG * np.cos(np.radians(middle[1]))
    north = (points[:, 1] - middle[1]) * EARTH_KM_PER_DEG
    moments, axes = np.linalg.eigh(np.cov(np.vstack([east, north])))
    long_km, short_km = (float(np.clip(2 * np.sqrt(max(m, 0.0)), *_EXTENT_KM)) for m in moments[::-1])
    bearing = float(np.degrees(np.arctan2(axes[0, 1], axes[1, 1]))) % 180
    return [round(long_km), round(short_km)], round(bearing) % 180


def _nearest(topology: Topology, lon: float, lat: float) -> str:
    return str(topology.counties.id[int(np.argmin(_km(topology, lon, lat)))])


def _km(topology: Topology, lon: float, lat: float) -> NDArray[np.float64]:
    east = (topology.counties.lon - lon) * np.cos(np.radians(lat))
    return np.asarray(np.hypot(east, topology.counties.lat - lat) * EARTH_KM_PER_DEG)


def _beyond(topology: Topology, points: NDArray[np.float64]) -> int:
    """How far, in km, the middle lies from the nearest seat, where that is more than 150 km."""
    lon, lat = points.mean(axis=0)
    km = float(_km(topology, float(lon), float(lat)).min())
    return round(km) if km > 150 else 0


def _named(areas: tuple[Area, ...], topology: Topology) -> list[str]:
    """Ids of counties whose name an area's words or codes hold, in the order of the topology."""
    said = " ".join([area.says for area in areas] + [code for area in areas for code in area.codes]).casefold()
    table = topology.counties
    rows = zip(table.id.tolist(), table.name.tolist(), table.name_en.tolist(), strict=True)
    return [one for one, name, english in rows if any(word.casefold() in said for word in (name, english, one) if word)]


def _warning(
    alert: Alert, info: Info, start: datetime | None, notes: list[str], missing: list[str]
) -> dict[str, Any] | None:
    """The warning as an inject: levels of the plan may wait for it."""
    if not info.weather or info.over:
        missing.append(
            _("warning: the alert is of no weather") if not info.over else _("warning: the danger has passed")
        )
        return None
    if info.colour is None:
        missing.append(_("colour: neither parameters, headline nor severity name one"))
        return None
    if info.colour_from == "severity":
        told = _("colour {colour} is the usual reading of severity {severity}")
        notes.append(told.format(colour=info.colour, severity=info.severity))
    issued = info.effective or alert.sent
    if start is not None and issued.replace(tzinfo=None) < start.replace(tzinfo=None):
        notes.append(_("the warning was issued before the drill begins: move its start, or the line"))
    line = {"at": _local(issued), "do": "warn", "colour": info.colour, "from": info.sender or alert.sender}
    return line | ({"message": info.headline} if info.headline else {})
