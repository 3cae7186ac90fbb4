"""Two people at one account at once: one change each time, the other is told, no two accounts swallow each other."""

from __future__ import annotations

import pytest
from django.db import connection

from accounts.choices import AccountStatus
from accounts.exceptions import AlreadyRegistered
from accounts.models import Account, AccountVersion, RegistryEvent
from accounts.operations import registry
from orgs.exceptions import Conflict, OrgsError
from orgs.kernel import clock
from orgs.operations import closing, tree
from orgs.operations.reveals import REVEALS_PER_HOUR
from tests import cast as cast_module
from tests.accounts.test_fill_races import at_once
from tests.world import TODAY

pytestmark = [
    pytest.mark.race,
    pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer at a time"),
]
ROUNDS = 8
BRANCH = {"kind": "class_branch", "intake_year": 2012}


@pytest.fixture
def cast(transactional_world):
    return cast_module.build(transactional_world)


def opened(unit, identifier: str) -> Account:
    with clock.frozen(TODAY):
        return registry.open_account(unit, platform="wechat_personal", identifier=identifier, by=None)


def test_one_of_two_who_register_the_same_id_is_refused(transactional_world, cast):
    units = [transactional_world["hnu-law-1201"], transactional_world["hnu-law-1202"]]
    for at in range(ROUNDS):
        results = at_once(
            *(
                lambda unit=unit, at=at: registry.open_account(
                    unit, platform="wechat_personal", identifier=f"same_{at}", by=cast["college"]
                )
                for unit in units
            )
        )
        assert [type(each) for each in results].count(AlreadyRegistered) == 1
    assert Account.objects.count() == ROUNDS


def test_one_of_two_who_save_the_same_version_is_told(transactional_world, cast):
    for at in range(ROUNDS):
        account = opened(transactional_world["hnu-law-1201"], f"edit_{at}")
        results = at_once(
            *(
                lambda n=n, account=account: registry.change_account(
                    account, contacts=n, by=cast["college"], version=1
                )
                for n in (1, 2)
            )
        )
        assert [type(each) for each in results].count(Conflict) == 1
        assert AccountVersion.objects.current().filter(account=account).count() == 1


def test_two_accounts_merged_into_each_other_leave_one(transactional_world, cast):
    for at in range(ROUNDS):
        pair = [opened(transactional_world["hnu-law"], f"pair_{at}_{n}") for n in (1, 2)]
        results = at_once(
            *(
                lambda one=one, other=other: registry.merge_account(
                    one, other, reason="合并", by=cast["college"]
                )
                for one, other in (pair, pair[::-1])
            )
        )
        assert sum(isinstance(each, OrgsError) for each in results) == 1
        statuses = sorted(
            Account.objects.filter(pk__in=[each.pk for each in pair]).values_list("status", flat=True)
        )
        assert statuses == [AccountStatus.MERGED, AccountStatus.OPEN]


def test_an_account_handed_to_two_units_at_once_goes_to_one(transactional_world, cast):
    world = transactional_world
    for at in range(ROUNDS):
        account = opened(world["hnu-law-1201"], f"moved_{at}")
        targets = [world["hnu-law-1202"], world["hnu-tour"]]
        results = at_once(
            *(
                lambda target=target, account=account: registry.transfer_account(
                    account, target, reason="调整", by=cast["university"], version=1
                )
                for target in targets
            )
        )
        assert [type(each) for each in results].count(Conflict) == 1
        assert RegistryEvent.objects.filter(account=account, kind="transferred").count() == 1


def test_no_account_is_opened_in_a_unit_that_closes_meanwhile(transactional_world, cast):
    for at in range(ROUNDS):
        with clock.frozen(TODAY):
            parent = transactional_world["hnu-law"]
            unit = tree.create_unit(parent, code=f"late-{at}", name=f"晚班{at}团支部", **BRANCH, by=None)
        at_once(
            lambda unit=unit, at=at: registry.open_account(
                unit, platform="wechat_personal", identifier=f"late_{at}", by=cast["college"]
            ),
            lambda unit=unit: closing.close_units([unit], reason="撤销", by=None),
        )
        assert not Account.objects.active().filter(unit=unit).exists()


def test_the_hours_quota_holds_for_requests_at_once(transactional_world, cast):
    account = opened(transactional_world["hnu-law-1201"], "quota")
    with clock.frozen(TODAY):
        person = registry.PersonalData(name="林某", mobile="13800000123")
        term = registry.appoint_administrator(account.unit, account=account, person=person, by=None)
        for _each in range(REVEALS_PER_HOUR - 1):
            registry.reveal(term, "name", purpose="核实", by=cast["college"])
    results = at_once(
        *(lambda: registry.reveal(term, "name", purpose="核实", by=cast["college"]) for _n in range(4))
    )
    assert [type(each) for each in results].count(str) == 1
