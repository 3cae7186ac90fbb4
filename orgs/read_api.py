"""What the read interfaces of all apps share: who asks, pages of rows, CSV, and answers that can be revalidated."""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, Any

from django.http import Http404, HttpResponseBase, StreamingHttpResponse
from django.utils.cache import patch_cache_control
from django.views.decorators.http import conditional_page
from ninja import Field, Schema
from ninja.security import HttpBasicAuth, HttpBearer

from orgs.models import OrgUnit
from orgs.operations import exporting, tokens

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from django.db.models import QuerySet
    from django.http import HttpRequest

    from orgs.models import User

MOST_ROWS = 500
FIRST = 0
LARGEST_ID = 2**63 - 1


class Problem(Schema):
    """Why there is no answer, in words for people."""

    error: str


REFUSALS = {401: Problem, 404: Problem, 422: Problem}


class Bearer(HttpBearer):
    """`Authorization: Bearer <token>`."""

    def authenticate(self, request: HttpRequest, token: str) -> User | None:
        return _enter(request, token)


class Basic(HttpBasicAuth):
    """User name of any kind, the token as password: what Excel and WPS can send."""

    def authenticate(self, request: HttpRequest, username: str, password: str) -> User | None:
        return _enter(request, password)


def _enter(request: HttpRequest, token: str) -> User | None:
    user = tokens.reader(token)
    if user is not None:
        request.user = user
    return user


class Window(Schema):
    """Which rows: those after an id, at most so many. Ids grow, so that nothing is skipped while rows are added."""

    after: int = Field(FIRST, ge=0, le=LARGEST_ID, description="上一页最后一行的 id")
    limit: int = Field(100, ge=1, le=MOST_ROWS, description="每页行数")


def page_of(rows: QuerySet[Any], window: Window, *, key: str = "pk") -> dict[str, object]:
    """`items` and `next`, the id to ask after (None: that was all). One statement, whatever the page."""
    found = list(rows.filter(**{f"{key}__gt": window.after}).order_by(key)[: window.limit + 1])
    items = found[: window.limit]
    return {"items": items, "next": getattr(items[-1], key) if len(found) > window.limit else None}


def below(request: HttpRequest, unit_id: int | None) -> OrgUnit | None:
    """The unit whose subtree is asked for; None for everything in scope. Raises Http404 for one outside."""
    if unit_id is None:
        return None
    found = OrgUnit.objects.visible_to(request.user).filter(pk=unit_id).first()  # type: ignore[arg-type]
    if found is None:
        raise Http404
    return found


def revalidated(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """An ETag of the content: a program that has this answer already gets 304 and no body. Kept by nobody else."""

    @wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        response = view(request, *args, **kwargs)
        patch_cache_control(response, private=True, no_cache=True)
        return response

    return conditional_page(answer)


def csv_answer(filename: str, labels: Sequence[str], rows: Iterable[Sequence[str]]) -> StreamingHttpResponse:
    """A table that Excel and WPS can refresh; sent as it is read."""
    response = StreamingHttpResponse(
        exporting.csv_lines(labels, rows), content_type="text/csv; charset=utf-8"
    )
    response["Content-Disposition"] = f'attachment; filename="{filename}"'
    patch_cache_control(response, private=True, no_cache=True)
    return response
