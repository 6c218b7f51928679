"""Pairs inside machine rooms: which need to be judged as a whole, and which only by what they take down."""

from __future__ import annotations

from collections.abc import Mapping

from sim.contingency.elements import Element, World
from sim.contingency.wiring import Wiring
from sim.topology.plant import Need, named_in

_LIGHT = ("device", "supply", "room link")


class Inside:
    """Services that a pair of elements puts out."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._static = world.static
        self._light: dict[Element, frozenset[str]] = {}
        if world.static is None or not world.static.in_order:
            return
        plant, power = world.static.plant, world.static.power
        self._asked = _asked(plant.needs, (*plant.devices, *plant.links))
        room_kw = power.headroom_kw / (2 * _most_passed_on(world.static.wiring))
        for element in world.losses:
            if element.sort not in _LIGHT:
                continue
            device = element.name.rpartition(".")[0]
            if element.sort != "supply" or plant.devices[device].load_w / 1000 < room_kw:
                self._light[element] = self._takes(element)

    def _takes(self, element: Element) -> frozenset[str]:
        """Devices and links of any use that a light element takes down alone, when no breaker can trip for it."""
        assert self._static is not None  # noqa: S101 (for the type checker)
        name = element.name
        if element.sort == "supply":
            name = element.name.rpartition(".")[0]
            if len(self._static.plant.supplies[name]) > 1:
                return frozenset()
        return frozenset({name}) & self._asked

    def new_out(self, one: Element, other: Element) -> frozenset[str] | None:
        """Services out with both, beside those out before; None where the pair does nothing that each does not."""
        a, b = self._light.get(one), self._light.get(other)
        if a is not None and b is not None and not (a and b) and not _same_device(one, other):
            return None
        return self._world.rooms((one, other)).out - self._world.before.out


def _same_device(one: Element, other: Element) -> bool:
    return one.sort == other.sort == "supply" and one.name.rpartition(".")[0] == other.name.rpartition(".")[0]


def _asked(needs: Mapping[str, Need], everything: tuple[str, ...]) -> frozenset[str]:
    """Devices and links that any service depends on; all of them where one asks for a path."""
    if any(_has_path(need) for need in needs.values()):
        return frozenset(everything)
    return frozenset(name for need in needs.values() for name in named_in(need))


def _has_path(need: Need) -> bool:
    return need.kind == "path" or any(map(_has_path, need.parts))


def _most_passed_on(wiring: Wiring) -> float:
    """What a kilowatt at a power supply may become on its way to the source, at most: UPS have losses."""
    most = [1.0] * len(wiring.names)
    for n, feeds in enumerate(wiring.feeds):
        own = 1 / wiring.efficiency[n] if wiring.kind[n] == "ups" else 1.0
        most[n] = own * max((most[feed] for feed in feeds), default=1.0)
    return max(most, default=1.0)
