"""What is written in office files, for tests of the forms."""

import html
import io
import re
import zipfile

from docx import Document
from openpyxl import load_workbook

_TEXT = re.compile(r"<(?:w:t|t|v|dc:title|dc:creator|cp:lastModifiedBy|dc:description|Company)(?: [^>]*)?>([^<]*)<")
_SAID = re.compile(r'(?:descr|title|name|state)="([^"]*)"')


def parts_of(content: bytes) -> dict[str, bytes]:
    """Name → bytes of every part of an office file."""
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        return {name: package.read(name) for name in package.namelist()}


def texts_of(content: bytes) -> str:
    """All that is written anywhere in an office file: text, properties, words for pictures."""
    found = []
    for name, part in parts_of(content).items():
        if name.endswith((".xml", ".rels")):
            text = part.decode("utf-8")
            found += [html.unescape(piece) for pattern in (_TEXT, _SAID) for piece in pattern.findall(text)]
    return "\n".join(found)


def tables_of(content: bytes) -> list[list[list[str]]]:
    """Tables of a document as rows of texts."""
    return [[[cell.text for cell in row.cells] for row in table.rows] for table in Document(io.BytesIO(content)).tables]


def table_with(content: bytes, *heads: str) -> list[list[str]]:
    """The rows below a table's heading that begins with these heads."""
    for table in tables_of(content):
        if tuple(table[0][: len(heads)]) == heads:
            return table[1:]
    raise AssertionError(f"no table begins with {heads}")


def sheet_rows(content: bytes, at: int = 0) -> list[list[object]]:
    """The values of a sheet, row by row."""
    return [list(row) for row in load_workbook(io.BytesIO(content)).worksheets[at].iter_rows(values_only=True)]
