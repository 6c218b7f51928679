"""Crews and generators hour by hour: a thin bar each, grouped by depot, with the counts above."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import PolyCollection
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from sim.language import _, bilingual, said
from sim.report import clock, movements, outage_curve, series, style, weather
from sim.report.movements import BROKEN, CALLED, DRIVE, DRY, READY, REST, RUNNING, STANDING, STUCK, WAIT, WORK
from sim.report.series import Intervals, Ints, Story


class Bar(NamedTuple):
    """How a state is drawn: colour, share of the row's height, names."""

    colour: str
    height: float
    en: str
    zh: str
    hatch: str = ""


CREW_BARS: Final = {
    CALLED: Bar("#dfe3e8", 0.22, "called out, ready", "待命"),
    READY: Bar("#dfe3e8", 0.22, "", ""),
    REST: Bar("#c9a6d0", 0.34, "rest", "休整", "////"),
    DRIVE: Bar(style.SKY, 0.66, "drive", "在途"),
    STUCK: Bar(style.INK, 1.0, "stuck, blocked", "受阻"),
    WORK: Bar(style.GREEN, 0.9, "work on site", "作业"),
    WAIT: Bar(style.YELLOW, 0.66, "wait on site", "值守"),
}
GENERATOR_BARS: Final = {
    STANDING: Bar("#bcc3cd", 0.36, "stands at a site", "到站未发电"),
    RUNNING: Bar(style.BLUE, 0.82, "runs", "发电"),
    DRY: Bar(style.ORANGE, 0.82, "dry", "缺油"),
    BROKEN: Bar(style.INK, 1.0, "broken", "故障"),
}
_MOST_ROWS: Final = {"crew": 110, "generator": 170}
_NAMED_ROWS: Final = 12
_TWO_LINES: Final = 3
_LEFT_IN, _RIGHT_IN, _PANEL_IN = 2.2, 0.3, 10.0
_LABEL_PT: Final = 7.5
_LINE: Final = 40
"""Characters of a depot's name on one line."""


@dataclass(frozen=True, eq=False)
class Rows:
    """Which things are drawn, top to bottom: rows of the inventory, their depots, and what is left out."""

    item: str
    which: Ints
    depots: list[str]
    total: int
    spans: Intervals

    @property
    def tall_in(self) -> float:
        """Height of the panel."""
        return max(0.45, len(self.which) * float(np.clip(7.6 / max(len(self.which), 1), 0.045, 0.2)))


def crew_rows(story: Story) -> Rows:
    """Crews by depot in the order of the inventory; of very many the busiest, evenly over the depots."""
    spans = movements.crew_states(story)
    busy_h = _hours(spans.of(DRIVE, STUCK, WORK, WAIT), story.count("crew"), story.horizon_h)
    return _rows(story, "crew", spans, busy_h, np.arange(story.count("crew")))


def generator_rows(story: Story) -> Rows:
    """Generators that were at a site, by depot in the order of their first arrival."""
    spans = movements.generator_states(story)
    first_h = np.full(story.count("generator"), np.inf)
    np.minimum.at(first_h, spans.who, spans.start_h)
    used = np.flatnonzero(np.isfinite(first_h))
    used = used[np.argsort(first_h[used], kind="stable")]
    running_h = _hours(spans.of(RUNNING), story.count("generator"), story.horizon_h)
    return _rows(story, "generator", spans, running_h, used)


def _hours(spans: Intervals, things: int, horizon_h: float) -> series.Floats:
    lasted_h = np.minimum(spans.end_h, horizon_h) - spans.start_h
    return np.bincount(spans.who, weights=lasted_h, minlength=things).astype(np.float64)


def _rows(story: Story, item: str, spans: Intervals, busy_h: series.Floats, which: Ints) -> Rows:
    """Rows by depot, those of the depot with most crews first; cut to what can be read."""
    total = len(which)
    if total > _MOST_ROWS[item]:
        keep = np.sort(np.argsort(-busy_h[which], kind="stable")[: _MOST_ROWS[item]])
        which = which[keep]
    depots = story.texts(item, "depot")
    order = {depot: rank for rank, depot in enumerate(_depot_order(story))}
    rank = np.array([order.get(depots[row], len(order)) for row in which.tolist()], dtype=np.int64)
    which = which[np.argsort(rank, kind="stable")]
    return Rows(item, which, [str(depots[row]) for row in which.tolist()], total, spans)


def _depot_order(story: Story) -> list[str]:
    names, counts = np.unique(story.texts("crew", "depot"), return_counts=True)
    size = dict(zip(names.tolist(), counts.tolist(), strict=True))
    depots = story.texts("depot", "id").tolist()
    return sorted(dict.fromkeys([*depots, *size]), key=lambda depot: -size.get(depot, 0))


