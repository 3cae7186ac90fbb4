"""账号发放: made, opened once by the unit, put in use, withdrawn (WB-4, MS-2.5)."""

from __future__ import annotations

import pytest
from django.apps import apps
from django.db import connection

from accounts.choices import AccountStatus, HandedState
from accounts.exceptions import AccountsError, AlreadyRegistered
from accounts.models import Account, HandedAccount, HandOut, Platform, RegistryEvent
from accounts.operations import hand_outs, registry
from accounts.operations.hand_outs import FirstUse
from orgs.exceptions import Conflict, IllegalMove, NotAllowed
from orgs.models import AuditEntry, Notification
from tests.accounts.hand_out_scene import SECRET, handed_to, imported, make

pytestmark = pytest.mark.django_db
DONE = FirstUse.values


@pytest.fixture
def handed(world, cast):
    return handed_to(world, cast)


@pytest.fixture
def opened(handed, cast):
    return hand_outs.open_envelope(handed, by=cast["university"]).handed


def use(handed, by, identifier="wb_hnu", **facts):
    return hand_outs.put_in_use(handed, **{"done": DONE, "identifier": identifier, "by": by} | facts)


def everything_stored() -> str:
    """Every column of every table as the database holds it."""
    with connection.cursor() as cursor:
        found = []
        for model in apps.get_models():
            if model._meta.managed and not model._meta.proxy:
                cursor.execute(f'SELECT * FROM "{model._meta.db_table}"')
                found.extend(str(row) for row in cursor.fetchall())
    return "\n".join(found)


def test_a_hand_out_is_made_by_who_edits_the_registry_of_the_unit(world, cast):
    hand_out = make(world, cast)
    assert (hand_out.unit, hand_out.source) == (world["hi"], "WB-4")
    assert AuditEntry.objects.get(verb="hand_out.created").unit == world["hi"]
    for key, code in (
        ("secretary", "hnu-law-1201"),
        ("university", "hi"),
        ("auditor", "hnu"),
        ("outsider", "hnu"),
    ):
        with pytest.raises(NotAllowed):
            make(world, cast, code, key, "别的")


def test_the_same_hand_out_is_not_made_twice(world, cast):
    make(world, cast)
    with pytest.raises(AccountsError, match="同名"):
        make(world, cast)
    assert HandOut.objects.count() == 1


@pytest.mark.parametrize("pk", ["weibo_tencent", "qq_group"])
def test_a_platform_that_takes_no_accounts_has_none_to_hand_out(world, cast, pk):
    facts = {"title": "微博", "by": cast["province"]}
    with pytest.raises(AccountsError, match="不能发放账号"):
        hand_outs.create_hand_out(world["hi"], platform=Platform.objects.get(pk=pk), **facts)


def test_the_password_stands_encrypted_until_it_is_opened(handed):
    assert handed.secret == SECRET
    assert SECRET not in everything_stored()


def test_the_unit_opens_once_and_the_password_is_nowhere_afterwards(handed, cast):
    answer = hand_outs.open_envelope(handed, by=cast["university"])
    assert answer.secret == SECRET
    assert SECRET not in repr(answer)
    handed.refresh_from_db()
    assert (handed.state, handed.opened_by, handed.secret) == (HandedState.OPENED, cast["university"], None)
    with connection.cursor() as cursor:
        cursor.execute("SELECT secret FROM accounts_handedaccount WHERE id = %s", [handed.pk])
        assert cursor.fetchone() == (None,)
    assert SECRET not in everything_stored()


def test_whoever_comes_second_is_told_who_has_opened_it_and_when(opened, cast):
    with pytest.raises(Conflict) as told:
        hand_outs.open_envelope(opened, by=cast["university"])
    assert "校团委何" in told.value.message
    assert "2026-11-18 10:00" in told.value.message


