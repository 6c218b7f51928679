"""What may be lost, one by one, and what each loss does at once: sites that go dark, links cut, services out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np

from sim.contingency.power import Event
from sim.contingency.static import Outcome, Static
from sim.contingency.wiring import Loss
from sim.topology.facility import Facility
from sim.topology.plant import plant_of
from sim.topology.tables import Topology


class Element(NamedTuple):
    """A thing that may be lost: `sort` is site, link, feeder, cooler, device, supply, room link, or a kind of node."""

    sort: str
    name: str

    def __str__(self) -> str:
        return f"{self.sort} {self.name}"


class Effect(NamedTuple):
    """What a loss does before anybody asks who still reaches a core."""

    dead: frozenset[int]
    """Sites that pass nothing on: lost, without electricity for good, or with their service out."""
    cut: frozenset[int]
    out: frozenset[str]
    """Services that are out and were not before."""


class World:
    """A topology with its machine rooms, and everything in them that may be lost."""

    def __init__(self, topology: Topology, facility: Facility | None) -> None:
        self.topology = topology
        self.static = None if facility is None else Static(plant_of(facility))
        sites = topology.sites
        own = sites.fixed_generator_kw > 0
        self._dark: dict[str, frozenset[int]] = {
            str(feeder): frozenset(np.flatnonzero((sites.feeder == row) & ~own).tolist())
            for row, feeder in enumerate(topology.feeders.id)
        }
        self._link = {str(link): row for row, link in enumerate(topology.links.id)}
        self.before = Outcome(frozenset(), frozenset(), (), frozenset())
        if self.static is not None:
            self.before = self.static.outcome(Loss())
        self.carried = self.carried_by(self.before.out)
        """Sites that pass nothing on with nothing lost."""
        self.users = {} if facility is None else {name: one.users for name, one in facility.services.items()}
        self.outside = self._outside()
        self.inside = self._inside()
        losses = {element: self._loss(element) for element in (*self.outside, *self.inside)}
        self.losses: dict[Element, Loss] = {element: loss for element, loss in losses.items() if loss != Loss()}
        """What is lost inside machine rooms, for elements that touch them."""

    def _outside(self) -> list[Element]:
        topology = self.topology
        return [
            Element(sort, str(name))
            for sort, table in (("site", topology.sites), ("link", topology.links), ("feeder", topology.feeders))
            for name in table.id.tolist()
        ]

    def _inside(self) -> list[Element]:
        if self.static is None:
            return []
        plant = self.static.plant
        found = [Element(node.kind, name) for name, node in plant.nodes.items()]
        found += [Element("cooler", name) for name in plant.coolers]
        for name in plant.devices:
            found.append(Element("device", name))
            found += [Element("supply", f"{name}.{label}") for label in labels(plant.devices[name].supplies)]
        return found + [Element("room link", name) for name in plant.links]

    def _loss(self, element: Element) -> Loss:
        """What goes with an element inside machine rooms."""
        sort, name = element
        if self.static is None or sort == "link":
            return Loss()
        plant = self.static.plant
        if sort == "site":
            return self._building(name)
        if sort == "feeder":
            mains = {n: node.site for n, node in plant.nodes.items() if node.kind == "mains" and node.site}
            return Loss(nodes=frozenset(node for node, site in mains.items() if self._feeder_of(site) == name))
        if sort == "supply":
            device, _, label = name.rpartition(".")
            return Loss(supplies=frozenset({(device, labels(plant.devices[device].supplies).index(label))}))
        return _one(sort, name)

    def _feeder_of(self, site: str) -> str:
        row = int(self.topology.sites.feeder[self.topology.site_index[site]])
        return str(self.topology.feeders.id[row]) if row >= 0 else ""

    def _building(self, site: str) -> Loss:
        """A lost site takes its rows along, and its mains."""
        assert self.static is not None  # noqa: S101 (for the type checker)
        plant = self.static.plant
        rows = [name for name, row in plant.rows.items() if row.site == site]
        racks = [rack for row in rows for rack in plant.racks_in[row]]
        pdus = {pdu for pdu, rack in plant.rack_of_pdu.items() if rack in racks}
        mains = {name for name, node in plant.nodes.items() if node.kind == "mains" and node.site == site}
        return Loss(
            nodes=frozenset(pdus | mains),
            coolers=frozenset(cooler for row in rows for cooler in plant.coolers_in[row]),
            devices=frozenset(device for rack in racks for device in plant.devices_in[rack]),
        )

    def rooms(self, elements: Iterable[Element]) -> Outcome:
        """What losses come to inside machine rooms."""
        loss = Loss()
        for element in elements:
            loss |= self.losses.get(element, loss)
        return self.before if self.static is None or loss == Loss() else self.static.outcome(loss)

    def effect(self, elements: Sequence[Element]) -> Effect:
        """What losses do at once."""
        dead, cut = set(self.carried), set[int]()
        for sort, name in elements:
            if sort == "site":
                dead.add(self.topology.site_index[name])
            elif sort == "feeder":
                dead |= self._dark[name]
            elif sort == "link":
                cut.add(self._link[name])
        out = self.rooms(elements).out
        return Effect(frozenset(dead | self.carried_by(out)), frozenset(cut), out - self.before.out)

    def carried_by(self, out: Iterable[str]) -> frozenset[int]:
        """Sites whose transmission these services are."""
        if self.static is None:
            return frozenset()
        services, index = self.static.plant.services, self.topology.site_index
        return frozenset(index[site] for name in out for site in services[name].carries)


def _one(sort: str, name: str) -> Loss:
    """A single part of a machine room."""
    only = frozenset({name})
    if sort == "cooler":
        return Loss(coolers=only)
    if sort == "device":
        return Loss(devices=only)
    return Loss(links=only) if sort == "room link" else Loss(nodes=only)


def labels(supplies: Sequence[str]) -> list[str]:
    """Names of the power supplies of a device: those of what feeds them, numbered where they repeat."""
    return [
        name if supplies.count(name) == 1 else f"{name}#{supplies[: at + 1].count(name)}"
        for at, name in enumerate(supplies)
    ]


def chain(events: Iterable[Event], before: Iterable[Event]) -> list[Event]:
    """What happened because of the loss: what happens anyway left out."""
    anyway = {(event.what, event.name) for event in before}
    return [event for event in events if (event.what, event.name) not in anyway]
