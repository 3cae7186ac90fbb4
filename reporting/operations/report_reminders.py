"""提醒报送周报: a message, and a mail where there is an address, to direct units that have not confirmed their week.

Once a day for the same week, at most REMINDERS_PER_WEEK a unit and week, reminders of forms included.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.operations.reminders import REMINDED, Reminded
from orgs.exceptions import IllegalMove
from orgs.kernel import clock
from orgs.models import Notification, OrgUnit
from orgs.operations import ledger
from orgs.operations.locks import lock_units
from orgs.permissions import REMIND
from orgs.querysets.scope import UnitsInCharge
from reporting import unexplained
from reporting.models import WeeklyReport
from reporting.operations.reminding import turn
from reporting.querysets.reports import reporters, silent

if TYPE_CHECKING:
    from orgs.kernel.clock import Week
    from orgs.models import User


def link_of(week: Week) -> str:
    """Leads everybody to the report of their own unit; the same for all, so that reminders of a week are found by it."""
    return f"{reverse('reporting:own-report')}?w={week}"


@transaction.atomic
def remind(week: Week, superior: OrgUnit, *, by: User, unit_id: int | None = None) -> Reminded:
    """Remind the direct units below `superior` that are silent about the week or have not explained it, or one of them.

    Nobody reminds a unit of their own. Raises IllegalMove for a week to come.
    """
    if week > clock.Week.current():
        raise IllegalMove(_("这一周还没有开始，不用提醒。"))
    # Two pushes at once: the second waits here, and finds what the first has left.
    lock_units([superior.pk])
    in_charge = by.units_in_charge().allowing(REMIND)
    below = OrgUnit.objects.within(in_charge).within(UnitsInCharge.below(superior)).in_operation()
    asked = reporters(below, week).exclude(pk__in=in_charge.own_unit_ids())
    asked = asked.filter(pk=unit_id) if unit_id else asked
    missing = silent(asked, WeeklyReport.objects.of_week(week).confirmed())
    lacking = unexplained.of_week(week, asked)
    waiting = set(missing.values_list("pk", flat=True)) | lacking
    found, now = turn(waiting, link_of(week)), clock.now()
    mails = ledger.notify_many(
        Notification(
            unit_id=pk,
            kind=REMINDED,
            text=_text(week, is_lacking=pk in lacking),
            link=link_of(week),
            created_at=now,
        )
        for pk in found.targets
    )
    done = Reminded(len(found.targets), found.already, found.capped, 0, mails)
    ledger.record(
        "weekly_report.reminded",
        superior,
        by=by,
        unit=superior,
        week=str(week),
        sent=done.sent,
        already=done.already,
        capped=done.capped,
    )
    return done


def ready_text(week: Week, names: list[str], lacking: list[str], *, link: str) -> str:
    """Words to paste into the group chat of the direct units: who has not confirmed, and whose report lacks a word."""
    words = {"week": week.label, "link": link, "until": _until(week)}
    parts = [_("【周报提醒】%(week)s周报，截止%(until)s。") % words]
    if names:
        parts.append(_("尚未确认：%(names)s。") % {"names": "、".join(names)})
    if lacking:
        parts.append(_("已确认、还要说明注销或覆盖率下降原因：%(names)s。") % {"names": "、".join(lacking)})
    return "".join([*parts, _("请打开 %(link)s 办理。") % words])


def _text(week: Week, *, is_lacking: bool) -> str:
    words = {"week": week.label, "until": _until(week)}
    if is_lacking:
        return _("%(week)s周报已确认，还有注销或覆盖率下降没有说明原因，请补充说明") % words
    if week.is_over:
        return _("%(week)s周报已过%(until)s，尚未确认，请尽快补报") % words
    return _("请在%(until)s前确认%(week)s周报") % words


def _until(week: Week) -> str:
    return _("%(m)s月%(d)s日24:00") % {"m": week.ends_on.month, "d": week.ends_on.day}
