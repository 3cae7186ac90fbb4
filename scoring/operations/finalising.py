"""The way of a sheet to its end: self-assessment handed in or said to be missing, then 定稿 (SUP-4.0)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from orgs import permissions
from orgs.exceptions import NotAllowed
from orgs.kernel import clock
from orgs.operations import ledger
from scoring.choices import SchemeState, SheetState
from scoring.exceptions import NotReady, ReasonRequired
from scoring.operations.sheets import locked, own_units, refresh_result, require_assessor, tally_of

MOST_CHARACTERS = 200

if TYPE_CHECKING:
    from collections.abc import Iterable

    from orgs.models import User
    from scoring.models import Consequence, Sheet
    from scoring.tallies import Tally


@transaction.atomic
def submit_self_assessment(sheet: Sheet, *, version: int, by: User) -> Sheet:
    """The unit hands its self-assessment in; from then on the assessment group works on it (SUP-4.0)."""
    if sheet.unit_id not in own_units(by, permissions.SELF_ASSESS):
        raise NotAllowed
    sheet = locked(sheet.pk, version=version)
    if sheet.state != SheetState.SELF_ASSESSING:
        raise NotReady(_("自评已经提交，不必重复提交。"))
    if not tally_of(sheet).is_self_complete:
        raise NotReady(_("还有评分点没有自评，请全部填写后再提交。"))
    sheet.state = SheetState.ASSESSING
    sheet.self_submitted_at = clock.now()
    sheet.version += 1
    sheet.save(update_fields=["state", "self_submitted_at", "version"])
    ledger.record("sheet.self_submitted", sheet, by=by)
    return sheet


@transaction.atomic
def waive_self_assessment(sheet: Sheet, *, reason: str, version: int, by: User) -> Sheet:
    """The assessment group records why the unit hands no self-assessment in, and goes on without it (SUP-4.0).

    Raises ReasonRequired without a reason, NotReady where the unit has handed it in.
    """
    require_assessor(by, sheet)
    sheet = locked(sheet.pk, version=version)
    if sheet.state != SheetState.SELF_ASSESSING:
        raise NotReady(_("自评阶段已经结束，不必再登记。"))
    reason = cleaned_reason(reason, _("请填写单位未交自评的原因。"))
    sheet.no_self_reason = reason
    sheet.state = SheetState.ASSESSING
    sheet.version += 1
    sheet.save(update_fields=["no_self_reason", "state", "version"])
    ledger.record("sheet.self_waived", sheet, by=by, reason=reason)
    return sheet


@transaction.atomic
def finalise(sheet: Sheet, *, version: int, by: User) -> Sheet:
    """定稿: fix the computed points, then the sheet never changes again, in the database too.

    Raises NotReady with everything that is still missing.
    """
    require_assessor(by, sheet)
    sheet = locked(sheet.pk, version=version)
    result = tally_of(sheet)
    missing = missing_for_final(sheet, result, sheet.consequences.all())
    if missing:
        raise NotReady(_("考评表还不能定稿。") + "".join(missing))
    for item in result.items:
        for score in item.scores:
            if score.assessed_points is None:
                score.assessed_points = score.points
                score.save(update_fields=["assessed_points"])
    refresh_result(sheet, confirm=True)
    sheet.finalised_at = clock.now()
    sheet.assessed_on = sheet.assessed_on or clock.today()
    sheet.state = SheetState.FINAL
    sheet.version += 1
    sheet.save(update_fields=["finalised_at", "assessed_on", "state", "version"])
    ledger.record("sheet.finalised", sheet, by=by, grade=sheet.grade)
    return sheet


def missing_for_final(sheet: Sheet, result: Tally, consequences: Iterable[Consequence]) -> list[str]:
    """What keeps the sheet from being finalised, a sentence each; empty when nothing does.

    The self-assessment comes before the inspection (SUP-4.0), a flag is decided on before the result stands
    (SUP-4.1c, SUP-4.4.4), proposed criteria are confirmed (SUP-A).
    """
    missing = []
    if sheet.state == SheetState.SELF_ASSESSING:
        missing.append(_("单位还没有提交自评，请催交；确实不交的，请填写未交自评的原因。"))
    if not result.is_complete:
        missing.append(_("还有评分点没有考评得分，请补齐后再定稿。"))
    if sheet.scheme.state != SchemeState.APPROVED and result.has_reconstructed:
        missing.append(_("方案中有“原附件缺失，拟定内容，待团省委核定”的评分点，核定后才能定稿。"))
    missing += [
        _("“%(kind)s”（%(trigger)s）还没有认定，请领导小组办公室确认或不予认定。")
        % {"kind": each.get_kind_display(), "trigger": each.trigger}
        for each in consequences
        if each.is_open_flag
    ]
    return missing


def cleaned_reason(reason: str, message: str) -> str:
    """The reason without blanks around it. Raises ReasonRequired with `message` where there is none or it is too long."""
    reason = reason.strip()
    if not reason:
        raise ReasonRequired(message)
    if len(reason) > MOST_CHARACTERS:
        raise ReasonRequired(_("理由最多 %(most)s 个字，请写短一些。") % {"most": MOST_CHARACTERS})
    return reason
