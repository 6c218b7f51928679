"""What exists: places, roads, feeders, sites, links, cabinets, depots."""

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
