"""Hostile spreadsheets: refused in one line, or read with nothing in them run, grown or followed."""

import struct
import zipfile

import pytest
from sheet_files import HEADS, ROWS, part, repacked, sites, workbook

from sim.errors import InputError
from sim.sheets import office
from sim.sheets.grid import open_paper

SHEET = "xl/worksheets/sheet1.xml"
STRINGS = "xl/sharedStrings.xml"


@pytest.fixture
def refused(drill, tmp_path):
    """Import a file that must be refused in one line; gives back what was said of it."""

    def run(path):
        done = drill("topology", "import", path, "--out", tmp_path / "out", "--yes")
        assert (done.code, done.out, (tmp_path / "out").exists()) == (2, "", False)
        assert done.err.count("\n") == 1, done.err
        return done.err.strip().replace(f"{tmp_path}/", "")

    return run


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "is an old .xls workbook; save it as .xlsx"),
        (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600) + "EncryptedPackage".encode("utf-16-le"),
            "is protected by a password; save it without one",
        ),
        (b"<html><table><tr><td>1</td></tr></table></html>", "is a web page or XML under the name of a workbook"),
        (b"PK\x03\x04" + bytes(50), "is damaged: "),
        (b"", "is no .xlsx workbook"),
        (b"a,b\n1,2\n", "is no .xlsx workbook"),
    ],
    ids=["xls", "password", "html", "torn", "empty", "csv"],
)
def test_a_file_under_a_false_name(refused, tmp_path, content, told):
    (tmp_path / "a.xlsx").write_bytes(content)
    assert refused(tmp_path / "a.xlsx").startswith(f"a.xlsx: {told}")


def test_another_kind_of_archive(refused, tmp_path):
    with zipfile.ZipFile(tmp_path / "a.xlsx", "w") as archive:
        archive.writestr("content.xml", "<office/>")
    assert refused(tmp_path / "a.xlsx") == "a.xlsx: is no .xlsx workbook (it is another kind of archive)"


