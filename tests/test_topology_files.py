"""One's own inventory: what is written loads again, what is missing is told, what is wrong has a line."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from sim.errors import InputError
from sim.topology import assumptions, check_topology, load_topology, write_topology
from sim.topology.columns import COLUMNS
from sim.topology.geo import gcj02_from_wgs84, great_circle_km, wgs84_from_gcj02
from sim.topology.tables import TABLES, columns

TOPOLOGIES = Path(__file__).parent.parent / "topologies"
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
    with pytest.raises(InputError) as caught:
        load_topology(path, cache=None)
    return [str(problem).replace(f"{path.parent}/", "") for problem in caught.value.problems]


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
    assert len(names) == 10
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
        fields = {
            field for field in table.__dataclass_fields__ if name != "nodes" or field.startswith("node")
        }
        fields = {field for field in fields if name != "edges" or field.startswith("edge")}
        assert {column.field for column in listed if column.field} == fields


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
    (tmp_path / "feeders.csv").write_text(
        "id,county,lon,lat\nfar,a,121,43.5\nnear,b,122,43.5\n", encoding="utf-8"
    )
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


# Mistakes: one line each, with file and line


@pytest.mark.parametrize(
    ("file", "old", "new", "told"),
    [
        ("sites.csv", "1500,1000,lead_acid,yes,18", "1500,many,lead_acid,yes,18",
         "sites.csv:3: battery_ah must be a number (got 'many')"),
        ("sites.csv", "1500,1000,lead_acid,yes,18", "1500,-3,lead_acid,yes,18",
         "sites.csv:3: battery_ah must be >= 0 (got -3)"),
        ("sites.csv", "1500,1000,lead_acid,yes,18", "1500,NaN,lead_acid,yes,18",
         "sites.csv:3: battery_ah must be a number (got 'NaN')"),
        ("sites.csv", "1500,1000,lead_acid,yes,18", "1500,1_000,lead_acid,yes,18",
         "sites.csv:3: battery_ah must be a number (got '1_000')"),
        ("sites.csv", "\ns2,", "\ns1,", "sites.csv:6: id must be unique (got 's1', first on line 5)"),
        ("sites.csv", "battery_ah", "batery_ah",
         "sites.csv:1: batery_ah unknown column (did you mean 'battery_ah'?)"),
        ("sites.csv", ",class,", ",klass,", "sites.csv:1: class column is missing"),
        ("sites.csv", "no,C,access,no,f_north,hub_1,east", "no,E,access,no,f_north,hub_1,east",
         "sites.csv:7: class must be one of A, B, C, D (got 'E')"),
        ("sites.csv", "no,C,access,no,f_north,hub_1,east", "no,C,access,no,f_nort,hub_1,east",
         "sites.csv:7: feeder names 'f_nort', which is not in feeders (did you mean 'f_north'?)"),
        ("sites.csv", "no,C,access,no,f_north,hub_1,east", "no,C,access,no,f_north,hub_7,east",
         "sites.csv:7: hub names 'hub_7', which is not in sites (did you mean 'hub_2'?)"),
        ("sites.csv", "no,C,access,no,f_north,hub_1,east", "no,C,access,no,f_north,s2,east",
         "sites.csv:7: hub must be a site with role hub, aggregation or core ('s2' has role access)"),
        ("sites.csv", "no,C,access,no,f_north,hub_1,east", "no,C,access,no,f_north,hub_1,rome",
         "sites.csv:7: road_node names 'rome', which is not in nodes"),
        ("sites.csv", "no,C,access,no,f_north,hub_1,east", "maybe,C,access,no,f_north,hub_1,east",
         "sites.csv:7: urban must be yes or no (got 'maybe')"),
        ("sites.csv", "东口,ten,town", "东口,nine,town",
         "sites.csv:7: county names 'nine', which is not in counties"),
        ("sites.csv", "122.088,43.512", "43.512,122.088",
         "sites.csv:7: lon and lat look swapped (got lon 43.512, lat 122.088)"),
        ("sites.csv", "122.088,43.512", "1220.88,43.512",
         "sites.csv:7: lon must be from -180 to 180 (got 1220.88)"),
        ("sites.csv", "122.088,43.512", ",43.512", "sites.csv:7: lon is missing"),
        ("sites.csv", "东口,ten", "东口,东口,ten",
         "sites.csv:7: must have 25 fields like the heading (got 26)"),
        ("stations.csv", "s7_mobile,s7,mobile", "s7_mobile,s7,mobil",
         "stations.csv:15: operator must be one of mobile, unicom, telecom (got 'mobil')"),
        ("stations.csv", "320,1,0,1", "320,1.5,0,1",
         "stations.csv:15: radios_4g must be a whole number (got 1.5)"),
        ("links.csv", "l12,s4,s5", "l12,s5,s5", "links.csv:13: b must be another site than a"),
        ("road_edges.csv", "r3,town,east", "r3,toun,east",
         "road_edges.csv:4: u names 'toun', which is not in nodes (did you mean 'town'?)"),
        ("depots.csv", "43.500", "43,500", "depots.csv:2: must have 7 fields like the heading (got 8)"),
    ],
)  # fmt: skip
def test_a_mistake_is_told_with_file_and_line(town, edit, file, old, new, told):
    edit(f"ten_sites/{file}", old, new)
    assert f"ten_sites/{told}" in problems(town)


def test_all_mistakes_are_told_in_one_pass_in_the_order_of_the_files(town, edit):
    edit("ten_sites/links.csv", "l12,s4,s5", "l12,s5,s5")
    edit("ten_sites/sites.csv", "1500,1000,lead_acid,yes,18", "1500,-3,lead_acid,yes,18")
    edit("ten_sites/sites.csv", "122.088,43.512", "43.512,122.088")
    edit("ten_sites/counties.csv", "21000", "-1")
    assert [line.split(" ")[0] for line in problems(town)] == [
        "ten_sites/sites.csv:3:",
        "ten_sites/sites.csv:7:",
        "ten_sites/counties.csv:2:",
        "ten_sites/links.csv:13:",
    ]


def test_a_column_full_of_mistakes_is_not_told_ten_thousand_times(tmp_path):
    rows = "".join(f"s{n},a,43.5,122,C\n" for n in range(10_000))
    (tmp_path / "sites.csv").write_text(f"id,county,lon,lat,class\n{rows}", encoding="utf-8")
    (tmp_path / "t.yaml").write_text(
        "format: 1\nkind: files\nname: t\ncrs: WGS-84\nsites: sites.csv\n", encoding="utf-8"
    )
    told = problems(tmp_path / "t.yaml")
    assert len(told) == 21
    assert told[-1] == "sites.csv:22: lon has more problems like the 20 above"


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ("l07,s3,hub_1", "l07,s3,s4", "sites 'hub_1' and 's4' have one link of it only"),
        ("l07,s3,hub_1,ring,r1", "l07,s1,s3,ring,r1", "site 's1' has 3 of its links, allowed are two"),
        ("l05,s1,s2,ring,r1,9.4,yes\nl06,s2,s3,ring,r1", "l06,s6,s7,ring,r1", "it has 2 parts"),
    ],
)
def test_a_ring_that_is_not_closed_is_named(town, edit, old, new, why):
    edit("ten_sites/links.csv", old, new)
    assert any(
        line.startswith(f"ten_sites/links.csv:5: ring 'r1' is not closed: {why}") for line in problems(town)
    )


def test_a_ring_that_ends_in_two_hubs_is_closed(town, edit):
    edit("ten_sites/links.csv", "l07,s3,hub_1", "l07,s3,hub_2")
    assert check_topology(town) == ()


def test_links_without_a_core_are_refused(town, edit):
    edit("ten_sites/sites.csv", "yes,A,core,yes", "yes,A,aggregation,yes")
    assert problems(town) == ["ten_sites/links.csv:1: need a site with role core to lead to; none has it"]


def test_a_reference_into_a_table_that_is_not_there_is_told(town, edit):
    edit("ten_sites.yaml", "roads: {nodes: ten_sites/road_nodes.csv, edges: ten_sites/road_edges.csv}\n", "")
    assert problems(town)[0] == "ten_sites/sites.csv:2: road_node names 'town', but there are no nodes"


def test_a_missing_file_is_named(town, edit):
    edit("ten_sites.yaml", "ten_sites/links.csv", "ten_sites/linx.csv")
    assert problems(town) == ["ten_sites/linx.csv: cannot be read: no such file or directory"]


def test_another_encoding_is_named(town):
    path = town.parent / "ten_sites" / "sites.csv"
    path.write_bytes(path.read_text(encoding="utf-8").encode("gb18030"))
    assert problems(town)[0].startswith("ten_sites/sites.csv:2: is not in utf-8")


def test_an_empty_file_is_named(town):
    (town.parent / "ten_sites" / "links.csv").write_text("\n", encoding="utf-8")
    assert problems(town) == ["ten_sites/links.csv: is empty; the first line must name the columns"]


def test_a_heading_that_is_not_there_is_named(town, edit):
    edit("ten_sites.yaml", "depots: ten_sites/depots.csv",
         "depots: {file: ten_sites/depots.csv, columns: {id: 编号, nam: name}}")  # fmt: skip
    assert problems(town) == [
        "ten_sites/depots.csv: nam is no column of this table (did you mean 'name'?)",
        "ten_sites/depots.csv:1: id must stand under the heading '编号'",
    ]


# The datum


def test_gcj02_is_refused_unless_asked_for(town, edit):
    edit("ten_sites.yaml", "crs: WGS-84", "crs: GCJ-02")
    assert len(problems(town)) == 1
    assert re.match(
        r"ten_sites\.yaml:\d+: crs must be WGS-84, or have `convert_from_gcj02", problems(town)[0]
    )


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
