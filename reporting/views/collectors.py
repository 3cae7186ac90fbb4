"""统计接口: a unit's credentials, what came, fetch now, remove."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from orgs.exceptions import NotAllowed, OrgsError
from orgs.http import own_unit
from orgs.permissions import EDIT_REGISTRY, may_anywhere
from reporting.forms.collectors import CollectorForm
from reporting.models import Collector
from reporting.operations import collectors as operations
from reporting.pages import collectors as pages

if TYPE_CHECKING:
    from django.http import HttpResponse

    from orgs.http import LeagueRequest


@login_required
@require_safe
def list_collectors(request: LeagueRequest) -> HttpResponse:
    """The platforms of the own units and their numbers of a fortnight."""
    if not may_anywhere(request.user, EDIT_REGISTRY):
        raise PermissionDenied
    return render(request, "reporting/collectors/list.html", {"lines": pages.read(request.user)})


@login_required
@require_http_methods(["GET", "POST"])
def new_collector(request: LeagueRequest) -> HttpResponse:
    """Credentials for one platform of the own unit."""
    unit, form = own_unit(request, EDIT_REGISTRY), CollectorForm(request.POST or None)
    if form.is_valid():
        try:
            operations.connect(unit, **form.cleaned_data, by=request.user)
        except NotAllowed:
            raise
        except OrgsError as error:
            form.add_error(None, error.message)
        else:
            messages.success(request, _("已保存，每天上午取前一天的数据。"))
            return redirect("reporting:list-collectors")
    context = {"form": form, "unit": unit}
    return render(request, "reporting/collectors/new.html", context, status=422 if form.errors else 200)


@login_required
@require_POST
def fetch_collector(request: LeagueRequest, pk: int) -> HttpResponse:
    """立即取数."""
    get_object_or_404(Collector.objects.actionable_by(request.user), pk=pk)
    operations.order(pk, by=request.user)
    messages.success(request, _("正在取数，请稍后刷新。"))
    return redirect("reporting:list-collectors")


@login_required
@require_POST
def remove_collector(request: LeagueRequest, pk: int) -> HttpResponse:
    """停用: the credentials go."""
    get_object_or_404(Collector.objects.actionable_by(request.user), pk=pk)
    operations.remove(pk, by=request.user)
    messages.success(request, _("已停用，密钥已删除，已取的数据保留。"))
    return redirect("reporting:list-collectors")
