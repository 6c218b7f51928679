"""Inlet temperatures of machine rooms over time, what happened beside them, and the loads of PDUs below."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from sim.language import _, bilingual, said, spoken
from sim.phrases import names_of
from sim.report import clock, room_states, style
from sim.report.series import Story

_MOST_ROWS: Final = 4
_MOST_COOLERS: Final = 6
_MOST_PDUS: Final = 5
_WIDTH_IN, _LEFT_IN, _RIGHT_IN = 12.0, 1.35, 1.3
_AXES_IN: Final = _WIDTH_IN - _LEFT_IN - _RIGHT_IN
_NUMBER_IN: Final = 0.3
"""Room for "×28" beside a mark."""
_PANEL_IN, _QUIET_IN, _LANE_IN, _POWER_IN = 2.1, 1.0, 0.2, 1.9
_STRONG: Final = (
    (style.BLUE, "-"), (style.INK, (0, (5, 1.5))), (style.GREEN, (0, (3, 1, 1, 1))),
    (style.PURPLE, (0, (1.5, 1))), (style.ORANGE, (0, (7, 2, 1, 2))),
)  # fmt: skip
_COLD: Final = "#bfc5ce"


class Mark(NamedTuple):
    """How an event is drawn in its lane: marker, colour, filled or not, names."""

    marker: str
    colour: str
    full: bool
    en: str
    zh: str


MARKS: Final = {
    "device.throttled": Mark("v", style.ORANGE, False, "device slows down", "设备降频"),
    "device.tripped": Mark("X", style.VERMILLION, True, "device trips", "设备过热宕机"),
    "device.up": Mark("^", style.GREEN, False, "device up again", "设备恢复"),
    "desk.alarm": Mark("o", style.INK, True, "alarm heard", "告警上报"),
    "power.tripped": Mark("X", style.INK, True, "PDU trips", "PDU跳闸"),
}


def shown_rows(story: Story) -> list[str]:
    """Rows that are drawn, in the order of the inventory: of many, the warmest."""
    rooms = room_states.rooms_of(story)
    names = list(rooms.air)
    warmest = sorted(names, key=lambda name: -rooms.peak_c(name))[:_MOST_ROWS]
    return [name for name in names if name in warmest]


def _lanes(story: Story, row: str) -> list[str]:
    """Lanes below the panel of a row: its coolers, portable cooling, devices and alarms."""
    coolers = story.texts("cooler", "id")[story.texts("cooler", "row") == row].tolist()
    log, rows = story.columns, story.rows("row.cooled")
    portable = ["portable"] if any(log.names[code] == row for code in log.subject[rows]) else []
    devices = _devices_in(story, row)
    happened = [
        kind for kind in _DEVICE_LANES if any(log.names[code] in devices for code in log.subject[story.rows(kind)])
    ]
    return [*coolers[:_MOST_COOLERS], *portable, *happened, "desk.alarm"]


def _devices_in(story: Story, row: str) -> set[str]:
    racks = set(room_states.rooms_of(story).racks_in.get(row, []))
    pairs = zip(story.texts("device", "id").tolist(), story.texts("device", "rack").tolist(), strict=True)
    return {device for device, rack in pairs if rack in racks}


def draw(story: Story) -> Figure:
    """The picture."""
    rows = shown_rows(story)
    lanes = {row: _lanes(story, row) for row in rows}
    powered = bool(_pdus(story))
    rooms, warn_c = (
        room_states.rooms_of(story),
        dict(zip(story.texts("row", "id"), story.floats("row", "warn_c"), strict=True)),
    )
    panel_in = {row: _PANEL_IN if rooms.peak_c(row) > warn_c[row] else _QUIET_IN for row in rows}
    tall = 1.35 + sum(panel_in[row] + 0.42 + len(lanes[row]) * _LANE_IN + 0.12 for row in rows)
    tall += (_POWER_IN + 0.5 if powered else 0.0) + 0.45
    figure = style.new_figure(_WIDTH_IN, tall)
    top, panels = tall - 1.2, list[Axes]()

    def panel(height_in: float) -> Axes:
        box = (_LEFT_IN / _WIDTH_IN, (top - height_in) / tall, 1 - (_LEFT_IN + _RIGHT_IN) / _WIDTH_IN, height_in / tall)
        panels.append(figure.add_axes(box))
        return panels[-1]

    for row in rows:
        top -= 0.34
        _temperature(panel(panel_in[row]), story, row)
        top -= panel_in[row] + 0.06
        height_in = len(lanes[row]) * _LANE_IN
        _events(panel(height_in), story, row, lanes[row])
        top -= height_in + 0.14
    if powered:
        top -= 0.36
        _power(panel(_POWER_IN), story)
    for one in panels:
        clock.draw_clock(one, story, labels=one is panels[-1])
    _legend(figure, story, tall)
    style.title(figure, story, "Temperatures in the machine rooms", "机房温度曲线", _words(story))
    return figure


def _words(story: Story) -> str:
    rooms = room_states.rooms_of(story)
    row = max(rooms.air, key=rooms.peak_c)
    trips = len(story.rows("device.tripped"))
    heat = _("; {count} devices tripped by heat").format(count=trips) if trips else _("; no device tripped by heat")
    called = row if spoken() == "en" else names_of(story.inventory)(row)
    return _("at most {peak:.1f} °C at an inlet of {row}").format(peak=rooms.peak_c(row), row=called) + heat


def _name_of(story: Story, row: str) -> str:
    at = story.texts("row", "id").tolist().index(row)
    name = style.both(str(story.texts("row", "name_en")[at]), str(story.texts("row", "name")[at]))
    return f"{name} ({style.plain(row, 20)})" if name else style.plain(row, 30)


def _temperature(axes: Axes, story: Story, row: str) -> None:
    rooms, at = room_states.rooms_of(story), story.texts("row", "id").tolist().index(row)
    setpoint_c, warn_c, major_c = (float(story.floats("row", c)[at]) for c in ("setpoint_c", "warn_c", "major_c"))
    t_h, level = room_states.sampled(story, row)
    spots = [rack for rack in rooms.racks_in.get(row, []) if rack in rooms.hot_spots]
    high = max(rooms.peak_c(row), major_c)
    low = min(float(level.min()), setpoint_c)
    axes.set_ylim(low - 0.08 * (high - low), high + 0.1 * (high - low))
    drawn: list[tuple[float, ...]] = []
    for rack in spots:
        hours, warmer = room_states.sampled(story, row, rack)
        same = tuple(np.round(warmer[:: max(1, len(warmer) // 200)], 3))
        if same not in drawn:  # racks near the same coolers share their line
            axes.plot(hours, warmer, color=style.SKY, linewidth=1.1, zorder=3)
            drawn.append(same)
    axes.fill_between(t_h, major_c, level, where=(level > major_c).tolist(), color=style.VERMILLION, alpha=0.16, lw=0)
    axes.plot(t_h, level, color=style.INK, linewidth=1.7, zorder=4)
    lines = (
        (setpoint_c, style.FAINT, ":", bilingual("set point 设定")),
        (warn_c, style.ORANGE, "--", bilingual("alarm 告警")),
        (major_c, style.VERMILLION, "--", bilingual("major 严重")),
    )  # fmt: skip
    for value, colour, line, name in lines:
        axes.axhline(value, color=colour, linestyle=line, linewidth=1.1, zorder=2)
        axes.annotate(
            f"{name} {value:g} °C", (1, value), xycoords=("axes fraction", "data"), xytext=(5, 0),
            textcoords="offset points", va="center", fontsize=7.8,
        )  # fmt: skip
    axes.set_ylabel(bilingual("inlet 进风, °C"))
    axes.grid(axis="y", color=style.GRID, linewidth=0.6)
    axes.set_axisbelow(True)
    racks = len(rooms.racks_in.get(row, []))
    axes.set_title(
        f"{_name_of(story, row)} · {racks} {said('racks' if racks != 1 else 'rack', '机架')}",
        loc="left",
        fontsize=9.5,
        pad=4,
    )


def _events(axes: Axes, story: Story, row: str, lanes: list[str]) -> None:
    """A lane a cooler (bar: it stands still), one for portable cooling and for each sort of mark."""
    axes.set_ylim(len(lanes) - 0.5, -0.5)
    axes.set_yticks(
        range(len(lanes)),
        [bilingual(_LANE_NAMES.get(lane, style.plain(lane, 18))) for lane in lanes],
        fontsize=7.8,
    )
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    ids, still = story.texts("cooler", "id").tolist(), room_states.spans(story, "cooler", "cooler.off", "cooler.on")
    for y, lane in enumerate(lanes):
        axes.axhline(y, color=style.GRID, linewidth=0.5, zorder=0)
        if lane in ids:
            mine = still.take(still.who == ids.index(lane))
            for start_h, end_h in zip(mine.start_h, np.minimum(mine.end_h, story.horizon_h), strict=True):
                axes.barh(y, end_h - start_h, 0.62, start_h, facecolor=_COLD, edgecolor=style.INK, hatch="////", lw=0.5)
    if "portable" in lanes:
        _portable(axes, story, row, lanes.index("portable"))
    devices = _devices_in(story, row)
    coolers = set(story.texts("cooler", "id")[story.texts("cooler", "row") == row].tolist())
    for y, lane in enumerate(lanes):
        if lane in MARKS:
            _marked(axes, story, lane, devices | ({row} | coolers if lane == "desk.alarm" else set()), y)


_DEVICE_LANES: Final = ("device.throttled", "device.tripped", "device.up")
_LANE_NAMES: Final = {
    "portable": "portable 移动制冷", "device.throttled": "slow 降频", "device.tripped": "tripped 宕机",
    "device.up": "up again 恢复", "desk.alarm": "alarms 告警",
}  # fmt: skip


def _portable(axes: Axes, story: Story, row: str, y: int) -> None:
    log, rows = story.columns, story.rows("row.cooled")
    rows = rows[[log.names[code] == row for code in log.subject[rows]]]
    ends = np.append(log.t_h[rows[1:]], story.horizon_h)
    for start_h, end_h, kw in zip(log.t_h[rows].tolist(), ends.tolist(), log.value[rows].tolist(), strict=True):
        if kw > 0:
            axes.barh(y, end_h - start_h, 0.62, start_h, facecolor=style.SKY, edgecolor=style.BLUE, linewidth=0.5)
            axes.text(start_h, y, f" {kw:g} kW", fontsize=7, va="center")


def together(times: list[float], horizon_h: float) -> list[list[float]]:
    """Moments, in order, that one mark stands for: marks and the numbers beside them do not cover each other."""
    mark_h, groups = horizon_h / 70, list[list[float]]()
    for t_h in times:
        wide_h = (mark_h + _NUMBER_IN / _AXES_IN * horizon_h) if groups and len(groups[-1]) > 1 else mark_h
        if groups and t_h - groups[-1][0] <= wide_h:
            groups[-1].append(t_h)
        else:
            groups.append([t_h])
    return groups


def _marked(axes: Axes, story: Story, kind: str, names: set[str], y: float) -> None:
    """Marks of one kind in a lane; what falls together is one mark with its number."""
    log, look = story.columns, MARKS[kind]
    times = [float(log.t_h[row]) for row in story.rows(kind).tolist() if log.names[log.subject[row]] in names]
    for group in together(times, story.horizon_h):
        face = look.colour if look.full else "white"
        axes.plot(group[0], y, look.marker, ms=6, mfc=face, mec=look.colour, mew=1.1, zorder=5, clip_on=False)
        if len(group) > 1:
            axes.annotate(
                f"×{len(group)}", (group[0], y), xytext=(4, 0), textcoords="offset points", fontsize=7, va="center"
            )


def _pdus(story: Story) -> list[str]:
    return [str(name) for name in story.texts("power_node", "id")[story.texts("power_node", "node_kind") == "pdu"]]


def _power(axes: Axes, story: Story) -> None:
    """Loads of PDUs; those that tripped or came nearest to their limit stand out."""
    curves = {name: curve for name, curve in room_states.load_curves(story).items() if name in set(_pdus(story))}
    ids = story.texts("power_node", "id").tolist()
    limits = dict(zip(ids, story.floats("power_node", "limit_kw").tolist(), strict=True))
    log = story.columns
    trips = {log.names[log.subject[row]] for row in story.rows("power.tripped").tolist()}
    peaks = {name: float(curve.value.max(initial=0.0)) for name, curve in curves.items()}
    order = sorted(curves, key=lambda name: (name not in trips, -peaks[name] / limits[name]))
    for rank, name in reversed([*enumerate(order)]):
        times = np.append(curves[name].t_h, story.horizon_h)
        loads = np.append(curves[name].value, curves[name].value[-1])
        colour, line = _STRONG[rank] if rank < _MOST_PDUS else (_COLD, "-")
        strong: dict[str, Any] = (
            {"lw": 1.5, "label": name, "zorder": 4} if rank < _MOST_PDUS else {"lw": 0.7, "zorder": 2}
        )
        axes.step(times, loads, where="post", color=colour, linestyle=line, **strong)
    for limit in sorted({limits[name] for name in order[:_MOST_PDUS]}):
        axes.axhline(limit, color=style.VERMILLION, linestyle="--", linewidth=1.1, zorder=3)
        axes.annotate(
            bilingual(f"limit 限值 {limit:.2f} kW"), (1, limit), xycoords=("axes fraction", "data"), xytext=(5, 0),
            textcoords="offset points", va="center", fontsize=7.8,
        )  # fmt: skip
    for row in story.rows("power.tripped").tolist():
        name = log.names[log.subject[row]]
        if name in curves:
            before = curves[name].at(float(log.t_h[row]) - 1e-6)
            axes.plot(log.t_h[row], before, "X", ms=8, mfc=style.INK, mec="white", mew=0.8, zorder=6)
    axes.set_ylim(0, clock.round_up(max([*peaks.values(), *(limits[n] for n in order[:_MOST_PDUS])], default=1.0)))
    axes.set_ylabel(bilingual("load 负载, kW"))
    axes.grid(axis="y", color=style.GRID, linewidth=0.6)
    axes.set_axisbelow(True)
    hidden = len(order) - _MOST_PDUS
    more = _(", the other {count} in grey").format(count=hidden) if hidden > 0 else ""
    axes.set_title(bilingual(f"Loads of PDUs 配电单元负载{more}"), loc="left", fontsize=9.5, pad=4)
    handles, names = axes.get_legend_handles_labels()
    pairs = sorted(zip(names, handles, strict=True), key=lambda pair: order.index(pair[0]))
    axes.legend(
        [handle for _, handle in pairs], [style.plain(name, 14) for name, _ in pairs], loc="lower left",
        bbox_to_anchor=(1.005, 0.0), fontsize=7.8, borderaxespad=0, handlelength=2.4,
    )  # fmt: skip


def _legend(figure: Figure, story: Story, tall: float) -> None:
    handles: list[Any] = [Line2D([], [], color=style.INK, lw=1.7, label=bilingual("row 列进风"))]
    if room_states.rooms_of(story).hot_spots:
        handles.append(Line2D([], [], color=style.SKY, lw=1.1, label=bilingual("racks with hot spot 热点机架")))
    handles.append(
        Patch(
            facecolor=_COLD,
            edgecolor=style.INK,
            hatch="////",
            lw=0.5,
            label=bilingual("cooler stands still 空调停机"),
        )
    )
    for kind, look in MARKS.items():
        if len(story.rows(kind)):
            face = look.colour if look.full else "white"
            handles.append(
                Line2D(
                    [],
                    [],
                    ls="",
                    marker=look.marker,
                    ms=6,
                    mfc=face,
                    mec=look.colour,
                    label=said(look.en, look.zh),
                )
            )
    figure.legend(
        handles=handles, loc="center left", bbox_to_anchor=(0.015, 1 - 1.02 / tall), ncols=(len(handles) + 1) // 2,
        fontsize=8, columnspacing=1.6, handlelength=1.5, handletextpad=0.5, borderaxespad=0, borderpad=0,
    )  # fmt: skip
