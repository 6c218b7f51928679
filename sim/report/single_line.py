"""A facility as a single-line diagram at its worst moment: sources on top, racks and coolers at the bottom."""

from __future__ import annotations

from collections.abc import Iterable
from math import isfinite
from typing import Any, Final

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from sim.language import _, bilingual, said, spoken
from sim.report import clock, room_states, style
from sim.report.line_boxes import DEVICE_LOOKS, LOOKS, PDU_H, RACK_H, bay_in, draw_bays, draw_box, ink_of
from sim.report.line_plan import Box, Sketch, sketch_of
from sim.report.room_states import Moment, Node
from sim.report.series import Story

_MARGIN_IN, _HEAD_IN, _FOOT_IN = 0.3, 1.45, 1.0
_NODE_W, _NODE_H, _LAYER_H = 1.34, 0.5, 0.92
_LANE_H: Final = 0.17
_LABEL_IN: Final = 0.85
"""Room a name beside a bar needs."""
_STALE: Final = "#c3c8d0"


_CAUSES: Final = {"power": "供电", "cooling": "制冷", "equipment": "设备", "transport": "传输"}
_KINDS: Final = {
    "mains": "mains 市电", "generator": "generator 油机", "ats": "ATS", "sts": "STS", "ups": "UPS",
    "board": "board 配电柜", "pdu": "PDU",
}  # fmt: skip


def draw(story: Story) -> Figure:
    """The picture."""
    moment = Moment(story, room_states.worst_h(story))
    plan = sketch_of(story, moment)
    lanes = _lanes(plan, moment)
    bays_in = sum(bay_in(bay) for bay in plan.bays) + 0.3 * len({bay.row for bay in plan.bays})
    wide = max(9.5, bays_in + 2 * _MARGIN_IN, max(map(len, plan.layers), default=1) * 1.7)
    bus_in = len(lanes) * _LANE_H + 0.3
    tall = _HEAD_IN + len(plan.layers) * _LAYER_H + bus_in + PDU_H + RACK_H + 0.55 + _FOOT_IN
    figure = style.new_figure(wide, tall)
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set(xlim=(0, wide), ylim=(0, tall))
    axes.axis("off")
    where = _node_places(plan, wide, tall)
    bus_top = tall - _HEAD_IN - len(plan.layers) * _LAYER_H
    levels = {feed: bus_top - (at + 0.5) * _LANE_H for at, feed in enumerate(lanes)}
    pdu_y = bus_top - bus_in - PDU_H
    spots = draw_bays(axes, story, plan, (wide - bays_in) / 2, pdu_y)
    _upper_lines(axes, moment, where)
    _busbars(axes, moment, where, spots, levels)
    for name, (x, y) in where.items():
        _node(axes, moment.nodes[name], x, y)
    _services(axes, story, moment, wide)
    _legend(figure, tall, moment, plan)
    style.title(figure, story, "Single-line diagram", "机房供电单线图", _words(story, moment))
    return figure


def _words(story: Story, moment: Moment) -> str:
    out = [name for name, cause in moment.services.items() if cause]
    down = sum(state in ("dead", "hot", "broken") for state in moment.devices.values())
    dead = sum(node.state in ("dead", "broken") for node in moment.nodes.values())
    when = clock.when(story, moment.t_h)
    if not (out or down or dead):
        return _("nothing is out; shown is {when}").format(when=when)
    parts = (
        _("{out} of {count} services out").format(out=len(out), count=len(moment.services)) if out else "",
        _("{down} of {count} devices down").format(down=down, count=len(moment.devices)),
    )
    nodes = _("{dead} of {count} nodes dead or broken").format(dead=dead, count=len(moment.nodes))
    colon, comma = ("：", "，") if spoken() == "zh" else (": ", ", ")
    return f"{when}{colon}{comma.join(part for part in (*parts, nodes) if part)}"


def _node_places(plan: Sketch, wide: float, tall: float) -> dict[str, tuple[float, float]]:
    """Middle of every upper node; layers spread evenly."""
    found = {}
    for depth, layer in enumerate(plan.layers):
        y = tall - _HEAD_IN - depth * _LAYER_H - _NODE_H / 2
        room = min(wide, len(layer) * 3.4)
        for at, name in enumerate(layer):
            found[name] = ((wide - room) / 2 + room * (at + 0.5) / len(layer), y)
    return found


