"""Spreadsheets come in: headings are found and asked about, cells made plain and counted, problems told by cell."""

import json

import pytest
from chinese import CHINESE, english_in
from sheet_files import HEADS, ROWS, changed, messy, sites, workbook

from sim.topology import assumptions, load_topology

SKETCH = """\
file: 站址清单.xlsx
sheet: 站址
crs: WGS-84
columns: {site: 站址编码, name: 站址名称, county: 区县, lon: 经度, lat: 纬度, class: 保障等级,
          operators: 共享运营商, feeder: 所属10kV线路, battery_ah: 电池容量(Ah), battery_strings: 电池组数}
missing: {feeder: by_nearest, class: C}
"""


@pytest.fixture
def take(drill, tmp_path):
    """Import a file with `--yes`; the summary, or the lines of what is wrong."""

    def run(path, *more):
        done = drill("topology", "import", path, "--out", tmp_path / "out", "--yes", "--json", "--force", *more)
        if done.code:
            assert done.code == 2, done.err
            return [line.replace(f"{tmp_path}/", "") for line in done.err.splitlines()]
        return json.loads(done.out)

    return run


@pytest.fixture
def made(tmp_path):
    return lambda: load_topology(tmp_path / "out" / "topology.yaml", cache=None)


def counted(told):
    return {(line["table"], line["column"], line["kind"]): line["count"] for line in told["cleaned"]}


# The question


def test_guessed_headings_are_refused_in_a_pipe_and_told_as_a_mapping(drill, tmp_path):
    file = sites(tmp_path / "站址清单.xlsx")
    done = drill("topology", "import", file, "--out", tmp_path / "out")
    assert (done.code, (tmp_path / "out").exists()) == (2, False)
    assert done.err.strip() == (
        f"{file}: headings were only guessed, as printed: put that into a file for --map, or say --yes"
    )
    (tmp_path / "map.yaml").write_text(done.out, encoding="utf-8")
    assert drill("topology", "import", file, "--map", tmp_path / "map.yaml", "--out", tmp_path / "out").code == 0


@pytest.mark.parametrize(("answer", "code"), [(True, 0), (False, 2)])
def test_a_person_is_asked_before_guessed_headings_are_used(drill, tmp_path, monkeypatch, answer, code):
    asked = []
    monkeypatch.setattr("sim.cli_topology._somebody_is_there", lambda: True)
    monkeypatch.setattr("typer.confirm", lambda question, **_: asked.append(question) or answer)
    done = drill("topology", "import", sites(tmp_path / "a.xlsx"), "--out", tmp_path / "out")
    assert (done.code, asked) == (code, ["Use them?"])
    assert "站址编码" in done.err
    assert "sites.id" in done.err
    assert (tmp_path / "out").exists() is answer


def test_the_guessed_mapping_can_be_written(drill, tmp_path, take):
    file = sites(tmp_path / "a.xlsx")
    assert drill("topology", "import", file, "--write-map", tmp_path / "m.yaml").code == 0
    assert take(file, "--map", tmp_path / "m.yaml")["rows"] == {"sites": 3}
    again = drill("topology", "import", file, "--write-map", tmp_path / "m.yaml")
    assert (again.code, "exists" in again.err) == (2, True)


