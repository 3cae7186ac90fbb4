"""背靠背评分: every member alone, nobody reads another's before all have handed in, then the leader (SUP-4.3)."""

from __future__ import annotations

from decimal import Decimal

import pytest

from orgs.exceptions import Conflict, NotAllowed
from orgs.models import AuditEntry
from scoring import todo
from scoring.choices import RoundState, SheetState
from scoring.exceptions import NotReady, ScoresRefused
from scoring.models import AssessmentRound, BlindScore, Criterion, Sheet
from scoring.operations import agreeing, blind_scores, groups, notices, rounds, scores, sheets
from tests.scoring import round_steps as steps
from tests.scoring.result_steps import without_groups

D = Decimal
pytestmark = pytest.mark.django_db


@pytest.fixture
def round(world, cast, scheme_files):
    return steps.opened(world, cast)


@pytest.fixture
def sheet(round, world, cast):
    """Qionghai's, with a group of the auditor (leads) and the province."""
    found = round.sheets.get(unit=world["qh"])
    steps.grouped(round, cast, found)
    return steps.ready(found, cast)


def agree(sheet, by, overall="", **points):
    sheet.refresh_from_db()
    entries = [scores.Entry(code.replace("_", "."), D(value)) for code, value in points.items()]
    return agreeing.agree(sheet, entries, overall=overall, version=sheet.version, by=by)


def test_each_member_keeps_an_own_sheet_and_blank_is_not_nought(sheet, cast):
    entries = [blind_scores.BlindEntry("1.3", D("0.6"), "记录6次"), blind_scores.BlindEntry("3.1", None)]
    blind = blind_scores.keep(sheet, entries, version=0, by=cast["auditor"])
    assert list(blind.scores.values_list("criterion__code", "points", "note")) == [
        ("1.3", D("0.6"), "记录6次")
    ]
    again = [blind_scores.BlindEntry("1.3", None)]
    assert not blind_scores.keep(sheet, again, version=1, by=cast["auditor"]).scores.exists()
    with pytest.raises(Conflict):
        blind_scores.keep(sheet, entries, version=1, by=cast["auditor"])


@pytest.mark.parametrize(
    ("code", "points"), [("1.3", "1.1"), ("1.3", "0.25"), ("1.3", "-0.1"), ("2.2.a", "-0.4")]
)
def test_points_stay_within_floor_and_cap_in_steps(sheet, cast, code, points):
    with pytest.raises(ScoresRefused) as refused:
        blind_scores.keep(sheet, [blind_scores.BlindEntry(code, D(points))], version=0, by=cast["auditor"])
    assert set(refused.value.errors) == {code}


def test_minus_two_tenths_is_allowed_where_the_criterion_says_so(sheet, cast):
    blind = blind_scores.keep(
        sheet, [blind_scores.BlindEntry("2.2.a", D("-0.2"))], version=0, by=cast["auditor"]
    )
    assert blind.scores.get().points == D("-0.2")


def test_only_a_whole_sheet_is_handed_in_and_then_it_stands(sheet, cast):
    with pytest.raises(NotReady, match="还有评分点没有评分"):
        blind_scores.keep(
            sheet, [blind_scores.BlindEntry("1.3", D("0.6"))], version=0, by=cast["auditor"], hand_in=True
        )
    assert not BlindScore.objects.exists()
    blind = steps.hands_in(sheet, cast["auditor"])
    with pytest.raises(NotReady, match="不能再改"):
        blind_scores.keep(sheet, [], version=blind.version, by=cast["auditor"])


@pytest.mark.parametrize("who", ["city", "schools", "national", "township", "nobody"])
def test_nobody_but_members_scores(sheet, cast, who):
    with pytest.raises(NotAllowed):
        steps.hands_in(sheet, cast[who])


def test_a_member_who_takes_office_in_the_unit_scores_no_more(sheet, cast, world):
    steps.Appointment.objects.create(
        user=cast["auditor"], unit=world["qh-hs-jl"], role="secretary", starts_on=steps.date(2026, 11, 1)
    )
    with pytest.raises(NotAllowed):
        steps.hands_in(sheet, cast["auditor"])


def test_nothing_is_scored_before_the_self_assessment_is_over(round, world, cast):
    sheet = round.sheets.get(unit=world["qh"])
    steps.grouped(round, cast, sheet)
    with pytest.raises(NotReady, match="自评"):
        steps.hands_in(sheet, cast["auditor"])


def test_scoring_ends_with_the_deadline_until_the_office_extends_it(sheet, cast, round):
    with steps.after(round.scoring_until):
        with pytest.raises(NotReady, match="2027年1月31日"):
            steps.hands_in(sheet, cast["auditor"])
        fresh = AssessmentRound.objects.get(pk=round.pk)
        later = fresh.scoring_until + (fresh.scoring_until - fresh.self_until)
        rounds.extend(
            fresh, rounds.SCORING, later, reason="现场考评推迟", version=fresh.version, by=cast["province"]
        )
        assert steps.hands_in(sheet, cast["auditor"]).handed_in_at


def test_direct_entry_is_closed_for_a_sheet_with_a_group(sheet, cast):
    for who in ("auditor", "province"):
        with pytest.raises((NotAllowed, NotReady)):
            scores.enter_assessed_score(sheet, "3.1", D("0.3"), version=sheet.version, by=cast[who])


