"""更正: the closed weeks and their editions, ordering a new one, comparing two."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from orgs import exports
from orgs.exceptions import NotAllowed, OrgsError
from orgs.http import whole_number
from orgs.kernel.clock import Week
from orgs.permissions import may_anywhere
from reporting.forms.editions import CorrectForm
from reporting.operations import edition_files, week_files
from reporting.operations import editions as operations
from reporting.pages import base_choice, list_tables, week_list, weeks
from reporting.pages import editions as pages

if TYPE_CHECKING:
    from django.http import HttpResponse, HttpResponseBase

    from orgs.http import LeagueRequest


@login_required
@require_safe
def list_weeks(request: LeagueRequest) -> HttpResponseBase:
    """Every closed week with its editions, what each corrects, and what is being computed; `?export=` all as a file."""
    if not may_anywhere(request.user, exports.verb_for(request)):
        raise NotAllowed
    if exports.is_wanted(request):
        return exports.answer(
            request, list_tables.of_weeks(week_list.weeks(None, per_page=exports.ALL_ROWS).lines)
        )
    found = week_list.weeks(request.GET.get("page"))
    context = {
        "page": found.page,
        "lines": found.lines,
        "may_correct": operations.may_correct(request.user),
    }
    return render(request, "reporting/editions/list.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def correct_week(request: LeagueRequest) -> HttpResponse:
    """出更正版: what a new edition of the week `?w=` would take in, which bases are put right, and why it is made.

    `look` searches or turns the page of bases: what is ticked and written stays.
    """
    if not operations.may_correct(request.user):
        raise NotAllowed
    week = _week(request)
    if week is None:
        return _no_week(request)
    found = pages.waiting(week)
    given = request.POST
    chosen = {pk for text in given.getlist("bases") if (pk := whole_number(text)) is not None}
    is_looking = "look" in given
    form = CorrectForm(initial=given.dict()) if is_looking else CorrectForm(given or None)
    if form.is_valid():
        reason = form.cleaned_data["reason"]
        try:
            operations.correct_week(week, reason=reason, by=request.user, bases=chosen)
        except NotAllowed:
            raise
        except OrgsError as error:
            form.add_error(None, error.message)
        else:
            messages.success(request, _("已登记更正，汇总完成后发布新的一版，旧版仍可查看。"))
            return redirect("reporting:list-weeks")
    bases = base_choice.choice(
        week, request.user, text=given.get("q", ""), number=given.get("look"), chosen=chosen
    )
    context = {"form": form, "week": week, "waiting": found, "bases": bases}
    return render(request, "reporting/editions/correct.html", context, status=422 if form.errors else 200)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def compare_editions(request: LeagueRequest) -> HttpResponseBase:
    """Which figures of which units differ between two editions of the week `?w=`, within the own scope.

    `?export=` gives all of them as a file, of few units; POST has any written by a job.
    """
    in_charge = request.user.units_in_charge().allowing(exports.verb_for(request))
    if not in_charge.spans:
        raise NotAllowed
    week = _week(request)
    if week is None:
        return _no_week(request)
    if request.method == "POST":
        return _ordered(request, week)
    found = pages.compare(week, in_charge, request.GET)
    is_large = found is not None and found.page.paginator.count > week_files.SMALL_UNITS
    if found is not None and exports.is_wanted(request) and not is_large:
        whole = pages.between(found.before, found.after, in_charge)
        return exports.answer(request, list_tables.of_editions(week, whole))
    context = {"week": week, "found": found, "is_large": is_large}
    return render(request, "reporting/editions/compare.html", context)


def _ordered(request: LeagueRequest, week: Week) -> HttpResponse:
    """Off to the page of the file that a job writes."""
    kind, found = request.POST.get("kind"), pages.pair(week, request.GET)
    if kind not in week_files.KINDS or found is None:
        raise Http404
    return redirect("reporting:show-week-file", edition_files.order(*found, kind, by=request.user).pk)


def _week(request: LeagueRequest) -> Week | None:
    """The closed week of the address, else the newest one; None before the first. Raises Http404 for an open week."""
    chosen = weeks.choose(weeks.parse(request.GET.get("w")))
    return chosen.week if chosen else None


def _no_week(request: LeagueRequest) -> HttpResponse:
    return render(request, "reporting/weekly/no_week.html", {"first_on": Week.current().ends_on})
