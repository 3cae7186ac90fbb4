"""403 and 404: the frame of every page, with a menu that counts nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.views import defaults

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    """403 with the reason, where the view gave one."""
    request.counts_nothing = True  # type: ignore[attr-defined]
    return defaults.permission_denied(request, exception)


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """404: what doesn't exist reads like what isn't the person's to see."""
    request.counts_nothing = True  # type: ignore[attr-defined]
    return defaults.page_not_found(request, exception)
