"""Who signed in, and whose sign-in was paused, stands in the ledger; neither number nor address does (B5)."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from orgs.models import AuditEntry
from tests.cast import PASSWORD, PEOPLE

pytestmark = pytest.mark.django_db


def attempt(password: str) -> None:
    Client().post(reverse("orgs:login"), {"username": PEOPLE["college"][1], "password": password})


def test_a_sign_in_is_one_line_at_the_persons_unit(cast, world):
    attempt("wrong")
    assert not AuditEntry.objects.filter(verb__startswith="user.sign").exists()
    attempt(PASSWORD)
    line = AuditEntry.objects.get(verb="user.signed_in")
    assert (line.by, line.unit, line.detail) == (cast["college"], world["hnu-law"], {})


def test_a_pause_is_a_line_and_what_nobody_is_called_is_none(cast):
    for _n in range(5):
        attempt("wrong")
        Client().post(reverse("orgs:login"), {"username": "nobody-here", "password": "wrong"})
    line = AuditEntry.objects.get(verb="user.sign_in_paused")
    assert (line.object_id, line.by, line.detail) == (str(cast["college"].pk), None, {"minutes": 1})
