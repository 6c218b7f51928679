"""The resource ledger becomes depots and their lines in a scenario; key-site lists come from workbooks too."""

import pytest
from openpyxl import load_workbook
from sheet_files import HEADS, ROWS, workbook

from sim.loading import load
from sim.topology import load_topology
from sim.yamlfile import read_yaml

LEDGER = (
    ("驻点", "抢修队伍(支)", "5kW汽油发电机(台)", "8.5kW柴油发电机", "铲车(台)", "柴油储备(L)", "登高队", "备注"),
    ("十站县", "3队", 4, "1台", 1, "1,200升", 1, "夜间值守"),
)
LITTLE = """\
format: 1
name: little
start: 2024-03-01T08:00
horizon_h: 4 h
topology: {topology}
{rest}
"""


@pytest.fixture
def scenario(tmp_path, monkeypatch):
    """A scenario on the ten sites with more chapters; loads it."""
    monkeypatch.chdir(tmp_path)
    from scenario_files import ROOT

    def make(rest, *, topology=ROOT / "topologies/ten_sites.yaml"):
        (tmp_path / "s.yaml").write_text(LITTLE.format(topology=topology, rest=rest), encoding="utf-8")
        return load("s.yaml")

    return make


def told_by(make, rest):
    from sim.errors import InputError

    with pytest.raises(InputError) as error:
        make(rest)
    return str(error.value).splitlines()


def test_a_ledger_stands_in_the_place_of_depots(tmp_path, scenario):
    workbook(tmp_path / "台账.xlsx", {"应急资源台账": LEDGER})
    written = scenario(
        "resources: {depots: {ten: {crews: 3, petrol_5kw: 4, diesel_8kw: 1, loaders: 1, fuel_l: 1200,"
        " specialists: {climb: 1}}}}"
    )
    named = scenario("resources: {depots: {file: 台账.xlsx}}")
    assert named.spec.resources == written.spec.resources
    assert named.hash == written.hash
    assert load("s.yaml", {"resources.depots.ten.crews": 9}).spec.resources.depots["ten"].crews == 9


def test_a_ledger_of_items_is_added_up(tmp_path, scenario):
    (tmp_path / "台账.csv").write_text(
        "序号,物资名称,规格型号,数量,存放地点\n1,汽油发电机,5kW,3台,ten\n2,汽油发电机,5kW,2,ten\n3,铲车,,1,ten\n"
        "4,应急照明灯,,5,ten\n5,抢修队,,2支,ten\n",
        encoding="gb18030",
    )
    depot = scenario("resources: {depots: {file: 台账.csv}}").spec.resources.depots["ten"]
    assert (depot.crews, depot.loaders, depot.generators) == (2, 1, {"petrol_5kw": 5})


@pytest.mark.parametrize(
    ("cell", "value", "told"),
    [
        ("B2", "三", "台账.xlsx!应急资源台账!B2: crews must be a number (got '三')"),
        ("C2", 1.5, "台账.xlsx!应急资源台账!C2: petrol_5kw must be a whole number (got 1.5)"),
        ("E2", -1, "台账.xlsx!应急资源台账!E2: loaders must be from 0 to 100000 (got -1)"),
        ("A2", "没有", "台账.xlsx!应急资源台账!B2: resources.depots.没有 must be a depot of the topology"),
        ("A2", None, "台账.xlsx!应急资源台账!A2: id is missing"),
        ("G2", 9, "台账.xlsx!应急资源台账!B2: resources.depots.ten must have specialists at most crews"),
        ("C1", "6kW汽油发电机", "台账.xlsx!应急资源台账!C2: resources.depots.ten.generators.petrol_6kw must be a kind"),
        ("A1", "地方", "台账.xlsx!应急资源台账: has no column for the depot, such as 驻点编码"),
    ],
)
def test_mistakes_in_a_ledger_are_told_by_cell(tmp_path, scenario, cell, value, told):
    file = workbook(tmp_path / "台账.xlsx", {"应急资源台账": LEDGER})
    book = load_workbook(file)
    book.active[cell] = value
    book.save(file)
    found = told_by(scenario, "resources: {depots: {file: 台账.xlsx}}")
    assert len(found) == 1, found
    assert found[0].startswith(told), found


