"""What the review page shows: the queue of a person's desks, one form beside what is registered. Reads only."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.db.models import Count, Min, Q
from django.utils.translation import gettext_lazy as _

from accounts.choices import StepKind, SubmissionStatus
from accounts.field_lists import ADMINISTRATOR, OFFICIAL, RowInput, applying, by_target, read_fields
from accounts.masks import MASKS
from accounts.models import Account, Administratorship, ReviewStep, Submission
from accounts.naming import identifier_key
from orgs.kernel import clock

if TYPE_CHECKING:
    from collections.abc import Sequence

    from accounts.field_lists import Field
    from accounts.models import SubmissionRow
    from accounts.querysets.collection import SubmissionQuerySet
    from orgs.models import User

ALL, CLEAN, DOUBTFUL, AGAIN = "", "clean", "doubt", "again"
GROUP_TITLES = {OFFICIAL: "官方微信", ADMINISTRATOR: _("微信管理员")}
CHECKS = (_("必填"), _("微信号格式"), _("QQ号格式"), _("手机位数"), _("账号和管理员不重复"))
# What the machine looks at in every form, by the code of the doubt that it raises.
PASSED = {
    "nickname": _("昵称规范"),
    "above_base": _("联系人数与团员数"),
    "fall": _("与上次相比无异常下降"),
    "mobile_elsewhere": _("手机未在别处登记"),
    "identifier_taken": _("账号未被登记"),
}


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


@dataclass(slots=True)
class Subject:
    """The form that is read now."""

    form: Submission
    groups: list[tuple[str, list[Compared]]]
    has_old: bool
    passed: list[str]
    steps: Sequence[ReviewStep]
    cells: list[tuple[str, str]] = field(default_factory=list)

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
        clean=Count("pk", filter=Q(doubts=[])),
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


def subject(pk: int, *, reader: User) -> Subject | None:
    """The form with its rows compared; None where it does not exist for the reader."""
    form = Submission.objects.visible_to(reader).for_reading().filter(pk=pk).first()
    if form is None or form.status == SubmissionStatus.DRAFT:
        return None
    rows = list(form.rows.all())
    fields = read_fields(form.round.field_list.fields)
    accounts = {each.pk: each for each in Account.objects.active().filter(unit=form.unit)}
    groups = _groups(form, fields, rows, accounts)
    raised = {doubt["code"] for doubt in form.doubts}
    return Subject(
        form=form,
        groups=groups,
        has_old=bool(accounts),
        passed=[*CHECKS, *(text for code, text in PASSED.items() if code not in raised)],
        steps=list(form.steps.select_related("by", "unit")),
        cells=[
            (f"{d.get('position', 0)}:{d['field']}", str(d["message"])) for d in form.doubts if d.get("field")
        ],
    )


def own_decision(pk: int, *, by: User) -> ReviewStep | None:
    """The form's last step if it is this person's decision: what the toast after it names."""
    steps = ReviewStep.objects.filter(submission_id=pk).exclude(kind=StepKind.SAVED)
    last = steps.select_related("submission__unit").order_by("at", "pk").last()
    is_own = last is not None and last.by_id == by.pk and last.kind in (StepKind.APPROVED, StepKind.RETURNED)
    return last if is_own else None


def _groups(
    form: Submission, fields: Sequence[Field], rows: Sequence[SubmissionRow], accounts: dict[int, Account]
) -> list[tuple[str, list[Compared]]]:
    by_key = {account.identifier_key: account for account in accounts.values()}
    terms = _terms(accounts)
    n_accounts = sum(not row.continues for row in rows)
    groups: list[tuple[str, list[Compared]]] = []
    account, at, people = None, 0, iter(())
    for row in rows:
        answers = RowInput(row.values, row.personal or {}, row.continues, row.account_id)
        remarks = {d["field"]: str(d["message"]) for d in form.doubts if d.get("position") == row.position}
        if not row.continues:
            at += 1
            key = identifier_key(str(by_target(fields, answers, "account").get("identifier", "")))
            account = accounts.get(row.account_id or 0) or by_key.get(key)
            people = iter(terms.get(account.pk, ()) if account else ())
        person = next(people, None)
        for group in (OFFICIAL, ADMINISTRATOR):
            asked = [each for each in applying(fields, answers) if each.group == group]
            lines = [_line(each, row, answers, account, person, remarks) for each in asked]
            if lines:
                groups.append((_title(group, at, n_accounts), lines))
    return groups


def _title(group: str, at: int, n_accounts: int) -> str:
    title = str(GROUP_TITLES.get(group, group))
    return f"{title} {at}" if n_accounts > 1 else title


def _line(
    each: Field,
    row: SubmissionRow,
    answers: RowInput,
    account: Account | None,
    person: Administratorship | None,
    remarks: dict[str, str],
) -> Compared:
    shelf, _dot, name = each.target.partition(".")
    registered = account if shelf == "account" else person
    new, old = _text(answers.get(each)), _text(getattr(registered, name, "")) if registered else ""
    mask = MASKS.get(each.type) if each.personal else None
    return Compared(
        label=each.label,
        new=_shown(new, mask),
        old=_shown(old, mask),
        is_changed=registered is not None and new != old,
        remark=remarks.get(each.code, ""),
        reveal=each.code if mask and new else "",
        row_id=row.pk,
    )


def _terms(accounts: dict[int, Account]) -> dict[int, list[Administratorship]]:
    terms: dict[int, list[Administratorship]] = {}
    if accounts:
        for term in Administratorship.objects.in_office().filter(account__in=accounts).order_by("pk"):
            terms.setdefault(term.account_id or 0, []).append(term)
    return terms


def _text(value: Any) -> str:
    return "" if value is None else str(value)


def _shown(text: str, mask: Any) -> str:
    return mask(text) if mask and text else text
