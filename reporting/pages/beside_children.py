"""What the table of subordinates on a unit's page shows of the newest closed week: who has reported, and the coverage."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Subquery

from orgs.panels import Panel
from orgs.permissions import VIEW
from reporting.coverage import Coverage
from reporting.models import ClosedWeek, WeekUnit

if TYPE_CHECKING:
    from collections.abc import Sequence

    from orgs.models import OrgUnit, User

PLACES = ("child_head", "child_cells")


def panels(user: User, unit: OrgUnit, children: Sequence[OrgUnit]) -> list[Panel]:
    """已报/应报 and 覆盖率 of each subordinate; one statement, none without subordinates.

    Of a unit whose figure isn't the reader's to see, and of one set up since, there is none (A3).
    """
    in_charge = user.units_in_charge().allowing(VIEW)
    seen = [child.pk for child in children if in_charge.covers_figures(child)]
    if not seen:
        return []
    newest = ClosedWeek.objects.newest_editions().order_by("-starts_on").values("pk")[:1]
    rows = WeekUnit.objects.filter(week=Subquery(newest), unit__in=seen).with_coverage()
    found = {row.unit_id: row for row in rows.select_related("week")}
    if not found:
        return []
    week = next(iter(found.values())).week.week
    context: dict[str, object] = {
        "week": week,
        "cells": {pk: Coverage.of(row) for pk, row in found.items()},  # type: ignore[arg-type]  # read with it
    }
    return [Panel(place, f"reporting/unit/_{place}.html", context) for place in PLACES]
