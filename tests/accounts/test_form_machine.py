"""The form, its review and the registry against a plain model, in any order of steps (reliability: F1 to F9, A1 to A6).

The suite walks the same few each day, 200 of 50 steps with --long; `FORM_MACHINE="2000 100"` walks so many examples of so
many steps, each time others.
"""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    precondition,
    rule,
    run_state_machine_as_test,
)

from accounts.choices import STANDING_MOVES, SUBMISSION_MOVES
from accounts.models import (
    Account,
    Expected,
    Extension,
    FieldList,
)
from accounts.operations import extensions, registry, review, rounds, standing
from accounts.operations.review import CellRemark
from orgs.kernel import clock
from tests.accounts.form_packages import FormPackages
from tests.accounts.form_things import (
    NICKNAMES,
    REVIEWER_AT,
    UNITS,
)
from tests.accounts.form_words import (
    NEXT_DOOR,
    RARELY,
    REVIEWERS,
    ROUNDS,
    identifier,
)
from tests.accounts.forms import launch, submitted


class FormMachine(FormPackages):
    """Review, the round and the registry itself, beside the filling and the package."""

    # --- review ------------------------------------------------------------------------------------
    def _submitted(self) -> bool:
        return any(form.status == "submitted" for form in self.model.forms.values())

    decides = {
        "name": st.sampled_from(ROUNDS),
        "unit": st.sampled_from(UNITS),
        "by": st.sampled_from([*REVIEWERS, "desk", "desk", "desk"]),
        "is_stale": st.sampled_from([False, False, False, True]),
    }

    def _who(self, name, unit, by) -> str:
        """Whoever is at the desk, most of the time."""
        return REVIEWER_AT.get(self.model.forms[name, unit].desk, "college") if by == "desk" else by

    @precondition(_submitted)
    @rule(**decides)
    def approve(self, name, unit, by, is_stale) -> None:
        self._approve(name, unit, by, is_stale=is_stale)

    def _approve(self, name, unit, by, *, is_stale) -> None:
        form, by = self.model.forms[name, unit], self._who(name, unit, by)
        pk = getattr(self._form(name, unit), "pk", 0)
        version = form.version - is_stale
        may = self.model.may_decide(name, unit, by=by, stale=is_stale)
        may = may and self.model.approve(name, unit, by=by, at=self.now)
        self._step(may, review.approve, pk, version=version, by=self.users[by])
        if may and form.status == "approved":
            self._take_over_accounts(name, unit)
        self._take_over_accepted(name, unit)

    @precondition(_submitted)
    @rule(at=st.integers(0, 3))
    def pass_on(self, at) -> None:
        """Whoever is at the desk approves what lies there: most forms get to the registry in the end."""
        waiting = [key for key, form in self.model.forms.items() if form.status == "submitted"]
        name, unit = waiting[at % len(waiting)]
        self._approve(name, unit, "desk", is_stale=False)

    def _take_over_accounts(self, name, unit) -> None:
        """New accounts have ids now, and each row of the form names its own."""
        known = self.model.registry[unit]
        for each in known:
            if not each.pk:
                each.pk = Account.objects.active().get(identifier=each.identifier).pk
        form = self.model.forms[name, unit]
        ids = {each.identifier: each.pk for each in known if each.is_open}
        links = {each.pk for each in known if each.is_open}
        form.blocks = tuple(
            each if each.account in links else replace(each, account=ids[each.identifier])
            for each in form.blocks
        )

    @precondition(_submitted)
    @rule(**decides, marked=st.integers(-1, 5), locks=st.booleans())
    def give_back(self, name, unit, by, is_stale, marked, locks) -> None:
        """With a reason alone, or with a cell to correct, the other rows perhaps accepted."""
        form, by = self.model.forms[name, unit], self._who(name, unit, by)
        rows = self._rows(name, unit)
        cells, accepted = [], []
        if marked >= 0 and rows:
            chosen = rows[marked % len(rows)]
            cells = [CellRemark(chosen.position, "admin_qq" if chosen.continues else "contacts", "请核对")]
            accepted = [row.position for row in rows if locks and row != chosen]
        pk, version = getattr(self._form(name, unit), "pk", 0), form.version - is_stale
        may = self.model.may_decide(name, unit, by=by, stale=is_stale)
        why = {"reasons": [] if cells else ["nickname"], "cells": cells, "accepted": accepted}
        self._step(may, review.return_submission, pk, version=version, by=self.users[by], **why)
        if not may:
            return
        self.model.give_back(name, unit, by=by, at=self.now)
        self._take_over_accepted(name, unit)
        after = self._rows(name, unit)
        positions = {row.position for row in after if row.accepted_at}
        assert positions <= set(accepted)
        for row, above in zip(after[1:], after, strict=False):
            assert not (row.continues and row.accepted_at) or above.accepted_at

    @rule(
        name=st.sampled_from(ROUNDS),
        unit=st.sampled_from(UNITS),
        by=st.sampled_from([*REVIEWERS, "last", "last"]),
    )
    def undo(self, name, unit, by) -> None:
        form = self.model.forms[name, unit]
        last = form.last or ("", "college", "", self.now)
        by = last[1] if by == "last" else by
        accepted_then = last[3]
        may = self.model.undo(name, unit, by=by, at=self.now)
        self._step(may, review.undo, getattr(self._form(name, unit), "pk", 0), by=self.users[by])
        self._take_over_accepted(name, unit)
        if may:
            assert not any(row.accepted_at == accepted_then for row in self._rows(name, unit))

    # --- the round ---------------------------------------------------------------------------------
    @rule(
        unit=st.sampled_from(UNITS),
        by=st.sampled_from([*REVIEWERS, "secretary"]),
        luck=st.sampled_from(RARELY),
    )
    def exempt(self, unit, by, luck) -> None:
        if not luck:
            return
        is_in = self.model.forms["round", unit].status in {"submitted", "approved"}
        may = by in {"college", "university", "province"} and not self.model.is_closed and not is_in
        expected = Expected.objects.select_related("round").get(
            round=self.rounds["round"], unit=self.units[unit]
        )
        self._step(may, rounds.exempt, expected, reason="毕业班", by=self.users[by])
        if may:
            self.model.expected[unit].is_exempt = True
            self.model.audit["expected.exempted"] += 1

    @rule(unit=st.sampled_from(UNITS), days=st.integers(0, 5))
    def ask_extension(self, unit, days) -> None:
        known, form = self.model.expected[unit], self.model.forms["round", unit]
        may = (
            form.is_editable
            and not known.is_exempt
            and not self.model.is_closed
            and known.asked_until is None
        )
        may = may and days > 0 and self.now < known.deadline_at
        expected = Expected.objects.get(round=self.rounds["round"], unit=self.units[unit])
        until = known.deadline_at + timedelta(days=days)
        asks = {"reason": "支书在外实习", "until": until, "by": self.users["university"]}
        self._step(may, extensions.ask_extension, expected, **asks)
        if may:
            known.asked_until = until
            self.model.audit["extension.asked"] += 1

    @rule(unit=st.sampled_from(UNITS), by=st.sampled_from(REVIEWERS), grants=st.booleans())
    def decide_extension(self, unit, by, grants) -> None:
        known = self.model.expected[unit]
        asked = Extension.objects.filter(expected__unit=self.units[unit], state="open").first()
        assert (asked is None) == (known.asked_until is None)
        if asked is None:
            return
        rests = known.is_exempt or not self.model.forms["round", unit].is_editable
        assert Extension.objects.waiting().filter(pk=asked.pk).exists() is not rests
        may = by in {"college", "province"}  # not who has asked, nor a stranger
        is_open = not self.model.is_closed and not rests and self.now < known.deadline_at
        may = may and (not grants or is_open)
        decision = {"grants": grants, "remark": "请抓紧", "by": self.users[by]}
        self._step(may, extensions.decide_extension, asked, **decision)
        if may:
            self.model.audit["extension.granted" if grants else "extension.refused"] += 1
            known.deadline_at = known.asked_until if grants else known.deadline_at
            known.asked_until = None

    @rule(luck=st.sampled_from(RARELY), by=st.sampled_from(["province", "university"]))
    def close_round(self, luck, by) -> None:
        if not luck:
            return
        self._step(by == "province", rounds.close_round, self.rounds["round"], by=self.users[by])
        if by == "province" and not self.model.is_closed:
            self.model.is_closed = True
            self.model.audit["round.closed"] += 1

    @rule(hours=st.sampled_from([1, 12, 72, 150]))
    def time_passes(self, hours) -> None:
        self.now += timedelta(hours=hours)

    # --- the registry itself -----------------------------------------------------------------------
    def _has_accounts(self) -> bool:
        return any(self.model.registry.values())

    @precondition(_has_accounts)
    @rule(
        unit=st.sampled_from(UNITS),
        at=st.integers(0, 3),
        by=st.sampled_from(["college", "university", "secretary", "outsider"]),
        nickname=st.sampled_from(list(NICKNAMES)),
        count=st.integers(0, 99),
        closes=st.sampled_from([False, False, True]),
    )
    def edit_registry(self, unit, at, by, nickname, count, closes) -> None:
        known = self.model.registry[unit]
        if not known:
            return
        account = known[at % len(known)]
        row = Account.objects.select_related("unit").get(pk=account.pk)
        may = by in {"college", "university"}
        if closes:
            may = may and account.is_open
            self._step(may, registry.close_account, row, reason="不再使用", by=self.users[by])
            if may:
                self.model.close(unit, account)
            return
        differs = (account.nickname, account.contacts) != (NICKNAMES[nickname], count)
        may = may and (account.is_open or not differs)
        facts = {"nickname": nickname, "contacts": count}
        self._step(may, registry.change_account, row, by=self.users[by], **facts)
        if may and differs:
            self.model.change(unit, account, nickname=nickname, contacts=count)

    @rule(
        unit=st.sampled_from(UNITS),
        n=st.integers(0, 3),
        by=st.sampled_from(["college", "secretary", "outsider"]),
    )
    def open_account(self, unit, n, by) -> None:
        name, nickname = identifier(unit, n), next(iter(NICKNAMES))
        may = by == "college" and not self.model.holder_of(name)
        facts = {"platform": "wechat_personal", "identifier": name.upper(), "nickname": nickname}
        facts |= {"contacts": 5, "declared_groups": 1}
        opened = self._step(may, registry.open_account, self.units[unit], by=self.users[by], **facts)
        if may:
            Account.objects.filter(pk=opened.pk).update(identifier=name)  # one way to write it in the model
            self.model.open(unit, opened.pk, name, nickname, 5)


