"""提醒: a message, and a mail where there is an address, to whoever holds a form back.

Once a day for the same thing, and at most REMINDERS_PER_WEEK a unit and week, whoever reminds and of whichever round.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import transaction
from django.db.models import Case, Count, DateTimeField, Min, Q, Value, When
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.choices import SubmissionStatus
from accounts.models import CollectionRound
from accounts.operations.chase import deadline_words, late_below
from accounts.operations.desks import acting_for_desks
from accounts.operations.vacancies import who_appoints
from orgs.choices import NotificationKind
from orgs.exceptions import NotAllowed
from orgs.kernel import clock
from orgs.models import Notification, OrgUnit
from orgs.operations import ledger
from orgs.operations.locks import lock_units
from orgs.permissions import REMIND, may

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from accounts.operations.chase import ExpectedForms
    from orgs.models import User
    from orgs.querysets.tree import OrgUnitQuerySet

    Acting = dict[tuple[int, str], int | None]

REMINDED = NotificationKind.REMINDED
MOST_AT_ONCE = 5000
NOBODY = "nobody"  # no state of a form: there is nobody left to whom it could go


@dataclass(frozen=True, slots=True)
class Reminded:
    """How many messages were left and mails wait; how many units had theirs today, enough this week, or wait their turn."""

    sent: int = 0
    already: int = 0
    capped: int = 0
    left: int = 0
    mails: int = 0

    def __add__(self, other: Reminded) -> Reminded:
        return Reminded(
            self.sent + other.sent,
            self.already + other.already,
            self.capped + other.capped,
            self.left + other.left,
            self.mails + other.mails,
        )


@transaction.atomic
def remind(round: CollectionRound, unit: OrgUnit, *, by: User, most: int = MOST_AT_ONCE) -> Reminded:
    """A message to everyone in the unit's subtree who holds a form back: those who fill, else those who review.

    Where a desk has become vacant, to the level that stands in for it.
    """
    if not may(by, REMIND, unit):
        raise NotAllowed
    # Two pushes at once, of whatever: the second waits here, and finds what the first has left.
    lock_units([unit.pk])
    round = CollectionRound.objects.select_for_update(of=("self",)).get(pk=round.pk)
    late = late_below(round, unit, reader=by).order_by()
    on_desks = late.filter(desk_id__isnull=False)
    desks = on_desks.values_list("desk_id", "unit__line").distinct()
    acting = acting_for_desks((desk_id, line) for desk_id, line in desks if desk_id is not None)
    occupied = on_desks.exclude(_at(acting)).values("desk_id").annotate(until=Min("deadline_at"))
    earliest = _earliest(on_desks, acting)
    standing_in = OrgUnit.objects.filter(pk__in=earliest).exclude(pk__in=occupied.values("desk_id"))
    # The round stands in the address, so that a reminder of one round is not taken for another's.
    to_form = reverse("accounts:fill", args=[round.pk])
    to_queue = f"{reverse('accounts:list-review')}?round={round.pk}"
    to_people = f"{reverse('orgs:list-people')}?round={round.pk}"
    waiting, nobody = Value(SubmissionStatus.SUBMITTED), Value(NOBODY)
    done = Reminded()
    for holders, column, link in (
        (
            late.filter(desk_id__isnull=True).values_list("unit_id", "status", "deadline_at"),
            "unit_id",
            to_form,
        ),
        (occupied.values_list("desk_id", waiting, "until"), "desk_id", to_queue),
        (standing_in.values_list("pk", waiting, _until(earliest)), "pk", to_queue),
        (_appointers(acting).values_list("pk", nobody, _until({})), "pk", to_people),
    ):
        done += _remind(round, holders, column, link, most)
    ledger.record(
        "round.remind", round, by=by, unit=unit, sent=done.sent, already=done.already, capped=done.capped
    )
    return done


def _at(desks: Iterable[tuple[int, str]]) -> Q:
    by_line: dict[str, list[int]] = {}
    for desk_id, line in desks:
        by_line.setdefault(line, []).append(desk_id)
    each = (Q(unit__line=line, desk_id__in=desk_ids) for line, desk_ids in by_line.items())
    return reduce(or_, each, Q(pk__in=()))


def _earliest(on_desks: ExpectedForms, acting: Acting) -> dict[int, datetime]:
    """Who stands in -> the nearest deadline of the forms at the vacant desks."""
    found: dict[int, datetime] = {}
    waiting = on_desks.filter(_at(acting)).values("desk_id", "unit__line").annotate(until=Min("deadline_at"))
    for desk_id, line, until in waiting.values_list("desk_id", "unit__line", "until"):
        acting_id = None if desk_id is None else acting[desk_id, line]
        if acting_id is not None:
            found[acting_id] = min(until, found.get(acting_id, until))
    return found


def _until(known: dict[int, datetime]) -> Case:
    cases = [When(pk=pk, then=Value(until)) for pk, until in known.items()]
    return Case(*cases, default=Value(None), output_field=DateTimeField())


def _appointers(acting: Acting) -> OrgUnitQuerySet:
    """Where nobody up to the national office may decide, those who can appoint somebody are told."""
    lost = {desk_id for (desk_id, _line), acting_id in acting.items() if acting_id is None}
    appoints = who_appoints(OrgUnit.objects.filter(pk__in=lost)) if lost else {}
    found: OrgUnitQuerySet = OrgUnit.objects.filter(pk__in={each.unit.pk for each in appoints.values()})
    return found


def _remind(round: CollectionRound, holders: Any, column: str, link: str, most: int) -> Reminded:
    """Whoever had this very reminder today is left out before the slice, so that the next push reaches the next ones."""
    now, week = clock.now(), clock.Week.current()
    reminders = Notification.objects.filter(kind=REMINDED).order_by()
    had = reminders.filter(link=link, created_at__gte=clock.day_start(clock.today()))
    often = (
        reminders.filter(created_at__gte=week.starts_at)
        .values("unit_id")
        .annotate(n=Count("pk"))
        .filter(n__gte=settings.REMINDERS_PER_WEEK)
    )
    told, enough = {f"{column}__in": had.values("unit_id")}, {f"{column}__in": often.values("unit_id")}
    already = holders.filter(**told).count()
    untold = holders.exclude(**told)
    capped = untold.filter(**enough).count()
    rest = untold.exclude(**enough).order_by(column)
    targets = list(rest[:most])
    mails = ledger.notify_many(
        Notification(
            unit_id=unit_id, kind=REMINDED, text=_text(round, status, until), link=link, created_at=now
        )
        for unit_id, status, until in targets
    )
    left = rest.count() if len(targets) == most else 0  # the new messages count as had
    return Reminded(len(targets), already, capped, left, mails)


def in_words(done: Reminded) -> str:
    """What a push of the button did, and whom it did not reach and why."""
    parts = [_("已提醒 %(n)d 个团组织。") % {"n": done.sent}]
    if done.mails:
        parts.append(_("另有 %(n)d 封邮件等待发送。") % {"n": done.mails})
    if done.already:
        parts.append(_("另有 %(n)d 个今天已提醒过，不再重复。") % {"n": done.already})
    if done.capped:
        parts.append(
            _("%(n)d 个本周已提醒 %(most)d 次，下周一以后再提醒；急事请打电话。")
            % {"n": done.capped, "most": settings.REMINDERS_PER_WEEK}
        )
    if done.left:
        parts.append(_("还有 %(n)d 个，请再次提醒。") % {"n": done.left})
    return "".join(parts)


def _text(round: CollectionRound, status: str | None, until: datetime | None) -> str:
    """What is to be done, and the deadline of the very unit: its phase's, or the one granted to it (UNI-3.3)."""
    if status == NOBODY:
        words = _("审核岗位无人在任，收集表没有人审核，请尽快任命审核人：%(title)s")
    elif status == SubmissionStatus.SUBMITTED:
        words = _("请尽快审核：%(title)s")
    elif status == SubmissionStatus.RETURNED:
        words = _("收集表被退回，请更正后重新提交：%(title)s")
    else:
        words = _("请尽快填报：%(title)s")
    text = words % {"title": round.title}
    return (
        _("%(text)s（填报%(deadline)s）") % {"text": text, "deadline": deadline_words(until)}
        if until
        else text
    )
