"""What becomes of handed-out accounts when their unit is moved, merged or closed (SUP-4.1a)."""

from __future__ import annotations

import pytest

from accounts.choices import HandedState
from accounts.models import HandedAccount
from accounts.operations import hand_outs
from orgs.kernel import clock
from orgs.models import AuditEntry
from orgs.operations import closing, tree, upper
from orgs.operations.tree import change_of_closing
from tests.accounts.hand_out_scene import SECRET, handed_to, imported, make

pytestmark = pytest.mark.django_db


def effects(change) -> dict[str, tuple[int, str]]:
    return {each.label: (each.count, each.note) for each in upper.preview(change)}


def test_a_closed_unit_loses_its_sealed_accounts_and_the_preview_says_so(world, cast):
    handed = handed_to(world, cast, "hnu-law-1201")
    change = change_of_closing([world["hnu-law-1201"]], by=cast["college"])
    assert effects(change)["待领取、待启用的账号"] == (1, "收回，封存的初始密码清除")
    tree.close_units([world["hnu-law-1201"]], reason="毕业", by=cast["college"])
    handed.refresh_from_db()
    assert (handed.state, handed.secret, handed.reason) == (HandedState.WITHDRAWN, None, "团组织已撤销：毕业")
    assert AuditEntry.objects.get(verb="handed_account.withdrawn").by == cast["college"]


def test_a_closing_that_is_taken_back_does_not_seal_again(world, cast):
    handed = handed_to(world, cast, "hnu-law-1201")
    at = clock.now()
    closing.close_units([world["hnu-law-1201"]], reason="毕业", by=cast["college"], at=at)
    closing.reopen_units([world["hnu-law-1201"]], undoes=at, reason="误操作", by=cast["college"], at=at)
    handed.refresh_from_db()
    assert handed.state == HandedState.WITHDRAWN


def test_accounts_go_along_with_a_merger_sealed_as_they_are(world, cast):
    handed = handed_to(world, cast, "hnu-law")
    other = handed_to(world, cast, "hnu-tour")
    tree.merge_units(world["hnu-law"], world["hnu-tour"], reason="合并", by=cast["university"])
    handed.refresh_from_db()
    assert (handed.unit, handed.state, handed.secret) == (world["hnu-tour"], HandedState.SEALED, SECRET)
    assert HandedAccount.objects.sealed().filter(unit=world["hnu-tour"]).count() == 2
    assert AuditEntry.objects.get(verb="handed_account.moved").object_id == str(handed.pk)
    assert other.pk != handed.pk


def test_what_a_merged_unit_hands_out_goes_on_under_the_unit_that_receives_it(world, cast):
    hand_out = make(world, cast, "hnu-law", "college")
    imported(hand_out, cast["college"], ("hnu-law-1201", "", "wb_class", ""))
    tree.merge_units(world["hnu-law"], world["hnu-tour"], reason="合并", by=cast["university"])
    hand_out.refresh_from_db()
    assert hand_out.unit == world["hnu-tour"]


def test_a_moved_unit_keeps_its_accounts(world, cast):
    handed = handed_to(world, cast, "hnu-law-1201")
    tree.move_unit(world["hnu-law-1201"], world["hnu-tour"], reason="调整", by=cast["university"])
    handed.refresh_from_db()
    assert (handed.state, handed.secret) == (HandedState.SEALED, SECRET)


def test_accounts_in_use_stay_on_record(world, cast):
    handed = handed_to(world, cast, "hnu-law")
    hand_outs.open_envelope(handed, by=cast["college"])
    facts = {"done": hand_outs.FirstUse.values, "identifier": "wb_law", "by": cast["college"]}
    hand_outs.put_in_use(handed, **facts)
    tree.merge_units(world["hnu-law"], world["hnu-tour"], reason="合并", by=cast["university"])
    handed.refresh_from_db()
    assert (handed.state, handed.unit) == (HandedState.IN_USE, world["hnu-law"])
