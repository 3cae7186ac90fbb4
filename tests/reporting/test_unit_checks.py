"""抽查 on the page of a unit: checks of its subtree with grades, the voided ones marked."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.operations import registry
from reporting.operations import inspection

pytestmark = pytest.mark.django_db
YESTERDAY = date(2026, 11, 17)


@pytest.fixture
def groups(world, cast):
    return [
        registry.open_group(world[code], kind="link", name=f"{world[code].name}工作群", by=cast["university"])
        for code in ("hnu-law", "hnu-tour")
    ]


def checked(group, cast, posts: int, *, days_ago: int = 0):
    day = YESTERDAY - timedelta(days=days_ago)
    return inspection.record_check(
        group, draw=f"d{days_ago}", counted_on=day, posts=posts, by=cast["province"]
    )


def checks_of(client, world, code: str, **params):
    return client.get(reverse("reporting:list-unit-checks", args=[world.ids[code]]), params)


def test_the_checks_of_the_subtree_are_listed_with_their_grades(world, cast, sign_in, groups):
    checked(groups[0], cast, 2, days_ago=1)
    checked(groups[1], cast, 12)
    answer = checks_of(sign_in("university"), world, "hnu")
    found = answer.context["checks"]
    assert [(line.check.unit.code, line.check.get_grade_display()) for line in found.lines] == [
        ("hnu-tour", "优秀"),
        ("hnu-law", "差"),
    ]
    assert [words for words, _url, _is in found.chips] == [
        "全部 2",
        "优秀 1",
        "良好 0",
        "一般 0",
        "差 1",
        "电话了解 0",
        "已作废 0",
    ]
    below = checks_of(sign_in("college"), world, "hnu-law").context["checks"]
    assert [line.check.unit.code for line in below.lines] == ["hnu-law"]


def test_a_voided_check_is_marked_and_counts_in_no_grade(world, cast, sign_in, groups):
    check = checked(groups[0], cast, 2)
    inspection.void_check(check, reason="数错了群", by=cast["province"])
    answer = checks_of(sign_in("college"), world, "hnu-law")
    assert "已作废：数错了群" in answer.content.decode()
    assert not checks_of(sign_in("college"), world, "hnu-law", grade="poor").context["checks"].lines
    assert checks_of(sign_in("college"), world, "hnu-law", grade="voided").context["checks"].lines


def test_one_grade_is_chosen_and_nonsense_chooses_nothing(world, cast, sign_in, groups):
    checked(groups[0], cast, 2)
    checked(groups[1], cast, 12)
    client = sign_in("university")
    assert len(checks_of(client, world, "hnu", grade="poor").context["checks"].lines) == 1
    assert len(checks_of(client, world, "hnu", grade="x").context["checks"].lines) == 2
    assert "没有符合条件的内容" in checks_of(client, world, "hnu", grade="fair").content.decode()


def test_without_any_check_the_page_says_so(world, sign_in):
    assert "还没有抽查" in checks_of(sign_in("college"), world, "hnu-law").content.decode()


def test_many_checks_are_paged_and_cost_no_more_statements(world, cast, sign_in, groups):
    client = sign_in("university")

    def statements() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert checks_of(client, world, "hnu").status_code == 200
        return len(captured)

    checked(groups[0], cast, 2)
    few = statements()
    for n in range(1, 20):
        for group in groups:
            checked(group, cast, n, days_ago=n)
    for n in range(20, 27):
        for group in groups:
            checked(group, cast, n, days_ago=n)
    assert statements() == few <= 15
    assert len(checks_of(client, world, "hnu").context["checks"].lines) == 50


def test_a_neighbour_gets_404(world, sign_in):
    assert checks_of(sign_in("outsider"), world, "hnu-law").status_code == 404
