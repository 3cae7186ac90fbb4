"""Who has not reported in a round, and on whose desk each form lies. Reads only; reminders.py sends the messages."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, TypedDict

from django.db.models import BigIntegerField, Case, Count, F, OuterRef, Subquery, Value, When, Window
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
    from django_stubs_ext import WithAnnotations

    from accounts.models import CollectionRound
    from orgs.models import User

    ExpectedForms = QuerySet[WithAnnotations[Expected, "FormState"]]

NAMES_IN_TEXT = 30
COUNTED_AS: dict[str, str] = {
    SubmissionStatus.APPROVED: "approved",
    SubmissionStatus.SUBMITTED: "waiting",
    SubmissionStatus.RETURNED: "returned",
    SubmissionStatus.DRAFT: "drafting",
}


class FormState(TypedDict):
    """What `expected_below` says of the form of each unit."""

    status: str
    desk_id: int | None
    desk_name: str | None
    since: datetime | None


@dataclass(frozen=True, slots=True)
class PhaseProgress:
    """A phase of the round and how far a subtree has come in it."""

    title: str
    deadline_at: datetime
    expected: int
    handed_in: int
    approved: int


@dataclass(slots=True)
class Due:
    """Those who have the same time left, their phase's or one granted to them (UNI-3.3): how many, the first names."""

    deadline_at: datetime
    n: int
    names: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Missing:
    """A unit whose branches have yet to hand in, by their deadlines, the nearest first."""

    unit: OrgUnit
    due: list[Due]

    @property
    def n(self) -> int:
        return sum(each.n for each in self.due)

    @property
    def names(self) -> list[str]:
        return [name for each in self.due for name in each.names]


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


def expected_below(round: CollectionRound, unit: OrgUnit, *, reader: User) -> ExpectedForms:
    """Expected units of the subtree within the reader's lines (SUP-1.0), each with the state of its form: `status`, `desk_id`, `desk_name`, `since`."""
    below = Expected.objects.within(UnitsInCharge.below(unit)).actionable_by(reader, REMIND)
    return _with_forms(below.due().begun().filter(round=round))


def _with_forms(rows: QuerySet[Expected]) -> ExpectedForms:
    form = Submission.objects.filter(round_id=OuterRef("round_id"), unit_id=OuterRef("unit_id"))
    return rows.annotate(
        # Never null: NOT (NULL = 'approved') would drop those who have not begun.
        status=Coalesce(Subquery(form.values("status")[:1]), Value("")),
        desk_id=Subquery(form.values("desk_id")[:1]),
        desk_name=Subquery(form.values("desk__name")[:1]),
        since=Subquery(form.values("on_desk_since")[:1]),
    )


def late_below(round: CollectionRound, unit: OrgUnit, *, reader: User) -> ExpectedForms:
    """Those whose form has not entered the registry, in the order of the tree."""
    late = expected_below(round, unit, reader=reader).exclude(status=SubmissionStatus.APPROVED)
    return late.select_related("unit", "unit__parent").order_by("unit__tree_id", "unit__lft")


def by_child(round: CollectionRound, unit: OrgUnit, *, reader: User) -> list[ChildProgress]:
    """One line per child unit that anything is expected of, in the official order; two statements."""
    children = list(OrgUnit.objects.children_of(unit).in_official_order())
    rows = expected_below(round, unit, reader=reader).annotate(child=_child_of(children)).order_by()
    found: dict[int | None, ChildProgress] = {}
    by_pk = {each.pk: each for each in children}
    # Grouped by the state and not counted state by state: each count would look every form up once more.
    for pk, status, n in rows.values_list("child", "status").annotate(n=Count("pk")):
        line = found.setdefault(pk, ChildProgress(by_pk.get(pk)))
        line.expected += n
        if status in COUNTED_AS:
            setattr(line, COUNTED_AS[status], n)
    return [found[pk] for pk in (None, *by_pk) if pk in found]