def test_a_truncated_workbook(refused, tmp_path):
    content = sites(tmp_path / "a.xlsx").read_bytes()
    (tmp_path / "a.xlsx").write_bytes(content[: len(content) // 2])
    assert refused(tmp_path / "a.xlsx").startswith("a.xlsx: is damaged: ")


def test_an_archive_that_declares_too_much(refused, tmp_path, monkeypatch):
    monkeypatch.setattr(office, "MOST_UNPACKED", 1_000_000)
    file = repacked(sites(tmp_path / "a.xlsx"), {SHEET: b"<x>" + b" " * 2_000_000 + b"</x>"})
    assert file.stat().st_size < 20_000
    assert refused(file) == "a.xlsx: unpacks to more than 1 MB"


def test_parts_that_are_too_much_together(refused, tmp_path, monkeypatch):
    monkeypatch.setattr(office, "MOST_UNPACKED", 1_000_000)
    more = {f"xl/worksheets/s{n}.xml": b"<x>" + b" " * 300_000 + b"</x>" for n in range(4)}
    assert refused(repacked(sites(tmp_path / "a.xlsx"), more)) == "a.xlsx: unpacks to more than 1 MB"


def test_an_archive_that_lies_about_a_size(refused, tmp_path):
    """The directory says 100 bytes; behind them the stream goes on."""

    def lying(content):
        at = content.rindex(SHEET.encode()) - 46
        assert content[at : at + 4] == b"PK\x01\x02"
        return content[: at + 24] + struct.pack("<I", 100) + content[at + 28 :]

    file = repacked(sites(tmp_path / "a.xlsx"), {SHEET: b"<x>" + b" " * 2_000_000 + b"</x>"}, declared=lying)
    assert refused(file).startswith("a.xlsx: is damaged: ")


@pytest.mark.parametrize("name", ["xl/workbook.xml", SHEET, STRINGS, "xl/_rels/workbook.xml.rels"])
@pytest.mark.parametrize(
    "doctype",
    ['<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>', '<!DOCTYPE x SYSTEM "file:///etc/passwd">'],
    ids=["bomb", "outside"],
)
def test_document_types_in_any_part(refused, tmp_path, name, doctype):
    file = workbook(tmp_path / "a.xlsx", {"站址": [HEADS, *ROWS]})
    text = part(file, name) if name != STRINGS or STRINGS in zipfile.ZipFile(file).namelist() else "<sst/>"
    root = text.index("<", text.index("?>") + 2 if "?>" in text else 0)
    assert refused(repacked(file, {name: (text[:root] + doctype + text[root:]).encode()})) == (
        f"a.xlsx: holds a document type in {name}: such files are not read"
    )


def test_a_document_type_hidden_by_an_encoding(refused, tmp_path):
    bomb = '<?xml version="1.0" encoding="UTF-16"?><!DOCTYPE x [<!ENTITY a "a">]><x/>'.encode("utf-16")
    told = refused(repacked(sites(tmp_path / "a.xlsx"), {SHEET: bomb}))
    assert told == f"a.xlsx: holds a document type in {SHEET}: such files are not read"


def test_a_cell_far_out_takes_no_room(refused, tmp_path):
    file = sites(tmp_path / "a.xlsx")
    text = part(file, SHEET)
    far = '<row r="1048576"><c r="XFD1048576" t="inlineStr"><is><t> </t></is></c></row></sheetData>'
    told = refused(repacked(file, {SHEET: text.replace("</sheetData>", far).encode()}))
    assert told.startswith(
        "a.xlsx!站址: must have at most 3000000 cells in its sheets; delete what stands far out, in XFD"
    )


ADDRESSES = "a.xlsx!站址: must have cells and rows with addresses such as F214"


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ('<row r="9"><c r="xfd1048576"><v>1</v></c></row>', f"{ADDRESSES} (got 'xfd1048576')"),
        ('<row r="9"><c r="AAAA9"><v>1</v></c></row>', f"{ADDRESSES} (got 'AAAA9')"),
        ('<row r="9"><c r="XFE9"><v>1</v></c></row>', f"{ADDRESSES} (got 'XFE9')"),
        ('<row r="9"><c r="$A$9"><v>1</v></c></row>', f"{ADDRESSES} (got '$A$9')"),
        ('<row r="9"><c r=""><v>1</v></c></row>', f"{ADDRESSES} (got '')"),
        ('<row r="9"><c r="A7"><v>1</v></c></row>', f"{ADDRESSES} (got 'A7')"),
        ('<row r="1000000"><c r="A1"><v>1</v></c><c><v>1</v></c></row>', f"{ADDRESSES} (got 'A1')"),
        ('<row r="1048577"><c><v>1</v></c></row>', f"{ADDRESSES} (got '1048577')"),
        ('<row r="+9"><c><v>1</v></c></row>', f"{ADDRESSES} (got '+9')"),
        ('<row r="9"><c t="s"><v>+0</v></c></row>', "a.xlsx!站址: A9 names a shared text that is not there (got '+0')"),
        (
            '<row r="9"><c t="s"><v>9999</v></c></row>',
            "a.xlsx!站址: A9 names a shared text that is not there (got '9999')",
        ),
    ],
    ids=["small", "AAAA", "XFE", "fixed", "empty", "row", "row-far", "low", "plus", "shared-plus", "shared-far"],
)
def test_addresses_that_readers_take_for_different_cells(refused, tmp_path, row, told):
    """The reader would put the first of them 17 thousand million cells out, and ask for half a terabyte."""
    file = sites(tmp_path / "a.xlsx")
    text = part(file, SHEET).replace("</sheetData>", f"{row}</sheetData>")
    assert refused(repacked(file, {SHEET: text.encode()})) == told


