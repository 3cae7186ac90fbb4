"""告知: whom a draft names is told before it is published, reads only what is said about the own unit, and may answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from orgs.choices import NotificationKind
from orgs.kernel import clock
from orgs.models import OrgUnit
from orgs.operations import ledger
from reporting import bulletin_quotes, bulletin_words
from reporting.bulletin_figures import Figures
from reporting.choices import BulletinState
from reporting.exceptions import ReportingError
from reporting.models import Bulletin, BulletinNotice

if TYPE_CHECKING:
    from orgs.models import User
    from reporting.bulletin_figures import UnitFigures

LONGEST_ANSWER = 400


def named(bulletin: Bulletin) -> list[UnitFigures]:
    """Whom the bulletin names in its tables of bad work, its title or its text (SUP-2.1.2)."""
    body = bulletin.body
    quoted = bulletin_quotes.quotes(body).values()
    return bulletin_words.named(
        Figures.of(bulletin.figures), body["tables"], bulletin.title, body["text"], quoted
    )


def untold(bulletin: Bulletin) -> list[UnitFigures]:
    """Named, but not told yet."""
    told = set(BulletinNotice.objects.filter(bulletin=bulletin).values_list("unit_id", flat=True))
    return [each for each in named(bulletin) if each.unit_id not in told]


def require_told(bulletin: Bulletin) -> None:
    """Refuse the publication while somebody named has not been told (BULLETIN_NOTICE). Raises ReportingError."""
    waiting = untold(bulletin) if settings.BULLETIN_NOTICE else []
    if waiting:
        words = {"n": len(waiting), "names": "、".join(each.name for each in waiting[:5])}
        raise ReportingError(
            _("还有%(n)d个被点名的单位没有告知（%(names)s），请先点“告知被点名单位”再发布。") % words
        )


@transaction.atomic
def tell(bulletin_id: int, *, by: User) -> int:
    """Tell everybody named who was not told yet; returns how many."""
    drafts = Bulletin.objects.actionable_by(by).drafts().select_for_update(of=("self",))
    bulletin = drafts.select_related("unit").get(pk=bulletin_id)
    waiting = untold(bulletin)
    units = OrgUnit.objects.in_bulk([each.unit_id for each in waiting])
    text = _("%(unit)s拟在周通报中点名你单位，请查看内容；如有不同情况，请在发布前说明。") % {
        "unit": bulletin.unit.name
    }
    for unit in units.values():
        notice = BulletinNotice.objects.create(bulletin=bulletin, unit=unit, told_at=clock.now(), told_by=by)
        ledger.notify(unit, NotificationKind.BULLETIN_NOTICE, text, link=f"/bulletins/notices/{notice.pk}/")
    ledger.record("bulletin.told", bulletin, by=by, units=sorted(units))
    return len(units)


@transaction.atomic
def answer(notice_id: int, text: str, *, by: User) -> BulletinNotice:
    """说明 by the unit itself, until the bulletin is published; the last word counts. Raises ReportingError."""
    notice: BulletinNotice = BulletinNotice.objects.of_own_units(by).get(pk=notice_id)
    # The bulletin first: its publication locks the rows of the notices (reporting/apps.py).
    bulletin = Bulletin.objects.select_for_update(of=("self",)).get(pk=notice.bulletin_id)
    if bulletin.state == BulletinState.PUBLISHED:
        raise ReportingError(_("通报已经发布，不能再说明；有异议请联系发布单位更正。"))
    if not text.strip():
        raise ReportingError(_("请填写说明。"))
    if len(text.strip()) > LONGEST_ANSWER:
        raise ReportingError(_("说明不能超过%(n)d个字，请删减。") % {"n": LONGEST_ANSWER})
    notice.answer, notice.answered_at, notice.answered_by = text.strip(), clock.now(), by
    notice.save(update_fields=["answer", "answered_at", "answered_by"])
    ledger.record("bulletin.answered", notice, by=by)
    return notice
