"""The home page: what is to do today, by role."""

from __future__ import annotations

import pytest

from tests.architecture import subjects

pytestmark = pytest.mark.django_db


def test_missing_forms_below_are_counted_for_who_reminds_and_the_own_one_is_to_fill(world, cast, sign_in):
    subjects.round(world["hnu"], cast)
    page = sign_in("university").get("/")
    assert [todo.label for todo in page.context["todos"]].count("所属团组织未填报") == 1
    own = sign_in("secretary").get("/").context["todos"]
    assert "所属团组织未填报" not in [todo.label for todo in own]
    assert [todo.status for todo in own] == ["待填报"]


def test_a_form_that_was_handed_in_stands_below_and_is_nothing_to_do(world, cast, sign_in):
    unit = cast["secretary"].appointments.get().unit
    subjects.submission(unit, cast)
    page = sign_in("secretary").get("/")
    assert page.context["todos"] == []
    assert [todo.status for todo in page.context["done"]] == ["待审核"]
    assert "今天没有要办的事" in page.content.decode()


def test_who_supervises_reads_the_week_in_a_sentence(world, cast, sign_in):
    subjects.week_unit(world["hnu"], cast)
    briefing = sign_in("university").get("/").context["briefing"]
    assert str(briefing.week) == "2026-W46"
    assert briefing.sentence
    assert sign_in("secretary").get("/").context["briefing"] is None
