"""This app's lines on the home page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.choices import SubmissionStatus
from accounts.forms import fill_page, fill_tasks
from accounts.models import CollectionRound, Expected, Package, Submission
from orgs import permissions
from orgs.kernel import clock
from orgs.models import OrgUnit
from orgs.todo import Todo

if TYPE_CHECKING:
    from accounts.forms.fill_tasks import Task
    from orgs.models import User
    from orgs.querysets.scope import UnitsInCharge

TO_DO = {"", SubmissionStatus.DRAFT, SubmissionStatus.RETURNED}


def for_user(user: User) -> list[Todo]:
    """Forms that came back, forms to fill, drafts; then forms that wait for review; then packages."""
    in_charge = user.units_in_charge()
    return [*_own_forms(user, in_charge), *_review(user, in_charge), *_due(in_charge), *_arrived(in_charge)]


def _own_forms(user: User, in_charge: UnitsInCharge) -> list[Todo]:
    own = in_charge.allowing(permissions.FILL).own_unit_ids()
    if not own:
        return []
    open_ones = Expected.objects.due().filter(unit__in=own, round__closed_at__isnull=True).for_tasks()
    submissions = Submission.objects.filter(unit__in=own).for_expected(open_ones)
    lines = fill_tasks.tasks(open_ones, submissions)
    return [_line(task) for task in lines if task.status in TO_DO]


def _line(task: Task) -> Todo:
    """The reason of a return stands in full: it is what the person came for."""
    reasons = fill_page.reasons_of(task.submission) if task.status == SubmissionStatus.RETURNED else []
    return Todo(
        label=_("%(title)s（%(status)s）") % {"title": task.expected.round.title, "status": task.label},
        verb=task.verb,
        url=task.url,
        due=task.deadline,
        detail="；".join([task.expected.unit.name, *reasons]),
        tone=task.tone,
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


def _arrived(in_charge: UnitsInCharge) -> list[Todo]:
    """What direct committees have sent up and the province has yet to take."""
    province = in_charge.allowing(permissions.ACCEPT_PACKAGE)
    count = Package.objects.within(province).waiting().count() if province.spans else 0
    label, verb = _("上报待接收"), _("去接收")
    return [Todo(label=label, verb=verb, url=reverse("accounts:list-packages"), count=count)] if count else []
