"""Ways of crews, loaders and generators with what they do on them, as points in time."""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from sim.replay.changes import Lookup
from sim.replay.columns import Columns, ms_of
from sim.report import movements, positions
from sim.report.positions import NOWHERE, Places, Point, Ways
from sim.report.series import Floats, Intervals, Ints, Story

CREW_STATES: Final = (
    "driving", "stuck in snow", "working", "waiting on site", "ready", "resting", "called out", "off duty",
)  # fmt: skip
"""In the order of `sim.report.movements.CREW_STATES`; the last is none of them."""
_OFF_DUTY: Final = len(movements.CREW_STATES)
GENERATOR_STATES: Final = ("in store", "carried", "standing by", "running", "out of fuel", "broken")
_STORED, _CARRIED, _STANDING = 0, 1, 2
_GENERATOR_ROWS: Final = ("generator.taken", "generator.placed", "generator.stored")
_FIXED: Final = "-fixed"


def _with_moments(ways: Ways, who: Ints, t_ms: Ints) -> tuple[Ints, Ints, Floats, Floats]:
    """The points of ways in whole milliseconds, with a point at each of these moments too."""
    at_ms = ms_of(ways.t_h)
    missing = ~np.isin(who * 2**41 + t_ms, ways.who * 2**41 + at_ms)
    who, t_ms = who[missing], t_ms[missing]
    key, wanted = ways.who * 2**41 + at_ms, who * 2**41 + t_ms
    before = np.searchsorted(key, wanted, side="right") - 1
    then = np.minimum(before + 1, len(key) - 1)
    held = ways.who[then] != who
    then = np.where(held, before, then)
    lasts = np.maximum(at_ms[then] - at_ms[before], 1)
    share = np.where(then == before, 0.0, (t_ms - at_ms[before]) / lasts)
    lon, lat = (values[before] + (values[then] - values[before]) * share for values in (ways.lon, ways.lat))
    all_who, all_ms = np.concatenate([ways.who, who]), np.concatenate([at_ms, t_ms])
    order = np.lexsort((all_ms, all_who))
    return (
        all_who[order],
        all_ms[order],
        np.concatenate([ways.lon, lon])[order],
        np.concatenate([ways.lat, lat])[order],
    )


def _packed(ways: Ways, doing: Intervals, quiet: int, columns: Columns) -> dict[str, Any]:
    states = Lookup(doing, quiet)
    who, t_ms, lon, lat = _with_moments(ways, *states.moments)
    return {
        "t_ms": columns.rising(t_ms),
        "who": columns.whole(who),
        "lon": columns.near(lon),
        "lat": columns.near(lat),
        "state": columns.whole(states.at(who, t_ms)),
    }


def crews(story: Story, columns: Columns) -> dict[str, Any]:
    """Ways of the crews; states index `CREW_STATES`."""
    return _packed(positions.crew_ways(story), movements.crew_states(story), _OFF_DUTY, columns)


def loader_states(story: Story) -> Intervals:
    """What each loader does, by states of crews: it drives, works (clears) or is ready; none before it is sent."""
    log, rows = story.columns, story.rows("loader.sent", "loader.clears", "loader.free")
    after = {"loader.sent": movements.DRIVE, "loader.clears": movements.WORK, "loader.free": movements.READY}
    state = np.array([after.get(kind, -1) for kind in log.kinds], dtype=np.int64)[log.kind[rows]]
    return story.intervals(story.rows_of("loader")[log.subject[rows]], state, log.t_h[rows])


def loaders(story: Story, columns: Columns) -> dict[str, Any]:
    """Ways of the loaders; states index `CREW_STATES`."""
    return _packed(positions.loader_ways(story), loader_states(story), _OFF_DUTY, columns)


def generators(story: Story, columns: Columns) -> dict[str, Any]:
    """Where each generator is and what it does: at a place, or on the crew that carries it."""
    log, rows = story.columns, story.rows(*_GENERATOR_ROWS)
    places, crew_rows = Places(story), story.rows_of("crew")
    depots, ids = story.texts("generator", "depot").tolist(), story.texts("generator", "id").tolist()
    starts = [d or i.removesuffix(_FIXED) for d, i in zip(depots, ids, strict=True)]
    points: list[tuple[int, int, Point, int]] = [
        (who, 0, places.points.get(place, NOWHERE), -1) for who, place in enumerate(starts)
    ]
    here = [point for _, _, point, _ in points]
    for row, who, t_ms in zip(
        rows.tolist(),
        story.rows_of("generator")[log.subject[rows]].tolist(),
        ms_of(log.t_h[rows]).tolist(),
        strict=True,
    ):
        if who < 0:
            continue
        carrier = int(crew_rows[log.object[row]]) if log.kinds[log.kind[row]] == "generator.taken" else -1
        here[who] = places.points.get(log.names[log.object[row]], here[who]) if carrier < 0 else here[who]
        points.append((who, t_ms, here[who], carrier))
    return _generator_points(story, points, columns)


def _generator_points(story: Story, points: list[tuple[int, int, Point, int]], columns: Columns) -> dict[str, Any]:
    points.sort(key=lambda point: point[:2])
    table = np.array([(who, t_ms, *place, carrier) for who, t_ms, place, carrier in points]).reshape(-1, 5)
    told = Ways(table[:, 0].astype(np.int64), table[:, 1] / 3.6e6, table[:, 2], table[:, 3])
    states = Lookup(movements.generator_states(story), -1)
    who, t_ms, _, _ = _with_moments(told, *states.moments)
    key = told.who * 2**41 + ms_of(told.t_h)
    last = np.searchsorted(key, who * 2**41 + t_ms, side="right") - 1
    carrier, doing = table[last, 4].astype(np.int64), states.at(who, t_ms)
    fixed = np.append(story.texts("generator", "depot") == "", [False])[who]
    quiet = np.where(carrier >= 0, _CARRIED, np.where(fixed, _STANDING, _STORED))
    return {
        "t_ms": columns.rising(t_ms),
        "who": columns.whole(who),
        "lon": columns.near(told.lon[last]),
        "lat": columns.near(told.lat[last]),
        "state": columns.whole(np.where(doing >= 0, doing + _STANDING, quiet)),
        "carrier": columns.whole(carrier),
    }


def packed(story: Story, columns: Columns) -> dict[str, Any]:
    """All ways, as the page is given them."""
    return {
        "crews": crews(story, columns),
        "loaders": loaders(story, columns),
        "generators": generators(story, columns),
    }
