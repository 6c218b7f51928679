"""A form as .docx: its template opened, its chapters appended by named styles."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from sim.forms.package import sealed
from sim.forms.parts import Blank, Column, Form, Grid, Heading, Image, Pairs, Part, Words
from sim.page.parts import Cell
from sim.sheetfile import plain

if TYPE_CHECKING:
    from docx.document import Document
    from docx.section import Section
    from docx.table import _Cell
    from docx.text.paragraph import Paragraph

LONGEST: Final = 6_000
"""Characters of one text; a longer one is cut, with a sign."""
SHADE: Final = {"head": "DDE6EE", "simulated": "F1F5F9"}
_WIDEST_SHARE: Final = 6.0
_EM: Final = 125_000
"""A character of a cell, EMU, with a little room."""
_PADDING: Final = 150_000
_LONGEST_WORD: Final = 9.0
"""Ems of a word that a column must hold unbroken; longer ones are identifiers."""
_LONG: Final = 22.0
"""Ems of a text that gets no more room for being longer."""
_WRITTEN_TWIPS: Final = 420
"""Height of a row with something to write in."""
_TALLEST: Final = 0.6
"""A picture's share of the page's height."""
_LINE_TWIPS: Final = 340


def docx_bytes(form: Form, template: bytes, drill: str, at: datetime) -> bytes:
    """A form on its template; `drill` and the form's title stand in the header where the template says so."""
    from docx import Document

    document = Document(io.BytesIO(template))
    _mark(document, {"{title}": form.title, "{drill}": drill})
    writer = _Writer(document)
    writer.paragraph(form.title, "Title")
    for line in form.lines:
        writer.paragraph(line, "Subtitle")
    for number, chapter in enumerate(form.chapters, start=1):
        writer.turn_for(*chapter.parts[:1])
        title = writer.paragraph(f"{number}  {chapter.title}", "Heading 1")
        title.paragraph_format.page_break_before = True if form.apart and number > 1 else None
        for part in chapter.parts:
            writer.turn_for(part)
            writer.part(part)
    out = io.BytesIO()
    document.save(out)
    return sealed(out.getvalue(), form.title, at)


def clean(text: str) -> str:
    """A text that XML takes, no longer than anybody reads."""
    kept = plain(text[: LONGEST + 1]).replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ")
    return kept if len(kept) <= LONGEST else f"{kept[: LONGEST - 1]}…"


def _mark(document: Document, words: dict[str, str]) -> None:
    """Fill the places of header and footer."""
    for section in document.sections:
        for edge in (section.header, section.footer, section.first_page_header, section.first_page_footer):
            cells = [cell for table in edge.tables for line in table.rows for cell in line.cells]
            for paragraph in [*edge.paragraphs, *(one for cell in cells for one in cell.paragraphs)]:
                for run in paragraph.runs:
                    for place, text in words.items():
                        if place in run.text:
                            run.text = run.text.replace(place, clean(text)[:80])


