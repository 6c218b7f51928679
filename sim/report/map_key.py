"""The column beside the map: what the marks mean, how many there are, a small curve, scale and north."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from matplotlib.figure import Figure

from sim.language import bilingual, said
from sim.report import series, style
from sim.report.series import Floats, Ints, Story

WIDTH_IN: Final = 3.0
_LINE_IN: Final = 0.205


class Look(NamedTuple):
    """How sites in a state are drawn."""

    colour: str
    marker: str
    size: float
    edge: str
    edge_width: float
    en: str
    zh: str


class Crews(NamedTuple):
    """Crews by what they do, and those at home by depot."""

    doing: dict[str, int]
    home: dict[str, int]


SITE_LOOK: Final = (
    Look("#b9bfc8", "o", 1.5, "none", 0.0, "on mains", "市电"),
    Look("#f5d90a", "^", 4.2, style.INK, 0.5, "on battery", "电池"),
    Look(style.GREEN, "o", 4.6, style.INK, 0.5, "on generator", "油机"),
    *(
        Look(colour, marker, 5.2, style.INK, 0.45, f"out: {en}", zh)
        for colour, _, marker, en, zh in style.CAUSE_LOOK.values()
    ),
)
CREW_LOOK: Final = {
    "driving": (">", 6.5, "white"),
    "stuck": (">", 6.5, style.INK),
    "on site": ("*", 9.0, "white"),
    "free or resting away": ("d", 6.0, "white"),
    "loaders out": ("p", 7.5, style.SKY),
}
_CREW_ZH: Final = {
    "driving": "在途",
    "stuck": "受阻",
    "on site": "作业",
    "free or resting away": "外地待命",
    "loaders out": "铲车",
}
DEPTH_LOOK: Final = (
    (5.0, "#d0d3d8", "0–5 cm"),
    (10.0, "#8fb9dc", "5–10 cm"),
    (20.0, "#4f94cb", "10–20 cm"),
    (30.0, "#1f5fa6", "20–30 cm"),
    (np.inf, "#0b2a5b", "over 30 cm"),
)
"""Upper bound of each class of snow on the road, as speeds change; colour, words."""
ROAD_WIDTH: Final = {"expressway": 3.2, "national": 2.3, "county": 1.2, "village": 0.6}
_ROAD_ZH: Final = {"expressway": "高速", "national": "国道", "county": "县道", "village": "乡村路"}


def depth_class(depth_cm: Floats) -> Ints:
    """Class of each depth, index into DEPTH_LOOK; unknown depth counts as none."""
    bounds = [bound for bound, _, _ in DEPTH_LOOK[:-1]]
    return np.searchsorted(bounds, np.nan_to_num(depth_cm), side="right").astype(np.int64)


class Key:
    """Lines from top to bottom in inches."""

    def __init__(self, figure: Figure, box_in: tuple[float, float, float, float]) -> None:
        wide, tall = figure.get_size_inches().tolist()
        left, low, width, height = box_in
        self.figure, self.box_in = figure, box_in
        self.axes = figure.add_axes((left / wide, low / tall, width / wide, height / tall))
        self.axes.set(xlim=(0, width), ylim=(0, height))
        self.axes.axis("off")
        self.y = height - 0.05

    def _head(self, en: str, zh: str) -> None:
        self.y -= 0.1
        self.axes.text(0, self.y, said(en, zh), fontsize=9.5, va="center", color=style.INK)
        self.y -= _LINE_IN * 1.05

    def _line(self, text: str, number: str = "") -> float:
        y = self.y
        self.axes.text(0.36, y, text, fontsize=8.5, va="center")
        if number:
            self.axes.text(WIDTH_IN - 0.05, y, number, fontsize=8.5, va="center", ha="right")
        self.y -= _LINE_IN
        return y

    def sites(self, story: Story, state: Ints) -> None:
        """States of sites with their counts."""
        self._head("Sites", "站址（基站）")
        for level, look in enumerate(SITE_LOOK):
            chosen = state == level
            if not chosen.any() and level > 2:
                continue
            stations = int(story.stations_per_site[chosen].sum())
            number = f"{int(chosen.sum()):,} ({stations:,})" if chosen.any() else "0"
            y = self._line(said(look.en, look.zh), number)
            size = max(look.size * 1.35, 4)
            self.axes.plot(0.15, y, look.marker, ms=size, color=look.colour, mec=look.edge, mew=look.edge_width)

    def crews(self, crews: Crews) -> None:
        """Marks of crews and depots."""
        if not crews.doing or not (sum(crews.doing.values()) or crews.home):
            return
        self._head("Crews", "抢修队")
        for name, number in crews.doing.items():
            if name == "loaders out" and not number:
                continue
            marker, size, face = CREW_LOOK[name]
            y = self._line(said(name, _CREW_ZH[name]), str(number))
            self.axes.plot(0.15, y, marker, ms=size, mfc=face, mec=style.INK, mew=0.9)
        y = self._line(bilingual("at the depot 驻点待命"), str(sum(crews.home.values())))
        self.axes.plot(0.15, y, "s", ms=10, mfc="white", mec=style.INK, mew=1.0)
        self.axes.text(0.15, y, "n", fontsize=7, ha="center", va="center_baseline")

    def roads(self, shown: set[str], *, snowed: bool) -> None:
        """Road classes by width, snow on them by shade."""
        classes = [name for name in ROAD_WIDTH if name in shown]
        if classes:
            self._head("Roads", "道路")
        for name in classes:
            y = self._line(said(name, _ROAD_ZH[name]))
            self.axes.plot([0.02, 0.28], [y, y], color="#7d8590", lw=ROAD_WIDTH[name], solid_capstyle="round")
        if "closed" in shown:
            y = self._line(bilingual("closed to traffic 封闭"))
            self.axes.plot([0.02, 0.28], [y, y], color="#7d8590", lw=3.0, solid_capstyle="round")
            self.axes.plot([0.02, 0.28], [y, y], color="white", lw=1.2, linestyle=(0, (2, 2)))
        if any(name.startswith("depth") for name in shown):
            self._head("Snow on the road", "道路积雪")
            for level, (_, colour, words) in enumerate(DEPTH_LOOK):
                if f"depth {level}" in shown or level < 4:
                    y = self._line(words)
                    self.axes.plot([0.02, 0.28], [y, y], color=colour, lw=4, solid_capstyle="butt")
        if snowed:
            y = self._line(bilingual("water fallen so far 累计降水"))
            self.axes.plot([0.02, 0.28], [y, y], color="#9db8cf", lw=0.9, linestyle="dotted")

    def curve(self, story: Story, t_h: float) -> None:
        """Stations out over the drill, with the moment of the map."""
        out = series.count(story.outages, story.stations_per_site)
        if not out.most[1] or self.y < 1.9:
            return
        left, low, _, _ = self.box_in
        wide, tall = self.figure.get_size_inches().tolist()
        self._head("Stations out over the drill", "退服基站")
        height = 0.62
        box = (left / wide, (low + self.y - height + 0.08) / tall, (WIDTH_IN - 0.05) / wide, height / tall)
        small = self.figure.add_axes(box)
        times, values = series.stacked({"out": out}, story.horizon_h)
        small.fill_between(times, 0, values[0], step="post", color=style.VERMILLION, alpha=0.75, linewidth=0)
        small.axvline(t_h, color=style.INK, linewidth=1.2)
        small.set(xlim=(0, story.horizon_h), ylim=(0, out.most[1] * 1.05), xticks=[], yticks=[])
        small.spines["left"].set_visible(False)
        self.y -= height + 0.1

    def scale(self, per_km: float) -> None:
        """Scale bar in the scale of the map, and north."""
        size = 10.0 ** np.floor(np.log10(1.8 / per_km))
        km = float(next(s * size for s in (5, 2, 1) if s * size * per_km <= 1.8))
        y, wide = 0.2, km * per_km
        for part, colour in enumerate((style.INK, "white", style.INK, "white")):
            ends = [wide * part / 4, wide * (part + 1) / 4]
            self.axes.fill_between(ends, y, y + 0.055, facecolor=colour, edgecolor=style.INK, linewidth=0.7)
        for share in (0, 0.5, 1):
            text = f"{km * share:g} km" if share == 1 else f"{km * share:g}"
            side = "center" if share else "left"
            self.axes.text(wide * share, y - 0.05, text, fontsize=7.5, ha=side, va="top")
        self.axes.annotate(
            "", xy=(WIDTH_IN - 0.25, 0.55), xytext=(WIDTH_IN - 0.25, 0.08),
            arrowprops={"arrowstyle": "-|>", "color": style.INK, "lw": 1.2, "shrinkA": 0, "shrinkB": 0},
        )  # fmt: skip
        self.axes.text(WIDTH_IN - 0.25, 0.57, "N 北", fontsize=8, ha="center", va="bottom")
