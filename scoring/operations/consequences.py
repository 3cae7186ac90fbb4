"""What follows from a result, as records that cite their trigger (SUP-4.1c, SUP-4.4)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from orgs.kernel.numbers import points_text
from scoring.choices import NO_PLATFORM, THREE_POOR, ConsequenceKind, Grade
from scoring.faults import Fault, faults_of
from scoring.models import Consequence
from scoring.tallies import floors_of

if TYPE_CHECKING:
    from scoring.frozen import Year
    from scoring.models import Decision, Sheet

BELOW_SIX = "SUP-4.4.3"


def follow_year(sheet: Sheet, year: Year) -> bool:
    """Flags the frozen weeks raise: three 差 in a row, platform not completed, grave incidents. Says whether anything changed.

    They act only once confirmed by the leading group's office. READING `year`: the row of 差 is the longest of the
    calendar year as the last closed week of that year's numbers knows it. Checks made on its last days of December
    that fall into week 1 of the next year extend no row of this year.
    """
    wanted = faults_of(sheet.scheme.settings, year)
    changed, undone = _replace(sheet, {THREE_POOR, NO_PLATFORM}, wanted)
    has_flag = any(each.clause == THREE_POOR for each in wanted)
    if sheet.has_poor_flag != has_flag or THREE_POOR in undone:
        sheet.has_poor_flag = has_flag
        sheet.poor_flag_confirmed_at = None
        sheet.poor_flag_confirmed_by = None
        sheet.save(update_fields=["has_poor_flag", "poor_flag_confirmed_at", "poor_flag_confirmed_by"])
    return changed


def follow_result(sheet: Sheet, decision: Decision | None = None, *, is_final: bool) -> None:
    """A sheet graded 不合格: criticism, written explanation, no award (SUP-4.4.3).

    The grade is that of the total, or what the committee decided instead (SUP-4.4.6), whose record is then cited.
    """
    wanted = []
    if sheet.grade == Grade.FAIL:
        text = _fail_trigger(sheet, decision)
        wanted = [
            Fault(kind, BELOW_SIX, text, is_final)
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


def _replace(sheet: Sheet, clauses: set[str], wanted: list[Fault]) -> tuple[bool, set[str]]:
    """Make the records of these clauses what is wanted; whether anything changed, and of which clauses a confirmation is undone.

    A dismissal is kept as long as its facts are the same: other figures are decided on anew. A confirmation is kept as
    long as what was confirmed still holds: another fault starts unconfirmed.
    """
    present = {_key(each): each for each in sheet.consequences.filter(clause__in=clauses)}
    keys = {(each.kind, each.clause, each.name) for each in wanted}
    gone = [record.pk for key, record in present.items() if key not in keys]
    if gone:
        Consequence.objects.filter(pk__in=gone).delete()
    changed, undone = bool(gone), set()
    for each in wanted:
        record = present.get((each.kind, each.clause, each.name))
        if record is None:
            record = Consequence(sheet=sheet, kind=each.kind, clause=each.clause, fault=each.name)
        before = (record.trigger, record.facts, record.is_confirmed, record.is_dismissed)
        was_confirmed = record.is_confirmed
        _decide(record, each)
        record.trigger, record.facts = each.trigger, dict(each.facts)
        if (record.trigger, record.facts, record.is_confirmed, record.is_dismissed) != before:
            record.save()
            changed = True
        if was_confirmed and not record.is_confirmed:
            undone.add(each.clause)
    return changed, undone


def _key(record: Consequence) -> tuple[str, str, str]:
    return record.kind, record.clause, record.fault


def _decide(record: Consequence, found: Fault) -> None:
    """What becomes of the decision on the record, now that this is found."""
    if not record.is_flag:
        record.is_confirmed = found.is_confirmed
        return
    # One that was raised before facts were kept is told by its words.
    is_same = record.facts == found.facts if record.facts else found.trigger.startswith(record.trigger or "-")
    if is_same:
        return
    record.is_dismissed = False
    record.dismissal_reason = ""
    before, now = set(record.facts), set(found.facts)
    # A row of 差 that grows is still the row that was confirmed.
    still_holds = now <= before or (record.clause == THREE_POOR and before <= now)
    record.is_confirmed = record.is_confirmed and still_holds
