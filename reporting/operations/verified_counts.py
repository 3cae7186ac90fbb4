"""核减: what an inspection found stands beside what was declared; scores use it from the next closed week on (metrics.md).

READING: objections (异议) are to grades. A number verified, or a group not found, is put right without one: the unit, which is
told at once, shows the group to whoever inspected or organised; they void the 核减 with a reason (作废), and while the draw
runs the sample is recorded anew. Weeks closed before keep it until a new edition.
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
from reporting.models import VerifiedCount
from reporting.operations.inspection import LONGEST_REASON
from reporting.operations.texts import checked

if TYPE_CHECKING:
    from orgs.models import User
    from reporting.models import DrawItem


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
    }
    text = (
        _(
            "抽查核减“%(name)s”：申报人数%(declared)s，核实人数%(verified)s。说明：%(why)s。有不同意见的，请向组织抽查的单位反映，由其核对后作废"
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
    count = (
        rows.select_for_update(of=("self",)).select_related("item__draw", "unit").filter(pk=count_id).first()
    )
    if count is None:
        raise NotAllowed
    why = checked(reason, label=_("作废理由"), longest=LONGEST_REASON)
    if not why:
        raise ReportingError(_("请填写作废理由。"))
    if count.voided_at is not None:
        raise ReportingError(_("这条核减已作废，请刷新页面。"))
    item = count.item
    count.voided_at, count.void_reason = clock.now(), why
    if item is not None and item.draw.state == DrawState.ASSIGNED:
        count.item = None  # the sample may be verified anew
        if item.missing_at is not None:
            item.missing_at, item.note = None, ""
            item.save(update_fields=["missing_at", "note"])
    count.save(update_fields=["voided_at", "void_reason", "item"])
    ledger.record("verified_count.voided", count, by=by, reason=why, item=item.pk if item else None)
    return count