@pytest.mark.parametrize(
    ("depots", "told"),
    [
        (
            "{file: none.xlsx}",
            "s.yaml:6: resources.depots.file names a file that does not exist: none.xlsx; did you mean '台账.xlsx'?",
        ),
        ("{file: 台账.xlsx, sheet: 油机}", "台账.xlsx: has no sheet '油机'; it has 应急资源台账"),
        (
            "{file: 台账.xlsx, ten: {crews: 1}}",
            "s.yaml:6: resources.depots.ten unknown key (allowed beside file: sheet)",
        ),
    ],
)
def test_mistakes_in_naming_a_ledger(tmp_path, scenario, depots, told):
    workbook(tmp_path / "台账.xlsx", {"应急资源台账": LEDGER})
    assert told_by(scenario, f"resources: {{depots: {depots}}}") == [told]


def test_a_ledger_becomes_depots_of_a_network(drill, tmp_path):
    workbook(tmp_path / "台账.xlsx", {"表": LEDGER})
    done = drill(
        "topology", "import", tmp_path / "台账.xlsx", "--as", "depots", "--topology", "ten_sites",
        "--out", tmp_path / "out", "--yes",
    )  # fmt: skip
    assert done.code == 0, done.err
    assert "read: depots 1\n" in done.out
    network = load_topology(tmp_path / "out/topology.yaml", cache=None)
    assert network.depots.id.tolist() == ["十站县"]
    assert (network.depots.lon[0], network.depots.lat[0]) == (122.0, 43.5)
    lines = read_yaml(tmp_path / "out/resources.yaml").data["resources"]["depots"]["十站县"]
    assert lines["petrol_5kw"] == 4
    # the folder is as it was written, so the same command again replaces it
    again = drill("topology", "generate", tmp_path / "out/topology.yaml", "--out", tmp_path / "out")
    assert again.code == 0, again.err


def test_depots_need_their_network(drill, tmp_path):
    workbook(tmp_path / "台账.xlsx", {"表": LEDGER})
    done = drill("topology", "import", tmp_path / "台账.xlsx", "--as", "depots", "--out", tmp_path / "out", "--yes")
    assert (done.code, done.err.strip()) == (2, "--topology: is missing: name the network that has these depots")


def test_one_workbook_of_sites_ledger_and_key_sites(drill, tmp_path, scenario):
    keys = (("站址编码", "运营商", "保障等级", "重保原因"), ("BS002", "移动", "一级", "医院"))
    ledger = (LEDGER[0], ("科尔沁区驻点", *LEDGER[1][1:]))
    workbook(tmp_path / "a.xlsx", {"站址": [HEADS, *ROWS], "台账": ledger, "重保站": keys})
    done = drill("topology", "import", tmp_path / "a.xlsx", "--out", tmp_path / "out", "--yes")
    assert done.code == 0, done.err
    assert "also written: key_sites.csv\nalso written: resources.yaml" in done.out
    chapters = (tmp_path / "out/resources.yaml").read_text(encoding="utf-8")
    made = scenario(
        f"roads: {{travel_h: 40/90 min}}\nlists: {{key_sites: out/key_sites.csv, same: a.xlsx!重保站}}\n{chapters}",
        topology="out/topology.yaml",
    )
    assert made.lists == {"key_sites": frozenset({1}), "same": frozenset({1})}
    assert made.spec.resources.depots["科尔沁区驻点"].crews == 3


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        ([("站址编码",), ("s1",), ("s77",)], "key.xlsx!重保站!A3: site must be a site of the topology (got 's77'"),
        ([("站址编码", "备注"), ("", "x")], "key.xlsx!重保站!A2: site is missing"),
        ([("站址", "备注"), ("s1", "x")], "key.xlsx!重保站: must have a column site or 站址编码 (got 站址, 备注)"),
    ],
)
def test_mistakes_in_a_list_are_told_by_cell(tmp_path, scenario, rows, told):
    workbook(tmp_path / "key.xlsx", {"重保站": rows})
    found = told_by(scenario, "lists: {key_sites: key.xlsx}")
    assert len(found) == 1
    assert found[0].startswith(told)