def test_two_sheets_of_one_name(refused, tmp_path):
    file = workbook(tmp_path / "a.xlsx", {"s": [HEADS, *ROWS], "t": []})
    text = part(file, "xl/workbook.xml").replace('name="t"', 'name="S"')
    assert refused(repacked(file, {"xl/workbook.xml": text.encode()})) == "a.xlsx: holds two sheets of one name: 'S'"


def test_two_parts_of_one_name(refused, tmp_path):
    file = repacked(sites(tmp_path / "a.xlsx"), {"xl/SharedStrings.xml": b"<sst/>", STRINGS: b"<sst/>"})
    assert refused(file) == "a.xlsx: holds 2 parts of one name: 'xl/sharedstrings.xml'"


@pytest.mark.parametrize(
    ("old", "new"),
    [("worksheets/sheet1.xml", "worksheets/other.xml"), ("worksheets/sheet1.xml", "../xl/worksheets/sheet1.xml")],
)
def test_a_sheet_without_its_part(refused, tmp_path, old, new):
    file, rels = sites(tmp_path / "a.xlsx"), "xl/_rels/workbook.xml.rels"
    text = part(file, rels).replace(f"/xl/{old}", new)
    assert new in text
    assert refused(repacked(file, {rels: text.encode()})) == "a.xlsx: holds no part for its sheet '站址'"


def test_a_sheet_with_two_parts(refused, tmp_path):
    """The reader takes the one, whoever looks before it might take the other."""
    file = sites(tmp_path / "a.xlsx")
    text = part(file, "xl/workbook.xml")
    text = text.replace("<sheet ", '<sheet xmlns:x="x" x:id="rId2" ')
    assert refused(repacked(file, {"xl/workbook.xml": text.encode()})) == "a.xlsx: holds no part for its sheet '站址'"


def test_two_relations_of_one_name(refused, tmp_path):
    file, rels = sites(tmp_path / "a.xlsx"), "xl/_rels/workbook.xml.rels"
    text = part(file, rels).replace("</Relationships>", '<Relationship Id="rId1" Target="x"/></Relationships>')
    assert refused(repacked(file, {rels: text.encode()})) == "a.xlsx: holds two relations of one name: 'rId1'"


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("a.xlsx", b"PK\x03\x04" + bytes(50), "a.xlsx: 已损坏：不是 ZIP 文件"),
        ("a.csv", b'a,b\n"x', "a.csv:2: 不是有效的 CSV：数据提前结束"),
        ("a.json", b'{"a":\n}', "a.json:2: 应为 JSON：此处缺少值"),
    ],
    ids=["zip", "csv", "json"],
)
def test_what_readers_say_is_told_in_chinese(drill, tmp_path, name, content, told):
    (tmp_path / name).write_bytes(content)
    done = drill("topology", "import", tmp_path / name, "--out", tmp_path / "out", "--yes", "--lang", "zh")
    assert (done.code, done.err.strip().replace(f"{tmp_path}/", "")) == (2, told)


def test_too_many_sheets(refused, tmp_path):
    file = workbook(tmp_path / "a.xlsx", {f"s{n}": [] for n in range(office.MOST_SHEETS + 1)})
    assert refused(file) == "a.xlsx: must have at most 200 sheets (got 201)"


def test_one_long_text_shared_by_many_cells(tmp_path, monkeypatch):
    """A megabyte that three thousand cells name would be three gigabytes in the hand."""
    monkeypatch.setattr(office, "MOST_UNPACKED", 20_000_000)
    file = workbook(tmp_path / "a.xlsx", {"站址": [HEADS]})
    row = "".join('<c t="s"><v>0</v></c>' for _ in range(10))
    rows = "".join(f"<row>{row}</row>" for _ in range(300))
    sheet = part(file, SHEET).replace("</sheetData>", f"{rows}</sheetData>")
    strings = f"<sst><si><t>{'x' * 1_000_000}</t></si></sst>"
    with pytest.raises(InputError, match="must hold at most 20 million characters in its cells"):
        open_paper(repacked(file, {SHEET: sheet.encode(), STRINGS: strings.encode()}))


