"""Machine rooms after a loss, in the end: electricity, then air, then services. No clock."""

from __future__ import annotations

from typing import NamedTuple

from sim.contingency.air import Rows
from sim.contingency.power import Event, Power
from sim.contingency.wiring import Crowd, Loss, Odd, Wiring
from sim.topology.plant import Need, Plant


class Outcome(NamedTuple):
    """What does not work in the end, and what happened on the way."""

    out: frozenset[str]
    """Services."""
    down: frozenset[str]
    """Devices."""
    events: tuple[Event, ...]
    unfed: frozenset[str]
    """Devices without electricity, out of `down`."""


class _End(NamedTuple):
    """Groups without electricity, which odd devices have it, groups too hot to run, and what happened."""

    unfed: tuple[int, ...]
    odd_fed: tuple[bool, ...]
    hot: tuple[int, ...]
    events: tuple[Event, ...]


_Key = tuple[frozenset[str], frozenset[str], tuple[int, ...], tuple[Odd, ...]]


class Static:
    """A plant that can be asked what any loss comes to."""

    def __init__(self, plant: Plant) -> None:
        self.plant, self.wiring = plant, Wiring(plant)
        self.power, self._rows = Power(self.wiring), Rows(self.wiring)
        self._near: dict[str, list[tuple[str, str]]] = {name: [] for name in plant.devices}
        for name, link in plant.links.items():
            self._near[link.a].append((link.b, name))
            self._near[link.b].append((link.a, name))
        nothing, crowd = Loss(), self.wiring.crowd(Loss())
        live = self.power.settle(crowd, nothing).live
        self.warm = tuple(row for row in plant.rows if self._rows.slows(row, crowd, live, nothing))
        """Rows that are too warm for something with nothing lost."""
        self.in_order = not self.warm and not self.power.before
        """Whether, with nothing lost, nothing trips and nothing is too warm."""
        self._ends: dict[_Key, _End] = {}
        self._known: dict[tuple[frozenset[str], frozenset[str]], frozenset[str]] = {}

    def outcome(self, loss: Loss) -> Outcome:
        """What a loss comes to."""
        groups, crowd = self.wiring.groups, self.wiring.crowd(loss)
        end = self._end(crowd, loss)
        unfed = {name for n in end.unfed for name in groups[n].members}
        unfed.update(name for name, fed in zip(crowd.names, end.odd_fed, strict=True) if not fed)
        down = frozenset(unfed.union(crowd.gone, (name for n in end.hot for name in groups[n].members)))
        return Outcome(self.services_out(down, loss.links), down, end.events, frozenset(unfed))

    def _end(self, crowd: Crowd, loss: Loss) -> _End:
        """The same for any devices of the same groups, so that it is worked out once for all of them."""
        key = (loss.nodes, loss.coolers, tuple(crowd.count), tuple(crowd.odd))
        found = self._ends.get(key)
        if found is None:
            live, _, events = self.power.settle(crowd, loss)
            hot: list[int] = []
            for row in self.plant.rows:
                warm = sorted(self._rows.settle(row, crowd, live, loss))
                if warm:
                    events.append(Event("hot", row, min(map(self._rows.trip_c, warm))))
                hot += warm
            unfed = [n for n, group in enumerate(self.wiring.groups) if not any(live[s] for s in group.supplies)]
            fed = [any(live[s] for s in odd.supplies) for odd in crowd.odd]
            found = self._ends[key] = _End(tuple(unfed), tuple(fed), tuple(hot), tuple(events))
        return found

    def services_out(self, down: frozenset[str], cut: frozenset[str]) -> frozenset[str]:
        """Services that are out while these devices are down and these links cut."""
        found = self._known.get((down, cut))
        if found is None:
            out: set[str] = set()
            gone = down | cut
            for name in self.plant.service_order:
                if not self._holds(self.plant.needs[name], gone, out):
                    out.add(name)
            found = self._known[down, cut] = frozenset(out)
        return found

    def _holds(self, need: Need, gone: frozenset[str], out: set[str]) -> bool:
        if need.kind == "id":
            return need.name not in gone and need.name not in out
        if need.kind == "path":
            return self._joined(*need.ends, gone)
        met = sum(self._holds(part, gone, out) for part in need.parts)
        return met >= {"all": len(need.parts), "any": 1}.get(need.kind, need.least)

    def _joined(self, a: str, b: str, gone: frozenset[str]) -> bool:
        if a in gone or b in gone:
            return False
        seen, stack = {a}, [a]
        while stack:
            for other, link in self._near[stack.pop()]:
                if other not in seen and other not in gone and link not in gone:
                    seen.add(other)
                    stack.append(other)
        return b in seen
