"""A facility made ready: PDUs of racks and counted devices written out, every reference a name that exists.

What the models, the checks of redundancy and the pictures share. Nothing here knows time.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from typing import Any, Final, NamedTuple

from sim.errors import Refusal
from sim.language import _
from sim.topology.facility import Cooler, Device, Facility, FacilityLink, PowerNode, Row, Service

MS_PER_KM: Final = 0.0049
"""Delay of fibre, ms/km: light at a group index of 1.468. Source: ITU-T G.652."""


class Need(NamedTuple):
    """A condition: `id` of a device, link or service; `all`, `any`, `at_least` of others; `path` between devices."""

    kind: str
    name: str = ""
    least: int = 0
    parts: tuple[Need, ...] = ()
    ends: tuple[str, str] = ("", "")


@dataclass(frozen=True, eq=False)
class Plant:
    """The facility as models need it. Orders are those of the file; `order` puts feeders before what they feed."""

    facility: Facility
    nodes: Mapping[str, PowerNode]
    order: tuple[str, ...]
    devices: Mapping[str, Device]
    supplies: Mapping[str, tuple[str, ...]]
    """Node of each power supply of a device."""
    coolers: Mapping[str, Cooler]
    links: Mapping[str, FacilityLink]
    services: Mapping[str, Service]
    needs: Mapping[str, Need]
    service_order: tuple[str, ...]
    rows: Mapping[str, Row]
    row_of: Mapping[str, str]
    """Row of each rack."""
    racks_in: Mapping[str, tuple[str, ...]]
    devices_in: Mapping[str, tuple[str, ...]]
    """Devices of each rack."""
    coolers_in: Mapping[str, tuple[str, ...]]
    rack_of_pdu: Mapping[str, str]

    def capacity_kj(self, row: str) -> float:
        """Heat capacity of a row, kJ/K."""
        return self.rows[row].heat.kj_per_k * max(1, len(self.racks_in[row]))

    def conductance_kw(self, row: str) -> float:
        """Conductance of a row to its outside, kW/K."""
        return self.rows[row].heat.w_per_k * max(1, len(self.racks_in[row])) / 1000

    def lag_h(self, row: str) -> float:
        """Time constant of a row, hours: C / UA."""
        return self.capacity_kj(row) / self.conductance_kw(row) / 3600


def pdu_nodes(facility: Facility) -> dict[str, PowerNode]:
    """The PDUs of all racks."""
    return {
        f"{name}.{letter}": PowerNode(
            kind="pdu", feeds=[feed], rated_kw=rack.pdu_kw, trip_share=rack.pdu_trip_share,
            trip_lag_h=rack.pdu_trip_lag_h,
        )
        for name, rack in facility.racks.items()
        for letter, feed in rack.feeds.items()
    }  # fmt: skip


def written_out(facility: Facility) -> dict[str, Device]:
    """Devices by their own ids, counted ones one by one."""
    found: dict[str, Device] = {}
    for name, device in facility.devices.items():
        if device.count == 1:
            found[name] = device
        else:
            found |= {f"{name}-{number}": device for number in range(1, device.count + 1)}
    return found


def supplies_of(facility: Facility, device: Device) -> tuple[str, ...]:
    """Node of each power supply: a letter means the PDU of its rack."""
    letters = facility.racks[device.rack].feeds if device.rack in facility.racks else {}
    return tuple(f"{device.rack}.{supply}" if supply in letters else supply for supply in device.supplies)


def feeding_order(nodes: Mapping[str, PowerNode]) -> tuple[str, ...]:
    """Nodes so that each comes after what feeds it; raises `CycleError` with the cycle in `args[1]`."""
    sorter = TopologicalSorter({name: list(node.feeds) for name, node in nodes.items()})
    ranked = {name: rank for rank, name in enumerate(nodes)}
    sorter.prepare()
    found: list[str] = []
    while sorter.is_active():
        ready = sorter.get_ready()
        found += sorted((name for name in ready if name in ranked), key=ranked.__getitem__)
        sorter.done(*ready)
    return tuple(found)


def need_of(written: Any) -> Need:
    """A `needs:` entry read; raises `ValueError` with what is allowed."""
    if isinstance(written, str):
        return Need("id", written)
    if isinstance(written, Mapping) and len(written) == 1:
        ((word, value),) = written.items()
        if word in ("all_of", "any_of") and isinstance(value, list) and value:
            return Need(word.removesuffix("_of"), parts=tuple(map(need_of, value)))
        if word == "path" and isinstance(value, list) and len(value) == 2 and all(isinstance(v, str) for v in value):
            return Need("path", ends=(value[0], value[1]))
    if isinstance(written, Mapping) and set(written) == {"at_least", "of"} and isinstance(written["of"], list):
        count, parts = written["at_least"], written["of"]
        if isinstance(count, int) and not isinstance(count, bool) and 1 <= count <= len(parts):
            return Need("at_least", least=count, parts=tuple(map(need_of, parts)))
        raise Refusal(
            _("must have at_least from 1 to the number of its parts, {count}").format(count=len(parts)), repr(count)
        )
    raise ValueError(_("must be an id, {all_of: […]}, {any_of: […]}, {at_least: k, of: […]} or {path: [a, b]}"))


def named_in(need: Need) -> Iterator[str]:
    """Every name a need mentions."""
    if need.kind == "id":
        yield need.name
    yield from (end for end in need.ends if end)
    for part in need.parts:
        yield from named_in(part)


def paths_of(need: Need) -> tuple[tuple[str, str], ...]:
    """Ends of a need that is a path, or any one of several; empty where it is something else."""
    if need.kind == "path":
        return (need.ends,)
    if need.kind == "any" and all(part.kind == "path" for part in need.parts):
        return tuple(part.ends for part in need.parts)
    return ()


def plant_of(facility: Facility) -> Plant:
    """A checked facility made ready; raises `ValueError` for what `facility_checks` would have found."""
    nodes = {**facility.power, **pdu_nodes(facility)}
    devices = written_out(facility)
    needs = {name: need_of(service.needs) for name, service in facility.services.items()}
    row_of = {name: rack.row for name, rack in facility.racks.items()}
    try:
        order = feeding_order(nodes)
        wanted = {name: [n for n in named_in(need) if n in needs] for name, need in needs.items()}
        service_order = tuple(TopologicalSorter(wanted).static_order())
    except CycleError as error:
        raise ValueError(_("must not go in a circle: {names}").format(names=" → ".join(error.args[1]))) from None
    return Plant(
        facility, nodes, order, devices,
        {name: supplies_of(facility, device) for name, device in devices.items()},
        facility.coolers, facility.links, facility.services, needs, service_order, facility.rows, row_of,
        _grouped(facility.rows, row_of),
        _grouped(facility.racks, {name: device.rack for name, device in devices.items()}),
        _grouped(facility.rows, {name: cooler.row for name, cooler in facility.coolers.items()}),
        {f"{name}.{letter}": name for name, rack in facility.racks.items() for letter in rack.feeds},
    )  # fmt: skip


def _grouped(keys: Mapping[str, Any], of: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {key: [] for key in keys}
    for name, key in of.items():
        found[key].append(name)
    return {key: tuple(names) for key, names in found.items()}
