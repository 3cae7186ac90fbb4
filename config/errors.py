"""403 and 404: the frame of every page, with a menu that counts nothing, and a line for who asks for no page.

500 and 503: static, as nothing may work.
"""

from __future__ import annotations

import sys
from http import HTTPStatus
from typing import TYPE_CHECKING

from django.http import HttpResponse
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.views import defaults

from config.outages import Outage, outage

if TYPE_CHECKING:
    from django.http import HttpRequest


PAGE = "text/html"


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    """403 with the reason, where the view gave one."""
    if not request.accepts(PAGE):
        return _line(str(exception) or _("没有权限"), HTTPStatus.FORBIDDEN)
    request.counts_nothing = True  # type: ignore[attr-defined]
    return defaults.permission_denied(request, exception)


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """404: what doesn't exist reads like what isn't the person's to see."""
    if not request.accepts(PAGE):
        return _line(_("没有找到"), HTTPStatus.NOT_FOUND)
    request.counts_nothing = True  # type: ignore[attr-defined]
    return defaults.page_not_found(request, exception)


def _line(text: str, status: HTTPStatus) -> HttpResponse:
    """For scripts and programs, which no menu helps."""
    return HttpResponse(text, content_type="text/plain; charset=utf-8", status=status)


PAGES = {Outage.DATABASE: "503.html", Outage.DISK: "disk_full.html"}
RETRY_AFTER = "30"


def server_error(request: HttpRequest) -> HttpResponse:
    """503 while the database is away or the disk is full: nothing was saved, and it passes. 500 for a fault of ours."""
    found = outage(sys.exc_info()[1])
    if found is None:
        return defaults.server_error(request)
    headers = {"Retry-After": RETRY_AFTER, "Cache-Control": "no-store"}
    return HttpResponse(render_to_string(PAGES[found]), status=503, headers=headers)
