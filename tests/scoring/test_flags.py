"""What follows from a result, and flags that act only once confirmed."""

from __future__ import annotations

from datetime import timedelta

import pytest

from orgs.exceptions import NotAllowed
from orgs.kernel import clock
from reporting import verified_figures
from reporting.models import SpotCheck
from reporting.verified_figures import Less
from scoring.choices import Grade
from scoring.exceptions import NotReady, ReasonRequired
from scoring.models import Consequence, Sheet
from scoring.operations import flags
from scoring.operations import sheets as operations
from tests.scoring.conftest import HAINAN_UNIVERSITY, QIONGHAI, close_week
from tests.scoring.sheet_steps import FULL, assess_all

pytestmark = pytest.mark.django_db


def test_below_six_brings_three_consequences_with_their_clause(sheets, week, cast):
    sheet = assess_all(operations.compute_sheet(sheets["qh"]), cast["auditor"], dict.fromkeys(FULL, "0.1"))
    rows = Consequence.objects.filter(sheet=sheet).values_list("kind", "clause")
    assert sorted(rows) == [
        ("criticism", "SUP-4.4.3"),
        ("explanation", "SUP-4.4.3"),
        ("no_award", "SUP-4.4.3"),
    ]
    assess_all(sheet, cast["auditor"])
    assert not Consequence.objects.filter(sheet=sheet).exists()


def test_three_poor_checks_raise_a_flag_that_acts_only_once_confirmed(sheets, world, cast):
    close_week(world, 46, {"qh": QIONGHAI | {"poor_streak_max": 3}})
    sheet = assess_all(operations.compute_sheet(sheets["qh"]), cast["auditor"])
    assert (sheet.has_poor_flag, sheet.grade) == (True, Grade.EXCELLENT)
    flag = Consequence.objects.get(sheet=sheet, kind="not_excellent")
    with pytest.raises(NotAllowed):
        flags.confirm_consequence(flag, by=cast["auditor"])
    assert flags.confirm_consequence(flag, by=cast["province"]).grade == Grade.GOOD


def test_two_poor_checks_raise_no_flag(sheets, world):
    close_week(world, 46, {"qh": QIONGHAI | {"poor_streak_max": 2}})
    assert operations.compute_sheet(sheets["qh"]).has_poor_flag is False


def test_platform_building_not_completed_is_flagged(sheets, week):
    operations.compute_sheet(sheets["hnu"])  # 59 of 100 organisations have a group: below 60 %
    flag = Consequence.objects.get(sheet=sheets["hnu"], kind="no_award")
    assert (flag.clause, flag.is_confirmed) == ("SUP-4.4.4", False)


@pytest.mark.parametrize(
    ("changes", "words", "facts"),
    [
        (
            {},
            "2026-W46：团组织建群率 59.0%（59 ÷ 100），低于 60.0%",
            {"groups": "59/100"},
        ),
        ({"sub_orgs_with_group": 95, "own_accounts_personal": 0}, "2026-W46：本级没有在用的账号", {"accounts": "0"}),
        ({"sub_orgs_with_group": 95, "own_admins": 0}, "2026-W46：本级没有管理员", {"admins": "0"}),
    ],
)  # fmt: skip
def test_a_platform_flag_cites_what_holds_and_nothing_else(sheets, world, changes, words, facts):
    close_week(world, 46, {"hnu": HAINAN_UNIVERSITY | {"poor_streak_max": 0} | changes})
    flag = operations.compute_sheet(sheets["hnu"]).consequences.get()
    assert (flag.trigger, flag.facts) == (words, facts)


def test_the_ratio_of_a_flag_is_the_verified_one(sheets, world, monkeypatch):
    """95 declared, 45 of them not found: 50 of 100."""
    week = close_week(
        world, 46, {"hnu": HAINAN_UNIVERSITY | {"sub_orgs_with_group": 95, "poor_streak_max": 0}}
    )
    less = {week.pk: {world.ids["hnu"]: Less(orgs_with_group=45)}}
    monkeypatch.setattr(verified_figures, "of_weeks", lambda *_args: less)
    flag = operations.compute_sheet(sheets["hnu"]).consequences.get()
    assert "建群率 50.0%（50 ÷ 100），低于 60.0%（已按抽查核减 45 个）" in flag.trigger


def test_a_week_with_the_same_figures_asks_nobody_again(sheets, world, cast):
    figures = {"hnu": HAINAN_UNIVERSITY | {"poor_streak_max": 0}}
    close_week(world, 46, figures)
    flag = operations.compute_sheet(sheets["hnu"]).consequences.get()
    flags.dismiss_consequence(flag, reason="正在合并", by=cast["province"])
    close_week(world, 47, figures)
    operations.compute_sheet(sheets["hnu"])
    flag.refresh_from_db()
    assert (flag.is_dismissed, flag.dismissal_reason, flag.trigger[:8]) == (True, "正在合并", "2026-W47")
    close_week(world, 48, {"hnu": figures["hnu"] | {"sub_orgs_with_group": 58}})
    operations.compute_sheet(sheets["hnu"])
    flag.refresh_from_db()
    assert (flag.is_open_flag, flag.dismissal_reason) == (True, "")


