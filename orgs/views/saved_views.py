"""常用视图: the saved views of one list, saving the one just looked at, deleting one."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, Resolver404, resolve, reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from orgs.exceptions import OrgsError
from orgs.http import whole_number
from orgs.operations import saved_views

if TYPE_CHECKING:
    from django.http import HttpResponse

    from orgs.http import LeagueRequest
    from orgs.models import SavedView


@login_required
@require_http_methods(["GET", "POST"])
def list_views(request: LeagueRequest) -> HttpResponse:
    """`from` is the address of the list the person comes from; without one, all saved views."""
    address = (request.POST if request.method == "POST" else request.GET).get("from", "")
    page, query = _list_of(address)
    if request.method == "POST":
        _work(request, page, query)
        return redirect(f"{reverse('orgs:list-views')}?{urlencode({'from': address})}")
    saved = request.user.saved_views.all()
    lines = [(view, _address(view)) for view in (saved.filter(page=page) if page else saved)]
    context = {"lines": [each for each in lines if each[1]], "from": address if page else "", "page": page}
    return render(request, "orgs/saved_views/list.html", context)


def _work(request: LeagueRequest, page: str, query: str) -> None:
    gone = whole_number(request.POST.get("delete"))
    try:
        if gone is not None:
            saved_views.delete_view(gone, by=request.user)
            messages.success(request, _("已删除。"))
        elif page:
            saved_views.save_view(page, title=request.POST.get("title", ""), query=query, by=request.user)
            messages.success(request, _("已保存为常用视图。"))
        else:
            messages.error(request, _("请从列表页进入，再保存视图。"))
    except OrgsError as error:
        messages.error(request, error.message)


def _list_of(address: str) -> tuple[str, str]:
    """URL name and query of an address of ours; empty for everything else."""
    try:
        parts = urlsplit(address)
        found = resolve(parts.path) if not parts.netloc else None
    except (ValueError, Resolver404):
        return "", ""
    if found is None or found.kwargs or found.args:
        return "", ""
    return found.view_name, parts.query


def _address(view: SavedView) -> str:
    try:
        return f"{reverse(view.page)}?{view.query}"
    except NoReverseMatch:
        return ""
