"""周报告: the committee of a direct unit confirms its week, in time or late, and explains closings and falls (SUP-4.1a).

READING: until Sunday 24:00 a confirmed report may be confirmed anew; then it is frozen, and only an explanation that is
still missing can be added, with the time at which it came.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from orgs.exceptions import Conflict, IllegalMove, NotAllowed
from orgs.kernel import clock
from orgs.models import OrgUnit
from orgs.operations import ledger
from orgs.permissions import REPORT_PACKAGE, may
from reporting.choices import ExplanationKind
from reporting.exceptions import ReportIncomplete
from reporting.models import WeekExplanation, WeeklyReport
from reporting.operations import report_facts
from reporting.operations.texts import checked, tidy
from reporting.querysets.reports import reporters

if TYPE_CHECKING:
    from collections.abc import Collection

    from orgs.kernel.clock import Week
    from orgs.models import User
    from reporting.operations.report_facts import ReportFacts

LONGEST_REMARK, LONGEST_TEXT = 400, 200


@dataclass(frozen=True, slots=True)
class Said:
    """What the committee adds to the figures: a remark, why the coverage fell, why each channel was closed (event -> text)."""

    remark: str = ""
    drop: str = ""
    closings: dict[int, str] = field(default_factory=dict)

    @property
    def told(self) -> dict[int | None, str]:
        """Text by the closing it is about; None for the fall of the coverage."""
        told: dict[int | None, str] = dict(self.closings.items())
        return told | {None: self.drop} if self.drop else told

    def checked(self, facts: ReportFacts) -> Said:
        """Tidy, and about this week only. Raises ReportingError in words."""
        asked = {event.pk for event in facts.closings}
        closings = {
            pk: checked(text, label=_("注销说明"), longest=LONGEST_TEXT)
            for pk, text in self.closings.items()
            if pk in asked and tidy(text)
        }
        return Said(
            checked(self.remark, label=_("情况说明"), longest=LONGEST_REMARK),
            checked(self.drop, label=_("覆盖率下降说明"), longest=LONGEST_TEXT) if facts.is_drop else "",
            closings,
        )


@transaction.atomic
def confirm(unit: OrgUnit, week: Week, said: Said, *, version: int, by: User) -> WeeklyReport:
    """确认: the figures stand, this is what there is to say. The same twice changes nothing; late is marked by the time.

    `version` is that of the report the person saw, 0 for none. Raises NotAllowed, Conflict, IllegalMove, ReportIncomplete.
    """
    if not may(by, REPORT_PACKAGE, unit):
        raise NotAllowed
    if week > clock.Week.current() or not reporters(OrgUnit.objects.filter(pk=unit.pk), week).exists():
        raise IllegalMove(_("这一周不需要本单位报送周报。"))
    WeeklyReport.objects.get_or_create(unit=unit, year=week.year, number=week.number, defaults={"version": 0})
    report = WeeklyReport.objects.select_for_update().get(unit=unit, year=week.year, number=week.number)
    facts = report_facts.read(unit, week)
    known = texts_of(report)
    wanted = said.checked(facts)
    if report.confirmed_at is not None and _is_said(wanted, report, known):
        _refuse_incomplete({*wanted.told, *known}, facts)
        return report
    if report.confirmed_at is not None and week.is_over:
        return _add(report, wanted, known, by=by)
    if report.version != version:
        raise Conflict
    _refuse_incomplete(wanted.told, facts)
    is_first = report.confirmed_at is None
    WeeklyReport.objects.filter(pk=report.pk).update(
        remark=wanted.remark, confirmed_at=clock.now(), confirmed_by=by, version=F("version") + 1
    )
    report.explanations.all().delete()
    _explain(report, wanted, by=by)
    report.refresh_from_db()
    ledger.record(
        "weekly_report.confirmed" if is_first else "weekly_report.amended",
        report,
        by=by,
        unit=unit,
        week=str(week),
        is_late=report.is_late,
        n_explained=len(wanted.closings) + bool(wanted.drop),
    )
    return report


def texts_of(report: WeeklyReport) -> dict[int | None, str]:
    """Explanations by the closing they are about; None for the fall of the coverage."""
    return {each.event_id: each.text for each in report.explanations.all()}


def _is_said(said: Said, report: WeeklyReport, known: dict[int | None, str]) -> bool:
    """Nothing new: a second tap, or the same from another device."""
    return said.remark == report.remark and all(known.get(key) == text for key, text in said.told.items())


def _add(report: WeeklyReport, said: Said, known: dict[int | None, str], *, by: User) -> WeeklyReport:
    """After Sunday 24:00: what is missing may still be explained, what stands is not touched."""
    rest = Said(
        drop="" if None in known else said.drop,
        closings={pk: text for pk, text in said.closings.items() if pk not in known},
    )
    if said.remark not in {"", report.remark} or not (rest.drop or rest.closings):
        raise IllegalMove(_("已过周日24:00，确认过的周报不能再改；只能补充还没有的说明。"))
    _explain(report, rest, by=by)
    WeeklyReport.objects.filter(pk=report.pk).update(version=F("version") + 1)
    report.refresh_from_db()
    ledger.record(
        "weekly_report.explained",
        report,
        by=by,
        week=str(report.week),
        n_explained=len(rest.closings) + bool(rest.drop),
    )
    return report


def _explain(report: WeeklyReport, said: Said, *, by: User) -> None:
    about: list[tuple[str, int | None, str]] = [
        (ExplanationKind.CLOSING, pk, text) for pk, text in said.closings.items()
    ]
    if said.drop:
        about.append((ExplanationKind.DROP, None, said.drop))
    now = clock.now()
    WeekExplanation.objects.bulk_create(
        WeekExplanation(report=report, kind=kind, event_id=pk, text=text, explained_at=now, explained_by=by)
        for kind, pk, text in about
    )


def _refuse_incomplete(told: Collection[int | None], facts: ReportFacts) -> None:
    lacking = [event.pk for event in facts.closings if event.pk not in told]
    lacks_drop = facts.is_drop and None not in told
    if lacking or lacks_drop:
        raise ReportIncomplete(closings=lacking, drop=lacks_drop)
