"""Names on the map: depots as numbered squares, county seats and depots elsewhere by name, a few sites by id."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from matplotlib.axes import Axes

from sim.report import labels, style
from sim.report.series import Floats, Story

KM_PER_DEG: Final = 111.195
_NAMED_SITES: Final = 25
_LINE: Final = 22
"""Characters of a name on one line."""
_ASIDE_PX: Final = 34.0
_HIDES_PX: Final = 18.0
"""A square hides a site nearer than this; of few sites, it then stands aside, with a line to its place."""


@dataclass(frozen=True)
class Plane:
    """Kilometres from a middle, equirectangular with cos(latitude)."""

    lon: float
    lat: float

    def xy(self, lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
        """East and north, km."""
        return (lon - self.lon) * KM_PER_DEG * float(np.cos(np.radians(self.lat))), (lat - self.lat) * KM_PER_DEG


def places(story: Story, plane: Plane) -> list[tuple[float, float]]:
    """Where depots and county seats stand, km."""
    found = [plane.xy(story.floats(item, "lon"), story.floats(item, "lat")) for item in ("depot", "county")]
    points = [(east, north) for x, y in found for east, north in zip(x.tolist(), y.tolist(), strict=True)]
    return [point for point in points if np.isfinite(point).all()]


def draw_names(
    axes: Axes, story: Story, plane: Plane, hidden: tuple[Floats, list[labels.Box]], home: dict[str, int]
) -> None:
    """Squares, then names where they hide least of the marks (pixels) and of what is written already."""
    crowd, written = hidden
    named = _few_sites(story, plane)
    sites = _pixels(axes, [(label.x, label.y) for label in named])
    marks = _depots(axes, story, plane, home, sites)
    marks += [labels.Box(x, y, x, y).grown(11) for x, y in sites.tolist()]
    labels.draw_labels(axes, [*_places(axes, story, plane), *named], crowd, [*marks, *written], gap=20, mark_px=7)


def _pixels(axes: Axes, points: list[tuple[float, float]]) -> Floats:
    found: Floats = axes.transData.transform(points or np.empty((0, 2)))
    return found


def _depots(axes: Axes, story: Story, plane: Plane, home: dict[str, int], sites: Floats) -> list[labels.Box]:
    """Depots as squares with the crews at home, beside a named site rather than on it; returns their boxes."""
    marks = []
    x, y = plane.xy(story.floats("depot", "lon"), story.floats("depot", "lat"))
    for row, depot in enumerate(story.texts("depot", "id").tolist()):
        if not (np.isfinite(x[row]) and np.isfinite(y[row])):
            continue
        own = _pixels(axes, [(float(x[row]), float(y[row]))])[0]
        place = _aside(own, sites)
        east, north = axes.transData.inverted().transform(place).tolist()
        if np.any(place != own):
            axes.plot([x[row], east], [y[row], north], color=style.INK, linewidth=0.8, zorder=7.9)
        axes.plot(east, north, "s", ms=11, mfc="white", mec=style.INK, mew=1.1, zorder=8)
        axes.text(east, north, str(home.get(depot, 0)), fontsize=7, ha="center", va="center_baseline", zorder=8.1)
        px, py = place.tolist()
        marks.append(labels.Box(px, py, px, py).grown(13))
    return marks


def _aside(own: Floats, sites: Floats) -> Floats:
    """The place itself, or the one around it that is farthest from all sites where a site would be hidden."""
    if not len(sites) or np.hypot(*(sites - own).T).min() > _HIDES_PX:
        return own
    turns = np.radians(np.arange(0, 360, 30))
    around: Floats = own + _ASIDE_PX * np.column_stack([np.cos(turns), np.sin(turns)])
    room = np.hypot(*(around[:, None, :] - sites[None, :, :]).transpose(2, 0, 1)).min(axis=1)
    best: Floats = around[int(room.argmax())]
    return best


def _places(axes: Axes, story: Story, plane: Plane) -> list[labels.Label]:
    """County seats, and depots that stand elsewhere."""
    wanted, seats = list[labels.Label](), list[tuple[float, float]]()
    (left, right), (low, high) = axes.get_xlim(), axes.get_ylim()
    for item, size in (("county", 9.5), ("depot", 8.0)):
        x, y = plane.xy(story.floats(item, "lon"), story.floats(item, "lat"))
        names = zip(*(story.texts(item, column).tolist() for column in ("name", "name_en")), strict=True)
        for east, north, (zh, en) in zip(x.tolist(), y.tolist(), names, strict=True):
            if any(np.hypot(east - a, north - b) < 0.02 * (right - left) for a, b in seats):
                continue
            if not (left < east < right and low < north < high):
                continue
            seats.append((east, north))
            wanted.append(labels.Label(east, north, style.lines_of(en, zh, _LINE), size))
    return wanted


def _few_sites(story: Story, plane: Plane) -> list[labels.Label]:
    """Ids of sites where there are so few that they can be read."""
    if story.count("site") > _NAMED_SITES:
        return []
    x, y = plane.xy(story.floats("site", "lon"), story.floats("site", "lat"))
    ids = story.texts("site", "id").tolist()
    return [
        labels.Label(east, north, style.plain(name, 24), 7.5)
        for east, north, name in zip(x.tolist(), y.tolist(), ids, strict=True)
        if np.isfinite(east) and np.isfinite(north)
    ]