def test_a_mapping_as_planners_write_it(tmp_path, take, made):
    (tmp_path / "m.yaml").write_text(SKETCH, encoding="utf-8")
    told = take(sites(tmp_path / "站址清单.xlsx", changed(ROWS, 1, "保障等级", None)), "--map", tmp_path / "m.yaml")
    assert "1 of 3 sites: class empty, C taken" in told["guesses"]
    network = made()
    assert network.sites.battery_ah.tolist() == [1000, 300, 500]
    assert network.sites.site_class.tolist() == [0, 2, 2]
    assert [str(one) for one in network.stations.id] == [
        "BS001_mobile", "BS001_unicom", "BS002_mobile", "BS003_unicom", "BS003_telecom",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("battery_ah:", "batery_ah:", "m.yaml:5: columns.batery_ah is no column of sites (did you mean battery_ah?)"),
        ("电池组数}", "组}", "站址清单.xlsx!站址!A1: battery_strings must stand under the heading '组'"),
        ("sheet: 站址", "sheet: 站", "站址清单.xlsx: has no sheet '站' (did you mean '站址'?); it has 站址"),
        ("crs: WGS-84", "crs: GCJ-02", "m.yaml:3: crs must be WGS-84, or have `convert: true`"),
        ("crs: WGS-84", "crs: CGCS", "m.yaml:3: crs must be one of WGS-84, GCJ-02 (got 'CGCS')"),
        ("class: C", "class: by_nearest", "m.yaml:6: missing.class by_nearest fills only township, feeder, hub, road_node"),
        ("class: C", "clas: C", "m.yaml:6: missing.clas is no column of sites (did you mean class?)"),
        ("missing:", "mising:", "m.yaml:6: mising unknown key (did you mean 'missing'?)"),
        ("crs: WGS-84", "crs: WGS-84\nas_of: soon", "m.yaml:4: as_of must be a day such as 2024-03-01"),
        ("crs: WGS-84", "crs: WGS-84\nconvert: true", "m.yaml:4: convert must go with crs: GCJ-02"),
    ],
)  # fmt: skip
def test_mistakes_in_a_mapping(tmp_path, take, old, new, told):
    (tmp_path / "m.yaml").write_text(SKETCH.replace(old, new), encoding="utf-8")
    found = take(sites(tmp_path / "站址清单.xlsx"), "--map", tmp_path / "m.yaml")
    assert [line for line in found if line.startswith(told)], found


# Cells


def test_a_messy_sheet_gives_one_list_of_clear_findings(tmp_path, take):
    assert take(messy(tmp_path / "站址清单.xlsx")) == [
        "站址清单.xlsx!站址!D6: lon and lat look swapped (got lon 43.521, lat 122.021)",
        "站址清单.xlsx!站址!I7: battery_since must be a day such as 2019-06-01 (got '去年')",
        "站址清单.xlsx!站址!K7: access must be one of 易, 一般, 较难, 难, 极难, or a distance (got '很远')",
        "站址清单.xlsx!站址!G7: battery_ah must be a number (got 'abc')",
        "站址清单.xlsx!站址!A7: id must be unique (got 'BS001', first in A4)",
        "站址清单.xlsx!站址!F8: class must be one of A, B, C, D (got '特等')",
    ]


@pytest.mark.parametrize("name", ["Tongliao", "1a", "通辽", "a" * 41])
def test_a_name_that_no_topology_can_have_is_refused(tmp_path, take, name):
    assert take(sites(tmp_path / "a.xlsx"), "--name", name)[0].startswith(
        "--name: must be of small letters, digits and _"
    )


@pytest.mark.parametrize(
    ("stem", "name"), [("true", "true"), ("通辽", "own_network"), ("My City (2024)", "my_city_2024")]
)
def test_a_topology_is_named_after_its_file(tmp_path, take, made, stem, name):
    take(sites(tmp_path / f"{stem}.xlsx"))
    assert made().name == name


