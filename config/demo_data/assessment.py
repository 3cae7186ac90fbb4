"""The sheets of the demo's year: computed from its weeks, some self-assessed, two nearly scored by the group; last year's of some townships, final."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from config.demo_data import assessment_round, township_round
from config.demo_data.chance import chance
from config.demo_data.tree import HAINAN
from orgs.models import Appointment, OrgUnit
from scoring.choices import RuleKind
from scoring.models import Criterion, Score, Sheet
from scoring.operations.schemes import load_shipped
from scoring.operations.scores import Entry, enter_scores
from scoring.operations.sheets import compute_year, open_year

if TYPE_CHECKING:
    from orgs.models import User

SELF_ASSESSED = ("469002", "469005", "46-U01", "46-U03", "46-U08", "469024")
SCORED = ("469002", "46-U01")


def assess(year: int, *, by: User) -> None:
    """Open and compute the year; enter what people would have entered by now."""
    load_shipped()
    open_year(year, province=OrgUnit.objects.get(code=HAINAN))
    compute_year(year)
    for code in SELF_ASSESSED:
        _self_assess(_sheet(year, code))
    for code in SCORED:
        _score(_sheet(year, code), by=by)
    assessment_round.run(year, by=by)
    township_round.run(year - 1, by=by)


def _sheet(year: int, code: str) -> Sheet:
    return Sheet.objects.of_year(year).get(unit=OrgUnit.objects.get(code=code))


def _self_assess(sheet: Sheet) -> None:
    leader = (
        Appointment.objects.in_force()
        .filter(unit=sheet.unit, role="committee")
        .select_related("user")
        .first()
    )
    if leader is None or sheet.scores.filter(self_points__isnull=False).exists():
        return
    entries = [
        Entry(criterion.code, _nearly_full(criterion, sheet.unit.code)) for criterion in _criteria(sheet)
    ]
    enter_scores(sheet, self_scores=entries, version=sheet.version, by=leader.user)


def _score(sheet: Sheet, *, by: User) -> None:
    """The group has scored what no figure says; computed criteria stand as they are."""
    open_scores = Score.objects.filter(
        sheet=sheet, computed_points__isnull=True, assessed_points__isnull=True
    )
    entries = [
        Entry(score.criterion.code, _nearly_full(score.criterion, f"{sheet.unit.code}!"))
        for score in open_scores.select_related("criterion").order_by("pk")
        if score.criterion.rule == RuleKind.JUDGED or score.criterion.code.startswith("1")
    ]
    if entries:
        enter_scores(sheet, assessed=entries, version=sheet.version, by=by)


def _criteria(sheet: Sheet) -> list[Criterion]:
    return list(Criterion.objects.filter(item__section__scheme=sheet.scheme).order_by("code"))


def _nearly_full(criterion: Criterion, key: str) -> Decimal:
    """Full points, or one or two steps of 0.1 less."""
    steps = chance("points", key, criterion.code).choice((0, 0, 0, 1, 2))
    return max(criterion.max_points - Decimal(steps) / 10, Decimal(0))
