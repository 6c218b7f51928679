"""Machine rooms for the page: a single-line diagram of boxes and wires, their states, temperatures, procedures."""

from __future__ import annotations

from collections.abc import Iterator
from math import isfinite, isnan
from typing import Any, Final

import numpy as np

from sim.replay import room_boxes, room_wires
from sim.replay.changes import Changes, changes, switched
from sim.replay.columns import Columns, ms_of
from sim.replay.room_boxes import GAP, Box, H, W
from sim.report import room_states, swim_pack
from sim.report.room_states import Moment
from sim.report.series import Story

ROOM_STATES: Final = (
    "live", "standing by", "on its battery", "overloaded", "dead", "broken", "running", "slowed by heat",
    "off for heat", "cooling", "standing still",
)  # fmt: skip
_NODES: Final = {"live": 0, "standby": 1, "battery": 2, "over": 3, "dead": 4, "broken": 5}
_DEVICES: Final = {"up": 6, "slow": 7, "dead": 4, "hot": 8, "broken": 5}
_COOLERS: Final = {"on": 9, "off": 10, "broken": 5}
_LEAST_ACROSS: Final = 7
"""Boxes side by side that a small room's diagram has room for, so that it is not drawn too large."""


def packed(story: Story, columns: Columns) -> dict[str, Any] | None:
    """All of it, or None for a drill without machine rooms."""
    if not story.count("power_node") and not story.count("row"):
        return None
    boxes, wires = _diagram(story)
    return {
        "diagram": {
            "width": max((box.x + box.w for box in boxes), default=W) + GAP,
            "height": max((box.y + box.h for box in boxes), default=H) + GAP,
            "boxes": [_told(box) for box in boxes],
            "wires": wires,
        },
        "boxes": _states(story, boxes).packed(columns),
        "services": switched(story, "service", "service.down", "service.up").packed(columns),
        "rows": [_row(story, row, columns) for row in story.texts("row", "id").tolist()],
        "procedures": {
            name: {"en": procedure.title.en or procedure.title.zh, "zh": procedure.title.zh or procedure.title.en}
            for name, procedure in story.spec.plan.procedures.items()
        },
        "steps": _steps(story),
    }


def _diagram(story: Story) -> tuple[list[Box], list[dict[str, Any]]]:
    """Boxes and wires of the diagram."""
    lines, feeds = room_boxes.lines_of(story), room_wires.feeds_of(story)
    names = {name: number for number, line in enumerate(lines) for column in line for name, _ in column.inside}
    above = {name for name, rack in _racks(story) if not rack}
    bars = room_wires.busbars(feeds, {**dict.fromkeys(above, -1), **names}, len(lines))
    wide = max(room_boxes.width_of(lines), _LEAST_ACROSS * (W + GAP))
    boxes = room_boxes.upper(story, wide)
    boxes += room_boxes.lower(lines, room_wires.below(boxes), wide, room_wires.room_above(bars))
    return boxes, room_wires.Wires(boxes, bars).of(feeds)


def _racks(story: Story) -> list[tuple[str, str]]:
    return [*zip(story.texts("power_node", "id").tolist(), story.texts("power_node", "rack").tolist(), strict=True)]


def _told(box: Box) -> dict[str, Any]:
    told = {name: value for name, value in box._asdict().items() if name != "line"}
    return {**told, "label": {"en": box.name, "zh": box.name}}


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
    none = np.zeros(0)
    t_h, inlet_c, warmest_c = room_states.warmest(story, row) if row in story.tables.rooms.air else (none, none, none)
    return {
        "id": row,
        "name": {"en": str(story.texts("row", "name_en")[at]) or row, "zh": str(story.texts("row", "name")[at]) or row},
        **{name: None if isnan(value) else value for name, value in limits.items()},
        "t_ms": columns.rising(ms_of(t_h)),
        "inlet_c": columns.near(inlet_c),
        "warmest_c": columns.near(warmest_c) if (warmest_c > inlet_c).any() else None,
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
