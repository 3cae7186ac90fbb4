"""定稿: what it takes, and that nothing changes afterwards, in the database too."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction

from orgs.exceptions import NotAllowed
from orgs.kernel import clock
from orgs.models import AuditEntry
from scoring.choices import Grade, SheetState
from scoring.exceptions import NotReady, ReasonRequired, SheetFinal
from scoring.models import Evidence, Scheme, Score
from scoring.operations import finalising, flags, notices, schemes, scores
from scoring.operations import sheets as operations
from tests.scoring.conftest import QIONGHAI, close_week
from tests.scoring.sheet_steps import assess_all, finalised, made_final, without_self_assessment

D = Decimal
pytestmark = pytest.mark.django_db


def test_no_final_sheet_while_proposed_criteria_are_unconfirmed(sheets, week, cast):
    sheet = assess_all(operations.compute_sheet(sheets["qh"]), cast["province"])
    with pytest.raises(NotReady, match="拟定内容"):
        finalising.propose(sheet, version=sheet.version, by=cast["province"])


def test_no_final_sheet_with_open_criteria(sheets, week, cast):
    sheet = operations.compute_sheet(sheets["qh"])
    with pytest.raises(NotReady, match="补齐"):
        finalising.propose(sheet, version=sheet.version, by=cast["province"])


def test_the_province_approves_a_scheme_by_command_so_that_its_sheets_can_be_finalised(
    sheets, week, cast, capsys
):
    sheet = assess_all(operations.compute_sheet(sheets["qh"]), cast["province"])
    for options in (
        ["sup-a", "--as", "auditor"],
        ["sup-a", "--version", "9", "--as", "province"],
        ["x", "--as", "x"],
    ):
        with pytest.raises(CommandError, match="请"):
            call_command("approve_scheme", *options)
    call_command("approve_scheme", "sup-a", "--version", "1", "--as", "province")
    assert "sup-a 第1版" in capsys.readouterr().out
    call_command("approve_scheme", "sup-a", "--as", "province")
    sheet = without_self_assessment(sheet, cast)
    assert AuditEntry.objects.get(verb="scheme.approved").by == cast["province"]
    assert made_final(sheet, cast).is_final


def test_a_final_sheet_never_changes(sheets, week, cast):
    sheet = finalised(sheets, cast)
    assert (sheet.state, sheet.grade) == (SheetState.FINAL, Grade.EXCELLENT)
    with pytest.raises(SheetFinal):
        scores.enter_assessed_score(sheet, "3.1", D("0.1"), version=sheet.version, by=cast["province"])
    with pytest.raises(SheetFinal):
        operations.compute_sheet(sheet)
    for sql in (
        "UPDATE scoring_score SET assessed_points = 0 WHERE sheet_id = %s",
        "DELETE FROM scoring_score WHERE sheet_id = %s",
        "UPDATE scoring_sheet SET total_points = 0 WHERE id = %s",
        "DELETE FROM scoring_sheet WHERE id = %s",
    ):
        is_refused(sql, sheet.pk)


def is_refused(sql, *values):
    with (
        pytest.raises(IntegrityError, match="immutable: "),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(sql, values)


@pytest.fixture
def named(sheets, week, cast):
    """Evidence of a final sheet, and of an open one."""
    rows = []
    for code in ("qh", "wn"):
        score = Score.objects.get(sheet=sheets[code], criterion__code="3.1")
        facts = {"title": "工作方案", "added_by": cast["city"], "added_at": clock.now()}
        rows.append(Evidence.objects.create(score=score, **facts))
    finalised(sheets, cast)
    return rows


def test_the_evidence_of_a_final_sheet_never_changes(named):
    final, other = named
    add = (
        "INSERT INTO scoring_evidence (score_id, title, added_by_id, added_at, stored_name, original_name, sha256)"
        " SELECT %s, title, added_by_id, added_at, '', '', '' FROM scoring_evidence WHERE id = %s"
    )
    for sql, values in (
        ("UPDATE scoring_evidence SET title = '' WHERE id = %s", [final.pk]),
        ("UPDATE scoring_evidence SET title = ''", []),
        ("DELETE FROM scoring_evidence WHERE id = %s", [final.pk]),
        ("UPDATE scoring_evidence SET score_id = %s WHERE id = %s", [other.score_id, final.pk]),
        ("UPDATE scoring_evidence SET score_id = %s WHERE id = %s", [final.score_id, other.pk]),
        (add, [final.score_id, other.pk]),
    ):
        is_refused(sql, *values)
    final.refresh_from_db()
    assert (final.title, Evidence.objects.count()) == ("工作方案", 2)


def test_evidence_of_a_final_sheet_withstands_the_words_of_one_engine(named):
    final, other = named
    if connection.vendor == "postgresql":
        connection.check_constraints()  # PostgreSQL truncates no table whose rows still wait for a check
        is_refused("TRUNCATE scoring_evidence")
    else:
        is_refused(
            "INSERT OR REPLACE INTO scoring_evidence"
            " (id, score_id, title, added_by_id, added_at, stored_name, original_name, sha256)"
            " SELECT %s, score_id, '', added_by_id, added_at, '', '', '' FROM scoring_evidence WHERE id = %s",
            final.pk,
            other.pk,
        )


def test_evidence_of_an_open_sheet_may_change(named):
    _final, other = named
    other.title = "工作总结"
    other.save(update_fields=["title"])
    Evidence.objects.create(
        score=other.score, title="照片", added_by_id=other.added_by_id, added_at=clock.now()
    )
    other.delete()
    assert Evidence.objects.filter(score=other.score_id).count() == 1


def test_what_followed_from_a_final_sheet_never_changes(sheets, world, cast):
    close_week(world, 46, {"qh": QIONGHAI | {"poor_streak_max": 3}})
    flag = operations.compute_sheet(sheets["qh"]).consequences.get(kind="not_excellent")
    flags.dismiss_consequence(flag, reason="其中一次抽查有误", by=cast["province"])
    sheet = finalised(sheets, cast)
    for sql in (
        "UPDATE scoring_consequence SET is_confirmed = true, is_dismissed = false WHERE sheet_id = %s",
        "DELETE FROM scoring_consequence WHERE sheet_id = %s",
        "INSERT INTO scoring_consequence"
        " (sheet_id, kind, clause, fault, trigger, facts, is_confirmed, is_dismissed, dismissal_reason)"
        " VALUES (%s, 'no_award', 'SUP-4.4.4', '', '', '{}', true, false, '')",
    ):
        is_refused(sql, sheet.pk)
    with pytest.raises(SheetFinal, match="已定稿"):
        flags.confirm_consequence(flag, by=cast["province"])
    flag.refresh_from_db()
    assert not flag.is_confirmed


def test_no_final_sheet_before_the_self_assessment_or_a_reason_for_none(sheets, week, cast):
    sheet = assess_all(operations.compute_sheet(sheets["qh"]), cast["province"])
    schemes.approve_scheme(sheet.scheme, by=cast["province"])
    with pytest.raises(NotReady, match="还没有提交自评"):
        finalising.propose(sheet, version=sheet.version, by=cast["province"])
    for reason in ("", "  ", "长" * 201):
        with pytest.raises(ReasonRequired, match="请"):
            finalising.waive_self_assessment(sheet, reason=reason, version=sheet.version, by=cast["auditor"])
    for who in ("city", "outsider", "sysadmin"):
        with pytest.raises(NotAllowed):
            finalising.waive_self_assessment(sheet, reason="未交", version=sheet.version, by=cast[who])
    sheet = without_self_assessment(sheet, cast)
    assert (sheet.state, sheet.no_self_reason, sheet.self_submitted_at) == (
        SheetState.ASSESSING,
        "催交两次未交",
        None,
    )
    assert AuditEntry.objects.get(verb="sheet.self_waived").by == cast["auditor"]
    with pytest.raises(NotReady, match="不必"):
        without_self_assessment(sheet, cast)
    assert made_final(sheet, cast).is_final


def test_no_final_sheet_before_a_flag_is_decided_on(sheets, world, cast):
    close_week(world, 46, {"qh": QIONGHAI | {"poor_streak_max": 3}})
    with pytest.raises(NotReady, match=r"连续 3 次抽查为“差”.*还没有认定"):
        finalised(sheets, cast)
    sheet = type(sheets["qh"]).objects.get(pk=sheets["qh"].pk)
    flags.confirm_consequence(sheet.consequences.get(), by=cast["province"])
    sheet.refresh_from_db()
    final = made_final(sheet, cast)
    assert (final.is_final, final.grade) == (True, Grade.GOOD)


def test_everything_that_is_missing_is_said_at_once(sheets, world, cast):
    close_week(world, 46, {"qh": QIONGHAI | {"poor_streak_max": 3}})
    sheet = operations.compute_sheet(sheets["qh"])
    with pytest.raises(NotReady) as refused:
        finalising.propose(sheet, version=sheet.version, by=cast["province"])
    for words in ("自评", "没有考评得分", "拟定内容", "还没有认定"):
        assert words in refused.value.message


def test_a_final_sheet_is_passed_over_when_the_year_is_computed(sheets, week, cast, world):
    finalised(sheets, cast)
    close_week(world, 47, {"qh": QIONGHAI | {"sub_covered_members": 0}})
    assert operations.compute_year(2026)["sheets"] == 4


def deviating(sheets, cast):
    """0.8 for six meetings, as the system computed then; only four are counted later. All else is in order."""
    sheet = assess_all(operations.compute_sheet(sheets["qh"]), cast["province"])
    six = [scores.CountEntry("1.3", 6, True)]
    sheet = scores.enter_scores(sheet, counts=six, version=sheet.version, by=cast["province"])
    sheet = assess_all(sheet, cast["province"], {}, **{"1.3": "0.8"})
    sheet = without_self_assessment(sheet, cast)
    schemes.approve_scheme(Scheme.objects.get(pk=sheet.scheme_id), by=cast["province"])
    sheet.refresh_from_db()
    return sheet


def test_points_that_deviate_only_since_the_count_changed_need_their_reason_too(sheets, week, cast):
    sheet = deviating(sheets, cast)
    four = [scores.CountEntry("1.3", 4, True)]
    sheet = scores.enter_scores(sheet, counts=four, version=sheet.version, by=cast["province"])
    with pytest.raises(NotReady, match=r"1\.3.*给 0\.8 分，系统现在计算为 0\.6 分"):
        finalising.propose(sheet, version=sheet.version, by=cast["province"])
    result = operations.tally_of(sheet)
    assert any("给 0.8 分" in text for text in notices.missing_for_notice(sheet, result))
    sheet = scores.enter_assessed_score(
        sheet, "1.3", D("0.8"), reason="两次会议另有照片", version=sheet.version, by=cast["province"]
    )
    assert made_final(sheet, cast).is_final


def test_the_second_person_confirms_no_deviation_without_a_reason(sheets, week, cast):
    sheet = deviating(sheets, cast)
    sheet = finalising.propose(sheet, version=sheet.version, by=cast["auditor"])
    Score.objects.filter(sheet=sheet, criterion__code="1.3").update(computed_points=D("0.6"))
    with pytest.raises(NotReady, match="请填写调整理由"):
        finalising.confirm(sheet, version=sheet.version, by=cast["province"])
