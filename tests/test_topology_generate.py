"""The generated prefectures: the same everywhere, of the right size, and whole."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import Counter, defaultdict
from pathlib import Path

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.topology import load_topology, summarise
from sim.topology.digest import sealed
from sim.topology.generate import generate
from sim.topology.geo import great_circle_km
from sim.topology.load import read_spec
from sim.topology.luck import apportion
from sim.topology.nets import groups, neighbours
from sim.topology.spec import Generated
from sim.topology.tables import ROLES, TABLES, Topology, columns

TOPOLOGIES = Path(__file__).parent.parent / "topologies"
NAMES = ("tongliao", "xilingol")
ACCESS, HUB, AGGREGATION, CORE = range(4)
RING, SPUR = 0, 1


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


# The same everywhere


def test_two_generations_are_equal_byte_for_byte(tongliao):
    again = load_topology(TOPOLOGIES / "tongliao.yaml", cache=None)
    for table in TABLES:
        for name, column in columns(getattr(tongliao, table)).items():
            assert column.tobytes() == columns(getattr(again, table))[name].tobytes(), f"{table}.{name}"


def test_another_hash_seed_and_another_processor_give_the_same(tongliao):
    from numpy._core._multiarray_umath import __cpu_dispatch__, __cpu_features__

    features = ",".join(one for one in __cpu_dispatch__ if __cpu_features__.get(one))
    code = "import sys, sim.topology as t; print(t.load_topology(sys.argv[1], cache=None).digest)"
    done = subprocess.run(
        [sys.executable, "-c", code, str(TOPOLOGIES / "tongliao.yaml")],
        env={**os.environ, "PYTHONHASHSEED": "4711", "NPY_DISABLE_CPU_FEATURES": features},
        cwd=TOPOLOGIES.parent,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == tongliao.digest


def test_another_seed_gives_another_network(tongliao):
    spec, _ = read_spec(TOPOLOGIES / "tongliao.yaml")
    other = sealed(generate(spec.model_copy(update={"seed": 2})))
    assert other.digest != tongliao.digest
    assert len(other.sites.id) == len(tongliao.sites.id)


def test_columns_cannot_be_written_to(tongliao):
    with pytest.raises(ValueError, match="read-only"):
        tongliao.sites.battery_ah[0] = 0.0


# The right size: ranges of the project's parameter page, §1, §5, §6, §11


def between(value: float, low: float, high: float) -> bool:
    return low <= value <= high


def test_tongliao_has_the_counts_of_its_people(tongliao):
    figures = summarise(tongliao)
    assert int(tongliao.counties.population.sum()) == 2_873_161
    assert len(figures["counties"]) == figures["depots"] == 8
    assert between(figures["sites"], 4000, 6500)
    assert between(figures["stations"], 8000, 8800)
    assert between(figures["radios"], 22_000, 24_000)
    assert between(figures["stations_per_site"], 1.63, 1.73)
    assert between(figures["stations_per_site_urban"], 2.0, 2.2)
    assert between(figures["stations_per_site_rural"], 1.35, 1.45)
    assert between(figures["feeders"], 800, 1000)
    assert between(figures["sites_per_feeder"], 5, 6)
    assert between(figures["townships"], 100, 120)


def test_classes_and_roles_have_their_shares(tongliao):
    figures = summarise(tongliao)
    share = {name: count / figures["sites"] for name, count in figures["classes"].items()}
    assert between(share["A"], 0.02, 0.04)
    assert between(share["B"], 0.10, 0.14)
    assert between(share["D"], 0.10, 0.20)
    assert figures["roles"]["core"] == 2
    assert figures["command_sites"] == 9  # eight counties and the prefecture
    sites = tongliao.sites
    assert (sites.site_class[sites.role >= AGGREGATION] == 0).all()
    assert (sites.site_class[sites.role == HUB] <= 1).all()


def test_hubs_and_rings_have_their_sizes(tongliao):
    sites, links = tongliao.sites, tongliao.links
    behind = np.bincount(sites.hub, weights=tongliao.stations_per_site, minlength=len(sites.id))
    behind = behind[sites.role == HUB]
    assert between(behind.mean(), 36, 44)
    assert between(np.percentile(behind, 1), 15, 80)
    assert between(np.percentile(behind, 99), 20, 80)
    size = Counter(ring for ring in links.ring.tolist() if ring)
    access = [count for ring, count in size.items() if "_hub_" in ring]
    assert between(float(np.mean(access)), 7, 9)
    assert between(max(access), 8, 12)


def test_spurs_have_their_share_and_at_most_six_in_series(prefecture):
    sites, links = prefecture.sites, prefecture.links
    spur = links.kind == SPUR
    hanging = np.zeros(len(sites.id), dtype=bool)
    hanging[links.b[spur]] = True
    assert between(hanging[~sites.urban].mean(), 0.25, 0.35)
    assert between(hanging[sites.urban].mean(), 0.07, 0.13)
    chains = nx.DiGraph(zip(links.a[spur].tolist(), links.b[spur].tolist(), strict=True))
    assert nx.dag_longest_path_length(chains) <= 6


def test_cables_on_poles_are_rural(tongliao):
    links, urban = tongliao.links, tongliao.sites.urban
    rural = (links.kind <= SPUR) & ~(urban[links.a] & urban[links.b])
    inside = (links.kind <= SPUR) & urban[links.a] & urban[links.b]
    assert links.aerial[rural].mean() > 0.65
    assert links.aerial[inside].mean() < 0.25


def test_loads_and_batteries_lie_in_their_ranges(prefecture):
    sites = prefecture.sites
    access = (sites.role == ACCESS) & (sites.site_class > 0)
    tenants = prefecture.stations_per_site
    each = sites.load_4g_w / tenants
    assert ((each >= 900) & (each <= 1800)).all()
    assert between((sites.load_4g_w.sum() / tenants.sum()), 1250, 1350)
    usual = access & (sites.site_class < 3)
    assert (sites.battery_ah[usual & (sites.role == ACCESS)] >= 300).all()
    assert (sites.battery_ah[usual] <= 1000).all()
    assert (sites.battery_ah[sites.role == HUB] >= 1000).all()
    assert between((sites.chemistry == 1).mean(), 0.56, 0.64)
    assert between(sites.two_stage.mean(), 0.77, 0.83)
    assert np.isnan(sites.soh).all()
    assert np.isnan(sites.autonomy_h).all()
    load_a = (sites.load_4g_w + sites.load_5g_w + sites.load_transmission_w) / 48
    assert (
        sites.rectifier_kw / 3 * 50 - 50 >= load_a + 0.1 * sites.battery_ah - 1e-6
    ).all()  # one module spare


def test_core_rooms_and_aggregation_nodes_have_generators(prefecture):
    sites = prefecture.sites
    assert (sites.fixed_generator_kw[sites.role >= AGGREGATION] > 0).all()
    ordinary = (sites.role == ACCESS) & (sites.site_class > 0)
    assert (sites.fixed_generator_kw[ordinary] == 0).all()


def test_users_are_the_counties_people_without_the_overlap(tongliao):
    urban = tongliao.sites.urban[tongliao.stations.site]
    users = tongliao.stations.users
    before_overlap = users[urban].sum() / (1 - 0.65) + users[~urban].sum() / (1 - 0.2)
    assert before_overlap == pytest.approx(tongliao.counties.population.sum(), rel=1e-3)
    assert between(before_overlap / len(users), 325, 355)


def test_townships_share_out_the_people_of_their_county(prefecture):
    townships, counties = prefecture.townships, prefecture.counties
    shared = np.bincount(townships.county, weights=townships.population, minlength=len(counties.id))
    assert shared.tolist() == counties.population.tolist()


def test_made_up_townships_have_names_that_say_so(prefecture):
    first = np.flatnonzero(np.diff(prefecture.townships.county, prepend=-1))
    for row, name in enumerate(prefecture.townships.name.tolist()):
        assert ("·乡镇" in name) == (row not in first)


# Whole: nothing dangles


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
        assert (
            min((role[node] for node in ends), default=9) > max(role[node] for node in inner) or not ends
        ), ring


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
    assert between(len(roads.node_id), 300, 1500)


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
    assert between(float(np.mean(ratios)), 1.15, 1.45)
    assert max(ratios) < 1.8


def test_sites_stand_near_their_road(prefecture):
    sites = prefecture.sites
    assert (sites.spur_km > 0).all()
    assert np.percentile(sites.spur_km, 95) < 6
    assert (sites.walk_km[sites.urban] == 0).all()
    assert between((sites.walk_km[~sites.urban] > 0).mean(), 0.05, 0.11)


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


# Any prefecture


@st.composite
def specs(draw: st.DrawFn) -> Generated:
    number = draw(st.integers(1, 4))
    counties = [
        {
            "id": f"c{n}",
            "name": f"县{n}",
            "name_en": f"County {n}",
            "seat": f"镇{n}",
            "lon": draw(st.floats(100, 110)),
            "lat": draw(st.floats(30, 40)),
            "population": draw(st.integers(1, 10**6)),
            "urban_share": draw(st.sampled_from([0.0, 0.3, 1.0])),
            "area_km2": draw(st.sampled_from([10.0, 500.0, 9000.0])),
            "townships": draw(st.integers(1, 6)),
        }
        for n in range(number)
    ]
    total = draw(st.integers(10 * number, 300))
    return Generated.model_validate(
        {
            "format": 1, "kind": "generated", "name": "any", "real": "no", "synthetic": "all",
            "crs": "WGS-84", "seed": draw(st.integers(0, 5)), "counties": counties,
            "sites": {"total": total, "urban_share": draw(st.sampled_from([0.0, 0.5, 1.0]))},
            "grid": {"feeders": draw(st.integers(2 * number, total))},
            "transport": {
                "core_rooms": draw(st.integers(2, 4)), "stations_per_hub": draw(st.sampled_from([10, 60])),
            },
        }
    )  # fmt: skip


@settings(max_examples=25, deadline=None)
@given(specs())
def test_any_small_prefecture_is_whole(spec):
    topology = sealed(generate(spec))
    assert nx.is_connected(transport_graph(topology))
    roads = topology.roads
    graph = nx.Graph(zip(roads.edge_u.tolist(), roads.edge_v.tolist(), strict=True))
    graph.add_nodes_from(range(len(roads.node_id)))
    assert nx.is_connected(graph)
    for table in TABLES:
        for name, column in columns(getattr(topology, table)).items():
            if column.dtype.kind == "f" and name not in ("soh", "autonomy_h"):
                assert np.isfinite(column).all(), (table, name)
    assert len(set(topology.sites.id.tolist())) == len(topology.sites.id)


@given(st.integers(0, 500), st.lists(st.floats(0, 100), min_size=1, max_size=20))
def test_apportion_gives_out_exactly_the_total(total, weights):
    parts = apportion(total, np.array(weights))
    assert parts.sum() == total
    assert parts.min() >= 0


@given(st.integers(1, 40), st.integers(0, 10))
def test_groups_are_never_empty(count, seed):
    points = np.random.default_rng(seed).uniform(0, 10, (40, 2))
    group = groups(points, np.ones(40), np.full(count, 0.9), count)
    assert np.bincount(group, minlength=count).min() >= 1


def test_neighbour_graphs_are_connected():
    points = np.random.default_rng(3).uniform(0, 100, (60, 2))
    for near in neighbours(points):
        assert nx.is_connected(nx.from_numpy_array(near))
