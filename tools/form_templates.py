"""Makes the templates of the forms in `sim/forms/templates`; the same bytes every time.

    python tools/form_templates.py

A template is an empty document with the styles that forms ask for by name, a header with a place for a logo and the
marks `{drill}` and `{title}`, and page numbers. Users replace them (`drill report --forms DIR --write-templates`).
"""

from __future__ import annotations

import io
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from docx import Document
from docx.enum.section import WD_ORIENT
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Cm, Pt, RGBColor
from openpyxl import Workbook

from sim.forms.package import sealed

TEMPLATES: Final = Path(__file__).resolve().parent.parent / "sim" / "forms" / "templates"
LANDSCAPE: Final = {"plan": False, "script": True, "evaluation": True, "summary": False, "daily": False}
SHEETS: Final = ("script", "evaluation", "daily")
_AT: Final = datetime(2000, 1, 1)
_LATIN: Final = "Times New Roman"
_ALTERNATIVES: Final = {"宋体": "SimSun", "仿宋": "FangSong", "黑体": "SimHei"}
_STYLES: Final[dict[str, tuple[str, float, bool]]] = {
    # style: East Asian font, points, bold
    "Normal": ("仿宋", 12, False),
    "Title": ("黑体", 20, True),
    "Subtitle": ("仿宋", 11, False),
    "Heading 1": ("黑体", 14, True),
    "Heading 2": ("黑体", 12, True),
    "Caption": ("黑体", 10.5, True),
    "Form Note": ("仿宋", 9, False),
    "Form Cell": ("宋体", 9.5, False),
    "Form Under": ("宋体", 8, False),
    "Form Head": ("黑体", 9.5, True),
    "Form Blank": ("宋体", 10, False),
    "Header": ("宋体", 9, False),
    "Footer": ("宋体", 9, False),
}
_KEPT: Final = {*_STYLES, "Default Paragraph Font", "Normal Table", "Table Grid", "No List"}


def document(*, landscape: bool) -> bytes:
    """One template as .docx."""
    made = Document()
    _fonts(made)
    for name, (font, points, bold) in _STYLES.items():
        _style(made, name, font, points, bold=bold)
    for style in list(made.styles):
        if style.name not in _KEPT:
            style.element.getparent().remove(style.element)
    section: Any = made.sections[0]
    section.page_width, section.page_height = (Cm(29.7), Cm(21)) if landscape else (Cm(21), Cm(29.7))
    section.orientation = WD_ORIENT.LANDSCAPE if landscape else WD_ORIENT.PORTRAIT
    section.left_margin = section.right_margin = Cm(2)
    section.top_margin, section.bottom_margin = Cm(2.2), Cm(2)
    _edges(made, section)
    for relation in [one for one in made.part.package.rels.values() if one.reltype.endswith("/thumbnail")]:
        made.part.package.rels.pop(relation.rId)
    out = io.BytesIO()
    made.save(out)
    return sealed(out.getvalue(), "", _AT)


def _style(made: Any, name: str, font: str, points: float, *, bold: bool) -> None:
    if name not in {style.name for style in made.styles}:
        made.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH).base_style = made.styles["Normal"]
    style = made.styles[name]
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    fonts.attrib.clear()
    for key, value in {"ascii": _LATIN, "hAnsi": _LATIN, "cs": _LATIN, "eastAsia": font}.items():
        fonts.set(qn(f"w:{key}"), value)
    style.font.size, style.font.bold, style.font.italic = Pt(points), bold, False
    style.font.color.rgb = RGBColor(0x1F, 0x2A, 0x36)
    shape = style.paragraph_format
    small = name.startswith("Form")
    shape.space_before = Pt(14 if name == "Heading 1" else 8 if name in ("Heading 2", "Caption") else 0)
    shape.space_after = Pt(1 if small or name in ("Header", "Footer") else 3 if name == "Subtitle" else 5)
    shape.line_spacing = 1.0 if small else 1.25
    shape.keep_with_next = name.startswith("Heading") or name == "Caption"
    if name in ("Title", "Subtitle"):
        shape.alignment = WD_ALIGN_PARAGRAPH.CENTER
    for spacing in style.element.rPr.findall(qn("w:spacing")):
        style.element.rPr.remove(spacing)
    for border in style.element.findall(f".//{qn('w:pBdr')}"):
        border.getparent().remove(border)


def _fonts(made: Any) -> None:
    """Names under which other systems know the fonts of Chinese offices."""
    part: Any = next(rel.target_part for rel in made.part.rels.values() if rel.reltype == RELATIONSHIP_TYPE.FONT_TABLE)
    fonts = "".join(
        f'<w:font w:name="{name}"><w:altName w:val="{other}"/><w:charset w:val="86"/><w:family w:val="auto"/></w:font>'
        for name, other in _ALTERNATIVES.items()
    )
    part._blob = (  # noqa: SLF001 (no public way to change it)
        f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?><w:fonts {nsdecls("w")}>{fonts}</w:fonts>'
    ).encode()
    defaults = made.styles.element.find(f".//{qn('w:rPrDefault')}//{qn('w:rFonts')}")
    if defaults is not None:
        defaults.attrib.clear()
        for key, value in {"ascii": _LATIN, "hAnsi": _LATIN, "cs": _LATIN, "eastAsia": "宋体"}.items():
            defaults.set(qn(f"w:{key}"), value)


def _edges(made: Any, section: Any) -> None:
    """Header: a place for a logo, then drill and form; footer: page of pages."""
    wide = section.page_width - section.left_margin - section.right_margin
    table = section.header.add_table(1, 2, wide)
    table.cell(0, 0).width, table.cell(0, 1).width = int(wide * 0.2), int(wide * 0.8)
    for cell in table.row_cells(0):
        cell.paragraphs[0].style = made.styles["Header"]
    table.cell(0, 1).paragraphs[0].alignment = WD_ALIGN_PARAGRAPH.RIGHT
    table.cell(0, 1).paragraphs[0].add_run("{drill}  ·  {title}")
    first = section.header.paragraphs[0]
    first._p.getparent().append(first._p)  # noqa: SLF001 (a header must end in a paragraph)
    first.paragraph_format.space_after = Pt(0)
    foot = section.footer.paragraphs[0]
    foot.alignment = WD_ALIGN_PARAGRAPH.CENTER
    for text, field in (("— ", "PAGE"), (" / ", "NUMPAGES"), (" —", "")):
        foot.add_run(text)
        if field:
            simple = parse_xml(f'<w:fldSimple {nsdecls("w")} w:instr="{field}"><w:r><w:t>1</w:t></w:r></w:fldSimple>')
            foot._p.append(simple)  # noqa: SLF001 (python-docx has no fields)


def book(*, landscape: bool) -> bytes:
    """One template as .xlsx: an empty sheet with its print settings, of which every sheet of the form is a copy."""
    made = Workbook()
    sheet: Any = made.active
    sheet.title = "form"
    sheet.page_setup.orientation = "landscape" if landscape else "portrait"
    sheet.page_setup.paperSize = sheet.PAPERSIZE_A4
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.oddFooter.center.text = "&P / &N"
    out = io.BytesIO()
    made.save(out)
    return sealed(out.getvalue(), "", _AT)


def main() -> None:
    """Write them all."""
    TEMPLATES.mkdir(parents=True, exist_ok=True)
    for name, landscape in LANDSCAPE.items():
        (TEMPLATES / f"{name}.docx").write_bytes(document(landscape=landscape))
    for name in SHEETS:
        (TEMPLATES / f"{name}.xlsx").write_bytes(book(landscape=LANDSCAPE[name]))


if __name__ == "__main__":
    main()
