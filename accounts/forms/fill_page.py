"""What a form shows before anybody has typed: the registry's facts, else the person's own name; and the hints beside."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts import naming
from accounts.choices import ReturnReason
from accounts.field_lists import ADMINISTRATOR, OFFICIAL, RowInput, applying, check_rows, read_fields
from accounts.forms.fill import Beside, blank_row, blocks_of, fill_in_person
from accounts.operations.collection import rows_of
from accounts.operations.desks import first_desk
from accounts.operations.form_facts import DEFAULT_PLATFORM
from orgs.choices import Kind, Measure
from orgs.kernel import clock
from orgs.kernel.numbers import percent_text

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from accounts.field_lists import Field, FieldError
    from accounts.models import Account, Administratorship, Expected, Submission
    from orgs.models import OrgUnit, User

# UNI-2.1: each group gathers at least 40 outstanding members; a branch with fewer members is exempt.
OUTSTANDING = 40


@dataclass(frozen=True, slots=True)
class Answer:
    """One line of the check page: the answer, what is said beside it, and the field to correct it."""

    label: str
    value: object
    beside: str
    url: str


@dataclass(frozen=True, slots=True)
class AnswerGroup:
    """The answers of one card."""

    title: str
    answers: list[Answer]


def rows_for(expected: Expected, submission: Submission | None, me: User) -> list[RowInput]:
    """The saved rows; else the registry's accounts; else one blank row with the person as administrator."""
    if submission is not None and submission.version:
        return rows_of(submission)
    fields = read_fields(expected.round.field_list.fields)
    rows = [row for account in _accounts(expected.unit) for row in _registered(fields, account)]
    if rows:
        return rows
    row = blank_row(fields)
    fill_in_person(fields, row, me)
    return [row]


def beside(expected: Expected, submission: Submission | None, rows: Sequence[RowInput], me: User) -> Beside:
    """Suggested name, base, hints under the number of contacts, and the remarks of a return."""
    unit = expected.unit
    base = unit.bases.filter(measure=Measure.MEMBERS).values_list("count", flat=True).first()
    fields = read_fields(expected.round.field_list.fields)
    contacts = next((each for each in fields if each.target == "account.contacts"), None)
    hints = {
        at: contact_hints(row.get(contacts), base)
        for at, row in enumerate(rows)
        if contacts and not row.continues
    }
    return Beside(
        suggestion=suggested_name(unit),
        base_members=base,
        hints=hints,
        remarks=_remarks(submission),
        me=me,
    )


def suggested_name(unit: OrgUnit) -> str:
    """The regular name, led by the university above where the unit's own name lacks it (UNI-3.2b)."""
    school = unit.get_ancestors().filter(kind=Kind.UNIVERSITY).values_list("name", flat=True).first()
    return naming.regular_name(unit.name, school or "")


def contact_hints(contacts: object, base: int | None) -> list[tuple[str, str]]:
    """Coverage beside the number of contacts; 40 is a number of outstanding members and said apart."""
    if base is None:
        return [("info", _("本单位还没有团员底数，暂不能计算覆盖率"))]
    hints = []
    number = int(str(contacts)) if str(contacts).isdecimal() else None
    if number is None:
        hints.append(("info", _("本支部团员 %(base)s 人") % {"base": base}))
    else:
        text = _("本支部团员 %(base)s 人，已覆盖 %(share)s") % {
            "base": base,
            "share": percent_text(number, base),
        }
        hints.append(("warn" if number > base else "ok", text))
    if base >= OUTSTANDING:
        hints.append(
            ("info", _("每个群还应有优秀团员 %(n)s 人以上，与联系人数分开计算") % {"n": OUTSTANDING})
        )
    return hints


def _accounts(unit: OrgUnit) -> Sequence[Account]:
    return list(
        unit.accounts.active()
        .filter(platform=DEFAULT_PLATFORM)
        .with_administrators_in_office()
        .order_by("pk")
    )


def _registered(fields: Sequence[Field], account: Account) -> list[RowInput]:
    terms: Sequence[Administratorship | None] = list(account.administratorships.all()) or [None]
    rows = []
    for at, term in enumerate(terms):
        row = blank_row(fields, continues=at > 0)
        for each in fields:
            owner, _dot, name = each.target.partition(".")
            source = account if owner == "account" else term
            answer = "" if source is None else getattr(source, name)
            if owner == "account" and at > 0:
                row.values.pop(each.code, None)
            else:
                (row.personal if each.personal else row.values)[each.code] = "" if answer is None else answer
        rows.append(RowInput(row.values, row.personal, at > 0, account.pk if at == 0 else None))
    return rows


def _remarks(submission: Submission | None) -> dict[tuple[int, str], str]:
    if submission is None or submission.pk is None:
        return {}
    marked = submission.cell_returns.filter(fixed_at__isnull=True)
    return {(each.position, each.field): each.remark for each in marked}


