"""The draft of a bulletin: what is generated, for whom, what editing keeps, and two people at one draft."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from django.urls import reverse

from reporting.bulletin_figures import Figures
from reporting.bulletin_tables import tables
from reporting.coverage import Coverage
from reporting.models import Bulletin
from tests.reporting.bulletin_steps import act, draft, edited, published, second_edition, two_weeks
from tests.reporting.closed_weeks import LAST, close, report

pytestmark = pytest.mark.django_db


@pytest.fixture
def weeks(world):
    return two_weeks(world)


@pytest.fixture
def province(sign_in):
    return sign_in("province")


def shown(client, bulletin) -> str:
    return client.get(reverse("reporting:show-bulletin", args=[bulletin.pk])).text


def table(page: str, key: str) -> list[list[str]]:
    """Cells of a table of the paper, the head left out."""
    found = re.search(rf'<table id="{key}">.*?</table>', page, re.DOTALL)
    rows = re.findall(r"<tr>(.*?)</tr>", found[0], re.DOTALL)[1:] if found else []
    return [re.findall(r"<td>(.*?)</td>", row) for row in rows]


def test_the_draft_opens_with_the_sentence_of_the_weekly_page(province, world, weeks):
    weekly = province.get("/weekly/").text
    sentence = re.sub(r"<[^>]+>", "", re.search(r'<div class="summary">\s*<p>(.*?)</p>', weekly)[1])
    bulletin = draft(province, world)
    assert bulletin.body["text"].splitlines()[0] == sentence
    assert "本周全省团员微信覆盖率 43.7%" in sentence


def test_tables_stand_in_official_order_and_missing_is_not_zero(province, world, weeks):
    page = shown(province, draft(province, world))
    rows = table(page, "coverage")
    assert [row[1] for row in rows] == [world[code].name for code in ("qh", "wn", "hnu", "qzu", "vol")]
    assert rows[0][2:5] == ["40", "150", "26.6%"]
    assert rows[1][2:5] == ["—", "30", "未报"]
    assert rows[2][2:6] == ["133", "174", "76.4%", "+64.9"]
    assert rows[4][2:5] == ["—", "—", "不适用"]
    assert [row[1] for row in table(page, "unreported")] == [world["wn"].name, world["qzu"].name]


def test_laggards_lack_people_for_the_line_exactly(province, world, weeks):
    rows = table(shown(province, draft(province, world)), "laggards")
    # 80% of 150 and of 174, rounded up to whole people: 120 and 140.
    assert [(row[1], row[3]) for row in rows] == [(world["qh"].name, "80"), (world["hnu"].name, "7")]


def test_leaders_have_reached_the_line_and_ties_share_a_rank(province, world):
    report(world, "qzu-sci-1201", 41)
    for code, contacts in (("hnu-law-1201", 43), ("hnu-law-1202", 45), ("hnu-law-1301", 48)):
        report(world, code, contacts)
    report(world, "hnu-tour-1201", 38)
    report(world, "qh-hs-jl", 40)
    close()
    rows = table(shown(province, draft(province, world)), "leaders")
    assert [row[:4] for row in rows] == [
        ["高校团委", "1", world["hnu"].name, "100.0%"],
        ["高校团委", "1", world["qzu"].name, "100.0%"],
    ]


def test_over_claims_are_not_praised(province, world, weeks):
    figures = Figures.of(draft(province, world).figures)
    over = replace(figures.units[2], coverage=Coverage(60, 41, 1, 0))
    shown = {each.key: each for each in tables(replace(figures, units=[over]))}
    assert shown["coverage"].rows[0][4] == "146.3%（需核实）"
    assert "leaders" not in shown


def test_a_committee_writes_about_its_own_subordinates_only(sign_in, world, weeks):
    bulletin = draft(sign_in("university"), world, "hnu")
    assert bulletin.unit == world["hnu"]
    assert [each["name"] for each in bulletin.figures["units"]] == [
        world["hnu-law"].name,
        world["hnu-tour"].name,
    ]
    assert world["qzu"].name not in str(bulletin.figures)


def test_a_department_writes_about_its_lines_only(sign_in, world, weeks):
    bulletin = draft(sign_in("schools"), world)
    assert {each["line"] for each in bulletin.figures["units"]} == {"university"}
    assert bulletin.figures["coverage"] == bulletin.figures["coverage"] | {"part": 133, "base": 215}
    assert world["qh"].name not in str([bulletin.figures, bulletin.body])


def test_a_departments_draft_cannot_be_opened_by_another_lines_department(sign_in, world, weeks, province):
    whole = draft(province, world)
    assert sign_in("schools").get(reverse("reporting:show-bulletin", args=[whole.pk])).status_code == 404
    said = sign_in("schools").post(
        reverse("reporting:draft-bulletin"), {"w": str(LAST), "unit": world["hi"].pk}, follow=True
    )
    assert "已有人在起草" in said.text


def test_the_scope_of_the_weekly_page_goes_into_the_bulletin(province, world, weeks):
    bulletin = draft(province, world, scope="university")
    assert {each["name"] for each in bulletin.figures["units"]} == {world["hnu"].name, world["qzu"].name}
    assert bulletin.body["text"].startswith("本周高校团员微信覆盖率")
    assert bulletin.body["recipients"]["kinds"] == ["university"]


def test_generating_twice_leads_to_the_same_draft(province, world, weeks):
    assert draft(province, world) == draft(province, world)


def test_nobody_writes_in_the_name_of_another_unit(province, sign_in, world, weeks):
    draft(sign_in("university"), world, "hnu")
    mine = draft(sign_in("outsider"), world, "qzu")
    answer = province.post(reverse("reporting:draft-bulletin"), {"w": str(LAST), "unit": world["qh"].pk})
    assert answer.status_code == 403
    assert province.get(reverse("reporting:edit-bulletin", args=[mine.pk])).status_code == 404
    assert sign_in("university").get(reverse("reporting:show-bulletin", args=[mine.pk])).status_code == 404


def test_refreshing_keeps_what_was_edited(province, world, weeks):
    bulletin = draft(province, world)
    text = f"{bulletin.body['text']}\n请会山镇团委在例会上介绍做法。"
    province.post(reverse("reporting:edit-bulletin", args=[bulletin.pk]), edited(bulletin, text=text))
    second_edition(weeks)
    answer = act(province, "refresh-bulletin", bulletin)
    assert "请会山镇团委在例会上介绍做法。" in answer.text
    bulletin.refresh_from_db()
    assert bulletin.closed_week.edition == 2
    assert "第2版" in answer.text
    assert "恢复为系统生成的文字" in answer.text
    assert "例会" not in act(province, "refresh-bulletin", bulletin, reset="1").text


def test_a_week_with_a_newer_edition_is_not_published_on_the_old_one(province, world, weeks):
    bulletin = draft(province, world)
    second_edition(weeks)
    assert "已有更正版" in act(province, "publish-bulletin", bulletin).text
    act(province, "refresh-bulletin", bulletin)
    act(province, "publish-bulletin", bulletin)
    bulletin.refresh_from_db()
    assert bulletin.state == "published"


def test_editing_changes_title_text_tables_and_recipients(province, world, weeks):
    bulletin = draft(province, world)
    changes = {"title": "第46周通报", "text": "一\n\n二", "tables": ["laggards"], "depth": "subtree"}
    changes |= {"kinds": ["college"], "lines": ["university"]}
    answer = province.post(
        reverse("reporting:edit-bulletin", args=[bulletin.pk]), edited(bulletin, **changes), follow=True
    )
    assert "第46周通报" in answer.text
    assert table(answer.text, "coverage") == []
    assert table(answer.text, "laggards")
    assert '<p class="paper-text">二</p>' in answer.text
    assert "各院（系）团委：" in answer.text
    side = answer.text.split('id="to-title"', 1)[1].split("</section>", 1)[0]
    assert "3 个" in side
    assert world["hnu-law"].name in side


def test_what_is_wrong_is_said_and_nothing_is_lost(province, world, weeks):
    bulletin = draft(province, world)
    answer = province.post(
        reverse("reporting:edit-bulletin", args=[bulletin.pk]), edited(bulletin, title="", text="写到一半")
    )
    assert answer.status_code == 422
    assert "请填写标题。" in answer.text
    assert "写到一半" in answer.text


def test_two_editors_the_second_is_told_and_loses_nothing(province, sign_in, world, weeks):
    bulletin = draft(province, world)
    url = reverse("reporting:edit-bulletin", args=[bulletin.pk])
    first, second = edited(bulletin, text="甲写的一段"), edited(bulletin, text="乙写的一段")
    assert province.post(url, first).status_code == 302
    answer = province.post(url, second)
    assert answer.status_code == 409
    assert "已被他人修改" in answer.text
    assert "甲写的一段" in answer.text
    assert "乙写的一段" in answer.text
    bulletin.refresh_from_db()
    assert bulletin.body["text"] == "甲写的一段"
    again = re.search(r'name="version" value="(\d+)"', answer.text)[1]
    assert province.post(url, second | {"version": again}).status_code == 302
    bulletin.refresh_from_db()
    assert bulletin.body["text"] == "乙写的一段"


def test_what_was_changed_since_the_preview_is_not_published_unseen(province, world, weeks):
    bulletin = draft(province, world)
    province.post(reverse("reporting:edit-bulletin", args=[bulletin.pk]), edited(bulletin, text="改过"))
    url = reverse("reporting:publish-bulletin", args=[bulletin.pk])
    assert "已被他人修改" in province.post(url, {"version": 1}, follow=True).text
    assert not Bulletin.objects.published().exists()


def test_a_discarded_draft_makes_room_for_another(province, world, weeks):
    bulletin = draft(province, world)
    assert "已删除草稿" in act(province, "discard-bulletin", bulletin).text
    assert not Bulletin.objects.exists()
    assert draft(province, world).pk != bulletin.pk


def test_a_week_is_not_reported_on_twice(province, world, weeks):
    published(province, world)
    said = province.post(
        reverse("reporting:draft-bulletin"), {"w": str(LAST), "unit": world["hi"].pk}, follow=True
    )
    assert "这一周的通报已经发布（周通报〔2026〕1号）" in said.text
    assert draft(province, world, scope="university").state == "draft"


def test_before_the_first_close_it_says_so(province, world):
    url = reverse("reporting:draft-bulletin")
    assert "结周后才能生成通报" in province.post(url, {"unit": world["hi"].pk}, follow=True).text


def test_reviewers_and_auditors_don_t_write_bulletins(sign_in, world, weeks):
    for key in ("college", "secretary", "auditor", "sysadmin"):
        assert "生成本周通报" not in sign_in(key).get("/weekly/", follow=True).text
        assert sign_in(key).post(reverse("reporting:draft-bulletin")).status_code == 403
