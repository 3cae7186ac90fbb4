"""What the review page shows: the queue of a person's desks, one form beside what is registered. Reads only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import Count, Min, Q
from django.utils.translation import gettext

from accounts.choices import StepKind, SubmissionStatus
from accounts.field_lists import RowInput, applying, by_target, has_target, read_fields
from accounts.forms.review_typed import Typed
from accounts.masks import MASKS
from accounts.models import Account, Administratorship, ReviewStep, Submission
from accounts.naming import identifier_key
from accounts.operations.collection import GROUP_ID
from accounts.pages.review_changes import NOTHING, LastTime, Since
from accounts.pages.review_checks import passed
from orgs.kernel import clock
from orgs.permissions import REVIEW

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from accounts.field_lists import Field
    from accounts.models import Group, SubmissionRow
    from accounts.querysets.submissions import SubmissionQuerySet
    from orgs.models import User

ALL, CLEAN, DOUBTFUL, AGAIN = "", "clean", "doubt", "again"


@dataclass(frozen=True, slots=True)
class QueueCounts:
    """How many forms wait, of which sort, and how long the oldest has waited."""

    all: int
    clean: int
    doubtful: int
    again: int
    oldest_hours: int | None

    def of(self, sort: str) -> int:
        return {CLEAN: self.clean, DOUBTFUL: self.doubtful, AGAIN: self.again}.get(sort, self.all)


@dataclass(frozen=True, slots=True)
class Compared:
    """One line of the form beside the registry. `reveal` names the cell whose full number may be asked for."""

    label: str
    new: str
    old: str = ""
    is_changed: bool = False
    remark: str = ""
    reveal: str = ""
    row_id: int | None = None
    cell: str = ""  # how a return names it: row:field
    since: Since = NOTHING
    is_marked: bool = False
    why: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """One row of the form: its fields in their groups, and whether it was accepted when others went back."""

    position: int
    name: str
    groups: list[tuple[str, list[Compared]]]
    is_accepted: bool = False
    is_ticked: bool = False

    @property
    def number(self) -> int:
        return self.position + 1


@dataclass(slots=True)
class Subject:
    """The form that is read now."""

    form: Submission
    parts: list[Part]
    has_old: bool
    has_before: bool
    passed: list[str]
    steps: Sequence[ReviewStep]
    typed: Typed

    @property
    def lines(self) -> list[Compared]:
        return [line for part in self.parts for _title, lines in part.groups for line in lines]

    @property
    def cells(self) -> list[tuple[str, str]]:
        """Every cell that may be sent back, with the words that go along if none are typed."""
        return [(line.cell, line.remark) for line in self.lines]

    @property
    def n_changed(self) -> int:
        return sum(line.since.is_changed for line in self.lines)

    @property
    def n_unchanged_returns(self) -> int:
        return sum(bool(line.since.returned) and not line.since.is_changed for line in self.lines)

    @property
    def last_decision(self) -> ReviewStep | None:
        return next(
            (step for step in reversed(self.steps) if step.kind in (StepKind.APPROVED, StepKind.RETURNED)),
            None,
        )


def counts(queue: SubmissionQuerySet) -> QueueCounts:
    """All figures of the filter chips in one statement."""
    found = queue.order_by().aggregate(
        all=Count("pk"),
        clean=Count("pk", filter=Q(doubts=[]) & ~Q(checks=[])),
        again=Count("pk", filter=Q(attempt__gt=1)),
        oldest=Min("on_desk_since"),
    )
    oldest = found["oldest"]
    hours = int((clock.now() - oldest).total_seconds() // 3600) if oldest else None
    return QueueCounts(found["all"], found["clean"], found["all"] - found["clean"], found["again"], hours)


def of_sort(queue: SubmissionQuerySet, sort: str) -> SubmissionQuerySet:
    """The queue behind one filter chip."""
    if sort == CLEAN:
        return queue.clean()
    if sort == DOUBTFUL:
        return queue.doubtful()
    return queue.resubmitted() if sort == AGAIN else queue


def subject(pk: int, *, reader: User, typed: Typed | None = None) -> Subject | None:
    """The form with its rows compared; None where it does not exist for the reader. `typed` stands there again."""
    form = Submission.objects.actionable_by(reader, REVIEW).for_reading().filter(pk=pk).first()
    if form is None or form.status == SubmissionStatus.DRAFT:
        return None
    rows = list(form.rows.all())
    fields = read_fields(form.round.field_list.fields)
    accounts = {each.pk: each for each in Account.objects.active().filter(unit=form.unit)}
    steps = list(form.steps.select_related("by", "unit"))
    last_time = LastTime.of(form, fields, rows, steps)
    typed = typed or Typed()
    return Subject(
        form=form,
        parts=_parts(form, fields, rows, accounts, last_time, typed),
        has_old=bool(accounts),
        has_before=last_time.is_known,
        passed=passed(form, fields, rows),
        steps=steps,
        typed=typed,
    )


def own_decisions(pks: Sequence[int], *, by: User) -> list[ReviewStep]:
    """The last step of each form, where it is this person's decision: what the toast after it names."""
    if not pks:
        return []
    steps = ReviewStep.objects.filter(submission_id__in=pks).exclude(kind=StepKind.SAVED)
    last = {
        step.submission_id: step for step in steps.select_related("submission__unit").order_by("at", "pk")
    }
    decisions = (StepKind.APPROVED, StepKind.RETURNED)
    return [step for step in last.values() if step.by_id == by.pk and step.kind in decisions]