def _lanes(plan: Sketch, moment: Moment) -> list[str]:
    """Upper nodes that feed racks or coolers, a horizontal lane each, in the order of the layers."""
    feeds = {box.feed for bay in plan.bays for box in bay.boxes}
    return [name for layer in plan.layers for name in layer if name in feeds and name in moment.nodes]


# Lines


def _wire(axes: Axes, points: Iterable[tuple[float, float]], *, live: bool, selected: bool = True) -> None:
    colour = style.BLUE if live else _STALE
    line: Any = "-" if selected else (0, (2, 2))
    wide = 1.3 if live and selected else 0.9
    xs, ys = zip(*points, strict=True)
    axes.plot(xs, ys, color=colour, linestyle=line, linewidth=wide, zorder=2 if live else 1.5, solid_capstyle="round")


def _upper_lines(axes: Axes, moment: Moment, where: dict[str, tuple[float, float]]) -> None:
    """From each feed down, across in a channel of its own, and down to what it feeds."""
    shift = {name: 0.07 * (at % 3 - 1) for at, name in enumerate(where)}
    for name, (x, y) in where.items():
        feeds = [feed for feed in moment.nodes[name].feeds if feed in where]
        for at, feed in enumerate(feeds):
            from_x, from_y = where[feed]
            into_x = x + (at - (len(feeds) - 1) / 2) * 0.4 * (1 if where[feeds[0]][0] <= where[feeds[-1]][0] else -1)
            top, low = from_y - _NODE_H / 2, y + _NODE_H / 2
            across = low + (_LAYER_H - _NODE_H) / 2 + shift[feed]
            live = moment.nodes[feed].state not in ("dead", "broken", "standby")
            points = [(from_x, top), (from_x, across), (into_x, across), (into_x, low)]
            _wire(axes, points, live=live, selected=feed == moment.nodes[name].source or len(feeds) == 1)


def _way_down(feed: str, where: dict[str, tuple[float, float]]) -> list[tuple[float, float]]:
    """The way out of a node towards its busbar: straight down, or by its outer side past nodes that stand below."""
    x, y = where[feed]
    if not any(low < y and abs(other - x) < 0.6 * _NODE_W for other, low in where.values()):
        return [(x, y - _NODE_H / 2)]
    middle = sum(at for at, _ in where.values()) / len(where)
    out, aside = (-1 if x < middle else 1), 0.14 + 0.07 * (list(where).index(feed) % 4)
    return [(x + out * _NODE_W / 2, y), (x + out * (_NODE_W / 2 + aside), y)]


def _busbars(
    axes: Axes,
    moment: Moment,
    where: dict[str, tuple[float, float]],
    spots: list[tuple[Box, float, float]],
    levels: dict[str, float],
) -> None:
    """A bar for each node that feeds racks or coolers, with a drop to each of them."""
    for feed, y in levels.items():
        way = _way_down(feed, where)
        x = way[-1][0]
        mine = [(box, at, low) for box, at, low in spots if box.feed == feed]
        live = moment.nodes[feed].state not in ("dead", "broken", "standby")
        _wire(axes, [*way, (x, y)], live=live)
        ends = [x, *(at for _, at, _ in mine)]
        axes.plot([min(ends), max(ends)], [y, y], color=style.BLUE if live else _STALE, lw=2.6, zorder=2.2)
        for _box, at, low in mine:
            _wire(axes, [(at, y), (at, low)], live=live)
            axes.plot(at, y, "o", ms=3.2, color=style.BLUE if live else _STALE, zorder=2.4)
        edge = max(ends) + _LABEL_IN > axes.get_xlim()[1]
        axes.text(
            max(ends) + (-0.06 if edge else 0.06), y + (0.1 if edge else 0.0), style.plain(feed, 16), fontsize=6.5,
            va="center", ha="right" if edge else "left", color=style.INK, zorder=3,
            bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.4},
        )  # fmt: skip


