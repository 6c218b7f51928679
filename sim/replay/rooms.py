"""Machine rooms for the page: a single-line diagram of boxes and wires, their states, temperatures, procedures."""

from __future__ import annotations

from collections.abc import Iterator
from math import isfinite, isnan
from typing import Any, Final, NamedTuple

import numpy as np

from sim.replay.changes import Changes, changes, switched
from sim.replay.columns import Columns, ms_of
from sim.report import room_states, swim_pack
from sim.report.line_plan import layers_of
from sim.report.room_states import Moment
from sim.report.series import Story

ROOM_STATES: Final = (
    "live", "standing by", "on its battery", "overloaded", "dead", "broken", "running", "slowed by heat",
    "off for heat", "cooling", "standing still",
)  # fmt: skip
_NODES: Final = {"live": 0, "standby": 1, "battery": 2, "over": 3, "dead": 4, "broken": 5}
_DEVICES: Final = {"up": 6, "slow": 7, "dead": 4, "hot": 8, "broken": 5}
_COOLERS: Final = {"on": 9, "off": 10, "broken": 5}
_W, _H, _GAP, _LAYER = 110.0, 34.0, 16.0, 74.0
_SMALL: Final = 26.0
_MOST_ACROSS: Final = 9


class Box(NamedTuple):
    """A rectangle of the diagram; `x`, `y` are its upper left corner."""

    name: str
    item: str
    x: float
    y: float
    w: float
    h: float


def packed(story: Story, columns: Columns) -> dict[str, Any] | None:
    """All of it, or None for a drill without machine rooms."""
    if not story.count("power_node") and not story.count("row"):
        return None
    boxes = [*_upper(story)]
    boxes += _racks(story, max((box.y + box.h for box in boxes), default=0.0) + _LAYER - _H)
    return {
        "diagram": {
            "width": max((box.x + box.w for box in boxes), default=_W) + _GAP,
            "height": max((box.y + box.h for box in boxes), default=_H) + _GAP,
            "boxes": [{**box._asdict(), "label": {"en": box.name, "zh": box.name}} for box in boxes],
            "wires": _wires(story, boxes),
        },
        "boxes": _states(story, boxes).packed(columns),
        "services": switched(story, "service", "service.down", "service.up").packed(columns),
        "rows": [_row(story, row, columns) for row in story.texts("row", "id").tolist()],
        "steps": _steps(story),
    }


def _upper(story: Story) -> Iterator[Box]:
    """Nodes that stand in no rack, in layers, sources on top; a layer too wide goes on below."""
    nodes = {name: node for name, node in Moment(story, 0.0).nodes.items() if not node.rack}
    y = _GAP
    for layer in layers_of(nodes):
        parts = [layer[at : at + _MOST_ACROSS] for at in range(0, len(layer), _MOST_ACROSS)]
        for part in parts:
            wide = _MOST_ACROSS * (_W + _GAP)
            each = wide / len(part)
            for at, name in enumerate(part):
                yield Box(name, "power_node", _GAP + each * (at + 0.5) - _W / 2, y, _W, _H)
            y += _LAYER


def _racks(story: Story, y: float) -> list[Box]:
    """Racks in rows of racks: a rack over its PDUs, then its devices; coolers at the end of their row."""
    pdus: dict[str, list[str]] = {}
    devices: dict[str, list[str]] = {}
    for name, rack in zip(
        story.texts("power_node", "id").tolist(), story.texts("power_node", "rack").tolist(), strict=True
    ):
        pdus.setdefault(rack, []).append(name)
    for name, rack in zip(story.texts("device", "id").tolist(), story.texts("device", "rack").tolist(), strict=True):
        devices.setdefault(rack, []).append(name)
    found: list[Box] = []
    for row, racks, coolers in _rows(story):
        x, low, right = _GAP, y, _GAP + _MOST_ACROSS * (_W + _GAP)
        for rack in racks:
            inside = [
                *((name, "power_node") for name in pdus.get(rack, [])),
                *((name, "device") for name in devices.get(rack, [])),
            ]
            if x + _W > right:
                x, y = _GAP, low + _GAP
            found.append(Box(rack, "rack", x, y, _W, 8 + _SMALL + len(inside) * (_SMALL + 3)))
            found += [
                Box(name, item, x + 5, y + _SMALL + 3 + at * (_SMALL + 3), _W - 10, _SMALL)
                for at, (name, item) in enumerate(inside)
            ]
            low = max(low, y + 8 + _SMALL + len(inside) * (_SMALL + 3))
            x += _W + _GAP
        for cooler in coolers:
            if x + _W > right:
                x, y = _GAP, low + _GAP
            found.append(Box(cooler, "cooler", x, y, _W, _H))
            low, x = max(low, y + _H), x + _W + _GAP
        y = low + 2 * _GAP
        del row
    return found


def _rows(story: Story) -> Iterator[tuple[str, list[str], list[str]]]:
    """Rows of racks with their racks and coolers."""
    racks = [*zip(story.texts("rack", "id").tolist(), story.texts("rack", "row").tolist(), strict=True)]
    coolers = [*zip(story.texts("cooler", "id").tolist(), story.texts("cooler", "row").tolist(), strict=True)]
    rows = dict.fromkeys([*story.texts("row", "id").tolist(), *(row for _, row in racks), *(row for _, row in coolers)])
    for row in rows:
        yield row, [name for name, at in racks if at == row], [name for name, at in coolers if at == row]


