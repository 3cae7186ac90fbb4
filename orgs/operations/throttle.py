"""Failed sign-ins, and what anybody may ask: slow down guessing without locking a campus behind one address (reliability A1).

Ten wrong passwords for one account, from anywhere: refused for 15 minutes. Five from one address for that account: one
minute. Never by address alone. Own code, because two limits with two periods are beyond what django-axes can say.
"""

from __future__ import annotations

import math
from datetime import timedelta

from django.db import transaction
from django.db.models import F, Q

from orgs.kernel import clock
from orgs.kernel.crypto import blind_index
from orgs.models import LoginThrottle, User
from orgs.operations import ledger

ACCOUNT = (10, timedelta(minutes=15))
ACCOUNT_AND_ADDRESS = (5, timedelta(minutes=1))
FORGOTTEN_AFTER = timedelta(minutes=15)
SWEPT_AFTER = timedelta(days=1)


def account_of(typed: str) -> str:
    """One name for one person, whether the user name or the mobile was typed; what was typed where nobody is known."""
    known = User.objects.find_by_sign_in(typed)
    return (known.mobile or known.username) if known else typed


def is_blocked(account: str, address: str) -> bool:
    """Whether a sign-in is refused now, even with the right password."""
    return LoginThrottle.objects.filter(
        key__in=_limits(account, address), blocked_until__gt=clock.now()
    ).exists()


@transaction.atomic
def note_failure(account: str, address: str) -> None:
    """Count one wrong password under both keys; the count is atomic, whatever number of processes count."""
    now = clock.now()
    for key, (limit, period) in _limits(account, address).items():
        LoginThrottle.objects.get_or_create(key=key, defaults={"last_failure_at": now})
        LoginThrottle.objects.filter(key=key, last_failure_at__lt=now - FORGOTTEN_AFTER).update(failures=0)
        LoginThrottle.objects.filter(key=key).update(failures=F("failures") + 1, last_failure_at=now)
        paused = LoginThrottle.objects.filter(key=key, failures__gte=limit).update(
            blocked_until=now + period, failures=0
        )
        known = User.objects.find_by_sign_in(account) if paused else None
        if known:
            ledger.record("user.sign_in_paused", known, by=None, minutes=int(period.total_seconds() // 60))


def forget(account: str, address: str) -> None:
    """A right password ends the count of this account from this address, not what others guessed elsewhere."""
    LoginThrottle.objects.filter(key=_pair(account, address)).delete()


def lift(user: User) -> None:
    """A superior has checked who it is and given a new password: the pause of the account from anywhere ends.

    The pause by account and address can't be found without the address; it lasts a minute.
    """
    LoginThrottle.objects.filter(key=blind_index(user.mobile or user.username, "throttle-account")).delete()


@transaction.atomic
def seconds_to_wait(purpose: str, who: str, *, most: int, period: timedelta) -> int:
    """Count one request of `who`; 0, or after how many seconds to come again where there were `most` in this period.

    Counted in the database, so that it holds with Redis down; the count is atomic. The period begins with the first request.
    """
    now, key = clock.now(), blind_index(who, f"throttle-{purpose}")
    row, is_new = LoginThrottle.objects.get_or_create(key=key, defaults={"last_failure_at": now})
    same = LoginThrottle.objects.filter(key=key)
    if is_new:
        _sweep()
    elif row.last_failure_at <= now - period:
        same.filter(last_failure_at=row.last_failure_at).update(failures=0, last_failure_at=now)
    if same.filter(failures__lt=most).update(failures=F("failures") + 1):
        return 0
    return max(1, math.ceil((row.last_failure_at + period - now).total_seconds()))


def _sweep() -> None:
    """Rows that block nobody any more: addresses come and go."""
    now = clock.now()
    is_over = Q(blocked_until=None) | Q(blocked_until__lt=now)
    LoginThrottle.objects.filter(is_over, last_failure_at__lt=now - SWEPT_AFTER).delete()


def _limits(account: str, address: str) -> dict[str, tuple[int, timedelta]]:
    return {
        blind_index(account, "throttle-account"): ACCOUNT,
        _pair(account, address): ACCOUNT_AND_ADDRESS,
    }


def _pair(account: str, address: str) -> str:
    return blind_index(f"{account} {address}", "throttle-account-address")
