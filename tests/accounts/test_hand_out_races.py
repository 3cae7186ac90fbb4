"""Two people at one envelope, and an envelope of a unit that is closed meanwhile."""

from __future__ import annotations

import pytest
from django.db import connection

from accounts.choices import HandedState
from accounts.models import Account, HandedAccount, HandOut
from accounts.operations import hand_outs
from accounts.operations.hand_outs import FirstUse, Opened
from orgs.choices import Role
from orgs.exceptions import Conflict, OrgsError
from orgs.kernel import clock
from orgs.models import Appointment, User
from orgs.operations import closing, tree
from tests import cast as cast_module
from tests.accounts.hand_out_scene import SECRET, handed_to, imported, make
from tests.accounts.test_fill_races import at_once
from tests.world import TODAY

pytestmark = [
    pytest.mark.race,
    pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer at a time"),
]
ROUNDS = 8


@pytest.fixture
def cast(transactional_world):
    return cast_module.build(transactional_world)


@pytest.fixture
def colleagues(transactional_world, cast):
    """Two people of one university committee."""
    other = User.objects.create_user("colleague", None, name="校团委钱")
    facts = {"unit": transactional_world["hnu"], "role": Role.COMMITTEE, "starts_on": "2026-10-05"}
    Appointment.objects.create(user=other, **facts)
    return [cast["university"], other]


def test_of_two_who_open_at_once_one_gets_the_password_and_the_other_is_told_who(
    transactional_world, cast, colleagues
):
    for at in range(ROUNDS):
        with clock.frozen(TODAY):
            handed = handed_to(transactional_world, cast, name=f"wb_race_{at}")
        results = at_once(
            *(lambda by=by, handed=handed: hand_outs.open_envelope(handed, by=by) for by in colleagues)
        )
        (opened,) = [each for each in results if isinstance(each, Opened)]
        (told,) = [each for each in results if isinstance(each, Conflict)]
        assert opened.secret == SECRET
        assert opened.handed.opened_by.display_name in told.message
        assert HandedAccount.objects.get(pk=handed.pk).secret is None


def test_an_account_opened_and_withdrawn_at_once_is_one_of_both_and_keeps_no_password(
    transactional_world, cast
):
    for at in range(ROUNDS):
        with clock.frozen(TODAY):
            handed = handed_to(transactional_world, cast, name=f"wb_back_{at}")
        at_once(
            lambda handed=handed: hand_outs.open_envelope(handed, by=cast["university"]),
            lambda handed=handed: hand_outs.withdraw(handed, reason="收回", by=cast["province"]),
        )
        handed.refresh_from_db()
        assert (handed.state, handed.secret) == (HandedState.WITHDRAWN, None)


def test_first_use_and_the_closing_of_the_unit_do_not_wait_for_each_other(transactional_world, cast):
    unit = transactional_world["vol"]
    keeper = User.objects.create_user("keeper", None, name="协会秦")
    Appointment.objects.create(user=keeper, unit=unit, role=Role.REVIEWER, starts_on="2026-10-05")
    with clock.frozen(TODAY):
        handed = handed_to(transactional_world, cast, "vol")
        hand_outs.open_envelope(handed, by=keeper)
    at_once(
        lambda: hand_outs.put_in_use(handed, done=FirstUse.values, identifier="wb_vol", by=keeper),
        lambda: closing.close_units([unit], reason="撤销", by=None),
    )
    handed.refresh_from_db()
    assert handed.state in {HandedState.IN_USE, HandedState.WITHDRAWN}
    assert not Account.objects.active().filter(unit=unit).exists()


def test_an_import_and_the_closing_of_its_unit_leave_no_account_sealed_for_a_closed_unit(
    transactional_world, cast
):
    unit = transactional_world["vol"]
    with clock.frozen(TODAY):
        hand_out = make(transactional_world, cast)
    results = at_once(
        lambda: imported(hand_out, cast["province"], ("vol", "", "wb_vol", SECRET)),
        lambda: closing.close_units([unit], reason="撤销", by=None),
    )
    assert not [each for each in results if isinstance(each, Exception)]
    assert not HandedAccount.objects.sealed().exists()


def test_an_import_and_a_merger_of_who_hands_out_do_not_wait_for_each_other(transactional_world, cast):
    world = transactional_world
    with clock.frozen(TODAY):
        hand_out = make(world, cast, "hnu-law", "college")
    line = ("hnu-law-1201", "", "wb_class", SECRET)
    results = at_once(
        lambda: imported(hand_out, cast["college"], line),
        lambda: tree.merge_units(world["hnu-law"], world["hnu-tour"], reason="合并", by=None),
    )
    assert not [each for each in results if isinstance(each, Exception) and not isinstance(each, OrgsError)]
    hand_out.refresh_from_db()
    assert hand_out.unit == world["hnu-tour"]


def test_of_two_imports_of_one_file_one_is_written(transactional_world, cast):
    with clock.frozen(TODAY):
        hand_out = make(transactional_world, cast)
    line = ("hnu", "", "wb_twice", SECRET)
    results = at_once(*(lambda: imported(hand_out, cast["province"], line) for _n in range(2)))
    assert not [each for each in results if isinstance(each, OrgsError)]
    assert sorted(each.n_accounts for each in results) == [0, 1]
    assert HandedAccount.objects.filter(hand_out=HandOut.objects.get()).count() == 1
