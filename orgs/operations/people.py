"""People: invite below, accept an invitation, hand over, end an appointment (SUP-2.2.2)."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.db import transaction
from django.utils.translation import gettext as _

from orgs.choices import Kind, Role
from orgs.exceptions import InvalidUnit, InvitationUnusable, NotAllowed
from orgs.kernel import clock
from orgs.kernel.crypto import blind_index, normalise_mobile
from orgs.models import Appointment, Invitation, OrgUnit, User
from orgs.operations import ledger
from orgs.permissions import MANAGE_PEOPLE, may

if TYPE_CHECKING:
    from datetime import datetime

MOBILE = "mobile"
CODE_BYTES = 15

# Which role the people of a unit usually hold, by kind; the inviter may choose a lower one.
ROLE_OF_KIND: dict[str, str] = {
    Kind.PROVINCE: Role.PROVINCE,
    Kind.PREFECTURE: Role.COMMITTEE,
    Kind.COUNTY: Role.COMMITTEE,
    Kind.UNIVERSITY: Role.COMMITTEE,
    Kind.COLLEGE: Role.REVIEWER,
    Kind.TOWNSHIP: Role.REVIEWER,
    Kind.MIDDLE_SCHOOL: Role.REVIEWER,
}
# Whom a role may appoint. Nobody appoints above the own role; system administrators create the first accounts.
MAY_APPOINT: dict[str, frozenset[str]] = {
    Role.REVIEWER: frozenset({Role.SECRETARY, Role.REVIEWER}),
    Role.COMMITTEE: frozenset({Role.SECRETARY, Role.REVIEWER, Role.COMMITTEE}),
    Role.PROVINCE: frozenset({Role.SECRETARY, Role.REVIEWER, Role.COMMITTEE, Role.PROVINCE, Role.AUDITOR}),
    Role.SYSADMIN: frozenset(Role.values),
}


@dataclass(frozen=True, slots=True)
class Invited:
    """An invitation and its code, which exists in clear only in this answer."""

    invitation: Invitation
    code: str


def role_for(unit: OrgUnit) -> str:
    """The role a person invited to this unit usually gets."""
    return ROLE_OF_KIND.get(unit.kind_id, Role.SECRETARY)


@transaction.atomic
def invite(
    unit: OrgUnit,
    *,
    name: str,
    mobile: str,
    by: User,
    role: str = "",
    title: str = "",
    replaces: Appointment | None = None,
) -> Invited:
    """A superior invites a person to a unit of the own subtree; valid for INVITATION_DAYS.

    Raises NotAllowed when the inviter may not appoint that role there, InvalidUnit for a closed unit or a bad mobile.
    """
    role = role or role_for(unit)
    _check_may_appoint(by, unit, role)
    number = normalise_mobile(mobile)
    if number is None:
        raise InvalidUnit(_("手机号应为11位数字，请核对后重填。"))
    if not unit.is_open:
        raise InvalidUnit(_("该团组织已撤销，不能再邀请人员。"))
    code = secrets.token_urlsafe(CODE_BYTES)
    now = clock.now()
    invitation = Invitation.objects.create(
        unit=unit,
        role=role,
        title=title,
        name=name.strip(),
        mobile=number,
        mobile_index=blind_index(number, MOBILE),
        code_hash=hash_code(code),
        created_by=by,
        created_at=now,
        expires_at=now + timedelta(days=settings.INVITATION_DAYS),
        replaces=replaces,
    )
    ledger.record("invitation.created", invitation, by=by, unit=unit, role=role)
    return Invited(invitation, code)


@transaction.atomic
def accept_invitation(code: str, *, mobile_tail: str, password: str) -> User:
    """The invited person confirms the own mobile by its last four digits and gets the appointment.

    Whoever has an account already proves it with the existing password. Raises InvitationUnusable for a used,
    revoked or expired code, NotAllowed for a wrong mobile or password, ValidationError for a weak new password.
    """
    invitation = Invitation.objects.select_for_update().usable().filter(code_hash=hash_code(code)).first()
    if invitation is None or not invitation.unit.is_open:
        raise InvitationUnusable
    if not secrets.compare_digest(mobile_tail.encode(), invitation.mobile[-4:].encode()):
        raise NotAllowed(
            _("手机号后四位与邀请时登记的不一致，请核对；如手机号已更换，请联系上级团委重新邀请。")
        )
    user = _user_of(invitation, password)
    today = clock.today()
    appointment, _created = Appointment.objects.get_or_create(
        user=user,
        unit=invitation.unit,
        role=invitation.role,
        ends_on=None,
        defaults={
            "title": invitation.title,
            "starts_on": today,
            "is_principal": invitation.role == Role.SECRETARY,
        },
    )
    if invitation.replaces is not None:
        _succeed(invitation.replaces, appointment, today)
    Invitation.objects.filter(pk=invitation.pk).update(accepted_at=clock.now(), accepted_by=user)
    ledger.record("invitation.accepted", invitation, by=user, unit=invitation.unit)
    return user


@transaction.atomic
def revoke_invitation(invitation: Invitation, *, by: User) -> None:
    """Withdraw an unused invitation."""
    if not may(by, MANAGE_PEOPLE, invitation.unit):
        raise NotAllowed
    if Invitation.objects.usable().filter(pk=invitation.pk).update(revoked_at=clock.now()) != 1:
        raise InvitationUnusable
    ledger.record("invitation.revoked", invitation, by=by)


@transaction.atomic
def hand_over(appointment: Appointment, *, name: str, mobile: str, by: User) -> Invited:
    """交接: invite the successor; the appointment ends the day the successor accepts, and names them."""
    invited = invite(
        appointment.unit,
        name=name,
        mobile=mobile,
        by=by,
        role=appointment.role,
        title=appointment.title,
        replaces=appointment,
    )
    ledger.record("appointment.hand_over_begun", appointment, by=by)
    return invited


@transaction.atomic
def end_appointment(appointment: Appointment, *, ends_on: date, reason: str, by: User) -> Appointment:
    """End a term; `ends_on` is its last day. A person without any appointment sees nothing from the next request on."""
    if not may(by, MANAGE_PEOPLE, appointment.unit) or appointment.user_id == by.pk:
        raise NotAllowed
    if ends_on < appointment.starts_on:
        raise InvalidUnit(_("离任日期不能早于任职日期。"))
    appointment.ends_on = ends_on
    appointment.save(update_fields=["ends_on"])
    ledger.record("appointment.ended", appointment, by=by, reason=reason)
    return appointment


@transaction.atomic
def change_password(user: User, *, password: str) -> None:
    """Set an own password; ends the duty to change an initial one."""
    user.set_password(password)
    user.must_change_password = False
    user.save(update_fields=["password", "must_change_password"])
    ledger.record("user.password_changed", user, by=user)


def usable_invitation(code: str, *, at: datetime | None = None) -> Invitation:
    """The invitation behind a link, for its landing page. Raises InvitationUnusable."""
    invitation = (
        Invitation.objects.usable(at).select_related("unit").filter(code_hash=hash_code(code)).first()
    )
    if invitation is None:
        raise InvitationUnusable
    return invitation


def hash_code(code: str) -> str:
    """What is stored of an invitation code: enough to find it, useless to whoever reads the database."""
    return hashlib.sha256(code.encode()).hexdigest()


def _check_may_appoint(by: User, unit: OrgUnit, role: str) -> None:
    spans = by.units_in_charge().allowing(MANAGE_PEOPLE).spans
    if not any(span.covers(unit) and role in MAY_APPOINT.get(span.role, ()) for span in spans):
        raise NotAllowed


def _user_of(invitation: Invitation, password: str) -> User:
    known = User.objects.filter(mobile_index=invitation.mobile_index).first()
    if known is not None:
        if not (known.is_active and known.check_password(password)):
            raise NotAllowed(_("该手机号已有账户，请输入原来的密码；忘记密码请联系上级团委。"))
        return known
    validate_password(password)
    return User.objects.create_user(
        f"u{secrets.token_hex(6)}", password, name=invitation.name, mobile=invitation.mobile
    )


def _succeed(predecessor: Appointment, successor: Appointment, today: date) -> None:
    if predecessor.pk == successor.pk:
        return
    predecessor.ends_on = max(today - timedelta(days=1), predecessor.starts_on)
    predecessor.succeeded_by = successor
    predecessor.save(update_fields=["ends_on", "succeeded_by"])
