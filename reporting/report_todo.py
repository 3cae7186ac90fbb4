"""Home page lines about the direct units' own weekly reports (SUP-4.1a): what todo.py counts, and its words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Exists, OuterRef
from django.urls import reverse
from django.utils.translation import gettext as _

from orgs.choices import Kind
from orgs.kernel import clock
from orgs.models import OrgUnit
from orgs.permissions import PUBLISH_BULLETIN, REMIND, REPORT_PACKAGE
from orgs.todo import Todo
from reporting import unexplained
from reporting.models import Bulletin, ClosedWeek, WeeklyReport
from reporting.querysets.reports import reporters, silent

if TYPE_CHECKING:
    from orgs.querysets.scope import UnitsInCharge
    from orgs.querysets.tree import OrgUnitQuerySet


def sets(in_charge: UnitsInCharge) -> dict[str, OrgUnitQuerySet]:
    """Own direct units that have not confirmed or explained this week or the last one; those below that owe the last one.

    `to_publish`: provinces whose bulletin about the last week, closed meanwhile, is not out (UNI-3.2c).
    """
    this = clock.Week.current()
    last, mine = this.previous(), in_charge.allowing(REPORT_PACKAGE).own_unit_ids()
    confirmed = WeeklyReport.objects.confirmed()
    own = OrgUnit.objects.filter(pk__in=mine)
    supervising = in_charge.allowing(REMIND)
    below = OrgUnit.objects.within(supervising).in_operation().exclude(pk__in=supervising.own_unit_ids())
    found = {
        name: silent(reporters(units, week), confirmed.of_week(week))
        for name, units, week in (
            ("to_confirm", own, this),
            ("owed", own, last),
            ("silent", below, last),
        )
    }
    found["to_publish"] = _to_publish(in_charge, last)
    lacking = unexplained.of_weeks([this, last], mine)
    return found | {
        name: own.filter(pk__in=lacking[week]) for name, week in (("to_explain", this), ("unexplained", last))
    }


def _to_publish(in_charge: UnitsInCharge, week: clock.Week) -> OrgUnitQuerySet:
    own = in_charge.allowing(PUBLISH_BULLETIN).own_unit_ids()
    published = Bulletin.objects.published().filter(
        unit=OuterRef("pk"), closed_week__year=week.year, closed_week__number=week.number
    )
    closed = ClosedWeek.objects.published().of_week(week)
    provinces: OrgUnitQuerySet = OrgUnit.objects.filter(pk__in=own, kind__code=Kind.PROVINCE)
    return provinces.filter(Exists(closed), ~Exists(published))


def lines(counted: dict[str, int]) -> list[Todo]:
    """What the counts of `sets` ask for."""
    this = clock.Week.current()
    last, url = this.previous(), reverse("reporting:own-report")
    due = _("%(month)s月%(day)s日24:00") % {"month": this.ends_on.month, "day": this.ends_on.day}
    found = []
    if counted["owed"]:
        found.append(
            Todo(
                _("上周周报未报"),
                _("去补报"),
                f"{url}?w={last}",
                detail=last.label,
                tone="bad",
                status=_("已逾期"),
            )
        )
    if counted["unexplained"]:
        words, address = _("上周周报待说明"), f"{url}?w={last}"
        found.append(Todo(words, _("去说明"), address, detail=last.label, tone="warn", status=_("待说明")))
    if counted["to_explain"]:
        words = _("本周周报待说明")
        found.append(
            Todo(words, _("去说明"), url, due=due, detail=this.label, tone="warn", status=_("待说明"))
        )
    if counted["to_confirm"]:
        found.append(
            Todo(_("本周周报待确认"), _("去确认"), url, due=due, detail=this.label, status=_("待确认"))
        )
    if counted["to_publish"]:
        words, address = _("上周通报未发布"), reverse("reporting:weekly")
        found.append(Todo(words, _("去编发"), address, detail=last.label, tone="warn", status=_("待发布")))
    if n := counted["silent"]:
        address = f"{reverse('reporting:list-reports')}?w={last}&state=silent"
        words = _("%(n)d个单位未报周报") % {"n": n}
        found.append(Todo(words, _("去提醒"), address, detail=last.label, tone="warn", status=_("未报")))
    return found
