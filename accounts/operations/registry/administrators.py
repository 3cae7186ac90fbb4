"""Administrators: appoint, correct, replace, end, and show one masked field with a purpose (SUP-2.2.2)."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.choices import EventKind
from accounts.exceptions import AccountsError
from accounts.models import Administratorship
from accounts.naming import clean_text
from accounts.operations.registry import journal
from orgs import permissions
from orgs.exceptions import IllegalMove, NotAllowed
from orgs.kernel import clock
from orgs.kernel.crypto import blind_index, normalise_mobile
from orgs.models import AuditEntry
from orgs.operations import ledger

if TYPE_CHECKING:
    from accounts.models import Account, Group, Submission
    from orgs.models import OrgUnit, User

MOBILE, NAME = "mobile", "name"
REVEALED = "personal.revealed"
REVEALS_PER_HOUR = 60


@dataclass(frozen=True, slots=True, repr=False)
class PersonalData:
    """A person as an administrator. Has no repr, so that no log or traceback shows it."""

    name: str = ""
    wechat_id: str = ""
    nickname: str = ""
    qq: str = ""
    mobile: str = ""

    @classmethod
    def of(cls, raw: dict[str, object]) -> PersonalData:
        """From answers by meaning; keys that mean nothing here are ignored."""
        known = {each.name for each in fields(cls)}
        return cls(**{key: clean_text(str(value or "")) for key, value in raw.items() if key in known})

    def is_as_in(self, term: Administratorship) -> bool:
        """Nothing differs from what the registry holds."""
        return all(getattr(term, name) == value for name, value in asdict(self).items())

    def same_person(self, term: Administratorship) -> bool:
        """The same mobile, or the same name where one of the two has no mobile."""
        if self.mobile and term.mobile:
            return blind_index(self.mobile, MOBILE) == term.mobile_index
        return bool(self.name) and blind_index(self.name, NAME) == term.name_index


@transaction.atomic
def appoint_administrator(
    unit: OrgUnit,
    *,
    person: PersonalData,
    by: User | None,
    account: Account | None = None,
    group: Group | None = None,
    submission: Submission | None = None,
    reason: str = "",
) -> Administratorship:
    """任命: the person is administrator of this account or group from now on (UNI-3.2)."""
    journal.ensure_may_edit(unit, by=by, submission=submission)
    if not person.name and not person.mobile:
        raise AccountsError(_("请填写管理员的姓名和手机。"))
    term = Administratorship.objects.create(
        unit=unit, account=account, group=group, started_at=clock.now(), **_stored(person)
    )
    journal.write_administratorship(term, EventKind.APPOINTED, by=by, reason=reason, submission=submission)
    return term


@transaction.atomic
def correct_administrator(
    term: Administratorship,
    person: PersonalData,
    *,
    by: User | None,
    reason: str = "",
    submission: Submission | None = None,
) -> Administratorship:
    """The same person with other details. The event names the fields, never what stands in them."""
    journal.ensure_may_edit(term.unit, by=by, submission=submission)
    differing = [name for name, value in asdict(person).items() if getattr(term, name) != value]
    if not differing:
        return term
    stored = _stored(person)
    for name, value in stored.items():
        setattr(term, name, value)
    term.save(update_fields=list(stored))
    journal.write_administratorship(
        term,
        EventKind.CHANGED,
        by=by,
        reason=reason,
        submission=submission,
        changes={name: [None, None] for name in differing},
    )
    return term


@transaction.atomic
def replace_administrator(
    term: Administratorship,
    person: PersonalData,
    *,
    reason: str,
    by: User | None,
    on_demand_of: OrgUnit | None = None,
    submission: Submission | None = None,
) -> Administratorship:
    """更换: one person's term ends, the successor's begins at the same instant (SUP-2.2.2, SUP-2.1.4)."""
    journal.ensure_may_edit(term.unit, by=by, submission=submission)
    term = _in_office(term)
    successor = appoint_administrator(
        term.unit,
        person=person,
        account=term.account,
        group=term.group,
        by=by,
        submission=submission,
        reason=reason,
    )
    term.on_demand_of, term.replaced_by = on_demand_of, successor
    _end(term, reason=reason, by=by, submission=submission)
    return successor


@transaction.atomic
def end_administratorship(
    term: Administratorship, *, reason: str, by: User | None, submission: Submission | None = None
) -> Administratorship:
    """The person is no longer administrator, and nobody follows."""
    journal.ensure_may_edit(term.unit, by=by, submission=submission)
    term = _in_office(term)
    _end(term, reason=reason, by=by, submission=submission)
    return term


def end_all_of(
    *, reason: str, by: User | None, account: Account | None = None, group: Group | None = None
) -> None:
    """The terms of a closed account or group end with it; for the operations of this package."""
    terms = Administratorship.objects.in_office().select_for_update(of=("self",))
    for term in terms.filter(account=account) if account else terms.filter(group=group):
        _end(term, reason=reason, by=by, submission=None)


@transaction.atomic
def reveal(term: Administratorship, field: str, *, purpose: str, by: User) -> str:
    """查看: one personal field of one administrator, for a purpose that is kept; at most 60 an hour and person."""
    if field not in PersonalData.__dataclass_fields__:
        raise AccountsError(_("没有这一项信息，请刷新页面。"))
    if not permissions.may(by, permissions.REVEAL, term.unit):
        raise NotAllowed
    if not purpose.strip():
        raise AccountsError(_("请填写查看用途。"))
    ensure_may_reveal_more(by=by)
    ledger.record(REVEALED, term, by=by, reason=clean_text(purpose)[:200], field=field)
    return str(getattr(term, field) or "")


def ensure_may_reveal_more(*, by: User) -> None:
    """The hour's quota of a person, over cells of forms and fields of the registry together (B2)."""
    since = clock.now() - timedelta(hours=1)
    if AuditEntry.objects.filter(by=by, verb=REVEALED, at__gt=since).count() >= REVEALS_PER_HOUR:
        raise NotAllowed(_("一小时内最多查看 %(n)d 次，请稍后再试。") % {"n": REVEALS_PER_HOUR})


def _in_office(term: Administratorship) -> Administratorship:
    locked = (
        Administratorship.objects.select_for_update(of=("self",))
        .select_related("unit", "account", "group")
        .get(pk=term.pk)
    )
    if locked.ended_at is not None:
        raise IllegalMove(_("该管理员已离任，请刷新页面查看。"))
    return locked


def _end(term: Administratorship, *, reason: str, by: User | None, submission: Submission | None) -> None:
    term.ended_at, term.end_reason = clock.now(), reason[:200]
    term.save(update_fields=["ended_at", "end_reason", "on_demand_of", "replaced_by"])
    changes = {"replaced_by": [None, term.replaced_by_id]} if term.replaced_by_id else {}
    journal.write_administratorship(
        term, EventKind.ADMIN_REPLACED, by=by, reason=reason, submission=submission, changes=changes
    )


def _stored(person: PersonalData) -> dict[str, str]:
    mobile = normalise_mobile(person.mobile) or person.mobile
    return {
        "name": person.name,
        "wechat_id": person.wechat_id,
        "nickname": person.nickname,
        "qq": person.qq,
        "mobile": mobile,
        "mobile_index": blind_index(mobile, MOBILE),
        "name_index": blind_index(person.name, NAME),
    }
