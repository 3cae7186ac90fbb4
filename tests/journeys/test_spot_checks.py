"""Recording spot checks on a phone whose network comes and goes (ux.md checks 21 and 22), and one whose browser keeps nothing."""

from __future__ import annotations

import base64
import re

import pytest

playwright = pytest.importorskip("playwright.sync_api")

from tests.journeys import browsing  # noqa: E402 - needs playwright

pytestmark = [pytest.mark.browser, pytest.mark.servers, pytest.mark.xdist_group("journeys")]

MINE = "/spot/mine/"
NO_STORAGE = (
    "Object.defineProperty(window, 'localStorage', { get: function () { throw new Error('private'); } });"
)
# A red picture of 64 × 64.
PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAEAAAABACAIAAAAlC+aJAAAAT0lEQVR42u3PQQkAAAgEsIty/bMYygi+hcEKLNO+FgEBAQEB"
    "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQGBywKfpsDxL1s0qAAAAABJRU5ErkJggg=="
)
DRAW = """
from orgs.models import OrgUnit, User
from reporting.operations import draw_assigning, draws, replaying
from reporting.operations.draw_frames import Plan
leader = User.objects.get(username="shengwei")
scope = OrgUnit.objects.get(code="46-U01")
made = draws.draw_sample(Plan(title=title, scope=scope, size=size), by=leader)
made = draw_assigning.assign_inspectors(made.pk, [leader.pk], by=leader)
answer = {"pk": made.pk, "number": made.number, "samples": list(made.items.order_by("position").values_list("pk", flat=True)),
    "differences": replaying.differences(made)}
"""
RESULTS = """
from reporting.models import CheckPhoto, DrawItem, VerifiedCount
items = DrawItem.objects.filter(draw=pk).select_related("check_made")
answer = {"checks": sorted([item.check_made.posts, item.check_made.grade] for item in items if item.check_made),
    "missing": items.filter(missing_at__isnull=False).count(), "photos": CheckPhoto.objects.filter(check_made__draw_item__draw=pk).count()}
"""


@pytest.fixture
def draw(demo, request):
    """A draw of five of the university, all given to the province's inspector."""
    return demo.portal.ask(DRAW, title=request.node.name[:40], size=5)


def results(demo, draw) -> dict:
    return demo.portal.ask(RESULTS, pk=draw["pk"])


def open_sample(page, draw, n: int) -> None:
    page.locator(f'[data-spot-sample="{draw["samples"][n]}"] [data-spot-open]').click()


def test_three_records_and_a_photo_made_offline_are_stored_once(demo, chromium, draw):
    with browsing.on_phone(chromium, demo.portal.url, "shengwei") as phone:
        phone.goto(MINE)
        phone.context.set_offline(True)
        open_sample(phone, draw, 0)
        phone.fill("#id_posts", "9")
        playwright.expect(phone.locator("[data-spot-grade]")).to_have_text("9 条：良好")
        phone.get_by_text("附图片（一般不需要）").click()
        phone.fill("#id_purpose", "群名有争议")
        phone.set_input_files("[data-spot-photo]", {"name": "a.png", "mimeType": "image/png", "buffer": PNG})
        canvas = phone.locator("[data-spot-canvas]")
        playwright.expect(canvas).to_be_visible()
        canvas.scroll_into_view_if_needed()
        box = canvas.bounding_box()
        phone.mouse.move(box["x"] + 5, box["y"] + 5)
        phone.mouse.down()
        phone.mouse.move(box["x"] + box["width"] * 0.9, box["y"] + box["height"] * 0.9)
        phone.mouse.up()
        playwright.expect(phone.locator("[data-spot-photo-state]")).to_contain_text("已涂黑")
        phone.get_by_role("button", name="保存，下一个").click()
        playwright.expect(phone.locator("[data-spot-count]")).to_have_text("1")
        phone.locator(".page-head").scroll_into_view_if_needed()
        open_sample(phone, draw, 1)
        phone.fill("#id_posts", "2")
        phone.get_by_role("button", name="保存，下一个").dblclick()
        open_sample(phone, draw, 2)
        phone.fill("#missing_note", "按群名没有找到")
        phone.get_by_role("button", name="登记群找不到").click()
        playwright.expect(phone.locator("[data-spot-count]")).to_have_text("3")
        assert not browsing.complaints_of(phone, "spot offline")
        browsing.shoot(phone, "spot-offline-390")
        assert results(demo, draw) == {"checks": [], "missing": 0, "photos": 0}
        phone.context.set_offline(False)
        playwright.expect(phone.locator("[data-spot-state]")).to_have_text("已全部发送。")
        phone.reload()
        assert phone.locator("[data-spot-queue]").is_hidden()
    assert results(demo, draw) == {"checks": [[2, "poor"], [9, "good"]], "missing": 1, "photos": 1}