def test_a_megabyte_in_one_cell_is_a_finding(drill, tmp_path):
    file = sites(tmp_path / "a.xlsx")
    text = part(file, SHEET).replace("BS002", "B" * 1_000_000)
    done = drill("topology", "import", repacked(file, {SHEET: text.encode()}), "--out", tmp_path / "out", "--yes")
    assert done.err.strip() == f"{file}!站址!A3: id must have at most 32767 characters (got 1000000)"


def test_a_megabyte_in_a_cell_of_csv(refused, tmp_path):
    (tmp_path / "a.csv").write_text(f"{','.join(HEADS)}\nBS001,{'x' * 1_000_000}\n", encoding="utf-8")
    assert refused(tmp_path / "a.csv").startswith("a.csv:2: is not valid CSV: field larger than field limit")


def test_a_binary_file_called_csv(refused, tmp_path):
    (tmp_path / "a.csv").write_bytes(bytes(range(256)) * 10)
    assert refused(tmp_path / "a.csv") == "a.csv: is not a text file in UTF-8 or GB18030"


def test_formulas_are_never_worked_out(drill, tmp_path):
    """What a spreadsheet worked out last is taken, and counted; links to other files are not followed."""
    file = sites(tmp_path / "a.xlsx")
    text = part(file, SHEET)
    at = text.index('r="I2"')
    cell = text[text.rindex("<c", 0, at) : text.index("</c>", at) + 4]
    formula = '<c r="I2"><f>[1]other!A1+WEBSERVICE("http://127.0.0.1:9")</f><v>700</v></c>'
    links = {
        "xl/externalLinks/externalLink1.xml": b"<externalLink/>",
        "xl/externalLinks/_rels/externalLink1.xml.rels": b'<Relationships><Relationship Target="//host/x" /></Relationships>',
    }
    repacked(file, {SHEET: text.replace(cell, formula).encode(), **links})
    done = drill("topology", "import", file, "--out", tmp_path / "out", "--yes")
    assert "cleaned: sites: 1 formulas, their last value taken" in done.out
    assert "BS001,镇政府" in (tmp_path / "out/sites.csv").read_text(encoding="utf-8")
    assert ",1400,lfp" in (tmp_path / "out/sites.csv").read_text(encoding="utf-8")


def test_errors_in_cells_are_findings_where_they_are_read(drill, tmp_path):
    file = sites(tmp_path / "a.xlsx")
    text = part(file, SHEET)
    at = text.index('r="I2"')
    cell = text[text.rindex("<c", 0, at) : text.index("</c>", at) + 4]
    repacked(file, {SHEET: text.replace(cell, '<c r="I2" t="e"><v>#REF!</v></c>').encode()})
    done = drill("topology", "import", file, "--out", tmp_path / "out", "--yes")
    assert done.err.strip() == f"{file}!站址!I2: battery_ah holds an error, not a value"


def test_merged_ranges_without_end(refused, tmp_path):
    file = sites(tmp_path / "a.xlsx", [(f"B{n}", *ROWS[0][1:]) for n in range(2000)])
    ranges = '<mergeCell ref="A1:J2001"/>' * 500
    text = part(file, SHEET).replace("</sheetData>", f"</sheetData><mergeCells>{ranges}</mergeCells>")
    told = refused(repacked(file, {SHEET: text.encode()}))
    assert told == "a.xlsx!站址: must have at most 3000000 cells in its sheets"


def test_hidden_sheets_are_left_alone(drill, tmp_path):
    file = workbook(
        tmp_path / "a.xlsx", {"表一": [HEADS, *ROWS], "站址": [HEADS, ("x", *ROWS[0][1:])]}, hidden=("站址",)
    )
    done = drill("topology", "import", file, "--out", tmp_path / "out", "--yes")
    assert "read: sites 3" in done.out, done.err
