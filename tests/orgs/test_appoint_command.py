"""`appoint`: how an installation gets its first user."""

from __future__ import annotations

from io import StringIO
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from orgs.choices import Department, Role
from orgs.models import User

pytestmark = pytest.mark.django_db

MOBILE = "13800000321"


def appoint(**changes: str) -> str:
    out = StringIO()
    facts = {"unit": "hi", "role": "sysadmin", "name": "首位用户", "mobile": MOBILE} | changes
    call_command("appoint", **facts, stdout=out)
    return out.getvalue()


def test_the_first_user_signs_in_with_the_printed_password_and_must_change_it(world):
    password = appoint().split()[-1]
    client = Client()
    assert client.post(reverse("orgs:login"), {"username": MOBILE, "password": password}).status_code == 302
    assert client.get(reverse("home")).url == reverse("orgs:change-password")
    assert User.objects.find_by_sign_in(MOBILE).appointments.get().role == Role.SYSADMIN


def test_title_and_department_are_kept(world):
    appoint(role="province", title="部长", department="school")
    term = User.objects.find_by_sign_in(MOBILE).appointments.get()
    assert (term.title, term.department) == ("部长", Department.SCHOOL)


def test_whoever_has_an_account_keeps_the_password(cast):
    before = cast["nobody"].password
    assert "原来的密码" in appoint(mobile=cast["nobody"].mobile)
    assert cast["nobody"].password == before
    assert cast["nobody"].appointments.get().role == Role.SYSADMIN


@pytest.mark.parametrize(
    ("changes", "words"), [({"unit": "no-such"}, "import_orgs"), ({"mobile": "12"}, "11位"), ({}, "重复")]
)
def test_what_is_wrong_is_said_and_nothing_written(world, changes, words):
    if not changes:
        appoint()
    n_people = User.objects.count()
    with pytest.raises(CommandError, match=words):
        appoint(**changes)
    assert User.objects.count() == n_people


def test_the_shipped_proxy_keeps_invitation_codes_out_of_its_log_and_overwrites_addresses():
    text = (Path(settings.BASE_DIR) / "config/docker/nginx.conf").read_text(encoding="utf-8")
    places = [part.partition("}")[0] for part in text.split("location /i/ {")[1:]]
    assert len(places) == text.count("listen ")
    assert all("access_log off;" in place for place in places)
    assert text.count("access.log portal;") == len(places)
    assert "$http_referer" not in text
    assert "X-Forwarded-For $remote_addr;" in text
    assert "proxy_add_x_forwarded_for" not in text