def form_context(
    expected: Expected,
    submission: Submission | None,
    rows: Sequence[RowInput],
    errors: Sequence[FieldError],
    me: User,
) -> dict[str, object]:
    """What the form's template shows."""
    fields = read_fields(expected.round.field_list.fields)
    context = beside(expected, submission, rows, me)
    blocks = blocks_of(fields, rows, errors, context)
    return head_context(expected, submission) | {
        "blocks": blocks,
        "n_rows": len(rows),
        "n_official": sum(each.group == OFFICIAL for each in fields),
        "errors": [(f"#id_r{error.row}-{error.field}", error) for error in errors],
        "remarks": _marked(fields, context.remarks),
        "reasons": reasons_of(submission),
        "version": submission.version if submission else 0,
        "steps": _steps(0),
    }


def check_context(
    expected: Expected, submission: Submission, rows: Sequence[RowInput], me: User
) -> dict[str, object]:
    """What the check page shows: every answer as it will be stored."""
    fields = read_fields(expected.round.field_list.fields)
    clean, _errors = check_rows(fields, rows)
    base = expected.unit.bases.filter(measure=Measure.MEMBERS).values_list("count", flat=True).first()
    submission.filled_by = me
    return head_context(expected, submission) | {
        "groups": _answer_groups(fields, clean, base, row_urls(expected)),
        "note": submission.note,
        "desk": first_desk(submission),
        "version": submission.version,
        "steps": _steps(1),
    }


def head_context(expected: Expected, submission: Submission | None) -> dict[str, object]:
    """Title, unit, deadline and what the server saved last: the head of every page of a form."""
    saved_at = submission.saved_at if submission else None
    return {
        "expected": expected,
        "submission": submission,
        "deadline": deadline_text(expected.deadline_at, clock.now()),
        "is_closed": expected.round.closed_at is not None,
        "saved_ms": int(saved_at.timestamp() * 1000) if saved_at else 0,
        "saved_text": _("%(time)s 已保存") % {"time": f"{clock.local(saved_at):%H:%M}"} if saved_at else "",
    }


def deadline_text(deadline_at: datetime, now: datetime) -> str:
    """9月8日 24:00 截止 · 还剩 3 天. Midnight is said as 24:00 of the day before."""
    local = clock.local(deadline_at)
    day, hour = local.date(), f"{local:%H:%M}"
    if hour == "00:00":
        day, hour = day - timedelta(days=1), "24:00"
    left = deadline_at - now
    if left <= timedelta(0):
        rest = _("已过截止时间，提交将标记为迟报")
    elif left < timedelta(days=1):
        rest = _("还剩 %(n)s 小时") % {"n": max(1, left.seconds // 3600)}
    else:
        rest = _("还剩 %(n)s 天") % {"n": left.days}
    return _("%(month)s月%(day)s日 %(hour)s 截止 · %(rest)s") % {
        "month": day.month,
        "day": day.day,
        "hour": hour,
        "rest": rest,
    }


def row_url(expected: Expected, at: int) -> str:
    """The form with one row's card in view."""
    return f"{row_urls(expected)}#row-{at}"


def row_urls(expected: Expected) -> str:
    return reverse("accounts:fill-form", args=[expected.pk])


def _answer_groups(
    fields: Sequence[Field], rows: Sequence[RowInput], base: int | None, url: str
) -> list[AnswerGroup]:
    groups = []
    for at, row in enumerate(rows):
        for code, title in ((OFFICIAL, _("官方微信")), (ADMINISTRATOR, _("微信管理员"))):
            answers = [
                Answer(each.label, row.get(each), _coverage(each, row, base), f"{url}#id_r{at}-{each.code}")
                for each in applying(fields, row)
                if each.group == code
            ]
            if answers:
                groups.append(AnswerGroup(title, answers))
    return groups


def _coverage(each: Field, row: RowInput, base: int | None) -> str:
    if each.target != "account.contacts" or base is None or not isinstance(row.get(each), int):
        return ""
    return _("覆盖 %(share)s") % {"share": percent_text(row.get(each), base)}


def _marked(fields: Sequence[Field], remarks: dict[tuple[int, str], str]) -> list[tuple[str, str, str]]:
    labels = {each.code: each.label for each in fields}
    return [
        (f"#id_r{at}-{code}", labels.get(code, code), text) for (at, code), text in sorted(remarks.items())
    ]


def reasons_of(submission: Submission | None) -> list[str]:
    """Why the form came back, in words: the chosen reasons, the remark, the marked cells' remarks stand at the cells."""
    if submission is None:
        return []
    chosen = [str(ReturnReason(each).label) for each in submission.return_reasons]
    return [*chosen, *([submission.remark] if submission.remark else [])]


def _steps(now: int) -> list[dict[str, str]]:
    labels = (_("填写"), _("核对"), _("提交"))
    return [
        {"label": label, "state": "done" if at < now else "now" if at == now else ""}
        for at, label in enumerate(labels)
    ]