def _child_of(children: Iterable[OrgUnit]) -> Case:
    """Which of these units a row's unit is or stands below: spans known beforehand, where a subquery asks for each row."""
    below = (
        When(
            unit__tree_id=each.tree_id,
            unit__lft__gte=each.lft,
            unit__lft__lt=each.rght,
            then=Value(each.pk),
        )
        for each in children
    )
    return Case(*below, default=Value(None), output_field=BigIntegerField())


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
    counted = expected_below(round, unit, reader=reader).order_by().values_list("phase", "status")
    found: dict[int | None, Counter[str]] = {}
    for phase_id, status, n in counted.annotate(n=Count("pk")):
        found.setdefault(phase_id, Counter())[status] += n
    return [
        PhaseProgress(
            each.title,
            each.deadline_at,
            expected=n.total(),
            handed_in=n[SubmissionStatus.SUBMITTED] + n[SubmissionStatus.APPROVED],
            approved=n[SubmissionStatus.APPROVED],
        )
        for each in phases
        if (n := found.get(each.pk))
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
    counted = at_home.order_by("child", "deadline_at").values("child", "deadline_at").annotate(n=Count("pk"))
    due: dict[int, dict[datetime, Due]] = {}
    for child_id, until, n in counted.values_list("child", "deadline_at", "n"):
        due.setdefault(child_id, {})[until] = Due(until, n)
    order = [F("deadline_at").asc(), F("unit__lft").asc()]
    place = Window(RowNumber(), partition_by=[F("child")], order_by=order)
    first = at_home.annotate(place=place).filter(place__lte=NAMES_IN_TEXT).order_by("child", "place")
    for child_id, until, name in first.values_list("child", "deadline_at", "unit__name"):
        due[child_id][until].names.append(name)
    children = OrgUnit.objects.filter(pk__in=due).in_official_order()
    return [Missing(each, list(due[each.pk].values())) for each in children]


def ready_text(round: CollectionRound, missing: Missing, *, link: str) -> str:
    """Words to paste into the group chat of one child unit, with the deadline of each that is named."""
    facts = {"title": round.title, "unit": missing.unit.name, "link": link}
    if len(missing.due) == 1:
        (only,) = missing.due
        return _(
            "【填报提醒】%(title)s，%(deadline)s。%(unit)s尚未提交：%(names)s。请打开 %(link)s 填报。"
        ) % (facts | {"deadline": deadline_words(only.deadline_at), "names": _names(only)})
    parts = [
        _("%(names)s（%(deadline)s）") % {"names": _names(each), "deadline": deadline_words(each.deadline_at)}
        for each in missing.due
        if each.names
    ]
    n_unnamed = sum(each.n for each in missing.due if not each.names)
    parts += [_("另有 %(n)d 个团组织") % {"n": n_unnamed}] if n_unnamed else []
    return _("【填报提醒】%(title)s。%(unit)s尚未提交：%(names)s。请打开 %(link)s 填报。") % (
        facts | {"names": "；".join(parts)}
    )


def deadline_words(moment: datetime) -> str:
    """11月25日 24:00 截止, or that it is over."""
    words = _("%(until)s 截止") if clock.now() < moment else _("已于 %(until)s 截止")
    return words % {"until": _until(moment)}


def _names(due: Due) -> str:
    shown = "、".join(due.names)
    return shown + (_("等 %(n)d 个团组织") % {"n": due.n} if due.n > len(due.names) else "")


def _until(moment: datetime) -> str:
    """11月25日 24:00: midnight is said as the end of the day before."""
    local = clock.local(moment)
    if (local.hour, local.minute) != (0, 0):
        return _("%(m)s月%(d)s日 %(at)s") % {"m": local.month, "d": local.day, "at": f"{local:%H:%M}"}
    day = local.date() - timedelta(days=1)
    return _("%(m)s月%(d)s日 24:00") % {"m": day.month, "d": day.day}
