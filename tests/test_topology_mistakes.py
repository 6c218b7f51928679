"""What is wrong in an inventory is told in one pass, one line each, with file and line."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from chinese import refused

from sim.topology import assumptions, check_topology, load_topology

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
    found = refused(lambda: load_topology(path, cache=None))
    return [str(problem).replace(f"{path.parent}/", "") for problem in found]


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
    rows = "".join(f"s{n},a,122,200,C\n" for n in range(10_000))
    (tmp_path / "sites.csv").write_text(f"id,county,lon,lat,class\n{rows}", encoding="utf-8")
    (tmp_path / "t.yaml").write_text(
        "format: 1\nkind: files\nname: t\ncrs: WGS-84\nsites: sites.csv\n", encoding="utf-8"
    )
    told = problems(tmp_path / "t.yaml")
    assert len(told) == 21
    assert told[-1] == "sites.csv:22: lat has more problems like the 20 above"


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
    line = town.read_text(encoding="utf-8").split("\n").index("links: ten_sites/linx.csv") + 1
    message = "links names a file that does not exist: ten_sites/linx.csv (did you mean 'links.csv'?)"
    assert problems(town) == [f"ten_sites.yaml:{line}: {message}"]


def test_every_missing_file_and_directory_is_named_in_one_pass(town, edit):
    edit("ten_sites.yaml", "nodes: ten_sites/road_nodes.csv", "nodes: {file: ten_sites}")
    edit("ten_sites.yaml", "sites: ten_sites/sites.csv", "sites: nope.csv")
    told = [one.partition(": ")[2] for one in problems(town)]
    assert sorted(told) == [
        "roads.nodes.file names a directory, not a file: ten_sites",
        "sites names a file that does not exist: nope.csv",
    ]


def test_a_road_from_a_node_to_itself_is_refused(town, edit):
    edit("ten_sites/road_edges.csv", "r3,town,east", "r3,town,town")
    assert problems(town) == ["ten_sites/road_edges.csv:4: v must be another node than u"]


def test_a_place_far_from_all_others_is_refused(town, edit):
    edit("ten_sites/sites.csv", "122.088,43.512", "-70.1,43.512")
    (told,) = problems(town)
    assert told.startswith("ten_sites/sites.csv:7: lon is far from all the others, which are about 12")
    assert told.endswith("(got -70.1)")


def test_a_wide_country_has_no_stray(town):
    """From one end of Inner Mongolia to the other: nothing of it is a typing error."""
    path = town.parent / "ten_sites" / "sites.csv"
    head, *rows = path.read_text(encoding="utf-8").splitlines()
    at = head.split(",").index("lon")
    cells = [row.split(",") for row in rows]
    for number, row in enumerate(cells):
        row[at] = str(97 + 2.9 * number)
    path.write_text("\n".join([head, *map(",".join, cells)]) + "\n", encoding="utf-8")
    load_topology(town, cache=None)


def test_an_inventory_without_a_site_is_refused(town):
    path = town.parent / "ten_sites" / "sites.csv"
    path.write_text(path.read_text(encoding="utf-8").splitlines()[0] + "\n", encoding="utf-8")
    (town.parent / "only_sites.yaml").write_text(
        "format: 1\nkind: files\nname: none\ncrs: WGS-84\nsites: ten_sites/sites.csv\n"
    )
    assert problems(town.parent / "only_sites.yaml") == [
        "ten_sites/sites.csv:1: has no site; a network needs at least one"
    ]


def test_a_second_link_between_two_sites_is_taken_and_told(town):
    path = town.parent / "ten_sites" / "links.csv"
    lines = path.read_text(encoding="utf-8").splitlines()
    spur = next(line for line in lines if ",s4," in line and ",s5," in line)
    before = len(assumptions(load_topology(town, cache=None)))
    path.write_text("\n".join([*lines, "again," + spur.partition(",")[2]]) + "\n", encoding="utf-8")
    told = assumptions(load_topology(town, cache=None))
    assert len(told) == before + 1
    assert told[-1] == f"1 of {len(lines)} links: same two sites as another, taken as a way of its own"


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
