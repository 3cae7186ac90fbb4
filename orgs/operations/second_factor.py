"""双重验证: set up, asked for at sign-in, taken away by a superior when the phone is lost (reliability A1).

Codes are those of any authenticator app: RFC 6238 with SHA-1, six digits, 30 seconds; a step before and after is taken,
each step once.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor import InvalidToken
from cryptography.hazmat.primitives.twofactor.totp import TOTP
from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from orgs.exceptions import InvalidUnit
from orgs.models import SecondFactor, User
from orgs.operations import ledger, people, throttle, tokens

if TYPE_CHECKING:
    from orgs.models import Appointment

ISSUER = "微信工作平台"
DIGITS, STEP = 6, 30  # seconds
SECRET_BYTES = 20
N_RECOVERY = 8
ASKED_FOR = 300  # seconds between the password and the code


@dataclass(frozen=True, slots=True)
class Enrolment:
    """What the person scans or types into the app, until it is confirmed."""

    secret: str
    link: str


def is_required(user: User) -> bool:
    """Whether one of the person's offices in force asks for a second factor (setting SECOND_FACTOR_ROLES)."""
    wanted = set(settings.SECOND_FACTOR_ROLES)
    return bool(wanted) and any(span.role in wanted for span in user.units_in_charge().spans)


def is_on(user: User) -> bool:
    """Whether the password alone doesn't let the person in."""
    return SecondFactor.objects.filter(user=user, confirmed_at__isnull=False).exists()


@transaction.atomic
def enrol(user: User) -> Enrolment:
    """The secret the person is about to confirm: the same one until then. Raises InvalidUnit where it is on already."""
    factor, _is_new = SecondFactor.objects.get_or_create(
        user=user, defaults={"secret": _new_secret(), "created_at": timezone.now()}
    )
    if factor.is_confirmed:
        raise InvalidUnit(_("双重验证已经启用，不用重复设置。"))
    link = _totp(factor.secret).get_provisioning_uri(user.username, ISSUER)
    return Enrolment(factor.secret, link)


@transaction.atomic
def confirm(user: User, *, code: str) -> list[str]:
    """The app shows the right code: from now on it is asked for. Returns recovery codes, shown once.

    Raises InvalidUnit for a wrong code or where nothing is to be confirmed.
    """
    factor = SecondFactor.objects.select_for_update().filter(user=user, confirmed_at=None).first()
    if factor is None or not _take(factor, code):
        raise InvalidUnit(_("验证码不正确，请核对手机时间是否准确，再填写新的6位数字。"))
    factor.confirmed_at = timezone.now()
    codes = _give_recovery_codes(factor)
    factor.save()
    tokens.revoke_all(user)
    ledger.record("user.second_factor_on", user, by=user)
    return codes


@transaction.atomic
def renew_recovery_codes(user: User, *, code: str) -> list[str]:
    """New recovery codes in place of the old ones, shown once. Raises InvalidUnit for a wrong code."""
    factor = _proved(user, code)
    codes = _give_recovery_codes(factor)
    factor.save()
    ledger.record("user.recovery_codes_renewed", user, by=user)
    return codes


@transaction.atomic
def turn_off(user: User, *, code: str) -> None:
    """The person does without again. Raises InvalidUnit for a wrong code, or where the person's office asks for it."""
    if is_required(user):
        raise InvalidUnit(_("您的职务须使用双重验证，不能关闭。"))
    _proved(user, code).delete()
    ledger.record("user.second_factor_off", user, by=user)


def verify(user: User, code: str, address: str) -> bool:
    """Whether the code (or a recovery code, used up by this) is right; wrong ones count like wrong passwords."""
    account = user.mobile or user.username
    if throttle.is_blocked(account, address):
        return False
    with transaction.atomic():
        factor = (
            SecondFactor.objects.select_for_update().filter(user=user, confirmed_at__isnull=False).first()
        )
        is_right = factor is not None and (_take(factor, code) or _use_recovery_code(factor, code))
        if factor is not None and is_right:
            factor.save()
    if is_right:
        throttle.forget(account, address)
    else:
        throttle.note_failure(account, address)
    return is_right


@transaction.atomic
def reset(appointment: Appointment, *, by: User) -> None:
    """手机遗失: a superior who could give every office of the person takes the second factor away; the password stays.

    Raises NotAllowed, InvalidUnit where there is none.
    """
    holder = people.holder_in_hand(appointment, by)
    gone, _rows = SecondFactor.objects.filter(user=holder).delete()
    if not gone:
        raise InvalidUnit(_("该人员没有启用双重验证，不用解除。"))
    tokens.revoke_all(holder)
    ledger.record("user.second_factor_reset", holder, by=by, unit=appointment.unit)


def _proved(user: User, code: str) -> SecondFactor:
    factor = SecondFactor.objects.select_for_update().filter(user=user, confirmed_at__isnull=False).first()
    if factor is None or not _take(factor, code):
        raise InvalidUnit(_("验证码不正确，请填写手机上新的6位数字。"))
    return factor


def _take(factor: SecondFactor, code: str) -> bool:
    """Whether the code is of this step or one beside it, and of none that was taken before."""
    code = "".join(code.split())
    if not (code.isascii() and code.isdigit() and len(code) == DIGITS):
        return False
    now = int(timezone.now().timestamp()) // STEP
    totp = _totp(factor.secret)
    for step in (now, now - 1, now + 1):
        if step <= factor.last_step:
            continue
        try:
            totp.verify(code.encode(), step * STEP)
        except InvalidToken:
            continue
        factor.last_step = step
        return True
    return False


def _use_recovery_code(factor: SecondFactor, code: str) -> bool:
    found = _hash("".join(code.split()).lower())
    if found not in factor.recovery_hashes:
        return False
    factor.recovery_hashes = [each for each in factor.recovery_hashes if each != found]
    return True


def _give_recovery_codes(factor: SecondFactor) -> list[str]:
    codes = [people.initial_password() for _n in range(N_RECOVERY)]
    factor.recovery_hashes = [_hash(code) for code in codes]
    return codes


def _hash(code: str) -> str:
    """59 random bits need no slow hash."""
    return hashlib.sha256(f"recovery {code}".encode()).hexdigest()


def _new_secret() -> str:
    return base64.b32encode(secrets.token_bytes(SECRET_BYTES)).decode()


def _totp(secret: str) -> TOTP:
    return TOTP(base64.b32decode(secret), DIGITS, SHA1(), STEP, enforce_key_length=False)  # noqa: S303 - RFC 6238
