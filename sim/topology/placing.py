"""Positions for nodes that have none: amid their neighbours, else on a circle."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

from sim.topology.graphml import Drawn

_CIRCLE_DEG: Final = 1.0
"""Assumed: radius of the circle, degrees; about 110 km."""

Position = tuple[float, float]


def place(drawn: Drawn) -> tuple[list[Position], int, int]:
    """Longitude and latitude of every node; how many were put amid their neighbours, and how many on a circle."""
    known = {row: (n.lon, n.lat) for row, n in enumerate(drawn.nodes) if not math.isnan(n.lon)}
    given = len(known)
    near: list[set[int]] = [set() for _ in drawn.nodes]
    for a, b in drawn.edges:
        near[a].add(b)
        near[b].add(a)
    waiting = [row for row in range(len(near)) if row not in known]
    while True:
        found = {
            row: _middle([known[o] for o in sorted(near[row]) if o in known])
            for row in waiting
            if near[row] & set(known)
        }
        if not found:
            break
        known |= found
        waiting = [row for row in waiting if row not in known]
    amid = len(known) - given
    centre = _middle([*known.values()]) if known else (0.0, 0.0)
    for number, row in enumerate(waiting):
        angle = 2 * math.pi * number / len(waiting)
        lat = max(-84.0, min(84.0, centre[1] + _CIRCLE_DEG * math.sin(angle)))
        known[row] = _wrapped(centre[0] + _CIRCLE_DEG * math.cos(angle)), lat
    return [(round(known[row][0], 5), round(known[row][1], 5)) for row in range(len(near))], amid, len(waiting)


def _middle(points: Sequence[Position]) -> Position:
    """Mean of positions; longitudes are taken as near to the first as they can be."""
    first = points[0][0]
    lon = sum(first + _wrapped(point[0] - first) for point in points) / len(points)
    return _wrapped(lon), sum(point[1] for point in points) / len(points)


def _wrapped(lon: float) -> float:
    return (lon + 180) % 360 - 180
