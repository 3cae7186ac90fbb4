"""A department draws, reads and changes only among its own lines (SUP-1.0, A3)."""

from __future__ import annotations

from datetime import date

import pytest
from django.urls import reverse

from orgs.choices import Role
from orgs.exceptions import NotAllowed
from orgs.models import Appointment, OrgUnit
from reporting.exceptions import ReportingError
from reporting.models import Draw
from reporting.operations.draw_assigning import assign_inspectors
from reporting.operations.draws import draw_sample, redraw
from tests.reporting.draw_scene import PLACES, drawn, open_groups, plan

pytestmark = pytest.mark.django_db
SCHOOLS = ["university", "school"]
N_SCHOOLS = sum(code.startswith(("hnu", "qzu")) for code in PLACES)


def reads(client, made) -> bool:
    """Whether the draw is in the list and its page and its frame open: all of them or none."""
    listed = made.number in client.get(reverse("reporting:list-draws")).text
    pages = {
        client.get(reverse(f"reporting:{name}", args=[made.pk])).status_code
        for name in ("show-draw", "download-frame")
    }
    assert pages == ({200} if listed else {404})
    return listed


@pytest.mark.parametrize(
    ("facts", "is_read"),
    [
        ({"size": 1}, False),
        ({"lines": ["rural"]}, False),
        ({"lines": ["rural", "university"]}, False),
        ({"lines": ["university"]}, True),
        ({"lines": ["school", "university"]}, True),
    ],
    ids=str,
)
def test_a_department_reads_what_was_drawn_among_its_lines(world, cast, sign_in, facts, is_read):
    made = drawn(world, cast, **facts)
    assert reads(sign_in("schools"), made) is is_read
    assert reads(sign_in("province"), made)


@pytest.mark.parametrize(("line", "is_read"), [("university", True), ("direct", False)])
def test_below_its_unit_it_reads_a_draw_whose_samples_are_all_its_own(world, cast, sign_in, line, is_read):
    OrgUnit.objects.filter(pk=world.ids["hnu-tour"]).update(line=line)
    made = drawn(world, cast, scope=world["hnu"], size=6)
    assert reads(sign_in("schools"), made) is is_read


def test_a_draw_of_a_city_does_not_exist_for_the_schools(world, cast, sign_in):
    assert not reads(sign_in("schools"), drawn(world, cast, scope=world["qh"]))


def test_it_neither_assigns_nor_redraws_the_draw_of_all_lines(world, cast, sign_in):
    made = drawn(world, cast)
    for name in ("assign-inspectors", "redraw"):
        url = reverse(f"reporting:{name}", args=[made.pk])
        answer = sign_in("schools").post(url, {"reason": "重抽", "people": [cast["schools"].pk]})
        assert answer.status_code == 404
    with pytest.raises(Draw.DoesNotExist):
        redraw(made.pk, reason="重抽", by=cast["schools"])
    with pytest.raises(Draw.DoesNotExist):
        assign_inspectors(made.pk, [cast["schools"].pk], by=cast["schools"])


def test_who_reads_all_lines_and_draws_among_some_changes_only_these(world, cast, sign_in):
    made = drawn(world, cast)
    post = {"user": cast["schools"], "unit": world["hi"], "role": Role.AUDITOR}
    Appointment.objects.create(starts_on=date(2026, 10, 5), **post)
    client = sign_in("schools")
    shown = client.get(reverse("reporting:show-draw", args=[made.pk]))
    assert (shown.status_code, 'name="people"' in shown.text) == (200, False)
    assert client.post(reverse("reporting:redraw", args=[made.pk]), {"reason": "重抽"}).status_code == 403
    with pytest.raises(NotAllowed):
        redraw(made.pk, reason="重抽", by=cast["schools"])


def test_its_own_draw_says_its_lines_and_keeps_them_when_the_province_draws_again(world, cast, sign_in):
    open_groups(world)
    made = draw_sample(plan(world), by=cast["schools"])
    assert (made.lines, made.n_frame) == (SCHOOLS, N_SCHOOLS)
    page = sign_in("schools").get(reverse("reporting:show-draw", args=[made.pk])).text
    assert "高校、中学" in page
    assert 'name="people"' in page
    again = redraw(made.pk, reason="漏了单位", by=cast["province"])
    assert (again.lines, again.n_frame) == (SCHOOLS, N_SCHOOLS)


def test_of_the_lines_asked_for_it_draws_its_own(world, cast):
    open_groups(world)
    made = draw_sample(plan(world, lines=["rural", "university"]), by=cast["schools"])
    assert made.lines == ["university"]
    with pytest.raises(ReportingError, match="战线"):
        draw_sample(plan(world, lines=["rural"]), by=cast["schools"])
