"""Feeders where a list knows none: the area is cut in halves until each piece holds what one line may supply."""

from __future__ import annotations

import math
from typing import Final

from sim.intake.draft import Draft

SITES_A_FEEDER: Final = 12
"""Assumed: sites on one 10 kV feeder, at most; the generated networks have 7 to 12."""


def feeders_by_area(draft: Draft) -> list[str]:
    """Give every site a feeder by where it lies, if none is known of any; gives back the guess."""
    if any(draft.column("feeder")) or not len(draft):
        return []
    lon, lat = ([_degrees(text) for text in draft.column(axis)] for axis in ("lon", "lat"))
    if any(math.isnan(value) for value in (*lon, *lat)):
        return []  # the reader tells where
    turned = math.cos(math.radians(sum(lat) / len(lat)))
    places = [(x * turned, y) for x, y in zip(lon, lat, strict=True)]
    counties = draft.column("county")
    names = [""] * len(draft)
    count = 0
    for county in sorted(set(counties)):
        rows = [row for row, one in enumerate(counties) if one == county]
        for piece in _halved(rows, places):
            count += 1
            for row in piece:
                names[row] = f"f{count:04d}"
    draft.cells["feeder"] = names
    told = "no feeder is known: {count} made by cutting each county in halves until at most {most} sites are on one"
    return [told.format(count=count, most=SITES_A_FEEDER)]


def _degrees(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return math.nan


def _halved(rows: list[int], places: list[tuple[float, float]]) -> list[list[int]]:
    """The rows in pieces of at most `SITES_A_FEEDER`, cut across the longer side, in the order of the places."""
    done, waiting = [], [rows]
    while waiting:
        piece = waiting.pop()
        if len(piece) <= SITES_A_FEEDER:
            done.append(piece)
            continue
        spans = [max(places[row][axis] for row in piece) - min(places[row][axis] for row in piece) for axis in (0, 1)]
        axis = 0 if spans[0] >= spans[1] else 1
        ordered = sorted(piece, key=lambda row: (places[row][axis], places[row][1 - axis], row))
        waiting += [ordered[len(ordered) // 2 :], ordered[: len(ordered) // 2]]
    return done