@pytest.mark.parametrize(
    "key", ["province", "schools", "national", "college", "secretary", "outsider", "auditor", "sysadmin"]
)
def test_nobody_but_the_unit_itself_opens(handed, cast, key):
    with pytest.raises(NotAllowed):
        hand_outs.open_envelope(handed, by=cast[key])
    handed.refresh_from_db()
    assert handed.secret == SECRET


def test_an_account_without_password_is_opened_too(world, cast):
    handed = handed_to(world, cast, secret="")
    assert hand_outs.open_envelope(handed, by=cast["university"]).secret == ""


def test_first_use_registers_the_account(opened, world, cast):
    used = use(opened, cast["university"], nickname="海南大学团委")
    account = Account.objects.get(unit=world["hnu"], platform="weibo_sina")
    assert (used.state, used.account) == (HandedState.IN_USE, account)
    assert (account.identifier, account.nickname, account.status) == (
        "wb_hnu",
        "海南大学团委",
        AccountStatus.OPEN,
    )
    assert AuditEntry.objects.get(verb="handed_account.used").by == cast["university"]


def test_first_use_links_what_the_unit_has_registered_already(opened, world, cast):
    facts = {"platform": "weibo_sina", "identifier": "WB_hnu", "by": None}
    account = registry.open_account(world["hnu"], **facts)
    assert use(opened, cast["university"]).account == account
    assert Account.objects.filter(unit=world["hnu"]).count() == 1


def test_first_use_opens_an_account_that_was_planned(opened, world, cast):
    facts = {"platform": "weibo_sina", "identifier": "wb_hnu", "status": "planned", "by": None}
    account = registry.open_account(world["hnu"], **facts)
    use(opened, cast["university"])
    account.refresh_from_db()
    assert account.status == AccountStatus.OPEN


def test_an_id_of_another_unit_stays_with_that_unit(opened, world, cast):
    registry.open_account(world["qzu"], platform="weibo_sina", identifier="wb_hnu", by=None)
    with pytest.raises(AlreadyRegistered) as refused:
        use(opened, cast["university"])
    assert "琼州" not in refused.value.message
    opened.refresh_from_db()
    assert opened.state == HandedState.OPENED


@pytest.mark.parametrize("status", ["planned", "dormant"])
def test_first_use_keeps_the_nickname_that_was_typed_and_wakes_the_account(opened, world, cast, status):
    facts = {
        "platform": "weibo_sina",
        "identifier": "wb_hnu",
        "nickname": "旧名",
        "status": status,
        "by": None,
    }
    account = registry.open_account(world["hnu"], **facts)
    use(opened, cast["university"], nickname="海南大学团委")
    account.refresh_from_db()
    assert (account.nickname, account.status) == ("海南大学团委", AccountStatus.OPEN)


def test_first_use_without_a_nickname_leaves_the_one_on_record(opened, world, cast):
    facts = {"platform": "weibo_sina", "identifier": "wb_hnu", "nickname": "旧名", "by": None}
    account = registry.open_account(world["hnu"], **facts)
    use(opened, cast["university"])
    account.refresh_from_db()
    assert account.nickname == "旧名"


def test_a_secretary_opens_and_registers_what_was_handed_to_the_branch_and_nothing_else(world, cast):
    handed = handed_to(world, cast, "hnu-law-1201")
    other = handed_to(world, cast, "hnu-law-1202")
    secretary = cast["secretary"]
    assert hand_outs.open_envelope(handed, by=secretary).secret == SECRET
    account = use(handed, secretary, "wb_class").account
    assert (account.unit, account.identifier) == (world["hnu-law-1201"], "wb_class")
    assert RegistryEvent.objects.get(account=account).by == secretary
    with pytest.raises(NotAllowed):
        hand_outs.open_envelope(other, by=secretary)
    with pytest.raises(NotAllowed):
        registry.open_account(world["hnu-law-1201"], platform="weibo_sina", identifier="x1", by=secretary)