def test_a_messy_sheet_with_its_mistakes_mended_is_made_plain_and_counted(tmp_path, take, made):
    from openpyxl import load_workbook

    file = messy(tmp_path / "站址清单.xlsx")
    book = load_workbook(file)
    for cell, value in {
        "D6": 122.021,
        "E6": 43.521,
        "A7": "BS004",
        "G7": 300,
        "I7": "2020",
        "K7": "1.5km",
        "F8": "D",
    }.items():
        book["站址"][cell] = value
    book.save(file)
    (tmp_path / "m.yaml").write_text("as_of: 2024-06-01\ncrs: WGS-84\n", encoding="utf-8")
    told = take(file, "--map", tmp_path / "m.yaml")
    sites_ = made().sites
    assert sites_.id.tolist() == ["BS001", "BS002", "BS003", "BS004", "BS005"]
    assert sites_.name.tolist() == ["镇 政府", "卫生院", "学校", "粮库", "水厂"]
    assert sites_.lon.tolist() == [122.001, 122.011, 122.021, 122.031, 122.041]
    assert sites_.battery_ah.tolist() == [1000, 1000, 1000, 300, 500]
    assert sites_.site_class.tolist() == [0, 1, 2, 3, 3]
    assert sites_.walk_km.tolist() == [0, 1, 0, 1.5, 0]
    assert sites_.autonomy_h.tolist()[1] == 6.5
    assert sites_.soh.tolist() == [0.9, 0.9, 0.9, 0.91, 0.91]
    counts = counted(told)
    assert counts["sites", "id", "full-width"] == 1
    assert counts["sites", "id", "spaces"] == 1
    assert counts["sites", "lat", "degrees"] == 1
    assert counts["sites", "battery_ah", "thousands"] == 1
    assert counts["sites", "battery_ah", "product"] == 1
    assert counts["sites", "battery_since", "date"] == 4
    assert counts["sites", "load_a", "nothing"] == 1
    assert counts["sites", "", "total"] == 1
    assert (
        "5 of 5 sites: state of health from the battery's age on 2024-06-01: 2 % a year (lead-acid 3.5 %), 0.4 at least"
        in told["guesses"]
    )


@pytest.mark.parametrize(
    ("column", "value", "told"),
    [
        ("站址编码", 123456789012345678, "A3: id is a number of more than 15 digits, which a spreadsheet rounds"),
        ("站址编码", "1.50500E+17", "A3: id looks like a code that a spreadsheet made a number of"),
        ("站址编码", None, "A3: id is missing"),
        ("站址编码", "BS001", "A3: id must be unique (got 'BS001', first in A2)"),
        ("区县", None, "C3: county is missing"),
        ("经度", "约122", "D3: lon must be a number (got '约122')"),
        ("经度", 181, "D3: lon must be from -180 to 180 (got 181)"),
        ("共享运营商", "移动、网通", "G3: operators must name operators out of mobile, unicom, telecom"),
        ("电池容量(Ah)", -3, "I3: battery_ah must be >= 0 (got -3)"),
        ("电池容量(Ah)", "500马力", "I3: battery_ah must be a number (got '500马力')"),
        ("电池组数", "两组", "J3: battery_strings must be a number (got '两组')"),
        ("电池容量(Ah)", "=1+1", "I3: battery_ah holds a formula that was never worked out"),
        ("站址名称", "长" * 32_768, "B3: name must have at most 32767 characters (got 32768)"),
    ],
)
def test_a_bad_cell_is_named(tmp_path, take, column, value, told):
    file = sites(tmp_path / "站址清单.xlsx")
    from openpyxl import load_workbook

    book = load_workbook(file)
    cell = book["站址"].cell(3, HEADS.index(column) + 1)
    cell.value = value if not isinstance(value, str) or len(value) < 32_767 else None
    if cell.value is None and value is not None:
        cell._value, cell.data_type = value, "s"
    book.save(file)
    assert [line.removeprefix("站址清单.xlsx!站址!")[: len(told)] for line in take(file)] == [told]


def test_a_column_of_mistakes_is_told_twenty_times_and_once_more(tmp_path, take):
    rows = [(f"BS{n:03d}", "x", "县", "?!", 43.5, "A", "移动", "线路1", 500, 1) for n in range(50)]
    found = take(sites(tmp_path / "a.xlsx", rows))
    assert len(found) == 21
    assert found[-1] == "a.xlsx!站址!D22: lon has more problems like the 20 above"


def test_swapped_columns_are_told_once(tmp_path, take):
    rows = [(*row[:3], row[4], row[3], *row[5:]) for row in ROWS]
    assert take(sites(tmp_path / "a.xlsx", rows)) == [
        "a.xlsx!站址!D1: lon and lat look swapped in all 3 rows: exchange their headings"
    ]


