"""One's own inventory: what is written loads again, what is missing is told, what is wrong has a line."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from chinese import refused

from sim.topology import assumptions, check_topology, load_topology, write_topology
from sim.topology.columns import COLUMNS
from sim.topology.geo import gcj02_from_wgs84, great_circle_km, wgs84_from_gcj02
from sim.topology.tables import TABLES, columns

ROOT = Path(__file__).parent.parent
TOPOLOGIES = ROOT / "topologies"
PAGE = (ROOT / "docs" / "reference" / "topology_files.md").read_text(encoding="utf-8")
Edit = Callable[[str, str, str], None]


@pytest.fixture
def town(tmp_path: Path) -> Path:
    """A copy of the town of ten sites, to be spoilt."""
    shutil.copytree(TOPOLOGIES / "ten_sites", tmp_path / "ten_sites")
    shutil.copy(TOPOLOGIES / "ten_sites.yaml", tmp_path)
    return tmp_path / "ten_sites.yaml"


@pytest.fixture
def edit(town: Path) -> Edit:
    """Replace a text that stands in a file of the town exactly once."""

    def replace(file: str, old: str, new: str) -> None:
        path = town.parent / file
        text = path.read_text(encoding="utf-8")
        assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {file}"
        path.write_text(text.replace(old, new), encoding="utf-8")

    return replace


def problems(path: Path) -> list[str]:
    """What is wrong, without the folder."""
    found = refused(lambda: load_topology(path, cache=None), named="WGS")
    return [str(problem).replace(f"{path.parent}/", "") for problem in found]


# Round trips


@pytest.mark.parametrize("name", ["ten_sites", "tongliao", "plain_4000"])
def test_what_is_written_loads_as_the_same_network(name, tmp_path):
    first = load_topology(TOPOLOGIES / f"{name}.yaml", cache=None)
    again = load_topology(write_topology(first, tmp_path / "out"), cache=None)
    assert again.digest == first.digest
    assert (again.name, again.origin) == (first.name, first.origin)
    for table in TABLES:
        for column, values in columns(getattr(first, table)).items():
            np.testing.assert_array_equal(values, getattr(getattr(again, table), column), f"{table}.{column}")


def test_written_files_have_the_same_bytes_each_time(tmp_path):
    topology = load_topology(TOPOLOGIES / "xilingol.yaml", cache=None)
    for folder in ("a", "b"):
        write_topology(topology, tmp_path / folder)
    names = sorted(path.name for path in (tmp_path / "a").iterdir())
    assert len(names) == 11
    for name in names:
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()
        assert b"\r" not in (tmp_path / "a" / name).read_bytes()


def test_guesses_survive_writing(town, tmp_path):
    (town.parent / "bare.yaml").write_text(
        "format: 1\nkind: files\nname: bare\ncrs: WGS-84\nsites: ten_sites/sites.csv\n"
        "roads: {nodes: ten_sites/road_nodes.csv, edges: ten_sites/road_edges.csv}\n",
        encoding="utf-8",
    )
    first = load_topology(town.parent / "bare.yaml", cache=None)
    again = load_topology(write_topology(first, tmp_path / "out"), cache=None)
    assert assumptions(first) != ()
    assert assumptions(again) == assumptions(first)
    assert again.digest == first.digest


def test_every_column_of_every_table_can_be_written():
    for name, listed in COLUMNS.items():
        table = TABLES["roads"] if name in ("nodes", "edges") else TABLES[name]
        fields = {field for field in table.__dataclass_fields__ if name != "nodes" or field.startswith("node")}
        fields = {field for field in fields if name != "edges" or field.startswith("edge")}
        assert {column.field for column in listed if column.field} == fields


@pytest.mark.parametrize("table", COLUMNS)
def test_the_reference_page_tells_every_column(table):
    for column in COLUMNS[table]:
        assert re.search(rf"\| `{column.name}` \|.*\| {re.escape(column.says)} \|", PAGE), column.name


# Gaps


def test_the_shipped_town_has_no_gaps():
    assert check_topology(TOPOLOGIES / "ten_sites.yaml") == ()


def test_five_columns_are_enough(tmp_path):
    (tmp_path / "sites.csv").write_text(
        "id,county,lon,lat,class\nx,one,122.1,43.5,A\ny,one,122.2,43.5,C\nz,two,123,44,D\n", encoding="utf-8"
    )
    (tmp_path / "t.yaml").write_text(
        "format: 1\nkind: files\nname: t\ncrs: WGS-84\nsites: sites.csv\n", encoding="utf-8"
    )
    topology = load_topology(tmp_path / "t.yaml", cache=None)
    assert topology.counties.id.tolist() == ["one", "two"]
    assert topology.counties.lon.tolist() == [122.15, 123.0]
    assert topology.sites.battery_ah.tolist() == [1000.0, 500.0, 300.0]
    assert topology.sites.load_4g_w.tolist() == [1300.0] * 3
    assert topology.sites.key.tolist() == [True, False, False]
    assert topology.stations.operator.tolist() == [0, 0, 0]
    assert topology.depots.id.tolist() == ["one", "two"]
    assert (topology.sites.hub == -1).all()
    told = "\n".join(assumptions(topology))
    for words in ("no roads", "no links", "3 of 3 sites: battery_ah empty", "no table of stations"):
        assert words in told


def test_an_empty_feeder_hub_and_road_node_become_the_nearest_and_are_counted(town, edit):
    edit("ten_sites/sites.csv", "f_north,hub_1,farm", ",,")
    topology = load_topology(town, cache=None)
    row = topology.site_index["s4"]
    assert topology.feeders.id[topology.sites.feeder[row]] == "f_north"
    assert topology.sites.id[topology.sites.hub[row]] == "hub_1"
    assert topology.roads.node_id[topology.sites.road_node[row]] == "farm"
    assert assumptions(topology) == (
        "1 of 10 sites: feeder empty, the nearest taken",
        "1 of 10 sites: hub empty, the nearest hub taken",
        "1 of 10 sites: road_node empty, the nearest taken",
    )


def test_the_nearest_feeder_is_one_of_the_same_county(tmp_path):
    (tmp_path / "sites.csv").write_text("id,county,lon,lat,class\nx,a,122,43.5,C\n", encoding="utf-8")
    (tmp_path / "counties.csv").write_text("id,lon,lat\na,121,43.5\nb,122,43.5\n", encoding="utf-8")
    (tmp_path / "feeders.csv").write_text("id,county,lon,lat\nfar,a,121,43.5\nnear,b,122,43.5\n", encoding="utf-8")
    (tmp_path / "t.yaml").write_text(
        "format: 1\nkind: files\nname: t\ncrs: WGS-84\nsites: sites.csv\ncounties: counties.csv\n"
        "feeders: feeders.csv\n",
        encoding="utf-8",
    )
    topology = load_topology(tmp_path / "t.yaml", cache=None)
    assert topology.feeders.id[topology.sites.feeder].tolist() == ["far"]


def test_a_dash_means_none_and_is_not_guessed(town, edit):
    edit("ten_sites/sites.csv", "f_north,hub_1,farm", "-,hub_1,farm")
    topology = load_topology(town, cache=None)
    assert topology.sites.feeder[topology.site_index["s4"]] == -1
    assert assumptions(topology) == ()


def test_own_headings_own_encoding_and_other_columns_are_fine(tmp_path):
    text = "序号,站址编码,区县,经度,纬度,保障等级,共享运营商,直流负载(A)\n1,甲01,某县,122.1,43.5,B,移动,60\n"
    text = text.replace("移动", "mobile|unicom")
    (tmp_path / "站址.csv").write_bytes(text.encode("gb18030"))
    (tmp_path / "t.yaml").write_text(
        "format: 1\nkind: files\nname: t\ncrs: WGS-84\n"
        "sites:\n  file: 站址.csv\n  encoding: gb18030\n"
        "  columns: {id: 站址编码, county: 区县, lon: 经度, lat: 纬度, class: 保障等级,\n"
        "    operators: 共享运营商, load_a: 直流负载(A)}\n",
        encoding="utf-8",
    )
    topology = load_topology(tmp_path / "t.yaml", cache=None)
    assert topology.sites.id.tolist() == ["甲01"]
    assert topology.stations.operator.tolist() == [0, 1]
    assert topology.sites.load_4g_w.tolist() == [60 * 53.5 - 250]


def test_a_byte_order_mark_and_windows_line_ends_do_no_harm(town):
    path = town.parent / "ten_sites" / "sites.csv"
    before = load_topology(town, cache=None).digest
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))
    assert load_topology(town, cache=None).digest == before


def test_sites_that_reach_no_core_are_told(town, edit):
    edit("ten_sites/links.csv", "l11,s2,s4,spur,,9.7,yes\n", "")
    assert "2 of 10 sites: no way to a core room by links, such as s4" in check_topology(town)


def test_a_road_graph_in_two_parts_is_told(town, edit):
    edit("ten_sites/road_edges.csv", "r8,west,south,village,8.8\n", "")
    assert check_topology(town) == ("the road graph has 2 parts that no road ties together",)


# The datum


def test_gcj02_is_refused_unless_asked_for(town, edit):
    edit("ten_sites.yaml", "crs: WGS-84", "crs: GCJ-02")
    assert len(problems(town)) == 1
    assert re.match(r"ten_sites\.yaml:\d+: crs must be WGS-84, or have `convert_from_gcj02", problems(town)[0])


@pytest.mark.parametrize("crs", ["BD-09", "EPSG:4326", "wgs84"])
def test_other_datums_are_refused(town, edit, crs):
    edit("ten_sites.yaml", "crs: WGS-84", f"crs: {crs}")
    assert f"crs must be WGS-84 or GCJ-02; convert the coordinates first (got {crs})" in problems(town)[0]


def test_crs_must_be_said(town, edit):
    edit("ten_sites.yaml", "crs: WGS-84\n", "")
    assert problems(town) == ["ten_sites.yaml:9: crs is missing"] or "crs is missing" in problems(town)[0]


def test_gcj02_is_converted_when_asked_for(town, edit):
    before = load_topology(town, cache=None)
    edit("ten_sites.yaml", "crs: WGS-84", "crs: GCJ-02\nconvert_from_gcj02: true")
    after = load_topology(town, cache=None)
    moved = great_circle_km(before.sites.lon, before.sites.lat, after.sites.lon, after.sites.lat)
    assert (moved > 0.1).all()
    assert (moved < 0.8).all()
    assert any("GCJ-02" in line for line in assumptions(after))


# Source: test vectors of the public eviltransform library (WGS-84 lat, lon, GCJ-02 lat, lon)
KNOWN = np.array(
    [
        [31.1774276, 121.5272106, 31.17530398364597, 121.531541859215],
        [22.543847, 113.912316, 22.540796131694766, 113.9171764808363],
        [39.911954, 116.377817, 39.91334545536069, 116.38404722455657],
    ]
)


def test_the_shift_agrees_with_published_points():
    lon, lat = gcj02_from_wgs84(KNOWN[:, 1], KNOWN[:, 0])
    np.testing.assert_allclose(lat, KNOWN[:, 2], atol=1e-9)
    np.testing.assert_allclose(lon, KNOWN[:, 3], atol=1e-9)


def test_the_inverse_is_good_to_a_metre():
    random = np.random.default_rng(1)
    lon, lat = random.uniform(97, 127, 5000), random.uniform(37, 54, 5000)
    back = wgs84_from_gcj02(*gcj02_from_wgs84(lon, lat))
    assert great_circle_km(lon, lat, *back).max() <= 0.0015


def test_nothing_is_shifted_abroad():
    lon, lat = gcj02_from_wgs84(np.array([11.5]), np.array([48.1]))
    assert (lon[0], lat[0]) == (11.5, 48.1)
