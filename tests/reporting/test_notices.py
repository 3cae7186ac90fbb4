"""通知: drafted, sent down the own subtree by kind and line, signed for by units, withdrawn with a reason (WB-3.3)."""

from __future__ import annotations

import pytest
from django.urls import reverse

from orgs.models import AuditEntry, OrgUnit
from reporting.models import Notice
from reporting.operations import notice_recipients
from tests.reporting.notice_steps import TEXT, act, codes, drafted, published, written

pytestmark = pytest.mark.django_db


@pytest.fixture
def province(sign_in):
    return sign_in("province")


def url(name, notice):
    return reverse(f"reporting:{name}", args=[notice.pk])


def test_it_goes_to_every_unit_in_operation_below_and_to_no_other(province, world):
    OrgUnit.objects.filter(code="hnu-tour-1201").update(is_open=False, closed_on="2026-11-01")
    notice = published(province)
    below = set(OrgUnit.objects.filter(tree_id=world["hi"].tree_id).values_list("code", flat=True))
    assert codes(notice) == below - {"hi", "hnu-tour-1201"}
    entry = AuditEntry.objects.get(verb="notice.published", object_id=str(notice.pk))
    assert entry.detail["n_recipients"] == len(codes(notice))


def test_recipients_are_chosen_by_subtree_kind_and_line(province, world):
    chosen = {"under": world["qh"].pk, "kinds": ["township", "college"]}
    assert codes(published(province, **chosen)) == {"qh-hs", "qh-yj"}
    assert codes(published(province, lines=["rural"], kinds=["township"])) == {"qh-hs", "qh-yj", "wn-xl"}
    assert codes(published(province, under_q=world["hnu-law"].name)) == {
        *("hnu-law", "hnu-law-1201", "hnu-law-1202", "hnu-law-1301"),
    }


@pytest.mark.parametrize(
    ("key", "levels", "reached"),
    [
        ("province", [1], {"qh", "wn", "hnu", "qzu", "vol"}),
        ("city", [2], {"qh-hs-jl", "qh-hs-zj", "qh-yj-hx"}),
        ("university", [1, 2], {"hnu-law", "hnu-tour", *(f"hnu-law-{n}" for n in (1201, 1202, 1301)), "hnu-tour-1201"}),
        ("national", [1], {"hi", "ah"}),
        ("national", [2], {"qh", "wn", "hnu", "qzu", "vol", "aq"}),
    ],
)  # fmt: skip
def test_recipients_are_chosen_by_level_below_the_own_unit(sign_in, key, levels, reached):
    client = sign_in(key)
    notice = published(client, levels=levels)
    assert codes(notice) == reached
    assert "第" in client.get(url("show-notice", notice)).text.partition("发送范围：")[2][:60]
    assert notice.levels == levels


def test_the_levels_chosen_are_there_when_it_is_edited_again(province):
    notice = drafted(province, levels=[2, 1])
    page = province.get(url("edit-notice", notice)).context["form"]
    assert page["levels"].value() == [1, 2]
    answer = province.post(reverse("reporting:new-notice"), written(levels=["9"]))
    assert answer.status_code == 422
    assert Notice.objects.count() == 1


def test_a_department_reaches_its_lines_only(sign_in):
    notice = published(sign_in("schools"))
    assert {code.split("-")[0] for code in codes(notice)} == {"hnu", "qzu"}


def test_a_subtree_elsewhere_cannot_be_chosen(sign_in, world):
    client = sign_in("university")
    for given in ({"under": world["qzu"].pk}, {"under": 999_999_999}, {"under_q": "没有这个单位"}):
        answer = client.post(reverse("reporting:new-notice"), written(**given))
        assert answer.status_code == 422
        assert "没有找到这个团组织" in answer.text
    assert not Notice.objects.exists()


def test_units_sign_with_one_tap_and_the_first_counts(province, sign_in, world):
    notice, client = published(province), sign_in("university")
    assert "有通知待签收" in client.get("/").text
    assert notice.title in client.get(reverse("reporting:list-notices"), {"box": "waiting"}).text
    assert TEXT.split("\n", maxsplit=1)[0] in client.get(url("show-notice", notice)).text
    assert "已签收。" in act(client, "sign", notice).text
    row = notice.recipients.get(unit=world["hnu"])
    assert row.received_by.username == "university"
    signed_at = row.received_at
    act(client, "sign", notice)
    row.refresh_from_db()
    assert row.received_at == signed_at
    assert "有通知待签收" not in client.get("/").text
    assert AuditEntry.objects.filter(verb="notice.received").count() == 1
    assert notice.recipients.filter(received_at__isnull=False).count() == 1


def test_who_has_not_signed_is_seen_by_the_sender_alone(province, sign_in, world):
    notice = published(province, kinds=["university", "county"])
    act(sign_in("university"), "sign", notice)
    page = province.get(url("list-notice-recipients", notice)).text
    table = page.split("<tbody", 1)[1]
    assert table.index(world["qh"].name) < table.index(world["hnu"].name)
    waiting = province.get(url("list-notice-recipients", notice), {"state": "waiting"}).text
    assert "未签收 3" in waiting
    assert world["hnu"].name not in waiting.split("<tbody", 1)[1]
    assert sign_in("university").get(url("list-notice-recipients", notice)).status_code == 404
    assert "1 / 4" in province.get(url("show-notice", notice)).text


