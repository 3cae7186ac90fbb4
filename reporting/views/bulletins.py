"""周通报: archive and search, one bulletin on its paper, its files, 签收 and who has signed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.operations.reminders import in_words
from orgs import exports
from orgs.exceptions import OrgsError
from orgs.http import whole_number
from orgs.permissions import PUBLISH_BULLETIN, may_anywhere
from reporting.bulletin_words import number_text
from reporting.forms.bulletins import CorrectForm
from reporting.models import Bulletin
from reporting.operations import bulletin_files, bulletin_recipients, bulletin_reminders
from reporting.pages import bulletins as pages
from reporting.pages import list_tables, recipients

if TYPE_CHECKING:
    from django.http import HttpResponseBase

    from orgs.http import LeagueRequest
    from reporting.operations.bulletin_files import File

PER_PAGE = 50
FILTERS = ("box", "year", "q")


@login_required
@require_safe
def list_bulletins(request: LeagueRequest) -> HttpResponseBase:
    """Every bulletin the person may read, the newest first; box, year and words by address, `?export=` all as a file."""
    given = request.GET
    chosen = pages.Filter.of(given.get("box", ""), given.get("year", ""), given.get("q", ""))
    readable = Bulletin.objects.readable_by(request.user, exports.verb_for(request))
    if exports.is_wanted(request):
        rows = chosen.apply(readable, request.user).for_list()
        table = list_tables.of_bulletins(pages.lines(rows, request.user))
        return exports.answer(request, table, filters=[each for each in FILTERS if given.get(each)])
    page = Paginator(chosen.apply(readable, request.user).for_list(), PER_PAGE).get_page(given.get("page"))
    may_write = may_anywhere(request.user, PUBLISH_BULLETIN)
    boxes, years = chosen.chips(pages.years(readable), may_write=may_write)
    context = {
        "page": page,
        "lines": pages.lines(page, request.user),
        "boxes": boxes,
        "years": years,
        "filter": chosen,
        "may_write": may_write,
    }
    return render(request, "reporting/bulletins/list.html", context)


@login_required
@require_safe
def show_bulletin(request: LeagueRequest, pk: int) -> HttpResponse:
    """The paper. A draft shows what will be published; a published one is signed for here."""
    page = pages.page(_readable(request, pk), request.user)
    context = {"page": page, "correct_form": CorrectForm()}
    return render(request, "reporting/bulletins/show.html", context)


@login_required
@require_POST
def sign(request: LeagueRequest, pk: int) -> HttpResponse:
    """签收, with one tap."""
    bulletin = _readable(request, pk)
    bulletin_recipients.sign(bulletin.pk, by=request.user)
    messages.success(request, _("已签收。"))
    return redirect("reporting:show-bulletin", pk)


@login_required
@require_safe
def list_recipients(request: LeagueRequest, pk: int) -> HttpResponseBase:
    """Who has signed and who hasn't, for those who write for the unit; the missing first; `?export=` all as a file."""
    bulletin = _own(request, pk)
    state, number = request.GET.get("state", ""), request.GET.get("page")
    if exports.is_wanted(request):
        words = number_text(bulletin.year, bulletin.number, bulletin.correction)
        lines = recipients.everyone(bulletin, state=state)
        table = list_tables.of_recipients(bulletin, words, lines)
        return exports.answer(request, table, filters=["state"] if state else [])
    found = recipients.of(bulletin, request.user, state=state, number=number)
    return render(request, "reporting/bulletins/recipients.html", {"bulletin": bulletin, "list": found})


@login_required
@require_POST
def remind_recipients(request: LeagueRequest, pk: int) -> HttpResponse:
    """提醒签收: all units that have not signed, or the one `only` names."""
    bulletin = _own(request, pk)
    only = whole_number(request.POST.get("only"))
    try:
        done = bulletin_reminders.remind(bulletin.pk, by=request.user, unit_id=only)
    except OrgsError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, in_words(done))
    return redirect(f"{reverse('reporting:list-bulletin-recipients', args=[pk])}?state={recipients.WAITING}")


@login_required
@require_safe
def download_word(request: LeagueRequest, pk: int) -> HttpResponse:
    """The .docx."""
    return _file(bulletin_files.word_file(_readable(request, pk)))


@login_required
@require_safe
def download_annex(request: LeagueRequest, pk: int) -> HttpResponse:
    """The tables as a workbook."""
    return _file(bulletin_files.annex_file(_readable(request, pk)))


def _own(request: LeagueRequest, pk: int) -> Bulletin:
    return get_object_or_404(Bulletin.objects.actionable_by(request.user).published().for_page(), pk=pk)


def _readable(request: LeagueRequest, pk: int) -> Bulletin:
    return get_object_or_404(Bulletin.objects.readable_by(request.user).for_page(), pk=pk)


def _file(file: File) -> HttpResponse:
    header = content_disposition_header(as_attachment=True, filename=file.name)
    return HttpResponse(file.content, content_type=file.mime, headers={"Content-Disposition": header})
