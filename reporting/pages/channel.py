"""What this app adds to the page of an account or a group: its last spot checks and the last days recorded."""

from __future__ import annotations

from typing import TYPE_CHECKING

from accounts.models import Account
from orgs.panels import Panel
from reporting.choices import CheckGrade, CheckKind
from reporting.models import DailyRecord, SpotCheck
from reporting.pages.unit import GRADE_TONES

if TYPE_CHECKING:
    from accounts.models import Group
    from orgs.models import User

CHECKS_SHOWN = 5
DAYS_SHOWN = 10


def panels(user: User, channel: Account | Group) -> list[Panel]:
    """抽查 with grade (SUP-4.1b) and 日常记录 (SUP-2.1.3) of one channel, the newest first; two statements."""
    here = {"account" if isinstance(channel, Account) else "group": channel}
    checks = (
        SpotCheck.objects.visible_to(user)
        .valid()
        .filter(kind=CheckKind.POSTS, **here)
        .order_by("-checked_at", "-pk")
    )
    records = DailyRecord.objects.visible_to(user).filter(**here).order_by("-day", "-pk")
    context = {
        "checks": [(check, GRADE_TONES[CheckGrade(check.grade)]) for check in checks[:CHECKS_SHOWN]],
        "records": list(records[:DAYS_SHOWN]),
    }
    return [Panel("main", "reporting/channel/_activity.html", context)]
