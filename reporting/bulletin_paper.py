"""A bulletin as it stands on paper; page, print and .docx are rendered from this one shape, and that from what is stored."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from orgs.kernel import clock
from orgs.kernel.clock import Week
from reporting import bulletin_words as words
from reporting.bulletin_figures import Figures
from reporting.bulletin_tables import Table, tables

if TYPE_CHECKING:
    from reporting.models import Bulletin


@dataclass(frozen=True, slots=True)
class Paper:
    """发文机关标志, 文号, 标题, 主送, 正文, 附表, 署名, 成文日期, and the note on week, edition and basis."""

    heading: str
    number: str
    title: str
    correction: str
    salutation: str
    paragraphs: list[str]
    tables: list[tuple[str, Table]]
    signature: str
    date: str
    note: str


def of(bulletin: Bulletin) -> Paper:
    """From the stored title, body and figures alone; only a draft takes the issuer's name of today."""
    body, figures = bulletin.body, Figures.of(bulletin.figures)
    issuer = body.get("issuer") or bulletin.unit.name
    published_on = clock.local(bulletin.published_at).date() if bulletin.published_at else None
    shown = enumerate(tables(figures, body["tables"]), 1)
    return Paper(
        heading=_("%(issuer)s周通报") % {"issuer": issuer},
        number=words.number_text(bulletin.year, bulletin.number, bulletin.correction),
        title=bulletin.title,
        correction=_correction(bulletin),
        salutation=words.salutation(body["recipients"]["kinds"]),
        paragraphs=words.paragraphs(body["text"]),
        tables=[(_("附表%(n)d　%(title)s") % {"n": at, "title": table.title}, table) for at, table in shown],
        signature=issuer,
        date=words.date_text(published_on),
        note=_note(figures),
    )


def _correction(bulletin: Bulletin) -> str:
    old = bulletin.corrects
    if old is None:
        return ""
    number = words.number_text(old.year, old.number, old.correction)
    return _("本通报更正%(number)s。更正原因：%(reason)s") % {"number": number, "reason": bulletin.reason}


def _note(figures: Figures) -> str:
    week = Week.parse(figures.week)
    facts = {
        "month": week.ends_on.month,
        "day": week.ends_on.day,
        "year": week.year,
        "label": week.label,
        "edition": figures.edition,
    }
    return (
        _(
            "数据截至%(month)d月%(day)d日24:00，取自%(year)d年%(label)s周报第%(edition)d版，团员底数为工作口径。"
        )
        % facts
    )
