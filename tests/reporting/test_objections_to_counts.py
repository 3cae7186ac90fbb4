"""异议 to 核减: who may do what in which state, both numbers kept, the right one counts; nothing is deleted (metrics.md)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from orgs.choices import NotificationKind
from orgs.exceptions import IllegalMove, NotAllowed
from orgs.kernel import clock
from orgs.models import AuditEntry, Notification
from reporting.choices import DrawState
from reporting.exceptions import ReportingError
from reporting.models import DrawItem, Objection, VerifiedCount
from reporting.operations import objections
from reporting.operations.draw_assigning import assign_inspectors
from reporting.operations.draw_results import Counted, mark_missing, record_item
from reporting.operations.verified_counts import void_count
from tests.reporting.draw_scene import drawn
from tests.world import TODAY

pytestmark = pytest.mark.django_db
STATES = ("recorded", "waiting", "assigned", "rechecked", "decided")
ACTIONS = ("object", "assign", "recheck", "decide")
MAY = {
    ("recorded", "object"): {"secretary", "college", "university"},
    ("waiting", "assign"): {"national", "schools"},
    ("assigned", "assign"): {"national", "schools"},
    ("assigned", "recheck"): {"auditor"},
    ("rechecked", "decide"): {"national", "schools"},
}
PEOPLE = (
    "secretary",
    "college",
    "university",
    "outsider",
    "province",
    "schools",
    "national",
    "auditor",
    "sysadmin",
)


def sample(world, cast) -> DrawItem:
    made = drawn(world, cast, size=12)
    assign_inspectors(made.pk, [cast["province"].pk], by=cast["province"])
    return made.items.get(unit=world["hnu-law-1201"])


def counted(world, cast, members: int = 20) -> VerifiedCount:
    """团省委李 finds 20 of the 30 declared in a class's group."""
    item = sample(world, cast)
    record_item(item.pk, posts=4, counted=Counted(members, "清点"), by=cast["province"])
    return VerifiedCount.objects.get()


def brought_to(state: str, count: VerifiedCount, cast, again: int = 28) -> Objection | None:
    if state == "recorded":
        return None
    objection = objections.object_to_count(count.pk, reason="数的是旧群", by=cast["secretary"])
    if state in {"assigned", "rechecked", "decided"}:
        objections.assign_second(objection.pk, person_id=cast["auditor"].pk, by=cast["schools"])
    if state in {"rechecked", "decided"}:
        objections.record_second_count(objection.pk, members=again, by=cast["auditor"])
    if state == "decided":
        objections.decide(objection.pk, is_upheld=True, remark="群已更换", by=cast["schools"])
    return objection


def act(action: str, count: VerifiedCount, objection: Objection | None, cast, person) -> None:
    pk = objection.pk if objection else 0
    if action == "object":
        objections.object_to_count(count.pk, reason="数错了", by=person)
    elif action == "assign":
        objections.assign_second(pk, person_id=cast["schools"].pk, by=person)
    elif action == "recheck":
        objections.record_second_count(pk, members=25, by=person)
    else:
        objections.decide(pk, is_upheld=False, remark="数得对", by=person)


@pytest.mark.parametrize("action", ACTIONS)
@pytest.mark.parametrize("state", STATES)
def test_everybody_does_what_the_state_allows_and_nothing_else(world, cast, state, action):
    if state == "recorded" and action != "object":
        pytest.skip("there is no objection yet")
    count = counted(world, cast)
    objection = brought_to(state, count, cast)
    before = Objection.objects.values().first()
    for key in PEOPLE:
        if key in MAY.get((state, action), set()):
            continue
        refusals = (NotAllowed, IllegalMove, VerifiedCount.DoesNotExist, Objection.DoesNotExist)
        with pytest.raises(refusals):
            act(action, count, objection, cast, cast[key])
        assert Objection.objects.values().first() == before, key
    allowed = sorted(MAY.get((state, action), set()))
    if allowed:
        act(action, count, objection, cast, cast[allowed[0]])
        assert Objection.objects.values().first() != before


def test_an_upheld_objection_makes_the_second_number_count(world, cast):
    count = counted(world, cast)
    objection = brought_to("rechecked", count, cast)
    assert list(VerifiedCount.objects.valid()) == [count]
    objections.decide(objection.pk, is_upheld=True, remark="群已更换", by=cast["schools"])
    second = VerifiedCount.objects.valid().get()
    assert (second.declared, second.verified, second.verified_by) == (30, 28, cast["auditor"])
    count.refresh_from_db()
    assert (count.verified, count.void_reason) == (20, "异议成立，以复核结果为准")
    # The sample of the running draw has the figure that counts.
    assert second.item.check_made.posts == 4
    with pytest.raises(IllegalMove, match="复核结果不能再提出异议"):
        objections.object_to_count(second.pk, reason="还是不对", by=cast["secretary"])
    told = Notification.objects.get(kind=NotificationKind.OBJECTION_DECIDED)
    assert (told.unit, "成立" in told.text) == (world["hnu-law-1201"], True)
    assert set(AuditEntry.objects.filter(verb__startswith="objection.").values_list("verb", flat=True)) == {
        "objection.raised",
        "objection.assigned",
        "objection.rechecked",
        "objection.decided",
    }


def test_as_many_as_declared_leave_no_second_figure(world, cast):
    count = counted(world, cast)
    objection = brought_to("assigned", count, cast)
    objections.record_second_count(objection.pk, members=31, by=cast["auditor"])
    objections.decide(objection.pk, is_upheld=True, remark="人数相符", by=cast["schools"])
    assert not VerifiedCount.objects.valid().exists()
    objection.refresh_from_db()
    assert (objection.second_members, objection.second_count) == (31, None)


