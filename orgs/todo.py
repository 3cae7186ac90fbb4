"""This app's lines on the home page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.urls import reverse
from django.utils.translation import gettext as _

from orgs.kernel import clock
from orgs.models import Invitation, UnitChangeRequest
from orgs.operations import confirmation
from orgs.permissions import EDIT_UNITS, MANAGE_PEOPLE, may_anywhere

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.db.models import QuerySet

    from orgs.models import User


RUNS_OUT_IN_DAYS = 3


@dataclass(frozen=True, slots=True)
class Todo:
    """One line of 今天要做的事: what, how many, until when, where to do it."""

    label: str
    verb: str
    url: str
    count: int | None = None
    due: str = ""
    detail: str = ""
    tone: str = "info"  # info | warn | bad: which pill
    status: str = "待办"  # the words in it
    is_done: bool = False  # nothing left to do: shown below the rest
    tap: str = ""  # words of the button that does all of it at once, by POST to `tap_url`
    tap_url: str = ""


def for_user(user: User, found: Mapping[str, int]) -> list[Todo]:
    """Changes asked for below; who is to be confirmed this year; invitations that run out and that nobody has opened."""
    lines = []
    if n := found.get("asked"):
        url, detail = reverse("orgs:list-requests"), _("更名、联系方式、底数")
        lines.append(Todo(_("下级的变更申请"), _("去办理"), url, n, detail=detail))
    if n := found.get("unconfirmed"):
        lines.append(_unconfirmed(n))
    if n := found.get("running_out"):
        url, detail = reverse("orgs:list-invitations"), _("三天内到期，还没有人接受")
        lines.append(Todo(_("邀请码即将过期"), _("去处理"), url, n, detail=detail, tone="warn"))
    return lines


def _unconfirmed(count: int) -> Todo:
    last = confirmation.last_day()
    url, detail = reverse("orgs:confirm-people"), _("确认下级人员是否仍在任")
    due = _("%(month)s月%(day)s日前") % {"month": last.month, "day": last.day} if last else ""
    return Todo(_("年度确认"), _("去确认"), url, count, due=due, detail=detail)


def counted(user: User) -> dict[str, QuerySet[Any]]:
    """Changes to decide, people to confirm, invitations that run out soon: the home page asks for all in one statement."""
    if not (may_anywhere(user, MANAGE_PEOPLE) or may_anywhere(user, EDIT_UNITS)):
        return {}
    soon = clock.now() + timedelta(days=RUNS_OUT_IN_DAYS)
    invitations = Invitation.objects.actionable_by(user, MANAGE_PEOPLE).usable()
    return {
        "asked": UnitChangeRequest.objects.actionable_by(user, EDIT_UNITS).to_decide_by(user).waiting(),
        "unconfirmed": confirmation.waiting_for(user),
        "running_out": invitations.filter(expires_at__lt=soon),
    }
