"""提醒: who has not reported in a round and on whose desk each form lies; a message to them, once a day at most."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import Count, OuterRef, Q, Subquery, Value
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.choices import SubmissionStatus
from accounts.models import Expected, Submission
from orgs.exceptions import NotAllowed
from orgs.kernel import clock
from orgs.models import Notification, OrgUnit
from orgs.operations import ledger
from orgs.permissions import REMIND, may
from orgs.querysets.scope import UnitsInCharge

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.db.models import QuerySet

    from accounts.models import CollectionRound
    from orgs.models import User

REMINDED = "reminded"
MOST_AT_ONCE = 5000
NAMES_IN_TEXT = 30


@dataclass(frozen=True, slots=True)
class Reminded:
    """How many messages were left, how many units had theirs today already, and how many must wait for the next push."""

    sent: int
    already: int
    left: int = 0


@dataclass(slots=True)
class ChildProgress:
    """A child unit and how far its subtree has come; `unit` None is the unit's own form."""

    unit: OrgUnit | None
    expected: int = 0
    approved: int = 0
    waiting: int = 0
    returned: int = 0
    drafting: int = 0

    @property
    def untouched(self) -> int:
        return self.expected - self.approved - self.waiting - self.returned - self.drafting

    @property
    def missing(self) -> int:
        return self.expected - self.approved


def expected_below(round: CollectionRound, unit: OrgUnit, *, reader: User) -> QuerySet[Expected]:
    """Expected units of the subtree within the reader's lines (SUP-1.0), each with the state of its form: `status`, `desk_id`, `desk_name`, `since`."""
    form = Submission.objects.filter(round_id=OuterRef("round_id"), unit_id=OuterRef("unit_id"))
    return (
        Expected.objects.within(UnitsInCharge.below(unit))
        .actionable_by(reader, REMIND)
        .due()
        .filter(round=round)
        .annotate(
            # Never null: NOT (NULL = 'approved') would drop those who have not begun.
            status=Coalesce(Subquery(form.values("status")[:1]), Value("")),
            desk_id=Subquery(form.values("desk_id")[:1]),
            desk_name=Subquery(form.values("desk__name")[:1]),
            since=Subquery(form.values("on_desk_since")[:1]),
        )
    )


def late_below(round: CollectionRound, unit: OrgUnit, *, reader: User) -> QuerySet[Expected]:
    """Those whose form has not entered the registry, in the order of the tree."""
    late = expected_below(round, unit, reader=reader).exclude(status=SubmissionStatus.APPROVED)
    return late.select_related("unit", "unit__parent").order_by("unit__tree_id", "unit__lft")


def by_child(round: CollectionRound, unit: OrgUnit, *, reader: User) -> list[ChildProgress]:
    """One line per child unit that anything is expected of, in the official order; two statements."""
    child = OrgUnit.objects.filter(
        parent=unit, lft__lte=OuterRef("unit__lft"), rght__gte=OuterRef("unit__rght")
    )
    rows = (
        expected_below(round, unit, reader=reader)
        .annotate(child=Subquery(child.values("pk")[:1]))
        .order_by()
        .values("child")
        .annotate(
            expected=Count("pk"),
            approved=Count("pk", filter=Q(status=SubmissionStatus.APPROVED)),
            waiting=Count("pk", filter=Q(status=SubmissionStatus.SUBMITTED)),
            returned=Count("pk", filter=Q(status=SubmissionStatus.RETURNED)),
            drafting=Count("pk", filter=Q(status=SubmissionStatus.DRAFT)),
        )
    )
    figures = {
        row.pop("child"): row
        for row in rows.values("child", "expected", "approved", "waiting", "returned", "drafting")
    }
    own = [ChildProgress(None, **figures[None])] if None in figures else []
    children = OrgUnit.objects.filter(pk__in=[pk for pk in figures if pk]).in_official_order()
    return own + [ChildProgress(each, **figures[each.pk]) for each in children]


@transaction.atomic
def remind(round: CollectionRound, unit: OrgUnit, *, by: User, most: int = MOST_AT_ONCE) -> Reminded:
    """A message to everyone in the unit's subtree who holds a form back: those who fill, else those who review."""
    if not may(by, REMIND, unit):
        raise NotAllowed
    late = late_below(round, unit, reader=by).order_by()
    at_home = late.filter(desk_id__isnull=True).values_list("unit_id", "status")
    on_desks = late.filter(desk_id__isnull=False).values_list("desk_id", "status").distinct()
    done = Reminded(0, 0)
    for holders, column, link in (
        (at_home, "unit_id", reverse("accounts:fill", args=[round.pk])),
        # The round stands in the address, so that a reminder of one round is not taken for another's.
        (on_desks, "desk_id", f"{reverse('accounts:list-review')}?round={round.pk}"),
    ):
        some = _remind(round, holders, column, link, most)
        done = Reminded(done.sent + some.sent, done.already + some.already, done.left + some.left)
    ledger.record("round.remind", round, by=by, unit=unit, sent=done.sent, already=done.already)
    return done


def _remind(round: CollectionRound, holders: Any, column: str, link: str, most: int) -> Reminded:
    """Whoever had this very reminder today is left out before the slice, so that the next push reaches the next ones."""
    now = clock.now()
    had = Notification.objects.filter(
        kind=REMINDED, link=link, created_at__gte=clock.day_start(clock.today())
    )
    told = {f"{column}__in": had.values("unit_id")}
    already = holders.filter(**told).count()
    rest = holders.exclude(**told).order_by(column)
    targets = list(rest[:most])
    Notification.objects.bulk_create(
        (
            Notification(unit_id=unit_id, kind=REMINDED, text=_text(round, status), link=link, created_at=now)
            for unit_id, status in targets
        ),
        batch_size=500,
    )
    left = rest.count() if len(targets) == most else 0  # the new messages count as had
    return Reminded(len(targets), already, left)


def ready_text(round: CollectionRound, names: Iterable[str], *, link: str) -> str:
    """Words to paste into a group chat."""
    listed = list(names)
    shown = "、".join(listed[:NAMES_IN_TEXT])
    if len(listed) > NAMES_IN_TEXT:
        shown += _("等 %(n)d 个团组织") % {"n": len(listed)}
    return _("【填报提醒】%(title)s，截止 %(deadline)s。尚未完成：%(names)s。请打开 %(link)s 填报。") % {
        "title": round.title,
        "deadline": f"{clock.local(round.deadline_at):%m-%d %H:%M}",
        "names": shown,
        "link": link,
    }


def _text(round: CollectionRound, status: str | None) -> str:
    if status == SubmissionStatus.SUBMITTED:
        return _("请尽快审核：%(title)s") % {"title": round.title}
    if status == SubmissionStatus.RETURNED:
        return _("收集表被退回，请更正后重新提交：%(title)s") % {"title": round.title}
    return _("请尽快填报：%(title)s") % {"title": round.title}
