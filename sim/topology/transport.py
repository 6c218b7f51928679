"""Links of a generated transport network (传输网): access rings and chains, aggregation rings, core rings.

A ring is a closed cycle, or an open chain whose two ends are different nodes of a higher layer (dual homing).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise, permutations
from typing import Final

import numpy as np

from sim.streams import Streams
from sim.topology.geo import great_circle_km
from sim.topology.luck import Luck
from sim.topology.nets import distances_km
from sim.topology.places import Places
from sim.topology.roles import ACCESS, AGGREGATION, CORE, HUB, Roles
from sim.topology.sites import RURAL, Draft
from sim.topology.spec import Generated
from sim.topology.tables import Floats, Ints, Links, Texts

RING, SPUR, AGGREGATION_LINK, CORE_LINK = range(4)
_CORE_RING_NODES: Final = 3  # aggregation nodes on a core ring, between two core rooms
_LONGEST_CHAIN: Final = 6


@dataclass
class _Cables:
    """Links being laid: (site, site, kind, ring)."""

    laid: list[tuple[int, int, int, str]] = field(default_factory=list)

    def way(self, nodes: list[int], kind: int, ring: str = "") -> None:
        self.laid += [(a, b, kind, ring) for a, b in pairwise(nodes)]


def make_links(spec: Generated, places: Places, draft: Draft, roles: Roles, ids: Texts, streams: Streams) -> Links:
    """All links of the sites in their final order."""
    cables = _Cables()
    lonely = Luck(streams, draft.key).uniform("spur")
    for hub in np.flatnonzero(roles.role == HUB).tolist():
        own = np.flatnonzero((roles.hub == hub) & (roles.role == ACCESS))
        chains = _chains(spec, draft, hub, own, lonely)
        on_ring = np.setdiff1d(own, np.concatenate([own[:0], *chains]))
        if len(on_ring) < 2:
            chains, on_ring = [own], own[:0]
        _rings(spec, draft.xy, hub, (str(ids[hub]), on_ring), cables)
        anchors = np.concatenate([np.array([hub]), on_ring])
        for chain in chains:
            _hang(draft.xy, anchors, chain, cables)
    for county in range(len(places.counties.id)):
        _aggregation(spec, draft, roles, (county, str(places.counties.id[county])), streams, cables)
    _core(draft.xy, roles, places.township_xy[places.seat_row[places.centre]], cables)
    return _table(spec, places, draft, cables, streams)


def _chains(spec: Generated, draft: Draft, hub: int, own: Ints, lonely: Floats) -> list[Ints]:
    """Sites of a hub without protection, in groups of neighbours from the outside in.

    Rural chains have about `chain_sites`, at most 6; urban ones one or two.
    """
    chains = []
    for rural, share in ((True, spec.transport.spur_rural), (False, spec.transport.spur_urban)):
        left = own[(draft.zone[own] == RURAL) == rural]
        wanted = int(len(left) * share + lonely[hub])
        reach = distances_km(draft.xy[left], draft.xy[hub : hub + 1])[:, 0] * (0.5 + lonely[left])
        while wanted > 0:
            last = int(reach.argmax())
            usual = spec.transport.chain_sites - 1 + int(4 * lonely[left[last]]) if rural else 1 + wanted % 2
            near = distances_km(draft.xy[left[last : last + 1]], draft.xy[left])[0].argsort(kind="stable")
            chosen = near[: max(min(usual, wanted, _LONGEST_CHAIN), 1)]
            chains.append(left[chosen])
            wanted -= len(chosen)
            left, reach = np.delete(left, chosen), np.delete(reach, chosen)
    return chains


def _turn(xy: Floats, middle: Floats, rows: Ints) -> Ints:
    """Rows in the order of their bearing about a middle."""
    angle = np.arctan2(xy[rows, 1] - middle[1], xy[rows, 0] - middle[0]).round(9)
    return rows[np.argsort(angle, kind="stable")]


def _rings(spec: Generated, xy: Floats, hub: int, named: tuple[str, Ints], cables: _Cables) -> None:
    """Access rings of neighbours by bearing, each from the hub and back to it."""
    name, on_ring = named
    count = max(1, round(len(on_ring) / (spec.transport.access_ring_nodes - 1)))
    for n, part in enumerate(np.array_split(_turn(xy, xy[hub], on_ring), min(count, max(len(on_ring) // 2, 1)))):
        if len(part):
            cables.way([hub, *part.tolist(), hub], RING, f"{name}_r{n + 1}")


def _hang(xy: Floats, anchors: Ints, chain: Ints, cables: _Cables) -> None:
    """Sites in series from the nearest anchor, each time the nearest site left; at most six in a series."""
    left = chain.tolist()
    nodes: list[int] = []
    while left:
        if len(nodes) in (0, _LONGEST_CHAIN + 1):
            cables.way(nodes, SPUR)
            between = distances_km(xy[anchors], xy[left])
            nodes = [int(anchors[between.argmin() // len(left)])]
        far = distances_km(xy[nodes[-1] : nodes[-1] + 1], xy[left])[0]
        nodes.append(left.pop(int(far.argmin())))
    cables.way(nodes, SPUR)


def _aggregation(
    spec: Generated, draft: Draft, roles: Roles, county: tuple[int, str], streams: Streams, cables: _Cables
) -> None:
    """Rings of a county's hubs on its aggregation nodes: on two of them, or back to the same."""
    nodes = np.flatnonzero((draft.county == county[0]) & (roles.role == AGGREGATION))
    hubs = np.flatnonzero((draft.county == county[0]) & (roles.role == HUB))
    hubs = _turn(draft.xy, draft.xy[nodes[0]], hubs)
    done = n = 0
    while done < len(hubs):
        n += 1
        ring = f"{county[1]}_agg_r{n}"
        dual = streams.uniform("dual_homing", ring) < spec.transport.dual_homing_share or len(hubs) - done < 2
        size = spec.transport.aggregation_ring_nodes - (2 if dual else 1)
        size = size + 1 if len(hubs) - done == size + 1 else size
        part = hubs[done : done + size]
        done += size
        first = distances_km(draft.xy[part[:1]], draft.xy[nodes])[0].argsort(kind="stable")
        last = distances_km(draft.xy[part[-1:]], draft.xy[nodes])[0].argsort(kind="stable")
        start = int(nodes[first[0]])
        end = int(next(nodes[row] for row in last if nodes[row] != start)) if dual else start
        cables.way([start, *part.tolist(), end], AGGREGATION_LINK, ring)


