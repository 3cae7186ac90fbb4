"""What must hold after every step: the database is as the model says, and all of it was written down once."""

from __future__ import annotations

import re
from collections import Counter
from datetime import timedelta

from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
)

from accounts.choices import StepKind
from accounts.models import (
    Account,
    AccountVersion,
    Administratorship,
    CollectionRound,
    Expected,
    ExpectedVersion,
    RegistryEvent,
    ReviewStep,
    Submission,
    SubmissionRow,
)
from accounts.naming import identifier_key
from orgs.models import AuditEntry
from tests.accounts.form_things import (
    LEVELS,
    REVIEWER_AT,
    UNITS,
    Person,
)
from tests.accounts.form_words import NEXT_DOOR, blocks_of

MOBILE = re.compile(r"1[3-9]\d{9}")
REGISTRY_VERBS = ("account.", "administratorship.")


class FormInvariants(RuleBasedStateMachine):
    """Needs `model`, `units`, `rounds`, `now`, `beside`, `was_late` and `first_audit` of the machine."""

    @invariant()
    def forms_are_as_the_model_says(self) -> None:
        self.now += timedelta(seconds=1)
        saved = {
            (form.round_id, form.unit_id): form
            for form in Submission.objects.select_related("desk", "filled_by").prefetch_related("rows")
        }
        for (name, unit), wanted in self.model.forms.items():
            form = saved.get((self.rounds[name].pk, self.units[unit].pk))
            if form is None:
                assert wanted.status == "missing"
                continue
            desk = form.desk.code if form.desk else ""
            assert (form.status, desk, form.version) == (wanted.status, wanted.desk, wanted.version)
            assert (form.is_late, form.attempt) == (wanted.is_late, wanted.attempt)
            assert form.filled_by.username == wanted.filled_by
            assert blocks_of(form.rows.all()) == wanted.blocks
            if name == "round":
                assert form.is_late or (name, unit) not in self.was_late
                self.was_late |= {(name, unit)} if form.is_late else set()

    @invariant()
    def registry_is_as_the_model_says(self) -> None:
        terms = Administratorship.objects.in_office().order_by("pk")
        in_office: dict[int, list[Person]] = {}
        for term in terms.filter(account__unit__code__in=UNITS):
            assert MOBILE.fullmatch(term.mobile)
            in_office.setdefault(term.account_id, []).append(Person(int(term.mobile) - 13900000000, term.qq))
        accounts = Account.objects.filter(unit__code__in=UNITS).select_related("unit").order_by("pk")
        found = {unit: [] for unit in UNITS}
        for each in accounts:
            is_open = each.status == "open"
            facts = (each.pk, each.identifier, each.nickname, each.contacts, is_open)
            found[each.unit.code].append((*facts, in_office.pop(each.pk, [])))
        assert not in_office
        for unit, known in self.model.registry.items():
            wanted = [(e.pk, e.identifier, e.nickname, e.contacts, e.is_open, e.people) for e in known]
            assert found[unit] == wanted
        keys = [identifier_key(each.identifier) for each in accounts if each.status == "open"]
        assert len(keys) == len(set(keys))
        now = AccountVersion.objects.current().filter(account__in=accounts)
        versions = {each.account_id: (each.nickname, each.contacts, each.status) for each in now}
        assert versions == {each.pk: (each.nickname, each.contacts, each.status) for each in accounts}

    @invariant()
    def everything_is_written_down_once(self) -> None:
        events = RegistryEvent.objects.filter(unit__code__in=UNITS).values_list("unit__code", "kind")
        assert Counter(events) == +self.model.events
        verbs = Counter(AuditEntry.objects.filter(pk__gt=self.first_audit).values_list("verb", flat=True))
        of_registry = sum(n for verb, n in verbs.items() if verb.startswith(REGISTRY_VERBS))
        assert of_registry == self.model.events.total()
        others = {verb: n for verb, n in verbs.items() if not verb.startswith(REGISTRY_VERBS)}
        assert others == dict(+self.model.audit)

    @invariant()
    def the_time_line_is_a_legal_one(self) -> None:
        """F1, F3, F6 and F8, from the steps alone."""
        steps = ReviewStep.objects.filter(submission__unit__code__in=UNITS)
        lines: dict[int, list[ReviewStep]] = {}
        for step in steps.select_related("by", "unit", "submission").order_by("at", "pk"):
            lines.setdefault(step.submission_id, []).append(step)
        closed_at = CollectionRound.objects.get(pk=self.rounds["round"].pk).closed_at
        for line in lines.values():
            filler, kind = "", ""
            for step in line:
                is_usual = step.submission.round_id == self.rounds["round"].pk
                assert not (is_usual and closed_at and step.at >= closed_at)
                if step.kind == StepKind.SUBMITTED:
                    assert kind not in {StepKind.SUBMITTED, StepKind.UNDONE}
                    filler = step.by.username
                elif step.kind in {StepKind.APPROVED, StepKind.RETURNED}:
                    assert step.by.username not in {filler, ""}
                    assert REVIEWER_AT[step.unit.code] == step.by.username
                    assert kind in {StepKind.SUBMITTED, StepKind.APPROVED, StepKind.UNDONE}
                    skipped = LEVELS[: LEVELS.index(step.unit.code)] if step.unit.code in LEVELS else ()
                    signed = {each.unit.code for each in line if each.kind == StepKind.APPROVED}
                    assert {desk for desk in skipped if REVIEWER_AT[desk] != filler} <= signed
                kind = step.kind

    @invariant()
    def deadlines_and_the_branch_next_door_are_untouched_by_others(self) -> None:
        for expected in Expected.objects.filter(
            round=self.rounds["round"], unit__code__in=UNITS
        ).select_related("unit"):
            known = self.model.expected[expected.unit.code]
            facts = (known.deadline_at, not known.is_exempt)
            assert (expected.deadline_at, not expected.exempt_reason) == facts
            now = ExpectedVersion.objects.current().get(expected=expected)
            assert (now.deadline_at, now.is_due) == facts
        assert self._next_door() == self.beside

    def _next_door(self) -> list:
        unit = self.units[NEXT_DOOR]
        forms = Submission.objects.filter(unit=unit)
        return [
            list(forms.values_list()),
            list(SubmissionRow.objects.filter(submission__in=forms).order_by("pk").values_list()),
            list(ReviewStep.objects.filter(submission__in=forms).order_by("pk").values_list()),
            list(Expected.objects.filter(unit=unit).order_by("pk").values_list()),
            list(Account.objects.filter(unit=unit).values_list()),
        ]