def _parts(
    form: Submission,
    fields: Sequence[Field],
    rows: Sequence[SubmissionRow],
    accounts: dict[int, Account],
    last_time: LastTime,
    typed: Typed,
) -> list[Part]:
    by_key = {account.identifier_key: account for account in accounts.values()}
    terms = _terms(accounts)
    is_about_groups = has_target(fields, "group.name")
    registered = {each.pk: each for each in form.unit.groups.active()} if is_about_groups else {}
    n_accounts = sum(not row.continues for row in rows)
    parts: list[Part] = []
    account: Account | None = None
    people: Iterator[Administratorship] = iter(())
    at = 0
    for row in rows:
        answers = RowInput(row.values, row.personal or {}, row.continues, row.account_id)
        remarks = {d["field"]: str(d["message"]) for d in form.doubts if d.get("position") == row.position}
        if not row.continues:
            at += 1
            key = identifier_key(str(by_target(fields, answers, "account").get("identifier", "")))
            account = accounts.get(row.account_id or 0) or by_key.get(key)
            people = iter(terms.get(account.pk, ()) if account else ())
        known = {
            "account": account,
            "administrator": next(people, None),
            "group": registered.get(row.values.get(GROUP_ID) or 0),
        }
        groups = []
        for asked in _by_group(applying(fields, answers)):
            lines = [_line(each, row, answers, known, remarks, last_time, typed) for each in asked]
            groups.append((_title(asked[0].group_title, at, n_accounts), lines))
        parts.append(_part(row, groups, last_time, typed))
    return parts


def _part(
    row: SubmissionRow, groups: list[tuple[str, list[Compared]]], last_time: LastTime, typed: Typed
) -> Part:
    name = next((line.new for _title, lines in groups for line in lines if line.new), "")
    is_accepted = row.accepted_at is not None and row.accepted_at in last_time.accepted_here
    is_ticked = is_accepted if typed.accepted is None else row.position in typed.accepted
    return Part(row.position, name, groups, is_accepted, is_ticked)


def _by_group(fields: Sequence[Field]) -> list[list[Field]]:
    """The fields of a row, those of one group together."""
    groups: dict[str, list[Field]] = {}
    for each in fields:
        groups.setdefault(each.group, []).append(each)
    return list(groups.values())


def _title(title: str, at: int, n_accounts: int) -> str:
    return f"{title} {at}" if n_accounts > 1 else title


def _line(
    each: Field,
    row: SubmissionRow,
    answers: RowInput,
    known: Mapping[str, Account | Group | Administratorship | None],
    remarks: dict[str, str],
    last_time: LastTime,
    typed: Typed,
) -> Compared:
    shelf, _dot, name = each.target.partition(".")
    registered = known.get(shelf)
    new, old = each.shown(answers.get(each)), ""
    if registered is not None:
        old = each.shown(getattr(registered, "platform_id" if name == "platform" else name, ""))
    mask = MASKS.get(each.type) if each.personal else None
    is_purged = each.personal and row.personal is None
    return Compared(
        label=each.label,
        new=gettext("已清除") if is_purged else _shown(new, mask),
        old=_shown(old, mask),
        is_changed=registered is not None and new != old and not is_purged,
        remark=remarks.get(each.code, ""),
        reveal=each.code if mask and new else "",
        row_id=row.pk,
        cell=(cell := f"{row.position}:{each.code}"),
        since=last_time.since(row, each, new, mask),
        is_marked=cell in typed.cells,
        why=typed.why.get(cell, remarks.get(each.code, "")),
    )


def _terms(accounts: dict[int, Account]) -> dict[int, list[Administratorship]]:
    terms: dict[int, list[Administratorship]] = {}
    if accounts:
        for term in Administratorship.objects.in_office().filter(account__in=accounts).order_by("pk"):
            terms.setdefault(term.account_id or 0, []).append(term)
    return terms


def _shown(text: str, mask: Any) -> str:
    return mask(text) if mask and text else text
