"""What units are told about their self-assessment: it has begun, its end or that of scoring was put off, it is near (SUP-4.2).

That a result is told, objected to and published stands in `notices`, `objections` and `publishing`.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from orgs.choices import NotificationKind
from orgs.kernel import clock
from orgs.models import Notification
from orgs.operations import ledger
from scoring import deadlines
from scoring.choices import RoundState, SheetState
from scoring.models import AssessmentRound, Sheet

if TYPE_CHECKING:
    from collections.abc import Iterable

DUE = NotificationKind.SELF_ASSESSMENT_DUE
AHEAD = (timedelta(days=7), timedelta(days=1))  # the longest first


def tell_opened(round: AssessmentRound, sheets: Iterable[Sheet]) -> None:
    """建立年度考评: these units assess themselves until the day."""
    words = {"title": round.title, "until": deadlines.day_words(round.self_until)}
    text = _("“%(title)s”已开始，请在%(until)s前完成自评，并上传佐证材料。") % words
    _tell(sheets, NotificationKind.ASSESSMENT_OPENED, text)


def tell_extended(round: AssessmentRound) -> None:
    """延期 of the self-assessment: those who haven't handed in have longer."""
    words = {"title": round.title, "until": deadlines.day_words(round.self_until)}
    text = _("“%(title)s”的自评延期到%(until)s。") % words
    _tell(_waiting(round), NotificationKind.ASSESSMENT_EXTENDED, text)


def tell_scoring_extended(round: AssessmentRound) -> None:
    """延期 of scoring: units that wait for their result hear that it comes later."""
    words = {"title": round.title, "until": deadlines.day_words(round.scoring_until)}
    text = _("“%(title)s”的考评延期到%(until)s，结果届时告知。") % words
    untold = [SheetState.SELF_ASSESSING, SheetState.ASSESSING]
    waiting = Sheet.objects.filter(round=round, state__in=untold, revision=1).order_by("unit_id")
    _tell(waiting, NotificationKind.ASSESSMENT_EXTENDED, text)


def remind_due() -> int:
    """自评将截止: who hasn't handed in a week before the end, and again on its last day; once each. How many were told."""
    now, n_told = clock.now(), 0
    soon = AssessmentRound.objects.filter(
        state=RoundState.SELF, self_until__gt=now, self_until__lte=now + AHEAD[0]
    )
    for round in soon.order_by("pk"):
        begun = max(round.self_until - each for each in AHEAD if round.self_until - each <= now)
        told = Notification.objects.filter(kind=DUE, created_at__gte=begun)
        known = set(told.values_list("link", flat=True))
        words = {"title": round.title, "until": deadlines.day_words(round.self_until)}
        text = _("“%(title)s”的自评%(until)s截止，本单位还没有提交。") % words
        n_told += _tell((each for each in _waiting(round) if each.get_absolute_url() not in known), DUE, text)
    return n_told


def _waiting(round: AssessmentRound) -> Iterable[Sheet]:
    return Sheet.objects.filter(round=round, state=SheetState.SELF_ASSESSING).order_by("unit_id")


def _tell(sheets: Iterable[Sheet], kind: NotificationKind, text: str) -> int:
    now = clock.now()
    made = [
        Notification(
            unit_id=sheet.unit_id, kind=kind, text=text, link=sheet.get_absolute_url(), created_at=now
        )
        for sheet in sheets
    ]
    ledger.notify_many(made)
    return len(made)