def _wires(story: Story, boxes: list[Box]) -> list[dict[str, Any]]:
    """From each feed down to what it feeds; into a rack for its PDUs, devices and coolers by themselves."""
    where = {box.name: box for box in boxes}
    fed = [*zip(story.texts("power_node", "id").tolist(), story.texts("power_node", "feeds").tolist(), strict=True)]
    fed += [*zip(story.texts("cooler", "id").tolist(), story.texts("cooler", "fed_by").tolist(), strict=True)]
    found = []
    for name, feeds in fed:
        for at, feed in enumerate(feeds.split()):
            if feed in where and name in where:
                found.append({"from": feed, "to": name, "points": _way(where[feed], where[name], at)})
    return found


def _way(upper: Box, lower: Box, at: int) -> list[tuple[float, float]]:
    """Down from a box, across, and down into the other, each feed a little aside of the last."""
    out_x, in_x = upper.x + upper.w / 2, lower.x + lower.w * (0.35 + 0.3 * at)
    if lower.y <= upper.y + upper.h:
        return [(upper.x + upper.w, upper.y + upper.h / 2), (lower.x, lower.y + lower.h / 2)]
    across = lower.y - 8 - 6 * at
    if lower.w < _W:  # inside a rack: along its side
        in_x = lower.x - 2.5 if at % 2 == 0 else lower.x + lower.w + 2.5
        return [(out_x, upper.y + upper.h), (out_x, across), (in_x, across), (in_x, lower.y + lower.h / 2)]
    return [(out_x, upper.y + upper.h), (out_x, across), (in_x, across), (in_x, lower.y)]


_ROOM_ROWS: Final = ("power.", "device.", "cooler.")


def _states(story: Story, boxes: list[Box]) -> Changes:
    """States of all boxes, read at every moment at which something in the rooms changes."""
    log = story.columns
    kinds = [kind for kind in log.kinds if kind.startswith(_ROOM_ROWS) and kind != "power.load"]
    moments = np.unique(np.concatenate([[0.0], log.t_h[story.rows(*kinds, "power.load")]]))
    t_ms, who, after = [], [], []
    before: dict[str, int] = {}
    for t_h in moments[moments <= story.horizon_h].tolist():
        now = dict(_now(Moment(story, t_h)))
        for at, box in enumerate(boxes):
            state = now.get(box.name, 0)
            if before.get(box.name, 0) != state:
                t_ms.append(int(ms_of(np.array([t_h]))[0]))
                who.append(at)
                after.append(state)
        before = now
    return changes(np.array(t_ms, dtype=np.int64), np.array(who, dtype=np.int64), np.array(after, dtype=np.int64))


def _now(moment: Moment) -> Iterator[tuple[str, int]]:
    yield from ((name, _NODES[node.state]) for name, node in moment.nodes.items())
    yield from ((name, _DEVICES[state]) for name, state in moment.devices.items())
    yield from ((name, _COOLERS[state]) for name, state in moment.coolers.items())


def _row(story: Story, row: str, columns: Columns) -> dict[str, Any]:
    at = story.texts("row", "id").tolist().index(row)
    limits = {name: float(story.floats("row", name)[at]) for name in ("setpoint_c", "warn_c", "major_c")}
    t_h, inlet_c = room_states.sampled(story, row) if row in story.tables.rooms.air else (np.zeros(0), np.zeros(0))
    return {
        "id": row,
        "name": {"en": str(story.texts("row", "name_en")[at]) or row, "zh": str(story.texts("row", "name")[at]) or row},
        **{name: None if isnan(value) else value for name, value in limits.items()},
        "t_ms": columns.rising(ms_of(t_h)),
        "inlet_c": columns.near(inlet_c),
    }


def _steps(story: Story) -> list[dict[str, Any]]:
    """Tries of steps of procedures, one entry for all teams that worked on it."""
    log, begun = story.columns, story.rows("step.begun")
    rows = {(log.names[log.subject[row]], round(float(log.t_h[row]), 6)): row for row in begun.tolist()}
    found: dict[tuple[str, int], dict[str, Any]] = {}
    for bar in swim_pack.bars_of(story):
        key = (bar.step_run, bar.tries)
        if key in found:
            found[key]["who"].append(bar.team)
            continue
        found[key] = {
            "run": bar.run,
            "step": bar.step_run,
            "name": {"en": bar.name_en, "zh": bar.name_zh or bar.name_en},
            "who": [bar.team],
            "start_ms": round(bar.start_h * 3_600_000),
            "end_ms": None if bar.unfinished else round(bar.end_h * 3_600_000),
            "by_ms": round(bar.due_h * 3_600_000) if isfinite(bar.due_h) else None,
            "met": bar.met if isfinite(bar.due_h) else None,
            "row": rows.get((bar.step_run, round(bar.start_h, 6)), -1),
        }
    return sorted(found.values(), key=lambda step: int(step["start_ms"]))