def test_missing_columns_are_told_at_the_heading(tmp_path, take):
    file = workbook(tmp_path / "a.xlsx", {"站址": [["站址编码", "经度"], ["a", 122]]})
    assert take(file) == [
        "a.xlsx!站址!1: county column is missing (no heading such as 区县)",
        "a.xlsx!站址!1: lat column is missing (no heading such as 纬度)",
        "a.xlsx!站址!1: class column is missing (no heading such as 保障等级)",
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "gbk", "utf-16"])
def test_csv_in_any_usual_encoding(tmp_path, take, made, encoding):
    lines = [",".join(map(str, row)) for row in (HEADS, *ROWS)]
    (tmp_path / "站址.csv").write_text("\r\n".join(lines), encoding=encoding)
    assert take(tmp_path / "站址.csv")["rows"] == {"sites": 3}
    assert made().sites.name.tolist() == ["镇政府", "卫生院", "学校"]


def test_problems_of_csv_have_their_line(tmp_path, take):
    lines = [",".join(map(str, row)) for row in (HEADS, *changed(ROWS, 1, "电池容量(Ah)", "abc"), ROWS[0])]
    (tmp_path / "站址.csv").write_text("清单\n\n" + "\n".join(lines), encoding="gb18030")
    assert take(tmp_path / "站址.csv") == [
        "站址.csv:5: battery_ah must be a number (got 'abc')",
        "站址.csv:7: id must be unique (got 'BS001', first on line 4)",
    ]


# Rules


def test_battery_as_kilowatt_hours_load_as_watts_and_measured_hours(tmp_path, take, made):
    heads = (
        "站址编码",
        "区县",
        "经度",
        "纬度",
        "保障等级",
        "电池容量(kWh)",
        "电池类型",
        "负载(kW)",
        "直流负载(A)",
        "实测续航(h)",
    )
    rows = [
        ("a", "县", 122, 43.5, "A", 25.6, "铁锂", 2, None, "90分钟"),
        ("b", "县", 122.1, 43.5, "B", "24度", "铅酸", None, 40, None),
    ]  # fmt: skip
    take(workbook(tmp_path / "a.xlsx", {"站址": [heads, *rows]}))
    found = made().sites
    assert found.battery_ah.tolist() == [500, 500]
    assert (found.load_4g_w + found.load_transmission_w).tolist() == [2000, 2140]
    assert found.autonomy_h.tolist()[0] == 1.5


def test_gaps_filled_are_on_every_scorecard(tmp_path, take, drill):
    rows = changed(ROWS, 1, "所属10kV线路", "无")
    told = take(sites(tmp_path / "a.xlsx", rows))
    assert "1 of 3 sites: feeder empty, the nearest taken" in told["guesses"]
    assert assumptions(load_topology(tmp_path / "out/topology.yaml")) == tuple(told["guesses"])
    (tmp_path / "s.yaml").write_text(
        "format: 1\nname: s\nstart: 2024-03-01T08:00\nhorizon_h: 2 h\ntopology: out/topology.yaml\n", encoding="utf-8"
    )
    from sim.loading import load
    from sim.results import simulate

    card = simulate(load(tmp_path / "s.yaml")).scorecard_data.to_json()
    listed = [line["why"] for line in card["assumptions"] if line["set"] == "topology"]
    assert listed == told["guesses"]


@pytest.mark.parametrize(
    "word", ["无市电", "无10kV", "无 10KV", "无线路", "无１０kV线路", "未引入市电", "离网", "No mains"]
)
def test_a_site_without_mains_is_no_feeder_of_that_name(tmp_path, take, made, word):
    told = take(sites(tmp_path / "a.xlsx", changed(ROWS, 1, "所属10kV线路", word)))
    assert counted(told)["sites", "feeder", "word"] == 1
    assert not any("nearest" in guess for guess in told["guesses"])
    found = made()
    assert found.feeders.id.tolist() == ["线路1", "线路2"]
    assert found.sites.feeder.tolist() == [0, -1, 1]