def test_an_objection_that_fails_leaves_the_first_number(world, cast):
    count = counted(world, cast)
    objection = brought_to("rechecked", count, cast)
    objections.decide(objection.pk, is_upheld=False, remark="复核的不是这个群", by=cast["schools"])
    assert list(VerifiedCount.objects.values_list("verified", "voided_at")) == [(20, None)]


def test_a_group_found_after_all_is_recorded_anew_while_its_draw_runs(world, cast):
    item = sample(world, cast)
    count = mark_missing(item.pk, note="搜不到", by=cast["province"])
    brought_to("decided", count, cast, again=30)
    item.refresh_from_db()
    assert (item.missing_at, item.draw.state) == (None, DrawState.ASSIGNED)
    assert not VerifiedCount.objects.valid().exists()
    record_item(item.pk, posts=7, by=cast["province"])


def test_what_is_voided_meanwhile_settles_the_objection(world, cast):
    count = counted(world, cast)
    objection = brought_to("assigned", count, cast)
    void_count(count.pk, reason="数错了群", by=cast["province"])
    objection.refresh_from_db()
    assert (objection.is_upheld, objection.remark, objection.second_at) == (True, "原核减已作废", None)


def test_the_window_ends_at_midnight_of_its_last_day(world, cast, settings):
    settings.OBJECTION_DAYS = 3
    count = counted(world, cast)
    with clock.frozen(TODAY + timedelta(days=4)), pytest.raises(IllegalMove, match="2026-11-21"):
        objections.object_to_count(count.pk, reason="少数了", by=cast["secretary"])
    with clock.frozen(TODAY + timedelta(days=3, hours=13, minutes=59)):
        assert objections.may_object(count, cast["secretary"])


@pytest.mark.parametrize("members", [-1, 100_001])
def test_an_impossible_number_is_refused(world, cast, members):
    objection = brought_to("assigned", counted(world, cast), cast)
    with pytest.raises(ReportingError, match="复核人数"):
        objections.record_second_count(objection.pk, members=members, by=cast["auditor"])


def test_the_number_of_one_kind_is_not_taken_for_the_other(world, cast):
    objection = brought_to("assigned", counted(world, cast), cast)
    with pytest.raises(IllegalMove):
        objections.record_second(objection.pk, posts=3, by=cast["auditor"])


def test_the_database_takes_no_objection_to_nothing_and_none_to_both(world, cast):
    count = counted(world, cast)
    facts = {
        "unit": count.unit,
        "checked_unit": count.unit,
        "reason": "不对",
        "raised_at": clock.now(),
        "raised_by": cast["secretary"],
    }
    for about in ({}, {"check_made": count.item.check_made, "count_made": count}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Objection.objects.create(**facts, **about)


def test_the_pages_lead_from_the_figure_to_the_decision(world, cast, sign_in):
    count = counted(world, cast)
    unit = sign_in("secretary")
    assert "可提异议" in unit.get(reverse("home")).content.decode()
    ask = reverse("reporting:object-to-count", args=[count.pk])
    assert ask in unit.get(reverse("accounts:show-group", args=[count.group_id])).content.decode()
    assert "核实人数" in unit.get(ask).content.decode()
    refused = unit.post(ask, {"reason": ""})
    assert (refused.status_code, "请填写异议理由" in refused.content.decode()) == (422, True)
    answer = unit.post(ask, {"reason": "数的是旧群"}, follow=True)
    assert "待安排复核" in answer.content.decode()
    again = unit.post(ask, {"reason": "数的是旧群"})
    assert (again.status_code, "已经提出过异议" in again.content.decode()) == (422, True)
    objection = Objection.objects.get()
    show = reverse("reporting:show-objection", args=[objection.pk])
    organiser = sign_in("schools")
    assert "抽查异议待安排复核" in organiser.get(reverse("home")).content.decode()
    organiser.post(reverse("reporting:assign-second", args=[objection.pk]), {"person": cast["auditor"].pk})
    second = sign_in("auditor")
    assert "抽查异议待复核" in second.get(reverse("home")).content.decode()
    assert "复核人数" in second.get(show).content.decode()
    record = reverse("reporting:record-second", args=[objection.pk])
    assert second.post(record, {"members": ""}).status_code == 422
    second.post(record, {"members": "28"})
    organiser = sign_in("schools")
    assert "抽查异议待裁定" in organiser.get(reverse("home")).content.decode()
    page = organiser.get(show).content.decode()
    assert all(text in page for text in ("20 人（申报30）", "28 人（申报30）"))
    organiser.post(
        reverse("reporting:decide-objection", args=[objection.pk]), {"is_upheld": "1", "remark": "群已更换"}
    )
    listed = sign_in("secretary").get(reverse("reporting:list-objections")).content.decode()
    assert all(text in listed for text in ("异议成立", "核减", "28 人"))
    tab = sign_in("university").get(reverse("reporting:list-unit-checks", args=[count.unit_id]))
    assert show in tab.content.decode()


def test_strangers_find_no_page_and_readers_may_not_object(world, cast, sign_in):
    ask = reverse("reporting:object-to-count", args=[counted(world, cast).pk])
    assert sign_in("outsider").get(ask).status_code == 404
    assert sign_in("auditor").get(ask).status_code == 403
