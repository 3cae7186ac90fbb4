"""Pages of accounts: register, change, steps with a reason, bulk work, confirmation, what stands on one account's page."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.choices import AccountStatus, EventKind
from accounts.models import Account, RegistryEvent
from accounts.operations import registry
from orgs.kernel import clock
from tests.world import TODAY

LIST = reverse("accounts:list-accounts")
BULK = reverse("accounts:bulk-accounts")
AT_MOST = 15


@pytest.fixture
def account(world):
    return registry.open_account(
        world["hnu-law-1201"],
        platform="wechat_personal",
        identifier="law_1201",
        nickname="法学2012级1班团支部微信群",
        contacts=41,
        by=None,
    )


def step(name: str, account: Account) -> str:
    return reverse(f"accounts:{name}-account", args=[account.pk])


def new_in(unit) -> str:
    return reverse("accounts:new-account", args=[unit.pk])


def facts(**overrides) -> dict[str, str]:
    return {
        "platform": "weibo_sina",
        "identifier": "https://weibo.com/u/1234567890?x=1",
        "nickname": "海大团委",
        "status": "open",
        "purpose": "organisation",
    } | overrides


def test_registering_takes_an_address_and_leads_to_the_account(sign_in, world):
    answer = sign_in("university").post(new_in(world["hnu"]), facts(contacts="30", responsible_name="林某甲"))
    account = Account.objects.get()
    assert answer.url == reverse("accounts:show-account", args=[account.pk])
    assert (account.identifier, account.contacts, account.counted_on) == ("1234567890", 30, clock.today())
    assert account.events.get().kind == EventKind.OPENED


@pytest.mark.parametrize(
    ("wrong", "word"),
    [
        ({"identifier": "海大团委"}, 'id="id_identifier_error"'),
        ({"identifier": "https://weibo.com/n/海大团委"}, "昵称会变"),
        ({"identifier": ""}, "请填写账号"),
        ({"platform": "weibo_tencent"}, "platform"),
        ({"platform": "wechat_group"}, "platform"),
        ({"contacts": "-1"}, "contacts"),
        ({"contacts": "5", "own_members": "6"}, "不能多于联系人数"),
        ({"opened_on": "2027-01-01"}, "日期还没有到"),
        ({"nickname": "长" * 121}, "nickname"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_typed_is_lost(sign_in, world, wrong, word):
    answer = sign_in("university").post(new_in(world["hnu"]), facts(**wrong))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert word in page
    assert ("海大团委" in page) or "nickname" in wrong
    assert not Account.objects.exists()


def test_registering_twice_names_the_unit_that_has_it(sign_in, world, account):
    again = facts(platform="wechat_personal", identifier="LAW_1201")
    page = sign_in("university").post(new_in(world["hnu"]), again).content.decode()
    assert "已登记在法学2012级1班团支部" in page
    page = sign_in("outsider").post(new_in(world["qzu"]), again).content.decode()
    assert "该账号已登记" in page
    assert "法学" not in page


def test_change_keeps_the_person_where_nobody_else_is_named(sign_in, cast, account):
    registry.change_account(account, responsible_name="林某甲", by=None)
    client = sign_in("college")
    page = client.get(step("edit", account)).content.decode()
    assert "林某甲" not in page
    assert "林**" in page
    typed = {
        "identifier": "law_1201",
        "nickname": "新昵称",
        "purpose": "organisation",
        "contacts": "41",
        "version": "2",
    }
    assert client.post(step("edit", account), typed).status_code == 302
    account.refresh_from_db()
    assert (account.nickname, account.responsible_name) == ("新昵称", "林某甲")


def test_who_comes_second_sees_what_the_first_saved_and_may_save_again(sign_in, account):
    registry.change_account(account, contacts=50, by=None)
    client = sign_in("college")
    typed = {
        "identifier": "law_1201",
        "nickname": "我的昵称",
        "purpose": "organisation",
        "contacts": "60",
        "version": "1",
    }
    answer = client.post(step("edit", account), typed)
    page = answer.content.decode()
    assert answer.status_code == 422
    for each in ("他人已保存过", "我的昵称", ">50<", 'name="version" value="2"'):
        assert each.strip("><") in page
    assert client.post(step("edit", account), typed | {"version": "2"}).status_code == 302
    account.refresh_from_db()
    assert (account.nickname, account.contacts) == ("我的昵称", 60)


@pytest.mark.parametrize(
    ("name", "status"), [("pause", AccountStatus.DORMANT), ("close", AccountStatus.CLOSED)]
)
def test_a_step_shows_what_it_does_and_asks_why(sign_in, account, name, status):
    client = sign_in("college")
    assert "办理后" in client.get(step(name, account)).content.decode()
    answer = client.post(step(name, account), {"version": "1", "reason": ""})
    assert (answer.status_code, "请填写原因" in answer.content.decode()) == (422, True)
    assert client.post(step(name, account), {"version": "1", "reason": "停止更新"}).status_code == 302
    account.refresh_from_db()
    assert account.status == status
    assert account.events.latest("pk").reason == "停止更新"


@pytest.mark.parametrize("reason", ["由13800000001负责", "QQ 354120768 停用"])
def test_no_reason_holds_the_number_of_a_person(sign_in, world, account, reason):
    """The history is read by everybody above: of accounts, of several at once, and of units."""
    client = sign_in("college")
    posted = {
        step("edit", account): {"identifier": "law_1201", "purpose": "organisation", "version": "1"},
        step("close", account): {"version": "1"},
        reverse("accounts:bulk-accounts"): {"action": "close", "seen": [f"{account.pk}:1"]},
        reverse("orgs:close-unit", args=[world.ids["hnu-law-1202"]]): {"version": "1"},
    }
    for url, facts in posted.items():
        answer = client.post(url, facts | {"reason": reason})
        assert (answer.status_code, list(answer.context["form"].errors)) == (422, ["reason"])
    account.refresh_from_db()
    assert (account.version, world["hnu-law-1202"].is_open) == (1, True)


def test_a_dormant_account_is_resumed_and_a_closed_one_has_no_steps(sign_in, account):
    registry.change_account(account, status="dormant", by=None)
    client = sign_in("college")
    assert client.post(step("resume", account), {"version": "2", "reason": "恢复"}).status_code == 302
    registry.close_account(account, reason="停用", by=None)
    page = client.get(step("show", account)).content.decode()
    assert step("edit", account) not in page
    answer = client.post(step("resume", account), {"version": "4", "reason": "恢复"})
    assert (answer.status_code, "已注销" in answer.content.decode()) == (422, True)


def test_transfer_by_text_without_script(sign_in, world, account):
    client = sign_in("university")
    typed = {"parent": "", "parent_q": "旅游2012级1班", "reason": "专业调整", "version": "1"}
    assert client.post(step("transfer", account), typed).status_code == 302
    account.refresh_from_db()
    assert account.unit == world["hnu-tour-1201"]
    page = client.get(step("show", account)).content.decode()
    assert "法学2012级1班团支部 → 旅游2012级1班团支部" in page


def test_transfer_finds_no_unit_outside(sign_in, world, account):
    typed = {"parent": str(world["qzu"].pk), "reason": "调整", "version": "1"}
    answer = sign_in("university").post(step("transfer", account), typed)
    assert (answer.status_code, "找不到这个团组织" in answer.content.decode()) == (422, True)


def test_merge_offers_accounts_near_and_names_the_other_in_the_history(sign_in, world, account):
    into = registry.open_account(
        world["hnu-law"], platform="wechat_personal", identifier="law_all", nickname="院团委微信", by=None
    )
    client = sign_in("college")
    assert "院团委微信" in client.get(step("merge", account)).content.decode()
    typed = {"into": str(into.pk), "reason": "合并使用", "version": "1"}
    assert client.post(step("merge", account), typed).status_code == 302
    page = client.get(step("show", account)).content.decode()
    assert "已合并" in page
    assert "院团委微信" in page
    assert "并入本账号" in client.get(step("show", into)).content.decode()


def test_ties_are_both_saved_or_neither(sign_in, world):
    def opened(identifier: str, platform: str) -> Account:
        return registry.open_account(world["hnu"], platform=platform, identifier=identifier, by=None)

    new, old, future = (
        opened("new", "weibo_sina"),
        opened("old", "weibo_sina"),
        opened("future", "weibo_future"),
    )
    registry.succeed_account(old, new, by=None)
    client = sign_in("university")
    typed = {"bound_to": str(future.pk), "succeeds": str(old.pk), "version": "1"}
    assert client.post(step("tie", new), typed).status_code == 422
    new.refresh_from_db()
    assert new.bound_to is None
    assert client.post(step("tie", new), typed | {"succeeds": ""}).status_code == 302
    new.refresh_from_db()
    assert new.bound_to == future


def test_one_tap_says_that_all_is_right(sign_in, account):
    with clock.frozen(TODAY + timedelta(days=100)):
        client = sign_in("secretary")
        page = client.get(step("show", account)).content.decode()
        assert "没有确认过" in page
        assert step("edit", account) not in page
        answer = client.post(step("confirm", account), {"next": "//evil.example/"})
        assert answer.url == step("show", account)
        assert "没有确认过" not in client.get(step("show", account)).content.decode()


def test_checklist_of_a_university_weibo(sign_in, world):
    weibo = registry.open_account(world["hnu"], platform="weibo_sina", identifier="hnu_weibo", by=None)
    client = sign_in("university")
    page = client.get(step("show", weibo)).content.decode()
    assert "精彩微博团，青春心连心" in page
    assert "未核对" in page
    assert client.post(step("check", weibo), {"met": ["avatar", "slogan"]}).status_code == 302
    page = client.get(step("show", weibo)).content.decode()
    assert (page.count("pill-ok"), "未做到" in page) == (3, True)
    client.post(step("check", weibo), {"met": ["password"]})
    assert "没有这一核对项目" in client.get(step("show", weibo)).content.decode()


def test_former_nicknames_come_from_the_versions(sign_in, account):
    for day, name in ((1, "二"), (2, "三"), (3, "三")):
        with clock.frozen(TODAY + timedelta(days=day)):
            registry.change_account(account, nickname=name, contacts=day, by=None)
    page = sign_in("college").get(step("show", account)).content.decode()
    assert page.index("曾用昵称") < page.index("<b>三</b>") < page.index("<b>二</b>")
    assert "2026-11-18—2026-11-19" in page


def test_more_accounts_than_usual_are_pointed_out_not_refused(sign_in, world):
    for n in (1, 2):
        account = registry.open_account(world["hnu"], platform="weibo_sina", identifier=f"hnu_{n}", by=None)
    assert (
        "一般每个团组织不超过1个，现有2个"
        in sign_in("university").get(step("show", account)).content.decode()
    )


def test_bulk_names_what_was_done_and_what_was_skipped(sign_in, world, account):
    other = registry.open_account(world["hnu-law"], platform="wechat_personal", identifier="law_all", by=None)
    foreign = registry.open_account(world["qzu"], platform="wechat_personal", identifier="qzu", by=None)
    registry.close_account(other, reason="停用", by=None)
    client = sign_in("college")
    page = client.get(BULK, {"ids": [account.pk, other.pk, foreign.pk]}).content.decode()
    assert "以下 2 个账号" in page
    seen = [f"{account.pk}:1", f"{other.pk}:2", f"{foreign.pk}:1", "x:y"]
    assert client.post(BULK, {"seen": seen, "action": "dormant", "reason": ""}).status_code == 422
    page = client.post(BULK, {"seen": seen, "action": "dormant", "reason": "假期"}).content.decode()
    assert ("已办理1个账号" in page, "已跳过" in page, "已注销，不能变更" in page, "qzu" in page) == (
        True,
        True,
        True,
        False,
    )
    assert RegistryEvent.objects.filter(reason="假期").count() == 1


def test_bulk_without_a_choice_says_so(sign_in):
    client = sign_in("college")
    assert "还没有选择账号" in client.get(BULK).content.decode()
    assert client.post(BULK, {"action": "confirm"}).status_code == 422


def test_list_filters_by_what_is_to_be_seen_to(sign_in, world, account):
    client = sign_in("university")
    for tick in ("no_administrator", "not_verified", "no_responsible"):
        assert "law_1201" in client.get(LIST, {tick: "on"}).content.decode()
    registry.change_account(account, is_verified=True, responsible_name="林某甲", by=None)
    registry.appoint_administrator(
        account.unit, account=account, person=registry.PersonalData("林某甲", mobile="13800000123"), by=None
    )
    for tick in ("no_administrator", "not_verified", "no_responsible", "stale"):
        assert "law_1201" not in client.get(LIST, {tick: "on"}).content.decode()
    for query in (
        {"line": "university"},
        {"unit_kind": "class_branch"},
        {"status": "active"},
        {"platform": "wechat_personal"},
    ):
        assert "law_1201" in client.get(LIST, query).content.decode()
    assert "law_1201" not in client.get(LIST, {"line": "rural"}).content.decode()


def test_page_of_an_account_takes_few_statements(sign_in, world):
    weibo, other = (
        registry.open_account(world["hnu"], platform="weibo_sina", identifier=f"hnu_{n}", by=None)
        for n in (1, 2)
    )
    registry.succeed_account(weibo, other, by=None)
    registry.transfer_account(weibo, world["hnu-law"], reason="调整", by=None)
    client = sign_in("university")
    with CaptureQueriesContext(connection) as captured:
        assert client.get(step("show", weibo)).status_code == 200
    assert len(captured) <= AT_MOST


def test_the_page_of_a_unit_leads_to_its_accounts(sign_in, world, account):
    client = sign_in("university")
    page = client.get(reverse("orgs:show-unit", args=[world["hnu-law"].pk])).content.decode()
    assert f"{LIST}?unit={world['hnu-law'].pk}" in page
    assert "law_1201" in client.get(LIST, {"unit": world["hnu-law"].pk}).content.decode()
