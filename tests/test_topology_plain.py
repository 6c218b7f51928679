"""Bare sites for queueing studies."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
import pytest

from sim.errors import InputError
from sim.topology import load_topology
from sim.topology.plain import numbered
from sim.topology.tables import TABLES, columns

TOPOLOGIES = Path(__file__).parent.parent / "topologies"


def load(tmp_path: Path, text: str):
    path = tmp_path / "plain.yaml"
    path.write_text(f"format: 1\nkind: plain\nname: plain\n{text}", encoding="utf-8")
    return load_topology(path, cache=None)


def test_the_shipped_one_is_the_reference_workload():
    topology = load_topology(TOPOLOGIES / "plain_4000.yaml", cache=None)
    rows = np.arange(4000)
    assert topology.sites.feeder.tolist() == np.minimum(rows // 40, 99).tolist()
    assert len(topology.feeders.id) == 100
    assert (topology.stations.site == rows).all()
    assert (len(topology.counties.id), len(topology.depots.id)) == (1, 1)
    assert len(topology.roads.node_id) == len(topology.links.id) == 0
    assert (topology.sites.road_node == -1).all()
    share = np.bincount(topology.sites.site_class) / 4000
    np.testing.assert_allclose(share, [0.1, 0.2, 0.3, 0.4], atol=0.03)


@pytest.mark.parametrize(("sites", "feeders", "last"), [(1, 1, 0), (39, 1, 0), (79, 1, 0), (80, 2, 1), (99, 2, 1)])
def test_the_last_feeder_takes_what_is_left(tmp_path, sites, feeders, last):
    topology = load(tmp_path, f"sites: {sites}\n")
    assert len(topology.feeders.id) == feeders
    assert topology.sites.feeder[-1] == last


def test_a_class_depends_on_the_id_alone(tmp_path):
    few, more = load(tmp_path, "sites: 2000\n"), load(tmp_path, "sites: 9999\n")
    assert few.sites.id.tolist() == more.sites.id[:2000].tolist()
    assert few.sites.site_class.tolist() == more.sites.site_class[:2000].tolist()


def test_class_shares_must_add_up(tmp_path):
    with pytest.raises(InputError, match=r"class_shares must add up to 1 \(got 1.1\)"):
        load(tmp_path, "sites: 10\nclass_shares: {A: 0.2, B: 0.2, C: 0.3, D: 0.4}\n")


def test_a_million_sites_load_in_seconds_and_share_what_is_the_same(tmp_path):
    begun = time.perf_counter()
    topology = load(tmp_path, "sites: 1000000\n")
    assert time.perf_counter() - begun < 10
    own = {}
    for table in TABLES:
        for column in columns(getattr(topology, table)).values():
            if column.strides[0]:
                own[column.__array_interface__["data"][0]] = column.nbytes
    assert sum(own.values()) < 150e6
    assert len(set(topology.sites.id.tolist())) == 1_000_000
    assert topology.sites.id[-1] == "s1000000"


def test_ids_have_one_width():
    assert numbered("s", 3).tolist() == ["s0001", "s0002", "s0003"]
    assert numbered("f", 12345)[[0, -1]].tolist() == ["f00001", "f12345"]
