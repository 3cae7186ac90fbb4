"""The way of a sheet to its end: self-assessment handed in or said to be missing, then 定稿 by two persons (SUP-4.0)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from orgs import permissions
from orgs.exceptions import NotAllowed
from orgs.kernel import clock
from orgs.kernel.numbers import points_text
from orgs.operations import ledger
from scoring.choices import ObjectionState, SheetState
from scoring.deadlines import day_words
from scoring.exceptions import NotReady, ReasonRequired
from scoring.models import Score
from scoring.operations import sealing
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
def propose(sheet: Sheet, *, version: int, by: User) -> Sheet:
    """提出定稿: from now on nothing on the sheet changes, until another person confirms or the proposal is withdrawn.

    Raises NotReady with everything that is still missing, SheetProposed, SheetFinal, Conflict, NotAllowed.
    """
    require_assessor(by, sheet)
    sheet = locked(sheet.pk, version=version)
    missing = missing_for_final(sheet, tally_of(sheet), sheet.consequences.all())
    if missing:
        raise NotReady(_("考评表还不能定稿。") + "".join(missing))
    sheet.proposed_at = clock.now()
    sheet.proposed_by = by
    sheet.version += 1
    sheet.save(update_fields=["proposed_at", "proposed_by", "version"])
    ledger.record("sheet.proposed", sheet, by=by, grade=sheet.grade)
    return sheet


@transaction.atomic
def withdraw_proposal(sheet: Sheet, *, version: int, by: User, reason: str = "") -> Sheet:
    """撤回定稿: the sheet may change again. Whoever proposed it needs no reason, the second person gives one.

    Raises ReasonRequired, NotReady where nothing is proposed, SheetFinal, Conflict, NotAllowed.
    """
    require_assessor(by, sheet)
    sheet = locked(sheet.pk, version=version, proposed=True)
    if not sheet.is_proposed:
        raise NotReady(_("还没有提出定稿，不用撤回。"))
    if by.pk != sheet.proposed_by_id:
        reason = cleaned_reason(reason, _("请填写退回的理由，说明要改什么。"))
    sheet.proposed_at = None
    sheet.proposed_by = None
    sheet.version += 1
    sheet.save(update_fields=["proposed_at", "proposed_by", "version"])
    # The reason is the office's business: the unit, which reads the ledger of its own subtree, may not know the result yet.
    office = sheet.round.unit if sheet.round else sheet.unit.parent
    ledger.record("sheet.proposal_withdrawn", sheet, by=by, unit=office, reason=reason)
    return sheet


@transaction.atomic
def confirm(sheet: Sheet, *, version: int, by: User) -> Sheet:
    """确认定稿 by a second person: fix the computed points, seal, and the sheet never changes again, in the database too.

    Raises NotReady for whoever proposed it, where nothing is proposed and where points deviate without a reason,
    SheetFinal, Conflict, NotAllowed.
    """
    require_assessor(by, sheet)
    sheet = locked(sheet.pk, version=version, proposed=True)
    if not sheet.is_proposed:
        raise NotReady(_("还没有提出定稿，请先由一人提出。"))
    if by.pk == sheet.proposed_by_id:
        raise NotReady(_("定稿须由两人办理：您已提出定稿，请另一位考评人员确认。"))
    unexplained = missing_reasons(tally_of(sheet))
    if unexplained:
        raise NotReady(_("考评表还不能定稿。") + "".join(unexplained))
    _fix_points(sheet)
    refresh_result(sheet, confirm=True)
    sheet.finalised_at = clock.now()
    sheet.finalised_by = by
    sheet.assessed_on = sheet.assessed_on or clock.today()
    sheet.version += 1
    digest = sealing.seal(sheet)
    sheet.state = SheetState.FINAL
    sheet.save(
        update_fields=["finalised_at", "finalised_by", "assessed_on", "content_hash", "state", "version"]
    )
    ledger.record("sheet.finalised", sheet, by=by, grade=sheet.grade, digest=digest)
    return sheet


def _fix_points(sheet: Sheet) -> None:
    """What the frozen weeks compute stands as assessed where nobody entered other points."""
    fixed = []
    for item in tally_of(sheet).items:
        for score in item.scores:
            if score.assessed_points is None:
                score.assessed_points = score.points
                fixed.append(score)
    Score.objects.bulk_update(fixed, ["assessed_points"], batch_size=500)


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
    if result.has_unapproved and result.has_reconstructed:
        missing.append(_("方案中有“原附件缺失，拟定内容，待团省委核定”的评分点，核定后才能定稿。"))
    elif result.has_unapproved:
        missing.append(_("考评方案还有内容没有核定，请团省委逐项核定后再定稿。"))
    missing += missing_reasons(result)
    missing += [
        _("“%(kind)s”（%(trigger)s）还没有认定，请领导小组办公室确认或不予认定。")
        % {"kind": each.get_kind_display(), "trigger": each.trigger}
        for each in consequences
        if each.is_open_flag
    ]
    return missing + _missing_of_round(sheet)


def missing_reasons(result: Tally) -> list[str]:
    """Which points deviate from the computed ones without a reason, a sentence each; typed before the weeks moved on."""
    text = _(
        "“%(criterion)s”给 %(points)s 分，系统现在计算为 %(computed)s 分，请填写调整理由或改用系统计算。"
    )
    return [
        text
        % {
            "criterion": score.criterion,
            "points": points_text(score.assessed_points),
            "computed": points_text(score.computed_points),
        }
        for score in result.unexplained
    ]


def _missing_of_round(sheet: Sheet) -> list[str]:
    """In a year's round the unit is told its result first, and has its days to object (SUP-4.0)."""
    if sheet.round_id is None or sheet.state == SheetState.SELF_ASSESSING:
        return []
    if sheet.objections_until is None or sheet.state != SheetState.OBJECTION:
        return [_("考评结果还没有告知单位，请先告知，异议期满后再定稿。")]
    missing = []
    if clock.now() < sheet.objections_until:
        until = day_words(sheet.objections_until)
        missing.append(_("异议期到%(until)s才满，届时再定稿。") % {"until": until})
    n_open = sheet.objections.filter(state=ObjectionState.OPEN).count()
    if n_open:
        missing.append(_("还有 %(n)s 条异议没有答复，请先答复。") % {"n": n_open})
    return missing


def cleaned_reason(reason: str, message: str) -> str:
    """The reason without blanks around it. Raises ReasonRequired with `message` where there is none or it is too long."""
    reason = reason.strip()
    if not reason:
        raise ReasonRequired(message)
    if len(reason) > MOST_CHARACTERS:
        raise ReasonRequired(_("理由最多 %(most)s 个字，请写短一些。") % {"most": MOST_CHARACTERS})
    return reason
