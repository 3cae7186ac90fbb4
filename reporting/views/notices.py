"""通知: the list with its boxes, one notice, 签收 and who has signed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.operations.reminders import in_words
from orgs import exports
from orgs.exceptions import IllegalMove, OrgsError
from orgs.http import whole_number
from orgs.kernel import clock
from orgs.permissions import PUBLISH_NOTICE, may_anywhere
from reporting.forms.notices import WithdrawForm
from reporting.models import Notice
from reporting.operations import notice_recipients, notice_reminders
from reporting.pages import list_tables
from reporting.pages import notice_recipients as notice_recipients_page
from reporting.pages import notices as pages

if TYPE_CHECKING:
    from django.http import HttpResponse, HttpResponseBase

    from orgs.http import LeagueRequest


@login_required
@require_safe
def list_notices(request: LeagueRequest) -> HttpResponseBase:
    """Every notice the person may read, what is pinned first; box and words by address, `?export=` all as a file."""
    chosen = pages.Filter.of(request.GET.get("box", ""), request.GET.get("q", ""))
    readable = Notice.objects.readable_by(request.user, exports.verb_for(request))
    rows = chosen.apply(readable, request.user).for_list(clock.now())
    if exports.is_wanted(request):
        table = list_tables.of_notices(pages.lines(rows, request.user))
        return exports.answer(
            request, table, filters=[name for name in ("box", "q") if request.GET.get(name)]
        )
    page = Paginator(rows, pages.PER_PAGE).get_page(request.GET.get("page"))
    may_write = may_anywhere(request.user, PUBLISH_NOTICE)
    context = {
        "page": page,
        "lines": pages.lines(page, request.user),
        "boxes": chosen.chips(may_write=may_write),
        "filter": chosen,
        "may_write": may_write,
    }
    return render(request, "reporting/notices/list.html", context)


@login_required
@require_safe
def show_notice(request: LeagueRequest, pk: int) -> HttpResponse:
    """The notice; it is signed for here. Those who write for the unit publish or withdraw it here."""
    context = {"page": pages.page(_readable(request, pk), request.user), "form": WithdrawForm()}
    return render(request, "reporting/notices/show.html", context)


@login_required
@require_POST
def sign(request: LeagueRequest, pk: int) -> HttpResponse:
    """签收, with one tap."""
    notice = _readable(request, pk)
    try:
        notice_recipients.sign(notice.pk, by=request.user)
    except IllegalMove as error:
        messages.error(request, error.message)
    else:
        messages.success(request, _("已签收。"))
    return redirect("reporting:show-notice", pk)


@login_required
@require_safe
def list_recipients(request: LeagueRequest, pk: int) -> HttpResponseBase:
    """Which units have signed and which have not, for those who write for the unit; the missing first; `?export=` as a file."""
    notice, state = _own(request, pk), request.GET.get("state", "")
    if exports.is_wanted(request):
        table = notice_recipients_page.table(notice, state=state)
        return exports.answer(request, table, filters=["state"] if state else [])
    found = notice_recipients_page.of(notice, request.user, state=state, number=request.GET.get("page"))
    return render(request, "reporting/notices/recipients.html", {"notice": notice, "list": found})


@login_required
@require_POST
def remind_recipients(request: LeagueRequest, pk: int) -> HttpResponse:
    """提醒签收: all units that have not signed, or the one `only` names."""
    notice, only = _own(request, pk), whole_number(request.POST.get("only"))
    try:
        done = notice_reminders.remind(notice.pk, by=request.user, unit_id=only)
    except OrgsError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, in_words(done))
    return redirect(f"{reverse('reporting:list-notice-recipients', args=[pk])}?state={pages.WAITING}")


def _own(request: LeagueRequest, pk: int) -> Notice:
    return get_object_or_404(Notice.objects.actionable_by(request.user).sent().for_page(), pk=pk)


def _readable(request: LeagueRequest, pk: int) -> Notice:
    return get_object_or_404(Notice.objects.readable_by(request.user).for_page(), pk=pk)
