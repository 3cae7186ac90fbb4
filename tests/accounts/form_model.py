"""What the form, its review and the registry should hold, as plain dicts: the oracle of test_form_machine.py.

It knows nothing of the operations. Every method answers whether the step is allowed and, if so, takes it.
"""

from __future__ import annotations

from collections import Counter
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import datetime

from tests.accounts.form_things import (
    LEVELS,
    NICKNAMES,
    REVIEWER_AT,
    UNDO,
    UNITS,
    Block,
    Expectation,
    Form,
    Person,
    Registered,
    Sent,
    fills_for,
)


@dataclass
class Model:
    """One round, one standing round, two units, the registry, the package above them, and what was written down."""

    forms: dict[tuple[str, str], Form] = field(default_factory=dict)  # (round, unit)
    expected: dict[str, Expectation] = field(default_factory=dict)
    is_closed: bool = False
    n_beside: int = 0  # units below the university that are expected besides the two, and hand in nothing
    package: Sent = field(default_factory=Sent)
    registry: dict[str, list[Registered]] = field(default_factory=lambda: {unit: [] for unit in UNITS})
    events: Counter = field(default_factory=Counter)  # (unit, kind)
    audit: Counter = field(default_factory=Counter)  # verb

    def closed(self, round: str) -> bool:
        return round == "round" and self.is_closed

    def expects(self, round: str, unit: str) -> bool:
        """A standing round expects who has started a change."""
        if round == "standing":
            return self.forms[round, unit].status != "missing"
        return not self.expected[unit].is_exempt

    def may_fill(self, round: str, unit: str) -> bool:
        """Something is to be filled in and can be handed in."""
        return self.forms[round, unit].is_editable and self.expects(round, unit) and not self.closed(round)

    # --- filling -----------------------------------------------------------------------------------
    def save(
        self, round: str, unit: str, blocks: tuple[Block, ...], *, by: str, at: datetime, stale: bool
    ) -> bool:
        form = self.forms[round, unit]
        if not fills_for(by, unit) or stale or not form.is_editable or not self.expects(round, unit):
            return False
        form.status = "draft" if form.status == "missing" else form.status
        form.version += 1
        form.blocks, form.filled_by, form.saved_at = blocks, by, at
        return True

    def may_submit(self, round: str, unit: str, *, is_a_change: bool) -> bool:
        """Besides the rows: open, expected, editable, something to say."""
        form = self.forms[round, unit]
        if self.closed(round) or not self.expects(round, unit) or not form.is_editable:
            return False
        return form.is_valid and form.version > 0 and (round == "round" or is_a_change)

    def submit(self, round: str, unit: str, *, by: str, at: datetime) -> None:
        form = self.forms[round, unit]
        form.status, form.filled_by = "submitted", by
        form.version += 1
        form.attempt += 1
        form.blocks = tuple(each.stored() for each in form.blocks)
        form.desk = next((desk for desk in LEVELS if REVIEWER_AT[desk] != by), "hi")
        if round == "round":
            form.is_late = form.is_late or at >= self.expected[unit].deadline_at
        form.last = ("submitted", by, form.desk, at)
        self.audit["submission.submitted"] += 1

    # --- review ------------------------------------------------------------------------------------
    def may_decide(self, round: str, unit: str, *, by: str, stale: bool) -> bool:
        form = self.forms[round, unit]
        if stale or form.status != "submitted" or self.closed(round):
            return False
        return REVIEWER_AT[form.desk] == by and form.filled_by != by

    def approve(self, round: str, unit: str, *, by: str, at: datetime) -> bool:
        """False where the registry refuses what the form says."""
        form = self.forms[round, unit]
        above = self._above(form)
        if not above:
            entered = self._entered(unit, form)
            if entered is None:
                return False
            self.registry[unit], events = entered
            self._count(unit, events)
            self.audit["submission.entered"] += 1
        form.approved_at = None if above else at
        form.last = ("approved", by, form.desk, at)
        form.status, form.desk = ("submitted", above) if above else ("approved", "")
        form.version += 1
        self.audit["submission.approve"] += 1
        if not above:
            form.accepted = frozenset()
        return True

    def give_back(self, round: str, unit: str, *, by: str, at: datetime) -> None:
        form = self.forms[round, unit]
        form.last = ("returned", by, form.desk, at)
        form.status, form.desk = "returned", ""
        form.version += 1
        self.audit["submission.return"] += 1

    def undo(self, round: str, unit: str, *, by: str, at: datetime) -> bool:
        form = self.forms[round, unit]
        kind, who, desk, when = form.last or ("", "", "", at)
        has_begun = form.saved_at is not None and form.saved_at > when
        if kind not in {"approved", "returned"} or who != by or form.status not in {"submitted", "returned"}:
            return False
        is_exempt = round == "round" and self.expected[unit].is_exempt
        if at - when > UNDO or has_begun or self.closed(round) or (kind == "returned" and is_exempt):
            return False
        form.status, form.desk, form.last = "submitted", desk, ("undone", by, desk, at)
        form.version += 1
        self.audit["submission.undo"] += 1
        return True

    # --- package -----------------------------------------------------------------------------------
    def report(self, *, at: datetime) -> bool:
        """Up it goes, complete or not; once it was accepted, only with something newly approved."""
        sent = self.package
        due = [unit for unit in UNITS if not self.expected[unit].is_exempt]
        approved = [
            self.forms["round", unit] for unit in UNITS if self.forms["round", unit].status == "approved"
        ]
        newer = any(form.approved_at > sent.reported_at for form in approved if sent.reported_at)
        if sent.status == "reported" or (sent.status == "accepted" and not newer):
            return False
        self.package = Sent("reported", len(due) + self.n_beside, len(approved), at)
        self.audit["package.report"] += 1
        return True

    def decide_package(self, *, accepts: bool) -> bool:
        if self.package.status != "reported":
            return False
        self.package.status = "accepted" if accepts else "returned"
        self.audit["package.accept" if accepts else "package.return"] += 1
        return True

    def _above(self, form: Form) -> str:
        """The next level with somebody other than who filled it; the province where there is none."""
        if form.desk not in LEVELS[:-1]:
            return ""
        above = LEVELS[LEVELS.index(form.desk) + 1 :]
        return next((desk for desk in above if REVIEWER_AT[desk] != form.filled_by), "hi")

    # --- registry ----------------------------------------------------------------------------------
    def holder_of(self, identifier: str) -> str:
        """The unit that has this id now (A1)."""
        found = [unit for unit in UNITS if any(_is(each, identifier) for each in self.registry[unit])]
        return found[0] if found else ""

    def registered(self, unit: str) -> tuple[Block, ...]:
        """The registry as the form would say it."""
        return tuple(
            Block(each.identifier, each.nickname, each.contacts, tuple(each.people), each.pk)
            for each in self.registry[unit]
            if each.is_open
        )

    def _entered(self, unit: str, form: Form) -> tuple[list[Registered], Counter] | None:
        known, events = deepcopy(self.registry[unit]), Counter()
        was_open = [each for each in known if each.is_open]
        for block in form.blocks:
            account = next((each for each in was_open if each.pk == block.account), None)
            account = account or next((each for each in was_open if _is(each, block.identifier)), None)
            if account is None:
                if self.holder_of(block.identifier):
                    return None
                account = Registered(0, block.identifier, block.nickname, block.contacts or 0)
                known.append(account)
                events["opened"] += 1
            else:
                events += _change(account, block.nickname, block.contacts or 0)
            events += _staff(account, block.people)
        return known, events

    def change(self, unit: str, account: Registered, *, nickname: str, contacts: int) -> None:
        self._count(unit, _change(account, NICKNAMES[nickname], contacts))

    def close(self, unit: str, account: Registered) -> None:
        account.is_open = False
        self._count(unit, Counter({"closed": 1, "admin_replaced": len(account.people)}))
        account.people = []

    def open(self, unit: str, pk: int, identifier: str, nickname: str, contacts: int) -> None:
        self.registry[unit].append(Registered(pk, identifier, NICKNAMES[nickname], contacts))
        self._count(unit, Counter({"opened": 1}))

    def _count(self, unit: str, events: Counter) -> None:
        for kind, n in events.items():
            self.events[unit, kind] += n


def _is(account: Registered, identifier: str) -> bool:
    return account.is_open and account.identifier == identifier


def _change(account: Registered, nickname: str, contacts: int) -> Counter:
    differing = {"nickname"} if account.nickname != nickname else set()
    differing |= {"contacts"} if account.contacts != contacts else set()
    account.nickname, account.contacts = nickname, contacts
    if not differing:
        return Counter()
    return Counter({"renamed" if differing == {"nickname"} else "changed": 1})


def _staff(account: Registered, people: tuple[Person, ...]) -> Counter:
    """Who stays is corrected, newcomers take the place of those no longer named, the rest leave."""
    events: Counter = Counter()
    left = list(account.people)
    newcomers = []
    for person in people:
        known = next((each for each in left if each.n == person.n), None)
        if known is None:
            newcomers.append(person)
            continue
        left.remove(known)
        if known != person:
            account.people[account.people.index(known)] = person
            events["changed"] += 1
    for person in newcomers:
        if left:
            account.people.remove(left.pop(0))
            events["admin_replaced"] += 1
        account.people.append(person)
        events["appointed"] += 1
    for person in left:
        account.people.remove(person)
        events["admin_replaced"] += 1
    return events
