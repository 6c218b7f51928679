"""Spreadsheets as tests need them: small, messy, and hostile ones."""

import io
import zipfile
from datetime import date

from openpyxl import Workbook

HEADS = (
    "站址编码",
    "站址名称",
    "区县",
    "经度",
    "纬度",
    "保障等级",
    "共享运营商",
    "所属10kV线路",
    "电池容量(Ah)",
    "电池组数",
)
ROWS = (
    ("BS001", "镇政府", "科尔沁区", 122.001, 43.501, "A类", "移动、联通", "线路1", 500, 2),
    ("BS002", "卫生院", "科尔沁区", 122.011, 43.511, "B类", "移动", "线路1", 300, 1),
    ("BS003", "学校", "开鲁县", 122.021, 43.521, "C类", "电信/联通", "线路2", 500, 1),
)


def workbook(path, sheets, hidden=()):
    """A workbook of `title → rows`; a cell that begins with `=` is a formula without a value."""
    book = Workbook()
    book.remove(book.active)
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(list(row))
        if title in hidden:
            sheet.sheet_state = "hidden"
    book.save(path)
    return path


def sites(path, rows=ROWS, heads=HEADS):
    """A workbook with one sheet of sites."""
    return workbook(path, {"站址": [heads, *rows]})


def changed(rows, row, column, value):
    """The rows with one cell of another value."""
    cells = [list(line) for line in rows]
    cells[row][HEADS.index(column)] = value
    return cells


def messy(path):
    """Merged headings, full-width digits, 无, stray spaces, dates as text, duplicate ids, swapped positions, and worse."""
    book = Workbook()
    sheet = book.active
    sheet.title = "站址"
    sheet.append(["通辽市站址清单"])
    sheet.merge_cells("A1:L1")
    sheet.append(
        [
            "站址编码",
            "站址名称",
            "区县",
            "坐标",
            None,
            "保障等级",
            "蓄电池",
            None,
            None,
            "实测续航(h)",
            "上站难度",
            "直流负载(A)",
        ]
    )
    sheet.append([None, None, None, "经度", "纬度", None, "容量(Ah)", "组数", "投产日期"])
    for one in ("A2:A3", "B2:B3", "C2:C3", "D2:E2", "F2:F3", "G2:I2", "J2:J3", "K2:K3", "L2:L3"):
        sheet.merge_cells(one)
    sheet.append(
        [
            " ＢＳ００１　",
            "镇 政府",
            "科尔沁区 ",
            "１２２．００１",
            "43.501°N",
            "Ａ类",
            "５００Ah",
            "2组",
            "2019年6月1日",
            "无",
            "易",
            "35.5 A",
        ]
    )
    sheet.append(["BS002", "卫生院", "科尔沁区", 122.011, 43.511, "二级", "1,000", 1, "2019/6/1", "6.5小时", "难", "/"])
    sheet.append(["BS003", "学校", "开鲁县", 43.521, 122.021, "C", "500*2", "—", 43617, "", "一般", 20])
    sheet.append(["BS001", "粮库", "开鲁县", 122.031, 43.531, "D", "abc", 1, "去年", None, "很远", 10])
    sheet.append(["BS005", "水厂", "开鲁县", 122.041, 43.541, "特等", 500, 1, date(2020, 1, 1), "", "", ""])
    sheet.append(["合计", None, None, None, None, None, 2500])
    book.save(path)
    return path


def repacked(path, parts=(), without=(), declared=None):
    """The archive again with parts replaced or added (`name → bytes`), or some left out."""
    given = dict(parts)
    with zipfile.ZipFile(path) as archive:
        kept = {name: archive.read(name) for name in archive.namelist() if name not in (*without, *given)}
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in {**kept, **given}.items():
            archive.writestr(name, content)
    content = out.getvalue()
    if declared is not None:
        content = declared(content)
    path.write_bytes(content)
    return path


def part(path, name):
    """A part of an archive as text."""
    with zipfile.ZipFile(path) as archive:
        return archive.read(name).decode()