def test_the_states_of_the_table_are_those_of_the_machine():
    assert {*SUBMISSION_MOVES} == {"draft", "submitted", "returned", "approved"}
    assert {old: set(new) for old, new in STANDING_MOVES.items()} == {"approved": {"draft"}}


@pytest.fixture
def running(world, cast):
    """A round with five days to go, a standing one, and the branch next door with a form on the college's desk."""
    usual = launch(world, cast, deadline_at=clock.now() + timedelta(days=5))
    submitted(usual, world[NEXT_DOOR], by=cast["university"])
    uni_a = FieldList.objects.get(code="UNI-A")
    standing.open_standing(world["hi"], field_list=uni_a, by=cast["province"])
    return usual


def test_any_order_of_steps_leaves_what_the_model_says(running, world, cast, pytestconfig):
    """The same few walks each day; 200 of 50 steps with --long; FORM_MACHINE="2000 100" walks more, new ones each time."""
    asked = os.environ.get("FORM_MACHINE", "").split()
    usual = ("200", "50") if pytestconfig.getoption("--long") else ("20", "25")
    examples, steps = (int(each) for each in asked or usual)
    run_state_machine_as_test(
        lambda: FormMachine(world, cast),
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            derandomize=not asked,
            database=None,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            phases=[phase for phase in Phase if phase != Phase.explain],
        ),
    )
