"""Invitations in bulk: a list is checked as a whole, then made in one transaction as one batch; renewed, printed again."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from orgs.choices import Kind
from orgs.exceptions import InvitationUnusable, OrgsError
from orgs.kernel import clock
from orgs.kernel.crypto import blind_index, mask_id, normalise_mobile
from orgs.kernel.sheets import RowError
from orgs.models import Appointment, Invitation, OrgUnit
from orgs.operations import invitations, ledger
from orgs.operations.appointing_rights import Appointer, check_may_appoint, role_for
from orgs.operations.invitations import CODE_BYTES, Invited
from orgs.operations.people import MOBILE
from orgs.permissions import MANAGE_PEOPLE

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from orgs.models import User
    from orgs.querysets.people import InvitationQuerySet

MOST_ROWS = 1000
BATCH = 500
LONGEST_NAME = 20
UNIT, NAME, NUMBER = "组织全称或代码", "姓名", "手机"


@dataclass(frozen=True, slots=True)
class Line:
    """One row of the list as it was typed; `number` is the row people see."""

    number: int
    unit: str
    name: str
    mobile: str


@dataclass(frozen=True, slots=True)
class Wanted:
    """A row in which nothing is wrong."""

    unit: OrgUnit
    role: str
    name: str
    mobile: str
    index: str


@dataclass(slots=True)
class Checked:
    """What a list would do. With errors nothing is done. `n_blank` rows name nobody and are passed over."""

    wanted: list[Wanted] = field(default_factory=list)
    errors: list[RowError] = field(default_factory=list)
    n_blank: int = 0


class FaultyList(OrgsError):
    """Something is wrong in the list; `errors` says where and what to do."""

    default_message = gettext_lazy("名单中有需要更正的行，没有生成任何邀请。")

    def __init__(self, errors: list[RowError]) -> None:
        self.errors = errors
        super().__init__()


def check(lines: Sequence[Line], *, by: User) -> Checked:
    """All that is wrong with the list at once: units, names, mobiles, repetitions, rights. Four statements."""
    checked = Checked(n_blank=sum(not (line.name or line.mobile) for line in lines))
    filled = [line for line in lines if line.name or line.mobile]
    if len(filled) > MOST_ROWS:
        message = _("一次最多邀请 %(n)s 人，请分几次办理。") % {"n": MOST_ROWS}
        checked.errors.append(RowError("", filled[MOST_ROWS].number, "", "", message))
        return checked
    found, appointer = _units(filled, by), Appointer.of(by)
    seen: dict[tuple[int, str], int] = {}
    rows: list[tuple[Line, Wanted]] = []
    for line in filled:
        wanted = _checked_line(line, found, appointer, checked.errors)
        if wanted is None:
            continue
        first = seen.setdefault((wanted.unit.pk, wanted.index), line.number)
        if first != line.number:
            message = _("与第 %(n)s 行重复，请删去一行。") % {"n": first}
            checked.errors.append(_error(line, "", message))
            continue
        rows.append((line, wanted))
    taken = _invited_or_in_office([wanted for _line, wanted in rows])
    for line, wanted in rows:
        if why := taken.get((wanted.unit.pk, wanted.role, wanted.index)):
            checked.errors.append(_error(line, NUMBER, why))
        else:
            checked.wanted.append(wanted)
    checked.errors.sort(key=lambda error: error.row)
    return checked


@transaction.atomic
def invite_many(lines: Sequence[Line], *, by: User, idempotency_key: str = "") -> list[Invited]:
    """Invite everybody of the list or nobody; codes exist in clear only in this answer (20 days, once).

    Raises FaultyList with every fault, LinkAlreadyMade for a repetition of the same form.
    """
    checked = check(lines, by=by)
    if checked.errors:
        raise FaultyList(checked.errors)
    if not checked.wanted:
        raise FaultyList([RowError("", 1, "", "", _("名单里没有填写姓名和手机的行，请至少填写一行。"))])
    invitations.take_key(idempotency_key, by=by)
    batch, now = secrets.token_hex(8), clock.now()
    codes = [secrets.token_urlsafe(CODE_BYTES) for _wanted in checked.wanted]
    made = [
        Invitation(
            unit=wanted.unit,
            role=wanted.role,
            name=wanted.name,
            mobile=wanted.mobile,
            mobile_index=wanted.index,
            code_hash=invitations.hash_code(code),
            batch=batch,
            created_by=by,
            created_at=now,
            expires_at=now + timedelta(days=settings.INVITATION_DAYS),
        )
        for wanted, code in zip(checked.wanted, codes, strict=True)
    ]
    Invitation.objects.bulk_create(made, batch_size=BATCH)
    ledger.record_many("invitation.created", made, by=by)
    return [Invited(*pair) for pair in zip(made, codes, strict=True)]


@transaction.atomic
def renew(invitation: Invitation, *, by: User) -> Invited:
    """A new code for an unused invitation, expired or not: the old one dies. Raises InvitationUnusable."""
    check_may_appoint(by, invitation.unit, invitation.role, invitation.department)
    return _renewed(Invitation.objects.filter(pk=invitation.pk), by=by)[0]


@transaction.atomic
def renew_batch(batch: str, *, by: User) -> list[Invited]:
    """Print again: new codes for all unused invitations of the batch that the person could make; the old ones die.

    Raises InvitationUnusable where none is left.
    """
    return _renewed(Invitation.objects.actionable_by(by, MANAGE_PEOPLE).of_batch(batch), by=by)


def vacant_branches(unit: OrgUnit, *, most: int = MOST_ROWS) -> list[OrgUnit]:
    """Class branches below (or of) a unit in which nobody holds an office and nobody is invited, in the order of the tree."""
    here = {"unit": OuterRef("pk")}
    return list(
        OrgUnit.objects.in_operation()
        .filter(tree_id=unit.tree_id, lft__gte=unit.lft, rght__lte=unit.rght, kind=Kind.CLASS_BRANCH)
        .exclude(Exists(Appointment.objects.in_force().filter(**here, user__is_active=True)))
        .exclude(Exists(Invitation.objects.usable().lasting().filter(**here)))
        .order_by("lft")[:most]
    )


def _renewed(found: InvitationQuerySet, *, by: User) -> list[Invited]:
    unused = found.unused().select_for_update(of=("self",)).for_print()
    appointer = Appointer.of(by)
    renewable = [
        each
        for each in unused
        if each.unit.is_open
        and not each.is_outlived
        and appointer.may_give(each.unit, each.role, each.department)
    ]
    if not renewable:
        raise InvitationUnusable
    now, renewed = clock.now(), []
    for each in renewable:
        code = secrets.token_urlsafe(CODE_BYTES)
        each.code_hash = invitations.hash_code(code)
        each.expires_at = invitations.expiry(now, each.stands_in_until)
        renewed.append(Invited(each, code))
    Invitation.objects.bulk_update(renewable, ["code_hash", "expires_at"], batch_size=BATCH)
    ledger.record_many("invitation.renewed", renewable, by=by)
    return renewed


def _units(lines: Iterable[Line], by: User) -> dict[str, list[OrgUnit]]:
    """What the first column names, by name and by code (in small letters), within the reach of the inviter."""
    texts = sorted({line.unit for line in lines if line.unit})
    codes = sorted({*texts, *(text.upper() for text in texts), *(text.lower() for text in texts)})
    found: dict[str, list[OrgUnit]] = {}
    reach = OrgUnit.objects.actionable_by(by, MANAGE_PEOPLE).select_related("parent")
    for unit in reach.filter(Q(name__in=texts) | Q(code__in=codes) | Q(short_name__in=texts)):
        for key in {unit.name, unit.short_name, unit.code.casefold()} - {""}:
            found.setdefault(key, []).append(unit)
    return found


def _checked_line(
    line: Line, found: dict[str, list[OrgUnit]], appointer: Appointer, errors: list[RowError]
) -> Wanted | None:
    """The row as it would be done; None with its faults added."""
    before = len(errors)
    unit = _unit_of(line, found, errors)
    number = normalise_mobile(line.mobile)
    if not line.name:
        errors.append(_error(line, NAME, _("没有填，请填写姓名。")))
    elif len(line.name) > LONGEST_NAME:
        errors.append(_error(line, NAME, _("超过 20 个字，请核对是不是填错了列。")))
    if number is None:
        errors.append(_error(line, NUMBER, _("不是11位手机号，请核对后重填。")))
    if unit is None or number is None or len(errors) > before:
        return None
    role = role_for(unit)
    if not appointer.may_give(unit, role):
        errors.append(_error(line, UNIT, _("的人员不归您邀请，请删去这一行，或联系上级团委。")))
        return None
    return Wanted(unit, role, line.name, number, blind_index(number, MOBILE))


def _unit_of(line: Line, found: dict[str, list[OrgUnit]], errors: list[RowError]) -> OrgUnit | None:
    if not line.unit:
        errors.append(_error(line, UNIT, _("没有填，请填写组织全称或代码。")))
        return None
    units = found.get(line.unit) or found.get(line.unit.casefold()) or []
    open_ones = [unit for unit in units if unit.is_open]
    if len(open_ones) == 1:
        return open_ones[0]
    if open_ones:
        codes = "、".join(unit.code for unit in open_ones[:5])
        message = _("有 %(n)s 个同名团组织，请改填代码：%(codes)s。") % {"n": len(open_ones), "codes": codes}
    elif units:
        message = _("已撤销，请删去这一行。")
    else:
        message = _("在您管理的范围内找不到，请核对全称或改填代码。")
    errors.append(_error(line, UNIT, message))
    return None


def _invited_or_in_office(rows: Sequence[Wanted]) -> dict[tuple[int, str, str | None], str]:
    """Why a person isn't invited to this office again: holds it, or has a link for it that is unused."""
    indexes, units = {row.index for row in rows}, {row.unit.pk for row in rows}
    taken: dict[tuple[int, str, str | None], str] = {}
    invited = Invitation.objects.usable().lasting().filter(unit__in=units, mobile_index__in=indexes)
    for key in invited.values_list("unit_id", "role", "mobile_index"):
        taken[key] = _("已有未使用的邀请，请在邀请码清单中重新生成，或删去这一行。")
    in_office = Appointment.objects.in_force().filter(unit__in=units, user__mobile_index__in=indexes)
    for office in in_office.values_list("unit_id", "role", "user__mobile_index"):
        taken[office] = _("已担任这一职务，请删去这一行。")
    return taken


def _error(line: Line, column: str, message: str) -> RowError:
    # SECURITY: an echoed mobile is masked, a name isn't echoed at all.
    value = {UNIT: line.unit, NAME: "", NUMBER: mask_id(line.mobile)}.get(column, "")
    return RowError("", line.number, column, value, message)
