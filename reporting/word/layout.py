"""The .docx template of the bulletin, built from constants: A4 in the customary layout (GB/T 9704 habit, ux.md, Print).

The file in templates/bulletin/ is what is filled; a test compares it with this module. Fonts that a machine lacks are
replaced by Word and WPS themselves (小标宋 by 宋体, 仿宋_GB2312 by 仿宋).
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from docx import Document
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor

from reporting.bulletin_tables import COLUMNS, TITLES

if TYPE_CHECKING:
    from docx.document import Document as Doc
    from docx.table import _Cell, _Row
    from docx.text.paragraph import Paragraph
    from docx.text.run import Run

MARGINS_MM = {"top": 37, "left": 28, "bottom": 35, "right": 26}
TITLE_FONT, BODY_FONT, HEAD_FONT = "方正小标宋简体", "仿宋_GB2312", "黑体"
TITLE_SIZE, BODY_SIZE, TABLE_SIZE, HEADING_SIZE, NOTE_SIZE = 22, 16, 11, 30, 12
LINE = 28
RED = RGBColor(0xC0, 0x00, 0x00)
TEXT_WIDTH_MM = 210 - 28 - 26
CENTRE, LEFT, RIGHT = WD_ALIGN_PARAGRAPH.CENTER, WD_ALIGN_PARAGRAPH.LEFT, WD_ALIGN_PARAGRAPH.RIGHT


def build() -> bytes:
    """The template as a file."""
    document = Document()
    _page(document)
    _head(document)
    _body(document)
    for key in TITLES:
        _table(document, key)
    _foot(document)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def _page(document: Doc) -> None:
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    for side, millimetres in MARGINS_MM.items():
        setattr(section, f"{side}_margin", Mm(millimetres))
    style = document.styles["Normal"]
    style.font.name, style.font.size = BODY_FONT, Pt(BODY_SIZE)
    style.element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), BODY_FONT)
    shape = style.paragraph_format
    shape.line_spacing_rule, shape.line_spacing = WD_LINE_SPACING.EXACTLY, Pt(LINE)
    shape.space_before = shape.space_after = Pt(0)


def _head(document: Doc) -> None:
    heading = _paragraph(document, "{{ heading }}", font=TITLE_FONT, size=HEADING_SIZE, align=CENTRE)
    heading.runs[0].font.color.rgb = RED
    heading.paragraph_format.line_spacing = Pt(40)
    number = _paragraph(document, "{{ number }}", align=CENTRE)
    number.paragraph_format.space_before = Pt(12)
    _red_line(number)
    title = _paragraph(document, "{{ title }}", font=TITLE_FONT, size=TITLE_SIZE, align=CENTRE)
    title.paragraph_format.line_spacing = Pt(34)
    title.paragraph_format.space_before, title.paragraph_format.space_after = Pt(28), Pt(14)
    _paragraph(document, "{%p if correction %}")
    _indented(document, "{{ correction }}")
    _paragraph(document, "{%p endif %}")


def _body(document: Doc) -> None:
    _paragraph(document, "{{ salutation }}")
    _paragraph(document, "{%p for text in paragraphs %}")
    _indented(document, "{{ text }}")
    _paragraph(document, "{%p endfor %}")
    signature = _paragraph(document, "{{ signature }}", align=RIGHT)
    signature.paragraph_format.space_before = Pt(LINE)
    signature.paragraph_format.keep_with_next = True
    # 成文日期 stands four characters in from the right.
    date = _paragraph(document, "{{ date }}", align=RIGHT)
    for line in (signature, date):
        line.paragraph_format.right_indent = Pt(2 * BODY_SIZE)


def _foot(document: Doc) -> None:
    note = _paragraph(document, "{{ note }}", size=NOTE_SIZE)
    note.paragraph_format.space_before = Pt(14)
    note.paragraph_format.line_spacing = Pt(18)


def _table(document: Doc, key: str) -> None:
    """Caption, head and one row that docxtpl repeats; the whole is left out where the bulletin shows no such table."""
    _paragraph(document, f"{{%p if t.{key} %}}")
    caption = _paragraph(document, f"{{{{ t.{key}.caption }}}}", font=HEAD_FONT, size=14)
    caption.paragraph_format.space_before = Pt(14)
    caption.paragraph_format.keep_with_next = True
    columns = COLUMNS[key]
    table = document.add_table(rows=4, cols=len(columns))
    table.style, table.alignment, table.autofit = "Table Grid", WD_TABLE_ALIGNMENT.CENTER, False
    total = sum(column.width for column in columns)
    for at, column in enumerate(columns):
        width = Mm(TEXT_WIDTH_MM * column.width / total)
        table.columns[at].width = width
        _cell(table.rows[0].cells[at], str(column.label), font=HEAD_FONT, align=CENTRE)
        align = CENTRE if column.is_number else LEFT
        _cell(table.rows[2].cells[at], f"{{{{ row[{at}] }}}}", align=align)
    _cell(table.rows[1].cells[0], f"{{%tr for row in t.{key}.rows %}}")
    _cell(table.rows[3].cells[0], "{%tr endfor %}")
    _row_option(table.rows[0], "w:tblHeader")
    for row in table.rows:
        _row_option(row, "w:cantSplit")
    _paragraph(document, "{%p endif %}")


def _paragraph(
    document: Doc,
    text: str,
    *,
    font: str = BODY_FONT,
    size: int = BODY_SIZE,
    align: WD_ALIGN_PARAGRAPH = LEFT,
) -> Paragraph:
    paragraph = document.add_paragraph()
    paragraph.alignment = align
    _font(paragraph.add_run(text), font, size)
    return paragraph


def _indented(document: Doc, text: str) -> None:
    paragraph = _paragraph(document, text)
    paragraph.alignment = WD_ALIGN_PARAGRAPH.JUSTIFY
    paragraph.paragraph_format.first_line_indent = Pt(2 * BODY_SIZE)


def _cell(cell: _Cell, text: str, *, font: str = BODY_FONT, align: WD_ALIGN_PARAGRAPH = CENTRE) -> None:
    paragraph = cell.paragraphs[0]
    paragraph.alignment = align
    paragraph.paragraph_format.line_spacing_rule = WD_LINE_SPACING.SINGLE
    _font(paragraph.add_run(text), font, TABLE_SIZE)


def _font(run: Run, name: str, size: int) -> None:
    run.font.name, run.font.size = name, Pt(size)
    run._element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), name)


def _red_line(paragraph: Paragraph) -> None:
    """The separator below the number."""
    borders, line = OxmlElement("w:pBdr"), OxmlElement("w:bottom")
    for name, value in (("val", "single"), ("sz", "12"), ("space", "6"), ("color", "C00000")):
        line.set(qn(f"w:{name}"), value)
    borders.append(line)
    paragraph._element.get_or_add_pPr().insert_element_before(
        borders, "w:shd", "w:tabs", "w:spacing", "w:ind", "w:jc", "w:rPr"
    )


def _row_option(row: _Row, name: str) -> None:
    row._tr.get_or_add_trPr().append(OxmlElement(name))