def test_only_recipients_and_those_above_the_sender_read_it(sign_in):
    notice = drafted(sign_in("university"), kinds=["college"])
    readers = {"province": 404, "college": 404, "university": 200}
    for key, status in readers.items():
        assert sign_in(key).get(url("show-notice", notice)).status_code == status, key
    act(sign_in("university"), "publish", notice)
    for key, status in {"college": 200, "province": 200, "secretary": 404, "outsider": 404}.items():
        client = sign_in(key)
        assert client.get(url("show-notice", notice)).status_code == status, key
        assert (notice.title in client.get(reverse("reporting:list-notices")).text) is (status == 200), key
    assert act(sign_in("secretary"), "sign", notice).status_code == 404
    assert act(sign_in("province"), "sign", notice).status_code == 403
    assert act(sign_in("auditor"), "withdraw", notice, reason="x").status_code == 404


def test_the_university_between_reads_what_went_past_it_to_its_colleges_and_signs_nothing(province, sign_in):
    notice, client = published(province, kinds=["college"]), sign_in("university")
    lists = reverse("reporting:list-notices")
    assert client.get(url("show-notice", notice)).status_code == 200
    assert notice.title in client.get(lists).text
    assert url("show-notice", notice) in client.get(reverse("search"), {"q": notice.title}).text
    for box in ("received", "waiting"):
        assert notice.title not in client.get(lists, {"box": box}).text, box
    assert act(client, "sign", notice).status_code == 403
    assert "有通知待签收" not in client.get("/").text
    assert sign_in("city").get(url("show-notice", notice)).status_code == 404
    draft = drafted(province, kinds=["college"], title="还在写的通知")
    assert client.get(url("show-notice", draft)).status_code == 404


def test_without_a_signature_nothing_waits(province, sign_in):
    notice, client = published(province, must_sign=""), sign_in("university")
    assert "有通知待签收" not in client.get("/").text
    assert "不要求签收" in client.get(url("show-notice", notice)).text
    assert act(client, "sign", notice).status_code == 403


def test_withdrawn_it_stays_readable_and_waits_for_nobody(province, sign_in):
    notice, client = published(province), sign_in("university")
    assert "请填写撤回原因" in act(province, "withdraw", notice).text
    act(province, "withdraw", notice, reason="日期有误")
    page = client.get(url("show-notice", notice)).text
    assert "已撤回" in page
    assert "日期有误" in page
    assert "有通知待签收" not in client.get("/").text
    assert "不用签收" in act(client, "sign", notice).text
    assert not notice.recipients.filter(received_at__isnull=False).exists()
    assert "只有已发布的通知才能撤回" in act(province, "withdraw", notice, reason="再撤").text
    assert AuditEntry.objects.get(verb="notice.withdrawn").reason == "日期有误"


def test_a_reason_holds_no_number_of_a_person(province):
    notice = published(province)
    assert "个人信息" in act(province, "withdraw", notice, reason="请问 13912345678").text
    notice.refresh_from_db()
    assert notice.state == "published"


@pytest.mark.parametrize("name", ["sign_on", "pinned_on"])
def test_a_day_out_of_reach_is_refused(province, name):
    for day, status in (("9999-12-31", 422), ("2032-01-01", 422), ("2031-11-01", 302)):
        answer = province.post(reverse("reporting:new-notice"), written(**{name: day}))
        assert (answer.status_code, "五年以内" in answer.text) == (status, status == 422)


def test_what_cannot_be_sent_stays_a_draft(province, monkeypatch):
    nobody = drafted(province, kinds=["enterprise"])
    assert "没有收件单位" in act(province, "publish", nobody).text
    late = drafted(province, sign_on="2026-11-17")
    assert "已经过了" in act(province, "publish", late).text
    monkeypatch.setattr(notice_recipients, "MOST", 3)
    assert "收件单位超过3个" in act(province, "publish", drafted(province)).text
    assert not Notice.objects.sent().exists()


def test_who_saves_second_sees_the_other_text(province):
    notice = drafted(province)
    edit = url("edit-notice", notice)
    assert province.post(edit, written(title="先改的", version=1)).status_code == 302
    answer = province.post(edit, written(title="后改的", version=1))
    assert answer.status_code == 409
    assert "先改的" in answer.text
    assert "后改的" in answer.text
    stale = province.post(url("publish-notice", notice), {"version": 1}, follow=True)
    assert "刚才已被他人修改" in stale.text
    notice.refresh_from_db()
    assert (notice.title, notice.state) == ("先改的", "draft")


def test_a_draft_is_thrown_away_and_a_published_one_is_not(province):
    draft, sent = drafted(province), published(province)
    assert "已删除草稿" in act(province, "discard", draft).text
    assert not Notice.objects.filter(pk=draft.pk).exists()
    assert province.post(url("discard-notice", sent)).status_code == 404
    assert province.get(url("edit-notice", sent)).status_code == 404
    assert province.post(url("publish-notice", sent), {"version": 1}).status_code == 302
    assert AuditEntry.objects.filter(verb="notice.published").count() == 1


def test_pinned_ones_stand_first_until_the_day_is_over(province, sign_in):
    published(province, title="置顶的通知", pinned_on="2026-11-20")
    published(province, title="后发的通知")
    page = sign_in("university").get(reverse("reporting:list-notices")).text
    assert page.index("置顶的通知") < page.index("后发的通知")


def test_boxes_and_words_narrow_the_list(province, sign_in):
    published(province, title="关于自查")
    drafted(province, title="还没写完")
    client = sign_in("university")
    published(client, title="校内通知")

    def listed(client, **given) -> set[str]:
        page = client.get(reverse("reporting:list-notices"), given).text
        return {title for title in ("关于自查", "还没写完", "校内通知") if title in page}

    assert listed(client) == {"关于自查", "校内通知"}
    assert listed(client, box="received") == {"关于自查"}
    assert listed(client, box="sent") == {"校内通知"}
    assert listed(client, q="校内") == {"校内通知"}
    assert listed(province, box="drafts") == {"还没写完"}
    assert listed(province) == {"关于自查", "还没写完", "校内通知"}