def draw(story: Story) -> Figure:
    """The picture. Generators that the drill does not count (a study setting) have no panel."""
    crews, generators = crew_rows(story), generator_rows(story)
    counted = [(crews, CREW_BARS, bilingual("crews\n抢修队"), bilingual("No crew was called. 无队伍出动"))]
    if story.count("generator"):
        counted.append(
            (
                generators,
                GENERATOR_BARS,
                bilingual("generators\n油机"),
                bilingual("No generator stood at a site. 无油机到站"),
            )
        )
    panels = [0.85, 0.55][: len(counted)] + [rows.tall_in for rows, *_ in counted]
    gaps = [1.3, 0.16][: len(counted)] + [0.42] * len(counted)
    left, tall = _left_in(story, [rows for rows, *_ in counted]), sum(panels) + sum(gaps) + 0.45
    wide = left + _PANEL_IN + _RIGHT_IN
    figure = style.new_figure(wide, tall)
    axes, top = list[Axes](), tall
    for gap, panel in zip(gaps, panels, strict=True):
        top -= gap + panel
        axes.append(figure.add_axes((left / wide, top / tall, _PANEL_IN / wide, panel / tall)))
    for above, below, (rows, bars, name, nothing) in zip(
        axes[: len(counted)], axes[len(counted) :], counted, strict=True
    ):
        _counts(above, story, rows, bars, name)
        _panel(below, story, rows, bars, nothing)
        _heading(below, rows)
    snow = weather.snowfall_h(story)
    for one in axes:
        clock.draw_clock(one, story, labels=one is axes[-1])
        if snow:
            one.axvspan(*snow, facecolor=outage_curve.SNOW, edgecolor="none", zorder=0)
    clock.draw_nights(axes[0], story)
    _legends(figure, left, [bars for _, bars, *_ in counted], snowed=snow is not None)
    words = _words(story, crews, generators)
    style.title(figure, story, "Crews and generators over time", "队伍与油机时间线", words)
    return figure


def _left_in(story: Story, panels: list[Rows]) -> float:
    """Room for the longest name at the left."""
    names = [text for rows in panels for _, text in _depot_names(story, rows)]
    longest = max((_width_in(line) for text in names for line in text.split("\n")), default=0.0)
    return max(_LEFT_IN, longest + 0.35)


def _width_in(line: str) -> float:
    """About how wide a line is: Chinese characters are square, others narrower."""
    return sum(0.62 if character.isascii() else 1.0 for character in line) * _LABEL_PT / 72


def _words(story: Story, crews: Rows, generators: Rows) -> str:
    out = len(np.unique(crews.spans.of(DRIVE, WORK).who))
    ran = len(np.unique(generators.spans.of(RUNNING).who))
    most = series.count(generators.spans.of(RUNNING)).most
    text = _("{out} of {count} crews went out").format(out=out, count=story.count("crew"))
    if not story.count("generator"):
        runs = len(story.tables.runs.spells.who)
        said = _("; generators are not counted in this drill: {runs} runs, not drawn").format(runs=runs)
        return text + said if runs else text
    fixed = story.texts("generator", "depot")[np.unique(generators.spans.of(RUNNING).who)] == ""
    text += _("; {ran} of {count} generators ran").format(ran=ran, count=story.count("generator"))
    text += _(" ({count} of them fixed)").format(count=fixed.sum()) if fixed.any() else ""
    peak = _(", at most {count:.0f} at once, {when}").format(count=most[1], when=clock.when(story, most[0]))
    return text + peak if most[1] else text


def _counts(axes: Axes, story: Story, rows: Rows, bars: dict[int, Bar], name: str) -> None:
    """Stacked counts of the states that matter, the quiet ones left out."""
    shown = [state for state, bar in bars.items() if bar.height > 0.3]
    shown.sort(key=lambda state: (bars[state].height < 0.4, -bars[state].height))
    curves = {str(state): series.count(rows.spans.of(state)) for state in shown}
    times, values = series.stacked(curves, story.horizon_h)
    floor = np.zeros(len(times))
    for state, value in zip(shown, values, strict=True):
        top = floor + value
        axes.fill_between(
            times, floor, top, step="post", facecolor=bars[state].colour, hatch=bars[state].hatch,
            edgecolor="white", linewidth=0, zorder=2,
        )  # fmt: skip
        floor = top
    axes.set_ylim(0, clock.round_up(float(floor.max())))
    style.whole_numbers(axes, 3)
    axes.set_ylabel(name, rotation=0, ha="right", va="center", labelpad=8)
    axes.grid(axis="y", color=style.GRID, linewidth=0.6)
    axes.set_axisbelow(True)


