"""What follows from a result, as records that cite their trigger (SUP-4.1c, SUP-4.4)."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from orgs.kernel.numbers import percent_text, points_text
from scoring import metrics
from scoring.choices import NO_PLATFORM, THREE_POOR, ConsequenceKind, Grade, PoorReading
from scoring.models import Consequence
from scoring.tallies import floors_of

if TYPE_CHECKING:
    from scoring.frozen import Year
    from scoring.models import Decision, Sheet

BELOW_SIX = "SUP-4.4.3"


@dataclass(frozen=True, slots=True)
class _Wanted:
    kind: str
    clause: str
    trigger: str
    is_confirmed: bool = False


def follow_year(sheet: Sheet, year: Year) -> bool:
    """Flags the frozen weeks raise: three 差 in a row, platform not completed, a grave incident. Says whether anything changed.

    They act only once confirmed by the leading group's office. READING `year`: the row of 差 is the longest of the
    calendar year as the last closed week of that year's numbers knows it. Checks made on its last days of December
    that fall into week 1 of the next year extend no row of this year.
    """
    settings = sheet.scheme.settings
    limit = int(settings.get("poor_streak_limit", 3))
    streak = _poor_streak(settings.get("poor_streak", PoorReading.OCCASION), year)
    wanted = []
    if streak >= limit:
        text = _("本年度连续 %(n)s 次抽查为“差”") % {"n": streak}
        wanted.append(_Wanted(ConsequenceKind.NOT_EXCELLENT, THREE_POOR, text))
    faults = []
    if metrics.is_platform_incomplete(year, Fraction(settings.get("platform_floor", "0.60"))):
        faults.append(_platform_trigger(year))
    if year.incidents.grave:
        faults.append(_("本年度 %(n)s 条不良信息被认定为重大失误") % {"n": year.incidents.grave})
    if faults:
        wanted.append(_Wanted(ConsequenceKind.NO_AWARD, NO_PLATFORM, "；".join(faults)))
    changed = _replace(sheet, {THREE_POOR, NO_PLATFORM}, wanted)
    has_flag = streak >= limit
    if sheet.has_poor_flag != has_flag:
        sheet.has_poor_flag = has_flag
        sheet.poor_flag_confirmed_at = None
        sheet.poor_flag_confirmed_by = None
        sheet.save(update_fields=["has_poor_flag", "poor_flag_confirmed_at", "poor_flag_confirmed_by"])
    return changed


def _poor_streak(reading: str, year: Year) -> int:
    """The longest row of 差 as the scheme reads it; the frozen week keeps the one by occasions."""
    if reading != PoorReading.OCCASION:
        return year.poor.get(reading, 0)
    return year.row.poor_streak_max if year.row else 0


def follow_result(sheet: Sheet, decision: Decision | None = None, *, is_final: bool) -> None:
    """A sheet graded 不合格: criticism, written explanation, no award (SUP-4.4.3).

    The grade is that of the total, or what the committee decided instead (SUP-4.4.6), whose record is then cited.
    """
    wanted = []
    if sheet.grade == Grade.FAIL:
        text = _fail_trigger(sheet, decision)
        wanted = [
            _Wanted(kind, BELOW_SIX, text, is_final)
            for kind in (ConsequenceKind.CRITICISM, ConsequenceKind.EXPLANATION, ConsequenceKind.NO_AWARD)
        ]
    _replace(sheet, {BELOW_SIX}, wanted)


def _fail_trigger(sheet: Sheet, decision: Decision | None) -> str:
    if decision is not None:
        words = {"record": decision.record_number, "grade": decision.get_grade_display()}
        return _("党组会决定（%(record)s）：%(grade)s") % words
    floor = min(floor for name, floor in floors_of(sheet) if name != Grade.FAIL)
    words = {"points": points_text(sheet.total_points), "floor": f"{floor.normalize():f}"}
    return _("考评总分 %(points)s 分，低于 %(floor)s 分") % words


def _replace(sheet: Sheet, clauses: set[str], wanted: list[_Wanted]) -> bool:
    """Make the records of these clauses what is wanted; a confirmation is kept as long as its record stands.

    A dismissal is kept as long as its trigger does: other figures are decided on anew.
    """
    present = {(each.kind, each.clause): each for each in sheet.consequences.filter(clause__in=clauses)}
    keys = {(each.kind, each.clause) for each in wanted}
    gone = [record.pk for key, record in present.items() if key not in keys]
    if gone:
        Consequence.objects.filter(pk__in=gone).delete()
    changed = bool(gone)
    for each in wanted:
        record = present.get((each.kind, each.clause))
        if record is None:
            Consequence.objects.create(
                sheet=sheet,
                kind=each.kind,
                clause=each.clause,
                trigger=each.trigger,
                is_confirmed=each.is_confirmed,
            )
            changed = True
        elif record.trigger != each.trigger or (each.is_confirmed and not record.is_confirmed):
            record.trigger = each.trigger
            record.is_confirmed = record.is_confirmed or each.is_confirmed
            record.is_dismissed = False
            record.dismissal_reason = ""
            record.save(update_fields=["trigger", "is_confirmed", "is_dismissed", "dismissal_reason"])
            changed = True
    return changed


def _platform_trigger(year: Year) -> str:
    row = year.row
    if row is None:
        return ""
    return _("%(week)s：本级管理员 %(admins)s 人，团组织建群率 %(ratio)s") % {
        "week": str(year.week),
        "admins": row.own_admins,
        "ratio": percent_text(row.sub_orgs_with_group, row.sub_orgs),
    }
