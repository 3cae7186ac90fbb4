"""A year's round of a unit, its group, and a sheet that a group scores, for the matrix."""

from __future__ import annotations

from datetime import timedelta

from orgs.kernel import clock
from orgs.models import OrgUnit
from scoring.choices import SheetState
from scoring.models import AssessmentGroup, AssessmentRound, Criterion, GroupMember, Scheme, Score, Sheet
from scoring.operations.schemes import load_shipped
from tests.cast import Cast


def assessment_round(unit: OrgUnit, cast: Cast) -> int:
    """The unit's own round."""
    return round_of(unit)


def round_of(unit: OrgUnit) -> int:
    """A round that runs, without any sheet; the year is one no other subject asks for."""
    if not Scheme.objects.filter(unit__isnull=True).exists():
        load_shipped()
    scheme = Scheme.objects.filter(unit__isnull=True).order_by("pk")[0]
    now = clock.now()
    facts = {"title": "年度考评", "opened_at": now}
    facts |= {"self_until": now + timedelta(days=9), "scoring_until": now + timedelta(days=40)}
    return AssessmentRound.objects.get_or_create(unit=unit, scheme=scheme, year=2025, defaults=facts)[0].pk


def assessment_group(unit: OrgUnit, cast: Cast) -> int:
    """Two members, one of whom leads."""
    group, is_new = AssessmentGroup.objects.get_or_create(
        round_id=assessment_round(unit, cast),
        position=1,
        defaults={"name": "第1考核小组", "made_at": clock.now()},
    )
    if is_new:
        GroupMember.objects.create(group=group, user=cast["province"], leads=True)
        GroupMember.objects.create(group=group, user=cast["auditor"])
    return group.pk


def group_sheet(unit: OrgUnit, cast: Cast) -> int | None:
    """The unit's sheet of the year, which the group of the province's round scores."""
    if unit.parent_id is None:
        return None
    round_id = assessment_round(unit.parent, cast)
    facts = {"round_id": round_id, "group_id": assessment_group(unit.parent, cast)}
    facts |= {"state": SheetState.ASSESSING}
    scheme = AssessmentRound.objects.get(pk=round_id).scheme
    sheet, is_new = Sheet.objects.get_or_create(scheme=scheme, year=2025, unit=unit, defaults=facts)
    if is_new:
        criteria = Criterion.objects.filter(item__section__scheme=scheme)
        Score.objects.bulk_create(Score(sheet=sheet, criterion=each) for each in criteria)
    return sheet.pk
