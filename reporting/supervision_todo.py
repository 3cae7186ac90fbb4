"""Home page lines about 督导台账: what the own unit has to answer, what it has to close, what others have not answered in time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.urls import reverse
from django.utils.translation import gettext as _

from orgs.permissions import FILL, SUPERVISE
from orgs.todo import Todo
from reporting.models import Duty

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from orgs.querysets.scope import UnitsInCharge


def sets(in_charge: UnitsInCharge) -> dict[str, QuerySet[Any]]:
    """Matters of the very units of the person, on either side."""
    mine = Duty.objects.filter(unit_id__in=in_charge.allowing(FILL).own_unit_ids())
    made = Duty.objects.within(in_charge).filter(
        made_by_unit_id__in=in_charge.allowing(SUPERVISE).own_unit_ids()
    )
    return {
        "duties": mine.open(),
        "duties_late": mine.overdue(),
        "duties_answered": made.answered(),
        "duties_made_late": made.overdue(),
    }


def lines(counted: dict[str, int]) -> list[Todo]:
    """What the counts of `sets` ask for."""
    late, url = counted["duties_late"], reverse("reporting:list-duties")
    found = [
        Todo(
            _("上级提出的督导事项"),
            _("去答复"),
            f"{url}?state=open&side=received",
            counted["duties"],
            detail=_("已逾期%(n)d个") % {"n": late} if late else "",
            tone="bad" if late else "warn",
            status=_("已逾期") if late else _("待办理"),
        ),
        Todo(
            _("督导事项已答复，待办结"),
            _("去办结"),
            f"{url}?state=answered&side=made",
            counted["duties_answered"],
            status=_("待办结"),
        ),
        Todo(
            _("提出的督导事项逾期未答复"),
            _("去查看"),
            f"{url}?state=overdue&side=made",
            counted["duties_made_late"],
            tone="warn",
            status=_("已逾期"),
        ),
    ]
    return [line for line in found if line.count]
