"""风采展示: what is shown, what waits, submitting, picking, withdrawing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from orgs.exceptions import NotAllowed, OrgsError
from orgs.http import own_unit
from orgs.permissions import FILL, PUBLISH_NOTICE, may_anywhere
from reporting.forms.passages import PassageForm
from reporting.models import Showpiece
from reporting.operations import showpieces as operations

if TYPE_CHECKING:
    from django.http import HttpResponse

    from orgs.http import LeagueRequest

PER_PAGE = 50
SHOWN, WAITING = "", "waiting"


@login_required
@require_safe
def list_showpieces(request: LeagueRequest) -> HttpResponse:
    """What is shown, the newest first; `?box=waiting` what nobody has picked yet."""
    box = WAITING if request.GET.get("box") == WAITING else SHOWN
    found = Showpiece.objects.readable_by(request.user).standing().for_list()
    found = found.filter(picked_at__isnull=box == WAITING)
    order = ("-sent_at", "-pk") if box == WAITING else ("-picked_at", "-pk")
    boxes = [(_("展示中"), "?", box == SHOWN), (_("待选用"), f"?box={WAITING}", box == WAITING)]
    context = {
        "page": Paginator(found.order_by(*order), PER_PAGE).get_page(request.GET.get("page")),
        "chips": boxes,
        "box": box,
        "may_write": may_anywhere(request.user, FILL),
    }
    return render(request, "reporting/showpieces/list.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def new_showpiece(request: LeagueRequest) -> HttpResponse:
    """报送 for the own unit."""
    unit, form = own_unit(request, FILL), PassageForm(request.POST or None)
    if form.is_valid():
        try:
            made = operations.submit(unit, form.passage(), by=request.user)
        except NotAllowed:
            raise
        except OrgsError as error:
            form.add_error(None, error.message)
        else:
            messages.success(request, _("已报送，上级选用后向所属团组织展示。"))
            return redirect("reporting:show-showpiece", made.pk)
    context = {"form": form, "unit": unit}
    return render(request, "reporting/showpieces/new.html", context, status=422 if form.errors else 200)


@login_required
@require_safe
def show_showpiece(request: LeagueRequest, pk: int) -> HttpResponse:
    """One piece; a superior picks it here, who submitted or shows it withdraws it."""
    readable = Showpiece.objects.readable_by(request.user).select_related("unit", "picked_for")
    piece = get_object_or_404(readable, pk=pk)
    is_standing = piece.withdrawn_at is None
    above = operations.picking_unit(piece, request.user) if is_standing else None
    context = {
        "piece": piece,
        "above": above if above and above.pk != piece.picked_for_id else None,
        "may_withdraw": is_standing and operations.may_withdraw(piece, request.user),
    }
    return render(request, "reporting/showpieces/show.html", context)


@login_required
@require_POST
def pick_showpiece(request: LeagueRequest, pk: int) -> HttpResponse:
    """选用展示 of what stands in the own subtree."""
    get_object_or_404(Showpiece.objects.actionable_by(request.user, PUBLISH_NOTICE), pk=pk)
    try:
        operations.pick(pk, by=request.user)
    except NotAllowed:
        raise
    except OrgsError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, _("已选用，所属团组织都能看到。"))
    return redirect("reporting:show-showpiece", pk)


@login_required
@require_POST
def withdraw_showpiece(request: LeagueRequest, pk: int) -> HttpResponse:
    """撤回."""
    get_object_or_404(Showpiece.objects.readable_by(request.user), pk=pk)
    try:
        operations.withdraw(pk, by=request.user)
    except NotAllowed:
        raise
    except OrgsError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, _("已撤回。"))
    return redirect("reporting:list-showpieces")
