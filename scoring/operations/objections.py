"""异议: the unit objects within its days, the leader or the office answers; what is upheld may be scored anew."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from orgs import permissions
from orgs.choices import NotificationKind
from orgs.exceptions import NotAllowed
from orgs.kernel import clock
from orgs.kernel.numbers import points_text
from orgs.operations import ledger
from scoring.choices import ObjectionState, SheetState
from scoring.exceptions import NotReady
from scoring.models import Score, SheetObjection
from scoring.operations import sheets
from scoring.operations.ranges import require_range
from scoring.operations.said import said

if TYPE_CHECKING:
    from decimal import Decimal

    from orgs.models import User
    from scoring.models import Criterion, Sheet

LONGEST = 500
LONGEST_REASON = 200  # of a score


@transaction.atomic
def raise_objection(
    sheet: Sheet, *, text: str, criterion: Criterion | None = None, by: User
) -> SheetObjection:
    """提出异议, against one criterion or the result as a whole; the office is told.

    Raises NotReady outside the window and where the same still waits for its answer, ReasonRequired, ScoringError,
    SheetProposed, SheetFinal, NotAllowed for whoever isn't of the unit's own committee.
    """
    if sheet.unit_id not in sheets.own_units(by, permissions.SELF_ASSESS):
        raise NotAllowed
    sheet = sheets.locked(sheet.pk)
    if sheet.state != SheetState.OBJECTION or sheet.objections_until is None:
        raise NotReady(_("考评结果告知以后才能提出异议。"))
    if clock.now() >= sheet.objections_until:
        raise NotReady(_("异议期已满，不能再提出异议；请联系考核工作办公室。"))
    text = said(text, label=_("异议内容"), longest=LONGEST)
    if sheet.objections.filter(criterion=criterion, state=ObjectionState.OPEN).exists():
        raise NotReady(_("这一项的异议正在等待答复，不必重复提出。"))
    made = SheetObjection.objects.create(
        sheet=sheet, criterion=criterion, text=text, raised_at=clock.now(), raised_by=by
    )
    ledger.record("sheet.objected", sheet, by=by, objection=made.pk, criterion=_code(criterion))
    if sheet.round is not None:
        words = {"unit": sheet.unit.name, "title": sheet.title, "about": _about(made)}
        text = _("%(unit)s对%(title)s提出异议（%(about)s），请答复。") % words
        ledger.notify(sheet.round.unit, NotificationKind.SHEET_OBJECTED, text[:400], link=_link(sheet))
    return made


@transaction.atomic
def answer(objection: SheetObjection, *, is_upheld: bool, text: str, by: User) -> SheetObjection:
    """答复, once: upheld, so that the scores it names may change, or rejected; the unit is told.

    Raises NotReady where it is answered, ReasonRequired, ScoringError, SheetProposed, SheetFinal, NotAllowed.
    """
    sheet, objection = _held(objection, by)
    if objection.state != ObjectionState.OPEN:
        raise NotReady(_("这条异议已经答复，不能再改。"))
    objection.answer = said(text, label=_("答复内容"), longest=LONGEST)
    objection.state = ObjectionState.UPHELD if is_upheld else ObjectionState.REJECTED
    objection.answered_at = clock.now()
    objection.answered_by = by
    objection.save(update_fields=["answer", "state", "answered_at", "answered_by"])
    ledger.record("sheet.objection_answered", sheet, by=by, objection=objection.pk, state=objection.state)
    words = {"title": sheet.title, "about": _about(objection), "state": objection.get_state_display()}
    told = _("%(title)s的异议（%(about)s）已答复：%(state)s。") % words
    ledger.notify(sheet.unit, NotificationKind.SHEET_OBJECTION_ANSWERED, told[:400], link=_link(sheet))
    return objection


@transaction.atomic
def revise(objection: SheetObjection, code: str, points: Decimal, *, version: int, by: User) -> Sheet:
    """更正得分 of a criterion an upheld objection names (any, where it is against the whole); it is the score's reason.

    Raises NotReady for another criterion or an objection that isn't upheld, PointsOutOfRange, SheetProposed, SheetFinal,
    Conflict, NotAllowed.
    """
    sheet, objection = _held(objection, by, version=version)
    if objection.state != ObjectionState.UPHELD:
        raise NotReady(_("异议成立的评分点才能更正得分。"))
    if objection.criterion is not None and objection.criterion.code != code:
        raise NotReady(_("这条异议只涉及“%(criterion)s”。") % {"criterion": objection.criterion})
    score = Score.objects.select_related("criterion").get(sheet=sheet, criterion__code=code)
    require_range(score.criterion, points)
    before = score.points
    score.assessed_points = points
    score.reason = _reason(objection)
    score.scored_by = by
    score.scored_at = clock.now()
    score.save(update_fields=["assessed_points", "reason", "scored_by", "scored_at"])
    sheet.version += 1
    sheet.save(update_fields=["version"])
    sheets.refresh_result(sheet)
    change = {"before": points_text(before), "after": points_text(points)}
    ledger.record(
        "sheet.revised",
        sheet,
        by=by,
        objection=objection.pk,
        criterion=code,
        before=change["before"],
        after=change["after"],
    )
    words = change | {"title": sheet.title, "criterion": str(score.criterion)}
    told = _("%(title)s“%(criterion)s”按异议由 %(before)s 分更正为 %(after)s 分。") % words
    ledger.notify(sheet.unit, NotificationKind.SHEET_OBJECTION_ANSWERED, told[:400], link=_link(sheet))
    return sheet


def may_answer(user: User, sheet: Sheet) -> bool:
    """The office that runs the assessment, and the leader of the sheet's group; nobody of the unit."""
    if not sheets.may_assess(user, sheet.unit):
        return False
    if sheets.leads(user, sheet.unit):
        return True
    return sheet.group is not None and sheet.group.members.filter(user=user, leads=True).exists()


def _held(objection: SheetObjection, by: User, *, version: int | None = None) -> tuple[Sheet, SheetObjection]:
    sheet = sheets.locked(objection.sheet_id, version=version)
    if not may_answer(by, sheet):
        raise NotAllowed
    if sheet.state != SheetState.OBJECTION:
        raise NotReady(_("考评结果告知以后才能办理异议。"))
    return sheet, SheetObjection.objects.select_related("criterion").get(pk=objection.pk)


def _reason(objection: SheetObjection) -> str:
    day = clock.local(objection.raised_at).date().isoformat()
    words = {"day": day, "n": objection.pk, "answer": objection.answer}
    return (_("异议成立（%(day)s 第%(n)s号）：%(answer)s") % words)[:LONGEST_REASON]


def _about(objection: SheetObjection) -> str:
    return str(objection.criterion) if objection.criterion else _("对考评结果整体")


def _code(criterion: Criterion | None) -> str:
    return criterion.code if criterion else ""


def _link(sheet: Sheet) -> str:
    return reverse("scoring:show-result", args=[sheet.pk])
