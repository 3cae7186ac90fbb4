"""Inspectors by lot, results by sample, 群找不到, and the end of a draw."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta

import pytest

from orgs.choices import Role
from orgs.exceptions import IllegalMove, NotAllowed
from orgs.kernel import clock
from orgs.models import Appointment
from reporting.choices import DrawState
from reporting.exceptions import ReportingError
from reporting.models import DrawItem, SpotCheck
from reporting.operations.draw_assigning import assign_inspectors, candidates
from reporting.operations.draw_results import mark_missing, record_item
from reporting.operations.draws import redraw
from reporting.operations.inspection import void_check
from tests.reporting.draw_scene import drawn
from tests.world import TODAY

pytestmark = pytest.mark.django_db


def assigned(world, cast, *people, **facts):
    made = drawn(world, cast, **facts)
    return assign_inspectors(made.pk, [cast[each].pk for each in people], by=cast["province"])


def test_who_may_check_in_the_scope_is_asked(world, cast):
    made = drawn(world, cast)
    assert {each.username for each in candidates(made)} == {"national", "province", "schools", "auditor"}


def test_samples_are_given_out_by_lot_evenly_and_only_where_one_may_check(world, cast):
    made = assigned(world, cast, "province", "auditor", "schools", size=12)
    held = Counter(made.items.values_list("inspector__username", flat=True))
    assert held == {"province": 4, "auditor": 4, "schools": 4}
    assert made.state == DrawState.ASSIGNED
    for item in made.items.select_related("unit"):
        if item.inspector_id == cast["auditor"].pk:
            assert item.unit.code.startswith(("qh", "hnu"))


def test_nobody_looks_at_the_own_subtree(world, cast):
    """Who answers for one university and inspects the province never gets a sample of that university."""
    post = {"user": cast["university"], "unit": world["hi"], "role": Role.AUDITOR}
    Appointment.objects.create(starts_on=date(2026, 10, 5), **post)
    made = assigned(world, cast, "province", "university", size=12)
    theirs = made.items.filter(inspector=cast["university"]).select_related("unit")
    assert len(theirs) == 6
    assert not any(item.unit.code.startswith("hnu") for item in theirs)


def test_a_sample_that_nobody_can_look_at_is_said(world, cast):
    with pytest.raises(ReportingError, match="回避"):
        assigned(world, cast, "auditor", size=12)
    assert not DrawItem.objects.filter(inspector__isnull=False).exists()


@pytest.mark.parametrize("people", [[], ["city"], ["province", "nobody"]])
def test_only_those_who_may_check_are_assigned(world, cast, people):
    with pytest.raises(ReportingError):
        assigned(world, cast, *people)


def test_others_may_not_assign(world, cast):
    made = drawn(world, cast)
    with pytest.raises(NotAllowed):
        assign_inspectors(made.pk, [cast["auditor"].pk], by=cast["sysadmin"])


def test_a_result_is_a_check_of_yesterday_named_after_the_draw(world, cast):
    made = assigned(world, cast, "province")
    item = record_item(made.items.first().pk, posts=6, by=cast["province"])
    check = SpotCheck.objects.get()
    assert (check, check.draw, check.grade) == (item.check_made, made.number, "good")
    assert (check.counted_on, check.group_id) == (date(2026, 11, 17), item.group_id)
    with pytest.raises(IllegalMove):
        record_item(item.pk, posts=7, by=cast["province"])


def test_no_day_long_before_the_draw_is_taken(world, cast):
    made = assigned(world, cast, "province")
    first, second, *_rest = made.items.all()
    with pytest.raises(ReportingError, match="2026-11-17"):
        record_item(first.pk, posts=6, counted_on=date(2026, 11, 16), by=cast["province"])
    with clock.frozen(TODAY + timedelta(days=5)):
        late = record_item(second.pk, posts=6, counted_on=date(2026, 11, 17), by=cast["province"])
    assert late.check_made.counted_on == date(2026, 11, 17)


@pytest.mark.parametrize(("note", "told"), [("问过 13912345678", "个人信息"), ("长" * 201, "200")])
def test_what_is_written_of_a_search_is_checked(world, cast, note, told):
    made = assigned(world, cast, "province")
    with pytest.raises(ReportingError, match=told):
        mark_missing(made.items.first().pk, note=note, by=cast["province"])
    with pytest.raises(ReportingError, match=told):
        redraw(made.pk, reason=note, by=cast["province"])


def test_only_the_person_assigned_records(world, cast):
    made = assigned(world, cast, "province")
    with pytest.raises(NotAllowed):
        record_item(made.items.first().pk, posts=6, by=cast["national"])
    assert not SpotCheck.objects.exists()


def test_a_group_not_found_verifies_what_was_declared_as_none(world, cast):
    made = assigned(world, cast, "province")
    item = made.items.first()
    with pytest.raises(ReportingError):
        mark_missing(item.pk, note=" ", by=cast["province"])
    found = mark_missing(item.pk, note="按群名和管理员都没有找到", by=cast["province"])
    assert (found.declared, found.verified, found.item_id, found.group_id) == (30, 0, item.pk, item.group_id)
    assert not SpotCheck.objects.exists()
    with pytest.raises(IllegalMove):
        record_item(item.pk, posts=1, by=cast["province"])


def test_a_voided_check_is_recorded_anew(world, cast):
    made = assigned(world, cast, "province")
    item = record_item(made.items.first().pk, posts=6, by=cast["province"])
    void_check(item.check_made, "数错了群", by=cast["province"])
    again = record_item(item.pk, posts=2, by=cast["province"])
    assert (again.check_made.grade, SpotCheck.objects.count()) == ("poor", 2)


def test_the_last_result_ends_the_draw_for_good(world, cast):
    made = assigned(world, cast, "province")
    *most, last = made.items.all()
    for item in most:
        record_item(item.pk, posts=4, by=cast["province"])
    made.refresh_from_db()
    assert made.state == DrawState.ASSIGNED
    mark_missing(last.pk, note="群已解散", by=cast["province"])
    made.refresh_from_db()
    assert (made.state, made.closed_at is not None) == (DrawState.CLOSED, True)
    with pytest.raises(IllegalMove):
        assign_inspectors(made.pk, [cast["province"].pk], by=cast["province"])


def test_who_falls_out_passes_the_open_samples_on(world, cast):
    made = assigned(world, cast, "province", "schools", size=12)
    done = made.items.filter(inspector=cast["province"]).first()
    record_item(done.pk, posts=4, by=cast["province"])
    assign_inspectors(made.pk, [cast["national"].pk], by=cast["province"])
    held = Counter(made.items.values_list("inspector__username", flat=True))
    assert held == {"national": 11, "province": 1}
