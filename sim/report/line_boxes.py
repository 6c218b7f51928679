"""Boxes of a single-line diagram: their looks by state, and the racks and coolers at the bottom."""

from __future__ import annotations

from math import isnan
from typing import Any, Final, NamedTuple

from matplotlib.axes import Axes
from matplotlib.patches import FancyBboxPatch, Rectangle

from sim.language import bilingual
from sim.report import style
from sim.report.line_plan import Bay, Box, Sketch
from sim.report.series import Story

_SHORT: Final = 8
"""Names of coolers that are longer stand on two lines."""
BAY_IN, PDU_H, RACK_H = 1.22, 0.42, 0.92
_PDU_W: Final = 0.54
_DEVICE_IN: Final = 0.13
_MOST_DEVICES: Final = 24


class Look(NamedTuple):
    """How a state is drawn: face, edge, line style, sign (for grey print), names."""

    face: str
    edge: str
    line: Any
    sign: str
    en: str
    zh: str


LOOKS: Final = {
    "live": Look("#dcebf7", style.BLUE, "-", "", "live", "带电"),
    "on": Look("#dcebf7", style.BLUE, "-", "", "", ""),
    "standby": Look("white", style.FAINT, "-", "", "stands by", "备用"),
    "battery": Look(style.YELLOW, style.INK, "-", "▮ ", "on battery", "电池供电"),
    "over": Look(style.ORANGE, style.INK, "-", "! ", "over its limit", "超限"),
    "dead": Look("#eceef1", style.FAINT, (0, (3, 2)), "○ ", "dead, off", "失电、停机"),
    "off": Look("#eceef1", style.FAINT, (0, (3, 2)), "○ ", "", ""),
    "broken": Look(style.VERMILLION, style.INK, "-", "✗ ", "tripped, broken", "跳闸、故障"),
}
DEVICE_LOOKS: Final = {
    "up": (style.BLUE, "", "runs", "运行"), "slow": (style.YELLOW, "", "slow", "降频"),
    "hot": (style.VERMILLION, "", "off by heat", "过热宕机"), "dead": ("white", "", "down", "停机"),
    "broken": (style.INK, "", "broken", "故障"),
}  # fmt: skip


def draw_box(axes: Axes, middle: tuple[float, float], size: tuple[float, float], state: str) -> None:
    """A box in the look of its state."""
    look, (x, y), (wide, tall) = LOOKS[state], middle, size
    axes.add_patch(
        FancyBboxPatch(
            (x - wide / 2, y - tall / 2), wide, tall, boxstyle="round,pad=0,rounding_size=0.05", facecolor=look.face,
            edgecolor=look.edge, linestyle=look.line, linewidth=1.1, zorder=4,
        )
    )  # fmt: skip


def ink_of(state: str) -> str:
    """Colour of words in a box."""
    return "white" if state == "broken" else style.INK


def bay_in(bay: Bay) -> float:
    """Width of a bay, inches."""
    return BAY_IN * bay.wide


def draw_bays(axes: Axes, story: Story, plan: Sketch, left: float, y: float) -> list[tuple[Box, float, float]]:
    """Racks and coolers row by row; gives where each feed must arrive."""
    names = dict(
        zip(
            story.texts("row", "id").tolist(),
            zip(*(story.texts("row", c).tolist() for c in ("name_en", "name")), strict=True),
            strict=True,
        )
    )
    spots: list[tuple[Box, float, float]] = []
    x, row, began = left + 0.15, "", left
    for bay in [*plan.bays, None]:
        if bay is None or bay.row != row:
            if row:
                _row_name(axes, (began, x), y, style.both(*names.get(row, (row, ""))) or row)
                x += 0.3
            if bay is None:
                break
            row, began = bay.row, x
        wide = bay_in(bay)
        spots += _bay(axes, bay, x + wide / 2, wide, y)
        x += wide
    return spots


def _row_name(axes: Axes, span: tuple[float, float], y: float, name: str) -> None:
    low = y - RACK_H - 0.14
    axes.plot([span[0] + 0.06, span[1] - 0.06], [low, low], color=style.FAINT, lw=1.6, zorder=3)
    axes.text(sum(span) / 2, low - 0.06, name, fontsize=8, ha="center", va="top")


def _bay(axes: Axes, bay: Bay, x: float, wide: float, y: float) -> list[tuple[Box, float, float]]:
    """PDUs side by side over their rack; a cooler stands alone."""
    spots = []
    for at, box in enumerate(bay.boxes):
        place = x + (at - (len(bay.boxes) - 1) / 2) * (_PDU_W + 0.03)
        draw_box(axes, (place, y + PDU_H / 2), (_PDU_W, PDU_H), box.state)
        text = f"{LOOKS[box.state].sign}{box.text}"
        axes.text(
            place, y + PDU_H / 2, text, fontsize=6.4, ha="center", va="center", color=ink_of(box.state), zorder=5,
            linespacing=1.15,
        )  # fmt: skip
        spots.append((box, place, y + PDU_H))
    if bay.cooler:
        name = style.plain(bay.title, 24)
        name = "_\n".join(name.rsplit("_", 1)) if len(name) > _SHORT else name
        axes.text(x, y - 0.08, f"{name}\n{bilingual('cooler 空调')}", fontsize=6.8, ha="center", va="top")
        return spots
    rack = Rectangle((x - wide / 2 + 0.05, y - RACK_H), wide - 0.1, RACK_H, fc="white", ec=style.INK, lw=0.9, zorder=3)
    axes.add_patch(rack)
    axes.text(x - wide / 2 + 0.1, y - 0.06, style.plain(bay.title, 10), fontsize=7.5, ha="left", va="top", zorder=5)
    if not isnan(bay.inlet_c):
        axes.text(x + wide / 2 - 0.1, y - 0.07, f"{bay.inlet_c:.0f} °C", fontsize=7, ha="right", va="top", zorder=5)
    _devices(axes, bay, (x - wide / 2 + 0.12, y - 0.36), wide - 0.24)
    return spots


def _devices(axes: Axes, bay: Bay, corner: tuple[float, float], wide: float) -> None:
    """A square a device; of many, a number for each state."""
    step = _DEVICE_IN + 0.04
    across = max(1, int((wide + 0.04) / step))
    if len(bay.devices) > min(_MOST_DEVICES, across * 3):
        states = [state for state in DEVICE_LOOKS if state in bay.devices]
        for at, state in enumerate(states):
            at_y = corner[1] - at * 0.15
            _square(axes, (corner[0], at_y), state)
            name = f"{bay.devices.count(state)} {DEVICE_LOOKS[state][2]}"
            axes.text(corner[0] + 0.18, at_y + _DEVICE_IN / 2, name, fontsize=6.2, va="center", zorder=5)
        return
    for at, state in enumerate(bay.devices):
        _square(axes, (corner[0] + at % across * step, corner[1] - at // across * step), state)


def _square(axes: Axes, corner: tuple[float, float], state: str) -> None:
    face = DEVICE_LOOKS[state][0]
    axes.add_patch(Rectangle(corner, _DEVICE_IN, _DEVICE_IN, facecolor=face, edgecolor=style.INK, lw=0.7, zorder=5))
    x, y = corner[0] + _DEVICE_IN / 2, corner[1] + _DEVICE_IN / 2
    if state in ("hot", "broken", "dead"):
        cross = "white" if state != "dead" else style.FAINT
        axes.plot(x, y, "x", ms=4, color=cross, mew=1.0, zorder=6)
