"""What is alarming in machine rooms now: pairs of a thing and an alarm word, each with the row behind it."""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping
from typing import Final, NamedTuple

from sim.models.rooms.air import Air
from sim.models.rooms.devices import Devices
from sim.models.rooms.services import Outage
from sim.models.rooms.supply import Supply
from sim.topology.plant import Plant

Key = tuple[str, str]

_EASES_C: Final = 1.0
"""Assumed: an alarm of temperature ends this far below where it began."""
_TOLERANCE_C: Final = 1e-3


class Parts(NamedTuple):
    """What is looked at: cut links with their rows, services that are out."""

    plant: Plant
    supply: Supply
    devices: Devices
    air: Mapping[str, Air]
    cut: Mapping[str, int]
    out: Mapping[str, Outage]


def conditions(rooms: Parts, raised: Container[Key], row: int) -> Iterator[tuple[Key, int]]:
    """Everything alarming; `raised` are the alarms that hold already, `row` is what was done last."""
    yield from _power(rooms, row)
    yield from _devices(rooms, row)
    yield from _air(rooms, raised)
    for name, cut_row in rooms.cut.items():
        yield (name, "link"), cut_row
    for name, outage in rooms.out.items():
        yield (name, "service"), outage.row


def _power(rooms: Parts, row: int) -> Iterator[tuple[Key, int]]:
    for name, broken_row in rooms.supply.broken.items():
        yield (name, rooms.plant.nodes[name].kind), broken_row
    for name, node in rooms.plant.nodes.items():
        if node.kind == "mains" and not rooms.supply.live[name] and name not in rooms.supply.broken:
            yield (name, "mains"), rooms.supply.off_row.get(name, row)


def _devices(rooms: Parts, row: int) -> Iterator[tuple[Key, int]]:
    for unit in rooms.devices.units.values():
        for number, dead_row in unit.dead_supplies.items():
            yield (f"{unit.name}.{rooms.plant.devices[unit.name].supplies[number]}", "psu"), dead_row
        if unit.fed + len(unit.dead_supplies) < len(unit.supplies):
            yield (unit.name, "feed"), row
        if unit.down:
            yield (unit.name, "device"), unit.down_row


def _air(rooms: Parts, raised: Container[Key]) -> Iterator[tuple[Key, int]]:
    for air in rooms.air.values():
        for name, state in air.coolers.items():
            key = (name, "cooler_power")
            if not state.on and state.broken >= 0:
                yield (name, "cooler"), state.off_row
            elif not state.on and (key in raised or not rooms.supply.live[rooms.plant.coolers[name].fed_by]):
                yield key, state.off_row
        warmest_c = max((air.inlet_c(rack) for rack in air.hot_spots), default=air.temperature_c())
        for alarm, limit_c in (("warm", air.heat.warn_c), ("hot", air.heat.major_c)):
            if warmest_c >= limit_c - (_EASES_C if (air.name, alarm) in raised else _TOLERANCE_C):
                yield (air.name, alarm), air.row
