"""This app's lines on the home page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db.models import Exists, OuterRef
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.choices import SubmissionStatus
from accounts.models import CollectionRound, Dispute, Expected, Extension, HandedAccount, Package, Submission
from accounts.pages import attention, branches, fill_tasks
from accounts.pages import fill as fill_page
from accounts.querysets.hand_outs import opening_units
from orgs import permissions
from orgs.kernel import clock
from orgs.models import OrgUnit
from orgs.todo import Todo

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.db.models import QuerySet

    from accounts.pages.fill_tasks import Task
    from orgs.models import User
    from orgs.querysets.scope import UnitsInCharge

# label, verb, page, status; the tone is `_tone`
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
_SEALED = (
    gettext_lazy("有账号待领取"),
    gettext_lazy("去领取"),
    "accounts:list-envelopes",
    gettext_lazy("待领取"),
)
_UNUSED = (
    gettext_lazy("领取的账号待启用"),
    gettext_lazy("去启用"),
    "accounts:list-envelopes",
    gettext_lazy("待启用"),
)
_LINES = {
    "sealed": _SEALED,
    "unused": _UNUSED,
    "asked": _EXTENSIONS,
    "disputed": _DISPUTES,
    "late": _LATE,
    "arrived": _ARRIVED,
}
TO_DO = {"", SubmissionStatus.DRAFT, SubmissionStatus.RETURNED}


def counted(user: User) -> dict[str, QuerySet[Any]]:
    """What is only counted: the home page asks for it and for what the other apps count in one statement."""
    in_charge = user.units_in_charge()
    return {
        **_handed(in_charge),
        **_superiors(user, in_charge),
        **attention.incidents(in_charge),
        **attention.to_confirm(in_charge),
        **branches.counted(in_charge),
    }


def for_user(user: User, n: Mapping[str, int]) -> list[Todo]:
    """Own forms, those that came back first; then forms that wait for review, what was `counted`, packages to send up."""
    in_charge = user.units_in_charge()
    return [
        *_own_forms(user, in_charge),
        *_review(user, in_charge),
        *_incidents(n),
        *(
            Todo(str(label), str(verb), reverse(url), n[key], tone=_tone(url), status=str(status))
            for key, (label, verb, url, status) in _LINES.items()
            if n.get(key)
        ),
        *_to_confirm(n),
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


def _handed(in_charge: UnitsInCharge) -> dict[str, QuerySet[Any]]:
    """Accounts handed to the person's very units: a secretary opens those of the own branch too."""
    if not opening_units(in_charge):
        return {}
    handed = HandedAccount.objects.addressed_to(in_charge)
    return {"sealed": handed.sealed(), "unused": handed.unused()}


def _superiors(user: User, in_charge: UnitsInCharge) -> dict[str, QuerySet[Any]]:
    """What lies with those who look after units below; 未填: units whose form of a running round was not handed in."""
    below = in_charge.allowing(permissions.REMIND)
    if not below.spans:
        return {}
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
    return {
        "asked": Extension.objects.decidable_by(user).waiting(),
        "disputed": Dispute.objects.waiting_for(user),
        "late": late,
        "arrived": Package.objects.within(in_charge.allowing(permissions.ACCEPT_PACKAGE)).waiting(),
    }


def _incidents(n: Mapping[str, int]) -> list[Todo]:
    """不良信息 of the whole scope that are not closed; those that wait too long are said first (SUP-2.2.1c)."""
    if not n.get("incidents"):
        return []
    late = n["late_incidents"]
    return [
        Todo(
            _("不良信息未办结"),
            _("去处置"),
            f"{reverse('accounts:list-incidents')}?state=open",
            n["incidents"],
            detail=attention.overdue_words(late) if late else "",
            tone="bad" if late else "warn",
            status=_("已超时") if late else _("待办结"),
        )
    ]


def _to_confirm(n: Mapping[str, int]) -> list[Todo]:
    """待确认: accounts and groups of the own units and directly below of which nobody has said for long that they are right."""
    lines = (
        ("stale_accounts", _("账号信息待确认"), "accounts:list-accounts"),
        ("stale_groups", _("群信息待确认"), "accounts:list-groups"),
    )
    detail = _("超过%(n)d天没有确认，信息无误的一点即可") % {"n": settings.ACCOUNT_CONFIRM_DAYS}
    return [
        Todo(label, _("去确认"), attention.to_confirm_url(url), n[key], detail=detail, status=_("待确认"))
        for key, label, url in lines
        if n.get(key)
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
