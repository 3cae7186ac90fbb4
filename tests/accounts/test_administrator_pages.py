"""Pages of administrators: masked lists, load, vacancy, appoint, replace, end, correct, history (SUP-2.2.2)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.choices import GroupKind
from accounts.models import Administratorship
from accounts.operations import registry
from accounts.operations.registry import PersonalData
from orgs.kernel import clock
from tests.world import TODAY

pytestmark = pytest.mark.django_db

LIST = reverse("accounts:list-administrators")
UNITS = reverse("accounts:list-unit-administrators")
ASKED = {
    "name": "林某甲",
    "wechat_id": "lin_moujia",
    "nickname": "小林",
    "qq": "354120768",
    "mobile": "13800000123",
}
PERSON = PersonalData(**ASKED)
OTHER = {"name": "王某乙", "mobile": "138 0000 0124", "reason": "未履行职责"}
SECRETS = (*ASKED.values(), "王某乙", "13800000124")


@pytest.fixture
def account(world):
    return registry.open_account(
        world["hnu-law-1201"], platform="wechat_personal", identifier="law_1201", by=None
    )


@pytest.fixture
def group(world):
    return registry.open_group(world["hnu-law"], kind=GroupKind.LINK, name="法学院工作群", by=None)


@pytest.fixture
def term(account):
    return registry.appoint_administrator(account.unit, account=account, person=PERSON, by=None)


def page_of(name: str, *args) -> str:
    return reverse(f"accounts:{name}", args=args)


def found(client, **asked) -> list[int]:
    return [row.record.pk for row in client.get(LIST, asked).context["listing"].page.object_list]


def test_the_list_and_its_file_are_masked(sign_in, term):
    client = sign_in("college")
    columns = ["mobile", "wechat_id", "nickname", "qq"]
    page = client.get(LIST, {"col": columns}).content.decode()
    file = b"".join(client.get(LIST, {"col": columns, "export": "csv"}).streaming_content).decode()
    for shown in (page, file):
        assert "138****0123" in shown
        assert not [secret for secret in SECRETS if secret in shown]


def test_nobody_is_searched_for_by_number_or_name(sign_in, term):
    client = sign_in("college")
    assert found(client) == [term.pk]
    assert found(client, q="13800000123") == found(client, q="林某甲") == []
    assert found(client, q="law_1201") == [term.pk]


def test_filters_by_term_channel_and_load(sign_in, term, group, world, cast):
    client = sign_in("college")
    second = registry.appoint_administrator(group.unit, group=group, person=PERSON, by=None)
    foreign = registry.open_group(world["qzu-sci"], kind=GroupKind.LINK, name="外校群", by=None)
    registry.appoint_administrator(foreign.unit, group=foreign, person=PERSON, by=None)
    assert found(client, of="group") == [second.pk]
    assert set(found(client, load="2")) == {term.pk, second.pk}
    assert found(client, load="3") == []
    page = client.get(LIST, {"load": "2"}).context["listing"].page.object_list
    assert {row.record.n_channels for row in page} == {2}
    registry.end_administratorship(second, reason="毕业", by=cast["college"])
    assert (found(client, state="left"), found(client, state="in_office")) == ([second.pk], [term.pk])


def test_both_lists_take_as_many_statements_with_one_and_thirty_terms(sign_in, term, world):
    client = sign_in("province")

    def statements(url) -> int:
        with CaptureQueriesContext(connection) as captured:
            assert client.get(url).status_code == 200
        return len(captured)

    few = statements(LIST), statements(UNITS)
    for n in range(30):
        person = PersonalData(f"管理员{n}", mobile=f"138000003{n:02}")
        registry.appoint_administrator(world["hnu-law-1201"], account=term.account, person=person, by=None)
    for code in ("qh", "wn", "hnu", "qzu", "vol"):
        registry.appoint_administrator(world[code], person=PERSON, by=None)
    assert (statements(LIST), statements(UNITS)) == few
    assert max(few) <= 15


def test_a_unit_names_one_person_for_its_own_work_and_the_list_shows_who_has_not(sign_in, world):
    client, url = sign_in("university"), page_of("appoint-to-unit", world["hnu"].pk)
    assert "空缺" in client.get(UNITS).content.decode()
    assert client.post(url, ASKED).status_code == 302
    again = client.post(url, {**ASKED, "mobile": "13800000125"})
    assert again.status_code == 422
    assert "本单位已有负责微信工作的管理员" in again.content.decode()
    page = client.get(UNITS).content.decode()
    assert "林**" in page
    assert not [secret for secret in SECRETS if secret in page]
    lines = sign_in("province").get(UNITS, {"vacant": "1"}).context["lines"]
    assert [line.unit.code for line in lines] == ["qh", "wn", "qzu", "vol"]


def test_appointing_to_a_group_and_an_account(sign_in, account, group):
    client = sign_in("college")
    for name, channel in (("appoint-to-account", account), ("appoint-to-group", group)):
        assert client.post(page_of(name, channel.pk), ASKED).status_code == 302
        twice = client.post(page_of(name, channel.pk), ASKED)
        assert "不用重复登记" in twice.content.decode()
    assert Administratorship.objects.in_office().count() == 2


def test_nobody_is_appointed_to_a_closed_group(sign_in, group, cast):
    registry.close_group(group, reason="停用", by=cast["college"])
    answer = sign_in("college").post(page_of("appoint-to-group", group.pk), ASKED)
    assert answer.status_code == 422
    assert not Administratorship.objects.exists()


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"name": ""}, "请填写姓名。"),
        ({"mobile": ""}, "请填写手机。"),
        ({"mobile": "1380000012"}, "手机号为11位数字"),
        ({"qq": "0123"}, "QQ号为5至12位数字"),
    ],
)
def test_what_is_no_person_is_said_in_words(sign_in, account, wrong, said):
    answer = sign_in("college").post(page_of("appoint-to-account", account.pk), {**ASKED, **wrong})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert said in page
    assert "lin_moujia" in page, "what was typed stands in the form again"
    assert answer["Cache-Control"] == "no-store"


def test_replacing_keeps_who_why_and_on_whose_demand(sign_in, world, term):
    client = sign_in("college")
    later = TODAY + timedelta(days=2)
    with clock.frozen(later):
        url = page_of("replace-administrator", term.pk)
        assert client.post(url, {**OTHER, "reason": ""}).status_code == 422
        assert client.post(url, {**OTHER, "reason": "电话13800000123"}).status_code == 422
        assert client.post(url, {**OTHER, "on_demand_of": world["qzu"].pk}).status_code == 422
        assert client.post(url, {**OTHER, "on_demand_of": world["hi"].pk}).status_code == 302
    term.refresh_from_db()
    assert (term.ended_at, term.on_demand_of, term.end_reason) == (later, world["hi"], "未履行职责")
    page = client.get(page_of("show-administrator", term.pk)).content.decode()
    assert "2026-11-18 至 2026-11-20" in page
    assert "按上级要求：共青团海南省委" in page
    assert "王**" in page
    assert not [secret for secret in SECRETS if secret in page]
    assert client.post(page_of("replace-administrator", term.pk), OTHER).status_code == 422


def test_the_same_person_does_not_follow_himself(sign_in, term):
    answer = sign_in("college").post(page_of("replace-administrator", term.pk), {**ASKED, "reason": "换届"})
    assert "同一人" in answer.content.decode()
    term.refresh_from_db()
    assert term.ended_at is None


def test_what_is_left_empty_stays_when_a_person_is_corrected(sign_in, term):
    client, url = sign_in("college"), page_of("correct-administrator", term.pk)
    page = client.get(url).content.decode()
    assert "现为138****0123" in page
    assert not [secret for secret in SECRETS if secret in page]
    assert client.post(url, {"wechat_id": "lin_new"}).status_code == 302
    term.refresh_from_db()
    assert (term.wechat_id, term.mobile, term.name) == ("lin_new", "13800000123", "林某甲")


def test_ending_leaves_a_vacancy(sign_in, term):
    client = sign_in("college")
    assert client.post(page_of("end-administrator", term.pk), {"reason": "毕业"}).status_code == 302
    assert client.post(page_of("end-administrator", term.pk), {"reason": "毕业"}).status_code == 422
    listed = client.get(reverse("accounts:list-accounts"), {"no_administrator": "on"}).content.decode()
    assert "law_1201" in listed


@pytest.mark.parametrize("step", ["replace-administrator", "end-administrator", "correct-administrator"])
def test_secretary_looks_on_and_the_neighbour_sees_nothing(sign_in, term, step):
    assert sign_in("secretary").get(page_of(step, term.pk)).status_code == 403
    assert sign_in("outsider").get(page_of(step, term.pk)).status_code == 404


@pytest.fixture
def others(world, group):
    """One more term in the college, and one of a college elsewhere."""
    mine = registry.appoint_administrator(group.unit, group=group, person=PERSON, by=None)
    theirs = registry.appoint_administrator(world["hnu-tour"], person=PERSON, by=None)
    return [mine, theirs]


def test_several_are_handed_to_one_person_and_what_can_not_be_done_is_named(sign_in, world, term, others):
    """The same rules as one by one: a reason, on whose demand, nobody outside the own scope."""
    client, url = sign_in("college"), page_of("bulk-administrators")
    assert 'name="ids"' in client.get(LIST).content.decode()
    ids = [term.pk, *(each.pk for each in others)]
    page = client.get(url, {"ids": ids})
    assert [pk for pk, _about, _span in page.context["terms"]] == [others[0].pk, term.pk]
    assert [each.name for each in page.context["form"].fields["on_demand_of"].queryset] == [
        "团中央",
        "共青团海南省委",
        "海南大学团委",
    ]
    asked = {"ids": ids, "action": "replace", "reason": "毕业"}
    assert client.post(url, asked).status_code == 422
    assert client.post(url, asked | OTHER | {"reason": "联系13800000001"}).status_code == 422
    registry.end_administratorship(term, reason="调离", by=None)
    answer = client.post(url, asked | OTHER | {"on_demand_of": world.ids["hnu"]})
    done = {pk: refusal for pk, _about, refusal in answer.context["outcomes"]}
    assert (done[others[0].pk], "已离任" in done[term.pk], others[1].pk in done) == ("", True, False)
    others[0].refresh_from_db()
    assert (others[0].replaced_by.mobile, others[0].on_demand_of) == ("13800000124", world["hnu"])
    assert others[0].end_reason == OTHER["reason"]
    assert Administratorship.objects.in_office().filter(pk=others[1].pk).exists()
    assert not any(each in page.content.decode() + answer.content.decode() for each in SECRETS)


def test_several_leave_at_once_and_nobody_follows(sign_in, term, others):
    client, url = sign_in("university"), page_of("bulk-administrators")
    assert "还没有选择管理员" in client.get(url).content.decode()
    ids = [term.pk, *(each.pk for each in others)]
    # Whoever else was typed follows nobody.
    client.post(url, {"ids": ids, "action": "end", **OTHER, "reason": "毕业"})
    assert not Administratorship.objects.in_office().exists()
    assert Administratorship.objects.left().filter(end_reason="毕业", replaced_by=None).count() == 3
    assert sign_in("secretary").get(url).status_code == 403