def _node(axes: Axes, node: Node, x: float, y: float) -> None:
    draw_box(axes, (x, y), (_NODE_W, _NODE_H), node.state)
    limit = f" / {node.limit_kw:.0f}" if isfinite(node.limit_kw) else ""
    name = f"{LOOKS[node.state].sign}{style.plain(node.name, 16)}"
    below = f"{bilingual(_KINDS.get(node.kind, node.kind))} · {node.load_kw:.1f}{limit} kW"
    axes.text(x, y + 0.1, name, fontsize=8.2, ha="center", va="center", color=ink_of(node.state), zorder=5)
    axes.text(x, y - 0.11, below, fontsize=6.4, ha="center", va="center", color=ink_of(node.state), zorder=5)


def _services(axes: Axes, story: Story, moment: Moment, wide: float) -> None:
    """Services at the foot, those that are out first."""
    names = {
        name: style.both(en, zh, " ", 22) or name
        for name, en, zh in zip(*(story.texts("service", c).tolist() for c in ("id", "name_en", "name")), strict=True)
    }
    order = sorted(moment.services, key=lambda name: not moment.services[name])
    most = max(1, int((wide - 2 * _MARGIN_IN) / 2.05))
    axes.text(_MARGIN_IN, 0.72, bilingual("Services 业务"), fontsize=8.5, va="center", color=style.FAINT)
    for at, name in enumerate(order[:most]):
        cause = moment.services[name]
        x = _MARGIN_IN + 0.95 + at * 2.05
        draw_box(axes, (x, 0.38), (1.9, 0.4), "broken" if cause else "live")
        below = (
            f"✗ {said('out', '中断')}: {style.both(cause, _CAUSES.get(cause, ''))}" if cause else bilingual("up 正常")
        )
        ink = ink_of("broken" if cause else "live")
        axes.text(
            x, 0.46, style.plain(names[name] or name, 26), fontsize=7.5, ha="center", va="center", color=ink, zorder=5
        )
        axes.text(x, 0.28, below, fontsize=6.4, ha="center", va="center", color=ink, zorder=5)
    if len(order) > most:
        axes.text(
            wide - _MARGIN_IN,
            0.72,
            _("and {count} more").format(count=len(order) - most),
            fontsize=7.5,
            ha="right",
            va="center",
        )


def _legend(figure: Figure, tall: float, moment: Moment, plan: Sketch) -> None:
    used = {node.state for node in moment.nodes.values()} | {"live", "dead", "broken"}
    handles: list[Any] = [
        Patch(
            facecolor=look.face,
            edgecolor=look.edge,
            linestyle=look.line,
            label=f"{look.sign}{said(look.en, look.zh)}",
        )
        for state, look in LOOKS.items()
        if look.en and state in used
    ]
    handles.append(Line2D([], [], color=_STALE, linestyle=(0, (2, 2)), label=bilingual("feed not in use 未投入")))
    states = [state for state in DEVICE_LOOKS if state in moment.devices.values()]
    marks: list[Any] = [
        Line2D(
            [], [], ls="", marker="s", ms=7, mfc=DEVICE_LOOKS[state][0], mec=style.INK, mew=0.7,
            label=said(DEVICE_LOOKS[state][2], DEVICE_LOOKS[state][3]),
        )
        for state in states
    ]  # fmt: skip
    for row, (lines, name) in enumerate(((handles, bilingual("supply 供电")), (marks, bilingual("devices 设备")))):
        high = 1 - (0.88 + 0.2 * row) / tall
        wide = figure.get_figwidth()
        figure.text(_MARGIN_IN / wide, high, name, fontsize=8.2, va="center", color=style.FAINT)
        if lines:
            figure.legend(
                handles=lines, loc="center left", bbox_to_anchor=((_MARGIN_IN + 0.8) / wide, high), ncols=len(lines),
                fontsize=8, columnspacing=1.3, handlelength=1.5, handletextpad=0.5, borderaxespad=0, borderpad=0,
            )  # fmt: skip
    if plan.grouped:
        figure.text(
            1 - 0.02, 1 - 1.08 / tall, _("racks on the same feeds together"), ha="right", va="center", fontsize=7.5
        )
