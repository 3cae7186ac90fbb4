"""What views share: the request of a signed-in person, and answering a page or a fragment of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

LONGEST_NUMBER = 18  # digits of the largest id the database holds

if TYPE_CHECKING:
    from django_htmx.middleware import HtmxDetails

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


def whole_number(text: str | None) -> int | None:
    """The number an address or a form names; None for everything else ("²" is a digit to Python, not an id)."""
    usable = bool(text) and text.isascii() and text.isdigit() and len(text) <= LONGEST_NUMBER
    return int(text) if text and usable else None


def client_address(request: HttpRequest) -> str:
    """Where the request comes from. Behind a proxy of ours: the last address, the only one that the proxy itself wrote."""
    if settings.BEHIND_PROXY:
        last = request.META.get("HTTP_X_FORWARDED_FOR", "").rpartition(",")[2].strip()
        if last:
            return last
    return str(request.META.get("REMOTE_ADDR", ""))
