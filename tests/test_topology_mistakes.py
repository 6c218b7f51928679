"""What is wrong in an inventory is told in one pass, one line each, with file and line."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from sim.errors import InputError
from sim.topology import check_topology, load_topology

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


def test_two_stations_of_one_operator_at_a_site_are_told(town, edit):
    edit("ten_sites/stations.csv", "hub_1_mobile,hub_1,mobile", ",hub_1,unicom")
    assert problems(town) == ["ten_sites/stations.csv:4: id must be unique (got 'hub_1_unicom', first on line 3)"]


def test_a_spreadsheet_in_utf_16_is_told(town):
    path = town.parent / "ten_sites" / "depots.csv"
    path.write_bytes(path.read_text(encoding="utf-8").encode("utf-16"))
    assert problems(town) == ["ten_sites/depots.csv: is not a text file in UTF-8; save it as CSV in UTF-8"]


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
    assert any(line.startswith(f"ten_sites/links.csv:5: ring 'r1' is not closed: {why}") for line in problems(town))


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
