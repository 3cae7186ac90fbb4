"""入库: what an approved form makes of the registry, and that doing it twice makes nothing more."""

from __future__ import annotations

import pytest

from accounts.choices import EventKind
from accounts.exceptions import AlreadyRegistered
from accounts.models import Account, Administratorship, RegistryEvent
from accounts.operations import entry, registry
from tests.accounts.factories import further_row, launch, main_row, submit_for

TWO_PEOPLE = (main_row(), further_row(admin_name="王某乙", admin_mobile="13800000124"))


@pytest.fixture
def enter(world, cast):
    """enter(*rows) -> a new round in which the class branch's form enters the registry."""

    numbers = iter(range(100))

    def _enter(*rows):
        submission = submit_for(
            launch(world, cast),
            world["hnu-law-1201"],
            cast["secretary"],
            rows=list(rows),
            key=f"key-{next(numbers)}",
        )
        return submission, entry.enter(submission, by=cast["university"])

    return _enter


def events(submission) -> list[str]:
    return sorted(RegistryEvent.objects.filter(submission=submission).values_list("kind", flat=True))


def people() -> set[str]:
    return {term.name for term in Administratorship.objects.in_office()}


def test_two_accounts_with_their_administrators_enter(enter):
    enter(*TWO_PEOPLE, main_row(account_id="law_second", admin_name="赵某丙", admin_mobile="13800000125"))
    assert Account.objects.count() == 2
    assert people() == {"林某甲", "王某乙", "赵某丙"}


def test_entering_again_changes_nothing(enter, cast):
    submission, first = enter(*TWO_PEOPLE)
    n_events = RegistryEvent.objects.count()
    again = entry.enter(submission, by=cast["university"])
    assert (again.account_ids, RegistryEvent.objects.count()) == (first.account_ids, n_events)


def test_unchanged_form_of_the_next_round_leaves_no_event(enter):
    enter(*TWO_PEOPLE)
    submission, _entered = enter(*TWO_PEOPLE)
    assert events(submission) == []


def test_new_numbers_change_the_account_and_leave_the_people(enter):
    enter(*TWO_PEOPLE)
    submission, _entered = enter(main_row(contacts=43), TWO_PEOPLE[1])
    assert events(submission) == [EventKind.CHANGED]
    assert Account.objects.get().contacts == 43


def test_person_no_longer_listed_is_replaced_by_the_newcomer(enter):
    enter(*TWO_PEOPLE)
    submission, _entered = enter(main_row(), further_row(admin_name="钱某丁", admin_mobile="13800000126"))
    assert events(submission) == [EventKind.ADMIN_REPLACED, EventKind.APPOINTED]
    left = Administratorship.objects.get(ended_at__isnull=False)
    assert (left.name, left.end_reason, left.replaced_by.name) == ("王某乙", "未再填报", "钱某丁")


def test_person_who_leaves_without_a_successor_is_ended(enter):
    enter(*TWO_PEOPLE)
    submission, _entered = enter(main_row())
    assert events(submission) == [EventKind.ADMIN_REPLACED]
    assert people() == {"林某甲"}


def test_account_no_longer_listed_stays_open_and_is_pointed_out(enter):
    enter(main_row())
    submission, entered = enter(main_row(account_id="law_other"))
    assert Account.objects.active().count() == 2
    assert entered.unlisted == [Account.objects.get(identifier="law_1201").pk]
    assert [doubt["code"] for doubt in submission.doubts] == ["unlisted"]


def test_linked_row_may_correct_the_id_itself(enter):
    enter(main_row())
    account = Account.objects.get()
    enter(main_row(linked=account.pk, account_id="law_1201_new"))
    account.refresh_from_db()
    assert (account.identifier, Account.objects.count()) == ("law_1201_new", 1)


def test_id_that_another_unit_registered_meanwhile_is_refused(world, cast, enter):
    registry.open_account(
        world["qzu"], platform="wechat_personal", identifier="law_1201", by=cast["outsider"]
    )
    with pytest.raises(AlreadyRegistered):
        enter(main_row())


def test_doubts_of_a_form_compare_with_other_units(world, cast, enter):
    enter(main_row())
    submission = submit_for(
        launch(world, cast), world["qzu-sci-1201"], cast["outside_secretary"], rows=[main_row(contacts=99)]
    )
    codes = {doubt["code"] for doubt in submission.doubts}
    assert codes == {"identifier_taken", "mobile_elsewhere", "above_base"}
    assert "法学" not in "".join(
        doubt["message"] for doubt in submission.doubts if doubt["code"] != "nickname"
    )


def test_equal_numbers_of_three_siblings_are_pointed_out(world, cast):
    collection = launch(world, cast)
    for at, code in enumerate(("hnu-law-1201", "hnu-law-1202", "hnu-law-1301")):
        row = main_row(account_id=f"law_number_{at}", admin_mobile=f"1380000020{at}", contacts=40)
        last = submit_for(collection, world[code], cast["college"], rows=[row], key=code)
    assert [doubt["code"] for doubt in last.doubts] == ["alike"]
