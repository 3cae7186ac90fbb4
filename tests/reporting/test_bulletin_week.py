"""One draft of a unit about a week, whichever edition it is on, and one number for a week and scope."""

from __future__ import annotations

import pytest
from django.urls import reverse

from reporting.models import Bulletin
from reporting.operations import bulletins
from tests.reporting.bulletin_steps import act, draft, edited, published, second_edition, two_weeks

pytestmark = pytest.mark.django_db


@pytest.fixture
def weeks(world):
    return two_weeks(world)


@pytest.fixture
def province(sign_in):
    return sign_in("province")


def change_scope(client, bulletin, scope):
    bulletin.refresh_from_db()
    url = reverse("reporting:edit-bulletin", args=[bulletin.pk])
    assert client.post(url, edited(bulletin, scope=scope)).status_code == 302


def test_after_a_correction_of_the_week_the_draft_of_the_old_edition_goes_on(province, world, weeks):
    bulletin = draft(province, world)
    second_edition(weeks)
    assert draft(province, world) == bulletin
    assert "已更新数据" in act(province, "refresh-bulletin", bulletin).text
    bulletin.refresh_from_db()
    assert bulletin.closed_week.edition == 2


def test_of_two_drafts_about_a_week_neither_takes_the_others_place(province, world, cast, weeks):
    first = draft(province, world)
    newer = second_edition(weeks)
    facts = Bulletin.objects.filter(pk=first.pk).values("title", "body", "figures", "created_at").get()
    second = Bulletin.objects.create(
        unit=world["hi"], closed_week=newer, created_by=cast["province"], **facts
    )
    assert "另有一份草稿" in act(province, "refresh-bulletin", first).text
    first.refresh_from_db()
    assert first.closed_week == weeks
    act(province, "discard-bulletin", second)
    assert "已更新数据" in act(province, "refresh-bulletin", first).text


def test_a_draft_on_an_older_edition_stops_a_correction_in_words(province, world, weeks):
    old = published(province, world)
    draft(province, world, scope="university")
    second_edition(weeks)
    said = province.post(reverse("reporting:correct-bulletin", args=[old.pk]), {"reason": "底数有误"})
    assert said.status_code == 422
    assert "草稿还没有发布" in said.text
    assert not old.corrections.exists()


def test_a_correction_pressed_twice_is_begun_once(province, world, weeks):
    old = published(province, world)
    url = reverse("reporting:correct-bulletin", args=[old.pk])
    assert province.post(url, {"reason": "底数有误"}).status_code == 302
    assert province.post(url, {"reason": "底数有误"}).status_code == 422
    assert old.corrections.count() == 1


def test_a_scope_changed_in_the_draft_is_not_published_a_second_time(province, world, weeks):
    published(province, world)
    second = draft(province, world, scope="university")
    change_scope(province, second, "all")
    said = act(province, "publish-bulletin", second).text
    assert "同一范围的通报已经发布（周通报〔2026〕1号）" in said
    change_scope(province, second, "university")
    assert "已发布" in act(province, "publish-bulletin", second).text


def test_a_correction_takes_no_scope_that_another_number_has(province, world, cast, weeks):
    published(province, world)
    other = published(province, world, scope="university")
    new = bulletins.correct(other.pk, reason="底数有误", by=cast["province"])
    change_scope(province, new, "all")
    assert "同一范围的通报已经发布" in act(province, "publish-bulletin", new).text
    change_scope(province, new, "university")
    assert "已发布" in act(province, "publish-bulletin", new).text
