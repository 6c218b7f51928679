"""Stations out over time by cause, what was promised and what was recorded; below it, sites without mains."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from sim import metrics
from sim.language import _, bilingual, said
from sim.report import clock, labels, series, style, weather
from sim.report.series import Curve, Floats, Story
from sim.scorecard.rows import Source, record_rows, target_rows
from sim.scorecard.series import Compared, compared
from sim.units import Moment

_OUT: Final = ("stations_out", "stations_out_cumulative")
SNOW: Final = "#dcebf7"
_HEADROOM: Final = 1.3
"""Above the highest point there is room for its label, so that it hides nothing of the curve."""
_NEAR_EDGE: Final = 0.1
RECORD: Final = "#b3005e"
"""Of a recorded series."""


class Point(NamedTuple):
    """A figure beside the curve's own; `met` tells whether a promise was kept, None where none was given."""

    t_h: float
    value: float
    simulated: float
    text: str
    met: bool | None = None


def recorded(story: Story) -> list[Point]:
    """Recorded counts of stations out that have an instant, compared as on the scorecard."""
    lines = [line for line in story.spec.record.rows if line.kpi in _OUT and isinstance(line.at, Moment)]
    record = story.spec.record.model_copy(update={"rows": lines})
    points = []
    for row in record_rows(_source(story, record=record)):
        number = _number(row.recorded)
        if number is None or row.at_h is None or row.simulated is None:
            continue
        value = row.recorded if isinstance(row.recorded, str) else f"{row.recorded:,.6g}"
        text = bilingual(f"recorded 实际 {value} · simulated 模拟 {row.simulated:.0f}")
        points.append(Point(row.at_h, number, row.simulated, text))
    return points


def recorded_series(story: Story, *kpis: str) -> list[Compared]:
    """Recorded series of these figures, with what was simulated at the same moments."""
    source = _source(story)
    found = [compared(source, series) for series in story.spec.record.series if series.kpi in kpis]
    return [one for one in found if one.t_h]


def _number(value: float | str | None) -> float | None:
    try:
        return float(value.strip().lstrip("<>=≤≥ ").replace(",", "") if isinstance(value, str) else value or 0)
    except ValueError:
        return None


def promised(story: Story) -> list[Point]:
    """Targets of the whole network that this curve can show, as the stations out that they allow."""
    targets = [target for target in story.spec.plan.targets if target.of is None]
    plan = story.spec.plan.model_copy(update={"targets": targets})
    points = []
    for row in target_rows(_source(story, plan=plan)):
        if row.simulated is None or row.target is None or row.met is None:
            continue
        if row.kpi in _OUT and row.comparison == "at_most" and row.at_h is not None:
            text = _("{target}: at most {count:g} out").format(target=row.id, count=row.target)
            points.append(Point(row.at_h, row.target, row.simulated, text, row.met))
        if row.kpi == "stations_out_peak" and row.comparison == "at_most":
            when_h, most = series.count(story.outages, story.stations_per_site).most
            text = _("{target}: never over {count:g} out").format(target=row.id, count=row.target)
            points.append(Point(when_h, row.target, most, text, row.met))
        if row.kpi == "restored_share" and row.comparison == "at_least" and row.at_h is not None:
            ever = metrics.kpi("stations_out_cumulative", story.tables, row.at_h)
            allowed, left = (1 - row.target) * ever, (1 - row.simulated) * ever
            text = _("{target}: {share:.0%} restored, at most {count:.0f} out").format(
                target=row.id, share=row.target, count=np.floor(allowed + 1e-9)
            )
            points.append(Point(row.at_h, allowed, left, text, row.met))
    return points


def _source(story: Story, **changed: object) -> Source:
    return Source(story.spec.model_copy(update=changed), {}, story.tables)