class _Writer:
    """Appends parts to a document."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._known = {style.name for style in document.styles}
        last = document.sections[-1]
        self._wide = _text_width(last)
        self._lying = self._turned = (last.page_width or 0) > (last.page_height or 0)

    def style(self, name: str) -> str | None:
        """The style of that name; the default where the template has none."""
        return name if name in self._known else None

    def paragraph(self, text: str, style: str) -> Paragraph:
        """A paragraph in a style."""
        return self._document.add_paragraph(clean(text), self.style(style))

    def turn_for(self, *parts: Part) -> None:
        """Wide pictures lie on pages turned on their side, what follows on upright ones again."""
        from docx.enum.section import WD_ORIENT

        wide = self._lying or any(isinstance(part, Image) and part.wide for part in parts)
        if wide == self._turned:
            return
        section = self._document.add_section()
        section.orientation = WD_ORIENT.LANDSCAPE if wide else WD_ORIENT.PORTRAIT
        section.page_width, section.page_height = section.page_height, section.page_width
        self._wide, self._turned = _text_width(section), wide

    def part(self, part: Part) -> None:
        if isinstance(part, Words):
            self.paragraph(part.text, "Form Note" if part.quiet else "Normal")
        elif isinstance(part, Heading):
            self.paragraph(part.text, "Heading 2")
        elif isinstance(part, Grid):
            self._grid(part)
        elif isinstance(part, Blank):
            self._box(part)
        elif isinstance(part, Pairs):
            columns = [Column("", width=1.3), Column("", width=4)]
            self._table(columns, [[Cell(term), Cell(text)] for term, text in part.pairs], headed=False)
        else:
            self._picture(part)

    def _grid(self, grid: Grid) -> None:
        if grid.title:
            self.paragraph(grid.title, "Caption")
        self._table(grid.columns, grid.rows, headed=True)
        if grid.note:
            self.paragraph(grid.note, "Form Note")

    def _table(self, columns: Sequence[Column], rows: Sequence[Sequence[Cell]], *, headed: bool) -> None:
        table: Any = self._document.add_table(len(rows) + headed, len(columns), self.style("Table Grid"))
        table.autofit = False
        widths = _widths(columns, rows, self._wide)
        for column, width in zip(table.columns, widths, strict=True):
            column.width = width
        cells = table._cells  # noqa: SLF001 (the public way asks for all of them at every cell)
        lines = [[Cell(column.text) for column in columns], *rows] if headed else rows
        for down, line in enumerate(lines):
            for across, (cell, column) in enumerate(zip(line, columns, strict=True)):
                at = cells[down * len(columns) + across]
                at.width = widths[across]
                self._fill(at, cell, column, head=(headed and not down) or (not headed and not across))
        for down, line in enumerate(table.rows):
            _whole_row(line, repeated=headed and not down)
            if not any(cell.text for cell in lines[down][1 - headed :]):
                _height(line, _WRITTEN_TWIPS)
        self._document.add_paragraph("", self.style("Form Note"))

    def _fill(self, at: _Cell, cell: Cell, column: Column, *, head: bool) -> None:
        from docx.enum.text import WD_ALIGN_PARAGRAPH

        paragraph = at.paragraphs[0]
        name = self.style("Form Head" if head else "Form Cell")
        paragraph.style = name
        run = paragraph.add_run(clean(cell.text))
        run.bold = True if cell.tone == "bad" else None
        if column.number and not head:
            paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
        if cell.under and not head:
            at.add_paragraph(clean(cell.under), self.style("Form Under"))
        if head or column.source == "simulated":
            _shade(at, SHADE["head" if head else "simulated"])

    def _box(self, box: Blank) -> None:
        table: Any = self._document.add_table(1, 1, self.style("Table Grid"))
        table.autofit = False
        cell = table.cell(0, 0)
        cell.width = table.columns[0].width = self._wide
        cell.paragraphs[0].style = self.style("Form Blank")
        cell.paragraphs[0].add_run(clean(box.label))
        _whole_row(table.rows[0], repeated=False)
        _height(table.rows[0], box.lines * _LINE_TWIPS)
        self._document.add_paragraph("", self.style("Form Note"))

    def _picture(self, image: Image) -> None:
        from docx.enum.text import WD_ALIGN_PARAGRAPH
        from docx.shared import Emu

        paragraph = self._document.add_paragraph()
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
        paragraph.paragraph_format.keep_with_next = True
        shape = paragraph.add_run().add_picture(io.BytesIO(image.png), width=Emu(self._wide))
        shape._inline.docPr.set("descr", clean(image.words))  # noqa: SLF001 (no public way)
        section = self._document.sections[-1]
        tall = int((section.page_height or 10_692_000) * _TALLEST)
        if shape.height > tall:
            shape.width, shape.height = Emu(int(shape.width * tall / shape.height)), Emu(tall)
        self.paragraph(image.words, "Caption")


def _text_width(section: Section) -> int:
    """Between the margins, EMU."""
    sides = (section.page_width, section.left_margin, section.right_margin)
    page, left, right = (int(side) if side is not None else 0 for side in sides)
    return page - left - right if page - left - right > 0 else 5_760_000


def _widths(columns: Sequence[Column], rows: Sequence[Sequence[Cell]], wide: int) -> list[int]:
    """Widths of columns that fill the page, by weight or by the longest text, EMU; no word is broken if it fits."""
    weights, least = [], []
    for at, column in enumerate(columns):
        texts = [column.text, *(text for line in rows for text in (line[at].text, line[at].under))]
        longest = max(map(_ems, texts))
        usual = sum(_ems(line[at].text) for line in rows) / max(len(rows), 1)
        weight = 0.3 * min(longest, _LONG) + 0.7 * min(usual, 2 * _LONG)
        weights.append(column.width or min(max(weight, 3.0) / 4, _WIDEST_SHARE))
        least.append(int(min(max(map(_longest_word, texts)), _LONGEST_WORD) * _EM + _PADDING))
    whole = max(sum(least), 1)
    if whole >= wide:
        return [int(one * wide / whole) for one in least]
    rest, total = wide - whole, sum(weights)
    spare = [max(0.0, weight * wide / total - one) for weight, one in zip(weights, least, strict=True)]
    more = sum(spare) or 1.0
    return [int(one + rest * extra / more) for one, extra in zip(least, spare, strict=True)]


def _longest_word(text: str) -> float:
    """The longest piece of a text that stands on one line, ems; Chinese breaks anywhere, boxes to tick nowhere."""
    if "☐" in text:
        return _ems(text)
    words = re.split(r"\s+|(?<=[^\x00-\x7f])|(?=[^\x00-\x7f])", text[:400])
    return max((_ems(word) for word in words if word), default=0.0)


def _ems(text: str) -> float:
    lines = text[:200].split("\n")
    return max(sum(0.55 if one.isascii() else 1.0 for one in line) for line in lines)


def _shade(cell: _Cell, colour: str) -> None:
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    shade = OxmlElement("w:shd")
    for key, value in {"val": "clear", "color": "auto", "fill": colour}.items():
        shade.set(qn(f"w:{key}"), value)
    cell._tc.get_or_add_tcPr().append(shade)  # noqa: SLF001 (python-docx has no shading)


def _whole_row(line: Any, *, repeated: bool) -> None:
    """A row that no page break divides, and a head that is repeated."""
    from docx.oxml import OxmlElement

    properties = line._tr.get_or_add_trPr()  # noqa: SLF001 (python-docx has neither)
    properties.append(OxmlElement("w:cantSplit"))
    if repeated:
        properties.append(OxmlElement("w:tblHeader"))


def _height(line: Any, twips: int) -> None:
    from docx.enum.table import WD_ROW_HEIGHT_RULE
    from docx.shared import Twips

    line.height_rule, line.height = WD_ROW_HEIGHT_RULE.AT_LEAST, Twips(twips)
