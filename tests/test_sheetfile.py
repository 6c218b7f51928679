"""Tables as they go out: nothing in a cell can run, nothing in a cell breaks the file."""

import csv
import io
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from sim.sheetfile import LONGEST_CELL, Table, csv_bytes, harmless, meant, sheet_title, xlsx_bytes

HOSTILE = ["=1+1", '=HYPERLINK("http://x","y")', "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\t=1", "\r=1"]


@pytest.mark.parametrize("text", HOSTILE)
def test_no_text_becomes_a_formula(text):
    table = Table("t", ["a"], [[text]])
    row = list(csv.reader(io.StringIO(csv_bytes(table).decode("utf-8-sig"), newline="")))[1]
    assert row == [f"'{text}"]
    cell = load_workbook(io.BytesIO(xlsx_bytes([table])))["t"]["A2"]
    assert (cell.data_type, cell.value) == ("s", text.replace("\r", "\r"))


@pytest.mark.parametrize("text", [*HOSTILE, "'=1", "''=1", "'quoted'", "'", "-", "-3", "通辽"])
def test_a_text_is_the_same_after_the_way_through_csv(text):
    assert meant(harmless(text)) == text


@pytest.mark.parametrize("text", ["-3", "+4.5", "-5 %", "1e-3", "通辽", "", "a=b"])
def test_numbers_and_plain_texts_stay_as_they_are(text):
    assert harmless(text) == text


def test_csv_has_the_mark_by_which_office_programs_know_it():
    content = csv_bytes(Table("t", ["站址"], [["甘旗卡镇"], [None], [True], [datetime(2023, 11, 6, 7, 30)], [1.5]]))
    assert content.startswith(b"\xef\xbb\xbf")
    assert content.decode("utf-8-sig").split("\r\n")[:-1] == [
        "站址",
        "甘旗卡镇",
        '""',
        "yes",
        "2023-11-06 07:30:00",
        "1.5",
    ]


@given(st.text())
def test_any_text_survives_the_way_through_xlsx(text):
    sheet = load_workbook(io.BytesIO(xlsx_bytes([Table("t", ["a"], [[text]])])))["t"]
    assert sheet["A2"].data_type != "f"


def test_what_a_cell_cannot_hold_is_cut():
    cell = load_workbook(io.BytesIO(xlsx_bytes([Table("t", ["a"], [["x" * 1_000_000]])])))["t"]["A2"]
    assert (len(cell.value), cell.value[-1]) == (LONGEST_CELL, "…")


def test_titles_of_sheets_are_allowed_and_unlike():
    taken = set()
    found = [
        sheet_title(title, taken)
        for title in ("a/b:c", "A b C", "x" * 40, "x" * 40, "'='", "", "History", "历史", "HISTORY")
    ]
    assert found == ["a b c", "A b C 2", "x" * 31, f"{'x' * 29} 2", "=", "1", "History 1", "历史", "HISTORY 1 2"]


def test_numbers_that_are_none_leave_an_empty_cell():
    sheet = load_workbook(io.BytesIO(xlsx_bytes([Table("t", ["a", "b"], [[float("nan"), float("inf")]])])))["t"]
    assert [cell.value for cell in sheet[2]] == [None, None]


@pytest.mark.parametrize("text", ["=1", "'=1", "''=1", "'-", "-5", "'-5", "'x", "+a", "'", "@x"])
def test_a_text_comes_back_from_csv_as_it_was(tmp_path, text):
    from sim.sheets.grid import open_paper

    (tmp_path / "a.csv").write_bytes(csv_bytes(Table("a", ("x", "y"), [(text, "1")])))
    assert open_paper(tmp_path / "a.csv").grid("").rows[1] == [text, "1"]


def test_a_sheet_prints_on_lying_pages_one_wide_with_its_headings_and_room_for_what_wraps():
    table = Table("t", ["No.", "what"], [["1", "short"], ["2", "导调组通知监控值班" * 8]], [6, 20])
    sheet = load_workbook(io.BytesIO(xlsx_bytes([table])))["t"]
    assert (sheet.page_setup.orientation, sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight) == (
        "landscape", 1, 0,
    )  # fmt: skip
    assert sheet.sheet_properties.pageSetUpPr.fitToPage
    assert sheet.print_title_rows == "$1:$1"
    assert sheet.row_dimensions[3].height > 6 * sheet.row_dimensions[2].height / 2
