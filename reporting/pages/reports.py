"""The superiors' list: which direct units have confirmed their week, in time or late, who is responsible, when reminded."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.paginator import Page, Paginator
from django.db.models import Exists, Max, OuterRef, Q
from django.utils.translation import gettext as _

from orgs.kernel import clock
from orgs.kernel.clock import Week
from orgs.models import Notification, OrgUnit
from orgs.permissions import REMIND, VIEW
from orgs.querysets.scope import UnitsInCharge
from reporting import punctuality, unexplained
from reporting.choices import ExplanationKind
from reporting.models import ClosedWeek, WeeklyReport, WeekUnit
from reporting.operations.report_reminders import link_of
from reporting.pages import people
from reporting.pages.report import state_of, url_of
from reporting.querysets.reports import reporters

if TYPE_CHECKING:
    from datetime import datetime

    from orgs.models import User
    from orgs.querysets.tree import OrgUnitQuerySet
    from reporting.pages.people import Contact
    from reporting.pages.report import State
    from reporting.punctuality import Punctuality

PER_PAGE = 50
SILENT, LATE, CONFIRMED, UNEXPLAINED = "silent", "late", "confirmed", "unexplained"
NAMES_IN_TEXT = 60

Chip = tuple[str, str, bool]


@dataclass(frozen=True, slots=True)
class Line:
    """One direct unit in one week."""

    unit: OrgUnit
    url: str
    state: State
    report: WeeklyReport | None
    drop: str
    n_closings: int
    contacts: list[Contact]
    reminded_at: datetime | None
    may_remind: bool


@dataclass(frozen=True, slots=True)
class ReportList:
    """The list of one week."""

    unit: OrgUnit
    week: Week
    page: Page[OrgUnit]
    lines: list[Line]
    counts: dict[str, int]
    chips: list[Chip]
    names: list[str]
    names_lacking: list[str]
    may_remind: bool
    earlier_url: str
    later_url: str

    @property
    def n_waiting(self) -> int:
        return self.counts[SILENT]

    @property
    def is_anybody_named(self) -> bool:
        """There is somebody to name in the group chat."""
        return bool(self.names or self.names_lacking)

    @property
    def n_unexplained(self) -> int:
        """Confirmed, but a closing or a fall is not explained: not complete yet."""
        return self.counts[UNEXPLAINED]


@dataclass(frozen=True, slots=True)
class YearLine:
    """One direct unit in one year; `url` leads to its last report of the year, "" before the first week is closed."""

    unit: OrgUnit
    url: str
    found: Punctuality | None


@dataclass(frozen=True, slots=True)
class YearList:
    """How punctual the direct units were in one year."""

    unit: OrgUnit
    year: int
    page: Page[OrgUnit]
    shown: list[YearLine]
    earlier_url: str
    later_url: str

    @property
    def lines(self) -> list[tuple[OrgUnit, Punctuality | None]]:
        """Each unit with its weeks; None where none was asked of it."""
        return [(each.unit, each.found) for each in self.shown]


def of_week(
    unit: OrgUnit,
    week: Week,
    user: User,
    *,
    state: str,
    page: str | None,
    per_page: int = PER_PAGE,
    verb: str = VIEW,
) -> ReportList:
    """Who has reported below `unit`, as far as the reader may do this there; seven statements however many units there are.

    Whom to remind is read from all that wait, whichever of them the page and the filter show.
    """
    asked = list(_asked(unit, week, user, verb).select_related("parent").in_official_order())
    found = WeeklyReport.objects.of_week(week).filter(unit__in=asked).for_list()
    reports = {report.unit_id: report for report in found}
    lacking = unexplained.of_reports(week, reports.values())
    states = {each.pk: state_of(week, reports.get(each.pk), is_lacking=each.pk in lacking) for each in asked}
    sets = {
        "asked": asked,
        CONFIRMED: [each for each in asked if states[each.pk].is_complete],
        LATE: [each for each in asked if states[each.pk].is_complete and states[each.pk].is_late],
        UNEXPLAINED: [each for each in asked if states[each.pk].is_lacking],
        SILENT: [each for each in asked if not states[each.pk].is_confirmed],
    }
    shown = Paginator(sets.get(state, asked), per_page).get_page(page)
    below = user.units_in_charge().allowing(REMIND)
    own = below.own_unit_ids()
    # Nobody answers for a unit that has been merged since.
    waiting = [each for each in asked if each.is_open and not states[each.pk].is_complete]
    remindable = {each.pk for each in waiting if each.pk not in own and below.covers(each)}
    return ReportList(
        unit,
        week,
        shown,
        _lines(list(shown), week, user, states, reports, remindable),
        {name: len(units) for name, units in sets.items()},
        _chips(unit, week, state),
        [each.name for each in waiting if not states[each.pk].is_lacking][:NAMES_IN_TEXT],
        [each.name for each in waiting if states[each.pk].is_lacking][:NAMES_IN_TEXT],
        bool(remindable),
        _address(unit, week.previous()),
        _address(unit, week.next()) if week < clock.Week.current() else "",
    )


def of_year(
    unit: OrgUnit, year: int, user: User, *, page: str | None, per_page: int = PER_PAGE, verb: str = VIEW
) -> YearList:
    """Weeks in time, late and missing of every unit below `unit` that was a direct one in a closed week of the year.

    Of the running year also those of today. Six statements.
    """
    this_year = clock.Week.current().year
    closed = ClosedWeek.objects.newest_editions().filter(year=year)
    weeks = [each.pk for each in closed if str(each.week) >= settings.WEEKLY_REPORTS_FROM]
    rows = WeekUnit.objects.asked_to_report().for_weeks(weeks).order_by()
    below = _below(unit, user, verb)
    now = reporters(below, clock.Week.current()) if year == this_year else below.none()
    asked = below.filter(Exists(rows.filter(unit=OuterRef("pk"))) | Q(pk__in=now.values("pk")))
    found = Paginator(asked.in_official_order(), per_page).get_page(page)
    ids = [each.pk for each in found]
    counted = punctuality.of_year(year, ids)
    numbers = rows.filter(unit__in=ids).values("unit").annotate(n=Max("week__number"))
    last = {pk: Week(year, number) for pk, number in numbers.values_list("unit", "n")}
    return YearList(
        unit,
        year,
        found,
        [
            YearLine(each, url_of(each.pk, last[each.pk]) if each.pk in last else "", counted.get(each.pk))
            for each in found
        ],
        f"?unit={unit.pk}&year={year - 1}",
        f"?unit={unit.pk}&year={year + 1}" if year < this_year else "",
    )


def _asked(unit: OrgUnit, week: Week, user: User, verb: str) -> OrgUnitQuerySet:
    return reporters(_below(unit, user, verb), week)


def _below(unit: OrgUnit, user: User, verb: str) -> OrgUnitQuerySet:
    visible: OrgUnitQuerySet = OrgUnit.objects.actionable_by(user, verb).within(UnitsInCharge.below(unit))
    return visible


def _lines(
    units: list[OrgUnit],
    week: Week,
    user: User,
    states: dict[int, State],
    reports: dict[int, WeeklyReport],
    remindable: set[int],
) -> list[Line]:
    in_charge = user.units_in_charge().allowing(VIEW)
    known = people.contacts(in_charge, {each.pk: each.parent_id for each in units})
    reminders = Notification.objects.filter(
        link=link_of(week), unit__in=[each.pk for each in units]
    ).order_by()
    reminded = dict(reminders.values("unit_id").annotate(at=Max("created_at")).values_list("unit_id", "at"))
    return [
        _line(
            each,
            week,
            states[each.pk],
            reports.get(each.pk),
            contacts=known.get(each.pk, []),
            reminded_at=reminded.get(each.pk),
            may_remind=each.pk in remindable,
        )
        for each in units
    ]


def _line(
    unit: OrgUnit,
    week: Week,
    state: State,
    report: WeeklyReport | None,
    *,
    contacts: list[Contact],
    reminded_at: datetime | None,
    may_remind: bool,
) -> Line:
    given = list(report.explanations.all()) if report else []
    return Line(
        unit,
        url_of(unit.pk, week),
        state,
        report,
        drop=next((each.text for each in given if each.kind == ExplanationKind.DROP), ""),
        n_closings=sum(each.kind == ExplanationKind.CLOSING for each in given),
        contacts=contacts,
        reminded_at=reminded_at,
        may_remind=may_remind,
    )


def _chips(unit: OrgUnit, week: Week, state: str) -> list[Chip]:
    silence = _("未报") if week.is_over else _("待确认")
    words = [
        ("", _("全部")),
        (SILENT, silence),
        (UNEXPLAINED, _("待说明")),
        (LATE, _("迟报")),
        (CONFIRMED, _("已确认（含迟报）")),
    ]
    address = _address(unit, week)
    return [(word, f"{address}&state={key}" if key else address, key == state) for key, word in words]


def _address(unit: OrgUnit, week: Week) -> str:
    return f"?unit={unit.pk}&w={week}"
