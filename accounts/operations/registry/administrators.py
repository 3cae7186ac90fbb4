"""Administrators: appoint, correct, replace, end, and show one masked field with a purpose (SUP-2.2.2)."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.choices import AccountStatus, EventKind
from accounts.exceptions import AccountsError
from accounts.models import Administratorship
from accounts.naming import clean_text
from accounts.operations.registry import journal
from orgs import permissions
from orgs.exceptions import IllegalMove, NotAllowed
from orgs.kernel import clock
from orgs.kernel.crypto import blind_index, normalise_mobile
from orgs.models import OrgUnit, User
from orgs.operations import reveals

if TYPE_CHECKING:
    from collections.abc import Mapping

    from accounts.models import Account, Group, Submission

MOBILE, NAME = "mobile", "name"


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
    """任命: the person is administrator of this account or group from now on (UNI-3.2).

    Without either, of the unit's own WeChat work as a whole: one person at a time (SUP-2.2.2).
    """
    journal.ensure_may_edit(unit, by=by, submission=submission)
    if not person.name and not person.mobile:
        raise AccountsError(_("请填写管理员的姓名和手机。"))
    if by is not None and submission is None:
        _ensure_may_appoint(unit, account, group, person)
    term = Administratorship.objects.create(
        unit=unit, account=account, group=group, started_at=clock.now(), **_stored(person)
    )
    journal.write_administratorship(
        term, journal.Entry(EventKind.APPOINTED, by=by, reason=reason, submission=submission)
    )
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
    term = _in_office(term)
    stored = _stored(person)
    differing = [name for name in asdict(person) if getattr(term, name) != stored[name]]
    if not differing:
        return term
    for name, value in stored.items():
        setattr(term, name, value)
    term.save(update_fields=list(stored))
    journal.write_administratorship(
        term,
        journal.Entry(
            EventKind.CHANGED,
            by=by,
            reason=reason,
            submission=submission,
            changes={name: [None, None] for name in differing},
        ),
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
    """更换: one person's term ends, the successor's begins at the same instant (SUP-2.2.2, SUP-2.1.4).

    `on_demand_of` is a unit above that has asked for it.
    """
    journal.ensure_may_edit(term.unit, by=by, submission=submission)
    term = _in_office(term)
    _ensure_superior(on_demand_of, term.unit)
    if by is not None and submission is None and person.same_person(term):
        raise AccountsError(_("接任的人与现任管理员是同一人；信息有误的，请用“更正”。"))
    now = clock.now()
    successor = Administratorship.objects.create(
        unit=term.unit, account=term.account, group=term.group, started_at=now, **_stored(person)
    )
    appointed = journal.Entry(EventKind.APPOINTED, by=by, reason=reason, submission=submission)
    journal.write_administratorship(successor, appointed)
    term.on_demand_of, term.replaced_by = on_demand_of, successor
    _end(term, reason=reason, by=by, submission=submission)
    return successor


@transaction.atomic
def end_administratorship(
    term: Administratorship,
    *,
    reason: str,
    by: User | None,
    on_demand_of: OrgUnit | None = None,
    submission: Submission | None = None,
) -> Administratorship:
    """离任: the person is no longer administrator, and nobody follows."""
    journal.ensure_may_edit(term.unit, by=by, submission=submission)
    term = _in_office(term)
    _ensure_superior(on_demand_of, term.unit)
    term.on_demand_of = on_demand_of
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
def note_demands(demanding: Mapping[int, int]) -> int:
    """Keep on whose demand terms were ended (term id -> unit id), where the unit did not say so itself (SUP-2.1.4)."""
    ended = Administratorship.objects.left().filter(pk__in=list(demanding), on_demand_of=None)
    terms = list(ended.select_for_update(of=("self",)).only("pk", "on_demand_of"))
    for term in terms:
        term.on_demand_of_id = demanding[term.pk]
    return Administratorship.objects.bulk_update(terms, ["on_demand_of"], batch_size=500)


@transaction.atomic
def reveal(term: Administratorship, field: str, *, purpose: str, by: User) -> str:
    """查看: one personal field of one administrator, for a purpose that is kept; at most 60 an hour and person."""
    if field not in PersonalData.__dataclass_fields__:
        raise AccountsError(_("没有这一项信息，请刷新页面。"))
    if not permissions.may(by, permissions.REVEAL, term.unit):
        raise NotAllowed
    if not purpose.strip():
        raise AccountsError(_("请填写查看用途。"))
    reveals.record(term, unit=term.unit, purpose=clean_text(purpose)[:200], by=by, field=field)
    return str(getattr(term, field) or "")


def _ensure_may_appoint(
    unit: OrgUnit, account: Account | None, group: Group | None, person: PersonalData
) -> None:
    """What a person at a page may not do; a form has been reviewed."""
    channel = account or group
    if not unit.is_open:
        raise AccountsError(_("这个团组织已撤销，不能登记管理员。"))
    if channel is not None and channel.unit_id != unit.pk:
        raise AccountsError(_("账号（群）不属于这个团组织，请刷新页面。"))
    if channel is not None and channel.status in {AccountStatus.CLOSED, AccountStatus.MERGED}:
        raise IllegalMove(_("该账号（群）已注销或解散，不能登记管理员。"))
    # Two people at two desks name the one person of a unit: the second waits here and is refused.
    OrgUnit.objects.select_for_update(of=("self",)).get(pk=unit.pk)
    others = Administratorship.objects.in_office().filter(unit=unit, account=account, group=group)
    if channel is None and others.exists():
        raise AccountsError(_("本单位已有负责微信工作的管理员，请用“更换”。"))
    index = blind_index(normalise_mobile(person.mobile) or person.mobile, MOBILE)
    if index and others.filter(mobile_index=index).exists():
        raise AccountsError(_("这个人已经是这里的管理员，不用重复登记。"))


def _ensure_superior(demanding: OrgUnit | None, unit: OrgUnit) -> None:
    is_above = demanding is None or demanding.is_national or demanding.is_ancestor_of(unit)
    if not is_above:
        raise AccountsError(_("只有上级团组织可以要求更换管理员，请重新选择。"))


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
    named = {"replaced_by": term.replaced_by_id, "on_demand_of": term.on_demand_of_id}
    changes = {name: [None, pk] for name, pk in named.items() if pk}
    journal.write_administratorship(
        term,
        journal.Entry(EventKind.ADMIN_REPLACED, by=by, reason=reason, submission=submission, changes=changes),
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
