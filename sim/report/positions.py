"""Where crews and loaders are, from their rows: ways of points, straight between two, at places or along roads."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np

from sim.report.series import Floats, Ints, Story

Point = tuple[float, float]
NOWHERE: Final[Point] = (np.nan, np.nan)
_CREW_ROWS: Final = ("crew.leg", "crew.stuck", "crew.arrived", "crew.free", "crew.rests", "job.onsite")
_LOADER_ROWS: Final = ("loader.sent", "loader.clears", "loader.free")
_SAME_H: Final = 1e-5
"""An arrival that misses the next row by so little is that row: times are rounded to the millisecond."""


class _Leg(NamedTuple):
    """A stretch of road being driven; `takes_h` is NaN where the speed is not told."""

    start: Point
    end: Point
    takes_h: float

    @property
    def middle(self) -> Point:
        """Half of the way."""
        return (self.start[0] + self.end[0]) / 2, (self.start[1] + self.end[1]) / 2


class Places:
    """Longitude and latitude of what rows name: sites, depots, road nodes, and the ends of road edges."""

    def __init__(self, story: Story) -> None:
        self.points: dict[str, Point] = {}
        for item in ("road_node", "site", "depot"):
            lon, lat = story.floats(item, "lon").tolist(), story.floats(item, "lat").tolist()
            self.points |= zip(story.texts(item, "id").tolist(), zip(lon, lat, strict=True), strict=True)
        self.edges: dict[str, tuple[Point, Point, float]] = {}
        columns = (story.texts("road_edge", name).tolist() for name in ("id", "u", "v"))
        for edge, u, v, km in zip(*columns, story.floats("road_edge", "length_km").tolist(), strict=True):
            if u in self.points and v in self.points:
                self.edges[edge] = (self.points[u], self.points[v], km)

    def leg(self, edge: str, here: Point, speed_kmh: float) -> _Leg | None:
        """A drive onto an edge from the end that is nearer; None where the edge is unknown."""
        if edge not in self.edges:
            return None
        one, other, km = self.edges[edge]
        if _apart(here, one) > _apart(here, other):
            one, other = other, one
        return _Leg(one, other, km / speed_kmh if speed_kmh > 0 else np.nan)


def _apart(a: Point, b: Point) -> float:
    return (a[0] - b[0]) ** 2 + (a[1] - b[1]) ** 2


class Ways(NamedTuple):
    """Points in the order of `who`, then time; two of one moment are a jump, the later one holds."""

    who: Ints
    t_h: Floats
    lon: Floats
    lat: Floats

    def at(self, t_h: float, count: int) -> tuple[Floats, Floats]:
        """Where each of `count` things is: straight between points, still before the first and after the last."""
        first = np.searchsorted(self.who, np.arange(count))
        many = np.bincount(self.who, minlength=count)
        passed = np.bincount(self.who[self.t_h <= t_h], minlength=count)
        known = many > 0
        here = np.where(known, first + np.maximum(passed - 1, 0), 0)
        then = np.where(known, first + np.minimum(passed, many - 1), 0)
        if not len(self.t_h):
            return np.full(count, np.nan), np.full(count, np.nan)
        lasts_h = self.t_h[then] - self.t_h[here]
        moves = (lasts_h > 0) & (passed > 0)
        share = np.where(moves, (t_h - self.t_h[here]) / np.where(moves, lasts_h, 1.0), 0.0)
        found = (values[here] + (values[then] - values[here]) * share for values in (self.lon, self.lat))
        lon, lat = (np.where(known, values, np.nan) for values in found)
        return lon, lat


class _Way:
    """The way of one thing while its rows are read: points passed, and those ahead if nothing happens."""

    def __init__(self, here: Point) -> None:
        self.here = here
        self.driven = False
        """Whether it is on a known road."""
        self.points: list[tuple[float, Point]] = [(0.0, here)]
        self.ahead: list[tuple[float, Point]] = []

    def _add(self, t_h: float, point: Point) -> None:
        if self.points[-1] != (t_h, point):
            self.points.append((t_h, point))

    def until(self, t_h: float) -> Point:
        """Goes on until a moment and gives the place reached."""
        while self.ahead and self.ahead[0][0] <= t_h + _SAME_H:
            when_h, point = self.ahead.pop(0)
            self._add(min(when_h, t_h), point)
        (from_h, start), point = self.points[-1], self.points[-1][1]
        if self.ahead:
            to_h, end = self.ahead[0]
            share = (t_h - from_h) / (to_h - from_h)
            point = start[0] + (end[0] - start[0]) * share, start[1] + (end[1] - start[1]) * share
        self._add(t_h, point)
        return point

    def drive(self, t_h: float, leg: _Leg | None) -> None:
        """Turns onto a leg; without one it stays where the last one ended."""
        self.until(t_h)
        self.driven = leg is not None
        if leg is None:
            self.ahead = []
            self._add(t_h, self.here)
            return
        self.here = leg.end
        told = leg.takes_h > 0
        self._add(t_h, leg.start if told else leg.middle)
        self.ahead = [(t_h + leg.takes_h, leg.end)] if told else []

    def halt(self, t_h: float, lasts_h: float) -> None:
        """Stands still on its way for a while."""
        point = self.until(t_h)
        self.ahead = [(when_h + lasts_h, end) for when_h, end in self.ahead]
        if self.ahead:
            self.ahead.insert(0, (t_h + lasts_h, point))

    def stop(self, t_h: float, place: Point) -> None:
        """Is at a place."""
        self.until(t_h)
        self.driven, self.ahead, self.here = False, [], place
        self._add(t_h, place)


def _ways(found: list[_Way]) -> Ways:
    rows = [(who, t_h, *point) for who, way in enumerate(found) for t_h, point in (*way.points, *way.ahead)]
    table = np.array(rows, dtype=np.float64).reshape(-1, 4)
    return Ways(table[:, 0].astype(np.int64), table[:, 1], table[:, 2], table[:, 3])


def crew_ways(story: Story) -> Ways:
    """The ways of all crews, from their depots on; places are NaN where unknown."""
    places, columns, crews = Places(story), story.columns, story.rows_of("crew")
    ways = [_Way(places.points.get(depot, NOWHERE)) for depot in story.texts("crew", "depot").tolist()]
    opened = story.rows("job.opened")
    site_of_job = dict(zip(columns.subject[opened].tolist(), columns.object[opened].tolist(), strict=True))
    for row in story.rows(*_CREW_ROWS).tolist():
        when_h, kind = float(columns.t_h[row]), columns.kinds[columns.kind[row]]
        subject, other, value = int(columns.subject[row]), int(columns.object[row]), float(columns.value[row])
        who = int(crews[other if kind == "job.onsite" else subject])
        if who < 0:
            continue
        way = ways[who]
        if kind == "crew.leg":
            way.drive(when_h, places.leg(columns.names[other], way.here, value))
        elif kind == "crew.stuck":
            way.halt(when_h, float(np.nan_to_num(value)))
        else:
            name = columns.names[site_of_job.get(subject, 0) if kind == "job.onsite" else other]
            way.stop(when_h, places.points.get(name, way.here))
    return _ways(ways)


def crew_places(story: Story, t_h: float) -> tuple[Floats, Floats]:
    """Longitude and latitude of each crew at a moment, NaN where unknown. Shape (crews,)."""
    return crew_ways(story).at(t_h, story.count("crew"))


def loader_ways(story: Story) -> Ways:
    """The ways of all loaders, from their depots on.

    A loader is on each edge until its next row; where there is none, in the middle of the edge.
    """
    places, columns, loaders = Places(story), story.columns, story.rows_of("loader")
    ways = [_Way(places.points.get(depot, NOWHERE)) for depot in story.texts("loader", "depot").tolist()]
    rows = [row for row in story.rows(*_LOADER_ROWS).tolist() if loaders[columns.subject[row]] >= 0]
    next_h: dict[int, float] = {}
    untils: list[float] = []
    for row in reversed(rows):
        untils.append(next_h.get(int(columns.subject[row]), np.nan))
        next_h[int(columns.subject[row])] = float(columns.t_h[row])
    for row, until_h in zip(rows, reversed(untils), strict=True):
        way, when_h = ways[int(loaders[columns.subject[row]])], float(columns.t_h[row])
        name = columns.names[columns.object[row]]
        leg = places.leg(name, way.here, 0.0)
        if leg is None:
            way.stop(when_h, places.points.get(name, way.here))
        elif until_h != when_h:
            way.drive(when_h, leg._replace(takes_h=until_h - when_h))
    return _ways(ways)


def loader_places(story: Story, t_h: float) -> tuple[Floats, Floats]:
    """Longitude and latitude of the loaders that have been sent out."""
    rows = story.rows(*_LOADER_ROWS)
    loaders = story.rows_of("loader")[story.columns.subject[rows[story.columns.t_h[rows] <= t_h]]]
    out = np.bincount(loaders[loaders >= 0], minlength=story.count("loader")) > 0
    lon, lat = loader_ways(story).at(t_h, story.count("loader"))
    known = out & np.isfinite(lon)
    return lon[known], lat[known]
