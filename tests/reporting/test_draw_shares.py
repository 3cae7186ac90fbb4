"""A share of the frame instead of a number; a draw by cross-inspection; whom a draw may be given to."""

from __future__ import annotations

from collections import Counter
from datetime import date

import pytest
from django.urls import reverse

from orgs.choices import Department, NotificationKind, Role
from orgs.models import Appointment, AuditEntry, Notification, User
from reporting import draw as arithmetic
from reporting.choices import DrawState, DrawWay
from reporting.exceptions import ReportingError
from reporting.models import Draw, DrawItem
from reporting.operations import replaying
from reporting.operations.draw_assigning import assign_inspectors, candidates
from reporting.operations.draw_results import mark_missing, record_item
from reporting.operations.draws import draw_sample, redraw
from tests.reporting.draw_scene import drawn, open_groups, plan

pytestmark = pytest.mark.django_db


def members_of(world, cast, *codes):
    """A committee member of each direct unit."""
    found = {}
    for code in codes:
        found[code] = User.objects.create_user(f"of-{code}", None, name=f"{code}团委")
        post = {"user": found[code], "unit": world[code], "role": Role.COMMITTEE}
        Appointment.objects.create(starts_on=date(2026, 10, 5), **post)
    return found


@pytest.mark.parametrize(
    ("n", "percent", "size"), [(12, 10, 2), (10, 10, 1), (1, 1, 1), (12, 100, 12), (7, 50, 4)]
)
def test_a_share_is_rounded_up(n, percent, size):
    assert arithmetic.share_of(n, percent) == size


def test_a_share_of_the_frame_is_drawn_kept_and_replayed(world, cast):
    made = drawn(world, cast, size=None, share_percent=30)
    assert (made.size, made.share_percent, made.n_frame) == (4, 30, 12)
    assert replaying.differences(made) == []
    again = redraw(made.pk, reason="名单有误", by=cast["province"])
    assert (again.size, again.share_percent) == (4, 30)
    assert replaying.differences(Draw(pk=made.pk, **facts_of(made) | {"share_percent": 90})) != []


def facts_of(draw: Draw) -> dict:
    return {
        each.attname: getattr(draw, each.attname) for each in Draw._meta.concrete_fields if each.name != "id"
    }


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ({"size": None}, "其中一项"),
        ({"size": 3, "share_percent": 10}, "其中一项"),
        ({"size": None, "share_percent": 101}, "1 到 100"),
        ({"size": None, "share_percent": 10, "kinds": ["enterprise"]}, "没有可以抽取的群"),
        ({"size": 13}, "只有 12 个群"),
        ({"size": 501}, "1 到 500"),
    ],
)
def test_a_size_that_cannot_be_drawn_is_said(world, cast, asked, told):
    open_groups(world)
    with pytest.raises(ReportingError, match=told):
        draw_sample(plan(world, **asked), by=cast["province"])


def test_a_share_is_asked_for_on_the_page(world, cast, sign_in):
    open_groups(world)
    facts = {
        "parent": world.ids["hi"],
        "title": "按比例",
        "share_percent": 25,
        "stratum": "none",
        "way": "online",
    }
    answer = sign_in("province").post(reverse("reporting:new-draw"), facts, follow=True)
    assert Draw.objects.get().size == 3
    assert "按 25% 抽取" in answer.content.decode()


def test_cities_inspect_each_other_by_lot_and_never_themselves(world, cast):
    people = members_of(world, cast, "qh", "hnu", "qzu")
    made = drawn(world, cast, size=12, way=DrawWay.CROSS)
    assert {each.pk for each in people.values()} <= {each.pk for each in candidates(made)}
    made = assign_inspectors(made.pk, [each.pk for each in people.values()], by=cast["province"])
    pairs = {(item.inspector_id, item.unit.code.split("-")[0]) for item in made.items.select_related("unit")}
    own = {each.pk: code for code, each in people.items()}
    assert len(pairs) == 3
    assert not any(own[person] == inspected for person, inspected in pairs)
    assert made.state == DrawState.ASSIGNED


