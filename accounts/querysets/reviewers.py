"""Who may review where: offices in force, of a department only for the lines it works with (SUP-1.0)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.apps import apps

from orgs.choices import DEPARTMENT_LINES, Line
from orgs.permissions import REVIEW, roles_with

if TYPE_CHECKING:
    from collections.abc import Iterable


def reviewers_in_force() -> Any:
    """Offices, in force today and of active people, that allow to review at their unit."""
    appointments = apps.get_model("orgs", "Appointment").objects.in_force()
    return appointments.filter(role__in=roles_with(REVIEW), user__is_active=True).order_by()


def departments_without(line: str) -> frozenset[str]:
    """Departments that have no say in this line."""
    return frozenset(each for each, lines in DEPARTMENT_LINES.items() if line not in lines)


def by_departments(lines: Iterable[str] = Line.values) -> dict[frozenset[str], list[str]]:
    """Departments without a say -> the lines they have none in: what is asked once for all these lines."""
    found: dict[frozenset[str], list[str]] = {}
    for line in sorted(set(lines)):
        found.setdefault(departments_without(line), []).append(line)
    return found