def test_a_network_does_not_follow_the_language_and_its_guesses_are_told_in_it(tmp_path, drill):
    heads = [
        {"经度": "经度(GCJ02)", "电池容量(Ah)": "电池容量(kWh)"}.get(head, head)
        for head in (*HEADS, "投产日期", "进站难度")
    ]
    rows = [(*row, "2019-06-01", "较难") for row in changed(ROWS, 1, "所属10kV线路", "无")]
    depots = [("驻点", "区县", "抢修队数"), ("开鲁驻点", "开鲁县", 2)]
    file = workbook(tmp_path / "a.xlsx", {"站址": [heads, *rows], "驻点": depots})
    told, written = {}, {}
    for language in ("en", "zh"):
        out = tmp_path / language / "out"
        done = drill("topology", "import", file, "--out", out, "--yes", "--lang", language)
        assert done.code == 0, done.err
        told[language] = (done.out + done.err).replace(str(out), "OUT").splitlines()
        written[language] = {one.name: one.read_bytes() for one in sorted(out.rglob("*")) if one.is_file()}
    assert written["zh"] == written["en"]
    for said in ("the coordinates' system is not said", "state of health from", "put at the county's seat"):
        assert any(said in line for line in told["en"]), said
        assert said.encode() in written["zh"]["topology.yaml"], said
    assert [
        line for line in told["zh"] if not CHINESE.search(line) or english_in(f": {line}", "OUT GCJ kWh Ah a xlsx")
    ] == []


def test_hubs_by_name_become_ids_and_hubs(tmp_path, take, made):
    heads = (*HEADS[:6], "上联汇聚站")
    rows = [(*row[:6], "镇政府") for row in ROWS]
    told = take(workbook(tmp_path / "a.xlsx", {"站址": [heads, *rows]}))
    assert counted(told)["sites", "hub", "name"] == 3
    assert made().sites.hub.tolist() == [0, 0, 0]
    assert "1 of 3 sites: role empty, hub taken: other sites name it as theirs" in told["guesses"]


def test_townships_of_one_name_in_two_counties_stay_apart(tmp_path, take, made):
    heads = (*HEADS[:6], "乡镇")
    take(workbook(tmp_path / "a.xlsx", {"站址": [heads, *[(*row[:6], "新城乡") for row in ROWS]]}))
    assert made().townships.id.tolist() == ["开鲁县·新城乡", "科尔沁区·新城乡"]


# Coordinates


def test_a_heading_that_names_gcj02_is_warned_of_and_converted_on_request(tmp_path, take, made):
    heads = [{"经度": "经度(GCJ02)", "纬度": "纬度(GCJ02)"}.get(head, head) for head in HEADS]
    file = sites(tmp_path / "a.xlsx", heads=heads)
    told = take(file)
    assert told["warnings"][0] == (
        "'经度(GCJ02)' says GCJ-02, but the positions are taken as WGS-84; --convert-gcj02 converts them"
    )
    assert made().sites.lon.tolist() == [122.001, 122.011, 122.021]
    told = take(file, "--convert-gcj02")
    assert told["warnings"] == []
    assert 0.003 < 122.001 - made().sites.lon[0] < 0.008
    assert "positions converted from GCJ-02 by an unofficial formula, good to a few metres" in told["guesses"]


def test_positions_are_compared_with_known_places(tmp_path, take):
    from sim.topology.geo import gcj02_from_wgs84

    take(sites(tmp_path / "true.xlsx"))
    (tmp_path / "out").rename(tmp_path / "true")
    known = ("--known", tmp_path / "true/topology.yaml")
    assert take(sites(tmp_path / "a.xlsx"), *known)["checked"][-1].endswith("off by 0 m on average, not as GCJ-02")
    rows = ROWS
    for n, row in enumerate(ROWS):
        lon, lat = gcj02_from_wgs84(row[3], row[4])
        rows = changed(changed(rows, n, "经度", float(lon)), n, "纬度", float(lat))
    told = take(sites(tmp_path / "b.xlsx", rows), *known)
    assert "as GCJ-02 would be" in told["warnings"][0]
    assert take(sites(tmp_path / "c.xlsx"))["checked"][-1] == (
        "coordinates: fewer than 3 places to compare with (--known), so GCJ-02 cannot be ruled out"
    )


