"""The spot checks of one unit and everything below it: grades, how many of each, voided ones marked (SUP-4.1b)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.utils.translation import gettext as _

from orgs.querysets.scope import UnitsInCharge
from reporting.choices import CheckGrade, CheckKind
from reporting.models import SpotCheck
from reporting.pages.unit import GRADE_TONES

if TYPE_CHECKING:
    from django.core.paginator import Page

    from orgs.models import OrgUnit, User

PER_PAGE = 50
VOIDED = "voided"

Chip = tuple[str, str, bool]


@dataclass(frozen=True, slots=True)
class Line:
    """One check; `tone` is that of its grade, "mute" for a voided one."""

    check: SpotCheck
    tone: str
    channel: str


@dataclass(frozen=True, slots=True)
class Checks:
    """A page of checks and the grades to choose from."""

    page: Page[SpotCheck]
    lines: list[Line]
    chips: list[Chip]
    grade: str


def read(unit: OrgUnit, user: User, grade: str, number: str | None) -> Checks:
    """Checks of content (phone calls are no group's activity), as far as the reader sees them; two statements."""
    found = SpotCheck.objects.visible_to(user).within(UnitsInCharge.below(unit)).filter(kind=CheckKind.POSTS)
    counted = found.order_by().aggregate(
        **{each: Count("pk", filter=_of(each)) for each in (*CheckGrade.values, VOIDED)}
    )
    grade = grade if grade in counted else ""
    paginator = Paginator((found.filter(_of(grade)) if grade else found).for_list(), PER_PAGE)
    paginator.count = counted[grade] if grade else sum(counted.values())
    page = paginator.get_page(number)
    lines = [_line(check) for check in page]
    return Checks(page, lines, _chips(grade, counted), grade)


def _of(grade: str) -> Q:
    """A voided check counts in no grade."""
    if grade == VOIDED:
        return Q(voided_at__isnull=False)
    return Q(grade=grade, voided_at__isnull=True)


def _chips(chosen: str, counted: dict[str, int]) -> list[Chip]:
    words = [("", _("全部")), *((each.value, str(each.label)) for each in CheckGrade), (VOIDED, _("已作废"))]
    numbers = counted | {"": sum(counted.values())}
    return [(f"{word} {numbers[key]}", f"?grade={key}" if key else "?", key == chosen) for key, word in words]


def _line(check: SpotCheck) -> Line:
    tone = "mute" if check.voided_at else GRADE_TONES[CheckGrade(check.grade)]
    return Line(check, tone, str(check.group or check.account or _("本单位")))
