"""When a sign-in began and was last seen, in the session; config/sign_in_middleware.py ends it (reliability A5)."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from django.http import HttpRequest

BEGUN, SEEN = "sign_in_begun", "sign_in_seen"


def begin(sender: object, request: HttpRequest | None, **kwargs: object) -> None:
    """Signal of Django's login(): from here the limits count."""
    if request is not None:
        request.session[BEGUN] = request.session[SEEN] = int(time.time())
