"""党组会决定: what the scheme doesn't foresee is decided by people, with the record that says so (SUP-4.4.6)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from orgs.choices import NotificationKind
from orgs.exceptions import NotAllowed
from orgs.kernel import clock
from orgs.operations import ledger
from scoring.choices import SheetState
from scoring.exceptions import NotReady, ScoringError
from scoring.models import Decision
from scoring.operations import sheets
from scoring.operations.said import said

if TYPE_CHECKING:
    from datetime import date

    from orgs.models import User
    from scoring.models import Sheet

LONGEST_NUMBER = 60
LONGEST = 500


@transaction.atomic
def record_decision(
    sheet: Sheet, *, grade: str, record_number: str, held_on: date, reason: str, version: int, by: User
) -> Decision:
    """登记党组会决定: from now on its grade is the sheet's; the newest of several stands. A unit already told is told.

    Raises NotReady before the sheet is assessed, ScoringError for a day to come, ReasonRequired, SheetProposed,
    SheetFinal, Conflict, NotAllowed for anybody but the office.
    """
    if not (sheets.may_assess(by, sheet.unit) and sheets.leads(by, sheet.unit)):
        raise NotAllowed
    sheet = sheets.locked(sheet.pk, version=version)
    if sheet.state == SheetState.SELF_ASSESSING:
        raise NotReady(_("自评阶段结束以后才能登记党组会决定。"))
    if held_on > clock.today():
        raise ScoringError(_("会议日期不能晚于今天，请更正。"))
    made = Decision.objects.create(
        sheet=sheet,
        grade=grade,
        record_number=said(record_number, label=_("会议纪要号"), longest=LONGEST_NUMBER),
        held_on=held_on,
        reason=said(reason, label=_("决定内容"), longest=LONGEST),
        recorded_at=clock.now(),
        recorded_by=by,
    )
    sheet.version += 1
    sheet.save(update_fields=["version"])
    sheets.refresh_result(sheet)
    ledger.record("sheet.decided", sheet, by=by, decision=made.pk, grade=grade)
    if sheet.state == SheetState.OBJECTION:
        words = {"title": sheet.title, "grade": made.get_grade_display(), "record": made.record_number}
        text = _("%(title)s等次经党组会决定为%(grade)s（%(record)s）。") % words
        link = reverse("scoring:show-result", args=[sheet.pk])
        ledger.notify(sheet.unit, NotificationKind.SHEET_NOTIFIED, text, link=link)
    return made
