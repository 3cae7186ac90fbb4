"""The pages that merge units, change their kind, and turn an intake over: preview, reason, answer."""

from __future__ import annotations

import pytest
from django.urls import reverse

from accounts.operations.registry import open_account
from orgs.choices import Kind
from orgs.models import IntakeTurnover, OrgUnit
from tests.architecture import subjects

pytestmark = pytest.mark.django_db


def url_of(world, code: str, name: str) -> str:
    return reverse(f"orgs:{name}", args=[world.ids[code]])


def line_of(label: str, n: int) -> str:
    """A line of the preview, which the words of the menu can't be taken for."""
    return f'<b>{label} <span class="num">{n}</span></b>'


@pytest.fixture
def account(world):
    return open_account(
        world["hnu-law-1201"], platform="wechat_personal", identifier="law1201", contacts=40, by=None
    )


@pytest.mark.parametrize("name", ["move-unit", "merge-unit", "close-unit", "rename-unit", "change-kind"])
def test_the_preview_counts_accounts_people_and_forms(world, cast, sign_in, account, name):
    subjects.submission(world["hnu-law-1201"], cast)
    page = sign_in("college").get(url_of(world, "hnu-law-1201", name))
    shown = {each.label: each.count for each in page.context["effects"]}
    assert shown == {"账号": 1, "在任人员": 1, "待审核的收集表": 1}
    for label in shown:
        assert line_of(label, 1) in page.content.decode()


def test_the_preview_of_a_university_names_its_assessment_sheet(world, cast, sign_in):
    subjects.sheet(world["hnu"], cast)
    for name in ("move-unit", "close-unit", "merge-unit"):
        text = sign_in("province").get(url_of(world, "hnu", name)).content.decode()
        assert line_of("考评表（未定稿）", 1) in text


def test_units_merge_on_the_page(world, sign_in):
    client, url = sign_in("university"), url_of(world, "hnu-law", "merge-unit")
    posted = {"parent": world.ids["hnu-tour"], "parent_q": "", "reason": "", "version": "1"}
    assert client.post(url, posted).status_code == 422
    assert client.post(url, posted | {"reason": "合并"}).status_code == 302
    assert world["hnu-law"].merged_into_id == world.ids["hnu-tour"]


def test_a_foreign_unit_cannot_receive(world, sign_in):
    posted = {"parent": world.ids["qzu"], "parent_q": "", "reason": "合并", "version": "1"}
    assert sign_in("university").post(url_of(world, "hnu-law", "merge-unit"), posted).status_code == 422


def test_the_superior_changes_the_kind(world, sign_in):
    url = url_of(world, "wn", "change-kind")
    posted = {"kind_id": Kind.PREFECTURE, "reason": "升格", "version": "1"}
    assert sign_in("province").post(url, posted).status_code == 302
    assert world["wn"].kind_id == Kind.PREFECTURE
    assert sign_in("city").get(url_of(world, "qh", "change-kind")).status_code == 403


def turn_over(client, url: str, **extra: str):
    address = f"{url}?closed=2012&opened=2016"
    page = client.get(address)
    assert page.status_code == 200
    form = page.context["form"]
    given = {name: str(form[name].value() or "") for name in form.fields}
    return page, client.post(address, given | {"reason": "2012级毕业"} | extra)


def test_an_intake_is_turned_over_and_taken_back_on_the_pages(world, sign_in, account):
    client, url = sign_in("university"), url_of(world, "hnu", "turn-over")
    assert url in client.get(url_of(world, "hnu", "show-unit")).content.decode()
    assert "2012级" in client.get(url).content.decode()
    page, answer = turn_over(client, url)
    shown = ("法学2012级2班团支部", "hnu-law-1602 法学2016级2班团支部")
    for each in (*shown, line_of("账号", 1), line_of("在任人员", 1)):
        assert each in page.content.decode()
    assert answer.status_code == 302
    done = IntakeTurnover.objects.get()
    assert (len(done.closed_unit_ids), len(done.opened_unit_ids)) == (3, 3)
    undo = reverse("orgs:undo-turnover", args=[done.pk])
    assert undo in client.get(url).content.decode()
    assert line_of("账号", 1) in client.get(undo).content.decode()
    assert client.post(undo, {"reason": ""}).status_code == 422
    assert client.post(undo, {"reason": "选错年级"}).status_code == 302
    assert world["hnu-law-1201"].is_open
    assert undo not in client.get(url).content.decode()
    assert "已经撤回过" in client.get(undo).content.decode()


def test_a_double_tap_is_one_turnover(world, sign_in):
    client, url = sign_in("university"), url_of(world, "hnu", "turn-over")
    page, _answer = turn_over(client, url)
    form = page.context["form"]
    given = {name: str(form[name].value() or "") for name in form.fields} | {"reason": "2012级毕业"}
    # The same page sent again, as a second tap does: its list is the one the first tap has used.
    client.post(f"{url}?closed=2012&opened=2016", given)
    assert IntakeTurnover.objects.count() == 1


def test_faulty_lines_are_named_and_nothing_is_lost(world, sign_in):
    client, url = sign_in("university"), url_of(world, "hnu", "turn-over")
    name = f"new_{world.ids['hnu-law']}"
    _page, answer = turn_over(client, url, **{name: "hnu-law-1601 法学一班团支部\nhnu-law-1602"})
    assert answer.status_code == 422
    text = answer.content.decode()
    assert "第 2 行只有一项" in text
    assert "法学一班团支部" in text
    assert OrgUnit.objects.in_operation().filter(intake_year=2012).exists()


def test_intakes_in_the_wrong_order_are_refused_on_the_form(world, sign_in):
    url = url_of(world, "hnu", "turn-over")
    answer = sign_in("university").get(url, {"closed": "2012", "opened": "2012"})
    assert answer.status_code == 422
    assert "应晚于毕业年级" in answer.content.decode()
    assert sign_in("university").get(url, {"closed": "二", "opened": "2012"}).status_code == 422


def test_an_intake_nobody_has_says_so(world, sign_in):
    answer = sign_in("university").get(
        url_of(world, "hnu", "turn-over"), {"closed": "1999", "opened": "2003"}
    )
    assert "没有这个年级的团支部" in answer.content.decode()


@pytest.mark.parametrize(("key", "status"), [("secretary", 403), ("outsider", 404), ("auditor", 403)])
def test_others_do_not_turn_over(world, sign_in, key, status):
    assert (
        sign_in(key)
        .get(url_of(world, "hnu-law-1201" if key == "secretary" else "hnu", "turn-over"))
        .status_code
        == status
    )