def test_the_leader_enters_what_was_agreed_after_all_have_handed_in(sheet, cast):
    steps.hands_in(sheet, cast["auditor"], "0.1")
    with pytest.raises(NotReady, match="还有 1 位成员"):
        agree(sheet, cast["auditor"], **{"3_1": "0.3"})
    steps.hands_in(sheet, cast["province"], "0")
    with pytest.raises(NotAllowed):
        agree(sheet, cast["province"], **{"3_1": "0.3"})
    kept = agree(sheet, cast["auditor"], overall="工作扎实", **{"3_1": "0.4"})
    assert kept.overall == "工作扎实"
    # Not the mean of 0.1 and 0, nor anything else that was not entered.
    assert kept.scores.get(criterion__code="3.1").assessed_points == D("0.4")
    assert kept.scores.get(criterion__code="3.2").assessed_points is None


def test_a_unit_is_told_only_what_a_group_agreed_on_with_its_overall_rating(sheet, round, cast, world):
    for who in ("auditor", "province"):
        steps.hands_in(sheet, cast[who])
    points = {each.code: D("0.1") for each in Criterion.objects.filter(item__section__scheme=sheet.scheme_id)}
    sheet = agree(sheet, cast["auditor"], **points)
    assert sheets.tally_of(sheet).is_complete
    with pytest.raises(NotReady, match="总体评价"):
        notices.notify_sheet(sheet, version=sheet.version, by=cast["province"])
    sheet = agree(sheet, cast["auditor"], overall="工作扎实")
    assert notices.notify_sheet(sheet, version=sheet.version, by=cast["province"]).notified_at
    alone = steps.ready(round.sheets.get(unit=world["wn"]), cast)
    alone.scores.update(assessed_points=D("0.1"))
    with pytest.raises(NotReady, match="分派考核小组"):
        notices.notify_sheet(alone, version=alone.version, by=cast["province"])
    round.refresh_from_db()
    rounds.start_scoring(round, reason="", version=round.version, by=cast["province"])
    round.refresh_from_db()
    with pytest.raises(NotReady, match="1 个单位没有评完、没有经小组商定"):
        notices.notify_round(round, version=round.version, by=cast["province"])
    # A scheme may say that its committee does without.
    without_groups(alone.scheme)
    assert notices.notify_round(round, version=round.version, by=cast["province"]) == 1


def test_who_joins_later_scores_first(sheet, cast, world):
    group = sheet.group
    steps.hands_in(sheet, cast["auditor"])
    steps.hands_in(sheet, cast["province"])
    assert blind_scores.is_opened(sheet)
    helper = steps.person("a1", world["qh"])
    people = [cast["auditor"].pk, cast["province"].pk, helper.pk]
    groups.change_members(group, people, people[0], reason="增加一人", by=cast["province"])
    assert not blind_scores.is_opened(sheet)
    steps.hands_in(sheet, helper)
    assert blind_scores.may_agree(cast["auditor"], sheet)


def test_who_leaves_is_not_waited_for(sheet, cast, world):
    helper = steps.person("a1", world["qh"])
    people = [cast["auditor"].pk, cast["province"].pk, helper.pk]
    groups.change_members(sheet.group, people, people[0], reason="增加一人", by=cast["province"])
    steps.hands_in(sheet, cast["auditor"])
    steps.hands_in(sheet, helper)
    assert not blind_scores.is_opened(sheet)
    groups.change_members(sheet.group, [people[0], people[2]], people[0], reason="退出", by=cast["province"])
    assert blind_scores.is_opened(sheet)


def test_after_the_result_is_told_nobody_scores(sheet, cast):
    steps.hands_in(sheet, cast["auditor"])
    Sheet.objects.filter(pk=sheet.pk).update(state=SheetState.OBJECTION)
    with pytest.raises(NotReady, match="结果已经告知"):
        steps.hands_in(sheet, cast["province"])


def test_home_counts_what_each_member_still_has_to_do(sheet, cast):
    def lines(who):
        return [
            (each.label, each.count, each.due)
            for each in todo.for_user(cast[who])
            if "考核小组" in each.label
        ]

    assert lines("auditor") == lines("province") == [("考核小组：待我评分", 1, "还有 74 天")]
    steps.hands_in(sheet, cast["auditor"])
    assert lines("auditor") == []
    steps.hands_in(sheet, cast["province"])
    assert lines("auditor") == [("考核小组：待商定得分", 1, "还有 74 天")]
    assert lines("province") == []


def test_the_unit_s_home_says_until_when_it_assesses_itself(round, cast):
    (line,) = todo.for_user(cast["city"])
    assert (line.due, line.tone) == ("2026年12月31日 24:00 截止，还有 43 天", "warn")
    with steps.after(round.self_until):
        (line,) = todo.for_user(cast["city"])
        assert (line.due, line.tone) == ("2026年12月31日 24:00 截止，逾期 2 天", "bad")


def test_the_ledger_says_that_somebody_handed_in_and_nothing_of_what(sheet, cast):
    steps.hands_in(sheet, cast["auditor"], "0.1", **{"1_3": "0.7"})
    entry = AuditEntry.objects.get(verb="sheet.blind_handed_in")
    assert "0.7" not in str(entry.detail)


def test_a_published_round_keeps_its_groups(sheet, cast, round):
    AssessmentRound.objects.filter(pk=round.pk).update(state=RoundState.PUBLISHED)
    people = [cast["auditor"].pk, cast["province"].pk]
    with pytest.raises(NotReady):
        groups.change_members(sheet.group, people, people[0], reason="x", by=cast["province"])
