"""What goes along when a unit is closed or merged: accounts, groups, administrators, offices."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.choices import AccountStatus, EventKind, GroupKind, GroupStatus
from accounts.models import (
    Account,
    Administratorship,
    Expected,
    Group,
    GroupVersion,
    RegistryEvent,
    Submission,
)
from accounts.operations.registry import (
    PersonalData,
    appoint_administrator,
    batches,
    open_account,
    open_group,
)
from orgs.kernel import clock
from orgs.models import Appointment, AuditEntry
from orgs.operations import tree, upper
from orgs.operations.moves import change_of_merger, change_of_move
from orgs.operations.tree import change_of_closing, reopen_units
from orgs.querysets.scope import UnitsInCharge
from tests.architecture import subjects

pytestmark = pytest.mark.django_db
CODE = "hnu-law-1201"


@pytest.fixture
def account(world):
    account = open_account(
        world[CODE], platform="wechat_personal", identifier="law1201", contacts=40, by=None
    )
    appoint_administrator(
        world[CODE], account=account, person=PersonalData(name="管理员", mobile="13800000555"), by=None
    )
    open_group(world[CODE], kind=GroupKind.BRANCH, name="法学2012级1班群", by=None)
    return account


def test_a_closed_unit_takes_its_accounts_groups_and_offices_along(world, cast, account):
    tree.close_units([world[CODE]], reason="毕业", by=cast["college"])
    account.refresh_from_db()
    assert account.status == AccountStatus.CLOSED
    assert Group.objects.get(unit=world[CODE]).status == GroupStatus.CLOSED
    assert not Administratorship.objects.in_office().filter(unit=world[CODE]).exists()
    assert str(Appointment.objects.get(unit=world[CODE]).ends_on) == "2026-11-18"
    assert RegistryEvent.objects.filter(account=account, kind=EventKind.CLOSED, reason="毕业").count() == 1


def test_a_merged_unit_hands_its_accounts_over_once(world, cast, account):
    target = world["hnu-law-1202"]
    tree.merge_units(world[CODE], target, reason="并班", by=cast["college"])
    account.refresh_from_db()
    assert (account.unit, account.status) == (target, AccountStatus.OPEN)
    assert Administratorship.objects.in_office().get(account=account).unit == target
    event = RegistryEvent.objects.get(account=account, kind=EventKind.TRANSFERRED)
    assert event.unit == target
    version = account.versions.current().get()
    assert version.unit_id == target.pk


def test_what_a_merger_hands_over_is_written_with_as_many_statements_for_one_as_for_three(world, cast):
    def merged(code, n):
        unit = world[code]
        for at in range(n):
            one = open_account(unit, platform="wechat_personal", identifier=f"{code}_{at}", by=None)
            person = PersonalData(name="管理员", mobile=f"1380000055{at}")
            appoint_administrator(unit, account=one, person=person, by=None)
            open_group(unit, kind=GroupKind.BRANCH, name=f"群{at}", by=None)
        with CaptureQueriesContext(connection) as captured:
            batches.transfer_channels(
                [unit.pk], world["hnu-law"].pk, reason="并班", at=clock.now() + timedelta(minutes=1)
            )
        assert Account.objects.filter(identifier__startswith=code, unit=world["hnu-law"]).count() == n
        return len(captured)

    assert merged("hnu-law-1201", 1) == merged("hnu-law-1202", 3)
    moved = GroupVersion.objects.current().filter(group__unit=world["hnu-law"])
    assert set(moved.values_list("unit_id", flat=True)) == {world["hnu-law"].pk}
    assert Administratorship.objects.in_office().filter(unit=world["hnu-law"]).count() == 4


def test_a_moved_unit_keeps_everything(world, cast, account):
    tree.move_unit(world[CODE], world["hnu-tour"], reason="调整", by=cast["university"])
    assert Account.objects.get(pk=account.pk).status == AccountStatus.OPEN
    assert not RegistryEvent.objects.filter(kind=EventKind.TRANSFERRED).exists()


def test_the_preview_counts_what_goes_along(world, cast, account):
    effects = {
        each.label: each.count for each in upper.preview(change_of_closing([world[CODE]], by=cast["college"]))
    }
    assert effects == {"账号": 1, "群": 1, "在任人员": 1}


def test_the_previews_of_move_merger_and_rename_count_what_they_touch(world, cast, account):
    """The move counts all that goes along, the merger and the new name what the unit itself has."""
    subjects.submission(world[CODE], cast)
    law, tour = world["hnu-law"], world["hnu-tour"]
    renamed = upper.Change(upper.Verb.RENAME, (law.pk,), UnitsInCharge.below(law), None, cast["university"])
    seen = {
        change.verb: {each.label: each.count for each in upper.preview(change)}
        for change in (
            change_of_move(law, tour, by=cast["university"]),
            change_of_merger(law, tour, by=cast["university"]),
            renamed,
        )
    }
    assert seen == {
        "move": {"账号": 1, "群": 1, "待审核的收集表": 1, "在任人员": 2},
        "merge": {"待审核的收集表": 1, "还没填的收集表": 1, "在任人员": 1},
        "rename": {"在任人员": 1},
    }


def test_who_keeps_the_wechat_work_of_a_merged_unit_leaves_with_it(world, cast, account):
    """SUP-2.2.2: that term is of no account or group with which it could go."""
    person = PersonalData(name="负责人", mobile="13800000556")
    own = appoint_administrator(world[CODE], person=person, by=None)
    change = change_of_merger(world[CODE], world["hnu-law-1202"], by=cast["college"])
    assert {each.label: each.count for each in upper.preview(change)}["本单位微信工作的管理员"] == 1
    tree.merge_units(world[CODE], world["hnu-law-1202"], reason="并班", by=cast["college"])
    own.refresh_from_db()
    assert (own.ended_at is not None, own.end_reason) == (True, "并班")
    assert not own.versions.current().exists()
    assert RegistryEvent.objects.get(administratorship=own, kind=EventKind.ADMIN_REPLACED).unit == world[CODE]
    assert not Administratorship.objects.in_office().filter(unit=world[CODE]).exists()
    assert Administratorship.objects.in_office().get(account=account).unit == world["hnu-law-1202"]


@pytest.fixture
def form(world, cast):
    """A form of the class on the desk of its college."""
    return Submission.objects.get(pk=subjects.submission(world[CODE], cast))


def test_a_form_follows_a_moved_unit_to_the_desk_now_above_it(world, cast, form):
    tree.move_unit(world[CODE], world["hnu-tour"], reason="调整", by=cast["university"])
    form.refresh_from_db()
    assert form.desk == world["hnu"]  # the new college has no reviewer


def test_a_form_follows_when_its_college_is_merged(world, cast, form):
    tree.merge_units(world["hnu-law"], world["hnu-tour"], reason="合并", by=cast["university"])
    form.refresh_from_db()
    assert form.desk == world["hnu"]
    assert AuditEntry.objects.filter(verb="submission.rerouted").count() == 1


def test_a_closed_unit_owes_no_form_any_more(world, cast):
    owed = Expected.objects.get(pk=subjects.expected(world["hnu-law-1202"], cast))
    tree.close_units([world["hnu-law-1202"]], reason="毕业", by=cast["college"])
    owed.refresh_from_db()
    assert owed.exempt_reason


@pytest.mark.parametrize("state", ["draft", "returned"])
def test_a_form_begun_or_sent_back_is_owed_no_longer_either_and_again_when_the_closing_is_taken_back(
    world, cast, form, state
):
    """Nobody can fill in for a closed unit: left due it would stand on every list of those who are late."""
    Submission.objects.filter(pk=form.pk).update(status=state, desk=None)
    change = change_of_closing([world[CODE]], by=cast["college"])
    effects = {each.label: each.count for each in upper.preview(change)}
    assert effects["已填未提交或被退回的收集表"] == 1
    assert "还没填的收集表" not in effects
    at = clock.now()
    tree.close_units([world[CODE]], reason="毕业", by=cast["college"], at=at)
    owed = Expected.objects.get(round=form.round, unit=world[CODE])
    assert owed.exempt_reason
    assert not owed.versions.current().get().is_due
    assert Submission.objects.get(pk=form.pk).status == state
    again = at + timedelta(minutes=1)
    reopen_units([world[CODE]], undoes=at, reason="选错", by=cast["college"], at=again)
    owed.refresh_from_db()
    assert (owed.exempt_reason, owed.versions.current().get().is_due) == ("", True)


def test_a_form_handed_in_before_the_closing_stays_expected(world, cast, form):
    tree.close_units([world[CODE]], reason="毕业", by=cast["college"])
    assert not Expected.objects.get(round=form.round, unit=world[CODE]).exempt_reason
