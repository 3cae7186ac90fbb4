"""/admin/ is for those who are made staff by hand: no office of the portal opens any of its lists."""

from __future__ import annotations

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import reverse

from orgs.models import User
from tests.cast import PEOPLE

pytestmark = [pytest.mark.django_db, pytest.mark.once]
LISTS = sorted(
    f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist" for model in admin.site._registry
)
PAGES = ["admin:index", *LISTS]


@pytest.mark.parametrize("page", PAGES)
def test_no_office_opens_it(page, sign_in):
    for key in PEOPLE:
        answer = sign_in(key).get(reverse(page))
        assert (answer.status_code, answer.url.split("?")[0]) == (302, reverse("admin:login")), key


@pytest.mark.parametrize("page", PAGES)
def test_strangers_are_sent_to_the_sign_in_page(page, cast):
    answer = Client().get(reverse(page), follow=True)
    assert answer.redirect_chain[-1][0].startswith(reverse("orgs:login"))


def test_staff_without_the_right_reads_no_list(cast):
    clerk = User.objects.get(pk=cast["sysadmin"].pk)
    clerk.is_staff = True
    clerk.save(update_fields=["is_staff"])
    client = Client()
    client.force_login(clerk)
    assert {client.get(reverse(page)).status_code for page in LISTS} == {403}
