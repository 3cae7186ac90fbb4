"""Life of an account: planned, open, dormant, closed, handed over, merged, bound, continued, checked, confirmed."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from accounts.checklist import all_lines, lines_for
from accounts.choices import AccountStatus, CheckItem, EventKind
from accounts.exceptions import AccountsError, AlreadyRegistered
from accounts.models import Account, AccountCheck, AccountVersion, AdministratorshipVersion, RegistryEvent
from accounts.operations import registry
from accounts.operations.registry import PersonalData
from orgs.exceptions import Conflict, IllegalMove, NotAllowed
from orgs.kernel import clock
from orgs.models import AuditEntry
from tests.world import TODAY


@pytest.fixture
def open_in(world):
    def _open(code: str = "hnu-law-1201", identifier: str = "law_1201", platform="wechat_personal", **facts):
        return registry.open_account(world[code], platform=platform, identifier=identifier, by=None, **facts)

    return _open


def kinds(account: Account) -> list[str]:
    return list(account.events.order_by("pk").values_list("kind", flat=True))


def now_in(account: Account) -> AccountVersion:
    return AccountVersion.objects.current().get(account=account)


def test_a_planned_account_counts_as_opened_when_it_opens(open_in, cast):
    account = open_in(status=AccountStatus.PLANNED)
    assert (kinds(account), account.opened_on) == ([EventKind.CHANGED], None)
    with clock.frozen(TODAY + timedelta(days=3)):
        account = registry.change_account(account, status="open", by=cast["college"], reason="已开通")
        assert account.opened_on == clock.today()
    assert kinds(account) == [EventKind.CHANGED, EventKind.OPENED]
    assert AccountVersion.objects.filter(account=account).count() == 2
    assert now_in(account).status == AccountStatus.OPEN


def test_dormant_comes_back_and_closed_does_not(open_in, cast):
    account, by = open_in(), cast["college"]
    account = registry.change_account(account, status="dormant", by=by, reason="暂停更新")
    account = registry.change_account(account, status="open", by=by, reason="恢复更新")
    registry.close_account(account, reason="停用", by=by)
    with pytest.raises(IllegalMove):
        registry.change_account(account, status="open", by=by)
    assert kinds(account) == [EventKind.OPENED, EventKind.CHANGED, EventKind.CHANGED, EventKind.CLOSED]


def test_who_saw_an_older_version_is_told_and_nothing_is_lost(open_in, cast):
    account = open_in()
    seen = account.version
    registry.change_account(account, contacts=42, by=cast["college"], version=seen)
    with pytest.raises(Conflict):
        registry.change_account(account, contacts=43, by=cast["university"], version=seen)
    account.refresh_from_db()
    assert account.contacts == 42


def test_the_name_of_the_person_responsible_stands_in_no_event_and_no_ledger(open_in, cast):
    account = registry.change_account(
        open_in(), responsible_name="林某甲", responsible_post="书记", by=cast["college"]
    )
    account.refresh_from_db()
    event = account.events.latest("pk")
    assert (account.responsible_name, event.changes["responsible_name"]) == ("林某甲", [None, None])
    told = json.dumps(
        [event.changes, *AuditEntry.objects.values_list("body__detail", flat=True)], ensure_ascii=False
    )
    assert "林某甲" not in told


def test_a_taken_id_is_named_within_the_scope_and_only_there(open_in, world, cast):
    open_in()
    again = {"platform": "wechat_personal", "identifier": "LAW_1201"}
    with pytest.raises(AlreadyRegistered, match="法学2012级1班团支部"):
        registry.open_account(world["hnu-tour"], by=cast["university"], **again)
    with pytest.raises(AlreadyRegistered) as refused:
        registry.open_account(world["qzu-sci"], by=cast["outsider"], **again)
    assert "法学" not in refused.value.message


def test_a_historic_platform_takes_no_new_account_but_lets_old_ones_go(open_in, world, cast):
    old = open_in("hnu", "hnu_tw", "weibo_tencent")
    with pytest.raises(AccountsError, match="停止服务"):
        registry.open_account(
            world["hnu"], platform="weibo_tencent", identifier="hnu_2", by=cast["university"]
        )
    new = open_in("hnu", "hnu_sina", "weibo_sina")
    new = registry.succeed_account(new, old, by=cast["university"], reason="迁移")
    registry.close_account(old, reason="停止服务", by=cast["university"])
    assert new.succeeds == old


def test_an_address_pasted_is_registered_as_the_id(world, cast):
    account = registry.open_account(
        world["hnu"],
        platform="weibo_sina",
        identifier="https://weibo.com/u/1234567890?x=1",
        by=cast["university"],
    )
    assert account.identifier == "1234567890"
    with pytest.raises(AccountsError, match="昵称"):
        registry.change_account(account, identifier="海大团委", by=cast["university"])


def test_transfer_is_one_event_in_the_receiving_unit_that_names_both(open_in, world, cast):
    account, target = open_in(), world["hnu-tour"]
    term = registry.appoint_administrator(
        account.unit, account=account, person=PersonalData("林某甲", mobile="13800000123"), by=None
    )
    registry.transfer_account(account, target, reason="专业调整", by=cast["university"])
    event = RegistryEvent.objects.get(account=account, kind=EventKind.TRANSFERRED)
    assert (event.unit, event.changes) == (target, {"unit_id": [world["hnu-law-1201"].pk, target.pk]})
    assert AuditEntry.objects.get(verb="account.given_away").unit == world["hnu-law-1201"]
    assert now_in(account).unit_id == target.pk
    term.refresh_from_db()
    assert term.unit == target
    assert AdministratorshipVersion.objects.current().get(administratorship=term).unit_id == target.pk


@pytest.mark.parametrize(
    ("who", "target"), [("college", "hnu-tour"), ("university", "qzu"), ("outsider", "qzu")]
)
def test_transfer_needs_both_ends_within_the_scope(open_in, world, cast, who, target):
    with pytest.raises(NotAllowed):
        registry.transfer_account(open_in(), world[target], reason="调整", by=cast[who])


def test_merged_account_counts_as_closed_and_points_to_the_other(open_in, cast):
    account, into = open_in(), open_in("hnu-law", "law_all")
    registry.merge_account(account, into, reason="合并使用", by=cast["college"])
    account.refresh_from_db()
    assert (account.status, account.merged_into, account.closed_on) == ("merged", into, clock.today())
    event = account.events.latest("pk")
    assert (event.kind, event.changes["merged_into_id"]) == (EventKind.CLOSED, [None, into.pk])
    with pytest.raises(IllegalMove):
        registry.merge_account(account, into, reason="再次", by=cast["college"])


def test_merging_stays_in_one_line_of_units(open_in, cast):
    account, aside = open_in(), open_in("hnu-law-1202", "law_1202")
    for into in (aside, account):
        with pytest.raises(AccountsError):
            registry.merge_account(account, into, reason="合并", by=cast["college"])
    planned = open_in("hnu-law", "law_planned", status="planned")
    with pytest.raises(IllegalMove):
        registry.merge_account(planned, account, reason="合并", by=cast["college"])


def test_binding_joins_two_platforms_of_one_unit(open_in, cast):
    future, sina = open_in("hnu", "hnu_future", "weibo_future"), open_in("hnu", "hnu_sina", "weibo_sina")
    other = open_in("hnu-law", "law_sina", "weibo_sina")
    future = registry.bind_account(future, sina, by=cast["university"])
    assert future.events.latest("pk").changes == {"bound_to_id": [None, sina.pk]}
    for account, to in ((future, other), (sina, future)):
        with pytest.raises(AccountsError):
            registry.bind_account(account, to, by=cast["university"])
    assert registry.bind_account(future, None, by=cast["university"]).bound_to is None


def test_succession_has_no_circle_and_no_two_heirs(open_in, cast):
    first, second, third = (open_in("hnu", f"hnu_{n}", "weibo_sina") for n in (1, 2, 3))
    by = cast["university"]
    registry.succeed_account(second, first, by=by)
    for heir, old in ((first, second), (first, first), (third, first)):
        with pytest.raises(AccountsError):
            registry.succeed_account(heir, old, by=by)


def test_the_checklist_depends_on_platform_and_line(open_in):
    university = [line.item for line in lines_for(open_in("hnu", "hnu_1", "weibo_sina"))]
    territory = [line.item for line in lines_for(open_in("qh", "qh_1", "weibo_future"))]
    assert CheckItem.FOLLOW_NATIONAL in university
    assert CheckItem.PASSWORD not in university
    assert CheckItem.FOLLOW_SUPERIORS in territory
    assert lines_for(open_in()) == []
    assert {line.item for line in all_lines()} == set(CheckItem)


def test_following_the_superiors_is_a_fact_of_the_week(open_in, world, cast):
    account = open_in("qh", "qh_weibo", "weibo_future")
    registry.record_checks(account, ["password", "follow_superiors"], by=cast["city"])
    assert now_in(account).follows_superior is True
    met = dict(AccountCheck.objects.filter(account=account).values_list("item", "is_met"))
    assert (met["password"], met["profile"]) == (True, False)
    registry.record_checks(account, [], by=cast["city"])
    assert now_in(account).follows_superior is False
    checks = AccountCheck.objects.filter(account=account)
    assert checks.filter(superseded_at__isnull=True).count() == len(met)
    assert checks.count() == 2 * len(met)
    with pytest.raises(AccountsError):
        registry.record_checks(account, ["follow_national"], by=cast["city"])


def test_an_account_nobody_confirmed_for_ninety_days_waits_for_a_word(open_in, cast):
    account = open_in()
    assert not Account.objects.stale().exists()
    with clock.frozen(TODAY + timedelta(days=91)):
        assert list(Account.objects.stale()) == [account]
        registry.confirm_account(account, by=cast["secretary"])
        registry.confirm_account(account, by=cast["secretary"])
        assert not Account.objects.stale().exists()
    assert AuditEntry.objects.filter(verb="account.confirmed").count() == 1
    assert kinds(account) == [EventKind.OPENED], "a confirmation changes nothing"
    with pytest.raises(NotAllowed):
        registry.confirm_account(account, by=cast["outsider"])


def test_bulk_work_is_the_single_operation_row_by_row(open_in, cast):
    fine, closed, same, changed = (open_in("hnu-law", f"law_{n}") for n in range(4))
    registry.close_account(closed, reason="停用", by=None)
    registry.change_account(same, status="dormant", by=None)
    registry.change_account(changed, contacts=5, by=None)
    foreign = open_in("qzu", "qzu_1")
    seen = {account.pk: 1 for account in (fine, closed, changed, foreign)} | {same.pk: 2}
    outcomes = registry.change_many(seen, "dormant", reason="暂停", by=cast["college"])
    told = {outcome.account.pk: outcome.refusal for outcome in outcomes}
    assert told[fine.pk] == ""
    assert foreign.pk not in told
    assert all(told[account.pk] for account in (closed, same, changed))
    fine.refresh_from_db()
    changed.refresh_from_db()
    assert (fine.status, changed.status) == ("dormant", "open")


def test_an_account_that_moved_away_meanwhile_is_no_longer_theirs(open_in, world, cast):
    seen = open_in()
    registry.transfer_account(Account.objects.get(), world["qzu"], reason="调整", by=None)
    with pytest.raises(Conflict):
        registry.change_account(seen, contacts=1, by=cast["college"])
    with pytest.raises(Conflict):
        registry.close_account(seen, reason="停用", by=cast["college"])
