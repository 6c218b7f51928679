"""Lines of equal water on the map, each with its figure where it hides and is hidden least."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patheffects import withStroke
from matplotlib.tri import Triangulation

from sim.report import labels, style, weather
from sim.report.map_names import Plane
from sim.report.series import Floats, Story

_COLOUR: Final = "#2f5878"
_TRIED: Final = 60
"""Places along a line that are looked at."""
_CLEAR_PX: Final = 36.0
_FAR_PX: Final = 64.0
"""Room that a figure wants from marks, and from the squares and names of towns."""


class Line(NamedTuple):
    """The longest stretch of a line of equal water: points in km, shape (n, 2)."""

    water_mm: float
    points: Floats


def contours(axes: Axes, story: Story, plane: Plane, t_h: float) -> list[Line] | None:
    """Draws the lines of water fallen so far; None where none fell or the cells span no area."""
    water_mm = weather.at_cells(story, "snow.water", t_h)
    known = np.isfinite(water_mm)
    x, y = plane.xy(story.floats("weather_cell", "lon")[known], story.floats("weather_cell", "lat")[known])
    most = float(water_mm[known].max(initial=0.0))
    if known.sum() < 4 or np.ptp(x) == 0 or np.ptp(y) == 0 or most <= 1:
        return None
    step = next((size for size in (1, 2, 5, 10, 20, 50, 100) if most / size <= 8), 200)
    levels = np.arange(step, most, step)
    drawn: Any = axes.tricontour(
        Triangulation(x, y), water_mm[known], levels=levels, colors="#8fadc8",
        linewidths=0.9, linestyles="dotted", zorder=1,
    )  # fmt: skip
    pairs = zip(levels.tolist(), drawn.allsegs, strict=True)
    return [Line(level, np.asarray(max(parts, key=len), dtype=np.float64)) for level, parts in pairs if len(parts)]


def label(axes: Axes, lines: list[Line] | None, crowd: Floats, towns: list[tuple[float, float]]) -> list[labels.Box]:
    """Writes the figure of each line; returns the rectangles written on, in pixels."""
    frame = labels.box_of(axes).grown(-_CLEAR_PX)
    far: Floats = axes.transData.transform(towns or np.empty((0, 2)))
    written = list[labels.Box]()
    for line in lines or []:
        pixels: Floats = axes.transData.transform(line.points)
        inside = (pixels[:, 0] > frame.left) & (pixels[:, 0] < frame.right)
        inside &= (pixels[:, 1] > frame.low) & (pixels[:, 1] < frame.high)
        tried = np.flatnonzero(inside)
        if not len(tried):
            continue
        tried = tried[np.linspace(0, len(tried) - 1, min(_TRIED, len(tried))).round().astype(np.int64)]
        taken = np.array([((b.left + b.right) / 2, (b.low + b.high) / 2) for b in written]).reshape(-1, 2)
        cost = _near(pixels[tried], crowd, _CLEAR_PX) + 5 * _near(pixels[tried], np.concatenate([far, taken]), _FAR_PX)
        middle = np.abs(np.arange(len(tried)) / max(len(tried) - 1, 1) - 0.5)
        best = int(tried[int((cost + middle).argmin())])
        east, north = line.points[best].tolist()
        text = axes.text(
            east, north, f"{line.water_mm:g} mm", fontsize=7.5, color=_COLOUR,
            ha="center", va="center", zorder=6, path_effects=[withStroke(linewidth=2.2, foreground=style.PAPER)],
        )  # fmt: skip
        written.append(labels.box_of(text))
    return written


def _near(points: Floats, others: Floats, within: float) -> Floats:
    """How many of the others lie near each point."""
    if not len(others):
        return np.zeros(len(points))
    far = np.hypot(*(points[:, None, :] - others[None, :, :]).transpose(2, 0, 1))
    count: Floats = (far < within).sum(axis=1).astype(np.float64)
    return count
