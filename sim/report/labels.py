"""Names on a map that do not cover each other: the best of a few places around each point, one by one."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.patheffects import AbstractPathEffect, withStroke
from matplotlib.text import Text

from sim.report.series import Floats
from sim.report.style import INK, PAPER

_ANGLES: Final = (0, 180, 90, 270, 45, 315, 135, 225, 20, 340, 160, 200)
_REACHES: Final = (1.0, 1.9, 3.0, 4.4)
_MARK_COST: Final = 4.0
"""What it costs to cover a mark, in ranks of places."""
_LEADER_PX: Final = 34.0
"""A label that stands further off than this gets a line to its point."""


class Label(NamedTuple):
    """A text for a point; the first ones get the best places. `frame`: colour of a frame around it."""

    x: float
    y: float
    text: str
    size: float
    frame: str = ""


class Box(NamedTuple):
    """A rectangle in pixels."""

    left: float
    low: float
    right: float
    high: float

    def grown(self, by: float) -> Box:
        """The rectangle with a margin."""
        return Box(self.left - by, self.low - by, self.right + by, self.high + by)

    def off(self, x: float, y: float) -> tuple[float, float, float]:
        """The point of the rectangle nearest to another, and how far off it is."""
        near_x, near_y = min(max(x, self.left), self.right), min(max(y, self.low), self.high)
        return near_x, near_y, float(np.hypot(x - near_x, y - near_y))

    def overlap(self, other: Box) -> float:
        """Shared area, square pixels."""
        wide = min(self.right, other.right) - max(self.left, other.left)
        tall = min(self.high, other.high) - max(self.low, other.low)
        return max(0.0, wide) * max(0.0, tall)

    def holds(self, points: Floats) -> int:
        """How many points, shape (n, 2), lie inside."""
        across = (points[:, 0] > self.left) & (points[:, 0] < self.right)
        return int((across & (points[:, 1] > self.low) & (points[:, 1] < self.high)).sum())


def place(
    size: tuple[float, float],
    point: tuple[float, float],
    taken: list[Box],
    crowd: Floats,
    frame: Box,
    gap: float,
    mark_px: float = 0.0,
) -> Box:
    """The box of this size beside a point that covers least: other boxes first, then points of the crowd.

    `crowd` are pixels of marks better left visible, shape (n, 2), each of half the size `mark_px` (0: points of
    a curve, which weigh less); `frame` must hold the box if it can.
    """
    weight = _MARK_COST if mark_px else 1.0
    wide, tall = size
    best, least = Box(0, 0, 0, 0), float("inf")
    for rank, (reach, angle) in enumerate((reach, angle) for reach in _REACHES for angle in _ANGLES):
        turn = np.radians(angle)
        east, north = float(np.cos(turn)), float(np.sin(turn))
        x = point[0] + east * (gap * reach + wide / 2)
        y = point[1] + north * (gap * reach + tall / 2)
        box = Box(x - wide / 2, y - tall / 2, x + wide / 2, y + tall / 2)
        inside = frame.overlap(box) / (wide * tall)
        covered = sum(box.overlap(other) for other in taken) / (wide * tall)
        cost = 1000 * covered + 500 * (1 - inside) + weight * box.grown(mark_px).holds(crowd) + 0.6 * rank
        if cost < least:
            best, least = box, cost
    return best


def box_of(artist: Artist) -> Box:
    """The rectangle in which something is drawn."""
    extent = artist.get_window_extent()
    return Box(extent.x0, extent.y0, extent.x1, extent.y1)


def draw_labels(
    axes: Axes, labels: list[Label], crowd: Floats, marks: list[Box], gap: float = 9.0, mark_px: float = 0.0
) -> list[Text]:
    """Writes the labels; `crowd` and `marks` are in pixels, marks stay uncovered wherever possible."""
    frame = box_of(axes)
    taken, texts = list(marks), list[Text]()
    halo: list[AbstractPathEffect] = [withStroke(linewidth=2.4, foreground=PAPER, alpha=0.9)]
    for label in labels:
        text = axes.text(
            label.x, label.y, label.text, fontsize=label.size, color=INK, ha="center", va="center",
            multialignment="center", linespacing=1.1, zorder=9,
        )  # fmt: skip
        if label.frame:
            text.set_bbox({"facecolor": PAPER, "edgecolor": label.frame, "linewidth": 1.4, "pad": 2.5})
        else:
            text.set_path_effects(halo)
        shape = text.get_window_extent()
        point = axes.transData.transform((label.x, label.y))
        pad = 14 if label.frame else 2
        size, at = (shape.width + pad, shape.height + pad), (float(point[0]), float(point[1]))
        box = place(size, at, taken, crowd, frame, gap, mark_px)
        taken.append(box)
        middle = axes.transData.inverted().transform(((box.left + box.right) / 2, (box.low + box.high) / 2))
        text.set_position((float(middle[0]), float(middle[1])))
        texts.append(text)
        near_x, near_y, far_px = box.off(*at)
        if far_px > _LEADER_PX:
            end = axes.transData.inverted().transform((near_x, near_y))
            axes.plot([label.x, float(end[0])], [label.y, float(end[1])], color=INK, linewidth=0.6, zorder=7.5)
    return texts
