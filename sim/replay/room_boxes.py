"""Where everything of a machine room stands on the page's single-line diagram: sources on top, racks below."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple

from sim.report.line_plan import layers_of
from sim.report.room_states import Moment
from sim.report.series import Story

W, H, GAP, LAYER = 122.0, 34.0, 16.0, 74.0
"""Of a box, of the space beside it, and from one layer of nodes to the next; about pixels."""
SMALL: Final = 26.0
MOST_ACROSS: Final = 10
LANE: Final = 8.0
"""From one busbar to the next."""
_ROW_GAP: Final = 14.0
_STACK_GAP: Final = 6.0


class Box(NamedTuple):
    """A rectangle of the diagram; `x`, `y` are its upper left corner. `line` counts the lines of racks, -1 above."""

    name: str
    item: str
    x: float
    y: float
    w: float
    h: float
    line: int = -1


class Rack(NamedTuple):
    """A column of the lower part: a rack with what is in it, or coolers above one another."""

    name: str
    row: str
    inside: list[tuple[str, str]]

    @property
    def height(self) -> float:
        """Height of the column."""
        if not self.name:
            return len(self.inside) * (H + _STACK_GAP)
        return 8 + SMALL + len(self.inside) * (SMALL + 3)


def upper(story: Story, wide: float) -> list[Box]:
    """Nodes that stand in no rack, in layers, sources on top; a layer too wide goes on below."""
    nodes = {name: node for name, node in Moment(story, 0.0).nodes.items() if not node.rack}
    y, found = GAP, []
    most = max(int(wide / (W + GAP)), 1)
    for layer in layers_of(nodes):
        for part in (layer[at : at + most] for at in range(0, len(layer), most)):
            each = wide / len(part)
            found += [Box(name, "power_node", GAP + each * (at + 0.5) - W / 2, y, W, H) for at, name in enumerate(part)]
            y += LAYER
    return found


def lines_of(story: Story) -> list[list[Rack]]:
    """The columns of the lower part in lines of `MOST_ACROSS`; a row of racks is broken only where it must be."""
    lines: list[list[Rack]] = [[]]
    for columns in _rows(story):
        if lines[-1] and len(lines[-1]) + len(columns) > MOST_ACROSS:
            lines.append([])
        for column in columns:
            if len(lines[-1]) == MOST_ACROSS:
                lines.append([])
            lines[-1].append(column)
    return [line for line in lines if line]


def width_of(lines: list[list[Rack]]) -> float:
    """Room that the widest line needs."""
    return max((_wide(line) for line in lines), default=0.0)


def _wide(line: list[Rack]) -> float:
    rows = len(dict.fromkeys(column.row for column in line))
    return len(line) * (W + GAP) + (rows - 1) * _ROW_GAP


def lower(lines: list[list[Rack]], y: float, wide: float, lanes: list[int]) -> list[Box]:
    """Boxes of all lines from `y` down; above each line there is room for so many busbars."""
    found: list[Box] = []
    for at, line in enumerate(lines):
        y += lanes[at] * LANE + GAP
        x, row = GAP + (wide - _wide(line)) / 2, line[0].row
        for column in line:
            x += _ROW_GAP if column.row != row else 0.0
            row = column.row
            found += _column(column, x, y, at)
            x += W + GAP
        y += max(column.height for column in line)
    return found


def _column(column: Rack, x: float, y: float, line: int) -> Iterator[Box]:
    if not column.name:
        for at, (name, item) in enumerate(column.inside):
            yield Box(name, item, x, y + at * (H + _STACK_GAP), W, H, line)
        return
    yield Box(column.name, "rack", x, y, W, column.height, line)
    for at, (name, item) in enumerate(column.inside):
        yield Box(name, item, x + 5, y + SMALL + 3 + at * (SMALL + 3), W - 10, SMALL, line)


def _rows(story: Story) -> Iterator[list[Rack]]:
    """Row by row of racks: its racks with PDUs and devices, then its coolers, as many in a column as fit."""
    inside: dict[str, list[tuple[str, str]]] = {}
    for item in ("power_node", "device"):
        for name, rack in zip(story.texts(item, "id").tolist(), story.texts(item, "rack").tolist(), strict=True):
            inside.setdefault(rack, []).append((name, item))
    racks = [*zip(story.texts("rack", "id").tolist(), story.texts("rack", "row").tolist(), strict=True)]
    coolers = [*zip(story.texts("cooler", "id").tolist(), story.texts("cooler", "row").tolist(), strict=True)]
    rows = dict.fromkeys([*story.texts("row", "id").tolist(), *(row for _, row in racks), *(row for _, row in coolers)])
    for row in rows:
        found = [Rack(name, row, inside.get(name, [])) for name, at in racks if at == row]
        high = max((rack.height for rack in found), default=H)
        mine = [(name, "cooler") for name, at in coolers if at == row]
        many = max(int(high / (H + _STACK_GAP)), 1)
        found += [Rack("", row, mine[at : at + many]) for at in range(0, len(mine), many)]
        if found:
            yield found
