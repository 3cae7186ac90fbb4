"""需核实: what the machine asks a reviewer to verify in a form. Pure; never blocks, never repeats personal data."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from accounts.naming import is_regular

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

# READING: one sibling with the same number is chance, two are not (three equal forms in one committee).
ALIKE_SIBLINGS = 2
# READING: a fall of more than a fifth against what the registry holds is asked about.
FALL_PERCENT = 20


@dataclass(frozen=True, slots=True)
class AccountFigures:
    """What one account's row says, by meaning; None = not answered."""

    position: int
    nickname: str = ""
    groups: int | None = None
    contacts: int | None = None


@dataclass(frozen=True, slots=True)
class FieldCodes:
    """Which cell of the form a doubt points at."""

    identifier: str = "account_id"
    nickname: str = "account_nickname"
    groups: str = "groups"
    contacts: str = "contacts"
    mobile: str = "admin_mobile"


@dataclass(frozen=True, slots=True)
class FormFacts:
    """What is known beside the form. Positions are those of the rows concerned."""

    base_members: int | None = None
    naming_applies: bool = True
    previous_contacts: dict[int, int] | None = None  # position -> contacts in the registry
    has_mobile: bool = False
    mobile_elsewhere: frozenset[int] = frozenset()
    identifier_taken: frozenset[int] = frozenset()
    n_siblings_alike: int = 0
    unlisted: tuple[str, ...] = ()  # nicknames of the unit's open accounts that the form no longer lists


@dataclass(frozen=True, slots=True)
class Doubt:
    """One point to verify: the cell, and a sentence for the reviewer."""

    code: str
    field: str
    message: str
    position: int = 0

    def as_json(self) -> dict[str, object]:
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Examined:
    """What the machine found in one form, and which checks it went through; neither for a list it knows nothing about."""

    doubts: Sequence[Doubt] = ()
    checks: Sequence[str] = ()


def examine(
    accounts: Sequence[AccountFigures], facts: FormFacts, codes: FieldCodes | None = None
) -> Examined:
    """Doubts and checks of one form."""
    return Examined(doubts(accounts, facts, codes), checks(accounts, facts, codes))


def doubts(
    accounts: Sequence[AccountFigures], facts: FormFacts, codes: FieldCodes | None = None
) -> list[Doubt]:
    """Everything to verify in one form, in the order of its rows."""
    codes = codes or FieldCodes()
    found = [doubt for account in accounts for doubt in _of_account(account, facts, codes)]
    found += [
        Doubt("mobile_elsewhere", codes.mobile, "该管理员的手机已在其他团组织登记", at)
        for at in sorted(facts.mobile_elsewhere)
    ]
    found += [Doubt("unlisted", codes.identifier, f"已登记的“{name}”这次没有填报") for name in facts.unlisted]
    return sorted(found, key=lambda doubt: doubt.position) + list(_siblings(accounts, facts, codes))


def checks(
    accounts: Sequence[AccountFigures], facts: FormFacts, codes: FieldCodes | None = None
) -> list[str]:
    """Which of the checks had something to compare, by the code of the doubt that each raises."""
    codes = codes or FieldCodes()
    counted = [each for each in accounts if each.contacts is not None]
    before = facts.previous_contacts or {}
    ran = {
        "nickname": facts.naming_applies and any(each.nickname for each in accounts),
        "no_group": any(each.groups is not None for each in counted),
        "above_base": facts.base_members is not None and bool(counted),
        "fall": any(before.get(each.position) for each in counted),
        "mobile_elsewhere": facts.has_mobile,
        "identifier_taken": bool(codes.identifier and accounts),
    }
    return [code for code, has_run in ran.items() if has_run]


def _of_account(account: AccountFigures, facts: FormFacts, codes: FieldCodes) -> Iterator[Doubt]:
    at = account.position
    if at in facts.identifier_taken:
        yield Doubt("identifier_taken", codes.identifier, "该账号已由其他团组织登记", at)
    if facts.naming_applies and account.nickname and not is_regular(account.nickname):
        yield Doubt("nickname", codes.nickname, "昵称与规范名称不一致", at)
    if account.contacts and account.groups == 0:
        yield Doubt("no_group", codes.groups, "填了联系人数，微信群个数却为 0", at)
    yield from _contacts(account, facts, codes)


def _contacts(account: AccountFigures, facts: FormFacts, codes: FieldCodes) -> Iterator[Doubt]:
    contacts, at = account.contacts, account.position
    if contacts is None:
        return
    base, before = facts.base_members, (facts.previous_contacts or {}).get(at)
    if base is not None and contacts > base:
        message = f"联系人数 {contacts} 超过团员数 {base}"
        yield Doubt("above_base", codes.contacts, message, at)
    if before and (before - contacts) * 100 > before * FALL_PERCENT:
        message = f"联系人数比已登记的 {before} 人少 {before - contacts} 人"
        yield Doubt("fall", codes.contacts, message, at)


def _siblings(accounts: Sequence[AccountFigures], facts: FormFacts, codes: FieldCodes) -> Iterator[Doubt]:
    if accounts and facts.n_siblings_alike >= ALIKE_SIBLINGS:
        message = f"联系人数与另外 {facts.n_siblings_alike} 个同级团组织完全相同"
        yield Doubt("alike", codes.contacts, message, accounts[0].position)