def test_pairs_of_cities_never_hold_a_city_itself():
    for seed in range(1_000):
        teams = [arithmetic.Inspector(each, frozenset({each})) for each in range(1, 8)]
        found = arithmetic.assign(range(1, 8), teams, str(seed))
        assert sorted(found) == list(range(1, 8))
        assert all(team != city for city, team in enumerate(found, start=1))


def test_an_inspecting_city_sees_its_samples_and_nothing_else_while_the_draw_runs(
    world, cast, sign_in, client
):
    people = members_of(world, cast, "qh", "hnu")
    groups = open_groups(world)
    facts = {"size": 2, "way": DrawWay.CROSS, "stratum": "direct_unit", "scope": world["hi"]}
    made = draw_sample(plan(world, **facts | {"size": 12}), by=cast["province"])
    with pytest.raises(ReportingError, match="回避"):
        assign_inspectors(made.pk, [people["hnu"].pk], by=cast["province"])
    made = assign_inspectors(made.pk, [each.pk for each in people.values()], by=cast["province"])
    theirs = made.items.filter(inspector=people["qh"])
    others = made.items.exclude(inspector=people["qh"]).exclude(unit__code__startswith="qh")
    client.force_login(people["qh"])
    item = theirs.first()
    address = reverse("reporting:record-sample", args=[item.pk])
    assert client.get(address).status_code == 200
    assert client.get(reverse("accounts:show-group", args=[item.group_id])).status_code == 404
    assert (
        not others.exists()
        or client.get(reverse("reporting:record-sample", args=[others.first().pk])).status_code == 404
    )
    assert set(DrawItem.objects.readable_by(people["qh"])) == set(theirs)
    answer = client.post(address, {"posts": 4, "counted_on": "2026-11-17", "key": "k1"})
    assert answer.status_code == 302
    for each in made.items.open():
        mark_missing(each.pk, note="按群名没有找到", by=User.objects.get(pk=each.inspector_id))
    assert client.get(address).status_code == 404
    assert len(groups) == 12


def test_a_department_is_offered_only_for_samples_of_its_lines(world, cast):
    rural = User.objects.create_user("rural", None, name="农村部")
    post = {"user": rural, "unit": world["hi"], "role": Role.PROVINCE, "department": Department.RURAL}
    Appointment.objects.create(starts_on=date(2026, 10, 5), **post)
    made = drawn(world, cast, lines=["university"])
    assert {"schools", "province"} <= {each.username for each in candidates(made)}
    assert "rural" not in {each.username for each in candidates(made)}


def test_inspectors_are_told_and_see_it_on_their_home_page(world, cast, sign_in):
    made = drawn(world, cast)
    assign_inspectors(made.pk, [cast["province"].pk], by=cast["province"])
    told = Notification.objects.get(kind=NotificationKind.CHECKS_ASSIGNED)
    assert (told.unit, "4个样本" in told.text) == (world["hi"], True)
    assert "抽查样本待登记" in sign_in("province").get(reverse("home")).content.decode()
    assert "抽查样本待登记" not in sign_in("auditor").get(reverse("home")).content.decode()


def test_ten_thousand_draws_favour_nobody():
    """Each of twenty is drawn in about a quarter of the draws of five: within five standard deviations."""
    lines = [arithmetic.Line(pk, 1, "all", 1) for pk in range(1, 21)]
    seen: Counter[int] = Counter()
    for seed in range(10_000):
        seen.update(each.group_id for each in arithmetic.sample(lines, str(seed), 5, is_stratified=False))
    assert set(seen) == set(range(1, 21))
    assert all(abs(n - 2_500) < 217 for n in seen.values())


def test_a_record_sent_twice_with_one_key_is_one(world, cast):
    made = drawn(world, cast)
    assign_inspectors(made.pk, [cast["province"].pk], by=cast["province"])
    first, second, *_rest = made.items.all()
    one = record_item(first.pk, posts=6, by=cast["province"], key="a")
    again = record_item(first.pk, posts=6, by=cast["province"], key="a")
    assert one.check_made == again.check_made
    count = mark_missing(second.pk, note="没有找到", by=cast["province"], key="b")
    assert mark_missing(second.pk, note="没有找到", by=cast["province"], key="b") == count
    assert AuditEntry.objects.filter(verb="spot_check.recorded").count() == 1