def _core(xy: Floats, roles: Roles, middle: Floats, cables: _Cables) -> None:
    """Core rooms in a mesh; aggregation nodes on rings from one core room to the next, the shortest way."""
    rooms = np.flatnonzero(roles.role == CORE).tolist()
    for a, first in enumerate(rooms):
        for second in rooms[a + 1 :]:
            cables.way([first, second], CORE_LINK)
    nodes = _turn(xy, middle, np.flatnonzero(roles.role == AGGREGATION))
    for n, part in enumerate(np.array_split(nodes, -(-len(nodes) // _CORE_RING_NODES))):
        start, end = rooms[n % len(rooms)], rooms[(n + 1) % len(rooms)]
        ways = ([start, *order, end] for order in permutations(part.tolist()))
        best = min(ways, key=lambda way: round(_length(xy, way), 6))
        cables.way(best, CORE_LINK, f"core_r{n + 1}")


def _length(xy: Floats, way: list[int]) -> float:
    steps = xy[way[1:]] - xy[way[:-1]]
    return float(np.sqrt(steps[:, 0] ** 2 + steps[:, 1] ** 2).sum())


def _table(spec: Generated, places: Places, draft: Draft, cables: _Cables, streams: Streams) -> Links:
    a, b, kind = (np.array([link[n] for link in cables.laid], dtype=np.int64) for n in range(3))
    lon, lat = places.plane.degrees(draft.xy)
    luck = Luck(streams, [f"{draft.key[i]}|{draft.key[j]}|{ring}" for i, j, _, ring in cables.laid])
    knobs = spec.transport
    rural = (draft.zone[a] == RURAL) | (draft.zone[b] == RURAL)
    access = np.where(rural, knobs.aerial_rural, knobs.aerial_urban)
    aerial = np.select([kind == CORE_LINK, kind == AGGREGATION_LINK], [knobs.aerial_core, knobs.aerial_aggregation])
    aerial = np.where(kind <= SPUR, access, aerial)
    crow = great_circle_km(lon[a], lat[a], lon[b], lat[b])
    return Links(
        id=np.array([f"l{n + 1:05d}" for n in range(len(a))]),
        a=a,
        b=b,
        kind=kind,
        ring=np.array([link[3] for link in cables.laid]),
        length_km=np.maximum(np.round(crow * luck.between("cable", *knobs.cable_winding), 3), 0.01),
        aerial=luck.below("aerial", aerial),
    )
