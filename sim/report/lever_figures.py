"""The ranked list of levers as a picture: bars with their intervals, a panel a figure, a row a lever."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sim.ensemble.gains import Gain, Pulled, Ranking
from sim.language import _
from sim.report import style
from sim.report.ensemble_figures import heading
from sim.report.lever_words import name_of, ratio
from sim.textwidth import wrapped

MOST: Final = 20
_COLUMNS: Final = 36
"""Width of a line of a name."""


def ranking(found: Ranking, title: str = "") -> Figure:
    """Hours and targets that each lever gains over the scenario as written, and what a station-hour costs."""
    shown = found.singles[:MOST]
    figure = style.new_figure(13, 1.8 + 0.42 * max(len(shown), 2))
    grid = figure.subplots(1, 3, sharey=True, gridspec_kw={"width_ratios": [1.5, 1.5, 1]})
    tall = figure.get_figheight()
    figure.subplots_adjust(left=0.22, right=0.86, top=1 - 1.05 / tall, bottom=0.45 / tall, wspace=0.09)
    panels = (
        (_("station-hours saved"), [one.stations for one in shown]),
        (_("user-hours saved"), [one.users for one in shown]),
        (_("targets gained"), [one.gained for one in shown]),
    )
    for axes, (what, gains) in zip(grid, panels, strict=True):
        _panel(axes, what, gains)
    grid[0].set_yticks(range(len(shown)), [_label(name_of(one.says)) for one in shown])
    grid[0].set_ylim(max(len(shown), 1) - 0.4, -0.6)
    _prices(grid[2], shown)
    words = _(
        "mean and 95 % interval over {seeds} seeds, each lever alone; green gains, red loses, pale cannot be told"
    ).format(seeds=found.seeds)
    left = len(found.singles) - len(shown)
    words += _("; {count} weaker ones not drawn").format(count=left) if left else ""
    heading(figure, "What to ask for", "可争取的措施", f"{style.plain(title, 50)}   ·   {words}" if title else words)
    return figure


def _label(name: str) -> str:
    """A name on at most two lines."""
    first, *rest = wrapped(style.plain(name, 120), _COLUMNS)
    return first if not rest else f"{first}\n{rest[0]}{'…' if len(rest) > 1 else ''}"


def _panel(axes: Axes, what: str, gains: Sequence[Gain]) -> None:
    for row, one in enumerate(gains):
        colour = (style.GREEN if one.clear else style.VERMILLION) if one.told else style.FAINT
        axes.barh(row, one.mean, height=0.58, color=colour, alpha=1.0 if one.told else 0.45, zorder=2)
        if one.low < one.high:
            axes.plot([one.low, one.high], [row, row], color=style.INK, linewidth=1.3, zorder=3)
            axes.plot([one.low, one.high], [row, row], "|", color=style.INK, ms=7, mew=1.3, zorder=3)
    axes.axvline(0, color=style.INK, linewidth=0.9, zorder=1)
    axes.set_title(what, loc="left", fontsize=9.5, pad=4)
    axes.tick_params(axis="y", length=0)
    axes.tick_params(axis="x", labelsize=8)
    axes.ticklabel_format(axis="x", style="plain", useOffset=False)
    axes.xaxis.set_major_formatter("{x:,g}")
    axes.locator_params(axis="x", nbins=5)
    axes.spines["left"].set_visible(False)
    axes.grid(axis="x", color=style.GRID, linewidth=0.6)
    axes.set_axisbelow(True)
    axes.margins(x=0.08)


def _prices(axes: Axes, shown: Sequence[Pulled]) -> None:
    """What a station-hour saved costs, in a column beside the bars."""
    axes.annotate(_("cost of a station-hour"), (1, 1), xytext=(10, 4), xycoords="axes fraction",
                  textcoords="offset points", va="bottom", fontsize=9.5, annotation_clip=False)  # fmt: skip
    for row, one in enumerate(shown):
        axes.annotate(ratio(one.per_station_h), (1, row), xytext=(10, 0), xycoords=("axes fraction", "data"),
                      textcoords="offset points", va="center", fontsize=8.5, annotation_clip=False)  # fmt: skip


def save_levers(found: Ranking, folder: Path, title: str = "") -> Path:
    """Writes `levers.png` into a folder."""
    with style.drawing():
        return style.save(ranking(found, title), folder / "levers.png")
