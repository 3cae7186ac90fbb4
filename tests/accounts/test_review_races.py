"""Two people decide or save at the same instant: one transition, one line in the ledger, and the loser is told (C3, C4)."""

from __future__ import annotations

import pytest

from accounts.choices import ReturnReason
from accounts.models import Submission
from accounts.operations import collection, review
from orgs.choices import Role
from orgs.exceptions import Conflict, OrgsError
from orgs.kernel import clock
from orgs.models import Appointment, AuditEntry, User
from tests import cast as cast_module
from tests.accounts.factories import main_row
from tests.accounts.forms import fresh, launch, submitted
from tests.accounts.test_fill_races import at_once

pytestmark = pytest.mark.race

CLASS, LAW = "hnu-law-1201", "hnu-law"
TRIES = [8, pytest.param(200, marks=pytest.mark.long)]
AT_ONCE = [8, pytest.param(50, marks=pytest.mark.long)]


@pytest.fixture
def cast(transactional_world):
    return cast_module.build(transactional_world)


@pytest.fixture
def colleague(transactional_world):
    """A second reviewer at the college's desk."""
    made = User.objects.create_user("second", None, name="院团委褚")
    post = {"unit": transactional_world[LAW], "role": Role.REVIEWER, "title": "副书记"}
    Appointment.objects.create(user=made, starts_on=clock.today(), **post)
    return made


@pytest.mark.parametrize("n", TRIES)
def test_one_approves_and_one_returns_and_one_of_them_has_decided(transactional_world, cast, colleague, n):
    world, first = transactional_world, cast["college"]
    names = {first.pk: first.display_name, colleague.pk: colleague.display_name}
    round = launch(world, cast)
    form = submitted(round, world[CLASS], by=cast["secretary"])
    for _try in range(n):
        before = fresh(form)
        n_lines, n_steps = AuditEntry.objects.count(), before.steps.count()
        approved, returned = at_once(
            lambda version=before.version: review.approve(form.pk, version=version, by=first),
            lambda version=before.version: review.return_submission(
                form.pk, version=version, reasons=[ReturnReason.NICKNAME], by=colleague
            ),
        )
        after = fresh(form)
        lost, winner = (approved, colleague) if isinstance(approved, OrgsError) else (returned, first)
        assert isinstance(lost, Conflict)
        assert names[winner.pk] in lost.message
        assert not isinstance(approved if lost is returned else returned, OrgsError)
        assert (after.version, after.steps.count()) == (before.version + 1, n_steps + 1)
        assert AuditEntry.objects.count() == n_lines + 1
        _handed_in_anew(form)


def _handed_in_anew(form: Submission) -> None:
    """On the college's desk once more, as nobody but a test brings it there."""
    law = form.unit.parent
    Submission.objects.filter(pk=form.pk).update(status="submitted", desk=law, approved_at=None)


@pytest.mark.parametrize("n", AT_ONCE)
def test_of_many_who_save_the_same_version_one_wins_and_the_others_are_told(transactional_world, cast, n):
    world = transactional_world
    round = launch(world, cast)
    unit, by = world[CLASS], cast["secretary"]
    assert collection.save_draft(round, unit, [main_row()], version=0, by=by).version == 1

    def save(contacts: int) -> int:
        rows = [main_row(contacts=contacts)]
        return collection.save_draft(round, unit, rows, version=1, by=by).version

    results = at_once(*(lambda contacts=contacts: save(contacts) for contacts in range(1, n + 1)))
    (winner,) = [at for at, result in enumerate(results, start=1) if not isinstance(result, OrgsError)]
    assert all(isinstance(result, Conflict) for at, result in enumerate(results, start=1) if at != winner)
    form = Submission.objects.get(round=round)
    assert form.version == 2
    assert [row.values["contacts"] for row in form.rows.all()] == [winner]