def test_a_confirmation_does_not_slide_to_another_fault(sheets, world, cast):
    figures = HAINAN_UNIVERSITY | {"poor_streak_max": 0}
    close_week(world, 46, {"hnu": figures})
    flag = operations.compute_sheet(sheets["hnu"]).consequences.get()
    flags.confirm_consequence(flag, by=cast["province"])
    close_week(world, 47, {"hnu": figures | {"sub_orgs_with_group": 50}})
    operations.compute_sheet(sheets["hnu"])
    flag.refresh_from_db()
    assert flag.is_confirmed  # still too few groups
    close_week(world, 48, {"hnu": figures | {"sub_orgs_with_group": 90, "own_admins": 0}})
    operations.compute_sheet(sheets["hnu"])
    flag.refresh_from_db()
    assert (flag.is_open_flag, "没有管理员" in flag.trigger) == (True, True)


def test_another_row_of_poor_checks_is_confirmed_anew_and_caps_nothing_before(sheets, world, cast):
    """Three draws confirmed; a fourth makes the row longer, and voided ones leave a row of others."""

    def checked(day):
        now = clock.now() - timedelta(days=40 - day)
        facts = {
            "posts": 0,
            "grade": "poor",
            "counted_on": clock.local(now).date(),
            "checked_by": cast["auditor"],
        }
        return SpotCheck.objects.create(
            unit=world["qh"], direct_unit=world["qh"], draw=f"d{day}", checked_at=now, **facts
        )

    def closed(number, length):
        close_week(world, number, {"qh": QIONGHAI | {"poor_streak_max": length}})
        operations.compute_sheet(sheets["qh"])
        sheet = Sheet.objects.get(pk=sheets["qh"].pk)
        return sheet.consequences.get().is_confirmed, sheet.poor_flag_confirmed_at is not None

    row = [checked(day) for day in (1, 2, 3)]
    closed(45, 3)
    flags.confirm_consequence(sheets["qh"].consequences.get(), by=cast["province"])
    checked(4)
    assert closed(46, 4) == (True, True)
    for each in row:
        SpotCheck.objects.filter(pk=each.pk).update(voided_at=clock.now())
    for day in (5, 6):
        checked(day)
    assert closed(47, 3) == (False, False)


def test_platform_building_at_sixty_percent_is_not_flagged(sheets, world):
    close_week(world, 46, {"hnu": HAINAN_UNIVERSITY | {"sub_orgs_with_group": 60}})
    operations.compute_sheet(sheets["hnu"])
    assert not Consequence.objects.filter(sheet=sheets["hnu"], clause="SUP-4.4.4").exists()


def test_a_dismissed_flag_never_acts_and_says_why(sheets, world, cast):
    close_week(world, 46, {"qh": QIONGHAI | {"poor_streak_max": 3}})
    sheet = assess_all(operations.compute_sheet(sheets["qh"]), cast["auditor"])
    flag = sheet.consequences.get()
    with pytest.raises(NotAllowed):
        flags.dismiss_consequence(flag, reason="抽查有误", by=cast["auditor"])
    with pytest.raises(ReasonRequired, match="不予认定的理由"):
        flags.dismiss_consequence(flag, reason=" ", by=cast["province"])
    sheet = flags.dismiss_consequence(flag, reason="抽查有误", by=cast["province"])
    flag.refresh_from_db()
    assert (sheet.grade, flag.is_dismissed, flag.dismissal_reason) == (Grade.EXCELLENT, True, "抽查有误")
    assert flags.dismiss_consequence(flag, reason="抽查有误", by=cast["province"]).version == sheet.version
    with pytest.raises(NotReady, match="已不予认定"):
        flags.confirm_consequence(flag, by=cast["province"])


def test_a_confirmed_flag_is_not_dismissed(sheets, world, cast):
    close_week(world, 46, {"qh": QIONGHAI | {"poor_streak_max": 3}})
    flag = operations.compute_sheet(sheets["qh"]).consequences.get()
    flags.confirm_consequence(flag, by=cast["province"])
    with pytest.raises(NotReady, match="已经确认"):
        flags.dismiss_consequence(flag, reason="抽查有误", by=cast["province"])


def test_other_figures_are_decided_on_anew(sheets, world, cast):
    close_week(world, 46, {"qh": QIONGHAI | {"poor_streak_max": 3}})
    flag = operations.compute_sheet(sheets["qh"]).consequences.get()
    flags.dismiss_consequence(flag, reason="抽查有误", by=cast["province"])
    operations.compute_sheet(sheets["qh"])
    flag.refresh_from_db()
    assert not flag.is_open_flag
    close_week(world, 47, {"qh": QIONGHAI | {"poor_streak_max": 4}})
    operations.compute_sheet(sheets["qh"])
    flag.refresh_from_db()
    assert (flag.is_open_flag, flag.dismissal_reason) == (True, "")


def test_what_follows_from_the_total_is_not_dismissed(sheets, week, cast):
    sheet = assess_all(operations.compute_sheet(sheets["qh"]), cast["auditor"], dict.fromkeys(FULL, "0.1"))
    with pytest.raises(NotReady, match="考评总分"):
        flags.dismiss_consequence(sheet.consequences.first(), reason="有误", by=cast["province"])


def test_what_follows_from_the_total_is_not_confirmed_before_the_unit_is_told(sheets, week, cast, sign_in):
    sheet = assess_all(operations.compute_sheet(sheets["qh"]), cast["auditor"], dict.fromkeys(FULL, "0.1"))
    for each in sheet.consequences.all():
        with pytest.raises(NotReady, match="定稿时自动生效"):
            flags.confirm_consequence(each, by=cast["province"])
    page = sign_in("province").get(sheet.get_absolute_url()).content.decode()
    assert ("定稿后生效" in page, "待领导小组办公室确认" in page) == (True, False)
    assert "/confirm/" not in page.split("sheet-form")[0]
