"""Services of machine rooms: functions of devices and links, with delay and loss along their paths."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Final, NamedTuple

from sim.topology.plant import MS_PER_KM, Need, Plant, named_in

if TYPE_CHECKING:
    import networkx as nx  # half a second to import: only where there are services to look at

_GRAIN: Final = 1e6
_FROM, _TO = "\0from", "\0to"


class Outage(NamedTuple):
    """Why a service is out, and the row that says so."""

    cause: str
    row: int


class Network:
    """Devices and links as a graph; asks `up(name)` for the state of either."""

    def __init__(self, plant: Plant, up: Callable[[str], bool]) -> None:
        self._plant, self._up = plant, up
        self._cut: tuple[str, ...] | None = None
        self._graph: nx.Graph[str] | None = None

    def graph(self) -> nx.Graph[str]:
        """What is up: nodes devices, edges links with `ms` and `gbps`; the shortest of parallel links."""
        cut = tuple(name for name in (*self._plant.devices, *self._plant.links) if not self._up(name))
        if self._graph is not None and cut == self._cut:
            return self._graph
        import networkx as nx

        graph: nx.Graph[str] = nx.Graph()
        graph.add_nodes_from(name for name in self._plant.devices if self._up(name))
        for name, link in self._plant.links.items():
            if not self._up(name) or link.a not in graph or link.b not in graph:
                continue
            devices = self._plant.devices
            ms = link.length_km * MS_PER_KM + (devices[link.a].latency_ms + devices[link.b].latency_ms) / 2
            gbps = float("inf") if link.capacity_gbps is None else link.capacity_gbps
            if graph.has_edge(link.a, link.b):
                edge = graph.edges[link.a, link.b]
                edge["ms"], edge["gbps"] = min(edge["ms"], ms), edge["gbps"] + gbps
            else:
                graph.add_edge(link.a, link.b, ms=ms, gbps=gbps)
        self._cut, self._graph = cut, graph
        return graph

    def connected(self, a: str, b: str) -> bool:
        """Whether a path of running devices and whole links joins two devices."""
        import networkx as nx

        graph = self.graph()
        return a in graph and b in graph and nx.has_path(graph, a, b)

    def delay_ms(self, paths: Sequence[tuple[str, str]]) -> float:
        """One-way delay along the quickest path, ms: fibre length and what devices take, the ends included."""
        import networkx as nx

        graph, devices = self.graph(), self._plant.devices
        found = [
            nx.shortest_path_length(graph, a, b, weight="ms") + (devices[a].latency_ms + devices[b].latency_ms) / 2
            for a, b in paths
            if self.connected(a, b)
        ]
        return float(round(min(found) * _GRAIN) / _GRAIN) if found else float("inf")

    def loss_share(self, paths: Sequence[tuple[str, str]], demand_gbps: float) -> float:
        """Share of the offered load that all paths together cannot carry. Source: max-flow min-cut."""
        import networkx as nx

        graph = self.graph()
        directed: nx.DiGraph[str] = nx.DiGraph()
        directed.add_nodes_from((_FROM, _TO))
        for a, b in paths:
            if a in graph and b in graph:
                directed.add_edge(_FROM, a)
                directed.add_edge(b, _TO)
        for u, v, data in graph.edges(data=True):
            limit = {} if data["gbps"] == float("inf") else {"capacity": data["gbps"]}
            directed.add_edge(u, v, **limit)
            directed.add_edge(v, u, **limit)
        try:
            carried = float(nx.maximum_flow_value(directed, _FROM, _TO))
        except nx.NetworkXUnbounded:
            return 0.0
        return round(max(0.0, 1 - carried / demand_gbps) * _GRAIN) / _GRAIN


def holds(need: Need, up: Callable[[str], bool], network: Network) -> bool:
    """Whether a need is met."""
    if need.kind == "id":
        return up(need.name)
    if need.kind == "path":
        return network.connected(*need.ends)
    met = [holds(part, up, network) for part in need.parts]
    if need.kind == "all":
        return all(met)
    return any(met) if need.kind == "any" else sum(met) >= need.least


def touched_by(need: Need, plant: Plant) -> Iterator[str]:
    """Everything whose loss may matter to a need: what it names; for a path, every device and link."""
    yield from named_in(need)
    if any(one.kind == "path" for one in _all(need)):
        yield from plant.devices
        yield from plant.links


def _all(need: Need) -> Iterator[Need]:
    yield need
    for part in need.parts:
        yield from _all(part)
