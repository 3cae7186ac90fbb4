"""This app's lines on the home page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Count, Exists, OuterRef, Value
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.choices import SubmissionStatus
from accounts.models import CollectionRound, Dispute, Expected, Extension, Package, Submission
from accounts.pages import fill as fill_page
from accounts.pages import fill_tasks
from orgs import permissions
from orgs.kernel import clock
from orgs.models import OrgUnit
from orgs.todo import Todo

if TYPE_CHECKING:
    from accounts.pages.fill_tasks import Task
    from orgs.models import User
    from orgs.querysets.scope import UnitsInCharge

# label, verb, page, status
_EXTENSIONS = (
    gettext_lazy("延期申请"),
    gettext_lazy("去办理"),
    "accounts:list-extensions",
    gettext_lazy("待办理"),
)
_DISPUTES = (
    gettext_lazy("账号争议"),
    gettext_lazy("去核实"),
    "accounts:list-disputes",
    gettext_lazy("待核实"),
)
_ARRIVED = (
    gettext_lazy("上报待接收"),
    gettext_lazy("去接收"),
    "accounts:list-packages",
    gettext_lazy("待办"),
)
_LATE = (gettext_lazy("所属团组织未填报"), gettext_lazy("去提醒"), "accounts:chase", gettext_lazy("未填"))
TO_DO = {"", SubmissionStatus.DRAFT, SubmissionStatus.RETURNED}


def for_user(user: User) -> list[Todo]:
    """Own forms, those that came back first; then forms that wait for review, forms not handed in, packages."""
    in_charge = user.units_in_charge()
    return [
        *_own_forms(user, in_charge),
        *_review(user, in_charge),
        *_late(user, in_charge),
        *_due(in_charge),
    ]


def _own_forms(user: User, in_charge: UnitsInCharge) -> list[Todo]:
    own = in_charge.allowing(permissions.FILL).own_unit_ids()
    if not own:
        return []
    open_ones = Expected.objects.due().filter(unit__in=own, round__closed_at__isnull=True).for_tasks()
    submissions = Submission.objects.filter(unit__in=own).for_expected(open_ones)
    lines = fill_tasks.tasks(open_ones, submissions)
    return [_line(task) for task in lines]


def _line(task: Task) -> Todo:
    """The reason of a return stands in full: it is what the person came for."""
    reasons = fill_page.reasons_of(task.submission) if task.status == SubmissionStatus.RETURNED else []
    return Todo(
        label=task.expected.round.title,
        verb=task.verb,
        url=task.url,
        due=task.deadline if task.status in TO_DO else "",
        detail="；".join([task.expected.unit.name, *reasons]),
        tone=task.tone,
        status=task.label,
        is_done=task.status not in TO_DO,
    )


def _review(user: User, in_charge: UnitsInCharge) -> list[Todo]:
    if not in_charge.allowing(permissions.REVIEW).spans:
        return []
    waiting = Submission.objects.reviewable_by(user)
    count, since = waiting.oldest()
    if since is None:
        return []
    hours = int((clock.now() - since).total_seconds() // 3600)
    return [
        Todo(
            label=_("待审核收集表"),
            verb=_("去审核"),
            url=reverse("accounts:list-review"),
            count=count,
            detail=_("最早一份已等待 %(n)s 小时") % {"n": hours},
            tone="warn" if hours >= 24 else "info",
        )
    ]


def _late(user: User, in_charge: UnitsInCharge) -> list[Todo]:
    """延期申请, 账号争议 and 上报 that wait, and 未填: units below whose form of a running round has not been handed in.

    All are counted in one statement: the home page has many lines.
    """
    below = in_charge.allowing(permissions.REMIND)
    if not below.spans:
        return []
    handed_in = Submission.objects.filter(
        round=OuterRef("round"),
        unit=OuterRef("unit"),
        status__in=[SubmissionStatus.SUBMITTED, SubmissionStatus.APPROVED],
    )
    late = (
        Expected.objects.within(below)
        .due()
        .begun()
        .filter(round__in=CollectionRound.objects.running())
        .exclude(unit__in=below.own_unit_ids())
        .filter(~Exists(handed_in))
    )
    asked = Extension.objects.decidable_by(user).waiting()
    disputed = Dispute.objects.waiting_for(user)
    arrived = Package.objects.within(in_charge.allowing(permissions.ACCEPT_PACKAGE)).waiting()
    lines = ((asked, _EXTENSIONS), (disputed, _DISPUTES), (late, _LATE), (arrived, _ARRIVED))
    counted = [
        found.order_by().values(line=Value(at)).annotate(n=Count("pk")).values_list("line", "n")
        for at, (found, _line) in enumerate(lines)
    ]
    counts = dict(counted[0].union(*counted[1:], all=True))
    return [
        Todo(str(label), str(verb), reverse(url), counts[at], tone=_tone(url), status=str(status))
        for at, (_found, (label, verb, url, status)) in enumerate(lines)
        if counts.get(at)
    ]


def _due(in_charge: UnitsInCharge) -> list[Todo]:
    """上报: a direct committee has approved forms of a running round and has not sent them up."""
    own = in_charge.allowing(permissions.REPORT_PACKAGE).own_unit_ids()
    units = OrgUnit.objects.filter(pk__in=own).direct_units() if own else []
    return [
        Todo(
            label=_("上报：%(title)s") % {"title": round.title},
            verb=_("去上报"),
            url=reverse("accounts:list-packages"),
            due=fill_page.deadline_text(round.deadline_at, clock.now()),
            detail=unit.name,
            tone="warn",
        )
        for unit in units
        for round in CollectionRound.objects.to_report_by(unit)
    ]


def _tone(url: str) -> str:
    return "info" if url == "accounts:list-packages" else "warn"
