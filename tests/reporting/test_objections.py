"""抽查异议: who may do what in which state, both results kept, the right one counts; and voiding with a reason."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse

from accounts.models import Group
from orgs.choices import NotificationKind
from orgs.exceptions import IllegalMove, NotAllowed
from orgs.kernel import clock
from orgs.models import Notification
from reporting.choices import CheckKind, DrawState
from reporting.exceptions import ReportingError
from reporting.models import Objection, SpotCheck
from reporting.operations import inspection, objections
from reporting.operations.draw_assigning import assign_inspectors
from reporting.operations.draw_results import record_item
from reporting.rollup import streaks
from tests.reporting.draw_scene import drawn
from tests.world import TODAY

pytestmark = pytest.mark.django_db
STATES = ("recorded", "waiting", "assigned", "rechecked", "decided")
ACTIONS = ("object", "assign", "recheck", "decide")
# Who may do it in that state; everybody else is refused, whatever the state.
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


def recorded(world, cast, posts: int = 2) -> SpotCheck:
    """A check of a class's group, made by 团省委李."""
    made = drawn(world, cast, size=12)
    assign_inspectors(made.pk, [cast["province"].pk], by=cast["province"])
    item = made.items.get(unit=world["hnu-law-1201"])
    return record_item(item.pk, posts=posts, by=cast["province"]).check_made


def brought_to(state: str, world, cast) -> tuple[SpotCheck, Objection | None]:
    check, objection = recorded(world, cast), None
    if state != "recorded":
        objection = objections.raise_objection(check.pk, reason="少数了五条", by=cast["secretary"])
    if state in {"assigned", "rechecked", "decided"}:
        objections.assign_second(objection.pk, person_id=cast["auditor"].pk, by=cast["schools"])
    if state in {"rechecked", "decided"}:
        objections.record_second(objection.pk, posts=7, by=cast["auditor"])
    if state == "decided":
        objections.decide(objection.pk, is_upheld=True, remark="漏数", by=cast["schools"])
    return check, objection


def act(action: str, check: SpotCheck, objection: Objection | None, cast, person) -> None:
    pk = objection.pk if objection else 0
    if action == "object":
        objections.raise_objection(check.pk, reason="少数了", by=person)
    elif action == "assign":
        objections.assign_second(pk, person_id=cast["schools"].pk, by=person)
    elif action == "recheck":
        objections.record_second(pk, posts=3, by=person)
    else:
        objections.decide(pk, is_upheld=False, remark="数得对", by=person)


@pytest.mark.parametrize("action", ACTIONS)
@pytest.mark.parametrize("state", STATES)
def test_everybody_does_what_the_state_allows_and_nothing_else(world, cast, state, action):
    check, objection = brought_to(state, world, cast)
    if state == "recorded" and action != "object":
        pytest.skip("there is no objection yet")
    before = Objection.objects.values().first()
    for key in PEOPLE:
        if key in MAY.get((state, action), set()):
            continue
        refusals = (NotAllowed, IllegalMove, SpotCheck.DoesNotExist, Objection.DoesNotExist)
        with pytest.raises(refusals):
            act(action, check, objection, cast, cast[key])
        assert Objection.objects.values().first() == before, key
    allowed = sorted(MAY.get((state, action), set()))
    if allowed:
        act(action, check, objection, cast, cast[allowed[0]])
        assert Objection.objects.values().first() != before


def test_an_upheld_objection_makes_the_second_result_count(world, cast):
    check, objection = brought_to("rechecked", world, cast)
    second = Objection.objects.get().second_check
    assert (second.kind, second.counted_on, second.draw) == (CheckKind.SECOND, check.counted_on, check.draw)
    assert SpotCheck.objects.valid().get(kind=CheckKind.POSTS) == check
    assert streaks.running(world.ids["hnu"]) == 1
    objections.decide(objection.pk, is_upheld=True, remark="漏数五条", by=cast["schools"])
    assert list(SpotCheck.objects.valid().values_list("pk", "kind")) == [(second.pk, CheckKind.POSTS)]
    assert SpotCheck.objects.count() == 2
    assert streaks.running(world.ids["hnu"]) == 0
    told = Notification.objects.get(kind=NotificationKind.OBJECTION_DECIDED)
    assert (told.unit, "成立" in told.text) == (world["hnu-law-1201"], True)


def test_an_objection_that_fails_leaves_the_first_result(world, cast):
    check, objection = brought_to("rechecked", world, cast)
    objections.decide(objection.pk, is_upheld=False, remark="复核的是签到", by=cast["schools"])
    assert list(SpotCheck.objects.valid().filter(kind=CheckKind.POSTS)) == [check]
    assert SpotCheck.objects.valid().filter(kind=CheckKind.SECOND).count() == 1


def test_the_sample_of_a_running_draw_has_the_second_result(world, cast):
    check, _objection = brought_to("decided", world, cast)
    item = check.direct_unit.draw_items.model.objects.get(check_made__isnull=False)
    assert (item.check_made.posts, item.draw.state) == (7, DrawState.ASSIGNED)
    assert not type(item).objects.open().filter(pk=item.pk).exists()


