"""考核小组: named or drawn by lot, nobody of the assessed unit, sheets assigned by hand or evenly by lot (SUP-4.0)."""

from __future__ import annotations

import pytest

from orgs.choices import Role
from orgs.exceptions import NotAllowed
from orgs.models import AuditEntry
from scoring import lots
from scoring.choices import MemberWay
from scoring.exceptions import NotReady, ReasonRequired, ScoringError
from scoring.operations import groups
from tests.scoring import round_steps as steps

pytestmark = pytest.mark.django_db


@pytest.fixture
def round(world, cast, scheme_files):
    return steps.opened(world, cast)


@pytest.fixture
def sheet(round, world):
    return round.sheets.get(unit=world["qh"])


def names(round):
    return {each.user.name for each in groups.candidates(round)}


def test_candidates_may_assess_a_unit_of_the_round(round, cast, world):
    steps.person("a1", world["wn"])
    assert names(round) == {"团省委李", "考核小组赵", "考评员a1"}


def test_an_office_in_the_assessed_unit_bars_from_it(round, cast, world, sheet):
    """The assessor of both cities is a village's secretary in one of them."""
    both = steps.person("both", world["hi"])
    steps.Appointment.objects.create(
        user=both, unit=world["qh-hs-jl"], role=Role.SECRETARY, starts_on=steps.date(2026, 10, 5)
    )
    able = next(each for each in groups.candidates(round) if each.user == both)
    assert able.unit_ids == {world.ids["wn"]}
    group = groups.name_group(round, "", [both.pk, cast["province"].pk], both.pk, by=cast["province"])
    with pytest.raises(ScoringError, match="共青团琼海市委"):
        groups.assign(round, [sheet.pk], group, by=cast["province"])


@pytest.mark.parametrize(
    ("people", "leader"),
    [(["auditor"], "auditor"), (["auditor", "province"], "schools"), (["auditor", "city"], "auditor")],
    ids=["one alone", "led by somebody else", "of the assessed unit"],
)
def test_a_group_has_two_members_one_of_whom_leads(round, cast, people, leader):
    with pytest.raises(ScoringError):
        groups.name_group(round, "", [cast[each].pk for each in people], cast[leader].pk, by=cast["province"])


def test_nobody_is_in_two_groups_of_a_round(round, cast, world, sheet):
    steps.grouped(round, cast, sheet)
    other = steps.person("a1", world["wn"])
    with pytest.raises(ScoringError):
        groups.name_group(round, "", [other.pk, cast["auditor"].pk], other.pk, by=cast["province"])


def test_a_drawn_group_can_be_drawn_again_from_what_is_kept(round, cast, world):
    for n in range(5):
        steps.person(f"a{n}", world["wn"])
    group = groups.draw_group(round, "", 3, by=cast["province"])
    members = list(group.members.all())
    assert len(group.drawn_from) == 7
    drawn = lots.members(group.seed, group.drawn_from, 3)
    assert [each.user_id for each in members if each.leads] == drawn[:1]
    assert {each.user_id for each in members} == set(drawn)
    assert {each.way for each in members} == {MemberWay.DRAWN}
    assert AuditEntry.objects.get(verb="assessment.group_drawn").detail["seed"] == group.seed


def test_the_lot_is_the_same_on_any_machine():
    assert lots.members("0011223344556677", [1, 2, 3, 4, 5], 2) == [2, 3]
    assert lots.members("0011223344556677", [5, 4, 3, 2, 1], 5) == [2, 3, 1, 5, 4]


def test_too_small_a_lot_is_refused(round, cast):
    with pytest.raises(ScoringError, match="2 人"):
        groups.draw_group(round, "", 3, by=cast["province"])


@pytest.mark.parametrize("who", ["schools", "auditor", "city", "national", "nobody"])
def test_only_the_office_makes_groups(round, cast, who):
    with pytest.raises(NotAllowed):
        groups.draw_group(round, "", 2, by=cast[who])


def test_the_lot_gives_each_group_as_many_units_as_avoidance_allows(round, cast, world, sheet):
    wanning = [steps.person(f"w{n}", world["wn"]) for n in range(2)]
    first = groups.name_group(
        round, "", [cast["auditor"].pk, cast["province"].pk], cast["auditor"].pk, by=cast["province"]
    )
    second = groups.name_group(round, "", [each.pk for each in wanning], wanning[0].pk, by=cast["province"])
    assert groups.assign_by_lot(round, by=cast["province"]) == 2
    assert {each.unit.code: each.group_id for each in round.sheets.all()} == {
        "qh": first.pk,
        "wn": second.pk,
    }
    assert groups.assign_by_lot(round, by=cast["province"]) == 0
    assert AuditEntry.objects.get(verb="assessment.sheets_assigned").detail["seed"]


def test_a_unit_nobody_may_assess_stops_the_lot(round, cast, world):
    wanning = [steps.person(f"w{n}", world["wn"]) for n in range(2)]
    groups.name_group(round, "", [each.pk for each in wanning], wanning[0].pk, by=cast["province"])
    with pytest.raises(ScoringError, match="回避"):
        groups.assign_by_lot(round, by=cast["province"])


def test_members_change_with_a_reason_and_the_new_one_may_assess_all_units(round, cast, world, sheet):
    group = steps.grouped(round, cast, sheet)
    helper, foreign = steps.person("a1", world["qh"]), steps.person("w1", world["wn"])
    staying, by = cast["auditor"].pk, cast["province"]
    with pytest.raises(ReasonRequired):
        groups.change_members(group, [staying, helper.pk], staying, reason="", by=by)
    with pytest.raises(ScoringError):
        groups.change_members(group, [staying, foreign.pk], staying, reason="病假", by=by)
    groups.change_members(group, [staying, helper.pk], helper.pk, reason="病假", by=by)
    assert [(each.user_id, each.leads) for each in group.members.all()] == [
        (helper.pk, True),
        (staying, False),
    ]
    entry = AuditEntry.objects.get(verb="assessment.group_changed")
    assert entry.reason == "病假"


def test_a_sheet_somebody_has_scored_keeps_its_group(round, cast, world, sheet):
    steps.grouped(round, cast, sheet)
    steps.hands_in(steps.ready(sheet, cast), cast["auditor"])
    with pytest.raises(NotReady):
        groups.assign(round, [sheet.pk], None, by=cast["province"])
