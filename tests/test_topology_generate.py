"""The generated prefectures: the same everywhere, of the right size, and whole."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.topology import load_topology, summarise
from sim.topology.digest import sealed
from sim.topology.generate import generate
from sim.topology.load import read_spec
from sim.topology.luck import apportion
from sim.topology.nets import groups, neighbours
from sim.topology.spec import Generated
from sim.topology.tables import TABLES, Topology, columns

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
    assert (sites.rectifier_kw / 3 * 50 - 50 >= load_a + 0.1 * sites.battery_ah - 1e-6).all()  # one module spare


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


def test_real_townships_keep_their_names_and_places():
    spec, _ = read_spec(TOPOLOGIES / "tongliao.yaml")
    real = [{"name": "真镇", "name_en": "Real", "lon": 121.5, "lat": 42.9}]
    hure = next(county for county in spec.counties if county.id == "hure")
    changed = type(hure).model_validate({**hure.model_dump(), "townships": real})
    counties = [changed if county.id == "hure" else county for county in spec.counties]
    townships = generate(spec.model_copy(update={"counties": counties})).townships
    own = townships.county == 4
    assert townships.name[own].tolist() == ["库伦镇", "真镇"]
    assert (townships.lon[own][1], townships.lat[own][1]) == (121.5, 42.9)


@given(st.integers(0, 500), st.lists(st.floats(0, 100), min_size=1, max_size=20))
def test_apportion_gives_out_exactly_the_total(total, weights):
    parts = apportion(total, np.array(weights))
    assert parts.sum() == total
    if sum(weights) > 1e-9:
        assert np.abs(parts - total * np.array(weights) / sum(weights)).max() < 1 + 1e-6, "further off than rounding"


@given(st.integers(1, 40), st.integers(0, 10))
def test_groups_are_never_empty(count, seed):
    points = np.random.default_rng(seed).uniform(0, 10, (40, 2))
    group = groups(points, np.ones(40), np.full(count, 0.9), count)
    assert np.bincount(group, minlength=count).min() >= 1


def test_neighbour_graphs_are_connected():
    points = np.random.default_rng(3).uniform(0, 100, (60, 2))
    for near in neighbours(points):
        assert nx.is_connected(nx.from_numpy_array(near))
