"""计划数 on pages: a unit's number with what came of it, all numbers that were given, and what boards say beside a cell."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext as _

from orgs.kernel import clock, numbers
from orgs.querysets.scope import Span
from reporting import judging
from reporting.choices import CampaignState, DemandKind
from reporting.judging.papers import code_of
from reporting.models import PlannedNumber
from reporting.operations import hand_in_asked, planned_numbers
from reporting.pages.hand_ins import State

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from orgs.models import OrgUnit, User
    from reporting.models import Requirement

Planned = dict[tuple[int, int], int]  # (requirement, unit) -> number


@dataclass(frozen=True, slots=True)
class Page:
    """One unit's plan: `actual` None where the figure is one of the whole subtree or missing."""

    requirement: Requirement
    unit: OrgUnit
    numbers: list[PlannedNumber]
    words: str
    due_at: datetime | None
    may_plan: bool
    may_change: bool

    @property
    def current(self) -> PlannedNumber | None:
        return next((each for each in self.numbers if each.superseded_at is None), None)

    @property
    def is_overdue(self) -> bool:
        return self.current is None and self.due_at is not None and clock.now() >= self.due_at


def read(requirement: Requirement, unit: OrgUnit, user: User) -> Page:
    """At most four statements. Raises Http404 for a unit outside the campaign."""
    campaign = requirement.version.campaign
    if not Span.of(campaign.unit).covers(unit):
        raise Http404
    given = PlannedNumber.objects.filter(campaign=campaign, requirement_code=requirement.code, unit=unit)
    found = list(given.select_related("recorded_by"))
    at = clock.now()
    is_running = campaign.state == CampaignState.RUNNING
    asked = is_running and hand_in_asked.units_asked(requirement).filter(pk=unit.pk).exists()
    may_plan = asked and planned_numbers.may_plan(requirement, unit, by=user)
    actual = judging.own_values([requirement], [unit.pk], judging.Instant.at(at))
    current = next((each.planned for each in found if each.superseded_at is None), None)
    return Page(
        requirement,
        unit,
        found,
        words(current, (actual.get((requirement.pk, unit.pk)) or (None, None))[0]),
        hand_in_asked.planned_by(requirement),
        may_plan=may_plan,
        may_change=asked and not may_plan and planned_numbers.may_change(requirement, unit, by=user),
    )


def words(planned: int | None, actual: int | None) -> str:
    """计划 10，完成 8（80.0%）; what is not known is left out."""
    if planned is None:
        return _("没有填写计划数")
    if actual is None:
        return _("计划 %(planned)s") % {"planned": numbers.thousands(planned)}
    known = {
        "planned": numbers.thousands(planned),
        "actual": numbers.thousands(actual),
        "share": numbers.percent_text(actual, planned),
    }
    if planned == 0:
        return _("计划 %(planned)s，完成 %(actual)s") % known
    return _("计划 %(planned)s，完成 %(actual)s（%(share)s）") % known


def notes(
    requirements: Sequence[Requirement], unit_ids: Sequence[int], at: datetime
) -> dict[tuple[int, int], str]:
    """(requirement, unit) -> planned, actual, share, where a number was given; two statements, none without a plan."""
    plans = [each for each in requirements if each.kind == DemandKind.PLAN]
    if not plans or not unit_ids:
        return {}
    given = _planned(plans, unit_ids, at)
    shown = sorted({unit for _pk, unit in given})
    actual = judging.own_values(plans, shown, judging.Instant.at(at)) if shown else {}
    return {key: words(planned, (actual.get(key) or (None, None))[0]) for key, planned in given.items()}


def own_lines(
    asked: Sequence[tuple[Requirement, OrgUnit]],
) -> list[tuple[Requirement, OrgUnit, State, str]]:
    """The plans of some units with how they stand; one statement, none without a plan."""
    if not asked:
        return []
    at = clock.now()
    given = _planned([each for each, _unit in asked], [unit.pk for _each, unit in asked], at)
    found = []
    for requirement, unit in asked:
        due = hand_in_asked.planned_by(requirement)
        planned = given.get((requirement.pk, unit.pk))
        if planned is not None:
            word = _("计划 %(planned)s") % {"planned": numbers.thousands(planned)}
            state = State(word, "ok", 5, is_open=False)
        elif due is not None and at >= due:
            state = State(_("已逾期，未填"), "bad", 1, is_open=True)
        else:
            state = State(_("计划数待填写"), "warn", 3, is_open=True)
        found.append((requirement, unit, state, url(requirement, unit.pk)))
    return found


def url(requirement: Requirement, unit_pk: int) -> str:
    return reverse(
        "reporting:show-plan", args=[requirement.version.campaign_id, code_of(requirement), unit_pk]
    )


def _planned(requirements: Sequence[Requirement], unit_ids: Sequence[int], at: datetime) -> Planned:
    by_code: dict[tuple[int, str], list[int]] = {}
    for each in requirements:
        by_code.setdefault((each.version.campaign_id, code_of(each)), []).append(each.pk)
    rows = PlannedNumber.objects.as_of(at).filter(
        campaign__in={campaign for campaign, _code in by_code}, unit_id__in=unit_ids
    )
    return {
        (pk, unit): planned
        for campaign, code, unit, planned in rows.values_list(
            "campaign_id", "requirement_code", "unit_id", "planned"
        )
        for pk in by_code.get((campaign, code), [])
    }
