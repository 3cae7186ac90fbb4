"""A form is decided, or handed in, while its unit is closed, moved or merged: one comes first, nothing is lost (T10)."""

from __future__ import annotations

from contextlib import suppress

import pytest

from accounts.models import Account, Expected, Extension, Submission
from accounts.operations import collection, extensions, packages, review, rounds
from orgs.exceptions import OrgsError
from orgs.kernel import clock
from orgs.models import AuditEntry
from orgs.operations import tree
from tests import cast as cast_module
from tests.accounts.factories import main_row
from tests.accounts.forms import fresh, launch, submitted
from tests.accounts.test_fill_races import at_once
from tests.orgs.forest import wrong_descendant_sets

pytestmark = pytest.mark.race

TRIES = 6
CLASS = "hnu-law-1201"


@pytest.fixture
def cast(transactional_world):
    return cast_module.build(transactional_world)


@pytest.fixture
def branches(transactional_world):
    """New class branches below the law school, one for each try."""
    law = transactional_world["hnu-law"]
    new = [
        tree.NewUnit("class_branch", f"法学2014级{n}班团支部", f"race-{n}", intake_year=2014)
        for n in range(1, TRIES + 1)
    ]
    return tree.create_units(law, new, by=None)


def on_the_universitys_desk(round, unit, cast) -> Submission:
    form = submitted(round, unit, by=cast["province"])
    review.approve(form.pk, version=form.version, by=cast["college"])
    return fresh(form)


def test_an_approval_comes_before_the_closing_or_is_refused(transactional_world, cast, branches):
    """Never an open account in a closed unit."""
    round = launch(transactional_world, cast)
    for unit in branches:
        form = on_the_universitys_desk(round, unit, cast)
        decided, closed = at_once(
            lambda form=form: review.approve(form.pk, version=form.version, by=cast["university"]),
            lambda unit=unit: tree.close_units([unit], reason="毕业", by=None),
        )
        assert not isinstance(closed, OrgsError)
        assert not Account.objects.active().filter(unit=unit).exists()
        if isinstance(decided, OrgsError):
            assert "已撤销" in decided.message
            assert (fresh(form).status, fresh(form).version) == ("submitted", form.version)
        else:
            assert Account.objects.get(unit=unit).status == "closed"


def test_an_approval_comes_before_the_merger_or_is_refused(transactional_world, cast, branches):
    target = transactional_world["hnu-law-1301"]
    round = launch(transactional_world, cast)
    for unit in branches:
        form = on_the_universitys_desk(round, unit, cast)
        decided, _merged = at_once(
            lambda form=form: review.approve(form.pk, version=form.version, by=cast["university"]),
            lambda unit=unit: tree.merge_units(unit, target, reason="合班", by=None),
        )
        assert not Account.objects.active().filter(unit=unit).exists()
        refused = isinstance(decided, OrgsError)
        assert refused == (fresh(form).status == "submitted")
        assert not refused or "已并入" in decided.message


def test_a_form_never_lies_on_a_desk_that_no_longer_stands_above(transactional_world, cast, branches):
    """Approved by the college, or handed in, at the moment in which the branch goes to another college."""
    round, world = launch(transactional_world, cast), transactional_world

    def approve(unit):
        form = Submission.objects.get(round=round, unit=unit)
        with suppress(Submission.DoesNotExist):  # the college's no more
            review.approve(form.pk, version=form.version, by=cast["college"])

    def hand_in(unit):
        given = {"version": 1, "idempotency_key": f"moved-{unit.pk}", "by": cast["province"]}
        collection.submit(round, unit, **given)

    for at, unit in enumerate(branches):
        if at % 2:
            submitted(round, unit, by=cast["province"])
        else:
            rows = [main_row(account_id=f"moved_{at}")]
            collection.save_draft(round, unit, rows, version=0, by=cast["province"])
        step = approve if at % 2 else hand_in
        _done, moved = at_once(
            lambda unit=unit, step=step: step(unit),
            lambda unit=unit: tree.move_unit(unit, world["hnu-tour"], reason="调整", by=None),
        )
        assert not isinstance(moved, OrgsError)
        form = Submission.objects.select_related("desk", "unit").get(round=round, unit=unit)
        assert form.status == "submitted"
        assert form.desk.is_ancestor_of(form.unit)
    assert wrong_descendant_sets() == []


def test_a_form_is_handed_in_or_its_unit_exempted_never_both(transactional_world, cast):
    world = transactional_world
    for at in range(TRIES):
        round = launch(world, cast)
        expected = Expected.objects.get(round=round, unit=world[CLASS])
        saved = collection.save_draft(round, world[CLASS], [main_row()], version=0, by=cast["secretary"])
        given = {"version": saved.version, "idempotency_key": f"in-{at}", "by": cast["secretary"]}
        handed_in, exempted = at_once(
            lambda round=round, given=given: collection.submit(round, world[CLASS], **given),
            lambda expected=expected: rounds.exempt(expected, reason="毕业班", by=cast["college"]),
        )
        assert sorted([isinstance(handed_in, OrgsError), isinstance(exempted, OrgsError)]) == [False, True]
        expected.refresh_from_db()
        is_in = Submission.objects.get(round=round, unit=world[CLASS]).status == "submitted"
        assert is_in is not bool(expected.exempt_reason)


def test_no_extension_is_granted_after_the_form_was_handed_in(transactional_world, cast):
    world = transactional_world
    for at in range(TRIES):
        round = launch(world, cast)
        expected = Expected.objects.get(round=round, unit=world[CLASS])
        until = clock.day_end(clock.local(expected.deadline_at).date())
        asked = extensions.ask_extension(expected, reason="实习", until=until, by=cast["secretary"])
        saved = collection.save_draft(round, world[CLASS], [main_row()], version=0, by=cast["secretary"])
        given = {"version": saved.version, "idempotency_key": f"late-{at}", "by": cast["secretary"]}
        _in, granted = at_once(
            lambda round=round, given=given: collection.submit(round, world[CLASS], **given),
            lambda asked=asked: extensions.decide_extension(
                asked, grants=True, remark="", by=cast["college"]
            ),
        )
        lines = AuditEntry.objects.filter(verb__in=["extension.granted", "submission.submitted"])
        mine = [line.verb for line in lines.order_by("-pk")[: 1 if isinstance(granted, OrgsError) else 2]]
        assert mine[0] == "submission.submitted"
        state = Extension.objects.get(pk=asked.pk).state
        assert state == ("open" if isinstance(granted, OrgsError) else "granted")


def test_what_is_approved_while_the_package_goes_up_is_in_it_or_newer(transactional_world, cast, branches):
    round = launch(transactional_world, cast, kinds=["class_branch"])
    direct = transactional_world["hnu"]
    for unit in branches:
        form = on_the_universitys_desk(round, unit, cast)
        _approved, sent = at_once(
            lambda form=form: review.approve(form.pk, version=form.version, by=cast["university"]),
            lambda: packages.report_upward(round, direct, by=cast["university"]),
        )
        assert fresh(form).status == "approved"
        entering = AuditEntry.objects.filter(verb="submission.approve", object_id=str(form.pk)).latest("pk")
        reporting = AuditEntry.objects.filter(verb="package.report").latest("pk")
        assert (unit.pk in sent.missing_unit_ids) == (entering.pk > reporting.pk)
        packages.return_package(sent.pk, remark="请重报", by=cast["province"])
