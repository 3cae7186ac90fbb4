"""Members, leader and office at one sheet at the same moment: nothing is kept twice, nobody is passed over."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection

from orgs.exceptions import Conflict, OrgsError
from orgs.kernel import clock
from orgs.models import Notification
from reporting.models import Duty
from scoring.choices import Grade, RoundState, SheetState
from scoring.exceptions import NotReady, ScoringError
from scoring.models import (
    AssessmentRound,
    BlindScore,
    BlindSheet,
    Consequence,
    Criterion,
    Sheet,
    SheetDuty,
)
from scoring.operations import agreeing, blind_scores, explanations, groups, rounds, schemes, scores
from tests import cast as cast_module
from tests.reporting.test_bulletin_races import at_once
from tests.scoring import round_steps as steps
from tests.world import TODAY

pytestmark = [
    pytest.mark.race,
    pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer at a time"),
]


@pytest.fixture
def cast(transactional_world):
    schemes.load_shipped()
    return cast_module.build(transactional_world)


@pytest.fixture
def sheet(transactional_world, cast):
    """Qionghai's, with a group of the auditor (leads) and the province."""
    round = steps.opened(transactional_world, cast)
    found = round.sheets.get(unit=transactional_world["qh"])
    steps.grouped(round, cast, found)
    return steps.ready(found, cast)


def test_two_offices_open_one_round(transactional_world, cast):
    plan = steps.plan(steps.scheme_of())

    def opens():
        return rounds.open_round(transactional_world["hi"], plan, by=cast["province"])

    found = at_once(opens, opens, opens)
    assert sum(isinstance(each, ScoringError) for each in found) == 2
    assert (AssessmentRound.objects.count(), Sheet.objects.count()) == (1, 2)


def test_one_of_two_hand_ins_of_the_same_member_is_kept(sheet, cast):
    def hands_in(points):
        return lambda: steps.hands_in(sheet, cast["auditor"], points)

    found = at_once(hands_in("0"), hands_in("0.1"), hands_in("0"))
    assert sum(isinstance(each, Conflict) for each in found) == 2
    assert BlindSheet.objects.count() == 1
    assert (
        BlindScore.objects.count() == Criterion.objects.filter(item__section__scheme=sheet.scheme_id).count()
    )


def test_both_members_hand_in_at_once(sheet, cast):
    found = at_once(*(lambda who=who: steps.hands_in(sheet, cast[who]) for who in ("auditor", "province")))
    assert not [each for each in found if isinstance(each, OrgsError)]
    assert blind_scores.is_opened(sheet)


def test_the_leader_enters_nothing_while_somebody_joins(sheet, cast, transactional_world):
    """Whichever comes first: points are entered only where everybody who was a member then had handed in."""
    for who in ("auditor", "province"):
        steps.hands_in(sheet, cast[who])
    helper = steps.person("a1", transactional_world["qh"])
    sheet.refresh_from_db()
    people = [cast["auditor"].pk, cast["province"].pk, helper.pk]
    entry = scores.Entry("3.1", steps.Decimal("0.4"))

    agreed, _changed = at_once(
        lambda: agreeing.agree(sheet, [entry], version=sheet.version, by=cast["auditor"]),
        lambda: groups.change_members(sheet.group, people, people[0], reason="增加一人", by=cast["province"]),
    )
    kept = sheet.scores.get(criterion__code="3.1").assessed_points
    assert (kept is None) == isinstance(agreed, NotReady)
    sheet.refresh_from_db()
    with pytest.raises(NotReady):
        agreeing.agree(sheet, [entry], version=sheet.version, by=cast["auditor"])


def test_who_is_taken_out_at_this_moment_hands_in_before_or_not_at_all(sheet, cast, transactional_world):
    helper = steps.person("a1", transactional_world["qh"])
    staying = [cast["auditor"].pk, helper.pk]
    handed_in, _changed = at_once(
        lambda: steps.hands_in(sheet, cast["province"]),
        lambda: groups.change_members(sheet.group, staying, staying[0], reason="病假", by=cast["province"]),
    )
    assert BlindSheet.objects.exists() == isinstance(handed_in, BlindSheet)
    assert not blind_scores.is_opened(sheet)


def test_the_button_for_explanations_pressed_twice_asks_each_unit_once(transactional_world, cast):
    """And once more on a sheet's own page at that moment."""
    round = steps.opened(transactional_world, cast)
    facts = {"kind": "explanation", "clause": "SUP-4.4.3", "trigger": "考评总分 0 分", "is_confirmed": True}
    Consequence.objects.bulk_create(Consequence(sheet=each, **facts) for each in round.sheets.all())
    round.sheets.update(state=SheetState.FINAL, grade=Grade.FAIL, finalised_at=clock.now())
    AssessmentRound.objects.update(state=RoundState.PUBLISHED, published_at=clock.now())
    first = round.sheets.select_related("scheme", "unit", "round").order_by("pk")[0]
    due_on, by = TODAY.date() + timedelta(days=20), cast["province"]

    def presses():
        return explanations.demand_all(round, due_on=due_on, by=by)

    found = at_once(presses, presses, lambda: explanations.demand(first, due_on=due_on, by=by))
    assert not [each for each in found if isinstance(each, OrgsError)]
    assert min(found[:2]) == 0
    told = Notification.objects.filter(kind="duty_made").values_list("unit__code", flat=True)
    assert (sorted(told), Duty.objects.count(), SheetDuty.objects.count()) == (["qh", "wn"], 2, 2)