# Batteries of several strings, and what is not known of them


BATTERY_HEADS = ("站址编码", "区县", "经度", "纬度", "保障等级")


def batteries(tmp_path, heads, *rows):
    places = [(f"B{n}", "区县甲", 122 + n / 100, 43.5, "C") for n in range(len(rows))]
    return sites(
        tmp_path / "a.xlsx", [(*place, *row) for place, row in zip(places, rows, strict=True)], (*BATTERY_HEADS, *heads)
    )


def test_a_total_is_not_multiplied_by_strings(tmp_path, take, made):
    heads = ("电池总容量(Ah)", "单组容量(Ah)", "组数")
    told = take(batteries(tmp_path, heads, (1000, 500, 2), (1000, None, 2), (None, 300, 2), (None, 300, None)))
    assert made().sites.battery_ah.tolist() == [1000, 1000, 600, 300]
    assert "1 of 4 sites: number of battery strings empty, one taken" in told["guesses"]


def test_a_total_named_by_a_mapping_is_not_multiplied(tmp_path, take, made):
    file = batteries(tmp_path, ("电池总容量(Ah)", "组数"), (1000, 2))
    columns = "site: 站址编码, county: 区县, lon: 经度, lat: 纬度, class: 保障等级"
    (tmp_path / "m.yaml").write_text(
        f"columns: {{{columns}, battery_ah: 电池总容量(Ah), battery_strings: 组数}}\n", encoding="utf-8"
    )
    take(file, "--map", tmp_path / "m.yaml")
    assert made().sites.battery_ah.tolist() == [1000]


def test_a_product_is_not_multiplied_again(tmp_path, take, made):
    take(batteries(tmp_path, ("电池容量(Ah)", "组数"), ("1000Ah*2组", 2), ("2*500Ah", "２"), ("500*2", None)))
    assert made().sites.battery_ah.tolist() == [2000, 1000, 1000]


@pytest.mark.parametrize(
    ("row", "told"),
    [
        (
            ("500*2", 3),
            "F2: battery_ah must be a product of the strings, which are 3 in their own column (got 500 × 2)",
        ),
        ((500, 0), "G2: battery_strings must be at least 1 where a capacity stands (got 0)"),
    ],
)
def test_strings_that_contradict_a_capacity(tmp_path, take, row, told):
    assert take(batteries(tmp_path, ("电池容量(Ah)", "组数"), row)) == [f"a.xlsx!站址!{told}"]


def test_no_strings_and_no_capacity_is_no_battery(tmp_path, take, made):
    take(batteries(tmp_path, ("电池容量(Ah)", "组数"), (None, 0), (0, 0)))
    assert made().sites.battery_ah.tolist() == [0, 0]


def test_what_is_not_known_of_a_battery_is_told(tmp_path, take):
    heads = ("电池类型", "投产日期", "健康度", "备电时长(h)")
    rows = (("铅酸", "2020-01-01", None, 8), (None, None, 0.8, None), (None, None, None, 6))
    told = take(batteries(tmp_path, heads, *rows))["guesses"]
    assert "2 of 3 sites: kind of battery empty, lithium iron phosphate taken" in told
    assert "1 of 3 sites: neither age nor state of health of the battery known, drawn in each run" in told
    hours = "2 of 3 sites: '备电时长(h)' taken as measured hours; if it is what was designed, leave it out"
    assert hours in told
    measured = take(batteries(tmp_path, (*heads[:3], "实测备电时长(h)"), *rows))["guesses"]
    assert not any("measured hours" in line for line in measured)


