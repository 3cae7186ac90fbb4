"""Sign-in by user name or mobile; the mobile is looked up through its blind index."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.auth.backends import ModelBackend

from orgs.models import User

if TYPE_CHECKING:
    from django.http import HttpRequest


class MobileOrUsernameBackend(ModelBackend):
    """Django's own backend with another way to find the person; unknown people cost the same time as wrong passwords."""

    def authenticate(
        self,
        request: HttpRequest | None,
        username: str | None = None,
        password: str | None = None,
        **kwargs: object,
    ) -> User | None:
        if username is None or password is None:
            return None
        user = User.objects.find_by_sign_in(username)
        if user is None:
            User().set_password(password)
            return None
        return user if user.check_password(password) and self.user_can_authenticate(user) else None
