"""What a form shows: the saved rows, the registry's, else the person's own name; the hints beside, the head above."""

from __future__ import annotations

import math
from datetime import timedelta
from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts import naming
from accounts.choices import NO_DEADLINE, ExtensionState, ReturnReason, SubmissionStatus
from accounts.field_lists import (
    RowInput,
    applying,
    check_rows,
    has_target,
    read_fields,
    takes_administrators,
)
from accounts.forms.fill import Beside, blocks_of
from accounts.operations import extensions
from accounts.operations.collection import rows_of
from accounts.operations.prefill import blank_row, fill_in_person, registered_rows
from accounts.pages.superiors import contact_of
from orgs.choices import Kind, Measure
from orgs.kernel import clock
from orgs.kernel.numbers import percent_text

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from accounts.field_lists import Field, FieldError
    from accounts.forms.fill import Block, Card, Cell
    from accounts.models import Expected, Submission
    from orgs.models import OrgUnit, User

# UNI-2.1: each group gathers at least 40 outstanding members; a branch with fewer members is exempt.
OUTSTANDING = 40
# So long before a deadline the page names whom to ask, and watches the clock.
NEAR = timedelta(days=1)
# What a reason speaks of, where no cell was marked: by what a field means in the registry.
_MEANT: dict[str, str] = {
    ReturnReason.NICKNAME: "account.nickname",
    ReturnReason.MOBILE_TWICE: "administrator.mobile",
    ReturnReason.ABOVE_BASE: "account.contacts",
    ReturnReason.ADMINS_INCOMPLETE: "administrator.name",
}


def rows_for(expected: Expected, submission: Submission | None, me: User) -> list[RowInput]:
    """The saved rows; else the registry's; else one blank row with the person in it."""
    if submission is not None and submission.version:
        return rows_of(submission)
    fields = read_fields(expected.round.field_list.fields)
    rows = registered_rows(fields, expected.unit)
    if rows:
        return rows
    row = blank_row(fields, unit=expected.unit)
    fill_in_person(fields, row, me)
    return [row]


def may_submit_unchanged(expected: Expected, submission: Submission | None, rows: Sequence[RowInput]) -> bool:
    """Whether 没有变化，直接提交 is offered: nothing typed yet, and what the registry holds passes the check."""
    is_begun = submission is not None and submission.version > 0
    is_registered = any(row.account_id or row.group_id for row in rows)
    if expected.round.is_standing or is_begun or not is_registered:
        return False
    return not check_rows(read_fields(expected.round.field_list.fields), rows)[1]


def is_unchanged(expected: Expected, rows: Sequence[RowInput]) -> bool:
    """Whether these rows, which pass the check, are what the registry holds: the check page would show no difference."""
    fields = read_fields(expected.round.field_list.fields)
    if expected.round.is_standing:
        return False
    registered = check_rows(fields, registered_rows(fields, expected.unit))[0]
    return [_said(row) for row in check_rows(fields, rows)[0]] == [_said(row) for row in registered]