def test_a_mapping_that_is_written_keeps_the_day_to_which_ages_count(drill, tmp_path, take, monkeypatch):
    """The same file gives the same network tomorrow."""
    from datetime import date

    from sim.intake import derive, plans

    def on(year):
        class Day(date):
            @classmethod
            def today(cls):
                return cls(year, 1, 1)

        for module in (derive, plans):
            monkeypatch.setattr(module, "date", Day)

    file = batteries(tmp_path, ("投产日期",), ("2020-01-01",))
    on(2024)
    assert drill("topology", "import", file, "--write-map", tmp_path / "m.yaml").code == 0
    assert "as_of: 2024-01-01" in (tmp_path / "m.yaml").read_text(encoding="utf-8")
    on(2026)
    told = take(file, "--map", tmp_path / "m.yaml")["guesses"]
    assert any("battery's age on 2024-01-01" in line for line in told)


# Depots without a position


@pytest.mark.parametrize(
    ("depot", "county"),
    [
        (("c10", None), "c10"),
        (("c10驻点", None), "c10"),
        (("平城区驻点", None), "平城区"),
        (("城区", None), "城区"),
        (("平城区抢修点", "城区"), "城区"),
    ],
)
def test_a_depot_is_put_into_the_county_it_names(tmp_path, take, made, depot, county):
    where = {"c1": 122.0, "c10": 122.1, "城区": 122.2, "平城区": 122.3}
    rows = [(f"B{n}", name, lon, 43.5, "C") for n, (name, lon) in enumerate(where.items())]
    file = workbook(tmp_path / "a.xlsx", {"站址": [BATTERY_HEADS, *rows], "驻点": [("驻点", "区县"), depot]})
    told = take(file)["guesses"]
    assert made().depots.lon.tolist() == [where[county]]
    named = f"1 of 1 depots: county empty, taken by the depot's name: {depot[0]} → {county}"
    assert (named in told) == (depot[1] is None)


def test_a_depot_that_may_be_in_several_counties(tmp_path, take):
    rows = [(f"B{n}", name, 122 + n / 10, 43.5, "C") for n, name in enumerate(("开鲁县", "库伦旗"))]
    file = workbook(
        tmp_path / "a.xlsx", {"站址": [BATTERY_HEADS, *rows], "驻点": [("驻点",), ("开鲁县库伦旗联合驻点",)]}
    )
    assert take(file)[0] == (
        "a.xlsx!驻点!A2: id may be in any of the counties 库伦旗, 开鲁县: fill in the county or the position"
    )


def test_a_written_mapping_tells_what_is_not_used_what_is_in_doubt_and_what_fills_gaps(tmp_path, drill):
    heads = (*HEADS, "引入方式说明", "投产日期")
    file = workbook(tmp_path / "a.xlsx", {"站址": [heads, *((*row, "双路", "2019-06-01") for row in ROWS)]})
    done = drill("topology", "import", file, "--write-map", tmp_path / "m.yaml")
    assert done.code == 0, done.err
    lines = [" ".join(line.split()) for line in (tmp_path / "m.yaml").read_text(encoding="utf-8").splitlines()]
    assert any(line.startswith("# not used: ") and "引入方式说明" in line for line in lines)
    assert any(line.startswith("# in doubt: ") and "'投产日期'" in line for line in lines)
    assert f"monitor: wireless # {len(ROWS)} of {len(ROWS)} empty" in lines
    again = drill("topology", "import", file, "--map", tmp_path / "m.yaml", "--out", tmp_path / "out")
    assert again.code == 0, again.err


@pytest.mark.parametrize(
    ("words", "column"), [(("室外机柜", "室内机房", "室外机柜"), "cabinet"), (("核心机房", "接入", "接入"), "role")]
)
def test_a_heading_of_several_meanings_is_what_its_words_say(tmp_path, drill, words, column):
    rows = [(*row, word) for row, word in zip(ROWS, words, strict=True)]
    file = workbook(tmp_path / "a.xlsx", {"站址": [(*HEADS, "站型"), *rows]})
    assert drill("topology", "import", file, "--write-map", tmp_path / "m.yaml").code == 0
    assert f"  {column}: 站型" in (tmp_path / "m.yaml").read_text(encoding="utf-8").splitlines()
