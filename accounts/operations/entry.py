"""入库: an approved form becomes registry facts, by the targets of its fields. Repeating it changes nothing.

`account.*` opens and changes accounts (UNI-A), `group.*` groups (RUR-3). A list that names an account without asking for
its id (WB-4.4) corrects the account it finds and opens none; answers without a target stay in the form.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.field_lists import by_target, has_target, read_fields, takes_administrators
from accounts.models import Account, Administratorship, SubmissionRow
from accounts.naming import identifier_key
from accounts.operations import registry
from accounts.operations.collection import rows_of
from accounts.operations.entry_groups import enter_groups
from accounts.operations.prefill import DEFAULT_PLATFORM, platforms_of
from accounts.operations.registry import PersonalData
from orgs.operations import ledger

if TYPE_CHECKING:
    from collections.abc import Sequence

    from accounts.field_lists import Field
    from accounts.models import Submission
    from orgs.models import User

FACTS = (
    *("identifier", "nickname", "contacts", "own_members", "declared_groups"),
    *("responsible_name", "responsible_post"),
)


@dataclass(slots=True)
class Entered:
    """What an entry did; `unlisted` accounts stay open and are named to the reviewer as a doubt."""

    account_ids: list[int] = field(default_factory=list)
    unlisted: list[int] = field(default_factory=list)
    group_ids: list[int] = field(default_factory=list)


@dataclass(slots=True)
class _Block:
    """One account of the form with its administrators."""

    row: SubmissionRow
    account: dict[str, Any]
    people: list[PersonalData]


@transaction.atomic(savepoint=False)  # the decision that calls it stands or falls with it
def enter(submission: Submission, *, by: User) -> Entered:
    """Open or change the accounts of an approved form, appoint and end their administrators (SUP-2.2.2).

    An account that the form no longer lists stays open. Raises AlreadyRegistered if another unit has the id.
    """
    fields = read_fields(submission.round.field_list.fields)
    entered = Entered()
    if has_target(fields, "group.name"):
        entered.group_ids = enter_groups(submission, fields, by=by)
    elif has_target(fields, "account.identifier"):
        _enter_accounts(submission, fields, entered, by=by)
    elif has_target(fields, "account.nickname"):
        _correct_named(submission, fields, entered, by=by)
    ledger.record(
        "submission.entered",
        submission,
        by=by,
        accounts=entered.account_ids,
        unlisted=entered.unlisted,
        groups=entered.group_ids,
    )
    return entered


def _enter_accounts(submission: Submission, fields: Sequence[Field], entered: Entered, *, by: User) -> None:
    blocks = _blocks(fields, submission)
    known = list(Account.objects.active().filter(unit_id=submission.unit_id))
    terms = _terms_of(known)
    has_people = takes_administrators(fields)
    for block in blocks:
        account = _enter_account(submission, block, known, by=by)
        entered.account_ids.append(account.pk)
        if has_people:
            _enter_people(submission, account, block.people, terms.get(account.pk, []), by=by)
    platforms = {_platform(block.account) for block in blocks}
    entered.unlisted = [
        each.pk for each in known if each.pk not in entered.account_ids and each.platform_id in platforms
    ]


def _correct_named(submission: Submission, fields: Sequence[Field], entered: Entered, *, by: User) -> None:
    """The person responsible goes to the account that the row names by platform and name; else only the form keeps it."""
    known = list(
        Account.objects.active().filter(unit_id=submission.unit_id, platform__in=platforms_of(fields))
    )
    for block in _blocks(fields, submission):
        account = next((each for each in known if _is_named(each, block)), None)
        if account is None:
            continue
        entered.account_ids.append(account.pk)
        facts = {name: block.account[name] or "" for name in FACTS if name in block.account}
        _change(submission, account, facts, by=by)
        if block.row.account_id != account.pk:
            SubmissionRow.objects.filter(pk=block.row.pk).update(account=account)


def _is_named(account: Account, block: _Block) -> bool:
    if block.row.account_id == account.pk:
        return True
    name = identifier_key(str(block.account.get("nickname") or ""))
    names = {identifier_key(account.nickname), account.identifier_key}
    return bool(name) and account.platform_id == _platform(block.account) and name in names


def _blocks(fields: Sequence[Field], submission: Submission) -> list[_Block]:
    blocks: list[_Block] = []
    for row, answers in zip(submission.rows.all(), rows_of(submission), strict=True):
        person = PersonalData.of(by_target(fields, answers, "administrator"))
        if not row.continues or not blocks:
            blocks.append(_Block(row, by_target(fields, answers, "account"), []))
        if person.name or person.mobile:
            blocks[-1].people.append(person)
    return blocks


def _terms_of(accounts: Sequence[Account]) -> dict[int, list[Administratorship]]:
    terms: dict[int, list[Administratorship]] = {}
    if not accounts:
        return terms
    in_office = Administratorship.objects.in_office().filter(account__in=accounts).select_related("unit")
    for term in in_office.order_by("pk"):
        terms.setdefault(term.account_id or 0, []).append(term)
    return terms


def _enter_account(submission: Submission, block: _Block, known: Sequence[Account], *, by: User) -> Account:
    facts = {name: block.account[name] for name in FACTS if name in block.account}
    account = _match(block, known)
    if account is None:
        account = registry.open_account(
            submission.unit, platform=_platform(block.account), by=by, submission=submission, **facts
        )
    else:
        account = _change(submission, account, facts, by=by)
    if block.row.account_id != account.pk:
        SubmissionRow.objects.filter(pk=block.row.pk).update(account=account)
    return account


def _change(submission: Submission, account: Account, facts: dict[str, Any], *, by: User) -> Account:
    if all(getattr(account, name) == value for name, value in facts.items()):
        return account
    account.unit = submission.unit
    return registry.change_account(account, by=by, submission=submission, **facts)


def _match(block: _Block, known: Sequence[Account]) -> Account | None:
    by_pk = {each.pk: each for each in known}
    if block.row.account_id in by_pk:
        return by_pk[block.row.account_id]
    key = (_platform(block.account), identifier_key(str(block.account.get("identifier", ""))))
    return {(each.platform_id, each.identifier_key): each for each in known}.get(key)


def _enter_people(
    submission: Submission,
    account: Account,
    people: Sequence[PersonalData],
    terms: Sequence[Administratorship],
    *,
    by: User,
) -> None:
    """Those who stay are corrected, newcomers take the place of those no longer listed, the rest begin or end."""
    left, newcomers = list(terms), []
    for person in people:
        term = next((each for each in left if person.same_person(each)), None)
        if term is None:
            newcomers.append(person)
            continue
        left.remove(term)
        if not person.is_as_in(term):
            registry.correct_administrator(term, person, by=by, submission=submission)
    reason = _("未再填报")
    for person in newcomers:
        if left:
            registry.replace_administrator(left.pop(0), person, reason=reason, by=by, submission=submission)
        else:
            registry.appoint_administrator(
                submission.unit, account=account, person=person, by=by, submission=submission
            )
    for term in left:
        registry.end_administratorship(term, reason=reason, by=by, submission=submission)


def _platform(account: dict[str, Any]) -> str:
    """UNI-A asks for WeChat; another list names the platform in a field of its own."""
    return str(account.get("platform") or DEFAULT_PLATFORM)
