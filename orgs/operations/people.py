"""People in office: end a term, passwords, accounts switched off and on (SUP-2.2.2). Invitations: invitations.py."""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from orgs.exceptions import InvalidUnit, NotAllowed
from orgs.models import Appointment, OrgUnit, User
from orgs.operations import ledger, throttle, tokens
from orgs.operations.acting import end_stand_ins
from orgs.operations.appointing_rights import check_may_manage, may_appoint

if TYPE_CHECKING:
    from datetime import date

MOBILE = "mobile"
# Without letters and digits that are mistaken for each other when read out; three groups are about 59 bits.
INITIAL_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
INITIAL_GROUPS, INITIAL_GROUP = 3, 4


@transaction.atomic
def end_appointment(appointment: Appointment, *, ends_on: date, reason: str, by: User) -> Appointment:
    """End a term; `ends_on` is its last day. A person without any appointment sees nothing from the next request on."""
    check_may_manage(by, appointment)
    if appointment.user_id == by.pk:
        raise NotAllowed
    appointment = (
        Appointment.objects.select_for_update(of=("self",)).select_related("unit").get(pk=appointment.pk)
    )
    if appointment.ends_on is not None and ends_on > appointment.ends_on:
        raise InvalidUnit(_("该任职已有更早的离任日期，不能延后；需要继续任职的，请重新邀请。"))
    if ends_on < appointment.starts_on:
        raise InvalidUnit(_("离任日期不能早于任职日期。"))
    appointment.ends_on = ends_on
    appointment.save(update_fields=["ends_on"])
    ledger.record("appointment.ended", appointment, by=by, reason=reason)
    end_stand_ins([appointment.pk], ends_on, by=by, reason=reason)
    return appointment


@transaction.atomic
def change_password(user: User, *, password: str) -> None:
    """Set an own password; ends the duty to change an initial one."""
    user.set_password(password)
    user.must_change_password = False
    user.password_set_at = timezone.now()
    user.save(update_fields=["password", "must_change_password", "password_set_at"])
    tokens.revoke_all(user)
    ledger.record("user.password_changed", user, by=user)


def note_sign_in(user: User) -> None:
    """The ledger says who signed in and when (B5), at the highest of the person's units; from where stands in no table."""
    widest = user.units_in_charge().widest()
    unit = OrgUnit.objects.filter(pk=widest.unit_id).first() if widest else None
    ledger.record("user.signed_in", user, by=user, unit=unit)


@transaction.atomic
def set_mail_address(user: User, *, email: str) -> None:
    """One's own address for messages; "" for none. The ledger says that it changed, never what it is."""
    if user.email == email:
        return
    user.email = email
    user.save(update_fields=["email"])
    ledger.record("user.mail_address_set", user, by=user)


@transaction.atomic
def reset_password(appointment: Appointment, *, by: User) -> str:
    """忘记密码: a random initial password, returned once; it must be changed, and open sessions end.

    Raises NotAllowed unless every office the person holds is one that `by` could give: a password opens them all.
    """
    holder = holder_in_hand(appointment, by)
    if not holder.is_active:
        raise NotAllowed
    password = _give_initial_password(holder)
    ledger.record("user.password_reset", holder, by=by, unit=appointment.unit)
    return password


@transaction.atomic
def deactivate_user(appointment: Appointment, *, reason: str, by: User) -> None:
    """停用: the holder of this office is signed out everywhere from the next request on; the offices stay as they are.

    Raises NotAllowed unless every office the person holds is one that `by` could give, InvalidUnit without a reason.
    """
    holder = holder_in_hand(appointment, by)
    if not reason.strip():
        raise InvalidUnit(_("请填写停用原因。"))
    if not holder.is_active:
        raise InvalidUnit(_("该账户已经停用，没有重复办理。"))
    holder.is_active = False
    holder.save(update_fields=["is_active"])
    tokens.revoke_all(holder)
    ledger.record("user.deactivated", holder, by=by, unit=appointment.unit, reason=reason.strip())


@transaction.atomic
def reactivate_user(appointment: Appointment, *, by: User) -> str:
    """启用: the account works again with a new initial password, returned once: what was signed in before stays out."""
    holder = holder_in_hand(appointment, by)
    if holder.is_active:
        raise InvalidUnit(_("该账户正在使用，不需要启用。"))
    holder.is_active = True
    holder.save(update_fields=["is_active"])
    password = _give_initial_password(holder)
    ledger.record("user.reactivated", holder, by=by, unit=appointment.unit)
    return password


def must_choose_password(user: User) -> bool:
    """Whether nothing else is to be done first: an initial password, or one too old where PASSWORD_DAYS says so (0: never)."""
    most = timedelta(days=settings.PASSWORD_DAYS)
    return user.must_change_password or (bool(most) and user.password_age() > most)


def is_initial_password_over(user: User) -> bool:
    """An initial password that nobody has used for INITIAL_PASSWORD_DAYS lets nobody in any more."""
    return user.must_change_password and user.password_age() > timedelta(days=settings.INITIAL_PASSWORD_DAYS)


def holder_in_hand(appointment: Appointment, by: User) -> User:
    """The person, locked; raises NotAllowed unless `by` could give every office the person holds: the account opens all."""
    holder = User.objects.select_for_update().get(pk=appointment.user_id)
    check_may_manage(by, appointment)
    offices = holder.appointments.in_force().select_related("unit")
    if not all(may_appoint(by, each.unit, each.role, each.department) for each in offices):
        raise NotAllowed(_("该人员还有其他职务，账户不能由您办理，请联系上级团委。"))
    if holder.pk == by.pk or holder.is_staff or holder.is_superuser:
        raise NotAllowed
    return holder


def _give_initial_password(holder: User) -> str:
    password = initial_password()
    holder.set_password(password)
    holder.must_change_password = True
    holder.password_set_at = timezone.now()
    holder.save(update_fields=["password", "must_change_password", "password_set_at"])
    throttle.lift(holder)
    tokens.revoke_all(holder)
    return password


def initial_password() -> str:
    """A random password to read out and to change at the first sign-in."""
    groups = range(INITIAL_GROUPS)
    return "-".join("".join(secrets.choice(INITIAL_ALPHABET) for _n in range(INITIAL_GROUP)) for _g in groups)