def test_an_envelope_opens_the_registry_only_while_it_is_opened_and_only_for_its_unit(world, cast):
    facts = {"platform": "weibo_sina", "by": cast["secretary"]}
    sealed, foreign = handed_to(world, cast, "hnu-law-1201"), handed_to(world, cast, "hnu-law-1202")
    HandedAccount.objects.filter(pk=foreign.pk).update(state=HandedState.OPENED, secret=None)
    foreign.refresh_from_db()
    for envelope, code in ((sealed, "hnu-law-1201"), (foreign, "hnu-law-1201"), (foreign, "hnu-law-1202")):
        with pytest.raises(NotAllowed):
            registry.open_account(world[code], identifier="wb_x", envelope=envelope, **facts)


@pytest.mark.parametrize("missing", DONE)
def test_nothing_is_in_use_before_every_step_is_done(opened, cast, missing):
    with pytest.raises(AccountsError, match="修改初始密码"):
        use(opened, cast["university"], done=[step for step in DONE if step != missing])


def test_what_is_sealed_is_not_put_in_use_and_what_is_in_use_not_again(handed, cast):
    with pytest.raises(IllegalMove, match="还没有领取"):
        use(handed, cast["university"])
    hand_outs.open_envelope(handed, by=cast["university"])
    use(handed, cast["university"])
    with pytest.raises(IllegalMove, match="已经启用"):
        use(handed, cast["university"])
    assert Account.objects.filter(platform="weibo_sina").count() == 1


def test_a_superior_does_not_put_in_use_what_is_the_units(opened, cast):
    with pytest.raises(NotAllowed):
        use(opened, cast["province"])


def test_a_withdrawn_account_loses_its_password_and_the_unit_reads_why(handed, world, cast):
    hand_outs.withdraw(handed, reason="用户名有误", by=cast["province"])
    handed.refresh_from_db()
    assert (handed.state, handed.secret, handed.reason) == (HandedState.WITHDRAWN, None, "用户名有误")
    assert Notification.objects.filter(unit=world["hnu"], text__contains="用户名有误").count() == 1
    with pytest.raises(Conflict, match="已由发放单位收回"):
        hand_outs.open_envelope(handed, by=cast["university"])
    with pytest.raises(IllegalMove):
        hand_outs.withdraw(handed, reason="再次", by=cast["province"])


def test_an_opened_account_is_withdrawn_and_handed_out_anew(opened, world, cast):
    hand_outs.withdraw(opened, reason="没有记下密码", by=cast["province"])
    again = handed_to(world, cast, name="wb_hnu_2")
    assert hand_outs.open_envelope(again, by=cast["university"]).secret == SECRET


def test_the_same_user_name_may_come_again_after_it_was_withdrawn(opened, cast):
    hand_outs.withdraw(opened, reason="没有记下密码", by=cast["province"])
    found = imported(opened.hand_out, cast["province"], ("hnu", "", "wb_hnu", SECRET))
    assert (found.n_accounts, found.errors) == (1, [])
    assert HandedAccount.objects.sealed().get().user_name == "wb_hnu"


def test_a_withdrawal_needs_a_reason_and_the_issuer(handed, opened, cast):
    with pytest.raises(AccountsError, match="原因"):
        hand_outs.withdraw(handed, reason="  ", by=cast["province"])
    with pytest.raises(NotAllowed):
        hand_outs.withdraw(handed, reason="不要了", by=cast["university"])


def test_an_account_in_use_is_not_withdrawn(opened, cast):
    use(opened, cast["university"])
    with pytest.raises(IllegalMove, match="已经启用"):
        hand_outs.withdraw(opened, reason="收回", by=cast["province"])


def test_messages_and_audit_lines_hold_no_password(opened, cast):
    use(opened, cast["university"])
    lines = [str(entry.detail) + entry.reason for entry in AuditEntry.objects.all()]
    texts = list(Notification.objects.values_list("text", flat=True))
    assert lines
    assert texts
    assert not [text for text in (*lines, *texts) if SECRET in text]
