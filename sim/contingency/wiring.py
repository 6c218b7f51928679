"""A plant in plain lists, so that it can be judged thousands of times, and what may be lost of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from sim.topology.plant import Plant


@dataclass(frozen=True)
class Loss:
    """Parts of machine rooms that are gone for good. `supplies`: device and number of a power supply."""

    nodes: frozenset[str] = frozenset()
    coolers: frozenset[str] = frozenset()
    devices: frozenset[str] = frozenset()
    links: frozenset[str] = frozenset()
    supplies: frozenset[tuple[str, int]] = frozenset()

    def __or__(self, other: Loss) -> Loss:
        return Loss(
            self.nodes | other.nodes, self.coolers | other.coolers, self.devices | other.devices,
            self.links | other.links, self.supplies | other.supplies,
        )  # fmt: skip


class Group(NamedTuple):
    """Devices that differ in nothing but their names."""

    rack: str
    row: str
    tender: bool
    load_kw: float
    supplies: tuple[int, ...]
    members: tuple[str, ...]


class Odd(NamedTuple):
    """A device that has lost power supplies but not all."""

    group: int
    supplies: tuple[int, ...]


@dataclass(frozen=True)
class Crowd:
    """Who is left after a loss: whole devices by group, odd ones one by one, and those that cannot run at all."""

    count: list[int]
    odd: list[Odd] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    """Of the odd ones."""
    gone: list[str] = field(default_factory=list)


class Wiring:
    """Nodes of the supply by number, feeders first; devices by group."""

    def __init__(self, plant: Plant) -> None:
        nodes = [plant.nodes[name] for name in plant.order]
        self.plant = plant
        self.names = plant.order
        self.number = {name: number for number, name in enumerate(plant.order)}
        self.kind = [node.kind for node in nodes]
        self.feeds = [tuple(self.number[feed] for feed in node.feeds) for node in nodes]
        self.limit_kw = [node.limit_kw for node in nodes]
        self.lag_h = [node.trip_lag_h for node in nodes]
        self.efficiency = [node.efficiency for node in nodes]
        self.generators = [n for n, node in enumerate(nodes) if node.kind == "generator"]
        self.switches = [n for n, node in enumerate(nodes) if node.kind in ("ats", "sts")]
        self.coolers = [(name, self.number[c.fed_by], c.draws_kw) for name, c in plant.coolers.items()]
        self.groups: list[Group] = []
        self.group_of: dict[str, int] = {}
        self._gather(plant)

    def _gather(self, plant: Plant) -> None:
        found: dict[tuple[str, bool, float, tuple[int, ...]], list[str]] = {}
        for name, device in plant.devices.items():
            tender = device.kind in ("server", "storage", "other")
            supplies = tuple(self.number[node] for node in plant.supplies[name])
            found.setdefault((device.rack, tender, device.load_w / 1000, supplies), []).append(name)
        for (rack, tender, load_kw, supplies), members in found.items():
            self.group_of.update(dict.fromkeys(members, len(self.groups)))
            self.groups.append(Group(rack, plant.row_of[rack], tender, load_kw, supplies, tuple(members)))

    def crowd(self, loss: Loss) -> Crowd:
        """Devices after a loss."""
        crowd = Crowd([len(group.members) for group in self.groups])
        for name in sorted(loss.devices):
            crowd.count[self.group_of[name]] -= 1
            crowd.gone.append(name)
        for name in sorted({device for device, _ in loss.supplies} - loss.devices):
            group = self.group_of[name]
            left = [n for i, n in enumerate(self.groups[group].supplies) if (name, i) not in loss.supplies]
            crowd.count[group] -= 1
            if left:
                crowd.odd.append(Odd(group, tuple(left)))
                crowd.names.append(name)
            else:
                crowd.gone.append(name)
        return crowd

    def draws_kw(self, crowd: Crowd, live: list[bool], loss: Loss) -> list[float]:
        """Load of devices and coolers at each node, kW; devices split theirs evenly over live supplies."""
        load = [0.0] * len(live)
        for count, group in zip(crowd.count, self.groups, strict=True):
            if count:
                _share(load, live, group.supplies, count * group.load_kw)
        for odd in crowd.odd:
            _share(load, live, odd.supplies, self.groups[odd.group].load_kw)
        for name, node, draws_kw in self.coolers:
            if live[node] and name not in loss.coolers:
                load[node] += draws_kw
        return load


def _share(load: list[float], live: list[bool], supplies: Iterable[int], load_kw: float) -> None:
    fed = [node for node in supplies if live[node]]
    for node in fed:
        load[node] += load_kw / len(fed)
