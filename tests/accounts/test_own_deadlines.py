"""What a reminder says of time: the phase's deadline, or the unit's own where it was extended; never the round's (UNI-3.3)."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.urls import reverse

from accounts.models import Expected
from accounts.operations import chase, extensions, reminders, review
from accounts.operations.rounds import PhasePlan
from orgs.kernel import clock
from orgs.models import Notification
from tests.accounts.forms import launch, submitted
from tests.world import TODAY

pytestmark = pytest.mark.django_db

FIRST_ENDS = datetime(2026, 11, 22, tzinfo=clock.SHANGHAI)  # 21 November, 24:00
SECOND_ENDS = datetime(2026, 12, 4, tzinfo=clock.SHANGHAI)
LINK = "https://portal.example.org/"


@pytest.fixture
def phased(world, cast):
    phases = [
        PhasePlan("第一阶段", TODAY - timedelta(days=1), FIRST_ENDS, excluded_intake_years=[2013]),
        PhasePlan("第二阶段", TODAY - timedelta(days=1), SECOND_ENDS, intake_years=[2013]),
    ]
    given = {"phases": phases, "kinds": ["class_branch"], "opens_at": None, "deadline_at": None}
    return launch(world, cast, **given)


def extend(round, unit, until, *, cast) -> None:
    expected = Expected.objects.get(round=round, unit=unit)
    asked = extensions.ask_extension(expected, reason="在外实习", until=until, by=cast["university"])
    extensions.decide_extension(asked, grants=True, remark="", by=cast["college"])


def told(unit) -> str:
    return Notification.objects.get(kind=reminders.REMINDED, unit=unit).text


def text_of(round, world, cast) -> str:
    (only,) = chase.missing_by_child(round, world["hnu-law"], reader=cast["college"])
    return chase.ready_text(round, only, link=LINK)


def test_each_unit_is_told_its_own_deadline(phased, world, cast):
    extend(phased, world["hnu-law-1202"], FIRST_ENDS + timedelta(days=2), cast=cast)
    reminders.remind(phased, world["hnu-law"], by=cast["college"])
    assert "（填报11月21日 24:00 截止）" in told(world["hnu-law-1201"])
    assert "（填报11月23日 24:00 截止）" in told(world["hnu-law-1202"])
    assert "（填报12月3日 24:00 截止）" in told(world["hnu-law-1301"])


def test_who_reviews_is_told_the_nearest_deadline_on_the_desk(phased, world, cast):
    for code in ("hnu-law-1301", "hnu-law-1201"):
        submitted(phased, world[code], by=cast["university"])
    reminders.remind(phased, world["hnu"], by=cast["university"])
    assert "请尽快审核" in told(world["hnu-law"])
    assert "11月21日 24:00" in told(world["hnu-law"])


def test_when_it_is_over_the_reminder_says_so(phased, world, cast):
    form = submitted(phased, world["hnu-law-1202"], by=cast["university"])
    review.return_submission(form.pk, version=form.version, by=cast["college"], reasons=["nickname"])
    with clock.frozen(FIRST_ENDS + timedelta(hours=1)):
        reminders.remind(phased, world["hnu-law"], by=cast["college"])
    assert "请尽快填报" in told(world["hnu-law-1201"])
    assert "（填报已于 11月21日 24:00 截止）" in told(world["hnu-law-1201"])
    again = Notification.objects.filter(kind=reminders.REMINDED, unit=world["hnu-law-1202"]).get()
    assert "请更正后重新提交" in again.text
    assert "已于 11月21日 24:00 截止" in again.text


def test_the_words_for_the_group_name_who_has_until_when(phased, world, cast):
    extend(phased, world["hnu-law-1202"], FIRST_ENDS + timedelta(days=2), cast=cast)
    words = text_of(phased, world, cast)
    first = "法学2012级1班团支部（11月21日 24:00 截止）；法学2012级2班团支部（11月23日 24:00 截止）"
    assert f"尚未提交：{first}；法学2013级1班团支部（12月3日 24:00 截止）。" in words
    with clock.frozen(FIRST_ENDS + timedelta(hours=1)):
        assert "法学2012级1班团支部（已于 11月21日 24:00 截止）" in text_of(phased, world, cast)


def test_with_one_deadline_it_stands_once_and_is_not_the_rounds(phased, world, cast):
    submitted(phased, world["hnu-law-1301"], by=cast["university"])
    words = text_of(phased, world, cast)
    assert words.count("截止") == 1
    assert "11月21日 24:00 截止" in words
    assert f"{phased.deadline_at:%m}" == "12"


def test_names_that_find_no_room_are_counted(phased, world, cast, monkeypatch):
    monkeypatch.setattr(chase, "NAMES_IN_TEXT", 1)
    words = text_of(phased, world, cast)
    assert "法学2012级1班团支部等 2 个团组织（11月21日 24:00 截止）；另有 1 个团组织。" in words


def test_the_list_shows_the_units_own_deadline(phased, world, cast, sign_in):
    page = sign_in("college").get(reverse("accounts:chase")).content.decode()
    assert "2026年11月21日 24:00" in page
    extend(phased, world["hnu-law-1202"], FIRST_ENDS + timedelta(days=2), cast=cast)
    assert "2026年11月23日 24:00" in sign_in("college").get(reverse("accounts:chase")).content.decode()
