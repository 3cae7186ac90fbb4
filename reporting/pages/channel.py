"""What this app adds to the page of an account or a group: its last spot checks, four weeks of daily records, the clock."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from accounts.models import Account, Group
from orgs import permissions
from orgs.kernel import clock
from orgs.panels import Panel
from reporting import tracks
from reporting.choices import CheckKind
from reporting.models import SpotCheck, VerifiedCount
from reporting.pages.spot_checks import count_lines, tone_of

if TYPE_CHECKING:
    from orgs.models import User

CHECKS_SHOWN = 5
WEEKS_SHOWN = 4
_SHOWN = (CheckKind.POSTS, CheckKind.PHONE)


def panels(user: User, channel: Account | Group) -> list[Panel]:
    """抽查 with grade (SUP-4.1b), calls, 核减 and 日常记录 with streak and gaps (SUP-2.1.3, UNI-1.3.3) of one channel; five statements."""
    here = {"account" if isinstance(channel, Account) else "group": channel}
    checks = (
        SpotCheck.objects.visible_to(user)
        .valid()
        .filter(kind__in=_SHOWN, **here)
        .order_by("-checked_at", "-pk")
    )
    this = clock.Week.current()
    first, last = this.previous(WEEKS_SHOWN - 1).starts_on, this.ends_on
    track = tracks.of_channel(channel, first, last)
    context = {
        "about": next(iter(here)),
        "pk": channel.pk,
        "checks": [(check, tone_of(check)) for check in checks[:CHECKS_SHOWN]],
        "may_check": permissions.may(user, permissions.RECORD_CHECK, channel.unit),
        "track": track,
        "days": track.within(first, last),
        "gaps": track.gaps(clock.today() - timedelta(weeks=WEEKS_SHOWN), last),
        "unit_pk": channel.unit_id,
    }
    if isinstance(channel, Group):
        counts = VerifiedCount.objects.visible_to(user).filter(group=channel).for_list().with_objections()
        context |= {"group": channel, "counts": count_lines(counts[:CHECKS_SHOWN], user)}
    return [Panel("main", "reporting/channel/_activity.html", context)]
