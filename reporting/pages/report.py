"""What the page of a direct unit's own weekly report shows: prefilled figures, what is to be explained, how it stands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from orgs.kernel import clock
from orgs.permissions import REPORT_PACKAGE, may
from orgs.querysets.scope import UnitsInCharge
from reporting.choices import ExplanationKind
from reporting.coverage_words import state_text
from reporting.forms.reports import CLOSING, FIELDS_SHOWN, ReportForm
from reporting.models import WeeklyReport
from reporting.operations import report_facts
from reporting.pages import changes

if TYPE_CHECKING:
    from collections.abc import Mapping

    from accounts.models import RegistryEvent
    from orgs.kernel.clock import Week
    from orgs.models import OrgUnit, User
    from reporting.models import WeekExplanation
    from reporting.operations.report_facts import ReportFacts
    from reporting.pages.changes import Change

CHANGES_SHOWN = 30
LABELS = {
    "opened": gettext_lazy("新增账号、群"),
    "changed": gettext_lazy("账号、群变更"),
    "admin_changed": gettext_lazy("更换管理员"),
    "closed": gettext_lazy("注销"),
}


@dataclass(frozen=True, slots=True)
class State:
    """How a report stands: a word with its colour, for the page and for the superiors' list."""

    tone: str
    label: str
    is_confirmed: bool
    is_late: bool = False
    is_lacking: bool = False

    @property
    def is_complete(self) -> bool:
        """Confirmed, and nothing is left to explain."""
        return self.is_confirmed and not self.is_lacking


@dataclass(frozen=True, slots=True)
class Explained:
    """One explanation as it was given; `is_late`: after Sunday 24:00."""

    what: str
    given: WeekExplanation
    is_late: bool


@dataclass(frozen=True, slots=True)
class ReportPage:
    """The page. `form` None: there is nothing to fill in for this person."""

    unit: OrgUnit
    week: Week
    facts: ReportFacts
    report: WeeklyReport | None
    state: State
    figures: list[tuple[str, int, str]]
    changes: list[Change]
    explained: list[Explained]
    lacking: list[str]
    form: ReportForm | None
    earlier_url: str
    later_url: str

    @property
    def coverage_text(self) -> str:
        """The rate, or the word for what is missing."""
        return state_text(self.facts.coverage)

    @property
    def is_frozen(self) -> bool:
        return self.state.is_confirmed and self.week.is_over

    @property
    def n_since(self) -> int:
        """Events since the confirmation, in a week that still runs."""
        at = self.report.confirmed_at if self.report else None
        return sum(change.on > at for change in self.changes) if at and not self.week.is_over else 0


def state_of(week: Week, report: WeeklyReport | None, *, is_lacking: bool) -> State:
    """已确认, 迟报, 待确认 before Sunday 24:00, 未报 after it; 待说明 where a confirmed one lacks an explanation."""
    if report is not None and report.confirmed_at is not None:
        if is_lacking:
            words = _("迟报，待说明") if report.is_late else _("待说明")
            return State("warn", words, is_confirmed=True, is_late=report.is_late, is_lacking=True)
        late = State("warn", _("迟报"), is_confirmed=True, is_late=True)
        return late if report.is_late else State("ok", _("已确认"), is_confirmed=True)
    if week.is_over:
        return State("bad", _("未报"), is_confirmed=False)
    return State("info", _("待确认"), is_confirmed=False)


def read(unit: OrgUnit, week: Week, user: User, data: Mapping[str, str] | None = None) -> ReportPage:
    """Everything of one report; at most seven statements. `data`: what was sent, if anything."""
    facts = report_facts.read(unit, week)
    report = WeeklyReport.objects.of_week(week).filter(unit=unit).for_list().first()
    given = list(report.explanations.all()) if report else []
    in_charge = UnitsInCharge.below(unit)
    listed, closings = changes.of_scope(week, in_charge, most=CHANGES_SHOWN, closings=facts.closings)
    is_explained = {each.event_id for each in given}
    rest = [event for event in facts.closings if event.pk not in is_explained]
    lacking = _lacking(facts, rest, closings, is_explained)
    return ReportPage(
        unit,
        week,
        facts,
        report,
        state_of(week, report, is_lacking=bool(lacking)),
        figures=[(str(LABELS[name]), facts.figures[name], _rows_url(facts, unit, name)) for name in LABELS],
        changes=listed,
        explained=[_explained(each, closings, week) for each in given],
        lacking=lacking,
        form=_form(facts, report, given, closings, week, data) if may(user, REPORT_PACKAGE, unit) else None,
        earlier_url=url_of(unit.pk, week.previous()),
        later_url=url_of(unit.pk, week.next()) if week < clock.Week.current() else "",
    )


def url_of(unit_pk: int, week: Week) -> str:
    """Where the report of a unit stands."""
    return reverse("reporting:show-report", args=[unit_pk, week])


def _rows_url(facts: ReportFacts, unit: OrgUnit, figure: str) -> str:
    """Where the rows of a figure stand; a week that still runs has none."""
    if facts.closed_week is None:
        return ""
    return reverse("reporting:show-rows", args=[facts.closed_week.week, unit.pk, figure])


def _form(
    facts: ReportFacts,
    report: WeeklyReport | None,
    given: list[WeekExplanation],
    closings: dict[int, str],
    week: Week,
    data: Mapping[str, str] | None,
) -> ReportForm | None:
    known = {each.event_id: each.text for each in given}
    is_frozen = report is not None and report.confirmed_at is not None and week.is_over
    asked = [event for event in facts.closings if not (is_frozen and event.pk in known)]
    asks_drop = facts.is_drop and not (is_frozen and None in known)
    if is_frozen and not asked and not asks_drop:
        return None
    initial: dict[str, object] = {
        f"{CLOSING}{event.pk}": known.get(event.pk, "") for event in asked[:FIELDS_SHOWN]
    }
    initial |= {"version": report.version if report else 0, "drop": known.get(None, "")}
    return ReportForm(
        data,
        closings=[(event.pk, closings[event.pk]) for event in asked],
        asks_drop=asks_drop,
        asks_remark=not is_frozen,
        initial=initial | {"remark": report.remark if report else ""},
    )


def _explained(each: WeekExplanation, closings: dict[int, str], week: Week) -> Explained:
    what = (
        _("覆盖率下降") if each.kind == ExplanationKind.DROP else closings.get(each.event_id or 0, _("注销"))
    )
    return Explained(what, each, each.explained_at >= week.ends_at)


def _lacking(
    facts: ReportFacts, rest: list[RegistryEvent], closings: dict[int, str], known: set[int | None]
) -> list[str]:
    """What nobody has explained yet, in words."""
    found = [_("%(what)s 注销未说明原因") % {"what": closings[event.pk]} for event in rest]
    if facts.is_drop and None not in known:
        found.insert(0, _("覆盖率下降未说明原因"))
    return found
