"""核减: what an inspection found stands beside what was declared; scores use it from the next closed week on (metrics.md).

The unit is told at once and may object (异议, `objections`). Whoever inspected or organised voids what was plainly wrong, with
a reason (作废); while the draw runs the sample is recorded anew. Weeks closed before keep it until a new edition.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from orgs import permissions
from orgs.choices import NotificationKind
from orgs.exceptions import NotAllowed
from orgs.kernel import clock
from orgs.operations import ledger
from reporting.choices import DrawState
from reporting.exceptions import ReportingError
from reporting.models import Draw, DrawItem, Objection, VerifiedCount
from reporting.objecting import last_day
from reporting.operations.inspection import LONGEST_REASON, uphold_moot
from reporting.operations.texts import checked

if TYPE_CHECKING:
    from orgs.models import User


MOST_MEMBERS = 100_000


def verify(item: DrawItem, *, verified: int, reason: str, by: User) -> VerifiedCount:
    """Part of an operation on a sample: the number found, and the one declared at this moment; the unit is told."""
    count = VerifiedCount.objects.create(
        group=item.group,
        unit=item.group.unit,
        item=item,
        declared=item.group.members,
        verified=verified,
        reason=reason,
        verified_at=clock.now(),
        verified_by=by,
    )
    ledger.record(
        "verified_count.recorded", count, by=by, reason=reason, declared=count.declared, verified=verified
    )
    words = {
        "name": item.group.name,
        "declared": _("未填") if count.declared is None else count.declared,
        "verified": verified,
        "why": reason,
        "until": last_day(count),
    }
    text = (
        _(
            "抽查核减“%(name)s”：申报人数%(declared)s，核实人数%(verified)s。有异议请在%(until)s 24:00前提出。说明：%(why)s"
        )
        % words
    )
    link = f"/groups/{item.group_id}/"
    ledger.notify(count.unit, NotificationKind.CHECK_RECORDED, text[:400], link=link)
    return count


@transaction.atomic
def void_count(count_id: int, *, reason: str, by: User) -> VerifiedCount:
    """作废核减: the declared figure counts again from now on; weeks closed before keep the verified one.

    A sample whose group wasn't found can be recorded anew while its draw runs. Raises NotAllowed, ReportingError.
    """
    rows = VerifiedCount.objects.actionable_by(by, permissions.RECORD_CHECK)
    count = rows.select_for_update(of=("self",)).select_related("unit").filter(pk=count_id).first()
    if count is None:
        raise NotAllowed
    why = checked(reason, label=_("作废理由"), longest=LONGEST_REASON)
    if not why:
        raise ReportingError(_("请填写作废理由。"))
    if count.voided_at is not None:
        raise ReportingError(_("这条核减已作废，请刷新页面。"))
    mark_count_void(count, why, by=by)
    uphold_moot(Objection.objects.filter(count_made=count), _("原核减已作废"), by=by)
    return count


def mark_count_void(count: VerifiedCount, why: str, *, by: User) -> DrawItem | None:
    """Part of an operation: the figure no longer counts. Gives the sample that may be recorded anew, if its draw runs."""
    item = DrawItem.objects.filter(pk=count.item_id).first() if count.item_id is not None else None
    # Locked before its samples, as the triggers ask for.
    draw = Draw.objects.select_for_update(of=("self",)).filter(pk=item.draw_id).first() if item else None
    reopened = item if draw is not None and draw.state == DrawState.ASSIGNED else None
    count.voided_at, count.void_reason = clock.now(), why
    if reopened is not None:
        count.item = None
        if reopened.missing_at is not None:
            reopened.missing_at, reopened.note = None, ""
            reopened.save(update_fields=["missing_at", "note"])
    count.save(update_fields=["voided_at", "void_reason", "item"])
    ledger.record("verified_count.voided", count, by=by, reason=why, item=item.pk if item else None)
    return reopened
