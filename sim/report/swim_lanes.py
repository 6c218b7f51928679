"""Procedures by team: a lane a team, a bar a step, with deadlines, response levels and alarms."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.patheffects import AbstractPathEffect, withStroke
from matplotlib.ticker import FixedLocator, NullFormatter

from sim.language import _, bilingual
from sim.metrics.procedures import procedure_of
from sim.report import clock, style
from sim.report.series import Story
from sim.report.swim_pack import Bar, bars_of, packed

_WIDTH_IN, _LEFT_IN, _RIGHT_IN = 13.0, 1.9, 0.3
_SLOT_IN, _LANE_PAD_IN, _STRIP_IN = 0.37, 0.16, 0.62
_CJK: Final = 0x2E7F
"""Characters beyond this one are about two others wide."""
_MOST_LINES: Final = 12
"""Alarms that have a line through all lanes; of more there are only the marks."""
_MOST_RUNS_NAMED: Final = 6
_RUN_COLOURS: Final = (style.BLUE, style.ORANGE, style.GREEN, style.PURPLE, style.SKY, "#6b7280")
_BAND: Final = "#f4f5f7"


class Mark(NamedTuple):
    """How a row about a level is drawn: line style, text before and after the level's name."""

    line: Any
    text: str


_LEVEL_LOOK: Final = {
    "desk.level_due": Mark((0, (1, 2)), "due 应启动"),
    "desk.level": Mark("-", "raised 启动"),
    "desk.level_missed": Mark((0, (4, 2)), "missed 未启动"),
}


@dataclass(frozen=True, eq=False)
class Lanes:
    """Lanes from top to bottom, and the bars with the slot of each."""

    names: list[str]
    slots: list[int]
    bars: list[Bar]
    slot_of: list[int]
    runs: list[str]

    def colour(self, run: str) -> str:
        """Colour of a run."""
        return _RUN_COLOURS[self.runs.index(run) % len(_RUN_COLOURS)]


def window_h(story: Story, bars: list[Bar]) -> tuple[float, float]:
    """The part of the drill that is drawn: all procedures and levels, with a little room."""
    log = story.columns
    moments = [bar.start_h for bar in bars] + [bar.end_h for bar in bars]
    moments += [bar.due_h for bar in bars if bar.due_h < story.horizon_h]
    moments += log.t_h[story.rows("procedure.started", "procedure.done", *_LEVEL_LOOK)].tolist()
    first, last = max(min(moments, default=0.0), 0.0), min(max(moments, default=1.0), story.horizon_h)
    spare = 0.04 * max(last - first, 0.05)
    return max(first - spare, 0.0), min(last + 2.5 * spare, story.horizon_h)


def draw(story: Story) -> Figure:
    """The picture."""
    bars = bars_of(story)
    begin_h, end_h = window_h(story, bars)
    per_in = (end_h - begin_h) / (_WIDTH_IN - _LEFT_IN - _RIGHT_IN)
    lanes = _lanes(story, bars, per_in)
    heights = [slots * _SLOT_IN + _LANE_PAD_IN for slots in lanes.slots]
    tall = 1.35 + _STRIP_IN + max(sum(heights), 0.6) + 0.5
    figure = style.new_figure(_WIDTH_IN, tall)
    left, wide = _LEFT_IN / _WIDTH_IN, 1 - (_LEFT_IN + _RIGHT_IN) / _WIDTH_IN
    body = figure.add_axes((left, 0.5 / tall, wide, max(sum(heights), 0.6) / tall))
    strip = figure.add_axes((left, (0.5 + max(sum(heights), 0.6)) / tall, wide, _STRIP_IN / tall))
    body.set_ylim(max(sum(heights), 0.6), 0.0)
    for axes in (body, strip):
        clock.draw_clock(axes, story, labels=axes is body)
        axes.set_xlim(begin_h, end_h)
        _ticks(axes, story, (begin_h, end_h), labels=axes is body)
    _bands(body, story, lanes, heights)
    places = _places(lanes, heights)
    _links(body, lanes, places)
    for bar, y in zip(lanes.bars, places, strict=True):
        _draw_bar(body, bar, y, lanes.colour(bar.run), end_h)
    _levels(body, strip, story)
    _alarms(body, strip, story, (begin_h, end_h))
    if not bars:
        body.text(
            0.5,
            0.5,
            bilingual("No step was begun. 无步骤执行"),
            transform=body.transAxes,
            ha="center",
            color=style.FAINT,
        )
    _legend(figure, story, lanes, tall)
    style.title(figure, story, "Procedures by team", "处置流程泳道图", _words(story))
    return figure


