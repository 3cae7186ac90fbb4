"""How long a sign-in holds, and that it took a second factor where an office asks for one (reliability A1, A5)."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib.auth import logout
from django.shortcuts import redirect
from django.urls import reverse

from orgs.choices import Role
from orgs.operations import second_factor
from orgs.pending_sign_in import PASSED
from orgs.sign_in_life import BEGUN, SEEN

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.contrib.sessions.backends.base import SessionBase
    from django.http import HttpRequest, HttpResponse

    from orgs.models import User

WRITTEN_EVERY = 60  # seconds: a session isn't saved at every click
# Who sees a whole province or runs the portal sits at a desk that others pass by.
AT_DESKS = frozenset({Role.PROVINCE, Role.AUDITOR, Role.SYSADMIN})


class SignInLifeMiddleware:
    """Ends a sign-in that was idle too long, or is too old: then the page is what it is for somebody not signed in."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated:
            now = int(time.time())
            if _is_over(request.session, request.user, now):
                logout(request)
            elif now - request.session[SEEN] >= WRITTEN_EVERY:
                request.session[SEEN] = now
        return self.get_response(request)


def _is_over(session: SessionBase, user: User, now: int) -> bool:
    if BEGUN not in session:  # signed in before limits were counted
        session[BEGUN] = session[SEEN] = now
    roles = {span.role for span in user.units_in_charge().spans}
    idle, most = (
        settings.SIGN_IN_AT_DESKS if user.is_superuser or roles & AT_DESKS else settings.SIGN_IN_ELSEWHERE
    )
    is_over: bool = now - session[SEEN] > idle or now - session[BEGUN] > most
    return is_over


class SecondFactorMiddleware:
    """Sends people whose office asks for a second factor to the page where they set it up."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        user = request.user
        if user.is_authenticated and not request.session.get(PASSED) and second_factor.is_required(user):
            names = ("orgs:second-factor", "orgs:change-password", "orgs:logout", "show-sign-in-manual")
            if request.path not in {reverse(name) for name in names}:
                return redirect("orgs:second-factor")
        return self.get_response(request)
