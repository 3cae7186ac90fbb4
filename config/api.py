"""`/api/v1`: the read interface. Mounts the apps' routers behind tokens; its page and its OpenAPI file are served from here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, ValidationError

from accounts.api import router as registry
from orgs.api import router as units
from orgs.read_api import Basic, Bearer
from reporting.api import router as reports
from scoring.api import router as sheets

if TYPE_CHECKING:
    from django.http import HttpRequest

api = NinjaAPI(
    title="共青团新媒体账号登记与监管平台",
    version="1",
    description="只读接口。数字的含义见 docs/metrics.md；null 表示缺失，不是 0。",
    auth=[Bearer(), Basic()],
    docs_url=None,
    urls_namespace="api",
)
for router in (units, registry, reports, sheets):
    api.add_router("", router)


@api.exception_handler(AuthenticationError)
def refuse_stranger(request: HttpRequest, error: AuthenticationError) -> HttpResponse:
    """No token, or one that opens nothing (any more)."""
    words = "请附上有效的接口令牌；令牌可在“接口令牌”页申领，停用、过期或离任后失效。"
    answer = api.create_response(request, {"error": words}, status=401)
    answer["WWW-Authenticate"] = 'Basic realm="api", charset="UTF-8"'
    return answer


@api.exception_handler(ValidationError)
def name_wrong_parameters(request: HttpRequest, error: ValidationError) -> HttpResponse:
    """Which parameters can't be read; what was sent is not repeated."""
    names = sorted({str(each["loc"][-1]) for each in error.errors})
    return api.create_response(request, {"error": f"参数有误，请核对：{'、'.join(names)}"}, status=422)


@api.exception_handler(Http404)
def say_not_found(request: HttpRequest, error: Http404) -> HttpResponse:
    """Missing, or outside the scope of the token: the same words."""
    return api.create_response(request, {"error": "没有找到，或不在令牌的范围内。"}, status=404)


@login_required
@require_safe
def show_docs(request: HttpRequest) -> HttpResponse:
    """What can be asked, from the same description programs read."""
    return render(request, "api/docs.html", {"schema": api.get_openapi_schema(), "routes": _routes()})


def _routes() -> list[dict[str, object]]:
    schema = api.get_openapi_schema()
    return [
        {"path": path, "method": method.upper(), **facts}
        for path, methods in schema["paths"].items()
        for method, facts in methods.items()
    ]
