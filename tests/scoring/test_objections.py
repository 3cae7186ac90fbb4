"""结果告知 and 异议: the unit is told, objects within its days, is answered, and what is upheld is scored anew."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from orgs.choices import NotificationKind
from orgs.exceptions import Conflict, NotAllowed
from orgs.kernel import clock
from orgs.models import AuditEntry, Notification
from scoring.choices import ObjectionState, RoundState, SheetState
from scoring.exceptions import NotReady, PointsOutOfRange, ReasonRequired, ResultNotified, ScoringError
from scoring.models import AssessmentGroup, GroupMember, Score
from scoring.operations import finalising, notices, objections, scores
from scoring.operations import sheets as operations
from tests.scoring.result_steps import after_window, fresh, objected, scored_round, told

pytestmark = pytest.mark.django_db
UPHELD = {"is_upheld": True, "text": "材料属实，同意更正"}


@pytest.fixture
def round(world, sheets, week, cast):
    return scored_round(world, sheets, cast, less={"qh": {"3.1": "0.2"}})


@pytest.fixture
def notified(round, sheets, cast):
    told(round, cast)
    return fresh(sheets["qh"])


def test_all_units_of_a_round_are_told_together(round, sheets, cast):
    told(round, cast)
    assert (round.state, round.notified_at) == (RoundState.OBJECTION, clock.now())
    sheet = fresh(sheets["qh"])
    assert (sheet.state, sheet.notified_at) == (SheetState.OBJECTION, clock.now())
    # 2026-11-18 and seven days: until the 25th, 24:00.
    assert f"{clock.local(sheet.objections_until):%m-%d %H:%M}" == "11-26 00:00"
    message = Notification.objects.get(kind=NotificationKind.SHEET_NOTIFIED, unit=sheet.unit)
    assert "9.7 分，优秀" in message.text
    assert "2026年11月25日 24:00" in message.text
    with pytest.raises(NotReady, match="考评阶段"):
        told(round, cast)


def test_nobody_is_told_while_one_sheet_of_the_round_is_open(round, sheets, cast):
    Score.objects.filter(sheet=sheets["wn"], criterion__code="1.3").update(assessed_points=None)
    with pytest.raises(NotReady, match=r"1 个单位没有评完.*万宁"):
        told(round, cast)
    assert fresh(sheets["qh"]).state == SheetState.ASSESSING
    sheet = fresh(sheets["qh"])
    assert notices.notify_sheet(sheet, version=sheet.version, by=cast["province"]).notified_at == clock.now()
    Score.objects.filter(sheet=sheets["wn"], criterion__code="1.3").update(assessed_points=1)
    with clock.frozen(clock.now() + timedelta(hours=1)):
        told(round, cast)
    assert fresh(sheets["qh"]).notified_at == clock.now()  # told once, not again


@pytest.mark.parametrize("who", ["auditor", "city", "outsider", "schools", "sysadmin", "nobody"])
def test_only_the_office_tells_the_units(round, sheets, cast, who):
    with pytest.raises(NotAllowed):
        notices.notify_round(round, version=round.version, by=cast[who])
    sheet = fresh(sheets["qh"])
    with pytest.raises(NotAllowed):
        notices.notify_sheet(sheet, version=sheet.version, by=cast[who])


def test_what_a_unit_was_told_no_longer_changes_by_scoring_or_computing(notified, cast):
    with pytest.raises(ResultNotified):
        scores.enter_assessed_score(
            notified, "3.1", Decimal("0.5"), version=notified.version, by=cast["province"]
        )
    with pytest.raises(ResultNotified):
        operations.compute_sheet(notified, by=cast["province"])


def test_a_unit_objects_to_one_criterion_or_to_the_whole_and_the_office_hears_of_it(notified, cast):
    first, second = objected(notified, cast, criterion="3.1"), objected(notified, cast)
    assert (first.criterion.code, second.criterion, first.state) == ("3.1", None, ObjectionState.OPEN)
    (message, _other) = Notification.objects.filter(kind=NotificationKind.SHEET_OBJECTED).order_by("pk")
    assert message.unit.code == "hi"
    assert "琼海" in message.text
    with pytest.raises(NotReady, match="不必重复"):
        objected(notified, cast, criterion="3.1")


def test_an_objection_needs_words_without_the_number_of_a_person(notified, cast):
    for text, error in (("  ", ReasonRequired), ("长" * 501, ScoringError), ("找 13800000003", ScoringError)):
        with pytest.raises(error, match="请"):
            objected(notified, cast, text=text)


def test_objections_are_raised_by_the_unit_itself_within_its_days(round, sheets, cast):
    with pytest.raises(NotReady, match="告知以后"):
        objected(fresh(sheets["qh"]), cast)
    told(round, cast)
    for who in ("province", "auditor", "township", "outsider", "sysadmin"):
        with pytest.raises(NotAllowed):
            objected(fresh(sheets["qh"]), cast, who=who)
    last = clock.frozen(fresh(sheets["qh"]).objections_until - timedelta(seconds=1))
    with last:
        assert objected(fresh(sheets["qh"]), cast).pk
    with clock.frozen(fresh(sheets["qh"]).objections_until), pytest.raises(NotReady, match="异议期已满"):
        objected(fresh(sheets["qh"]), cast, criterion="3.1")


def test_an_upheld_objection_lets_the_score_be_corrected_citing_it(notified, cast):
    objection = objected(notified, cast, criterion="3.1")
    with pytest.raises(NotReady, match="异议成立的"):
        objections.revise(objection, "3.1", Decimal("0.5"), version=notified.version, by=cast["province"])
    objection = objections.answer(objection, **UPHELD, by=cast["province"])
    with pytest.raises(NotReady, match="只涉及"):
        objections.revise(objection, "3.2", Decimal("0.5"), version=notified.version, by=cast["province"])
    with pytest.raises(PointsOutOfRange):
        objections.revise(objection, "3.1", Decimal("0.55"), version=notified.version, by=cast["province"])
    with pytest.raises(Conflict):
        objections.revise(objection, "3.1", Decimal("0.5"), version=1_000, by=cast["province"])
    sheet = objections.revise(objection, "3.1", Decimal("0.5"), version=notified.version, by=cast["province"])
    score = Score.objects.get(sheet=sheet, criterion__code="3.1")
    assert (score.assessed_points, fresh(sheet).total_points) == (Decimal("0.5"), Decimal(10))
    assert score.reason == f"异议成立（2026-11-18 第{objection.pk}号）：材料属实，同意更正"
    texts = Notification.objects.filter(kind=NotificationKind.SHEET_OBJECTION_ANSWERED, unit=sheet.unit)
    assert [text for text in texts.values_list("text", flat=True) if "0.2 分更正为 0.5 分" in text]
    assert AuditEntry.objects.get(verb="sheet.revised").detail["before"] == "0.2"


def test_a_rejected_objection_changes_nothing_and_is_answered_once(notified, cast):
    objection = objected(notified, cast, criterion="3.1")
    with pytest.raises(ReasonRequired, match="答复"):
        objections.answer(objection, is_upheld=False, text=" ", by=cast["province"])
    objection = objections.answer(objection, is_upheld=False, text="材料日期在年度以外", by=cast["province"])
    assert (objection.state, objection.answered_by) == (ObjectionState.REJECTED, cast["province"])
    for step in (
        lambda: objections.answer(objection, **UPHELD, by=cast["province"]),
        lambda: objections.revise(
            objection, "3.1", Decimal("0.5"), version=notified.version, by=cast["province"]
        ),
    ):
        with pytest.raises(NotReady):
            step()


def test_the_leader_of_the_group_answers_and_other_assessors_do_not(round, sheets, cast):
    group = AssessmentGroup.objects.create(round=round, position=1, name="第1考核小组", made_at=clock.now())
    GroupMember.objects.create(group=group, user=cast["auditor"], leads=False)
    type(sheets["qh"]).objects.filter(pk=sheets["qh"].pk).update(group=group)
    told(round, cast)
    objection = objected(fresh(sheets["qh"]), cast)
    for who in ("auditor", "city", "outsider"):
        with pytest.raises(NotAllowed):
            objections.answer(objection, **UPHELD, by=cast[who])
    group.members.update(leads=True)
    assert objections.answer(objection, **UPHELD, by=cast["auditor"]).state == ObjectionState.UPHELD


def test_no_final_sheet_before_the_window_is_over_and_every_objection_answered(notified, cast):
    objection = objected(notified, cast)
    with pytest.raises(NotReady, match=r"2026年11月25日 24:00才满.*1 条异议没有答复"):
        finalising.propose(notified, version=notified.version, by=cast["auditor"])
    with after_window():
        with pytest.raises(NotReady, match="1 条异议没有答复"):
            finalising.propose(notified, version=notified.version, by=cast["auditor"])
        objections.answer(objection, is_upheld=False, text="不成立", by=cast["province"])
        sheet = finalising.propose(notified, version=notified.version, by=cast["auditor"])
        assert finalising.confirm(sheet, version=sheet.version, by=cast["province"]).is_final


def test_a_sheet_of_a_round_is_not_made_final_before_the_unit_is_told(round, sheets, cast):
    sheet = fresh(sheets["qh"])
    with pytest.raises(NotReady, match="还没有告知单位"):
        finalising.propose(sheet, version=sheet.version, by=cast["auditor"])
