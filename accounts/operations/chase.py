"""Who has not reported in a round, and on whose desk each form lies. Reads only; reminders.py sends the messages."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db.models import BigIntegerField, Case, Count, F, OuterRef, Q, Subquery, Value, When, Window
from django.db.models.functions import Coalesce, RowNumber
from django.utils.translation import gettext as _

from accounts.choices import SubmissionStatus
from accounts.models import Expected, Submission
from orgs.kernel import clock
from orgs.models import OrgUnit
from orgs.permissions import REMIND
from orgs.querysets.scope import UnitsInCharge

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from django.db.models import QuerySet

    from accounts.models import CollectionRound
    from orgs.models import User

NAMES_IN_TEXT = 30


@dataclass(frozen=True, slots=True)
class PhaseProgress:
    """A phase of the round and how far a subtree has come in it."""

    title: str
    deadline_at: datetime
    expected: int
    handed_in: int
    approved: int


@dataclass(frozen=True, slots=True)
class Missing:
    """A unit whose branches have yet to hand in: how many, and the first names."""

    unit: OrgUnit
    n: int
    names: list[str]


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
        .begun()
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
    child = OrgUnit.objects.children_of(unit).filter(
        tree_id=OuterRef("unit__tree_id"), lft__lte=OuterRef("unit__lft"), rght__gte=OuterRef("unit__rght")
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


def total_of(children: Iterable[ChildProgress]) -> ChildProgress:
    """All lines of `by_child` added up."""
    total = ChildProgress(None)
    for each in children:
        total.expected += each.expected
        total.approved += each.approved
        total.waiting += each.waiting
        total.returned += each.returned
        total.drafting += each.drafting
    return total


def by_phase(round: CollectionRound, unit: OrgUnit, *, reader: User) -> list[PhaseProgress]:
    """One line per phase that anything below is expected in; none for a round without phases; two statements."""
    phases = list(round.phases.all())
    if not phases:
        return []
    handed_in = [SubmissionStatus.SUBMITTED, SubmissionStatus.APPROVED]
    counted = (
        expected_below(round, unit, reader=reader)
        .order_by()
        .values("phase")
        .annotate(
            expected=Count("pk"),
            handed_in=Count("pk", filter=Q(status__in=handed_in)),
            approved=Count("pk", filter=Q(status=SubmissionStatus.APPROVED)),
        )
        .values("phase", "expected", "handed_in", "approved")
    )
    figures = {row.pop("phase"): row for row in counted}
    return [
        PhaseProgress(each.title, each.deadline_at, **figures[each.pk])
        for each in phases
        if each.pk in figures
    ]


def missing_by_child(round: CollectionRound, unit: OrgUnit, *, reader: User) -> list[Missing]:
    """Who has yet to hand in below each child unit, those right below the unit apart; three statements however many."""
    child = OrgUnit.objects.children_of(unit).filter(
        tree_id=OuterRef("unit__tree_id"), lft__lte=OuterRef("unit__lft"), rght__gte=OuterRef("unit__rght")
    )
    at_home = (
        expected_below(round, unit, reader=reader)
        .filter(desk_id__isnull=True)
        .exclude(status=SubmissionStatus.APPROVED)
        .annotate(
            # A class branch right below has no group chat of its own below it: it is named in the unit's own text.
            child=Case(
                When(unit__parent_id=unit.pk, then=Value(unit.pk)),
                default=Subquery(child.values("pk")[:1]),
                output_field=BigIntegerField(),
            )
        )
        .exclude(child__isnull=True)
    )
    counted = at_home.order_by().values("child").annotate(n=Count("pk")).values_list("child", "n")
    n_of = dict(counted)
    place = Window(RowNumber(), partition_by=[F("child")], order_by=[F("unit__lft").asc()])
    names: dict[int, list[str]] = {}
    first = at_home.annotate(place=place).filter(place__lte=NAMES_IN_TEXT).order_by("child", "place")
    for child_id, name in first.values_list("child", "unit__name"):
        names.setdefault(child_id, []).append(name)
    children = OrgUnit.objects.filter(pk__in=n_of).in_official_order()
    return [Missing(each, n_of[each.pk], names.get(each.pk, [])) for each in children]


def ready_text(round: CollectionRound, missing: Missing, *, link: str) -> str:
    """Words to paste into the group chat of one child unit."""
    shown = "、".join(missing.names)
    if missing.n > len(missing.names):
        shown += _("等 %(n)d 个团组织") % {"n": missing.n}
    return _(
        "【填报提醒】%(title)s，截止 %(deadline)s。%(unit)s尚未提交：%(names)s。请打开 %(link)s 填报。"
    ) % {
        "title": round.title,
        "deadline": _until(round.deadline_at),
        "unit": missing.unit.name,
        "names": shown,
        "link": link,
    }


def _until(moment: datetime) -> str:
    """11月25日 24:00: midnight is said as the end of the day before."""
    local = clock.local(moment)
    if (local.hour, local.minute) != (0, 0):
        return _("%(m)s月%(d)s日 %(at)s") % {"m": local.month, "d": local.day, "at": f"{local:%H:%M}"}
    day = local.date() - timedelta(days=1)
    return _("%(m)s月%(d)s日 24:00") % {"m": day.month, "d": day.day}
