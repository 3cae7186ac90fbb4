"""The machine's first half: how a step is taken, and everything that happens in the unit itself."""

from __future__ import annotations

from dataclasses import replace

from django.core.exceptions import ObjectDoesNotExist
from django.db import transaction
from hypothesis import strategies as st
from hypothesis.stateful import (
    rule,
)

from accounts.models import (
    CollectionRound,
    Expected,
    RegistryEvent,
    Submission,
    SubmissionRow,
)
from accounts.operations import collection, standing
from orgs.exceptions import OrgsError
from orgs.kernel import clock
from orgs.models import AuditEntry
from orgs.querysets.scope import UnitsInCharge
from tests.accounts.form_invariants import FormInvariants
from tests.accounts.form_model import Model
from tests.accounts.form_things import UNITS, Block, Expectation, Form, fills_for
from tests.accounts.form_words import (
    FILLERS,
    NEXT_DOOR,
    REVIEWERS,
    ROUNDS,
    blocks_of,
    contacts,
    filled_in,
    identifier,
    typed_rows,
)


class FormFilling(FormInvariants):
    """Each example happens in a savepoint over a launched round and a standing one."""

    def __init__(self, world, cast) -> None:
        super().__init__()
        self.saved = transaction.atomic()
        self.saved.__enter__()
        self.units = {code: world[code] for code in (*UNITS, NEXT_DOOR, "hnu")}
        self.users = {key: cast[key] for key in {*FILLERS, *REVIEWERS}}
        self.rounds = {
            "round": CollectionRound.objects.get(is_standing=False),
            "standing": CollectionRound.objects.get(is_standing=True),
        }
        self.now = clock.now()
        below = Expected.objects.within(UnitsInCharge.below(world["hnu"])).filter(round=self.rounds["round"])
        self.model = Model(n_beside=below.exclude(unit__code__in=UNITS).count())
        for unit in UNITS:
            self.model.expected[unit] = Expectation(self.rounds["round"].deadline_at)
            for name in ROUNDS:
                self.model.forms[name, unit] = Form()
        self.first_audit = AuditEntry.objects.latest("pk").pk
        self.first_event = RegistryEvent.objects.count()
        self.beside = self._next_door()
        self.n_keys = 0
        self.was_late: set[tuple[str, str]] = set()

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.saved.__exit__(None, None, None)

    # --- how a step is taken -----------------------------------------------------------------------
    def _step(self, is_allowed: bool, call, *args, **more):
        """The operation must agree with the model on whether the step may be taken."""
        result, refusal = None, None
        with clock.frozen(self.now):
            try:
                result = call(*args, **more)
            except (OrgsError, ObjectDoesNotExist) as error:
                refusal = repr(error)
        assert is_allowed == (refusal is None), refusal or "was done, though it may not be"
        return result

    def _form(self, name: str, unit: str) -> Submission | None:
        return Submission.objects.filter(round=self.rounds[name], unit=self.units[unit]).first()

    def _rows(self, name: str, unit: str) -> list[SubmissionRow]:
        kept = SubmissionRow.objects.filter(submission__round=self.rounds[name])
        return list(kept.filter(submission__unit=self.units[unit]).order_by("position"))

    def _take_over_accepted(self, name: str, unit: str) -> None:
        rows = self._rows(name, unit)
        self.model.forms[name, unit].accepted = frozenset(row.pk for row in rows if row.accepted_at)

    # --- filling -----------------------------------------------------------------------------------
    @rule(
        name=st.sampled_from(ROUNDS),
        unit=st.sampled_from(UNITS),
        by=st.sampled_from(FILLERS),
        typed=filled_in(),
        is_stale=st.sampled_from([False] * 7 + [True]),
        hands_in=st.sampled_from([True, True, False]),
    )
    def fill(self, name, unit, by, typed, is_stale, hands_in) -> None:
        """Type something new, save it, and perhaps hand it in at once."""
        blocks = tuple(Block(identifier(unit, n), *rest) for n, *rest in typed)
        self._write(name, unit, blocks, by=by, is_stale=is_stale, hands_in=hands_in)

    @rule(unit=st.sampled_from(UNITS), by=st.sampled_from(FILLERS), typed=filled_in())
    def fill_well(self, unit, by, typed) -> None:
        """As most people do: everything in order, where something is to be filled in."""
        due = [name for name in ROUNDS if self.model.may_fill(name, unit)]
        if due:
            blocks = [Block(identifier(unit, n), nick, n_in or 0, who) for n, nick, n_in, who in typed]
            self._write(due[-1], unit, tuple(blocks), by=by, is_stale=False, hands_in=True)

    @rule(
        name=st.sampled_from(ROUNDS),
        unit=st.sampled_from(UNITS),
        by=st.sampled_from(FILLERS),
        count=contacts,
        at=st.integers(0, 2),
    )
    def correct(self, name, unit, by, count, at) -> None:
        """Change one number of what is saved, as the page does, and hand it in."""
        blocks = list(self.model.forms[name, unit].blocks)
        if not blocks or not all(each.people for each in blocks):
            return
        blocks[at % len(blocks)] = replace(blocks[at % len(blocks)], contacts=count)
        self._write(name, unit, tuple(blocks), by=by, is_stale=False, hands_in=True)

    def _write(self, name, unit, blocks, *, by, is_stale, hands_in) -> None:
        form = self.model.forms[name, unit]
        # Whoever fills for a unit below does not open its change (the unit itself does).
        rows = self._rows(name, unit)
        before = {row.pk: self._said(rows, row) for row in rows if row.accepted_at}
        marks = {(said[0], said[1]): pk for pk, said in before.items()}
        typed = typed_rows(blocks, marks)
        args = (self.rounds[name], self.units[unit], typed)
        version = form.version + (1 if is_stale else 0)
        was_saved = self.model.save(name, unit, blocks, by=by, at=self.now, stale=is_stale)
        if not hands_in:
            self._step(was_saved, collection.save_draft, *args, version=version, by=self.users[by])
        else:
            self.n_keys += 1
            with_key = {"version": version, "idempotency_key": f"k{self.n_keys}", "by": self.users[by]}
            may = was_saved and self._may_submit(name, unit, before, typed)
            self._step(may, collection.submit, *args, **with_key)
        if was_saved:
            self._take_over_rows(name, unit, before, typed)
        if hands_in and was_saved and may:
            self.model.submit(name, unit, by=by, at=self.now)

    def _may_submit(self, name, unit, before, typed) -> bool:
        """With accepted rows, what stays is only known once it is saved: the database's rows decide."""
        if before:
            self._probe(name, unit, typed)
        form = self.model.forms[name, unit]
        is_a_change = bool(before) or tuple(each.stored() for each in form.blocks) != self.model.registered(
            unit
        )
        return self.model.may_submit(name, unit, is_a_change=is_a_change)

    def _probe(self, name, unit, typed) -> None:
        """What a draft of these rows would leave, taken back again."""
        saved = self._form(name, unit)
        with transaction.atomic(), clock.frozen(self.now):
            collection.write_rows(saved, typed)
            self.model.forms[name, unit].blocks = blocks_of(self._rows(name, unit))
            transaction.set_rollback(True)

    def _take_over_rows(self, name, unit, before, typed) -> None:
        """What was accepted stands as it stood, below the account it belonged to; all other rows are as typed."""
        if not before:
            return
        rows = self._rows(name, unit)
        after = {row.pk: self._said(rows, row) for row in rows if row.accepted_at}
        assert after == before
        said = [(each.personal["admin_mobile"], each.continues) for each in typed]
        for row in rows:
            assert row.accepted_at or (row.personal["admin_mobile"], row.continues) in said
        self.model.forms[name, unit].blocks = blocks_of(rows)

    def _said(self, rows, row) -> tuple:
        """One row: of which account, who, and what."""
        main = [each for each in rows if not each.continues and each.position <= row.position][-1]
        mobile = row.personal["admin_mobile"]
        official = (
            None
            if row.continues
            else tuple(row.values.get(code) for code in ("account_nickname", "contacts"))
        )
        return main.values["account_id"], int(mobile) - 13900000000, official, row.personal["admin_qq"]

    @rule(name=st.sampled_from(ROUNDS), unit=st.sampled_from(UNITS), by=st.sampled_from(FILLERS))
    def hand_in_as_it_is(self, name, unit, by) -> None:
        form = self.model.forms[name, unit]
        rows_are_registered = form.blocks == self.model.registered(unit) and not form.accepted
        may = fills_for(by, unit) and self.model.may_submit(name, unit, is_a_change=not rows_are_registered)
        self.n_keys += 1
        with_key = {"version": form.version, "idempotency_key": f"k{self.n_keys}", "by": self.users[by]}
        self._step(may, collection.submit, self.rounds[name], self.units[unit], **with_key)
        if may:
            self.model.submit(name, unit, by=by, at=self.now)
            self._second_tap(name, unit, with_key)

    def _second_tap(self, name, unit, with_key) -> None:
        again = self._step(True, collection.submit, self.rounds[name], self.units[unit], **with_key)
        assert again.version == self.model.forms[name, unit].version

    @rule(unit=st.sampled_from([UNITS[0], *UNITS]), by=st.sampled_from(["secretary", "secretary", "college"]))
    def start_change(self, unit, by) -> None:
        form = self.model.forms["standing", unit]
        is_own = by == "secretary" and unit == UNITS[0]
        is_new = not (form.is_editable and form.version)
        self._step(
            is_own and form.status != "submitted",
            *(standing.start_change, self.rounds["standing"], self.units[unit]),
            by=self.users[by],
        )
        if not (is_own and is_new and form.status != "submitted"):
            return
        registered = self.model.registered(unit)
        kept = Form(status="draft", version=form.version + 1, filled_by=by, saved_at=self.now, last=form.last)
        kept.blocks = registered or blocks_of(self._rows("standing", unit))
        self.model.forms["standing", unit] = kept
        self.model.audit["submission.started"] += 1
