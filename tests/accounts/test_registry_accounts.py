"""The one door of the registry: accounts and groups, each change with one event, one version, one ledger line."""

from __future__ import annotations

from datetime import timedelta

import pytest

from accounts.choices import AccountStatus, EventKind, GroupKind
from accounts.exceptions import AccountsError, AlreadyRegistered
from accounts.models import AccountVersion, GroupVersion, RegistryEvent
from accounts.operations import registry
from orgs.exceptions import IllegalMove, NotAllowed
from orgs.kernel import clock
from orgs.models import AuditEntry
from orgs.operations import closing
from tests.accounts.factories import launch, submit_for
from tests.world import TODAY


@pytest.fixture
def account(world, cast):
    return registry.open_account(
        world["hnu-law-1201"],
        platform="wechat_personal",
        identifier="Law_1201",
        nickname="海南大学法学2012级1班团支部微信群",
        contacts=41,
        declared_groups=1,
        by=cast["college"],
    )


def kinds() -> list[str]:
    return list(RegistryEvent.objects.order_by("pk").values_list("kind", flat=True))


def test_opening_writes_one_event_one_version_and_one_ledger_line(account):
    assert kinds() == [EventKind.OPENED]
    version = AccountVersion.objects.current().get(account=account)
    assert (version.valid_from, version.contacts, version.status) == (TODAY, 41, AccountStatus.OPEN)
    assert AuditEntry.objects.for_object("accounts.account", account.pk).count() == 1


def test_same_id_in_another_spelling_is_refused_without_naming_the_owner(world, cast, account):
    with pytest.raises(AlreadyRegistered) as refused:
        registry.open_account(
            world["qzu-sci-1201"], platform="wechat_personal", identifier=" ｌAW_1201 ", by=cast["outsider"]
        )
    assert "法学" not in refused.value.message
    assert kinds() == [EventKind.OPENED]


def test_closed_account_frees_its_id(world, cast, account):
    registry.close_account(account, reason="停用", by=cast["college"])
    registry.open_account(
        world["qzu-sci-1201"], platform="wechat_personal", identifier="law_1201", by=cast["outsider"]
    )
    assert kinds() == [EventKind.OPENED, EventKind.CLOSED, EventKind.OPENED]


def test_new_nickname_alone_is_a_renaming(cast, account):
    registry.change_account(account, nickname="新名团支部微信群", by=cast["college"], reason="改名")
    event = RegistryEvent.objects.latest("pk")
    assert event.kind == EventKind.RENAMED
    assert event.changes == {"nickname": ["海南大学法学2012级1班团支部微信群", "新名团支部微信群"]}


def test_several_facts_are_one_change_with_one_event(cast, account):
    registry.change_account(account, nickname="新名", contacts=42, declared_groups=2, by=cast["college"])
    assert kinds() == [EventKind.OPENED, EventKind.CHANGED]


def test_what_differs_in_nothing_writes_nothing(cast, account):
    registry.change_account(account, contacts=41, by=cast["college"])
    assert kinds() == [EventKind.OPENED]
    assert AccountVersion.objects.filter(account=account).count() == 1


def test_versions_tell_each_week_as_it_was(cast, account):
    later = TODAY + timedelta(days=7)
    with clock.frozen(later):
        registry.change_account(account, contacts=43, by=cast["college"])
    versions = AccountVersion.objects.filter(account=account)
    assert versions.as_of(later - timedelta(seconds=1)).get().contacts == 41
    assert versions.as_of(later).get().contacts == 43


def test_closed_account_takes_no_change(cast, account):
    registry.close_account(account, reason="停用", by=cast["college"])
    with pytest.raises(IllegalMove):
        registry.change_account(account, contacts=1, by=cast["college"])
    with pytest.raises(IllegalMove):
        registry.close_account(account, reason="再次", by=cast["college"])


@pytest.mark.parametrize("who", ["secretary", "outsider", "auditor", "departed", "nobody", "township"])
def test_who_may_not_edit_this_registry_is_refused(cast, account, who):
    with pytest.raises(NotAllowed):
        registry.change_account(account, contacts=1, by=cast[who])


def test_submission_of_another_unit_opens_no_door(world, cast, account):
    submission = submit_for(launch(world, cast), world["hnu-tour-1201"], cast["university"])
    with pytest.raises(NotAllowed):
        registry.change_account(account, contacts=1, by=cast["university"], submission=submission)


def test_group_is_opened_renamed_and_closed_through_the_same_door(world, cast):
    group = registry.open_group(
        world["hnu"], kind=GroupKind.LINK, name="海南大学团委微信群", members=12, by=cast["university"]
    )
    registry.change_group(group, name="海南大学团委工作群", by=cast["university"])
    registry.close_group(group, reason="合并", by=cast["university"])
    assert kinds() == [EventKind.OPENED, EventKind.RENAMED, EventKind.CLOSED]
    assert GroupVersion.objects.current().get(group=group).status == "closed"


def test_a_closed_unit_gets_no_account_no_group_and_none_handed_over(world, cast, account):
    """T10; with the unit as it was read before it closed."""
    stale = world["hnu-law-1202"]
    closing.close_units([world["hnu-law-1202"]], reason="毕业", by=None)
    with pytest.raises(AccountsError, match="已撤销"):
        registry.open_account(stale, platform="wechat_personal", identifier="late_1", by=cast["college"])
    with pytest.raises(AccountsError, match="已撤销"):
        registry.open_group(stale, kind=GroupKind.BRANCH, name="晚了的群", by=cast["college"])
    with pytest.raises(AccountsError, match="已撤销"):
        registry.transfer_account(account, stale, reason="调整", by=cast["college"])
    assert not stale.accounts.exists()
