"""The counter of 待审核 in the menu: exact for the own desk, remembered for a minute for desks below that are vacant."""

from __future__ import annotations

from datetime import date

import pytest
from django.test import RequestFactory
from django.urls import reverse

from accounts.models import Submission
from config import navigation
from orgs.models import Appointment, User
from tests.accounts.forms import launch, submitted


@pytest.fixture
def round(world, cast):
    return launch(world, cast)


def waiting(user, page: str = "/") -> int:
    """What the menu of that page says waits for review."""
    request = RequestFactory().get(page)
    request.user = User.objects.get(pk=user.pk)
    links = [link for _title, some in navigation.menu(request)["menu"] for link in some]
    return next(link.count for link in links if link.url == reverse("accounts:list-review"))


def test_the_own_desk_is_counted_on_every_page(round, world, cast):
    assert waiting(cast["college"]) == 0
    submitted(round, world["hnu-law-1201"], by=cast["secretary"])
    assert waiting(cast["college"]) == 1


def test_vacant_desks_are_counted_again_where_people_review(round, world, cast):
    submitted(round, world["hnu-law-1201"], by=cast["secretary"])
    assert waiting(cast["university"]) == 0
    Appointment.objects.filter(user=cast["college"]).update(ends_on=date(2026, 11, 1))
    assert waiting(cast["university"]) == 0, "remembered"
    assert waiting(cast["university"], reverse("accounts:list-review")) == 1
    assert waiting(cast["university"]) == 1, "what the review has counted holds everywhere"


def test_the_menu_counts_what_the_person_may_review(round, world, cast):
    submitted(round, world["hnu-law-1201"], by=cast["secretary"])
    Appointment.objects.filter(user__in=[cast["college"], cast["university"]]).update(
        ends_on=date(2026, 11, 1)
    )
    for key in ("college", "university", "province", "schools", "city"):
        user = User.objects.get(pk=cast[key].pk)
        assert waiting_or_none(user) in {None, Submission.objects.reviewable_by(user).count()}, key
    assert waiting(cast["province"]) == 1


def waiting_or_none(user) -> int | None:
    """None where the person has no such line in the menu."""
    try:
        return waiting(user)
    except StopIteration:
        return None


def test_a_page_that_does_not_exist_counts_nothing(world, cast, sign_in, django_assert_max_num_queries):
    client = sign_in("province")
    with django_assert_max_num_queries(5):
        response = client.get(reverse("orgs:show-unit", args=[999_999_999]))
    assert response.status_code == 404
    assert [link.count for _title, links in response.context["menu"] for link in links if link.count] == []