def _panel(axes: Axes, story: Story, rows: Rows, bars: dict[int, Bar], nothing: str) -> None:
    """A bar a thing and a band a depot."""
    line = np.full(story.count(rows.item), -1)
    line[rows.which] = np.arange(len(rows.which))
    for state, bar in bars.items():
        spans = rows.spans.of(state)
        y, start_h, end_h = line[spans.who], spans.start_h, np.minimum(spans.end_h, story.horizon_h)
        low, high = y - bar.height / 2, y + bar.height / 2
        corners = np.stack([start_h, low, end_h, low, end_h, high, start_h, high], axis=1).reshape(-1, 4, 2)
        drawn = corners[y >= 0].tolist()
        axes.add_collection(PolyCollection(drawn, facecolors=bar.colour, linewidths=0, zorder=2 + bar.height))
    axes.set_ylim(max(len(rows.which), 1) - 0.3, -0.7)
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    if not (line[rows.spans.who] >= 0).any():
        axes.text(0.5, 0.5, nothing, transform=axes.transAxes, ha="center", va="center", color=style.FAINT)
    _depot_bands(axes, story, rows)


def _depot_bands(axes: Axes, story: Story, rows: Rows) -> None:
    """A bracket and a name a depot; of few rows, each its own name."""
    beside: Any = {"transform": axes.get_yaxis_transform(), "ha": "right", "va": "center"}
    few = len(rows.which) <= _NAMED_ROWS
    if few:
        for y, name in enumerate(story.texts(rows.item, "id")[rows.which].tolist()):
            axes.text(-0.015, y, style.plain(name, 24), fontsize=8, **beside)
    for first, last in bands(rows.depots):
        axes.plot(
            [-0.008, -0.008], [first - 0.4, last + 0.4], color=style.FAINT, lw=2.2, clip_on=False,
            transform=axes.get_yaxis_transform(), solid_capstyle="butt",
        )  # fmt: skip
        if first:
            axes.axhline(first - 0.5, color=style.FAINT, linewidth=0.5, zorder=1)
    for middle, text in [] if few else _depot_names(story, rows):
        axes.text(-0.015, middle, text, fontsize=_LABEL_PT, linespacing=1.15, **beside)


def _depot_names(story: Story, rows: Rows) -> list[tuple[float, str]]:
    """The name of each band of rows and its middle: two lines where there is room, else one."""
    columns = (story.texts("depot", column).tolist() for column in ("id", "name", "name_en"))
    names = {depot: (en, zh) for depot, zh, en in zip(*columns, strict=True)} | {"": ("fixed at the site", "固定油机")}
    found = []
    for first, last in bands(rows.depots):
        depot, count = rows.depots[first], last - first + 1
        text = style.lines_of(*names.get(depot, (depot, "")), _LINE)
        if count <= _TWO_LINES:
            text = text.replace("\n", " ")
        found.append(((first + last) / 2, f"{text} ({count})"))
    return found


def bands(names: list[str]) -> list[tuple[int, int]]:
    """First and last place of each stretch of equal names."""
    firsts = [row for row, name in enumerate(names) if row == 0 or names[row - 1] != name]
    ends = [row - 1 for row in firsts[1:]] + [len(names) - 1]
    return list(zip(firsts, ends, strict=False))


def _heading(axes: Axes, rows: Rows) -> None:
    text, kind = {
        "crew": (bilingual("Crews by depot 各驻点抢修队"), _("busiest")),
        "generator": (bilingual("Generators at sites, by home depot 到站油机"), _("longest running")),
    }[rows.item]
    shown = len(rows.which)
    cut = (
        _(", the {shown} {kind} of {total}").format(shown=shown, kind=kind, total=rows.total)
        if rows.total > shown
        else ""
    )
    axes.set_title(f"{text}{cut}", loc="left", fontsize=9.5, pad=4)


def _legends(figure: Figure, left_in: float, looks: list[dict[int, Bar]], *, snowed: bool) -> None:
    patches = [
        [
            Patch(facecolor=b.colour, hatch=b.hatch, edgecolor="white", linewidth=0, label=said(b.en, b.zh))
            for b in reversed(bars.values())
            if b.en
        ]
        for bars in looks
    ]
    if snowed:
        patches[-1].append(Patch(facecolor=outage_curve.SNOW, label=bilingual("snowfall 降雪")))
    tall, left = figure.get_figheight(), left_in / figure.get_figwidth()
    for row, (handles, name) in enumerate(zip(patches, (_("crew"), _("generator")), strict=False)):
        high = 1 - (0.82 + 0.2 * row) / tall
        figure.text(left - 0.012, high, name, ha="right", va="center", fontsize=8.5, color=style.FAINT)
        figure.legend(
            handles=handles, loc="center left", bbox_to_anchor=(left, high), ncols=8, fontsize=8.5,
            columnspacing=1.5, handlelength=1.5, handleheight=0.8, borderaxespad=0, borderpad=0,
        )  # fmt: skip
