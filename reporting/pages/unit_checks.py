"""The spot checks of one unit and everything below it: grades, how many of each, voided ones marked (SUP-4.1b)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.utils.translation import gettext as _

from orgs.permissions import SUPERVISE
from orgs.querysets.scope import UnitsInCharge
from reporting.choices import CheckGrade, CheckKind
from reporting.models import SpotCheck, VerifiedCount
from reporting.pages.spot_checks import CountLine, count_lines, tone_of
from reporting.pages.unit import WARNED_STREAK
from reporting.rollup import streaks

if TYPE_CHECKING:
    from django.core.paginator import Page

    from orgs.models import OrgUnit, User

PER_PAGE = 50
VOIDED, CALLS = "voided", "phone"
COUNTS_SHOWN = 20

Chip = tuple[str, str, bool]


@dataclass(frozen=True, slots=True)
class Line:
    """One check; `tone` is that of its grade, "mute" for a voided one. `may_supervise`: a poor one, by a superior's eyes."""

    check: SpotCheck
    tone: str
    channel: str
    may_supervise: bool


@dataclass(frozen=True, slots=True)
class Checks:
    """A page of checks and the grades to choose from; 核减 of groups; the row of 差 that runs now."""

    page: Page[SpotCheck]
    lines: list[Line]
    chips: list[Chip]
    grade: str
    counts: list[CountLine]
    streak: int

    @property
    def is_warned(self) -> bool:
        """Shown from the second 差 in a row on (SUP-4.1c)."""
        return self.streak >= WARNED_STREAK


def read(unit: OrgUnit, user: User, grade: str, number: str | None) -> Checks:
    """Checks as far as the reader sees them, calls as their own kind and in no grade; four statements."""
    here = UnitsInCharge.below(unit)
    found = SpotCheck.objects.visible_to(user).within(here).exclude(kind=CheckKind.SECOND)
    counted = found.order_by().aggregate(
        **{each: Count("pk", filter=_of(each)) for each in (*CheckGrade.values, CALLS, VOIDED)}
    )
    grade = grade if grade in counted else ""
    paginator = Paginator((found.filter(_of(grade)) if grade else found).for_list(), PER_PAGE)
    paginator.count = counted[grade] if grade else sum(counted.values())
    page = paginator.get_page(number)
    supervised = user.units_in_charge().allowing(SUPERVISE)
    lines = [_line(check, supervised) for check in page]
    verified = VerifiedCount.objects.visible_to(user).within(here).valid().for_list().with_objections()
    return Checks(
        page,
        lines,
        _chips(grade, counted),
        grade,
        count_lines(verified[:COUNTS_SHOWN], user),
        streaks.running(unit.pk),
    )


def _of(grade: str) -> Q:
    """A voided check and a call count in no grade."""
    if grade == VOIDED:
        return Q(voided_at__isnull=False)
    if grade == CALLS:
        return Q(kind=CheckKind.PHONE, voided_at__isnull=True)
    return Q(grade=grade, kind=CheckKind.POSTS, voided_at__isnull=True)


def _chips(chosen: str, counted: dict[str, int]) -> list[Chip]:
    words = [
        ("", _("全部")),
        *((each.value, str(each.label)) for each in CheckGrade),
        (CALLS, _("电话了解")),
        (VOIDED, _("已作废")),
    ]
    numbers = counted | {"": sum(counted.values())}
    return [(f"{word} {numbers[key]}", f"?grade={key}" if key else "?", key == chosen) for key, word in words]


def _line(check: SpotCheck, supervised: UnitsInCharge) -> Line:
    is_poor = check.grade == CheckGrade.POOR and not check.voided_at
    is_below = any(span.covers(check.unit) and span.unit_id != check.unit_id for span in supervised.spans)
    channel = str(check.group or check.account or _("本单位"))
    return Line(check, tone_of(check), channel, is_poor and is_below)
