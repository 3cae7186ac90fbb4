"""A bulletin as a .docx: the paper filled into templates/bulletin/weekly.docx, which a committee may restyle. No macros."""

from __future__ import annotations

import io
from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings
from docxtpl import DocxTemplate
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

if TYPE_CHECKING:
    from reporting.bulletin_paper import Paper

TEMPLATE = Path(settings.BASE_DIR, "templates", "bulletin", "weekly.docx")


def write(paper: Paper) -> bytes:
    """The file. Every text is escaped: what people wrote is never taken for markup or for a tag of the template."""
    document = DocxTemplate(TEMPLATE)
    document.render(_context(paper), autoescape=True)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def _context(paper: Paper) -> dict[str, object]:
    lines = ("heading", "number", "title", "correction", "salutation", "signature", "date", "note")
    shown = {
        table.key: {"caption": caption, "rows": [[_clean(cell) for cell in row] for row in table.texts]}
        for caption, table in paper.tables
    }
    texts = {name: _clean(getattr(paper, name)) for name in lines}
    return {**texts, "paragraphs": [_clean(each) for each in paper.paragraphs], "t": shown}


def _clean(text: str) -> str:
    """Without the control characters that no XML may hold."""
    return str(ILLEGAL_CHARACTERS_RE.sub("", text))
