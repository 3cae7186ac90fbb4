"""毕业换届: an intake closes and the next one opens in one batch; until the week ends it can be taken back whole."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.choices import AccountStatus, EventKind, GroupKind
from accounts.models import Account, Administratorship, Expected, Group, RegistryEvent
from accounts.operations.registry import PersonalData, appoint_administrator, open_account, open_group
from orgs.choices import Kind
from orgs.exceptions import Conflict, IllegalMove, InvalidUnit, NotAllowed
from orgs.kernel import clock
from orgs.models import Appointment, Invitation, OrgUnit, UnitVersion
from orgs.operations import intakes, invitations, tree, turnover
from orgs.operations.intakes import NewBranch
from orgs.operations.opening import UnitBelow, open_below
from orgs.operations.tree_check import check_tree
from tests.architecture import subjects
from tests.orgs.forest import wrong_descendant_sets
from tests.reporting import closed_weeks
from tests.reporting.oracle import Oracle
from tests.world import TODAY

BRANCHES = ("hnu-law-1201", "hnu-law-1202", "hnu-tour-1201")
FIGURES = (
    "own_opened",
    "own_closed",
    "own_admin_changed",
    "own_changed",
    "own_accounts_personal",
    "own_admins",
)


@pytest.fixture
def channels(world):
    """An account with an administrator and a group in the first branch."""
    branch = world["hnu-law-1201"]
    account = open_account(branch, platform="wechat_personal", identifier="law1201", contacts=40, by=None)
    person = PersonalData(name="管理员", mobile="13800000555")
    appoint_administrator(branch, account=account, person=person, by=None)
    open_group(branch, kind=GroupKind.BRANCH, name="法学2012级1班群", by=None)
    return account


def graduate(world, cast, key="university", code="hnu", **extra):
    proposal = intakes.propose(world[code], 2012, 2016, by=cast[key])
    new = [branch for superior in proposal.superiors for branch in superior.new]
    given = {"new": new, "seen": proposal.seen, "reason": "2012级毕业"} | extra
    return turnover.turn_over(world[code], closed_intake=2012, opened_intake=2016, by=cast[key], **given)


def later(hours: int = 3) -> datetime:
    return TODAY + timedelta(hours=hours)


def test_proposal_names_regular_successors_below_the_same_superiors(world, cast):
    proposal = intakes.propose(world["hnu"], 2012, 2016, by=cast["university"])
    assert {branch.code for branch in proposal.closing} == set(BRANCHES)
    named = {(new.code, new.name) for superior in proposal.superiors for new in superior.new}
    assert named == {
        ("hnu-law-1601", "法学2016级1班团支部"),
        ("hnu-law-1602", "法学2016级2班团支部"),
        ("hnu-tour-1601", "旅游2016级1班团支部"),
    }


def test_a_name_that_is_open_already_is_not_proposed(world, cast):
    proposal = intakes.propose(world["hnu-law"], 2012, 2013, by=cast["college"])
    assert [new.name for new in proposal.superiors[0].new] == ["法学2013级2班团支部"]


def test_a_department_proposes_only_within_its_lines(world, cast):
    proposal = intakes.propose(world["hi"], 2012, 2016, by=cast["schools"])
    assert {branch.code for branch in proposal.closing} == {*BRANCHES, "qzu-sci-1201"}


def test_the_intake_closes_and_the_next_one_stands_in_its_place(world, cast, channels):
    done = graduate(world, cast)
    assert not OrgUnit.objects.in_operation().filter(code__in=BRANCHES).exists()
    opened = OrgUnit.objects.filter(pk__in=done.opened_unit_ids)
    assert {unit.intake_year for unit in opened} == {2016}
    assert set(opened.values_list("parent__code", flat=True)) == {"hnu-law", "hnu-tour"}
    assert UnitVersion.objects.current().filter(unit__in=opened, is_open=True).count() == 3
    channels.refresh_from_db()
    assert channels.status == AccountStatus.CLOSED
    assert not Administratorship.objects.in_office().exists()
    assert wrong_descendant_sets() == []
    assert check_tree().is_sound


def test_the_list_can_be_edited_and_a_faulty_one_changes_nothing(world, cast):
    law = world.ids["hnu-law"]
    done = graduate(world, cast, new=[NewBranch(law, "hnu-law-x", "法学实验班团支部")])
    assert OrgUnit.objects.get(pk__in=done.opened_unit_ids).name == "法学实验班团支部"


@pytest.mark.parametrize(
    ("code", "name", "message"),
    [
        ("hnu-law", "新班团支部", "已被使用"),
        ("new-1", "法学2013级1班团支部", "已有"),
        ("", "新班团支部", "代码"),
        ("new-1", "", "全称"),
    ],
)
def test_a_faulty_new_branch_is_refused_in_words(world, cast, code, name, message):
    with pytest.raises(InvalidUnit, match=message):
        graduate(world, cast, new=[NewBranch(world.ids["hnu-law"], code, name)])


def test_new_branches_stand_only_where_branches_leave(world, cast):
    with pytest.raises(InvalidUnit, match="院系"):
        graduate(world, cast, new=[NewBranch(world.ids["qzu-sci"], "x", "别校团支部")])


def test_what_was_not_in_the_preview_does_not_close(world, cast):
    with pytest.raises(Conflict):
        graduate(world, cast, seen="0" * 16)


def test_a_blank_reason_is_refused(world, cast):
    with pytest.raises(InvalidUnit, match="原因"):
        graduate(world, cast, reason="  ")


def test_the_same_key_twice_is_one_turnover(world, cast):
    first = graduate(world, cast, idempotency_key="k1")
    again = turnover.turn_over(
        world["hnu"], closed_intake=2012, opened_intake=2016, new=[], reason="再点一次", by=cast["university"],
        idempotency_key="k1",
    )  # fmt: skip
    assert again == first


def test_a_neighbour_and_a_secretary_may_not(world, cast):
    for key in ("outsider", "secretary"):
        with pytest.raises(NotAllowed):
            turnover.turn_over(
                world["hnu"], closed_intake=2012, opened_intake=2016, new=[], reason="毕业", by=cast[key]
            )


def test_undo_brings_back_units_accounts_groups_terms_offices_invitations_and_forms(world, cast, channels):
    subjects.expected(world["hnu-law-1202"], cast)
    invitation = invitations.invite(
        world["hnu-law-1202"], name="受邀人", mobile="13800000999", by=cast["university"], role="secretary"
    ).invitation
    before = Appointment.objects.get(unit=world["hnu-law-1201"]).ends_on
    done = graduate(world, cast)
    assert Expected.objects.get(unit=world["hnu-law-1202"]).exempt_reason
    assert Appointment.objects.get(unit=world["hnu-law-1201"]).ends_on == date(2026, 11, 18)
    with clock.frozen(later()):
        turnover.undo(done, reason="选错年级", by=cast["university"])
    assert OrgUnit.objects.in_operation().filter(code__in=BRANCHES).count() == 3
    assert not OrgUnit.objects.in_operation().filter(pk__in=done.opened_unit_ids).exists()
    channels.refresh_from_db()
    assert (channels.status, channels.closed_on) == (AccountStatus.OPEN, None)
    assert channels.versions.current().get().status == AccountStatus.OPEN
    assert Group.objects.active().filter(unit=world["hnu-law-1201"]).count() == 1
    assert Administratorship.objects.in_office().count() == 1
    assert Appointment.objects.get(unit=world["hnu-law-1201"]).ends_on == before
    assert Invitation.objects.usable().filter(pk=invitation.pk).exists()
    assert not Expected.objects.get(unit=world["hnu-law-1202"]).exempt_reason
    assert RegistryEvent.objects.filter(kind=EventKind.RESTORED).count() == 3
    assert check_tree().is_sound


def test_the_week_counts_a_closing_taken_back_neither_closed_nor_opened(world, cast, channels):
    with clock.frozen(later(-30)):
        early = open_account(
            world["hnu-tour-1201"], platform="wechat_personal", identifier="tour1201", contacts=30, by=None
        )
    done = graduate(world, cast)
    with clock.frozen(later()):
        turnover.undo(done, reason="选错年级", by=cast["university"])
    week = closed_weeks.close(clock.Week(2026, 47))
    rows = {row.unit_id: row for row in week.units.all()}
    oracle = Oracle(clock.Week(2026, 47)).rows()
    for code in BRANCHES:
        row = rows[world.ids[code]]
        assert row.is_open
        assert {name: getattr(row, name) for name in FIGURES} == {
            name: oracle[row.unit_id][name] for name in FIGURES
        }
        assert (row.own_closed, row.own_admin_changed) == (0, 0)
    assert rows[early.unit_id].own_opened == 1


def test_the_week_counts_a_closing_that_stands(world, cast, channels):
    graduate(world, cast)
    row = closed_weeks.close(clock.Week(2026, 47)).units.get(unit_id=world.ids["hnu"])
    assert (row.sub_closed, row.sub_admin_changed) == (2, 1)


def test_undo_ends_with_the_week(world, cast):
    done = graduate(world, cast)
    sunday = datetime(2026, 11, 22, 23, 59, 59, tzinfo=clock.SHANGHAI)
    with clock.frozen(sunday):
        assert turnover.why_not_undone(done) == ""
    with clock.frozen(sunday + timedelta(seconds=1)), pytest.raises(IllegalMove, match="当周已经结束"):
        turnover.undo(done, reason="晚了", by=cast["university"])


def test_undo_twice_is_refused(world, cast):
    done = graduate(world, cast)
    turnover.undo(done, reason="选错年级", by=cast["university"])
    with pytest.raises(IllegalMove, match="已经撤回过"):
        turnover.undo(done, reason="再撤", by=cast["university"])


def test_undone_and_done_again_takes_free_codes(world, cast):
    turnover.undo(graduate(world, cast), reason="选错年级", by=cast["university"])
    with clock.frozen(later()):
        again = graduate(world, cast)
    assert OrgUnit.objects.in_operation().filter(pk__in=again.opened_unit_ids).count() == 3


def happen_account(unit, cast):
    open_account(unit, platform="wechat_personal", identifier="new1601", contacts=1, by=None)


def happen_appointment(unit, cast):
    subjects.appointment(unit, cast)


def happen_rename(unit, cast):
    tree.rename_unit(unit, name="改过名的团支部", by=None)


@pytest.mark.parametrize("happen", [happen_account, happen_appointment, happen_rename])
def test_undo_is_refused_once_something_happened_in_a_new_branch(world, cast, happen):
    done = graduate(world, cast)
    happen(OrgUnit.objects.get(pk=done.opened_unit_ids[0]), cast)
    with pytest.raises(IllegalMove, match="不能整批撤回"):
        turnover.undo(done, reason="选错年级", by=cast["university"])


def test_an_account_registered_elsewhere_since_hinders_the_undo(world, cast, channels):
    done = graduate(world, cast)
    open_account(world["qzu"], platform="wechat_personal", identifier="law1201", contacts=1, by=None)
    with clock.frozen(later()), pytest.raises(Exception, match="重新登记"):
        turnover.undo(done, reason="选错年级", by=cast["university"])
    assert not world["hnu-law-1201"].is_open


def fill_colleges(world, year: int, n: int) -> None:
    """n branches of the intake below each of two colleges, each with an account and an administrator."""
    new = [
        UnitBelow(world.ids[code], Kind.CLASS_BRANCH, f"{code}-{year}{k:03d}", f"{year}级{k}班团支部", year)
        for code in ("hnu-law", "hnu-tour")
        for k in range(n)
    ]
    units = open_below(new, by=None)
    accounts = Account.objects.bulk_create(
        Account(unit=unit, platform_id="wechat_personal", identifier=unit.code, identifier_key=unit.code)
        for unit in units
    )
    Administratorship.objects.bulk_create(
        Administratorship(unit_id=account.unit_id, account=account, started_at=TODAY) for account in accounts
    )


def statements_of_a_turnover(world, user, year: int) -> tuple[int, int]:
    """How many the whole takes, preview to undo, and how many branches it was."""
    with CaptureQueriesContext(connection) as captured:
        proposal = intakes.propose(world["hnu"], year, year + 4, by=user)
        new = [branch for superior in proposal.superiors for branch in superior.new]
        done = turnover.turn_over(
            world["hnu"], closed_intake=year, opened_intake=year + 4, new=new, reason="毕业", by=user
        )
        with clock.frozen(later()):
            turnover.undo(done, reason="选错", by=user)
    assert Account.objects.active().filter(unit__intake_year=year).count() == len(done.closed_unit_ids)
    return len(captured), len(done.opened_unit_ids)


def test_the_statements_do_not_grow_with_the_cohort(world, cast):
    fill_colleges(world, 2009, 2)
    fill_colleges(world, 2008, 100)
    few, n_few = statements_of_a_turnover(world, cast["university"], 2009)
    many, n_many = statements_of_a_turnover(world, cast["university"], 2008)
    assert (n_few, n_many) == (4, 200)
    # SQLite takes at most 999 values a statement, so that a batch of rows is cut into several.
    more = 0 if connection.features.max_query_params is None else 100
    assert few <= many <= few + more <= 300
    assert check_tree().is_sound
