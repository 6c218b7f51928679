"""Where everything stands on a single-line diagram: nodes in layers, racks in bays, a lane for each busbar."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final, NamedTuple

from sim.language import bilingual
from sim.report.room_states import DeviceState, Moment, Node, NodeState
from sim.report.series import Story

MOST_RACKS: Final = 12
_WORST: Final[tuple[NodeState, ...]] = ("broken", "dead", "over", "battery", "live", "standby")


class Box(NamedTuple):
    """Something with a feed at the bottom of the diagram: a PDU, several alike, or a cooler."""

    name: str
    feed: str
    state: str
    text: str


@dataclass(frozen=True)
class Bay:
    """A rack with its PDUs and devices, several alike, or a cooler."""

    title: str
    row: str
    boxes: list[Box]
    devices: list[DeviceState] = field(default_factory=list)
    inlet_c: float = float("nan")
    cooler: str = ""

    @property
    def wide(self) -> float:
        """Width, in units of a box."""
        return 0.62 if self.cooler else 1.0 * max(2, len(self.boxes)) / 2


@dataclass(frozen=True)
class Sketch:
    """Upper nodes by layer, and bays from left to right."""

    layers: list[list[str]]
    bays: list[Bay]
    grouped: bool


def sketch_of(story: Story, moment: Moment) -> Sketch:
    """The plan of the diagram at a moment."""
    upper = {name: node for name, node in moment.nodes.items() if not node.rack}
    racks = story.texts("rack", "id").tolist()
    grouped = len(racks) > MOST_RACKS
    bays = _grouped(story, moment) if grouped else _by_rack(story, moment)
    return Sketch(layers_of(upper), bays, grouped)


def layers_of(upper: dict[str, Node]) -> list[list[str]]:
    """Nodes by their longest way from a source, each layer in the order that crosses least."""
    depth: dict[str, int] = {}

    def deep(name: str) -> int:
        if name not in depth:
            depth[name] = 0  # a circle, which no checked facility has, ends here
            depth[name] = 1 + max((deep(feed) for feed in upper[name].feeds if feed in upper), default=-1)
        return depth[name]

    layers: list[list[str]] = []
    for name in upper:
        level = deep(name)
        layers += [[] for _ in range(level + 1 - len(layers))]
        layers[level].append(name)
    children: dict[str, list[str]] = {name: [] for name in upper}
    for name, node in upper.items():
        for feed in node.feeds:
            if feed in children:
                children[feed].append(name)
    place = {name: (at + 0.5) / len(layer) for layer in layers for at, name in enumerate(layer)}
    for _ in range(4):
        for turn, layer in [*((children, layer) for layer in reversed(layers)), *((None, layer) for layer in layers)]:
            near = {name: (turn[name] if turn else [f for f in upper[name].feeds if f in place]) for name in layer}
            means = {n: sum(place[o] for o in near[n]) / len(near[n]) if near[n] else place[n] for n in layer}
            layer.sort(key=lambda name: means[name])
            place |= {name: (at + 0.5) / len(layer) for at, name in enumerate(layer)}
    return layers


def _by_rack(story: Story, moment: Moment) -> list[Bay]:
    """Racks row by row, each row's coolers behind it."""
    racks = [*zip(story.texts("rack", "id").tolist(), story.texts("rack", "row").tolist(), strict=True)]
    found = []
    for row in _rows(story):
        for rack in (rack for rack, at in racks if at == row):
            pdus = [node for node in moment.nodes.values() if node.rack == rack]
            boxes = [Box(n.name, n.source, n.state, f"{n.name.rpartition('.')[2]}\n{n.load_kw:.1f} kW") for n in pdus]
            boxes += _direct(story, moment, {rack})
            found.append(Bay(rack, row, boxes, _devices(story, moment, {rack}), moment.inlet_c(rack, row)))
        found += _coolers(story, moment, row)
    return found


def _rows(story: Story) -> list[str]:
    named = story.texts("row", "id").tolist()
    more = [*story.texts("rack", "row").tolist(), *story.texts("cooler", "row").tolist()]
    return list(dict.fromkeys([*named, *more]))


def _devices(story: Story, moment: Moment, racks: set[str]) -> list[DeviceState]:
    pairs = zip(story.texts("device", "id").tolist(), story.texts("device", "rack").tolist(), strict=True)
    return [moment.devices[device] for device, rack in pairs if rack in racks]


def _direct(story: Story, moment: Moment, racks: set[str]) -> list[Box]:
    """Feeds that devices of these racks take from a node that is no PDU."""
    pairs = zip(story.texts("device", "rack").tolist(), story.texts("device", "supplies").tolist(), strict=True)
    feeds = dict.fromkeys(feed for rack, supplies in pairs if rack in racks for feed in supplies.split())
    nodes = [moment.nodes[feed] for feed in feeds if feed in moment.nodes and not moment.nodes[feed].rack]
    return [
        Box(n.name, n.name, "dead" if n.state in ("dead", "broken") else "live", bilingual("direct\n直供"))
        for n in nodes
    ]


def _coolers(story: Story, moment: Moment, row: str) -> list[Bay]:
    columns = (story.texts("cooler", column).tolist() for column in ("id", "row", "fed_by"))
    kw = story.floats("cooler", "capacity_kw").tolist()
    return [
        Bay(name, row, [Box(name, fed_by, moment.coolers[name], f"{can:g} kW")], cooler=name)
        for (name, at, fed_by), can in zip(zip(*columns, strict=True), kw, strict=True)
        if at == row
    ]


def _grouped(story: Story, moment: Moment) -> list[Bay]:
    """Racks of a row that hang on the same feeds as one bay; of too many, those in the worst state first."""
    pdus: dict[str, list[Node]] = {}
    for node in moment.nodes.values():
        if node.rack:
            pdus.setdefault(node.rack, []).append(node)
    groups: dict[tuple[str, tuple[str, ...]], list[str]] = {}
    for rack, row in zip(story.texts("rack", "id").tolist(), story.texts("rack", "row").tolist(), strict=True):
        groups.setdefault((row, tuple(node.source for node in pdus.get(rack, []))), []).append(rack)
    found = [_group(story, moment, row, racks, pdus) for (row, _), racks in groups.items()]
    found.sort(key=lambda bay: -sum(state != "up" for state in bay.devices) / max(len(bay.devices), 1))
    kept, order = found[:MOST_RACKS], _rows(story)
    kept.sort(key=lambda bay: order.index(bay.row))
    bays = []
    for row in order:
        mine = [bay for bay in kept if bay.row == row]
        bays += [*mine, *(_coolers(story, moment, row) if mine else [])]
    return bays


def _group(story: Story, moment: Moment, row: str, racks: list[str], pdus: dict[str, list[Node]]) -> Bay:
    boxes = []
    for at in range(max((len(pdus.get(rack, [])) for rack in racks), default=0)):
        alike = [pdus[rack][at] for rack in racks if len(pdus.get(rack, [])) > at]
        worst = min((node.state for node in alike), key=_WORST.index)
        live = sum(node.state in ("live", "over") for node in alike)
        letter = alike[0].name.rpartition(".")[2]
        text = f"{letter} {live}/{len(alike)}\n{sum(node.load_kw for node in alike):.1f} kW"
        boxes.append(Box(alike[0].name, alike[0].source, worst, text))
    boxes += _direct(story, moment, set(racks))
    inlet_c = max(moment.inlet_c(rack, row) for rack in racks)
    title = f"{row} ×{len(racks)}" if len(racks) > 1 else racks[0]
    return Bay(title, row, boxes, _devices(story, moment, set(racks)), inlet_c)
