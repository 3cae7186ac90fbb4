"""The check page: every answer as it will be stored, and what the registry says where it differs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from accounts.field_lists import applying, check_rows, read_fields
from accounts.operations.desks import first_desk
from accounts.operations.prefill import registered_rows
from accounts.pages.fill import head_context, row_urls, steps
from orgs.choices import Measure
from orgs.kernel.numbers import percent_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from accounts.field_lists import Field, RowInput
    from accounts.models import Expected, Submission
    from orgs.models import User


@dataclass(frozen=True, slots=True)
class Answer:
    """One line of the check page: the answer, what is said beside it, and the field to correct it."""

    label: str
    value: str
    beside: str
    url: str
    is_changed: bool = False


@dataclass(frozen=True, slots=True)
class AnswerGroup:
    """The answers of one group of a row."""

    title: str
    answers: list[Answer]


def check_context(
    expected: Expected, submission: Submission, rows: Sequence[RowInput], me: User
) -> dict[str, object]:
    """What the check page shows."""
    fields = read_fields(expected.round.field_list.fields)
    clean, _errors = check_rows(fields, rows)
    base = expected.unit.bases.filter(measure=Measure.MEMBERS).values_list("count", flat=True).first()
    submission.filled_by = me
    groups = _answer_groups(fields, clean, _before(fields, clean, expected), base, row_urls(expected))
    return head_context(expected, submission) | {
        "groups": groups,
        "n_changed": sum(answer.is_changed for group in groups for answer in group.answers),
        "note": submission.note,
        "desk": first_desk(submission),
        "version": submission.version,
        "steps": steps(1),
    }


def questions(fields: Sequence[Field], rows: Sequence[RowInput]) -> list[AnswerGroup]:
    """The form to read before it opens: every question with what the registry would answer."""
    return _answer_groups(fields, rows, {}, None, "")


def _answer_groups(
    fields: Sequence[Field],
    rows: Sequence[RowInput],
    before: dict[int, RowInput],
    base: int | None,
    url: str,
) -> list[AnswerGroup]:
    groups: list[AnswerGroup] = []
    for at, row in enumerate(rows):
        code = ""
        for each in applying(fields, row):
            if each.group != code:
                groups.append(AnswerGroup(each.group_title, []))
                code = each.group
            groups[-1].answers.append(_answer(each, row, before.get(at), base, f"{url}#id_r{at}-{each.code}"))
    return groups


def _answer(each: Field, row: RowInput, old: RowInput | None, base: int | None, url: str) -> Answer:
    value, said = each.shown(row.get(each)), []
    before = each.shown(old.get(each)) if old else value
    if each.target == "account.contacts" and base is not None and isinstance(row.get(each), int):
        said.append(_("覆盖 %(share)s") % {"share": percent_text(row.get(each), base)})
    if before != value:
        said.append(_("原登记：%(before)s") % {"before": before or _("未填")})
    return Answer(each.label, value, "；".join(said), url, is_changed=before != value)


def _before(fields: Sequence[Field], rows: Sequence[RowInput], expected: Expected) -> dict[int, RowInput]:
    """Which registered row each row corrects: by the account or group, further people by their order."""
    registered = _keyed(registered_rows(fields, expected.unit))
    return {at: registered[key] for key, (at, _row) in _places(rows).items() if key in registered}


def _keyed(rows: Sequence[RowInput]) -> dict[tuple[object, int], RowInput]:
    return {key: row for key, (_at, row) in _places(rows).items()}


def _places(rows: Sequence[RowInput]) -> dict[tuple[object, int], tuple[int, RowInput]]:
    places: dict[tuple[object, int], tuple[int, RowInput]] = {}
    owner: object = None
    offset = 0
    for at, row in enumerate(rows):
        if row.continues:
            offset += 1
        else:
            owner, offset = row.account_id or (row.group_id and f"group-{row.group_id}"), 0
        if owner:
            places[owner, offset] = (at, row)
    return places