def draw(story: Story) -> Figure:
    """The picture."""
    curves = series.stations_out(story)
    out = series.count(story.outages, story.stations_per_site)
    ever = series.stations_out_cumulative(story)
    figure = style.new_figure(12, 7.4)
    top, below = figure.subplots(2, 1, sharex=True, height_ratios=[3.1, 1])
    figure.subplots_adjust(left=0.065, right=0.975, top=0.845, bottom=0.075, hspace=0.14)
    points = [*recorded(story), *promised(story)]
    over = recorded_series(story, *_OUT)
    heights = [point.value for point in points] + [value for one in over for value in one.recorded]
    top.set_ylim(0, clock.round_up(max([out.most[1], ever.most[1], *heights], default=0.0)))
    _stack(top, story, curves, out, ever)
    _mains(below, story)
    _over(top, over)
    _over(below, recorded_series(story, "sites_without_mains"))
    for axes in (top, below):
        _snow(axes, story, named=axes is top)
        axes.grid(axis="y", color=style.GRID, linewidth=0.6)
        axes.set_axisbelow(True)
    clock.draw_clock(top, story)
    clock.draw_clock(below, story)
    top.tick_params(axis="x", labelbottom=False)
    clock.draw_nights(top, story)
    said = [labels.box_of(text) for text in top.texts if text.get_text()]
    _marks(top, points, _along(top, story, [out, ever, *map(_as_curve, over)]), said)
    _legend(figure, story)
    _title(figure, story, out)
    return figure


def _stack(axes: Axes, story: Story, curves: dict[str, Curve], out: Curve, ever: Curve) -> None:
    times, values = series.stacked(curves, story.horizon_h)
    floor = np.zeros(len(times))
    for row, cause in enumerate(curves):
        colour, hatch, *_ = style.CAUSE_LOOK[cause]
        if values[row].any():
            axes.fill_between(
                times, floor, floor + values[row], step="post", facecolor=colour, edgecolor="white",
                hatch=hatch, linewidth=0, zorder=2,
            )  # fmt: skip
        floor = floor + values[row]
    axes.step(times, floor, where="post", color=style.INK, linewidth=1.0, zorder=3)
    if len(ever.t_h):
        times, values = series.stacked({"ever": ever}, story.horizon_h)
        axes.step(times, values[0], where="post", color=style.INK, linewidth=1.3, linestyle=(0, (5, 2)), zorder=3)
        axes.annotate(
            bilingual(f"ever out by power 累计退服  {ever.value[-1]:.0f}"), (story.horizon_h, ever.value[-1]),
            xytext=(-4, 4), textcoords="offset points", ha="right", fontsize=9, zorder=5,
        )  # fmt: skip
    axes.set_ylabel(bilingual("number of stations 基站数"))
    style.whole_numbers(axes)
    if not len(out.t_h):
        axes.text(
            0.5, 0.5, bilingual("No station went out of service.\n本次推演无基站退服"), transform=axes.transAxes,
            ha="center", va="center", fontsize=15, color=style.FAINT,
        )  # fmt: skip


def _as_curve(series: Compared) -> Curve:
    return Curve(np.array(series.t_h), np.array(series.recorded))


def _over(axes: Axes, series: list[Compared]) -> None:
    """Recorded series over the simulated curve."""
    for one in series:
        axes.plot(
            one.t_h, one.recorded, color=RECORD, linewidth=1.5, marker="o", markersize=3,
            linestyle=":" if one.kpi.endswith("_cumulative") else "-", zorder=4,
        )  # fmt: skip
    if series:
        axes.set_ylim(0, max(axes.get_ylim()[1], clock.round_up(max(max(one.recorded) for one in series))))


def _marks(axes: Axes, points: list[Point], crowd: Floats, taken: list[labels.Box]) -> None:
    """Recorded figures and promises as marks with words, where they hide least of the curves."""
    wanted = []
    for point in points:
        colour = style.INK if point.met is None else (style.GREEN if point.met else style.VERMILLION)
        marker, size = ("o", 8) if point.met is None else ("v", 9)
        if point.met is None:
            axes.plot([point.t_h] * 2, [point.value, point.simulated], color=style.INK, lw=0.8, ls=":", zorder=5)
            axes.plot(point.t_h, point.simulated, "o", ms=3.5, color=style.INK, zorder=6)
        axes.plot(
            point.t_h, point.value, marker, ms=size, mfc="white", mec=style.INK, mew=1.7, zorder=6,
            clip_on=False,
        )  # fmt: skip
        verdict = "" if point.met is None else f" – {said('met', '达标') if point.met else said('missed', '未达标')}"
        text = style.plain(point.text, 60) + verdict
        wanted.append(labels.Label(point.t_h, point.value, text, 9, colour))
    marks = [labels.Box(x - 9, y - 9, x + 9, y + 9) for x, y in _pixels(axes, points).tolist()]
    labels.draw_labels(axes, wanted, crowd, [*taken, *marks], gap=16)


