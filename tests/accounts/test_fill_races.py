"""Two requests at once: one transition, one receipt, nothing submitted at or after the closing of the round."""

from __future__ import annotations

import threading
from contextlib import nullcontext

import pytest
import time_machine
from django.db import connection, connections

from accounts.exceptions import RoundClosed
from accounts.models import CollectionRound, Submission
from accounts.operations import collection, reminders, review, rounds
from orgs.exceptions import OrgsError
from orgs.kernel import clock
from orgs.models import AuditEntry, Notification
from tests import cast as cast_module
from tests.accounts.factories import launch, main_row, submit_for
from tests.world import TODAY

pytestmark = [
    pytest.mark.race,
    pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer at a time"),
]
ROUNDS, MANY = 10, 200


@pytest.fixture
def cast(transactional_world):
    return cast_module.build(transactional_world)


def at_once(*actions, is_ticking: bool = False) -> list[object]:
    """Results or errors of the actions, begun at the same instant, each on a connection of its own.

    `is_ticking`: the clock goes on meanwhile, so that moments can be compared.
    """
    barrier, results = threading.Barrier(len(actions)), [None] * len(actions)

    def run(at, action):
        try:
            with nullcontext() if is_ticking else clock.frozen(TODAY):
                barrier.wait()
                results[at] = action()
        except OrgsError as error:
            results[at] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=each) for each in enumerate(actions)]
    with time_machine.travel(TODAY, tick=True):
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    return results


def test_double_click_gives_one_receipt(transactional_world, cast):
    world, by = transactional_world, cast["secretary"]
    unit = world["hnu-law-1201"]
    for at in range(ROUNDS):
        round = launch(world, cast)
        saved = collection.save_draft(round, unit, [main_row()], version=0, by=by)

        def submit(round=round, version=saved.version, at=at):
            return collection.submit(round, unit, version=version, idempotency_key=f"key-{at}", by=by)

        receipts = {result.receipt for result in at_once(submit, submit)}
        assert receipts == {Submission.objects.get(round=round).receipt}
        assert Submission.objects.get(round=round).steps.count() == 1


def test_first_save_of_two_people_at_once_loses_nobody_silently(transactional_world, cast):
    world = transactional_world
    unit = world["hnu-law-1201"]
    for _at in range(ROUNDS):
        round = launch(world, cast)

        def save(who, contacts, round=round):
            rows = [main_row(contacts=contacts)]
            return collection.save_draft(round, unit, rows, version=0, by=who)

        results = at_once(lambda s=save: s(cast["secretary"], 1), lambda s=save: s(cast["college"], 2))
        assert sorted(isinstance(result, OrgsError) for result in results) == [False, True]
        assert Submission.objects.get(round=round).rows.count() == 1


@pytest.mark.parametrize("n_tries", [ROUNDS, pytest.param(MANY, marks=pytest.mark.long)])
def test_nothing_is_submitted_at_or_after_the_closing(transactional_world, cast, n_tries):
    """F6, by the clock of the machine, which goes on: who is told "handed in" was so before the closing."""
    world, by = transactional_world, cast["secretary"]
    unit = world["hnu-law-1201"]
    outcomes = set()
    for at in range(n_tries):
        round = launch(world, cast)
        saved = collection.save_draft(round, unit, [main_row()], version=0, by=by)

        def submit(round=round, version=saved.version, at=at):
            return collection.submit(round, unit, version=version, idempotency_key=f"close-{at}", by=by)

        actions = submit, lambda r=round: rounds.close_round(r, by=cast["province"])
        # Each is begun first every other time: else one of them might win always.
        results = at_once(*(actions if at % 2 else actions[::-1]), is_ticking=True)
        result = results[0 if at % 2 else 1]
        form = Submission.objects.get(round=round)
        closed_at = CollectionRound.objects.get(pk=round.pk).closed_at
        outcomes.add(form.status)
        if isinstance(result, RoundClosed):
            assert (form.status, form.submitted_at) == ("draft", None)
        else:
            assert form.status == "submitted"
            assert form.submitted_at < closed_at
    assert n_tries < MANY or outcomes == {"draft", "submitted"}, "the race has two ends; both were seen"


def test_two_pushes_at_once_leave_one_reminder_each(transactional_world, cast):
    world = transactional_world
    round = launch(world, cast)
    results = at_once(
        *(lambda: reminders.remind(round, world["hnu"], by=cast["university"]) for _n in range(2))
    )
    told = list(Notification.objects.filter(kind=reminders.REMINDED).values_list("unit_id", flat=True))
    assert len(told) == len(set(told)) > 0
    assert sorted(each.sent for each in results) == [0, len(told)]


def test_nothing_is_decided_at_or_after_the_closing(transactional_world, cast):
    world = transactional_world
    for _at in range(ROUNDS):
        round = launch(world, cast)
        form = submit_for(round, world["hnu-law-1201"], cast["secretary"])
        decided, _closed = at_once(
            lambda form=form: review.approve(form.pk, version=form.version, by=cast["college"]),
            lambda round=round: rounds.close_round(round, by=cast["province"]),
        )
        if not isinstance(decided, OrgsError):
            closing = AuditEntry.objects.get(verb="round.closed", object_id=str(round.pk))
            deciding = AuditEntry.objects.get(verb="submission.approve", object_id=str(form.pk))
            assert deciding.pk < closing.pk