def _said(row: RowInput) -> tuple[object, ...]:
    return row.values, row.personal, row.continues, row.account_id, row.group_id


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
    is_wechat = has_target(fields, "account.identifier") and not has_target(fields, "account.platform")
    return Beside(
        suggestion=suggested_name(unit) if is_wechat else "",
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
    first = None if errors else _cell_to_fix(submission)
    _focus(blocks, first)
    is_accounts = has_target(fields, "account.identifier")
    extension = extensions.latest(expected)
    is_waiting = extension is not None and extension.state == ExtensionState.OPEN
    return head_context(expected, submission) | {
        "blocks": blocks,
        "extension": extension,
        "may_ask": not is_waiting and extensions.may_ask(expected, submission),
        "is_accounts": is_accounts,
        "lines": grid_lines(fields, blocks),
        "last_row": len(rows) - 1,
        "add_label": _("再加一个%(what)s") % {"what": "账号" if is_accounts else fields[0].group_title},
        "n_rows": len(rows),
        "has_administrators": takes_administrators(fields),
        "may_submit_unchanged": may_submit_unchanged(expected, submission, rows),
        "errors": [(f"#id_r{error.row}-{error.field}", error) for error in errors],
        "remarks": _marked(fields, context.remarks),
        "reasons": reasons_of(submission),
        "has_cell_to_fix": first is not None,
        "version": submission.version if submission else 0,
        "steps": steps(0),
    }


def first_to_fix(submission: Submission) -> str:
    """The anchor of the first cell to fix; "" where neither a mark nor a reason names one."""
    cell = _cell_to_fix(submission)
    return f"#id_r{cell[0]}-{cell[1]}" if cell else ""


def _cell_to_fix(submission: Submission | None) -> tuple[int, str] | None:
    """Row and field of the first cell that a reviewer has marked, else of what the first reason speaks of."""
    if submission is None or submission.status != SubmissionStatus.RETURNED:
        return None
    fields = read_fields(submission.round.field_list.fields)
    order = {each.code: at for at, each in enumerate(fields)}
    if marked := _remarks(submission):
        return min(marked, key=lambda cell: (cell[0], order.get(cell[1], 0)))
    code_of = {each.target: each.code for each in fields}
    codes = (code_of.get(_MEANT.get(reason, ""), "") for reason in submission.return_reasons)
    code = next(filter(None, codes), "")
    doubted = (doubt["position"] for doubt in submission.doubts if doubt["field"] == code)
    return (next(doubted, 0), code) if code else None


def _focus(blocks: Sequence[Block], first: tuple[int, str] | None) -> None:
    """The page opens on the first cell to fix, without a script too."""
    cards = (card for block in blocks for card in (block.card, *block.further))
    cells = ((card, cell) for card in cards for section in card.sections for cell in section.cells)
    for card, cell in cells:
        if (card.position, cell.bound.name) == first:
            cell.bound.field.widget.attrs["autofocus"] = True


def grid_lines(fields: Sequence[Field], blocks: Sequence[Block]) -> list[tuple[Card, list[Cell | None]]]:
    """Every row with one cell per column; None where a further administrator answers nothing."""
    lines = []
    for block in blocks:
        for card in (block.card, *block.further):
            cells = {cell.bound.name: cell for section in card.sections for cell in section.cells}
            lines.append((card, [cells.get(each.code) for each in fields]))
    return lines


def head_context(expected: Expected, submission: Submission | None) -> dict[str, object]:
    """Title, unit, deadline and what the server saved last: the head of every page of a form."""
    saved_at, now = submission.saved_at if submission else None, clock.now()
    return {
        "expected": expected,
        "submission": submission,
        "deadline": deadline_text(expected.deadline_at, now),
        "is_closed": expected.round.closed_at is not None,
        "is_overdue": now >= expected.deadline_at,
        "seconds_left": seconds_left(expected, now),
        "contact": contact_of(expected.unit) if now >= expected.deadline_at - NEAR else None,
        "saved_ms": int(saved_at.timestamp() * 1000) if saved_at else 0,
        "saved_text": _("%(time)s 已保存") % {"time": f"{clock.local(saved_at):%H:%M}"} if saved_at else "",
    }


def deadline_text(deadline_at: datetime, now: datetime) -> str:
    """9月8日 24:00 截止 · 还剩 3 天. Midnight is said as 24:00 of the day before."""
    if deadline_at >= NO_DEADLINE:
        return _("长期开放，随时可以登记变更")
    local = clock.local(deadline_at)
    day, hour = local.date(), f"{local:%H:%M}"
    if hour == "00:00":
        day, hour = day - timedelta(days=1), "24:00"
    left = deadline_at - now
    if left <= timedelta(0):
        rest = _("已过截止时间，提交将标记为迟报")
    elif left < timedelta(hours=1):
        rest = _("还剩不到 1 小时")
    elif left < timedelta(days=1):
        rest = _("还剩 %(n)s 小时") % {"n": left.seconds // 3600}
    else:
        rest = _("还剩 %(n)s 天") % {"n": left.days}
    return _("%(month)s月%(day)s日 %(hour)s 截止 · %(rest)s") % {
        "month": day.month,
        "day": day.day,
        "hour": hour,
        "rest": rest,
    }


def seconds_left(expected: Expected, now: datetime) -> int | None:
    """How long until the page should say that the deadline has passed; None where that is far off or over."""
    left = expected.deadline_at - now
    return math.ceil(left.total_seconds()) if timedelta(0) < left <= NEAR else None


def is_untouched(row: RowInput, fields: Sequence[Field], me: User) -> bool:
    """Nothing in this row was typed: it holds the list's defaults, the person's own name and mobile, or nothing."""
    own = {"", me.name or "", me.mobile or ""}
    return not (row.account_id or row.group_id) and all(
        str(value).strip() in own | {str(each.default)} or each.target == "unit.name"
        for each in applying(fields, row)
        for value in [row.get(each) if row.get(each) is not None else ""]
    )


def row_url(expected: Expected, at: int, *, is_grid: bool = False) -> str:
    """The form with one row's card, or its line of the grid, in view."""
    address = reverse("accounts:fill-grid", args=[expected.pk]) if is_grid else row_urls(expected)
    return f"{address}#row-{at}"


def row_urls(expected: Expected) -> str:
    return reverse("accounts:fill-form", args=[expected.pk])


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


def steps(now: int) -> list[dict[str, str]]:
    labels = (_("填写"), _("核对"), _("提交"))
    return [
        {"label": label, "state": "done" if at < now else "now" if at == now else ""}
        for at, label in enumerate(labels)
    ]
