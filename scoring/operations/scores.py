"""Scores: the unit's own and the assessment group's, criterion by criterion, under one version of the sheet."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from orgs import permissions
from orgs.exceptions import NotAllowed
from orgs.kernel import clock
from orgs.kernel.numbers import points_text
from orgs.operations import ledger
from scoring.choices import SheetState
from scoring.computation import compute
from scoring.exceptions import NotReady, PointsOutOfRange, ReasonRequired, ResultNotified, ScoresRefused
from scoring.frozen import Year
from scoring.models import Score
from scoring.operations import blind_scores, sheets
from scoring.operations.ranges import require_range

if TYPE_CHECKING:
    from orgs.models import User
    from scoring.exceptions import ScoringError
    from scoring.models import Sheet


@dataclass(frozen=True, slots=True)
class Entry:
    """Points for one criterion; None takes them back (not scored)."""

    code: str
    points: Decimal | None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class CountEntry:
    """How many documents or meetings there are, and whether the written rule is there (SUP-A 一)."""

    code: str
    count: int | None
    has_rule_document: bool | None = None


def enter_self_score(sheet: Sheet, code: str, points: Decimal | None, *, version: int, by: User) -> Sheet:
    """自评: one criterion by the unit itself (SUP-4.0)."""
    return enter_scores(sheet, self_scores=[Entry(code, points)], version=version, by=by)


def enter_assessed_score(
    sheet: Sheet, code: str, points: Decimal | None, *, reason: str = "", version: int, by: User
) -> Sheet:
    """考评: one criterion by the assessment group; other points than the computed ones demand a reason (SUP-4.3)."""
    return enter_scores(sheet, assessed=[Entry(code, points, reason)], version=version, by=by)


@transaction.atomic
def enter_scores(
    sheet: Sheet,
    *,
    self_scores: Sequence[Entry] = (),
    assessed: Sequence[Entry] = (),
    counts: Sequence[CountEntry] = (),
    version: int,
    by: User,
) -> Sheet:
    """Keep all entries or none.

    Raises ScoresRefused with the error of each criterion, Conflict, SheetFinal, SheetProposed, ResultNotified once the
    unit has been told its result, NotAllowed.
    """
    sheet = sheets.locked(sheet.pk, version=version)
    _require_rights(sheet, self_scores, assessed, by)
    if sheet.state == SheetState.OBJECTION:
        raise ResultNotified
    scores = {score.criterion.code: score for score in Score.objects.filter(sheet=sheet).in_sheet_order()}
    for count in counts:
        _set_count(scores[count.code], count)
    errors: dict[str, ScoringError] = {}
    for entry in self_scores:
        _checked(errors, entry, _set_self, scores)
    for entry in assessed:
        _checked(errors, entry, _set_assessed, scores)
    if errors:
        raise ScoresRefused(errors)
    touched = {each.code for each in [*self_scores, *assessed]} | {each.code for each in counts}
    _save(sheet, [scores[code] for code in touched], has_assessed=bool(assessed), by=by)
    return sheet


def _require_rights(sheet: Sheet, self_scores: Sequence[Entry], assessed: Sequence[Entry], by: User) -> None:
    is_own = sheet.unit_id in sheets.own_units(by, permissions.SELF_ASSESS)
    if self_scores and not is_own:
        raise NotAllowed
    if is_own and sheet.state != SheetState.SELF_ASSESSING:
        raise NotReady(_("自评已经提交，不能再改；需要更正请联系考核小组。"))
    if assessed or not is_own:
        sheets.require_assessor(by, sheet)
        blind_scores.require_in_time(sheet)
        if sheet.group_id is not None:
            blind_scores.require_agreeing(sheet, by)


def _checked(
    errors: dict[str, ScoringError],
    entry: Entry,
    setter: Callable[[Score, Entry], None],
    scores: Mapping[str, Score],
) -> None:
    try:
        setter(scores[entry.code], entry)
    except (PointsOutOfRange, ReasonRequired) as error:
        errors[entry.code] = error


def _set_self(score: Score, entry: Entry) -> None:
    require_range(score.criterion, entry.points)
    score.self_points = entry.points


def _set_assessed(score: Score, entry: Entry) -> None:
    require_range(score.criterion, entry.points)
    computed = score.computed_points
    deviates = entry.points is not None and computed is not None and entry.points != computed
    if deviates and not entry.reason.strip():
        text = _("系统计算为 %(computed)s 分，改为 %(points)s 分须填写调整理由。")
        raise ReasonRequired(text % {"computed": points_text(computed), "points": points_text(entry.points)})
    score.assessed_points = entry.points
    score.reason = entry.reason.strip() if deviates else ""


def _set_count(score: Score, entry: CountEntry) -> None:
    score.entered_count = entry.count
    score.has_rule_document = entry.has_rule_document
    # Counted criteria read no week: their suggestion follows the count at once.
    computed = compute(score, Year())
    score.computed_points = computed.points
    score.arithmetic = computed.arithmetic


def _save(sheet: Sheet, scores: list[Score], *, has_assessed: bool, by: User) -> None:
    now = clock.now()
    for score in scores:
        if has_assessed:
            score.scored_by = by
            score.scored_at = now
    fields = [
        "self_points",
        "assessed_points",
        "computed_points",
        "arithmetic",
        "reason",
        "entered_count",
        "has_rule_document",
        "scored_by",
        "scored_at",
    ]
    Score.objects.bulk_update(scores, fields, batch_size=500)
    if has_assessed:
        sheet.assessed_on = clock.today()
    sheet.version += 1
    sheet.save(update_fields=["assessed_on", "version"])
    sheets.refresh_result(sheet)
    verb = "sheet.assessed" if has_assessed else "sheet.self_scored"
    ledger.record(verb, sheet, by=by, criteria=sorted(score.criterion.code for score in scores))
