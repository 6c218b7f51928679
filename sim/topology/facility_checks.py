"""What a facility names and nobody knows, and what goes in a circle: every problem with its line."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from graphlib import CycleError

from sim.errors import Problem, got, shown
from sim.language import _
from sim.topology.facility import Facility
from sim.topology.plant import feeding_order, named_in, need_of, paths_of, pdu_nodes, supplies_of, written_out
from sim.yamlfile import Document, Loc, dotted


@dataclass
class _Check:
    facility: Facility
    document: Document
    at: Loc
    problems: list[Problem] = field(default_factory=list)

    def tell(self, loc: Loc, message: str) -> None:
        path = (*self.at, *loc)
        self.problems.append(Problem(str(self.document.path), self.document.line_of_path(path), dotted(path), message))

    def known(self, loc: Loc, name: str, names: Collection[str], what: str) -> None:
        if name not in names:
            self.tell(loc, _("must be {what}{hint}").format(what=what, hint=_hint(name, names)))


def _hint(name: str, names: Iterable[str]) -> str:
    from difflib import get_close_matches

    near = get_close_matches(name, list(names), 1)
    return got(shown(name), near[0] if near else None)


def facility_problems(facility: Facility, document: Document, sites: Collection[str], at: Loc) -> list[Problem]:
    """All problems of the facility that stands at `at` in the document, in the order of the file."""
    check = _Check(facility, document, at)
    nodes = {**facility.power, **pdu_nodes(facility)}
    for part in (_rows, _power, _racks, _devices, _coolers, _links):
        part(check, sites, nodes)
    _services(check, sites)
    try:
        feeding_order({n: v for n, v in nodes.items() if all(f in nodes for f in v.feeds)})
    except CycleError as error:
        cycle = list(reversed(error.args[1]))
        where = cycle[0].rpartition(".") if cycle[0] not in facility.power else ("", "", "")
        loc: Loc = ("racks", where[0], "feeds", where[2]) if where[0] else ("power", cycle[0], "feeds")
        check.tell(loc, _("must not feed itself: {names}").format(names=" → ".join(cycle)))
    return sorted(check.problems, key=lambda problem: problem.line or 0)


def _rows(check: _Check, sites: Collection[str], _nodes: object) -> None:
    for name, row in check.facility.rows.items():
        check.known(("rows", name, "site"), row.site, sites, _("a site of the topology"))


def _power(check: _Check, sites: Collection[str], nodes: Collection[str]) -> None:
    for name, node in check.facility.power.items():
        if node.site:
            check.known(("power", name, "site"), node.site, sites, _("a site of the topology"))
        for index, feed in enumerate(node.feeds):
            check.known(("power", name, "feeds", index), feed, nodes, _("a node of the supply"))


def _racks(check: _Check, _sites: object, nodes: Collection[str]) -> None:
    facility = check.facility
    for name, rack in facility.racks.items():
        check.known(("racks", name, "row"), rack.row, facility.rows, _("a row"))
        for letter, feed in rack.feeds.items():
            check.known(("racks", name, "feeds", letter), feed, nodes, _("a node of the supply"))
            if f"{name}.{letter}" in facility.power:
                check.tell(("power", f"{name}.{letter}"), _("is already the PDU of rack {name}").format(name=name))


def _devices(check: _Check, _sites: object, nodes: Collection[str]) -> None:
    facility = check.facility
    twice = set(facility.links) & set(written_out(facility)) | set(facility.services) & set(written_out(facility))
    for name, device in facility.devices.items():
        check.known(("devices", name, "rack"), device.rack, facility.racks, _("a rack"))
        for index, supply in enumerate(supplies_of(facility, device)):
            wanted = _("a PDU of rack {rack} by its letter, or a node of the supply").format(rack=device.rack)
            check.known(("devices", name, "supplies", index), supply, nodes, wanted)
    for name in sorted(set(written_out(facility)) & set(nodes)):
        check.tell(("devices",), _("must have ids of their own: {name} is also a node of the supply").format(name=name))
    for name in sorted(twice):
        check.tell(("devices",), _("must have ids of their own: {name} is also a link or a service").format(name=name))


def _coolers(check: _Check, _sites: object, nodes: Collection[str]) -> None:
    facility = check.facility
    for name, cooler in facility.coolers.items():
        check.known(("coolers", name, "row"), cooler.row, facility.rows, _("a row"))
        check.known(("coolers", name, "fed_by"), cooler.fed_by, nodes, _("a node of the supply"))
        for index, rack in enumerate(cooler.near):
            check.known(("coolers", name, "near", index), rack, facility.racks, _("a rack"))


def _links(check: _Check, _sites: object, _nodes: object) -> None:
    devices = written_out(check.facility)
    for name, link in check.facility.links.items():
        check.known(("links", name, "a"), link.a, devices, _("a device"))
        check.known(("links", name, "b"), link.b, devices, _("a device"))
        if link.a == link.b:
            check.tell(
                ("links", name, "b"), _("must be another device than a (got {value} twice)").format(value=shown(link.b))
            )


def _services(check: _Check, sites: Collection[str]) -> None:
    facility = check.facility
    devices = written_out(facility)
    known = {**devices, **facility.links, **facility.services}
    wanted: dict[str, list[str]] = {}
    for name, service in facility.services.items():
        for index, site in enumerate(service.carries):
            check.known(("services", name, "carries", index), site, sites, _("a site of the topology"))
        try:
            need = need_of(service.needs)
        except ValueError as error:
            check.tell(("services", name, "needs"), str(error))
            continue
        for one in dict.fromkeys(named_in(need)):
            check.known(("services", name, "needs"), one, known, _("a device, a link or a service"))
        if any(a == b for a, b in paths_of(need)):
            check.tell(("services", name, "needs"), _("must have paths between two different devices"))
        wanted[name] = [one for one in named_in(need) if one in facility.services]
        if service.demand_gbps is not None and not paths_of(need):
            check.tell(("services", name, "demand_gbps"), _("must go with needs that are a path, or any_of paths"))
    if facility.alarms_by is not None:
        check.known(("alarms_by",), facility.alarms_by, facility.services, _("a service"))
    from graphlib import TopologicalSorter

    try:
        tuple(TopologicalSorter(wanted).static_order())
    except CycleError as error:
        check.tell(
            ("services", error.args[1][0], "needs"),
            _("must not need itself: {names}").format(names=" → ".join(error.args[1])),
        )
