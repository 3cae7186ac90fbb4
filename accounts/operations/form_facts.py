"""What is known beside a form when it is checked for doubts: bases, registry, siblings. Reads only."""

from __future__ import annotations

from typing import TYPE_CHECKING

from accounts.choices import SubmissionStatus
from accounts.doubts import AccountFigures, Examined, FieldCodes, FormFacts, examine
from accounts.field_lists import by_target, has_target, read_fields
from accounts.models import Account, Administratorship, SubmissionRow
from accounts.naming import identifier_key
from accounts.operations.prefill import DEFAULT_PLATFORM
from accounts.operations.registry.administrators import MOBILE
from orgs.choices import Measure
from orgs.kernel.crypto import blind_index

if TYPE_CHECKING:
    from collections.abc import Sequence

    from accounts.field_lists import Field, RowInput
    from accounts.models import Submission

REPORTED = (SubmissionStatus.SUBMITTED, SubmissionStatus.APPROVED)


def examined(submission: Submission, rows: Sequence[RowInput]) -> Examined:
    """Everything a reviewer should verify in this form, and what was looked at; six statements, however many rows."""
    fields = read_fields(submission.round.field_list.fields)
    if not has_target(fields, "account.identifier"):
        return (
            Examined()
        )  # READING: the doubts are about official accounts; other lists are read by the reviewer alone
    answers = {at: by_target(fields, row, "account") for at, row in enumerate(rows) if not row.continues}
    figures = [
        AccountFigures(at, each.get("nickname", ""), each.get("declared_groups"), each.get("contacts"))
        for at, each in answers.items()
    ]
    return examine(figures, _facts(submission, fields, rows, answers, figures), codes_of(fields))


def note(found: Examined, submission: Submission) -> None:
    """Put what was found into the form; the caller saves."""
    submission.doubts = [doubt.as_json() for doubt in found.doubts]
    submission.checks = list(found.checks)


def _facts(
    submission: Submission,
    fields: Sequence[Field],
    rows: Sequence[RowInput],
    answers: dict[int, dict[str, object]],
    figures: Sequence[AccountFigures],
) -> FormFacts:
    unit = submission.unit
    keys = {at: identifier_key(str(each.get("identifier", ""))) for at, each in answers.items()}
    active = Account.objects.active().filter(platform_id=DEFAULT_PLATFORM)
    own = list(active.filter(unit=unit))
    taken = set(
        active.filter(identifier_key__in=keys.values())
        .exclude(unit=unit)
        .values_list("identifier_key", flat=True)
    )
    by_pk = {account.pk: account for account in own}
    by_key = {account.identifier_key: account for account in own}
    known = {at: by_pk.get(rows[at].account_id or 0) or by_key.get(key) for at, key in keys.items()}
    listed = {account.pk for account in known.values() if account}
    indexes = _mobile_indexes(fields, rows)
    return FormFacts(
        base_members=unit.bases.filter(measure=Measure.MEMBERS).values_list("count", flat=True).first(),
        naming_applies=unit.kind.is_league_organisation,
        previous_contacts={at: each.contacts for at, each in known.items() if each and each.contacts},
        has_mobile=any(indexes.values()),
        mobile_elsewhere=_mobiles_elsewhere(submission, indexes),
        identifier_taken=frozenset(at for at, key in keys.items() if key in taken),
        n_siblings_alike=_siblings_alike(submission, fields, figures),
        unlisted=tuple(str(account) for account in own if account.pk not in listed),
    )


def _mobile_indexes(fields: Sequence[Field], rows: Sequence[RowInput]) -> dict[int, str]:
    return {
        at: blind_index(str(by_target(fields, row, "administrator").get("mobile", "")), MOBILE)
        for at, row in enumerate(rows)
    }


def _mobiles_elsewhere(submission: Submission, indexes: dict[int, str]) -> frozenset[int]:
    wanted = {each for each in indexes.values() if each}
    elsewhere = set(
        Administratorship.objects.in_office()
        .filter(mobile_index__in=wanted)
        .exclude(unit_id=submission.unit_id)
        .values_list("mobile_index", flat=True)
    )
    return frozenset(at for at, each in indexes.items() if each in elsewhere)


def _siblings_alike(
    submission: Submission, fields: Sequence[Field], figures: Sequence[AccountFigures]
) -> int:
    """How many siblings reported exactly the first account's number of contacts in this round."""
    code = next((each.code for each in fields if each.target == "account.contacts"), "")
    if not figures or not figures[0].contacts or not code or submission.unit.parent_id is None:
        return 0
    return (
        SubmissionRow.objects.filter(
            submission__round=submission.round,
            submission__unit__parent_id=submission.unit.parent_id,
            submission__status__in=REPORTED,
            position=0,
            **{f"values__{code}": figures[0].contacts},
        )
        .exclude(submission=submission)
        .count()
    )


def codes_of(fields: Sequence[Field]) -> FieldCodes:
    """Which cell of this list a doubt points at."""
    code = {each.target: each.code for each in fields}
    return FieldCodes(
        identifier=code.get("account.identifier", ""),
        nickname=code.get("account.nickname", ""),
        groups=code.get("account.declared_groups", ""),
        contacts=code.get("account.contacts", ""),
        mobile=code.get("administrator.mobile", ""),
    )
