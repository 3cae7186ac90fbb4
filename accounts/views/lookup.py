"""官方账号核验: is this an official account? For everybody, without signing in; one exact id at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from accounts.forms.lookup import LookupForm
from accounts.operations import lookup
from orgs.http import client_address

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from accounts.operations.lookup import Answer


@csrf_exempt  # it changes nothing, and a question must not need a cookie
@require_http_methods(["GET", "HEAD", "POST"])
def verify(request: HttpRequest) -> HttpResponse:
    """The page. Asked by POST, so that the id does not stand in addresses; a link may name it."""
    asked = request.POST if request.method == "POST" else request.GET
    form = LookupForm(asked) if request.method == "POST" or "id" in asked else LookupForm()
    if not form.is_valid():
        return _private(render(request, "accounts/lookup/verify.html", {"form": form}, status=_status(form)))
    wait = lookup.seconds_to_wait(client_address(request))
    if wait:
        context: dict[str, object] = {"form": LookupForm(), "refusal": _busy(wait)}
        return _wait(render(request, "accounts/lookup/verify.html", context, status=429), wait)
    answer = lookup.look_up(form.cleaned_data["platform"], form.cleaned_data["id"])
    context = {"form": form.without_number(), "answer": answer}
    return _private(render(request, "accounts/lookup/verify.html", context))


@require_safe
def verify_json(request: HttpRequest) -> HttpResponse:
    """The same for programs: `?platform=&id=`."""
    form = LookupForm(request.GET)
    if not form.is_valid():
        words = "".join(str(message) for messages in form.errors.values() for message in messages)
        return _private(_json({"error": words}, status=400))
    wait = lookup.seconds_to_wait(client_address(request))
    if wait:
        return _wait(_json({"error": _busy(wait)}, status=429), wait)
    return _private(_json(_facts(lookup.look_up(form.cleaned_data["platform"], form.cleaned_data["id"]))))


def _facts(answer: Answer) -> dict[str, object]:
    if not answer.is_official:
        status = "closed" if answer.is_closed else "unknown"
        words = _("该账号已注销。") if answer.is_closed else _("没有查到这个账号的登记。") + answer.hint
        return {"official": False, "status": status, "platform": answer.platform, "answer": words}
    return {
        "official": True,
        "status": "official",
        "platform": answer.platform,
        "nickname": answer.nickname,
        "unit": answer.unit,
        "province": answer.province,
        "since": answer.since.isoformat() if answer.since else None,
        "answer": _("该账号是%(unit)s的官方账号。") % {"unit": answer.unit},
    }


def _json(facts: dict[str, object], status: int = 200) -> JsonResponse:
    return JsonResponse(facts, status=status, json_dumps_params={"ensure_ascii": False})


def _status(form: LookupForm) -> int:
    return 422 if form.is_bound else 200


def _busy(wait: int) -> str:
    return _("查询太频繁，请%(n)d秒后再试。") % {"n": wait}


def _wait(response: HttpResponse, wait: int) -> HttpResponse:
    response["Retry-After"] = str(wait)
    return _private(response)


def _private(response: HttpResponse) -> HttpResponse:
    """No cache keeps who asked for what, no search engine goes through the registry."""
    response["Cache-Control"] = "no-store"
    response["X-Robots-Tag"] = "noindex, nofollow"
    return response
