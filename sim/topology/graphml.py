"""GraphML as the Internet Topology Zoo writes it, read with care: nodes with labels and positions, edges with ids.

Source: Knight et al. 2011, The Internet Topology Zoo, IEEE JSAC 29(9), doi:10.1109/JSAC.2011.111002.
"""

from __future__ import annotations

import io
import math
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, NamedTuple
from xml.etree.ElementTree import ParseError

import networkx as nx

from sim.errors import InputError, input_error
from sim.language import _
from sim.reasons import of_reader, of_xml
from sim.xmlfile import harmless_bytes

MOST_NODES: Final = 20_000
MOST_EDGES: Final = 100_000
_LATITUDE_LIMIT: Final = 85.0


class Node(NamedTuple):
    """A node as written: `lon`, `lat` are NaN where the file says nothing, or nonsense."""

    label: str
    lon: float
    lat: float


class Edge(NamedTuple):
    """An edge between rows of nodes; its direction means nothing."""

    a: int
    b: int


class Drawn(NamedTuple):
    """What a file holds."""

    name: str
    nodes: list[Node]
    edges: list[Edge]
    loops: int
    """Edges from a node to itself, left out."""


def read_graphml(path: Path) -> Drawn:
    """The graph of a file; raises `InputError` in one line where it is none, too large, or not to be trusted."""
    graph = _parsed(path, harmless_bytes(path))
    rows = {name: row for row, name in enumerate(graph.nodes)}
    if not rows:
        raise input_error(_("must have nodes (got none)"), file=path)
    if len(rows) > MOST_NODES or graph.number_of_edges() > MOST_EDGES:
        raise input_error(
            _(
                "must have at most {most_nodes} nodes and {most_edges} edges (got {nodes} nodes and {edges} edges)"
            ).format(most_nodes=MOST_NODES, most_edges=MOST_EDGES, nodes=len(rows), edges=graph.number_of_edges()),
            file=path,
        )
    nodes = [_node(str(name), attributes) for name, attributes in graph.nodes(data=True)]
    edges = [Edge(rows[a], rows[b]) for a, b in graph.edges()]
    name = next((str(graph.graph[key]) for key in ("Network", "label") if graph.graph.get(key)), path.stem)
    loops = sum(edge.a == edge.b for edge in edges)
    return Drawn(" ".join(name.split()) or path.stem, nodes, [edge for edge in edges if edge.a != edge.b], loops)


def _parsed(path: Path, text: bytes) -> nx.MultiGraph[str]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            found: Any = nx.read_graphml(io.BytesIO(text), node_type=str, force_multigraph=True)
    except ParseError as error:
        line = error.position[0] if getattr(error, "position", None) else None
        raise input_error(_("must be XML: {reason}").format(reason=of_xml(error)), file=path, line=line) from None
    except InputError:
        raise
    except Exception as error:  # noqa: BLE001 (the reader meets odd files with any error there is)
        told = " ".join(str(error).split()) or type(error).__name__
        raise input_error(_("must be GraphML: {reason}").format(reason=of_reader(told)), file=path) from None
    graph: nx.MultiGraph[str] = nx.MultiGraph()
    graph.graph.update(found.graph)
    graph.add_nodes_from(found.nodes(data=True))
    graph.add_edges_from((a, b) for a, b, _key in found.edges(keys=True))
    return graph


def _node(name: str, attributes: Mapping[str, Any]) -> Node:
    given = {str(key).casefold(): value for key, value in attributes.items()}
    label = " ".join(str(given.get("label") or "").split()) or name
    lon, lat = _number(given.get("longitude")), _number(given.get("latitude"))
    if math.isnan(lon) or math.isnan(lat) or abs(lon) > 180 or abs(lat) > _LATITUDE_LIMIT:
        return Node(label, math.nan, math.nan)
    return Node(label, lon, lat)


def _number(value: object) -> float:
    try:
        found = float(str(value))
    except ValueError:
        return math.nan
    return found if math.isfinite(found) else math.nan
