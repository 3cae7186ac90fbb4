"""The pages of 抽查: drawing, the draw with its samples, recording on the phone, drawing again."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from reporting import draw as arithmetic
from reporting.choices import DrawState
from reporting.models import Draw
from reporting.operations.draw_assigning import assign_inspectors
from reporting.operations.draw_results import record_item
from reporting.operations.draws import draw_sample
from reporting.operations.inspection import void_check
from tests.reporting.draw_scene import drawn, open_groups, plan

pytestmark = pytest.mark.django_db
YESTERDAY = "2026-11-17"


def words(answer) -> str:
    return answer.content.decode()


def test_a_draw_is_made_on_the_page_and_shown_with_its_seed_and_sample(world, cast, sign_in):
    open_groups(world)
    client = sign_in("province")
    facts = {"parent": world.ids["hnu"], "title": "高校抽查", "size": 3, "stratum": "kind", "way": "online"}
    assert world["hi"].name in words(client.get(reverse("reporting:new-draw")))
    answer = client.post(reverse("reporting:new-draw"), facts, follow=True)
    made = Draw.objects.get()
    shown = words(answer)
    assert (made.size, made.scope) == (3, world["hnu"])
    assert all(text in shown for text in (made.number, made.seed, made.frame_hash, "待分派"))
    assert all(item.group.name in shown for item in made.items.select_related("group"))
    assert made.number in words(client.get(reverse("reporting:list-draws")))


def test_a_scope_typed_without_script_is_found(world, cast, sign_in):
    open_groups(world)
    facts = {"parent_q": "海南大学团委", "title": "高校抽查", "size": 3, "stratum": "none", "way": "online"}
    assert sign_in("province").post(reverse("reporting:new-draw"), facts).status_code == 302
    assert Draw.objects.get().scope == world["hnu"]


@pytest.mark.parametrize("facts", [{"size": 99}, {"title": ""}, {"size": "x"}, {"parent": ""}])
def test_what_is_wrong_is_said_and_what_was_typed_stays(world, cast, sign_in, facts):
    open_groups(world)
    good = {"parent": world.ids["hnu"], "title": "高校抽查", "size": 3, "stratum": "none", "way": "cross"}
    answer = sign_in("province").post(reverse("reporting:new-draw"), good | facts)
    assert answer.status_code == 422
    assert "error-summary" in words(answer)
    assert not Draw.objects.exists()


def test_the_frame_is_downloaded_byte_for_byte(world, cast, sign_in):
    made = drawn(world, cast)
    answer = sign_in("province").get(reverse("reporting:download-frame", args=[made.pk]))
    assert arithmetic.digest(answer.content.decode()) == made.frame_hash


def test_inspectors_are_assigned_and_find_their_samples(world, cast, sign_in):
    made = drawn(world, cast)
    url = reverse("reporting:assign-inspectors", args=[made.pk])
    assert sign_in("province").post(url, {}).status_code == 422
    answer = sign_in("province").post(url, {"people": [cast["national"].pk]}, follow=True)
    assert "待登记" in words(answer)
    mine = words(sign_in("national").get(reverse("reporting:list-own-samples")))
    assert all(item.group.name in mine for item in made.items.select_related("group"))
    assert "没有待登记的样本" in words(sign_in("auditor").get(reverse("reporting:list-own-samples")))


def test_recording_goes_from_sample_to_sample_and_ends_at_the_list(world, cast, sign_in):
    made = drawn(world, cast, size=2)
    assign_inspectors(made.pk, [cast["province"].pk], by=cast["province"])
    client = sign_in("province")
    first, second = (reverse("reporting:record-sample", args=[item.pk]) for item in made.items.all())
    assert client.post(first, {"posts": "", "counted_on": YESTERDAY}).status_code == 422
    assert client.post(first, {"posts": 6, "counted_on": "2026-11-18"}).status_code == 422
    answer = client.post(first, {"posts": 6, "counted_on": YESTERDAY})
    assert answer.url == second
    missing = reverse("reporting:mark-missing", args=[made.items.last().pk])
    answer = client.post(missing, {"note": "按群名没有找到"}, follow=True)
    assert answer.redirect_chain[-1][0] == reverse("reporting:list-own-samples")
    shown = words(client.get(reverse("reporting:show-draw", args=[made.pk])))
    assert all(text in shown for text in ("已办结", "良好", "群找不到", "申报 30 人，核实 0 人"))


def test_who_is_not_assigned_sees_the_sample_but_no_form(world, cast, sign_in):
    made = drawn(world, cast)
    assign_inspectors(made.pk, [cast["province"].pk], by=cast["province"])
    url = reverse("reporting:record-sample", args=[made.items.first().pk])
    assert 'name="posts"' in words(sign_in("province").get(url))
    assert 'name="posts"' not in words(sign_in("national").get(url))
    assert sign_in("national").post(url, {"posts": 1, "counted_on": YESTERDAY}).status_code == 403


def test_a_branch_is_not_told_that_its_group_was_drawn(world, cast, sign_in):
    made = drawn(world, cast, size=12)
    client = sign_in("secretary")
    for code in ("hnu-law-1201", "hnu-law-1202"):
        item = made.items.get(unit=world[code])
        assert client.get(reverse("reporting:record-sample", args=[item.pk])).status_code == 404
        assert client.post(reverse("reporting:mark-missing", args=[item.pk])).status_code == 404


def test_a_check_voided_after_the_end_waits_for_nobody(world, cast, sign_in):
    made = drawn(world, cast, size=1)
    assign_inspectors(made.pk, [cast["province"].pk], by=cast["province"])
    item = record_item(made.items.get().pk, posts=6, by=cast["province"])
    void_check(item.check_made, "数错了群", by=cast["province"])
    client = sign_in("province")
    assert "没有待登记的样本" in words(client.get(reverse("reporting:list-own-samples")))
    shown = words(client.get(reverse("reporting:show-draw", args=[made.pk])))
    assert ("已作废" in shown, "待重新登记" in shown) == (True, False)


def test_a_redraw_is_shown_on_both_draws(world, cast, sign_in):
    made = drawn(world, cast)
    client = sign_in("province")
    url = reverse("reporting:redraw", args=[made.pk])
    assert client.post(url, {"reason": ""}).status_code == 422
    answer = client.post(url, {"reason": "范围内有单位正在撤并"}, follow=True)
    assert "范围内有单位正在撤并" in words(answer)
    assert made.number in words(answer)
    old = words(client.get(reverse("reporting:show-draw", args=[made.pk])))
    assert "范围内有单位正在撤并" in old
    assert Draw.objects.get(pk=made.pk).state == DrawState.REPLACED
    assert 'name="people"' not in old


def test_statements_do_not_grow_with_the_samples(world, cast, sign_in):
    few = drawn(world, cast, size=1, stratum="direct_unit", uses_risk=True)
    many = draw_sample(plan(world, size=12, stratum="direct_unit", uses_risk=True), by=cast["province"])
    client = sign_in("province")
    counted = []
    for made in (few, many):
        with CaptureQueriesContext(connection) as queries:
            client.get(reverse("reporting:show-draw", args=[made.pk]))
        counted.append(len(queries))
    assert counted[0] == counted[1] <= 15


@pytest.mark.parametrize("name", ["list-draws", "list-own-samples", "new-draw"])
def test_the_other_pages_ask_little(world, cast, sign_in, django_assert_max_num_queries, name):
    made = drawn(world, cast)
    assign_inspectors(made.pk, [cast["province"].pk], by=cast["province"])
    client = sign_in("province")
    with django_assert_max_num_queries(15):
        client.get(reverse(f"reporting:{name}"))
