"""抽查: the draws, drawing, one draw with its samples, assigning, drawing again (SUP-4.1b)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from orgs import exports
from orgs.exceptions import NotAllowed, OrgsError
from orgs.http import whole_number
from orgs.models import OrgUnit
from orgs.permissions import DRAW, EXPORT, may_anywhere
from reporting.choices import DrawState
from reporting.forms.draws import AssignForm, DrawForm, RedrawForm
from reporting.models import Draw
from reporting.operations import draw_assigning, draws
from reporting.pages import draw_files
from reporting.pages import draws as pages

if TYPE_CHECKING:
    from django import forms
    from django.http import HttpResponseBase

    from orgs.http import LeagueRequest

PER_PAGE = 50


@login_required
@require_safe
def list_draws(request: LeagueRequest) -> HttpResponseBase:
    """Every draw the person may read, replaced ones too, the newest first; `?export=` all of them as a file."""
    found = Draw.objects.readable_by(request.user, exports.verb_for(request)).for_list()
    if exports.is_wanted(request):
        return exports.answer(request, draw_files.of_draws(found))
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    context = {"page": page, "lines": pages.lines(page), "may_draw": may_anywhere(request.user, DRAW)}
    return render(request, "reporting/draws/list.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def new_draw(request: LeagueRequest) -> HttpResponse:
    """抽样: scope, layers, size; the sample is drawn at once and stays."""
    candidates = OrgUnit.objects.actionable_by(request.user, DRAW)
    widest = request.user.units_in_charge().allowing(DRAW).widest()
    if widest is None:
        raise PermissionDenied
    pk = whole_number(request.GET.get("parent")) or widest.unit_id
    picked = candidates.filter(pk=pk).first()
    form = DrawForm(request.POST or None, candidates=candidates)
    if form.is_valid():
        try:
            draw = draws.draw_sample(form.plan(), by=request.user)
        except NotAllowed:
            raise
        except OrgsError as error:
            form.add_error(None, error.message)
        else:
            messages.success(request, _("已抽取 %(n)d 个群，请分派抽查人员。") % {"n": draw.size})
            return redirect("reporting:show-draw", draw.pk)
    context = {"form": form, "picked": None if form.is_bound else picked}
    return render(request, "reporting/draws/new.html", context, status=422 if form.errors else 200)


@login_required
@require_safe
def show_draw(request: LeagueRequest, pk: int) -> HttpResponseBase:
    """One draw: what is needed to draw it again, its samples with inspectors and results, the tally; `?export=` the samples."""
    if exports.is_wanted(request):
        draw = get_object_or_404(Draw.objects.readable_by(request.user, EXPORT), pk=pk)
        return exports.answer(request, draw_files.of_samples(pages.read(draw)))
    return _show(request, _draw(request, pk))


@login_required
@require_safe
def download_frame(request: LeagueRequest, pk: int) -> HttpResponse:
    """抽样框 as text, byte for byte what the digest is of."""
    draw = get_object_or_404(Draw.objects.readable_by(request.user), pk=pk)
    answer = HttpResponse(draw.frame, content_type="text/plain; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="draw-{draw.pk}.txt"'
    return answer


@login_required
@require_POST
def assign_inspectors(request: LeagueRequest, pk: int) -> HttpResponse:
    """分派 by lot."""
    draw = _draw_to_change(request, pk)
    form = AssignForm(request.POST, people=draw_assigning.candidates(draw))
    if form.is_valid():
        try:
            draw_assigning.assign_inspectors(pk, form.cleaned_data["people"], by=request.user)
        except NotAllowed:
            raise
        except OrgsError as error:
            form.add_error(None, error.message)
        else:
            messages.success(request, _("已按抽签分派。"))
            return redirect("reporting:show-draw", pk)
    return _show(request, _draw(request, pk), form)


@login_required
@require_POST
def redraw(request: LeagueRequest, pk: int) -> HttpResponse:
    """重抽, with its reason; both stay."""
    draw = _draw_to_change(request, pk)
    form = RedrawForm(request.POST)
    if form.is_valid():
        try:
            new = draws.redraw(pk, reason=form.cleaned_data["reason"], by=request.user)
        except NotAllowed:
            raise
        except OrgsError as error:
            form.add_error(None, error.message)
        else:
            messages.success(request, _("已重抽，原来的抽样和理由保留可查。"))
            return redirect("reporting:show-draw", new.pk)
    return _show(request, draw, form)


def _draw(request: LeagueRequest, pk: int) -> Draw:
    found = Draw.objects.readable_by(request.user).select_related(
        "unit", "scope", "drawn_by", "replaces", "replaced_by"
    )
    return get_object_or_404(found, pk=pk)


def _draw_to_change(request: LeagueRequest, pk: int) -> Draw:
    draw = _draw(request, pk)
    if not draws.may_change(draw, request.user):
        raise PermissionDenied
    return draw


def _show(request: LeagueRequest, draw: Draw, bad: forms.Form | None = None) -> HttpResponse:
    page = pages.read(draw)
    is_over = draw.state in {DrawState.CLOSED, DrawState.REPLACED}
    may_change = not is_over and draws.may_change(draw, request.user)
    people = draw_assigning.candidates(draw) if may_change and not isinstance(bad, AssignForm) else []
    context = {
        "page": page,
        "draw": draw,
        "bad_form": bad,
        "assign_form": bad if isinstance(bad, AssignForm) else AssignForm(people=people),
        "redraw_form": bad if isinstance(bad, RedrawForm) else RedrawForm(),
        "may_change": may_change,
        "may_redraw": may_change and all(each.is_open for each in page.samples),
    }
    return render(request, "reporting/draws/show.html", context, status=422 if bad is not None else 200)
