"""结果告知: units are told their result, all of a round together or one sheet, and may object within the days set (SUP-4.0)."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from orgs.choices import NotificationKind
from orgs.exceptions import NotAllowed
from orgs.kernel import clock
from orgs.kernel.numbers import points_text
from orgs.models import Notification
from orgs.operations import ledger
from scoring.choices import RoundState, SheetState
from scoring.deadlines import day_words
from scoring.exceptions import NotReady
from scoring.models import Sheet
from scoring.operations import rounds, sheets
from scoring.operations.finalising import missing_reasons
from scoring.tallies import tally

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from orgs.models import User
    from scoring.models import AssessmentRound
    from scoring.tallies import Tally

SHOWN = 5  # units a refusal names


@transaction.atomic
def notify_round(round: AssessmentRound, *, version: int, by: User) -> int:
    """告知 all units of the round that weren't told yet, together; returns how many. The round goes to its objections.

    Raises NotReady naming the units whose sheets aren't scored, Conflict, NotAllowed.
    """
    round = rounds.locked(round.pk, by=by)
    round.require_version(version)
    if round.state != RoundState.SCORING:
        raise NotReady(_("考评阶段才能告知结果，请刷新页面看现在的阶段。"))
    waiting = list(_waiting(round))
    open_ones = [sheet for sheet in waiting if missing_for_notice(sheet, tally(sheet.scores.all()))]
    if open_ones:
        raise NotReady(_not_scored(open_ones))
    until = window_end(round.objection_days)
    _tell(waiting, until, by)
    round.state = RoundState.OBJECTION
    round.notified_at = clock.now()
    round.objections_until = until
    round.version += 1
    round.save(update_fields=["state", "notified_at", "objections_until", "version"])
    ledger.record("assessment.notified", round, by=by, unit=round.unit, sheets=len(waiting))
    return len(waiting)


@transaction.atomic
def notify_sheet(sheet: Sheet, *, version: int, by: User) -> Sheet:
    """告知 one unit: before the others, late, or the result of a correction.

    Raises NotReady with what is missing and for a sheet outside a round, SheetProposed, SheetFinal, Conflict, NotAllowed.
    """
    if not sheets.leads(by, sheet.unit):
        raise NotAllowed
    sheet = sheets.locked(sheet.pk, version=version)
    if sheet.round is None:
        raise NotReady(_("这张考评表不在年度考评工作中，没有异议期，可以直接提出定稿。"))
    missing = missing_for_notice(sheet, sheets.tally_of(sheet))
    if missing:
        raise NotReady("".join(missing))
    _tell([sheet], window_end(sheet.round.objection_days), by)
    sheet.refresh_from_db()
    return sheet


def missing_for_notice(sheet: Sheet, result: Tally) -> list[str]:
    """What keeps the unit from being told, a sentence each."""
    if sheet.state == SheetState.SELF_ASSESSING:
        return [_("自评阶段还没有结束，不能告知结果。")]
    if sheet.state != SheetState.ASSESSING:
        return [_("考评结果已经告知，不必重复告知。")]
    missing = []
    if not result.is_complete:
        missing.append(_("还有评分点没有考评得分，请补齐后再告知。"))
    missing += missing_reasons(result)
    missing += _missing_of_group(sheet)
    if any(each.is_open_flag for each in sheet.consequences.all()):
        missing.append(_("还有考评标记没有认定，请领导小组办公室先认定。"))
    return missing


def _missing_of_group(sheet: Sheet) -> list[str]:
    """In a round a group scores blind, agrees, and says its overall rating (SUP-4.0, SUP-4.3).

    Only its leader enters that, once every member has handed in.
    """
    if sheet.round_id is None or not sheet.scheme.needs_group:
        return []
    if sheet.group_id is None:
        return [_("还没有分派考核小组，请在考评工作中分派，由小组独立评分、商定后再告知。")]
    return [] if sheet.overall else [_("考核小组还没有填写总体评价，请组长在“商定得分”中填写。")]


def window_end(days: int) -> datetime:
    """24:00 of the last day of the window, which begins on the day after."""
    return datetime.combine(clock.today() + timedelta(days=days + 1), time.min, tzinfo=clock.SHANGHAI)


def _waiting(round: AssessmentRound) -> Iterable[Sheet]:
    untold = Sheet.objects.filter(
        round=round, state__in=[SheetState.SELF_ASSESSING, SheetState.ASSESSING], revision=1
    )
    return untold.for_list().select_for_update(of=("self",))


def _not_scored(open_ones: Sequence[Sheet]) -> str:
    names = "、".join(sheet.unit.name for sheet in open_ones[:SHOWN])
    text = _(
        "还有 %(n)s 个单位没有评完、没有经小组商定、缺调整理由或标记没有认定，办完后再一起告知：%(names)s。"
    )
    return text % {"n": len(open_ones), "names": names + ("…" if len(open_ones) > SHOWN else "")}


def _tell(told: Sequence[Sheet], until: datetime, by: User) -> None:
    now = clock.now()
    for sheet in told:
        sheet.state = SheetState.OBJECTION
        sheet.notified_at = now
        sheet.objections_until = until
        sheet.proposed_at = None
        sheet.proposed_by = None
        sheet.version += 1
    fields = ["state", "notified_at", "objections_until", "proposed_at", "proposed_by", "version"]
    Sheet.objects.bulk_update(told, fields, batch_size=500)
    ledger.record_many("sheet.notified", told, by=by)
    ledger.notify_many([_message(sheet, until) for sheet in told])


def _message(sheet: Sheet, until: datetime) -> Notification:
    words = {
        "title": sheet.title,
        "points": points_text(sheet.total_points),
        "grade": sheet.get_grade_display(),
        "until": day_words(until),
    }
    text = _("%(title)s结果告知：%(points)s 分，%(grade)s。有异议的，请在%(until)s前提出。") % words
    return Notification(
        unit_id=sheet.unit_id,
        kind=NotificationKind.SHEET_NOTIFIED,
        text=text,
        link=reverse("scoring:show-result", args=[sheet.pk]),
        created_at=clock.now(),
    )
