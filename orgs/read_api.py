"""What the read interfaces of all apps share: who asks, pages of rows, CSV, and answers that can be revalidated."""

from __future__ import annotations

import hashlib
from functools import wraps
from typing import TYPE_CHECKING, Any, TypeVar

from django.db.models import Max
from django.http import Http404, HttpResponseBase, StreamingHttpResponse
from django.utils.cache import get_conditional_response, patch_cache_control
from django.views.decorators.http import conditional_page
from ninja import Field, Router, Schema
from ninja.decorators import decorate_view
from ninja.security import HttpBasicAuth, HttpBearer

from orgs.models import OrgUnit, UnitVersion
from orgs.operations import exporting, tokens

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from django.db.models import QuerySet
    from django.http import HttpRequest

    from orgs.models import User

View = TypeVar("View", bound="Callable[..., Any]")
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
    found: OrgUnit | None = OrgUnit.objects.visible_to(request.user).filter(pk=unit_id).first()
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


def reads(
    router: Router, path: str, answer: Any, *, url_name: str, summary: str, description: str
) -> Callable[[View], View]:
    """Register a view of the read interface: its answer, what all refuse, and revalidation by content."""
    add = router.get(
        path,
        response={200: answer, **REFUSALS},
        url_name=url_name,
        summary=summary,
        description=description,
    )

    def register(view: View) -> View:
        return add(decorate_view(revalidated)(view))

    return register


def etag_of(user: User, *facts: object) -> str:
    """A weak ETag of what an answer is made of, before anything of it is read; two statements.

    `facts` tell the content, the token's subtrees and lines whose rows they are. Any change of the tree gives another,
    as today's tree decides what is theirs.
    """
    spans = sorted((span.unit_id, span.home_id, span.lines) for span in user.units_in_charge().spans)
    tree = UnitVersion.objects.aggregate(newest=Max("pk"))["newest"]
    text = repr((facts, spans, tree))
    return f'W/"{hashlib.sha256(text.encode()).hexdigest()[:32]}"'


def unchanged(request: HttpRequest, etag: str) -> HttpResponseBase | None:
    """The 304 for a program that has the answer of this ETag already, else None."""
    response = get_conditional_response(request, etag=etag)
    if response is not None:
        response["ETag"] = etag
        patch_cache_control(response, private=True, no_cache=True)
    return response


def csv_answer(
    filename: str, labels: Sequence[str], rows: Iterable[Sequence[str]], *, etag: str
) -> StreamingHttpResponse:
    """A table that Excel and WPS can refresh; sent as it is read."""
    response = StreamingHttpResponse(
        exporting.csv_lines(labels, rows), content_type="text/csv; charset=utf-8"
    )
    response["Content-Disposition"] = f'attachment; filename="{filename}"'
    response["ETag"] = etag
    patch_cache_control(response, private=True, no_cache=True)
    return response
