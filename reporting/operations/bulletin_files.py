"""A bulletin as files: the .docx that is printed and filed, and its tables as an Excel annex."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from reporting import bulletin_paper
from reporting.excel import bulletin as annex
from reporting.word import bulletin as word

if TYPE_CHECKING:
    from reporting.models import Bulletin

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass(frozen=True, slots=True)
class File:
    """Name, type and content of a download."""

    name: str
    mime: str
    content: bytes


def word_file(bulletin: Bulletin) -> File:
    """The bulletin itself; a draft says so in its name."""
    paper = bulletin_paper.of(bulletin)
    return File(f"{_name(bulletin, paper)}.docx", WORD, word.write(paper))


def annex_file(bulletin: Bulletin) -> File:
    """The shown tables with their integers."""
    paper = bulletin_paper.of(bulletin)
    return File(_("%(name)s_附表.xlsx") % {"name": _name(bulletin, paper)}, EXCEL, annex.write(paper))


def _name(bulletin: Bulletin, paper: bulletin_paper.Paper) -> str:
    number = paper.number if bulletin.published_at else _("周通报草稿")
    return f"{number}_{paper.title}".replace("/", "_")