def _words(story: Story) -> str:
    found, steps = story.tables.procedures.runs, story.tables.procedures.deadlines
    late, on_time = int(steps.late.sum()), int(steps.on_time.sum())
    names = {procedure_of(story.columns.names[who]) for who in found.who.tolist()}
    run = _("{count} run of") if len(found.who) == 1 else _("{count} runs of")
    procedure = _("{count} procedure") if len(names) == 1 else _("{count} procedures")
    text = f"{run.format(count=len(found.who))} {procedure.format(count=len(names))}"
    text += _(", the longest {hours:.1f} h").format(hours=found.hours.max()) if len(found.who) else ""
    met = _("; {met} of {count} deadlines met").format(met=on_time, count=on_time + late)
    return text + met if on_time + late else text


def _ticks(axes: Axes, story: Story, window: tuple[float, float], *, labels: bool) -> None:
    """Round hours of the part that is drawn."""
    begin_h, end_h = window
    share = (end_h - begin_h) / story.horizon_h
    marks = clock.ticks(story.start, story.horizon_h, int(np.ceil(13 / max(share, 0.02))))
    inside = [(t_h, label) for t_h, label, _ in marks if begin_h <= t_h <= end_h]
    axes.xaxis.set_major_locator(FixedLocator([t_h for t_h, _ in inside]))
    if labels:
        named = [label for _, label in inside]
        if named and "\n" not in named[0]:
            named[0] += "\n" + clock.when(story, inside[0][0]).rpartition(" ")[0]
        axes.set_xticks([t_h for t_h, _ in inside], named)
    else:
        axes.xaxis.set_major_formatter(NullFormatter())
        axes.tick_params(axis="x", length=0)


def _lanes(story: Story, bars: list[Bar], per_in: float) -> Lanes:
    """Teams in the order of the inventory, those with steps alone, then whoever is none of them."""
    order = {team: rank for rank, team in enumerate(story.texts("team", "id").tolist())}
    names = sorted({bar.team for bar in bars}, key=lambda team: (order.get(team, len(order)), team))
    runs = list(dict.fromkeys(bar.run for bar in sorted(bars, key=lambda bar: bar.start_h)))
    drawn, slots, slot_of = list[Bar](), list[int](), list[int]()
    for team in names:
        mine = sorted((bar for bar in bars if bar.team == team), key=lambda bar: (bar.start_h, runs.index(bar.run)))
        places = packed(mine, runs, per_in)
        drawn += mine
        slot_of += places
        slots.append(max(places) + 1)
    return Lanes(names, slots, drawn, slot_of, runs)


def _places(lanes: Lanes, heights: list[float]) -> list[float]:
    """Where each bar stands, inches from the top of the body."""
    tops = dict(zip(lanes.names, np.cumsum([0.0, *heights]).tolist(), strict=False))
    return [
        tops[bar.team] + _LANE_PAD_IN / 2 + (slot + 0.68) * _SLOT_IN
        for bar, slot in zip(lanes.bars, lanes.slot_of, strict=True)
    ]


