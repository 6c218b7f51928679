"""A network goes out as a workbook or CSV for people and comes in again as the same network, with the same run."""

import csv
import io

import pytest
from openpyxl import load_workbook
from scenario_files import ROOT

from sim.loading import load
from sim.results import simulate
from sim.topology import load_topology


@pytest.fixture
def round_trip(drill, tmp_path):
    """Export a topology and import it again without a mapping; both networks."""

    def go(name, how, language):
        there = tmp_path / ("book.xlsx" if how == "xlsx" else "tables")
        done = drill("topology", "export", name, f"--{how}", there, "--lang", language)
        assert done.code == 0, done.err
        done = drill("topology", "import", there, "--out", tmp_path / "back")
        assert done.code == 0, done.err
        return load_topology(tmp_path / "back/topology.yaml", cache=None)

    return go


@pytest.mark.parametrize("how", ["xlsx", "csv"])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_small_network_comes_back_whole_and_plays_the_same(round_trip, tmp_path, how, language):
    back = round_trip("ten_sites", how, language)
    before = load_topology(ROOT / "topologies/ten_sites.yaml", cache=None)
    assert (back.digest, back.name, back.origin) == (before.digest, before.name, before.origin)
    text = (ROOT / "scenarios/ten_sites.yaml").read_text(encoding="utf-8")
    (tmp_path / "again.yaml").write_text(text.replace("../topologies/ten_sites.yaml", "back/topology.yaml"), "utf-8")
    runs = [simulate(load(file)) for file in (ROOT / "scenarios/ten_sites.yaml", tmp_path / "again.yaml")]
    assert runs[0].log_digest == runs[1].log_digest


@pytest.mark.slow
def test_a_prefecture_comes_back_whole_and_plays_the_same(round_trip, tmp_path):
    back = round_trip("tongliao", "xlsx", "zh")
    assert back.digest == load_topology(ROOT / "topologies/tongliao.yaml", cache=None).digest
    text = (ROOT / "scenarios/tongliao_blizzard.yaml").read_text(encoding="utf-8")
    assert "../topologies/tongliao.yaml" in text
    (tmp_path / "again.yaml").write_text(text.replace("../topologies/tongliao.yaml", "back/topology.yaml"), "utf-8")
    runs = [simulate(load(file)) for file in (ROOT / "scenarios/tongliao_blizzard.yaml", tmp_path / "again.yaml")]
    assert runs[0].log_digest == runs[1].log_digest


def test_headings_and_words_are_chinese(drill, tmp_path):
    drill("topology", "export", "ten_sites", "--xlsx", tmp_path / "a.xlsx", "--lang", "zh")
    sheet = load_workbook(tmp_path / "a.xlsx")["站址"]
    heads = [cell.value for cell in sheet[1]]
    assert heads[:4] == ["站址编码", "站址名称", "区县", "乡镇"]
    row = dict(zip(heads, [cell.value for cell in sheet[2]], strict=True))
    assert (row["网络层级"], row["电池类型"], row["指挥部"], row["固定油机(kW)"]) == ("核心", "铅酸", "是", 60)


HOSTILE = ["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "'quoted", "无", "/", "１２", "a  b"]


@pytest.mark.parametrize("how", ["xlsx", "csv"])
def test_names_that_look_like_formulas_come_back_as_texts(drill, tmp_path, how):
    heads = "id,name,county,lon,lat,class\n"
    out = io.StringIO()
    csv.writer(out).writerows((f"s{n}", name, "c", 122 + n / 100, 43.5, "A") for n, name in enumerate(HOSTILE))
    (tmp_path / "sites.csv").write_text(heads + out.getvalue(), encoding="utf-8")
    (tmp_path / "t.yaml").write_text("format: 1\nkind: files\nname: t\ncrs: WGS-84\nsites: sites.csv\n", "utf-8")
    there = tmp_path / ("book.xlsx" if how == "xlsx" else "tables")
    assert drill("topology", "export", tmp_path / "t.yaml", f"--{how}", there).code == 0
    if how == "csv":
        cells = [row[1] for row in csv.reader((there / "sites.csv").read_text(encoding="utf-8-sig").splitlines())][1:]
        assert cells[:4] == [f"'{name}" for name in HOSTILE[:4]]
    else:
        cells = [sheet_row[1] for sheet_row in load_workbook(there)["sites"].iter_rows(min_row=2)]
        assert {cell.data_type for cell in cells} <= {"s", "inlineStr"}
    assert drill("topology", "import", there, "--out", tmp_path / "back").code == 0
    assert load_topology(tmp_path / "back/topology.yaml", cache=None).sites.name.tolist() == HOSTILE


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ((), "--xlsx: must be given, or --csv, and not both"),
        (("--xlsx", "a.xlsx", "--csv", "b"), "--xlsx: must be given, or --csv, and not both"),
        (("--xlsx", "old.xlsx"), "old.xlsx: exists; choose another name, or --force"),
        (("--csv", "full"), "full: exists and is not an exported topology (it has no about.csv); choose another --out"),
    ],
)
def test_an_export_goes_nowhere_by_accident(drill, tmp_path, monkeypatch, options, told):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "old.xlsx").write_text("mine")
    (tmp_path / "full").mkdir()
    (tmp_path / "full/mine.txt").write_text("mine")
    done = drill("topology", "export", "ten_sites", *options)
    assert (done.code, done.err.strip()) == (2, told)
    assert (tmp_path / "old.xlsx").read_text() == "mine"


def test_an_edited_workbook_is_imported_with_the_edit(drill, tmp_path):
    drill("topology", "export", "ten_sites", "--xlsx", tmp_path / "a.xlsx", "--lang", "zh")
    book = load_workbook(tmp_path / "a.xlsx")
    book["站址"]["B2"] = "新机房"
    book["站址"]["H2"] = "甲"
    book.save(tmp_path / "a.xlsx")
    done = drill("topology", "import", tmp_path / "a.xlsx", "--out", tmp_path / "out")
    assert done.err.strip() == f"{tmp_path}/a.xlsx!站址!H2: class must be one of A, B, C, D (got '甲')"


def test_machine_rooms_are_said_to_stay_behind(drill, tmp_path):
    done = drill("topology", "export", "ten_sites_rooms", "--xlsx", tmp_path / "a.xlsx")
    assert (done.code, done.err.strip()) == (
        0, "warning: machine rooms are not in it; they stay in the topology file",
    )  # fmt: skip
