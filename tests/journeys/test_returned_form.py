"""A form that the university returns is corrected, goes up again and ends in the registry; every step by its page."""

from __future__ import annotations

import re

import pytest
from django.urls import reverse

from accounts.choices import SubmissionStatus
from accounts.models import Account, Expected, RegistryEvent, Submission
from tests.accounts.factories import launch, main_row

UNIT = "hnu-law-1201"
SHORT, FULL = "法学1班", "海南大学法学2012级1班团支部微信群"


@pytest.fixture
def expected(world, cast):
    round = launch(world, cast)
    return Expected.objects.get(round=round, unit=world[UNIT])


def form_of(expected) -> Submission:
    return Submission.objects.get(round_id=expected.round_id, unit_id=expected.unit_id)


def fill_and_submit(client, expected, **answers) -> None:
    """Form, check page, receipt, as a browser without a script sends them."""
    fill, check = (reverse(f"accounts:{name}", args=[expected.pk]) for name in ("fill-form", "check-form"))
    opened = client.get(fill).content.decode()
    row = main_row(**answers)
    typed = {f"r0-{code}": str(value) for code, value in (row.values | row.personal).items()}
    sent = {name: hidden(opened, name) for name in ("version", "page", "n_rows", "r0-account")}
    assert client.post(fill, sent | typed | {"note": "", "next": "1"}).url == check
    checked = client.get(check).content.decode()
    assert answers["account_nickname"] in checked
    handed_in = client.post(check, {name: hidden(checked, name) for name in ("version", "key")}, follow=True)
    assert "已提交" in handed_in.content.decode()


def hidden(page: str, name: str) -> str:
    return re.search(rf'name="{name}" value="([^"]*)"', page)[1]


def decide(client, name: str, form: Submission, **data) -> str:
    """Open the form on the desk and press a button; returns the page that follows."""
    opened = client.get(reverse("accounts:list-review"), {"id": form.pk}).content.decode()
    sent = {"version": hidden(opened, "version"), "next": "", "show": ""} | data
    answer = client.post(reverse(f"accounts:{name}", args=[form.pk]), sent, follow=True)
    assert answer.status_code == 200
    return answer.content.decode()


def test_returned_form_is_corrected_submitted_again_and_approved_at_the_end(world, sign_in, expected):
    secretary, college, university = sign_in("secretary"), sign_in("college"), sign_in("university")

    fill_and_submit(secretary, expected, account_nickname=SHORT)
    assert "已通过" in decide(college, "approve", form_of(expected))
    assert form_of(expected).desk == world["hnu"]
    back = {"reasons": ["nickname"], "remark": "昵称请写全称", "cells": ["0:account_nickname"]}
    assert "已退回" in decide(university, "return-form", form_of(expected), **back)
    assert form_of(expected).status == SubmissionStatus.RETURNED
    assert not Account.objects.filter(unit=world[UNIT]).exists(), "a returned form entered the registry"

    home = secretary.get(reverse("home")).content.decode()
    assert "退回" in home
    tasks = secretary.get(reverse("accounts:list-tasks")).content.decode()
    assert "昵称请写全称" in tasks
    form = secretary.get(reverse("accounts:fill-form", args=[expected.pk])).content.decode()
    assert "上级团委已退回" in form
    assert "昵称请写全称" in form
    assert f'value="{SHORT}"' in form, "what was typed is gone"

    fill_and_submit(secretary, expected, account_nickname=FULL)
    again = college.get(reverse("accounts:list-review"), {"show": "again"}).content.decode()
    assert "重新提交 1" in again
    assert "已通过" in decide(college, "approve", form_of(expected))
    assert "已通过" in decide(university, "approve", form_of(expected))

    form = form_of(expected)
    assert (form.status, form.attempt) == (SubmissionStatus.APPROVED, 2)
    assert [(step.kind, step.unit.code) for step in form.steps.select_related("unit")] == [
        ("submitted", UNIT),
        ("approved", "hnu-law"),
        ("returned", "hnu"),
        ("submitted", UNIT),
        ("approved", "hnu-law"),
        ("approved", "hnu"),
    ]
    account = Account.objects.get(unit=world[UNIT])
    assert account.nickname == FULL
    assert RegistryEvent.objects.filter(account=account, kind="opened").count() == 1
    receipt = secretary.get(reverse("accounts:show-receipt", args=[expected.pk])).content.decode()
    assert "已通过审核" in receipt
    assert "昵称请写全称" in receipt, "the time line keeps why it came back"


def test_form_returned_by_the_university_waits_on_no_desk_until_it_is_handed_in_again(
    world, sign_in, expected
):
    fill_and_submit(sign_in("secretary"), expected, account_nickname=SHORT)
    decide(sign_in("college"), "approve", form_of(expected))
    decide(sign_in("university"), "return-form", form_of(expected), reasons=["nickname"])
    for reviewer in ("college", "university"):
        listed = sign_in(reviewer).get(reverse("accounts:list-review")).content.decode()
        assert "没有待审的收集表" in listed
    refused = sign_in("university").post(
        reverse("accounts:approve", args=[form_of(expected).pk]), {"version": form_of(expected).version}
    )
    assert refused.status_code in {403, 409, 422}
    assert form_of(expected).status == SubmissionStatus.RETURNED
