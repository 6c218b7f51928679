"""Generated prefectures are whole: nothing dangles, rings close, roads and links tie everything together."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

import networkx as nx
import numpy as np
import pytest

from sim.topology import load_topology
from sim.topology.geo import great_circle_km
from sim.topology.tables import ROLES, TABLES, Topology, columns

TOPOLOGIES = Path(__file__).parent.parent / "topologies"
NAMES = ("tongliao", "xilingol")
ACCESS, HUB, AGGREGATION, CORE = range(4)
SPUR = 1


@pytest.fixture(scope="module", params=NAMES)
def prefecture(request: pytest.FixtureRequest) -> Topology:
    return load_topology(TOPOLOGIES / f"{request.param}.yaml", cache=None)


@pytest.fixture(scope="module")
def tongliao() -> Topology:
    return load_topology(TOPOLOGIES / "tongliao.yaml", cache=None)


def transport_graph(topology: Topology) -> nx.MultiGraph:
    graph = nx.MultiGraph()
    graph.add_nodes_from(range(len(topology.sites.id)))
    graph.add_edges_from(zip(topology.links.a.tolist(), topology.links.b.tolist(), strict=True))
    return graph


def test_every_index_points_at_something(prefecture):
    counts = {table: len(getattr(prefecture, table).id) for table in TABLES if table != "roads"}
    nodes = len(prefecture.roads.node_id)
    pointers = {
        ("sites", "county"): counts["counties"],
        ("sites", "township"): counts["townships"],
        ("sites", "feeder"): counts["feeders"],
        ("sites", "hub"): counts["sites"],
        ("sites", "road_node"): nodes,
        ("stations", "site"): counts["sites"],
        ("links", "a"): counts["sites"],
        ("links", "b"): counts["sites"],
        ("townships", "county"): counts["counties"],
        ("feeders", "county"): counts["counties"],
        ("depots", "county"): counts["counties"],
        ("depots", "road_node"): nodes,
        ("roads", "edge_u"): nodes,
        ("roads", "edge_v"): nodes,
    }
    for (table, column), count in pointers.items():
        values = getattr(getattr(prefecture, table), column)
        assert values.min() >= 0, (table, column)
        assert values.max() < count, (table, column)


def test_ids_are_unique_in_their_tables(prefecture):
    for table in TABLES:
        for name, column in columns(getattr(prefecture, table)).items():
            if name in ("id", "node_id", "edge_id"):
                assert len(set(column.tolist())) == len(column), (table, name)


def test_a_site_shares_county_with_its_township_feeder_and_hub(prefecture):
    sites = prefecture.sites
    assert (prefecture.townships.county[sites.township] == sites.county).all()
    assert (prefecture.feeders.county[sites.feeder] == sites.county).all()
    assert (sites.county[sites.hub] == sites.county).all()
    assert (sites.role[sites.hub] >= HUB).all()


def test_every_ring_is_closed(prefecture):
    """Each site on a ring has two of its links; a ring open at two ends must end one layer higher."""
    links, role = prefecture.links, prefecture.sites.role
    rings = defaultdict(list)
    for a, b, ring in zip(links.a.tolist(), links.b.tolist(), links.ring.tolist(), strict=True):
        if ring:
            rings[ring].append((a, b))
    assert len(rings) > 100
    for ring, pairs in rings.items():
        graph = nx.Graph(pairs)
        ends = [node for node, degree in graph.degree() if degree == 1]
        inner = [node for node, degree in graph.degree() if degree == 2]
        assert nx.is_connected(graph), ring
        assert len(ends) in (0, 2), ring
        assert len(ends) + len(inner) == len(graph), ring
        assert graph.number_of_edges() == len(pairs), ring
        assert min((role[node] for node in ends), default=9) > max(role[node] for node in inner) or not ends, ring


def test_every_site_reaches_every_core_room(prefecture):
    assert nx.is_connected(transport_graph(prefecture))


def test_no_single_link_above_the_access_layer_cuts_a_hub_off(prefecture):
    """Hubs, aggregation nodes and core rooms stay tied together when any one link or any one hub is lost."""
    links, role = prefecture.links, prefecture.sites.role
    upper = nx.Graph()
    for a, b, kind in zip(links.a.tolist(), links.b.tolist(), links.kind.tolist(), strict=True):
        if kind > SPUR:
            upper.add_edge(a, b)
    assert set(upper) == set(np.flatnonzero(role >= HUB).tolist())
    assert list(nx.bridges(upper)) == []
    single = [node for node in nx.articulation_points(upper) if role[node] == HUB]
    assert single == []


def test_the_road_graph_is_connected_and_never_a_loop(prefecture):
    roads = prefecture.roads
    graph = nx.Graph(zip(roads.edge_u.tolist(), roads.edge_v.tolist(), strict=True))
    assert len(graph) == len(roads.node_id)
    assert nx.is_connected(graph)
    assert (roads.edge_u != roads.edge_v).all()
    assert 300 <= len(roads.node_id) <= 1500


def test_roads_are_longer_than_the_crow_flies_and_cut_into_pieces(prefecture):
    roads = prefecture.roads
    lon, lat, u, v = roads.node_lon, roads.node_lat, roads.edge_u, roads.edge_v
    crow = great_circle_km(lon[u], lat[u], lon[v], lat[v])
    assert (roads.edge_km >= crow * 1.04).all()
    assert (roads.edge_km <= crow * 1.31 + 0.01).all()
    assert np.percentile(roads.edge_km, 95) <= 15
    assert set(roads.edge_class.tolist()) == {0, 1, 2, 3}


def test_seats_are_a_plausible_drive_apart(prefecture):
    roads, depots = prefecture.roads, prefecture.depots
    graph = nx.Graph()
    for u, v, km in zip(roads.edge_u.tolist(), roads.edge_v.tolist(), roads.edge_km.tolist(), strict=True):
        graph.add_edge(u, v, km=min(km, graph.get_edge_data(u, v, {}).get("km", km)))
    ratios = []
    for row, node in enumerate(depots.road_node.tolist()):
        far = nx.single_source_dijkstra_path_length(graph, node, weight="km")
        for other in range(row):
            crow = great_circle_km(depots.lon[row], depots.lat[row], depots.lon[other], depots.lat[other])
            ratios.append(far[int(depots.road_node[other])] / float(crow))
    assert 1.15 <= float(np.mean(ratios)) <= 1.45
    assert max(ratios) < 1.8


def test_sites_stand_near_their_road(prefecture):
    sites = prefecture.sites
    assert (sites.spur_km > 0).all()
    assert np.percentile(sites.spur_km, 95) < 6
    assert (sites.walk_km[sites.urban] == 0).all()
    assert 0.05 <= (sites.walk_km[~sites.urban] > 0).mean() <= 0.11


def test_feeders_are_near_their_sites(prefecture):
    sites, feeders = prefecture.sites, prefecture.feeders
    far = great_circle_km(sites.lon, sites.lat, feeders.lon[sites.feeder], feeders.lat[sites.feeder])
    assert (far <= feeders.length_km[sites.feeder]).all()
    assert np.bincount(sites.feeder, minlength=len(feeders.id)).min() >= 1
    assert np.median(far) < 8


def test_roles_are_in_the_ids(tongliao):
    for one, role in zip(tongliao.sites.id.tolist(), tongliao.sites.role.tolist(), strict=True):
        word = {"access": "", "hub": "_hub_", "aggregation": "_agg_", "core": "_core_"}[ROLES[role]]
        assert word in one
    assert "horqin_core_1" in tongliao.site_index
