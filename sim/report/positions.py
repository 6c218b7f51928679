"""Where crews and loaders are at a moment, from their rows: at a place, or so far along a road."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np

from sim.report.series import Floats, Story

Point = tuple[float, float]
NOWHERE: Final[Point] = (np.nan, np.nan)


class _Leg(NamedTuple):
    """A stretch of road being driven."""

    start: Point
    end: Point
    t_h: float
    takes_h: float


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

    def leg(self, edge: str, here: Point, t_h: float, speed_kmh: float) -> _Leg | None:
        """A drive onto an edge from the end that is nearer; None where the edge is unknown."""
        if edge not in self.edges:
            return None
        one, other, km = self.edges[edge]
        if _apart(here, one) > _apart(here, other):
            one, other = other, one
        return _Leg(one, other, t_h, km / speed_kmh if speed_kmh > 0 else np.nan)


def _apart(a: Point, b: Point) -> float:
    return (a[0] - b[0]) ** 2 + (a[1] - b[1]) ** 2


def crew_places(story: Story, t_h: float) -> tuple[Floats, Floats]:
    """Longitude and latitude of each crew at a moment, NaN where unknown. Shape (crews,)."""
    places = Places(story)
    here = [places.points.get(depot, NOWHERE) for depot in story.texts("crew", "depot").tolist()]
    legs: list[_Leg | None] = [None] * len(here)
    stuck_h = np.zeros(len(here))
    columns, crews = story.columns, story.rows_of("crew")
    opened = story.rows("job.opened")
    site_of_job = dict(zip(columns.subject[opened].tolist(), columns.object[opened].tolist(), strict=True))
    for row in story.rows("crew.leg", "crew.stuck", "crew.arrived", "crew.free", "crew.rests", "job.onsite").tolist():
        when, kind = float(columns.t_h[row]), columns.kinds[columns.kind[row]]
        if when > t_h:
            break
        subject, other = int(columns.subject[row]), int(columns.object[row])
        who = int(crews[other if kind == "job.onsite" else subject])
        if who < 0:
            continue
        if kind == "crew.leg":
            leg = legs[who] = places.leg(columns.names[other], here[who], when, float(columns.value[row]))
            here[who], stuck_h[who] = (leg.end if leg else here[who]), 0.0
        elif kind == "crew.stuck":
            stuck_h[who] += min(float(np.nan_to_num(columns.value[row])), t_h - when)
        else:
            name = columns.names[site_of_job.get(subject, 0) if kind == "job.onsite" else other]
            here[who], legs[who] = places.points.get(name, here[who]), None
    points = [_along(leg, t_h - stuck_h[who]) if leg else here[who] for who, leg in enumerate(legs)]
    found = np.array(points, dtype=np.float64).reshape(-1, 2)
    return found[:, 0], found[:, 1]


def _along(leg: _Leg, t_h: float) -> Point:
    """The point reached by then; the middle where the speed is not told."""
    share = (t_h - leg.t_h) / leg.takes_h if leg.takes_h > 0 else 0.5
    share = min(max(share, 0.0), 1.0)
    (x0, y0), (x1, y1) = leg.start, leg.end
    return x0 + (x1 - x0) * share, y0 + (y1 - y0) * share


def loader_places(story: Story, t_h: float) -> tuple[Floats, Floats]:
    """Longitude and latitude of the loaders that have been sent out, the middle of the road they are on."""
    places, columns, loaders = Places(story), story.columns, story.rows_of("loader")
    at: dict[int, Point] = {}
    for row in story.rows("loader.sent", "loader.clears", "loader.free").tolist():
        if columns.t_h[row] > t_h:
            break
        who, name = int(loaders[columns.subject[row]]), columns.names[columns.object[row]]
        if who >= 0 and name in places.edges:
            (x0, y0), (x1, y1), _ = places.edges[name]
            at[who] = ((x0 + x1) / 2, (y0 + y1) / 2)
        elif who >= 0 and name in places.points:
            at[who] = places.points[name]
    found = np.array(list(at.values()), dtype=np.float64).reshape(-1, 2)
    return found[:, 0], found[:, 1]