def test_a_ledger_of_items_makes_one_depot_of_each_place(drill, tmp_path):
    (tmp_path / "台账.csv").write_text(
        "物资名称,规格型号,数量,存放地点\n抢修队,,2支,ten\n汽油发电机,5kW,3台,ten\n", encoding="utf-8"
    )
    done = drill(
        "topology", "import", tmp_path / "台账.csv", "--as", "depots", "--topology", "ten_sites",
        "--out", tmp_path / "out", "--yes",
    )  # fmt: skip
    assert done.code == 0, done.err
    assert load_topology(tmp_path / "out/topology.yaml", cache=None).depots.id.tolist() == ["ten"]
    lines = read_yaml(tmp_path / "out/resources.yaml").data["resources"]["depots"]
    assert lines == {"ten": {"crews": 2, "petrol_5kw": 3}}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("物资名称,数量,存放地点\n柴油发电机,2,ten\n", "台账.csv:2: item must say kind and size of its generators"),
        ("物资名称,规格型号,数量,存放地点\n发电机组,,2,ten\n", "台账.csv:2: item must say kind and size of its"),
        (
            "驻点,抢修队,柴油发电机\nten,1,2台\n",
            "台账.csv:2: resources.depots must say kind and size of its generators",
        ),
        ("驻点,抢修队,发电车(辆)\nten,1,1\n", "台账.csv:2: resources.depots must say kind and size of its generators"),
    ],
)
def test_generators_without_a_size_are_refused(tmp_path, scenario, text, told):
    (tmp_path / "台账.csv").write_text(text, encoding="utf-8")
    (found,) = told_by(scenario, "resources: {depots: {file: 台账.csv}}")
    assert found.startswith(told)


def test_generators_without_a_size_are_told_by_their_cell(tmp_path, scenario):
    workbook(tmp_path / "台账.xlsx", {"台账": [("驻点", "抢修队", "柴油发电机"), ("ten", 1, 0), ("ten_2", 1, 2)]})
    (found,) = told_by(scenario, "resources: {depots: {file: 台账.xlsx}}")
    assert found.startswith("台账.xlsx!台账!C3: resources.depots must say kind and size of its generators, such as 5kW")


def test_a_generator_vehicle_has_a_size(tmp_path, scenario):
    (tmp_path / "台账.csv").write_text("驻点,50kW发电车\nten,2\n", encoding="utf-8")
    assert scenario("resources: {depots: {file: 台账.csv}}").spec.resources.depots["ten"].generators == {
        "truck_50kw": 2
    }


def test_what_no_drill_knows_of_a_ledger_is_a_warning(tmp_path, scenario):
    (tmp_path / "台账.csv").write_text("驻点,抢修队,卫星电话,备注\nten,1,3,x\n", encoding="utf-8")
    assert [str(one) for one in scenario("resources: {depots: {file: 台账.csv}}").warnings] == [
        "台账.csv:1: resources.depots has headings that nothing is made of: 卫星电话"
    ]
    (tmp_path / "台账.csv").write_text("物资名称,数量,存放地点\n照明灯,3,ten\n抢修队,1,ten\n", encoding="utf-8")
    assert [str(one) for one in scenario("resources: {depots: {file: 台账.csv}}").warnings] == [
        "台账.csv: resources.depots has rows with items of a sort that no drill knows, left out: 照明灯 (1)"
    ]