def _bands(axes: Axes, story: Story, lanes: Lanes, heights: list[float]) -> None:
    """A band a team, named with its party."""
    columns = [story.texts("team", column).tolist() for column in ("id", "name_en", "name", "party")]
    known = {team: (en, zh, party) for team, en, zh, party in zip(*columns, strict=True)}
    top = 0.0
    for number, (team, height) in enumerate(zip(lanes.names, heights, strict=True)):
        if number % 2 == 0:
            axes.axhspan(top, top + height, facecolor=_BAND, linewidth=0, zorder=0)
        en, zh, party = known.get(team, (team or "others", "" if team else "其他", ""))
        beside: Any = {"transform": axes.get_yaxis_transform(), "ha": "right", "va": "center"}
        name = style.both(en or team, zh, "\n", 26)
        axes.text(-0.012, top + height / 2 - (0.09 if party else 0), name, fontsize=8.5, linespacing=1.1, **beside)
        if party:
            below = 0.09 + 0.075 * name.count("\n")
            axes.text(
                -0.012, top + height / 2 + below, style.plain(party, 26), fontsize=7.5, color=style.FAINT, **beside
            )
        top += height
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)


def _draw_bar(axes: Axes, bar: Bar, y: float, colour: str, end_h: float) -> None:
    """Waiting hatched, work solid, what was rejected crossed; the deadline as a mark."""
    thick = 0.15
    if bar.waits_h < bar.start_h:
        axes.barh(
            y, bar.start_h - bar.waits_h, thick, bar.waits_h, facecolor="white", edgecolor=colour, hatch="/////",
            linewidth=0.7, zorder=3,
        )  # fmt: skip
    wide = min(bar.end_h, end_h) - bar.start_h
    if wide > 0:
        hatch, face = ("xxxx", "white") if bar.rejected else ("", colour)
        edge = colour if not bar.unfinished else style.INK
        axes.barh(y, wide, thick, bar.start_h, facecolor=face, edgecolor=edge, hatch=hatch, linewidth=0.8, zorder=4)
    if bar.rejected:
        axes.plot(bar.end_h, y, "X", ms=8.5, mfc=style.VERMILLION, mec="white", mew=0.7, zorder=7)
    text = style.both(bar.name_en, bar.name_zh, " ", 26) + (f" ({bar.tries})" if bar.tries > 1 else "")
    halo: list[AbstractPathEffect] = [withStroke(linewidth=1.8, foreground=style.PAPER)]
    begins_h = min(bar.start_h, bar.waits_h)
    axes.text(begins_h, y - 0.1, text, fontsize=7.2, ha="left", va="bottom", zorder=8, path_effects=halo)
    if np.isfinite(bar.due_h) and bar.last and bar.due_h <= end_h:
        met, side = bar.met, style.GREEN if bar.met else style.VERMILLION
        axes.plot([bar.end_h, bar.due_h], [y, y], color=side, linewidth=0.8, linestyle=":", zorder=3)
        axes.plot(
            bar.due_h, y, "d" if met else "D", ms=6.5 if met else 5.5, mfc="white" if met else side, mec=side, mew=1.3,
            zorder=6,
        )  # fmt: skip


def _links(axes: Axes, lanes: Lanes, places: list[float]) -> None:
    """A thin line from each step to what it followed; back after a rejection dashed."""
    where = {(bar.step_run, bar.tries, bar.team): y for bar, y in zip(lanes.bars, places, strict=True)}
    at = {(bar.step_run, bar.tries): (bar, y) for (bar, y) in zip(lanes.bars, places, strict=True)}
    for bar in lanes.bars:
        if bar.after not in at:
            continue
        before, from_y = at[bar.after]
        to_y = where[bar.step_run, bar.tries, bar.team]
        begins_h = min(bar.start_h, bar.waits_h)
        colour, line = (style.VERMILLION, "--") if before.rejected else (style.FAINT, "-")
        axes.annotate(
            "", (begins_h, to_y), (before.end_h, from_y), zorder=2.5,
            arrowprops={
                "arrowstyle": "-|>,head_width=0.16,head_length=0.3", "color": colour, "linewidth": 0.9,
                "linestyle": line, "shrinkA": 0, "shrinkB": 0, "connectionstyle": "arc3,rad=0.0",
            },
        )  # fmt: skip


