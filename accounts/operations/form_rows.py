"""What stays of a form's rows when it is written anew: the rows a reviewer has accepted, and what the attempt before said."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import F
from django.utils.translation import gettext as _

from accounts.exceptions import AccountsError
from accounts.field_lists import RowInput, read_fields
from accounts.models import SubmissionRow
from accounts.naming import identifier_key

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from accounts.field_lists import Field
    from accounts.models import Submission

# Where the first row keeps the rows of the attempt before (personal ones encrypted with it); not the code of a field.
PREVIOUS = "previous"
_ASIDE = 20_000  # positions nobody has, while rows change places


@dataclass(frozen=True, slots=True)
class Placed:
    """A row of the form to write; `kept` is the accepted row that stays as it is."""

    row: RowInput
    kept: SubmissionRow | None = None


@dataclass(frozen=True, slots=True)
class Previous:
    """The rows of the attempt before, as they were handed in."""

    attempt: int
    rows: list[RowInput]


def answers(kept: dict[str, Any] | None, *also: str) -> dict[str, Any]:
    """A row's answers without what is kept beside them."""
    return {code: value for code, value in (kept or {}).items() if code != PREVIOUS and code not in also}


def with_accepted(
    submission: Submission, saved: Sequence[SubmissionRow], rows: Sequence[RowInput]
) -> list[Placed]:
    """The rows as typed, but each accepted one as it was, whatever was typed there, and none of them missing."""
    accepted = [row for row in saved if row.accepted_at is not None]
    if not accepted:
        return [Placed(row) for row in rows]
    at = _recognised(read_fields(submission.round.field_list.fields), accepted, rows, len(saved))
    placed = [Placed(row, at.get(index)) for index, row in enumerate(rows)]
    there = {row.pk for row in at.values()}
    before: SubmissionRow | None = None
    for row in accepted:
        if row.pk not in there:
            placed.insert(_place(placed, row, before), Placed(RowInput({}), row))
        before = row
    return placed


def make_room(submission: Submission, placed: Sequence[Placed]) -> None:
    """Take the other rows away and put the accepted ones where they stand now."""
    kept = {each.kept.pk: (position, each.kept) for position, each in enumerate(placed) if each.kept}
    submission.rows.exclude(pk__in=kept).delete()
    if not any(row.position != position for position, row in kept.values()):
        return
    submission.rows.update(position=F("position") + _ASIDE)
    for position, row in kept.values():
        row.position = position
    SubmissionRow.objects.bulk_update([row for _position, row in kept.values()], ["position"])


def remember_previous(submission: Submission, saved: Sequence[SubmissionRow]) -> None:
    """Keep what the last attempt said with the first of the new rows, so that a reviewer sees what was changed since."""
    kept = previous_to_keep(submission, saved)
    row = submission.rows.order_by("position").first() if kept else None
    if kept and row is not None:
        plain, personal = kept
        row.values, row.personal = row.values | plain, (row.personal or {}) | personal
        row.save(update_fields=["values", "personal"])


def previous_to_keep(
    submission: Submission, saved: Sequence[SubmissionRow]
) -> tuple[dict[str, Any], dict[str, Any]] | None:
    """What the first of the new rows keeps of the last attempt, in its plain and its personal part; None at the first."""
    if not (submission.attempt and saved):
        return None
    first = saved[0]
    plain, personal = first.values.get(PREVIOUS), (first.personal or {}).get(PREVIOUS)
    if not plain or plain["attempt"] != submission.attempt:
        plain = {
            "attempt": submission.attempt,
            "rows": [
                {"values": answers(row.values), "continues": row.continues, "account": row.account_id}
                for row in saved
            ],
        }
        personal = [answers(row.personal) for row in saved]
    return {PREVIOUS: plain}, {PREVIOUS: personal}


def previous_of(rows: Sequence[SubmissionRow]) -> Previous | None:
    """What the attempt before said; None at the first attempt, and where persons were purged from the form."""
    plain = rows[0].values.get(PREVIOUS) if rows else None
    if not plain or rows[0].personal is None:
        return None
    personal = (rows[0].personal or {}).get(PREVIOUS) or []
    found = [
        RowInput(each["values"], mine, each["continues"], each["account"])
        for each, mine in zip(plain["rows"], personal, strict=False)
    ]
    return Previous(plain["attempt"], found)


