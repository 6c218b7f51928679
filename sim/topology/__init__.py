"""What exists: places, roads, feeders, sites, links, cabinets, depots."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from sim.topology.load import assumptions, check_topology, load_topology
    from sim.topology.spec import topology_schema
    from sim.topology.summary import summarise
    from sim.topology.tables import Topology
    from sim.topology.write import TOPOLOGY, write_topology

__all__ = [
    "TOPOLOGY",
    "Topology",
    "assumptions",
    "check_topology",
    "load_topology",
    "summarise",
    "topology_schema",
    "write_topology",
]
_MODULES: Final = {
    "TOPOLOGY": "write", "Topology": "tables", "assumptions": "load", "check_topology": "load", "load_topology": "load",
    "summarise": "summary", "topology_schema": "spec", "write_topology": "write",
}  # fmt: skip


def __getattr__(name: str) -> Any:
    """The names of the room, fetched when first asked for: who needs the tables need not wait for the generator."""
    if name in _MODULES:
        from importlib import import_module

        return getattr(import_module(f"sim.topology.{_MODULES[name]}"), name)
    raise AttributeError(f"module 'sim.topology' has no attribute {name!r}")