def _levels(body: Axes, strip: Axes, story: Story) -> None:
    """Levels as vertical lines through all lanes, their names in the strip above."""
    strip.set_ylim(0, 1)
    strip.set_yticks([])
    for spine in strip.spines.values():
        spine.set_visible(False)
    log, last = story.columns, [-np.inf] * 3
    begin_h, end_h = body.get_xlim()
    for row in story.rows(*_LEVEL_LOOK).tolist():
        t_h, look = float(log.t_h[row]), _LEVEL_LOOK[log.kinds[log.kind[row]]]
        low = bilingual(" too low 偏低") if log.names[log.object[row]].startswith("too_low") else ""
        bad = bool(low) or log.kinds[log.kind[row]] == "desk.level_missed"
        colour = style.VERMILLION if bad else style.INK
        body.axvline(t_h, color=colour, linestyle=look.line, linewidth=1.0, zorder=2)
        tier = next((one for one in range(3) if t_h >= last[one]), int(np.argmin(last)))
        level = style.plain(log.names[log.subject[row]], 8)
        text = f"{level} {bilingual(look.text)}{low}"
        ems = sum(2 if ord(one) > _CJK else 1 for one in text)
        last[tier] = t_h + ems * (end_h - begin_h) / 150
        y = 0.9 - 0.24 * tier
        strip.plot([t_h, t_h], [0, y - 0.08], color=colour, linestyle=look.line, linewidth=1.0)
        strip.text(t_h, y, text, fontsize=7.2, ha="left", va="center", color=colour)


def _alarms(body: Axes, strip: Axes, story: Story, window: tuple[float, float]) -> None:
    """Alarms heard as faint lines; those of one moment are one line with their number."""
    log, rows = story.columns, story.rows("desk.alarm")
    times, counts = np.unique(log.t_h[rows], return_counts=True)
    shown_h, few = -np.inf, len(times) <= _MOST_LINES
    for t_h, number in zip(times.tolist(), counts.tolist(), strict=True):
        if not window[0] <= t_h <= window[1]:
            continue
        if few:
            body.axvline(t_h, color=style.SKY, linewidth=0.7, zorder=1)
        strip.plot(t_h, 0.1, "o", ms=4, color=style.SKY, mec=style.BLUE, mew=0.6)
        if number > 1 and t_h - shown_h > (window[1] - window[0]) / 40:
            strip.annotate(f"×{number}", (t_h, 0.1), xytext=(4, 0), textcoords="offset points", fontsize=7, va="center")
            shown_h = t_h


def _legend(figure: Figure, story: Story, lanes: Lanes, tall: float) -> None:
    runs = [Patch(facecolor=lanes.colour(run), label=style.plain(run, 24)) for run in lanes.runs[:_MOST_RUNS_NAMED]]
    grey: dict[str, Any] = {"facecolor": "white", "edgecolor": style.INK, "linewidth": 0.7}
    looks: list[Any] = [
        Patch(**grey, hatch="/////", label=bilingual("waits 等待")),
        Patch(**grey, hatch="xxxx", label=bilingual("rejected 驳回")),
        Line2D([], [], ls="", marker="d", mfc="white", mec=style.GREEN, mew=1.3, label=bilingual("deadline met 按时")),
        Line2D([], [], ls="", marker="D", ms=5, color=style.VERMILLION, label=bilingual("deadline missed 超时")),
    ]  # fmt: skip
    if len(story.rows("desk.alarm")):
        looks.append(
            Line2D(
                [],
                [],
                ls="",
                marker="o",
                ms=4,
                color=style.SKY,
                mec=style.BLUE,
                label=bilingual("alarm heard 告警上报"),
            )
        )
    more = len(lanes.runs) - _MOST_RUNS_NAMED
    for row, handles in enumerate((runs, looks)):
        figure.legend(
            handles=handles, loc="center left", bbox_to_anchor=(0.015, 1 - (0.86 + 0.22 * row) / tall), fontsize=8.2,
            ncols=max(len(handles), 1), columnspacing=1.6, handlelength=1.6, borderaxespad=0, borderpad=0,
        )  # fmt: skip
    if more > 0:
        figure.text(
            0.985, 1 - 0.86 / tall, _("and {count} more runs").format(count=more), ha="right", va="center", fontsize=8.2
        )
