"""What this app puts on the hand-over list of an office: forms, drafts, accounts and groups of the unit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.choices import AccountStatus, GroupStatus, SubmissionStatus
from accounts.models import Account, Administratorship, Group, Submission
from orgs.kernel.crypto import mask_name
from orgs.leaving import MOST_LINES, Section
from orgs.permissions import REVIEW, roles_with

if TYPE_CHECKING:
    from accounts.querysets.submissions import SubmissionQuerySet
    from orgs.models import Appointment, User


def sections(appointment: Appointment, reader: User) -> list[Section]:
    """Forms that wait on the desk, own forms not finished, accounts and groups with their administrators masked."""
    forms = Submission.objects.visible_to(reader).select_related("unit", "round")
    found = []
    if appointment.role in roles_with(REVIEW):
        desk = forms.filter(desk=appointment.unit_id, status=SubmissionStatus.SUBMITTED)
        found.append(
            _forms(_("等待审核的收集表"), desk.order_by("submitted_at"), url=reverse("accounts:list-review"))
        )
    unfinished = forms.filter(
        unit=appointment.unit_id, status__in=[SubmissionStatus.DRAFT, SubmissionStatus.RETURNED]
    )
    found.append(
        _forms(_("没有提交的草稿和被退回的表"), unfinished.order_by("pk"), url=reverse("accounts:list-tasks"))
    )
    return [*found, *(each(appointment, reader) for each in (_accounts, _groups, _administrators))]


def _forms(title: str, found: SubmissionQuerySet, *, url: str) -> Section:
    rows = list(found[:MOST_LINES])
    count = len(rows) if len(rows) < MOST_LINES else found.count()
    lines = [f"{each.unit.name}：{each.round.title}（{each.get_status_display()}）" for each in rows]
    return Section(title, count, lines, url)


def _accounts(appointment: Appointment, reader: User) -> Section:
    rows = list(
        Account.objects.visible_to(reader)
        .filter(unit=appointment.unit_id)
        .exclude(status=AccountStatus.CLOSED)
        .select_related("platform")
        .order_by("platform", "pk")
    )
    lines = [f"{each.platform.name}：{each.nickname or each.identifier}" for each in rows]
    note = _("账号密码不在本系统保存，请当面移交并立即修改。")
    return Section(_("本单位登记的账号"), len(rows), lines, reverse("accounts:list-accounts"), note)


def _groups(appointment: Appointment, reader: User) -> Section:
    rows = list(
        Group.objects.visible_to(reader)
        .filter(unit=appointment.unit_id)
        .exclude(status=GroupStatus.CLOSED)
        .order_by("pk")
    )
    lines = [f"{each.get_kind_display()}：{each.name}" for each in rows]
    return Section(_("本单位登记的群"), len(rows), lines, note=_("请在群里完成群主转让。"))


def _administrators(appointment: Appointment, reader: User) -> Section:
    terms = Administratorship.objects.visible_to(reader).filter(unit=appointment.unit_id, ended_at=None)
    rows = list(terms.order_by("pk"))
    lines = [mask_name(each.name) for each in rows]
    return Section(_("账号和群的管理员"), len(rows), lines)
