"""What was true of every site, feeder, link and road at any moment, and what the desk knew of the sites."""

from __future__ import annotations

from math import ceil
from typing import Any, Final

import numpy as np

from sim.replay.changes import Changes, Lookup, changes, moments_of, switched
from sim.replay.columns import Columns, ms_of
from sim.report import series, weather
from sim.report.series import SOURCES, Ints, Story

SITE_STATES: Final = (
    "on mains",
    "on battery",
    "on generator",
    *(f"out: {cause.replace('_', ' ')}" for cause in series.CAUSES),
)
"""In the order of `sim.report.situation_map.site_states`."""
_BATTERY, _GENERATOR, _FIRST_CAUSE = 1, 2, 3
KNOWN_STATES: Final = (
    "nothing reported",
    "mains alarm",
    "equipment alarm",
    "generator alarm",
    "out of service alarm",
    "on an operator's list of sites out",
)
_MAINS, _EQUIPMENT, _STOPPED, KNOWN_OUT, _LISTED = 1, 2, 3, 4, 5
_MOST_SNOW: Final = 4_000_000
"""Numbers of snow on roads: beyond, its steps are longer."""


def sites(story: Story) -> Changes:
    """What carries each site, or why it is out; states index `SITE_STATES`."""
    sources, outages = Lookup(story.sources, SOURCES.index("mains")), Lookup(story.outages, -1)
    who, t_ms = moments_of((sources, outages))
    source, cause = sources.at(who, t_ms), outages.at(who, t_ms)
    state = np.zeros(len(who), dtype=np.int64)
    state[source == SOURCES.index("battery")] = _BATTERY
    state[source == SOURCES.index("generator")] = _GENERATOR
    return changes(t_ms, who, np.where(cause >= 0, _FIRST_CAUSE + cause, state))


def known(story: Story) -> Changes:
    """What the desk was last told of each site, the gravest first; states index `KNOWN_STATES`.

    An alarm of a link at a site is none of the site itself.
    """
    log, rows = story.columns, story.rows("desk.alarm", "desk.cleared", "desk.listed")
    of_site = story.rows_of("site")[log.subject[rows]]
    alarms: dict[int, dict[str, int]] = {}
    told: list[tuple[int, int, int]] = []
    for row, site, t_ms in zip(rows.tolist(), of_site.tolist(), ms_of(log.t_h[rows]).tolist(), strict=True):
        kind, alarm = log.kinds[log.kind[row]], log.names[log.object[row]]
        if site < 0 or alarm == "link":
            continue
        open_ = alarms.setdefault(site, {})
        if kind == "desk.alarm":
            open_[alarm] = {"mains": _MAINS, "down": KNOWN_OUT, "generator": _STOPPED}.get(alarm, _EQUIPMENT)
        elif kind == "desk.listed":
            open_["down"] = _LISTED
        else:
            open_.pop(alarm, None)
        told.append((t_ms, site, max(open_.values(), default=0)))
    table = np.array(told, dtype=np.int64).reshape(-1, 3)
    return changes(table[:, 0], table[:, 1], table[:, 2])


def feeders(story: Story) -> Changes:
    """0 live, 1 dead; that its drops are mended says nothing of the feeder."""
    log, rows = story.columns, story.rows("feeder.failed", "feeder.restored")
    who = story.rows_of("feeder")[log.subject[rows]]
    dead = np.isin(rows, story.rows("feeder.failed"))
    drops = np.array([name == "drops" for name in log.names], dtype=np.bool_)[log.object[rows]]
    meant = (who >= 0) & (dead | ~drops)
    return changes(ms_of(log.t_h[rows])[meant], who[meant], dead[meant].astype(np.int64))


def links(story: Story) -> Changes:
    """0 whole, 1 cut."""
    return switched(story, "link", "link.cut", "link.mended")


def roads(story: Story) -> Changes:
    """0 open, 1 closed."""
    return switched(story, "road_edge", "road.closed", "road.opened")


def snow(story: Story, columns: Columns) -> dict[str, Any] | None:
    """Snow on each road edge, whole centimetres, hourly where that is not too much; None without snow."""
    edges = story.count("road_edge")
    every_h = max(1, ceil(edges * (story.horizon_h + 1) / _MOST_SNOW))
    steps = int(story.horizon_h / every_h) + 1
    depths = [weather.road_depth_cm(story, min(step * every_h, story.horizon_h)) for step in range(steps)]
    cm = np.rint(np.nan_to_num(np.concatenate(depths))).astype(np.int64) if edges else np.zeros(0, dtype=np.int64)
    if not cm.any():
        return None
    return {"every_ms": every_h * 3_600_000, "steps": steps, "cm": columns.whole(cm)}


def packed(story: Story, columns: Columns) -> dict[str, Any]:
    """All of them, as the page is given them."""
    found: dict[str, Any] = {
        name: make(story).packed(columns)
        for name, make in (("sites", sites), ("known", known), ("feeders", feeders), ("links", links), ("roads", roads))
    }
    return {**found, "snow": snow(story, columns)}


def known_out(story: Story) -> series.Curve:
    """Stations at sites that the desk knows to be out."""
    told, weight = known(story), story.stations_per_site
    step: Ints = (told.after >= KNOWN_OUT).astype(np.int64) - (told.before >= KNOWN_OUT).astype(np.int64)
    times, place = np.unique(told.t_ms, return_inverse=True)
    change = np.bincount(place, weights=step * weight[told.who], minlength=len(times))
    return series.Curve(times.astype(np.float64) / 3.6e6, np.round(np.cumsum(change)).astype(np.float64))
