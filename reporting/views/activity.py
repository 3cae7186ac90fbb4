"""今天发布了吗: the own unit's channels of one day, by one tap or by number (SUP-2.1.3, UNI-1.3.3)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from orgs.exceptions import NotAllowed, OrgsError
from orgs.http import own_unit
from orgs.permissions import FILL, may_anywhere
from reporting.operations import activity as operations
from reporting.pages import activity as pages

if TYPE_CHECKING:
    from django.http import HttpResponse

    from orgs.http import LeagueRequest


@login_required
@require_http_methods(["GET", "POST"])
def record(request: LeagueRequest) -> HttpResponse:
    """The unit's open channels on one day of the running week; what is wrong is said, nothing typed is lost."""
    unit = own_unit(request, FILL)
    sent = request.POST if request.method == "POST" else None
    day = pages.day_of(request.GET.get("day")) if sent is None else pages.day_sent(sent.get("day"))
    page, refused = pages.read(unit, day, sent), ""
    given = pages.given(page, sent) if sent is not None else None
    if given is not None:
        try:
            n = operations.record_cells(given, by=request.user)
        except NotAllowed:
            raise
        except OrgsError as error:
            refused = error.message
        else:
            messages.success(request, _("已登记%(n)d个账号、群。") % {"n": n} if n else _("没有改动。"))
            return redirect(f"{reverse('reporting:record-today')}?unit={unit.pk}&day={day}")
    is_bad = sent is not None
    context = {"page": page, "refused": refused}
    return render(request, "reporting/activity/today.html", context, status=422 if is_bad else 200)


@login_required
@require_POST
def record_all(request: LeagueRequest) -> HttpResponse:
    """都发布了: one tap on the home page; then the numbers, to be corrected."""
    if not may_anywhere(request.user, FILL):
        raise PermissionDenied
    n = operations.record_today(by=request.user)
    if n:
        messages.success(request, _("已为%(n)d个账号、群各登记 1 条，条数不对的可以更正。") % {"n": n})
    else:
        messages.info(request, _("今天没有待登记的账号、群。"))
    return redirect("reporting:record-today")
