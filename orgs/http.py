"""What views share: the request of a signed-in person, and answering a page or a fragment of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.http import content_disposition_header

from orgs.models import OrgUnit

LONGEST_NUMBER = 18  # digits of the largest id the database holds
# Nothing in a file runs, wherever a browser opens it.
SANDBOX = "default-src 'none'; sandbox"

if TYPE_CHECKING:
    from django_htmx.middleware import HtmxDetails

    from orgs.kernel.document_guard import Format
    from orgs.models import User


class LeagueRequest(HttpRequest):
    """A request of a signed-in person."""

    user: User
    htmx: HtmxDetails


def render_fragment(
    request: LeagueRequest, page: str, fragment: str, context: dict[str, object], *, status: int = 200
) -> HttpResponse:
    """The fragment template for an htmx request, the whole page else: the same URL answers both."""
    template = fragment if request.htmx else page
    return render(request, template, context, status=status)


def own_unit(request: LeagueRequest, verb: str) -> OrgUnit:
    """The unit an address or a form asks for (`unit`), where the person may do this; without one, the person's widest.

    Raises PermissionDenied where the person may do it nowhere, Http404 for a unit outside.
    """
    in_charge = request.user.units_in_charge().allowing(verb)
    widest = in_charge.widest()
    if widest is None:
        raise PermissionDenied
    asked = (request.POST if request.method == "POST" else request.GET).get("unit")
    units = OrgUnit.objects.within(in_charge)
    unit: OrgUnit = get_object_or_404(units, pk=whole_number(asked) or widest.unit_id)
    return unit


def in_wechat(request: HttpRequest) -> bool:
    """Whether the page is read inside WeChat, whose browser saves no spreadsheet."""
    return "MicroMessenger" in request.META.get("HTTP_USER_AGENT", "")


def whole_number(text: str | None) -> int | None:
    """The number an address or a form names; None for everything else ("²" is a digit to Python, not an id)."""
    if text is None:
        return None
    usable = text.isascii() and text.isdigit() and len(text) <= LONGEST_NUMBER
    return int(text) if usable else None


def client_address(request: HttpRequest) -> str:
    """Where the request comes from. Behind a proxy of ours: the last address, the only one that the proxy itself wrote."""
    if settings.BEHIND_PROXY:
        last: str = request.META.get("HTTP_X_FORWARDED_FOR", "").rpartition(",")[2].strip()
        if last:
            return last
    return str(request.META.get("REMOTE_ADDR", ""))


def attachment(data: bytes, kind: Format, name: str) -> HttpResponse:
    """Somebody's file, only ever as an attachment: no browser shows or runs it here (D3)."""
    answer = HttpResponse(data, content_type=kind.mime)
    answer["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Content-Security-Policy"] = SANDBOX
    return answer