def test_the_window_ends_at_midnight_of_its_last_day(world, cast, settings):
    settings.OBJECTION_DAYS = 3
    check = recorded(world, cast)
    with clock.frozen(TODAY + timedelta(days=4)), pytest.raises(IllegalMove, match="2026-11-21"):
        objections.raise_objection(check.pk, reason="少数了", by=cast["secretary"])
    with clock.frozen(TODAY + timedelta(days=3, hours=13, minutes=59)):
        assert objections.may_object(check, cast["secretary"])


def test_a_second_inspector_by_lot_is_never_the_first(world, cast):
    _check, objection = brought_to("waiting", world, cast)
    chosen = objections.assign_second(objection.pk, person_id=None, by=cast["schools"]).second_inspector
    assert chosen in objections.candidates(objection)
    assert chosen != cast["province"]
    with pytest.raises(ReportingError, match="复核"):
        objections.assign_second(objection.pk, person_id=cast["province"].pk, by=cast["schools"])


@pytest.mark.parametrize(
    ("reason", "told"), [("", "请填写作废理由"), ("长" * 201, "200"), ("找13912345678", "个人信息")]
)
def test_a_check_is_voided_with_a_reason_that_is_kept_whole(world, cast, sign_in, reason, told):
    check = recorded(world, cast)
    with pytest.raises(ReportingError, match=told):
        inspection.void_check(check, reason, by=cast["province"])
    answer = sign_in("province").post(
        reverse("reporting:void-check", args=[check.pk]), {"reason": "数错了群"}, follow=True
    )
    check.refresh_from_db()
    assert (check.void_reason, SpotCheck.objects.count()) == ("数错了群", 1)
    assert "数错了群" in answer.content.decode()


def test_a_check_voided_meanwhile_settles_the_objection(world, cast):
    check, objection = brought_to("assigned", world, cast)
    inspection.void_check(check, "数错了群", by=cast["province"])
    objection.refresh_from_db()
    assert (objection.is_upheld, objection.second_check) == (True, None)


def test_the_pages_lead_from_the_result_to_the_decision(world, cast, sign_in):
    check = recorded(world, cast)
    unit = sign_in("secretary")
    assert "可提异议" in unit.get(reverse("home")).content.decode()
    answer = unit.post(
        reverse("reporting:raise-objection", args=[check.pk]), {"reason": "少数了五条"}, follow=True
    )
    assert "待安排复核" in answer.content.decode()
    objection = Objection.objects.get()
    show = reverse("reporting:show-objection", args=[objection.pk])
    organiser = sign_in("schools")
    assert "抽查异议待安排复核" in organiser.get(reverse("home")).content.decode()
    assert "安排复核" in organiser.get(show).content.decode()
    organiser.post(reverse("reporting:assign-second", args=[objection.pk]), {"person": cast["auditor"].pk})
    second = sign_in("auditor")
    assert "抽查异议待复核" in second.get(reverse("home")).content.decode()
    assert (
        second.post(reverse("reporting:record-second", args=[objection.pk]), {"posts": ""}).status_code == 422
    )
    second.post(reverse("reporting:record-second", args=[objection.pk]), {"posts": "7"})
    decide = reverse("reporting:decide-objection", args=[objection.pk])
    organiser = sign_in("schools")
    assert "抽查异议待裁定" in organiser.get(reverse("home")).content.decode()
    assert organiser.post(decide, {"is_upheld": "1"}).status_code == 422
    organiser.post(decide, {"is_upheld": "1", "remark": "漏数"})
    listed = sign_in("secretary").get(reverse("reporting:list-objections")).content.decode()
    assert all(text in listed for text in ("异议成立", "差", "良好"))


def test_a_call_is_listed_and_in_no_grade(world, cast, sign_in):
    recorded(world, cast)
    group = Group.objects.get(unit=world["hnu-law-1201"])
    client = sign_in("province")
    url = reverse("reporting:record-call", args=[group.pk])
    assert client.post(url, {"note": ""}).status_code == 422
    for _twice in range(2):
        assert client.post(url, {"note": "管理员说每天发布一条"}, follow=True).status_code == 200
    page = client.get(reverse("reporting:list-unit-checks", args=[world.ids["hnu"]])).content.decode()
    assert all(text in page for text in ("电话了解 1", "差 1", "管理员说每天发布一条"))
    assert streaks.running(world.ids["hnu"]) == 1


def test_the_list_is_a_file_with_both_results_for_who_may_export(world, cast, sign_in):
    brought_to("decided", world, cast)
    answer = sign_in("schools").get(
        reverse("reporting:list-objections"), {"export": "csv", "state": "decided"}
    )
    text = b"".join(answer).decode("utf-8-sig")
    assert answer["Content-Type"].startswith("text/csv")
    assert len(text.splitlines()) == 2
    assert all(word in text for word in ("异议成立", "漏数", "少数了五条", "法学2012级1班团支部"))
    other = sign_in("outsider").get(reverse("reporting:list-objections"), {"export": "csv"})
    assert len(b"".join(other).decode("utf-8-sig").splitlines()) == 1
    assert (
        sign_in("secretary").get(reverse("reporting:list-objections"), {"export": "xlsx"}).status_code == 403
    )
