"""403 and 404: the frame of every page, with a menu that counts nothing. 500 and 503: static, as nothing may work."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from django.http import HttpResponse
from django.template.loader import render_to_string
from django.views import defaults

from config.outages import Outage, outage

if TYPE_CHECKING:
    from django.http import HttpRequest


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    """403 with the reason, where the view gave one."""
    request.counts_nothing = True  # type: ignore[attr-defined]
    return defaults.permission_denied(request, exception)


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """404: what doesn't exist reads like what isn't the person's to see."""
    request.counts_nothing = True  # type: ignore[attr-defined]
    return defaults.page_not_found(request, exception)


PAGES = {Outage.DATABASE: "503.html", Outage.DISK: "disk_full.html"}
RETRY_AFTER = "30"


def server_error(request: HttpRequest) -> HttpResponse:
    """503 while the database is away or the disk is full: nothing was saved, and it passes. 500 for a fault of ours."""
    found = outage(sys.exc_info()[1])
    if found is None:
        return defaults.server_error(request)
    headers = {"Retry-After": RETRY_AFTER, "Cache-Control": "no-store"}
    return HttpResponse(render_to_string(PAGES[found]), status=503, headers=headers)
