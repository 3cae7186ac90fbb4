"""运行状态: how the installation does, for system administrators."""

from __future__ import annotations

import platform
import shutil
from typing import TYPE_CHECKING

import django
from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.db import connection
from django.db.models import Count, Max, Min
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from config import condition
from orgs.choices import JobState
from orgs.exceptions import NotAllowed
from orgs.kernel import clock
from orgs.models import Job
from orgs.operations import audit_chain
from orgs.permissions import MANAGE_JOBS, may_anywhere
from reporting.models import ClosedWeek

if TYPE_CHECKING:
    from datetime import datetime

    from django.http import HttpResponse

    from orgs.http import LeagueRequest

GIB = 1024**3


@login_required
@require_safe
def show_status(request: LeagueRequest) -> HttpResponse:
    """Alarms, jobs, last close, last backup and check, disk and versions. No personal data, no addresses."""
    if not may_anywhere(request.user, MANAGE_JOBS):
        raise NotAllowed
    found = condition.conditions(quick=True)
    facts = {"conditions": found, "n_problems": sum(not each.is_well for each in found)}
    return render(request, "config/status.html", facts | {"jobs": _jobs(), "facts": _facts()})


def _jobs() -> list[dict[str, object]]:
    by_state = Job.objects.order_by().values("state")
    counted = by_state.annotate(n=Count("pk"), oldest=Min("created_at"), newest=Max("created_at"))
    known = {row["state"]: row for row in counted}
    return [{"label": JobState(state).label, **known[state]} for state in JobState.values if state in known]


def _facts() -> list[tuple[str, str]]:
    """What is asked first when something is reported."""
    week = ClosedWeek.objects.published().order_by("-starts_on", "-edition").first()
    noted = Job.objects.filter(task__in=[condition.INTEGRITY, condition.BACKUP], state=JobState.DONE)
    done = dict(noted.order_by().values("task").annotate(at=Max("created_at")).values_list("task", "at"))
    disk = shutil.disk_usage(settings.DATA_DIR)
    version = ".".join(map(str, connection.get_database_version()))
    return [
        (_("最近结周"), f"{week.week}" if week else "—"),
        (_("最近完整性检查"), _at(done.get(condition.INTEGRITY))),
        (_("最近备份"), _at(done.get(condition.BACKUP))),
        (_("操作记录链"), _chain()),
        (_("磁盘剩余"), f"{disk.free / GIB:.1f} GB / {disk.total / GIB:.1f} GB"),
        (_("数据库"), f"{connection.display_name} {version}"),
        (_("程序"), f"Python {platform.python_version()}, Django {django.get_version()}"),
    ]


def _chain() -> str:
    """The head of the chain: whoever notes it can tell later that nothing before it was changed (verify_audit --noted)."""
    waiting = audit_chain.tail()
    words = {"head": waiting.head, "n": waiting.n_lines}
    return _("%(head)s，%(n)s 条待封存" if waiting.head else "还没有封存，%(n)s 条待封存") % words


def _at(moment: datetime | None) -> str:
    return f"{clock.local(moment):%Y-%m-%d %H:%M}" if moment else "—"