def test_the_grade_shows_while_one_types_and_counting_stays_on_the_phone(demo, chromium, draw):
    with browsing.on_phone(chromium, demo.portal.url, "shengwei") as phone:
        phone.goto(f"/spot/samples/{draw['samples'][0]}/")
        grade = phone.locator("[data-spot-grade]")
        for posts, word in (
            (0, "差"),
            (2, "差"),
            (3, "一般"),
            (5, "一般"),
            (6, "良好"),
            (9, "良好"),
            (10, "优秀"),
        ):
            phone.fill("#id_posts", str(posts))
            playwright.expect(grade).to_have_text(f"{posts} 条：{word}")
        asked = []
        phone.on("request", lambda request: asked.append(request.post_data or ""))
        phone.get_by_text("帮助计数").click()
        phone.fill("#spot-text", "转发：技能培训报名\n\n收到\n\n[图片]\n\n[图片]\n\n今晚七点微访谈\n\n👍\n")
        playwright.expect(phone.locator("[data-spot-counted]")).to_contain_text("计为 3 条")
        phone.get_by_role("button", name="填入条数并清空").click()
        playwright.expect(phone.locator("#id_posts")).to_have_value("3")
        assert not browsing.complaints_of(phone, "spot form")
        browsing.shoot(phone, "spot-390")
        phone.get_by_role("button", name="保存，下一个").click()
        phone.wait_for_url(re.compile(rf"/spot/samples/(?!{draw['samples'][0]}/)\d+/"))
        assert not any("技能培训" in each for each in asked)
    assert results(demo, draw)["checks"] == [[3, "fair"]]


@pytest.mark.parametrize("without", ["storage", "scripts"])
def test_without_storage_or_scripts_the_form_is_an_ordinary_one(demo, chromium, draw, without):
    options = {"java_script_enabled": False} if without == "scripts" else {}
    with browsing.on_phone(chromium, demo.portal.url, **options) as phone:
        if without == "storage":
            phone.add_init_script(NO_STORAGE)
        browsing.sign_in(phone, "shengwei")
        phone.goto(f"/spot/samples/{draw['samples'][0]}/")
        phone.fill("#id_posts", "6")
        phone.get_by_role("button", name="保存，下一个").click()
        playwright.expect(phone.locator("main")).to_contain_text("已登记：6 条，良好。")
    assert results(demo, draw)["checks"] == [[6, "good"]]


def test_what_the_server_refuses_is_said_and_can_be_recorded_anew(demo, chromium, draw):
    with browsing.on_phone(chromium, demo.portal.url, "shengwei") as phone:
        phone.goto(MINE)
        phone.context.set_offline(True)
        open_sample(phone, draw, 0)
        phone.fill("#id_posts", "4")
        phone.fill("#id_members", "0")
        phone.get_by_role("button", name="保存，下一个").click()
        phone.context.set_offline(False)
        playwright.expect(phone.locator("[data-spot-list]")).to_contain_text("核实说明")
        phone.get_by_role("button", name="删除后重填").click()
        playwright.expect(phone.locator(f'[data-spot-sample="{draw["samples"][0]}"]')).to_be_visible()
    assert results(demo, draw)["checks"] == []


def test_the_same_seed_draws_the_same_and_a_redraw_says_why(demo, chromium, draw):
    assert draw["differences"] == []
    with browsing.at_desk(chromium, demo.portal.url, "shengwei") as desk:
        desk.goto(f"/spot/{draw['pk']}/")
        desk.fill("[name=reason]", "抽样范围有误")
        desk.get_by_role("button", name="重抽").click()
        playwright.expect(desk.locator("main")).to_contain_text("这是重抽，理由：抽样范围有误")
        desk.goto(f"/spot/{draw['pk']}/")
        playwright.expect(desk.locator("main")).to_contain_text("已重抽，理由：抽样范围有误")
        assert not browsing.complaints_of(desk, "draw")
    said = demo.portal.manage("replay_draw", draw["number"])
    assert " 一致 " in said
