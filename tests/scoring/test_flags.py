"""What follows from a result, and flags that act only once confirmed."""

from __future__ import annotations

import pytest

from orgs.exceptions import NotAllowed
from scoring.choices import Grade
from scoring.exceptions import NotReady, ReasonRequired
from scoring.models import Consequence
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
