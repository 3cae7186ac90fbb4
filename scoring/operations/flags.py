"""Flags on a sheet: the leading group's office confirms or dismisses what the frozen weeks raise (SUP-4.1c, SUP-4.4.4)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from orgs.exceptions import NotAllowed
from orgs.kernel import clock
from orgs.operations import ledger
from scoring.choices import ConsequenceKind, SheetState
from scoring.exceptions import NotReady, ResultNotified
from scoring.models import Consequence
from scoring.operations import sheets
from scoring.operations.finalising import cleaned_reason

if TYPE_CHECKING:
    from orgs.models import User
    from scoring.models import Sheet


@transaction.atomic
def confirm_consequence(consequence: Consequence, *, by: User) -> Sheet:
    """The leading group's office confirms a flag; only then does it act on grade or award (SUP-4.1c, SUP-4.4.4).

    Raises NotReady for a dismissed one and for what follows from the total itself, SheetFinal, NotAllowed.
    """
    sheet, consequence = _for_decision(consequence, by)
    if not consequence.is_flag:
        raise NotReady(_("该项由考评总分得出，定稿时自动生效，不用确认。"))
    if consequence.is_dismissed:
        raise NotReady(_("该项已不予认定，不能再确认。"))
    if consequence.is_confirmed:
        return sheet
    consequence.is_confirmed = True
    consequence.save(update_fields=["is_confirmed"])
    if consequence.kind == ConsequenceKind.NOT_EXCELLENT:
        sheet.poor_flag_confirmed_at = clock.now()
        sheet.poor_flag_confirmed_by = by
    sheet.version += 1
    sheet.save(update_fields=["poor_flag_confirmed_at", "poor_flag_confirmed_by", "version"])
    sheets.refresh_result(sheet)
    ledger.record("sheet.flag_confirmed", sheet, by=by, clause=consequence.clause)
    return sheet


@transaction.atomic
def dismiss_consequence(consequence: Consequence, *, reason: str, by: User) -> Sheet:
    """The leading group's office dismisses a flag with a reason: it never acts, and holds nothing up.

    Raises ReasonRequired, NotReady where it is confirmed or follows from the total itself, SheetFinal, NotAllowed.
    """
    sheet, consequence = _for_decision(consequence, by)
    if not consequence.is_flag:
        raise NotReady(_("该项由考评总分得出，不能不予认定；请核对得分。"))
    if consequence.is_confirmed:
        raise NotReady(_("该项已经确认，不能再不予认定。"))
    if consequence.is_dismissed:
        return sheet
    consequence.is_dismissed = True
    consequence.dismissal_reason = cleaned_reason(reason, _("请填写不予认定的理由。"))
    consequence.save(update_fields=["is_dismissed", "dismissal_reason"])
    sheet.version += 1
    sheet.save(update_fields=["version"])
    ledger.record(
        "sheet.flag_dismissed", sheet, by=by, clause=consequence.clause, reason=consequence.dismissal_reason
    )
    return sheet


def _for_decision(consequence: Consequence, by: User) -> tuple[Sheet, Consequence]:
    sheet = sheets.locked(consequence.sheet_id)
    sheets.require_assessor(by, sheet)
    if not sheets.leads(by, sheet.unit):
        raise NotAllowed
    if sheet.state == SheetState.OBJECTION:
        raise ResultNotified
    fresh = sheet.consequences.filter(pk=consequence.pk).first()
    if fresh is None:
        raise NotReady(_("该项已随新的数据撤销，请刷新页面。"))
    return sheet, fresh
