"""引用报送: adopted contributions are quoted in the draft of a bulletin, and taken out again (WB-3.3)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from orgs.exceptions import Conflict
from orgs.operations import ledger
from reporting import bulletin_quotes as words
from reporting.exceptions import ReportingError
from reporting.models import Bulletin, Contribution
from reporting.operations.bulletins import LONGEST_TEXT

if TYPE_CHECKING:
    from collections.abc import Collection

    from orgs.models import User
    from reporting.querysets.notices import ContributionQuerySet


def quotable(bulletin: Bulletin, by: User) -> ContributionQuerySet:
    """Adopted by the unit of the bulletin since its week began and quoted nowhere yet, or in this very bulletin."""
    adopted = Contribution.objects.actionable_by(by).adopted().filter(addressed_to=bulletin.unit_id)
    fresh = adopted.filter(bulletin=None, decided_at__gte=bulletin.closed_week.week.starts_at)
    return (fresh | adopted.filter(bulletin=bulletin)).order_by("sent_at", "pk")


@transaction.atomic
def quote(bulletin_id: int, contribution_ids: Collection[int], *, version: int, by: User) -> int:
    """Quote these at the end of the text; returns how many. Raises Conflict, ReportingError where none can be quoted."""
    bulletin = _draft(bulletin_id, version, by=by)
    rows = quotable(bulletin, by).filter(pk__in=contribution_ids, bulletin=None)
    chosen = list(rows.select_for_update(of=("self",)).select_related("unit"))
    if not chosen:
        raise ReportingError(_("请选择要引用的报送。"))
    added = {str(each.pk): words.paragraph(each.unit.name, each.title) for each in chosen}
    bulletin.body = words.with_quotes(bulletin.body, added)
    if len(bulletin.body["text"]) > LONGEST_TEXT:
        raise ReportingError(_("正文不能超过%(n)d个字，请先删减正文再引用。") % {"n": LONGEST_TEXT})
    Contribution.objects.filter(pk__in=[each.pk for each in chosen]).update(bulletin=bulletin)
    _write(bulletin)
    ledger.record_many("contribution.quoted", chosen, by=by)
    return len(chosen)


@transaction.atomic
def unquote(bulletin_id: int, contribution_id: int, *, version: int, by: User) -> None:
    """Take one out again. Raises Conflict, ReportingError where it isn't quoted here."""
    bulletin = _draft(bulletin_id, version, by=by)
    rows = Contribution.objects.actionable_by(by).filter(bulletin=bulletin)
    found = rows.select_for_update(of=("self",)).filter(pk=contribution_id).first()
    if found is None:
        raise ReportingError(_("这份报送没有在这份通报中引用。"))
    bulletin.body = words.without_quote(bulletin.body, str(found.pk))
    found.bulletin = None
    found.save(update_fields=["bulletin"])
    _write(bulletin)
    ledger.record("contribution.unquoted", found, by=by)


def _draft(bulletin_id: int, version: int, *, by: User) -> Bulletin:
    drafts = Bulletin.objects.actionable_by(by).drafts().select_for_update(of=("self",))
    bulletin = drafts.select_related("unit", "closed_week").get(pk=bulletin_id)
    if bulletin.version != version:
        raise Conflict(_("这份草稿刚才已被他人修改，请核对现在的内容。"))
    return bulletin


def _write(bulletin: Bulletin) -> None:
    bulletin.version += 1
    bulletin.save(update_fields=["body", "version"])
