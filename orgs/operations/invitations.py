"""Invitations: a superior invites a person below, who accepts once and holds the office; hand-over (SUP-2.2.2)."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.db import transaction
from django.utils.translation import gettext as _

from orgs.choices import Role
from orgs.exceptions import InvalidUnit, InvitationUnusable, LinkAlreadyMade, NotAllowed
from orgs.kernel import clock
from orgs.kernel.crypto import blind_index, normalise_mobile
from orgs.models import Appointment, IdempotencyKey, Invitation, OrgUnit, User
from orgs.operations import ledger, throttle
from orgs.operations.acting import begin_acting, end_stand_ins
from orgs.operations.appointing_rights import (
    check_may_appoint,
    check_may_manage,
    department_to_give,
    role_for,
)
from orgs.operations.people import MOBILE

if TYPE_CHECKING:
    from datetime import datetime

CODE_BYTES = 15


@dataclass(frozen=True, slots=True)
class Invited:
    """An invitation and its code, which exists in clear only in this answer."""

    invitation: Invitation
    code: str


class WrongGuess(NotAllowed):
    """Somebody guessed at a link or at a password; `account` is the key under which it counts."""

    def __init__(self, message: str, *, account: str) -> None:
        self.account = account
        super().__init__(message)


@transaction.atomic
def invite(
    unit: OrgUnit,
    *,
    name: str,
    mobile: str,
    by: User,
    role: str = "",
    title: str = "",
    department: str = "",
    replaces: Appointment | None = None,
    idempotency_key: str = "",
) -> Invited:
    """A superior invites a person to a unit of the own subtree; valid for INVITATION_DAYS.

    Whoever is limited to lines gives no more than the own department. Raises NotAllowed when the inviter may not appoint
    that role there, InvalidUnit for a closed unit or a bad mobile, LinkAlreadyMade for a repetition of the same form.
    """
    role = role or role_for(unit)
    department = department_to_give(by, unit, role, department)
    check_may_appoint(by, unit, role, department)
    number = normalise_mobile(mobile)
    if number is None:
        raise InvalidUnit(_("手机号应为11位数字，请核对后重填。"))
    if not unit.is_open:
        raise InvalidUnit(_("该团组织已撤销，不能再邀请人员。"))
    take_key(idempotency_key, by=by)
    facts = {"title": title, "department": department, "replaces": replaces}
    return make_invitation(unit, role=role, name=name, mobile=number, by=by, **facts)


def make_invitation(unit: OrgUnit, *, role: str, name: str, mobile: str, by: User, **facts: Any) -> Invited:
    """Write an invitation that the operation around it has checked, with a new code. `mobile` is normalised."""
    code, now = secrets.token_urlsafe(CODE_BYTES), clock.now()
    invitation = Invitation.objects.create(
        unit=unit,
        role=role,
        name=name.strip(),
        mobile=mobile,
        mobile_index=blind_index(mobile, MOBILE),
        code_hash=hash_code(code),
        created_by=by,
        created_at=now,
        expires_at=expiry(now, facts.get("stands_in_until")),
        **facts,
    )
    ledger.record("invitation.created", invitation, by=by, unit=unit, role=role)
    return Invited(invitation, code)


def expiry(now: datetime, until: date | None) -> datetime:
    """Until when a link made now can be used: INVITATION_DAYS, one to act for somebody no longer than that lasts."""
    end = now + timedelta(days=settings.INVITATION_DAYS)
    return min(end, clock.day_end(until)) if until else end


def accept_invitation(code: str, *, mobile_tail: str, password: str, address: str = "") -> User:
    """The invited person confirms the own mobile by its last four digits and gets the appointment.

    Whoever has an account already proves it with the existing password. Raises InvitationUnusable for a used,
    revoked or expired code, NotAllowed for a wrong mobile or password, ValidationError for a weak new password.
    Wrong guesses are counted by link and by account, from `address` and from anywhere (reliability A1).
    """
    try:
        return _accept(code, mobile_tail=mobile_tail, password=password, address=address)
    except WrongGuess as guess:
        # Outside the transaction that the guess undid: otherwise nothing would be counted.
        throttle.note_failure(guess.account, address)
        raise


@transaction.atomic
def _accept(code: str, *, mobile_tail: str, password: str, address: str) -> User:
    invitation = Invitation.objects.select_for_update().usable().filter(code_hash=hash_code(code)).first()
    if invitation is None or not invitation.unit.is_open:
        raise InvitationUnusable
    _check_principal(invitation)
    _check_tail(invitation, mobile_tail, address)
    user = _user_of(invitation, password, address)
    _give_office(invitation, user)
    Invitation.objects.filter(pk=invitation.pk).update(accepted_at=clock.now(), accepted_by=user)
    ledger.record("invitation.accepted", invitation, by=user, unit=invitation.unit)
    return user


def _give_office(invitation: Invitation, user: User) -> None:
    if invitation.stands_in_for_id is not None and invitation.stands_in_until is not None:
        principal = Appointment.objects.select_for_update(of=("self",)).select_related("unit")
        begin_acting(principal.get(pk=invitation.stands_in_for_id), user, invitation.stands_in_until, by=user)
        return
    today = clock.today()
    appointment, _created = Appointment.objects.get_or_create(
        user=user,
        unit=invitation.unit,
        role=invitation.role,
        ends_on=None,
        defaults={
            "title": invitation.title,
            "department": invitation.department,
            "starts_on": today,
            "is_principal": invitation.role == Role.SECRETARY and invitation.replaces_id is None,
        },
    )
    if invitation.replaces_id is not None:
        _succeed(invitation.replaces_id, appointment, today, by=user)


@transaction.atomic
def revoke_invitation(invitation: Invitation, *, by: User) -> None:
    """Withdraw an unused invitation; whoever could have made it may."""
    check_may_appoint(by, invitation.unit, invitation.role, invitation.department)
    if Invitation.objects.usable().filter(pk=invitation.pk).update(revoked_at=clock.now()) != 1:
        raise InvitationUnusable
    ledger.record("invitation.revoked", invitation, by=by)


@transaction.atomic
def hand_over(
    appointment: Appointment, *, name: str, mobile: str, by: User, idempotency_key: str = ""
) -> Invited:
    """交接: invite the successor; the appointment ends the day the successor accepts, and names them."""
    check_may_manage(by, appointment)
    invited = invite(
        appointment.unit,
        name=name,
        mobile=mobile,
        by=by,
        role=appointment.role,
        title=appointment.title,
        department=appointment.department,
        replaces=appointment,
        idempotency_key=idempotency_key,
    )
    ledger.record("appointment.hand_over_begun", appointment, by=by)
    return invited


def usable_invitation(code: str, *, at: datetime | None = None) -> Invitation:
    """The invitation behind a link, for its landing page. Raises InvitationUnusable."""
    found = Invitation.objects.usable(at).select_related("unit", "stands_in_for__user")
    invitation = found.filter(code_hash=hash_code(code)).first()
    if invitation is None:
        raise InvitationUnusable
    _check_principal(invitation)
    return invitation


def hash_code(code: str) -> str:
    """What is stored of an invitation code: enough to find it, useless to whoever reads the database."""
    return hashlib.sha256(code.encode()).hexdigest()


def take_key(key: str, *, by: User) -> None:
    """The first form with this key makes the link; a second tap on the button does not (the link is shown once)."""
    facts = {"created_at": clock.now()}
    if key and not IdempotencyKey.objects.get_or_create(user=by, key=key, defaults=facts)[1]:
        raise LinkAlreadyMade


def _check_principal(invitation: Invitation) -> None:
    """Nobody begins to act for an office that has ended since the link was made."""
    if invitation.is_outlived:
        raise InvitationUnusable(
            _("您要代理的这一任职已经结束，链接随之失效。请联系上级团委；需要接任的，请上级团委重新邀请。")
        )


def _check_tail(invitation: Invitation, mobile_tail: str, address: str) -> None:
    """Paused and wrong read the same, so that a guesser learns nothing from a pause."""
    link = f"invitation {invitation.code_hash}"
    words = _(
        "手机号后四位与邀请时登记的不一致，或多次输错已暂停，请核对后稍等几分钟再试；"
        "如手机号已更换，请联系上级团委重新邀请。"
    )
    if throttle.is_blocked(link, address):
        raise NotAllowed(words)
    if not secrets.compare_digest(mobile_tail.encode(), invitation.mobile[-4:].encode()):
        raise WrongGuess(words, account=link)


def _user_of(invitation: Invitation, password: str, address: str) -> User:
    known = User.objects.filter(mobile_index=invitation.mobile_index).first()
    if known is not None:
        words = _(
            "该手机号已有账户，请输入原来的密码；多次输错会暂停，请稍等几分钟再试。忘记密码请联系上级团委。"
        )
        if throttle.is_blocked(known.mobile, address):
            raise NotAllowed(words)
        if not (known.is_active and known.check_password(password)):
            raise WrongGuess(words, account=known.mobile)
        throttle.forget(known.mobile, address)
        return known
    validate_password(password)
    return User.objects.create_user(
        f"u{secrets.token_hex(6)}", password, name=invitation.name, mobile=invitation.mobile
    )


def _succeed(predecessor_pk: int, successor: Appointment, today: date, *, by: User) -> None:
    """End the term that is handed over, unless it has ended before; who answers for the unit is handed over too."""
    if predecessor_pk == successor.pk:
        return
    predecessor = Appointment.objects.select_for_update(of=("self",)).get(pk=predecessor_pk)
    if predecessor.is_principal:
        Appointment.objects.filter(pk=successor.pk).update(is_principal=True)
    Appointment.objects.filter(pk=predecessor.pk).update(succeeded_by=successor)
    end_stand_ins([predecessor.pk], today, by=by)
    last_day = max(today - timedelta(days=1), predecessor.starts_on)
    if predecessor.ends_on is None or predecessor.ends_on > last_day:
        Appointment.objects.filter(pk=predecessor.pk).update(ends_on=last_day)
        ledger.record("appointment.ended", predecessor, by=by, successor=successor.pk)
