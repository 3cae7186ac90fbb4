"""Middleware that concerns every page: request id, size, clean input, caching of personal pages, forced change of passwords."""

from __future__ import annotations

import time
import uuid
from http import HTTPStatus
from typing import TYPE_CHECKING

import structlog
from django.conf import settings
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.urls import reverse

from orgs.operations import people

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest

REQUEST_ID_HEADER = "X-Request-ID"
NUL = "\0"
log = structlog.get_logger()


class RequestIdMiddleware:
    """Gives each request an id that stands in the logs, in the audit entries and in the answer."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request_id = uuid.uuid4().hex
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=request_id)
        started = time.monotonic()
        response = self.get_response(request)
        response[REQUEST_ID_HEADER] = request_id
        if settings.LOG_REQUESTS:
            # The name of the page, not its address: that may hold an invitation or what somebody searched for.
            page = request.resolver_match.view_name if request.resolver_match else ""
            milliseconds = round((time.monotonic() - started) * 1000)
            log.info(
                "request", method=request.method, page=page, status=response.status_code, ms=milliseconds
            )
        return response


class BodyLimitMiddleware:
    """Refuses what is larger than any file we take, before anything of it is read: not only the proxy guards (D1).

    What comes without a length is empty to Django, so that nothing slips past.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        length = request.META.get("CONTENT_LENGTH") or "0"
        if length.isascii() and length.isdigit() and int(length) > settings.LARGEST_REQUEST:
            return HttpResponse(render_to_string("413.html"), status=HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        return self.get_response(request)


class WithoutNulMiddleware:
    """PostgreSQL keeps no NUL in a text: what an address or a form carries loses it before anybody reads it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if NUL in request.path_info:
            raise Http404
        if _carries_nul(request.GET):
            request.GET = _without_nul(request.GET)  # type: ignore[assignment]  # made immutable
        if request.method == "POST" and _carries_nul(request.POST):
            request.POST = _without_nul(request.POST)  # type: ignore[assignment]  # made immutable
        return self.get_response(request)


def _carries_nul(sent: QueryDict) -> bool:
    return any(NUL in text for key, values in sent.lists() for text in (key, *values))


def _without_nul(sent: QueryDict) -> QueryDict:
    clean = QueryDict(mutable=True, encoding=sent.encoding)
    for key, values in sent.lists():
        clean.setlist(key.replace(NUL, ""), [value.replace(NUL, "") for value in values])
    clean._mutable = False
    return clean


class NoStoreMiddleware:
    """Pages of signed-in people are never kept by a shared computer's browser or a proxy."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if request.user.is_authenticated and not response.has_header("Cache-Control"):
            response["Cache-Control"] = "no-store"
        return response


class MustChangePasswordMiddleware:
    """Sends people with an initial password, or one too old, to the page where they choose their own."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        user = request.user
        if user.is_authenticated and people.must_choose_password(user):
            allowed = {
                reverse(name) for name in ("orgs:change-password", "orgs:logout", "show-sign-in-manual")
            }
            if request.path not in allowed:
                return redirect("orgs:change-password")
        return self.get_response(request)


class ScopeMemoMiddleware:
    """Reads a person's appointments once per request: whatever changes takes effect at the next one (S2)."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated:
            request.user.remember_scope()
        return self.get_response(request)
