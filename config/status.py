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
from config.version import VERSION
from orgs.choices import JobState
from orgs.exceptions import NotAllowed
from orgs.kernel import clock
from orgs.kernel.counting import counts
from orgs.models import Job, OrgUnit
from orgs.operations import audit_chain
from orgs.permissions import MANAGE_JOBS, may_anywhere
from reporting.models import ClosedWeek

if TYPE_CHECKING:
    from django.http import HttpResponse

    from orgs.http import LeagueRequest

GIB = 1024**3


@login_required
@require_safe
def show_status(request: LeagueRequest) -> HttpResponse:
    """Alarms, jobs, last close, last backup and check, tree, disk and versions. No personal data, no addresses."""
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
    done = {
        job.task: job for job in noted.order_by("created_at")
    }  # a few weeks of nights; the newest remains
    disk = shutil.disk_usage(settings.DATA_DIR)
    version = ".".join(map(str, connection.get_database_version()))
    return [
        (_("最近结周"), f"{week.week}" if week else "—"),
        (_("最近完整性检查"), _at(done.get(condition.INTEGRITY))),
        (_("最近备份"), _at(done.get(condition.BACKUP))),
        (_("组织树"), _tree(done.get(condition.INTEGRITY))),
        (_("操作记录链"), _chain()),
        (_("磁盘剩余"), f"{disk.free / GIB:.1f} GB / {disk.total / GIB:.1f} GB"),
        (_("数据库"), f"{connection.display_name} {version}"),
        (_("程序"), f"{VERSION} (Python {platform.python_version()}, Django {django.get_version()})"),
    ]


def _tree(last: Job | None) -> str:
    """How large it is, and what the last check said of its numbers."""
    n = counts(units=OrgUnit.objects.all(), roots=OrgUnit.objects.filter(parent=None))
    size = _("%(units)s 个团组织，%(roots)s 棵树") % n
    if last is None:
        return _("%(size)s，还没有检查过") % {"size": size}
    wrong = [name for name in last.result.get("found", {}) if name.startswith("tree-")]
    text = _("%(size)s，上次检查有问题：%(names)s") if wrong else _("%(size)s，上次检查没有问题")
    return text % {"size": size, "names": "、".join(wrong)}


def _chain() -> str:
    """The head of the chain: whoever notes it can tell later that nothing before it was changed (verify_audit --noted)."""
    waiting = audit_chain.tail()
    words = {"head": waiting.head, "n": waiting.n_lines}
    return _("%(head)s，%(n)s 条待封存" if waiting.head else "还没有封存，%(n)s 条待封存") % words


def _at(job: Job | None) -> str:
    return f"{clock.local(job.created_at):%Y-%m-%d %H:%M}" if job else "—"
