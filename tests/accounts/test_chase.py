"""提醒: who holds a form back, where it lies, and one message a day."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse

from accounts.operations import chase, review
from orgs.exceptions import NotAllowed
from orgs.kernel import clock
from orgs.models import Notification
from tests.accounts.forms import fresh, launch, submitted

PAGE = reverse("accounts:chase")


@pytest.fixture
def round(world, cast):
    return launch(world, cast, kinds=["class_branch"])


@pytest.fixture
def waiting(round, world, cast):
    return submitted(round, world["hnu-law-1201"], by=cast["secretary"])


def test_each_child_shows_how_far_it_has_come(waiting, round, world):
    law, tour = chase.by_child(round, world["hnu"])
    assert (law.unit, law.expected, law.waiting, law.untouched) == (world["hnu-law"], 3, 1, 2)
    assert (tour.unit, tour.expected, tour.untouched) == (world["hnu-tour"], 1, 1)


def test_the_page_says_on_whose_desk_a_form_lies_and_since_when(waiting, sign_in):
    with clock.frozen(clock.now() + timedelta(days=3)):
        page = sign_in("university").get(PAGE).content.decode()
    assert "法学院团委，已等 3" in page.replace("\xa0", " ")
    assert "旅游2012级1班团支部" in page
    assert "数学2012级1班团支部" not in page


def test_approved_forms_are_off_the_list(waiting, round, world, cast):
    review.approve(waiting.pk, version=waiting.version, by=cast["college"])
    review.approve(waiting.pk, version=fresh(waiting).version, by=cast["university"])
    assert waiting.unit not in [each.unit for each in chase.late_below(round, world["hnu"])]


def test_a_reminder_goes_to_who_holds_it_back_and_once_a_day(waiting, round, world, cast):
    done = chase.remind(round, world["hnu"], link="/x/", by=cast["university"])
    assert (done.sent, done.already) == (4, 0)
    told = Notification.objects.filter(kind=chase.REMINDED)
    assert {each.unit.code for each in told} == {"hnu-law", "hnu-law-1202", "hnu-law-1301", "hnu-tour-1201"}
    assert "请尽快审核" in told.get(unit=world["hnu-law"]).text
    again = chase.remind(round, world["hnu"], link="/x/", by=cast["university"])
    assert (again.sent, again.already) == (0, 4)
    with clock.frozen(clock.now() + timedelta(days=1)):
        assert chase.remind(round, world["hnu"], link="/x/", by=cast["university"]).sent == 4


def test_only_who_may_remind_reminds_and_only_below(round, world, cast, sign_in):
    for key in ("outsider", "secretary", "auditor"):
        with pytest.raises(NotAllowed):
            chase.remind(round, world["hnu"], link="/x/", by=cast[key])
    answer = sign_in("outsider").post(
        reverse("accounts:remind"), {"round": round.pk, "unit": world["hnu"].pk}
    )
    assert answer.status_code == 404
    assert sign_in("secretary").get(PAGE).status_code == 403


def test_the_button_reminds_and_says_how_many(waiting, round, world, sign_in):
    answer = sign_in("university").post(
        reverse("accounts:remind"), {"round": round.pk, "unit": world["hnu-law"].pk}, follow=True
    )
    assert "已提醒 3 个团组织" in answer.content.decode()


def test_there_is_text_to_paste(waiting, sign_in):
    page = sign_in("college").get(PAGE).content.decode()
    assert "【填报提醒】" in page
    assert "法学2012级2班团支部" in page


def test_without_a_running_round_the_page_says_so(sign_in):
    assert "现在没有进行中的填报任务" in sign_in("university").get(PAGE).content.decode()
