"""小投票: the list, one poll with its results, asking, answering, withdrawing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from orgs.exceptions import NotAllowed, OrgsError
from orgs.http import own_unit, whole_number
from orgs.kernel import clock
from orgs.permissions import PUBLISH_NOTICE, may_anywhere
from reporting.forms.sharing import PollForm
from reporting.models import Poll
from reporting.operations import polls as operations
from reporting.pages import sharing as pages

if TYPE_CHECKING:
    from django.http import HttpResponse

    from orgs.http import LeagueRequest

PER_PAGE = 50


@login_required
@require_safe
def list_polls(request: LeagueRequest) -> HttpResponse:
    """Polls that superiors ask and the own ones, the newest first."""
    found = Poll.objects.readable_by(request.user).for_list()
    context = {
        "page": Paginator(found, PER_PAGE).get_page(request.GET.get("page")),
        "today": clock.today(),
        "may_write": may_anywhere(request.user, PUBLISH_NOTICE),
    }
    return render(request, "reporting/polls/list.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def new_poll(request: LeagueRequest) -> HttpResponse:
    """发起 in the name of the person's committee."""
    unit = own_unit(request, PUBLISH_NOTICE)
    form = PollForm(request.POST or None, initial={"starts_on": clock.today()})
    if form.is_valid():
        try:
            made = operations.publish(unit, form.asked(), by=request.user)
        except NotAllowed:
            raise
        except OrgsError as error:
            form.add_error(None, error.message)
        else:
            messages.success(request, _("已发布，所属团组织可以投票。"))
            return redirect("reporting:show-poll", made.pk)
    context = {"form": form, "unit": unit}
    return render(request, "reporting/polls/new.html", context, status=422 if form.errors else 200)


@login_required
@require_safe
def show_poll(request: LeagueRequest, pk: int) -> HttpResponse:
    """Question, options, the own answer, and the results where the reader may know them."""
    poll = get_object_or_404(Poll.objects.readable_by(request.user).select_related("unit"), pk=pk)
    return render(request, "reporting/polls/show.html", {"found": pages.read(poll, request.user)})


@login_required
@require_POST
def answer_poll(request: LeagueRequest, pk: int) -> HttpResponse:
    """投票 for the own unit that the page has named."""
    get_object_or_404(Poll.objects.readable_by(request.user), pk=pk)
    option, unit = whole_number(request.POST.get("option")), whole_number(request.POST.get("unit"))
    if unit is None:
        messages.error(request, _("请在本页投票。"))
        return redirect("reporting:show-poll", pk)
    try:
        operations.answer(pk, unit, option or 0, by=request.user)
    except NotAllowed:
        raise
    except OrgsError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, _("已投票。"))
    return redirect("reporting:show-poll", pk)


@login_required
@require_POST
def withdraw_poll(request: LeagueRequest, pk: int) -> HttpResponse:
    """撤回."""
    get_object_or_404(Poll.objects.actionable_by(request.user), pk=pk)
    try:
        operations.withdraw(pk, by=request.user)
    except OrgsError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, _("已撤回，所属团组织不再看到。"))
    return redirect("reporting:show-poll", pk)
