"""Every single element, and every pair, whose loss breaks a service or isolates a site."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import combinations
from typing import Literal, NamedTuple

import numpy as np

from sim.contingency.elements import Effect, Element, World
from sim.contingency.inside import Inside
from sim.contingency.net import Net
from sim.contingency.pairs import Pairs, Part
from sim.language import _
from sim.topology.facility import Facility
from sim.topology.tables import Bools, Topology

Order = Literal[1, 2]
Tell = Callable[[str], None]


class Breach(NamedTuple):
    """Elements whose loss breaks something. A pair is told only what neither of the two breaks alone."""

    elements: tuple[Element, ...]
    users: float
    sites: int
    services: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Report:
    """What a check has found, the worst first."""

    world: World
    net: Net
    singles: list[Breach]
    pairs: list[Breach] | None
    alone: int
    """Sites whose loss hits nobody but themselves."""
    isolated: int
    """Sites that reach no core with nothing lost."""

    def sites_of(self, breach: Breach) -> list[str]:
        """Ids of the sites that a breach isolates; for a pair, those that neither isolates alone."""
        hit = self._hit(breach.elements)
        for element in breach.elements if len(breach.elements) > 1 else ():
            hit &= ~self._hit((element,))
        return [str(name) for name in self.world.topology.sites.id[hit]]

    def _hit(self, elements: tuple[Element, ...]) -> Bools:
        effect = self.world.effect(elements)
        return self.net.reached & ~self.net.reach(effect.dead, effect.cut)


def contingency(topology: Topology, facility: Facility | None, order: Order, tell: Tell = lambda _text: None) -> Report:
    """Look for single elements (`order` 1), and for pairs as well (2)."""
    return _Check(topology, facility, tell).report(order)


class _Check:
    def __init__(self, topology: Topology, facility: Facility | None, tell: Tell) -> None:
        self.tell = tell
        self.world = World(topology, facility)
        self.net = Net(topology, self.world.carried)
        self.pairs = Pairs(self.net)
        sites, links = topology.sites.id.tolist(), topology.links.id.tolist()
        self.element: dict[Part, Element] = {
            **{("site", row): Element("site", str(name)) for row, name in enumerate(sites)},
            **{("link", row): Element("link", str(name)) for row, name in enumerate(links)},
        }
        inside = self.world.losses
        self.groups = [e for e in self.world.outside if e.sort == "feeder" or e in inside]
        self.groups += [e for e in self.world.inside if e in inside]
        self._grouped = frozenset(self.groups)
        self.effects: dict[Element, Effect] = {}
        self._left: dict[frozenset[int], Bools] = {self.world.carried: self.net.reached}

    def report(self, order: Order) -> Report:
        self.tell(_("{count} single elements").format(count=len(self.world.outside) + len(self.world.inside)))
        self.effects = {element: self.world.effect((element,)) for element in self.groups}
        found = [*self._single_parts(), *self._single_groups()]
        singles = [b for b in found if b.services or b.sites > _own(b)]
        pairs = None
        if order == 2:
            pairs = _ranked([*self._two_parts(), *self._group_and_part(), *self._two_groups()])
        isolated = int((~self.net.reached).sum())
        return Report(self.world, self.net, _ranked(singles), pairs, len(found) - len(singles), isolated)

    # one element

    def _single_parts(self) -> Iterator[Breach]:
        cuts, sums, net = self.pairs.cuts, self.pairs.sums, self.net
        for site in np.flatnonzero(net.reached).tolist():
            element = self.element["site", site]
            if element not in self._grouped:
                sites, users = sums.over(cuts.sites.get(site, []))
                yield Breach((element,), _users(users + float(net.users[site])), sites + 1, ())
        for link, span in cuts.links.items():
            sites, users = sums.over([span])
            yield Breach((self.element["link", link],), _users(users), sites, ())

    def _single_groups(self) -> Iterator[Breach]:
        for element, effect in self.effects.items():
            hit = self.net.reached & ~self._reach(effect.dead)
            if hit.any() or effect.out:
                yield self._breach((element,), effect.out, int(hit.sum()), float(self.net.users[hit].sum()))

    def _reach(self, dead: frozenset[int]) -> Bools:
        found = self._left.get(dead)
        if found is None:
            found = self._left[dead] = self.net.reach(dead)
        return found

    def _breach(self, elements: tuple[Element, ...], out: Iterable[str], sites: int, users: float) -> Breach:
        services = tuple(sorted(out))
        return Breach(elements, _users(users + sum(self.world.users[name] for name in services)), sites, services)

    # two

    def _two_parts(self) -> Iterator[Breach]:
        self.tell(_("pairs of sites and links in {count} parts of the network").format(count=len(self.pairs.blocks)))
        for hit in self.pairs.of_parts():
            both = (self.element[hit.one], self.element[hit.other])
            if self._grouped.isdisjoint(both):
                yield Breach(both, _users(hit.users), hit.sites, ())

    def _group_and_part(self) -> Iterator[Breach]:
        owners = self._by_dead()
        self.tell(_("{count} feeders and rooms, each with every site and link").format(count=len(owners)))
        for dead, elements in owners.items():
            for part, sites, users in self.pairs.with_group(dead):
                if self.element[part] not in self._grouped:
                    for element in elements:
                        yield Breach((element, self.element[part]), _users(users), sites, ())

    def _by_dead(self) -> dict[frozenset[int], list[Element]]:
        owners: dict[frozenset[int], list[Element]] = {}
        for element, effect in self.effects.items():
            if effect.dead - self.world.carried:
                owners.setdefault(effect.dead, []).append(element)
        return owners

    def _two_groups(self) -> Iterator[Breach]:
        self.tell(_("pairs of {count} feeders and parts of rooms").format(count=len(self.groups)))
        inside, known = Inside(self.world), dict[tuple[frozenset[int], frozenset[int]], tuple[int, float]]()
        touched = {element: self.pairs.touched(effect.dead) for element, effect in self.effects.items()}
        for one, other in combinations(self.groups, 2):
            a, b = self.effects[one], self.effects[other]
            out = a.out | b.out
            if one in self.world.losses and other in self.world.losses:
                out = inside.new_out(one, other) or out
            dead = a.dead | b.dead | self.world.carried_by(out)
            if dead != a.dead | b.dead:
                lost = self._reach(a.dead) & self._reach(b.dead) & ~self._reach(dead)
                sites, users = int(lost.sum()), float(self.net.users[lost].sum())
            elif touched[one].isdisjoint(touched[other]):
                sites, users = 0, 0.0
            else:
                key = (a.dead, b.dead)
                if key not in known:
                    known[key] = self.pairs.of_groups(*key, (self._reach(a.dead), self._reach(b.dead)))
                sites, users = known[key]
            new = out - a.out - b.out
            if sites or new:
                yield self._breach((one, other), new, sites, users)


def _own(breach: Breach) -> int:
    """Sites of a breach that are the lost element itself."""
    return int(breach.elements[0].sort == "site")


def _users(users: float) -> float:
    return round(users, 6)


def _ranked(found: list[Breach]) -> list[Breach]:
    return sorted(found, key=lambda b: (-b.users, -b.sites, -len(b.services), b.elements))
