"""Lines on the home page of who looks after the installation: failed jobs, jobs and weeks that are stuck (ux.md section 2, S)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.urls import reverse
from django.utils.translation import gettext as _

from config import condition
from orgs.permissions import MANAGE_JOBS
from orgs.todo import Todo

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from orgs.querysets.scope import UnitsInCharge


def counted(in_charge: UnitsInCharge) -> dict[str, QuerySet[Any]]:
    """Jobs to see to, for who looks after them; the home page asks for all its counts in one statement."""
    if not in_charge.allowing(MANAGE_JOBS).spans:
        return {}
    return {"failed": condition.failed_jobs(), "waiting": condition.waiting_jobs()}


def lines(n: dict[str, int]) -> list[Todo]:
    """The lines of what was `counted`, and the weeks that should have been closed: four statements for an administrator."""
    if not n:
        return []
    url, weeks = reverse("show-status"), condition.unclosed_weeks()
    known = (
        (_("后台任务失败"), n["failed"], "bad", _("已失败"), ""),
        (_("后台任务久未执行"), n["waiting"], "warn", _("等待中"), _("等待超过15分钟")),
        (
            _("应结未结的周"),
            len(weeks),
            "bad",
            _("未结周"),
            _("最早的是%(week)s") % {"week": weeks[0].label} if weeks else "",
        ),
    )
    return [
        Todo(label, _("去处理"), url, count, detail=detail, tone=tone, status=status)
        for label, count, tone, status, detail in known
        if count
    ]