def _pixels(axes: Axes, points: list[Point]) -> Floats:
    found: Floats = axes.transData.transform([(point.t_h, point.value) for point in points] or np.empty((0, 2)))
    return found


def _along(axes: Axes, story: Story, curves: list[Curve]) -> Floats:
    """Pixels along the curves and in the area below the first, so that words keep off them."""
    hours = np.linspace(0, story.horizon_h, 400)
    heights = [np.array([curve.at(t_h) for t_h in hours]) for curve in curves]
    heights += [heights[0] * share for share in (0.2, 0.4, 0.6, 0.8)]
    lines = [np.column_stack([hours, height])[height > 0] for height in heights]
    found: Floats = axes.transData.transform(np.concatenate(lines))
    return found


def _mains(axes: Axes, story: Story) -> None:
    without = series.count(story.mains_losses)
    times, values = series.stacked({"mains": without}, story.horizon_h)
    axes.fill_between(times, 0, values[0], step="post", color="#c9ced6", linewidth=0, zorder=2)
    axes.step(times, values[0], where="post", color=style.INK, linewidth=1.1, zorder=3)
    axes.set_ylim(0, clock.round_up(_HEADROOM * without.most[1]))
    axes.set_ylabel(bilingual("sites 站址数"))
    style.whole_numbers(axes, 4)
    axes.set_title(bilingual("Sites without mains 停电站址"), loc="left", fontsize=9.5, pad=3)
    when_h, most = without.most
    if most > 0:
        share = when_h / story.horizon_h
        side = "left" if share < _NEAR_EDGE else "right" if share > 1 - _NEAR_EDGE else "center"
        axes.annotate(
            _("{count:.0f} at {when}").format(count=most, when=clock.when(story, when_h)), (when_h, most),
            xytext=(0, 3), fontsize=8.5,
            textcoords="offset points", va="bottom", ha=side, zorder=5,
        )  # fmt: skip


def _snow(axes: Axes, story: Story, *, named: bool) -> None:
    snow = weather.snowfall_h(story)
    if snow is None:
        return
    axes.axvspan(*snow, facecolor=SNOW, edgecolor="none", zorder=0)
    for t_h in snow:
        axes.axvline(t_h, color=style.SKY, linewidth=0.7, linestyle=":", zorder=0.6)
    if named:
        axes.text(
            sum(snow) / 2, 0.985, bilingual("snowfall 降雪"), transform=axes.get_xaxis_transform(), ha="center",
            va="top", fontsize=9, color=style.BLUE, zorder=4,
        )  # fmt: skip


def _legend(figure: Figure, story: Story) -> None:
    looks = [look for code, look in enumerate(style.CAUSE_LOOK.values()) if (story.outages.state == code).any()]
    handles: list[Artist] = [
        Patch(facecolor=c, hatch=h, edgecolor="white", label=said(en, zh)) for c, h, _, en, zh in looks
    ]
    if recorded_series(story, *_OUT, "sites_without_mains"):
        label = said("recorded series", "实际记录曲线")
        handles.append(Line2D([], [], color=RECORD, linewidth=1.5, marker="o", markersize=3, label=label))
    if handles:
        figure.legend(
            handles=handles, loc="upper left", bbox_to_anchor=(0.065, 0.899), ncols=len(handles), fontsize=9,
            columnspacing=1.6, handlelength=1.8, handletextpad=0.6, borderaxespad=0, borderpad=0,
        )  # fmt: skip


def _title(figure: Figure, story: Story, out: Curve) -> None:
    when_h, most = out.most
    words = _("no outage")
    if most > 0:
        total = len(np.unique(story.outages.who))
        words = _("at worst {count:.0f} stations out, {when}; {total} sites out at some time").format(
            count=most, when=clock.when(story, when_h), total=total
        )
    style.title(figure, story, "Stations out of service", "基站退服曲线", words)