def forget(submission: Submission) -> None:
    """The form is decided: nothing is locked any more, and no earlier attempt is kept."""
    submission.rows.filter(accepted_at__isnull=False).update(accepted_at=None)
    row = submission.rows.order_by("position").first()
    if row is not None and PREVIOUS in row.values:
        row.values, row.personal = answers(row.values), answers(row.personal)
        row.save(update_fields=["values", "personal"])


def accept(
    submission: Submission, positions: Iterable[int], marked: Iterable[tuple[int, str]], *, at: datetime
) -> int:
    """Lock the rows that are right while the others go back; all that are not named are open again. Returns how many.

    A further administrator is locked only together with the account above. Raises AccountsError for a row that is
    accepted and has a marked cell, for a cell that is not in the form, and where nothing would be left to correct.
    """
    rows, chosen, cells = list(submission.rows.all()), set(positions), set(marked)
    fields = read_fields(submission.round.field_list.fields)
    known = {(row.position, each.code) for row in rows for each in fields}
    if not cells <= known:
        raise AccountsError(_("标出的内容已不在表中，请刷新页面后重新标出。"))
    both = sorted(chosen & {position for position, _code in cells})
    if both:
        raise AccountsError(_("第 %(n)s 行既标为通过，又有要改的内容，请取消其中一项。") % {"n": both[0] + 1})
    locked, is_open = set(), False
    for row in rows:
        if not row.continues:
            is_open = row.position not in chosen
        if row.position in chosen and not is_open:
            locked.add(row.position)
    if rows and len(locked) == len(rows):
        raise AccountsError(_("各行都标为通过，没有要退回的内容。请直接通过，或取消要退回的行。"))
    submission.rows.filter(position__in=locked, accepted_at__isnull=True).update(accepted_at=at)
    submission.rows.filter(accepted_at__isnull=False).exclude(position__in=locked).update(accepted_at=None)
    return len(locked)


def _recognised(
    fields: Sequence[Field], accepted: Sequence[SubmissionRow], rows: Sequence[RowInput], n_saved: int
) -> dict[int, SubmissionRow]:
    """Which typed row is which accepted one: by the page's mark, by its account or person, else by its place."""
    by_pk = {row.pk: row for row in accepted}
    found: dict[int, SubmissionRow] = {}

    def take(index: int, row: SubmissionRow | None) -> None:
        if row is not None and index not in found and row.pk in by_pk:
            found[index] = by_pk.pop(row.pk)

    for index, row in enumerate(rows):
        take(index, by_pk.get(row.accepted_id or 0))
    is_marked = bool(found)
    names = {key: row for row in by_pk.values() if (key := identity(fields, as_input(row)))}
    for index, row in enumerate(rows):
        key = identity(fields, row)
        take(index, names.get(key) if key else None)
    if not is_marked and len(rows) == n_saved:
        for kept in list(by_pk.values()):
            if kept.position < len(rows):
                take(kept.position, kept)
    return found


def identity(fields: Sequence[Field], row: RowInput) -> tuple[bool, str] | None:
    """By what a row is known again: its account or group, a further administrator by the mobile; None where it is empty."""
    targets = ("administrator.mobile",) if row.continues else ("account.identifier", "group.name")
    field = next((each for each in fields if each.target in targets), None)
    key = identifier_key(str(row.get(field) or "")) if field else ""
    return (row.continues, key) if key else None


def as_input(row: SubmissionRow) -> RowInput:
    """A saved row as one that is typed."""
    return RowInput(row.values, row.personal or {}, row.continues)


def _place(placed: Sequence[Placed], row: SubmissionRow, before: SubmissionRow | None) -> int:
    """Behind the accepted row that stood before it; an account not between another account and its administrators."""
    at = next(
        (i + 1 for i, each in enumerate(placed) if before and each.kept and each.kept.pk == before.pk), 0
    )
    while not row.continues and at < len(placed) and _continues(placed[at]):
        at += 1
    return at


def _continues(each: Placed) -> bool:
    return each.kept.continues if each.kept else each.row.continues
