"""Between the password and the code: who is signing in, kept in the session of somebody who isn't signed in yet."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from orgs.models import User
from orgs.operations.second_factor import ASKED_FOR

if TYPE_CHECKING:
    from django.http import HttpRequest

BACKEND = "orgs.backends.MobileOrUsernameBackend"
PASSED = "second_factor_passed"
_PENDING = "pending_sign_in"


def remember(request: HttpRequest, user: User, target: str) -> None:
    """The password was right: the code is asked for within ASKED_FOR seconds, then `target` opens."""
    request.session.cycle_key()
    request.session[_PENDING] = {
        "user": user.pk,
        "hash": user.get_session_auth_hash(),
        "at": int(time.time()),
        "next": target,
    }


def pending_user(request: HttpRequest) -> User | None:
    """Who has given the right password just now and still could sign in; None else."""
    found = request.session.get(_PENDING)
    if not found or not 0 <= time.time() - found["at"] <= ASKED_FOR:
        return None
    user = User.objects.filter(pk=found["user"], is_active=True).first()
    # SECURITY: a password that was changed meanwhile is another password.
    return user if user is not None and user.get_session_auth_hash() == found["hash"] else None


def forget(request: HttpRequest) -> str:
    """The code was right; returns where the person wanted to go."""
    return str(request.session.pop(_PENDING)["next"])
