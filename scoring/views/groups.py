"""考核小组: making one, named or drawn, and changing its people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from orgs import permissions
from orgs.exceptions import NotAllowed, OrgsError
from scoring.forms.rounds import DrawGroupForm, MembersForm, NameGroupForm
from scoring.models import AssessmentGroup, AssessmentRound
from scoring.operations import groups as operations
from scoring.operations import rounds
from scoring.pages import groups as pages

if TYPE_CHECKING:
    from django.http import HttpResponse

    from orgs.http import LeagueRequest

NAME, DRAW = "name", "draw"


@login_required
@require_http_methods(["GET", "POST"])
def new_group(request: LeagueRequest, pk: int) -> HttpResponse:
    """A group of named people, or of people drawn by lot."""
    visible = AssessmentRound.objects.visible_to(request.user).select_related("unit", "scheme")
    round = get_object_or_404(visible, pk=pk)
    if not rounds.runs(request.user, round):
        raise NotAllowed
    candidates = operations.candidates(round)
    action = request.POST.get("action", "")
    name_form = NameGroupForm(request.POST if action == NAME else None, candidates=candidates)
    draw_form = DrawGroupForm(request.POST if action == DRAW else None, candidates=candidates)
    form = draw_form if action == DRAW else name_form
    if request.method == "POST" and form.is_valid():
        try:
            group = _made(request, round, form)
        except NotAllowed:
            raise
        except OrgsError as error:
            form.add_error(None, error.message)
        else:
            messages.success(request, _("已组成%(name)s。") % {"name": group.name})
            return redirect("scoring:show-group", group.pk)
    context = {
        "round": round,
        "name_form": name_form,
        "draw_form": draw_form,
        "bad_form": form if form.errors else None,
        "has_people": any(not each.is_taken for each in candidates),
    }
    return render(request, "scoring/rounds/new_group.html", context, status=422 if form.errors else 200)


@login_required
@require_http_methods(["GET", "POST"])
def show_group(request: LeagueRequest, pk: int) -> HttpResponse:
    """Its people and how they came into it, its units; the office changes members, with a reason."""
    visible = AssessmentGroup.objects.visible_to(request.user).for_list()
    group = get_object_or_404(visible.select_related("round__unit", "round__scheme"), pk=pk)
    if not permissions.may(request.user, permissions.RUN_ASSESSMENT, group.round.unit):
        raise NotAllowed
    may_run = rounds.runs(request.user, group.round)
    if request.method == "POST" and not may_run:
        raise NotAllowed
    page = pages.page_of(group, request.user)
    form = None
    if may_run and page.is_open:
        form = MembersForm(request.POST or None, group=group, candidates=operations.candidates(group.round))
        if form.is_bound and form.is_valid() and _changed(request, group, form):
            messages.success(request, _("已更换成员。"))
            return redirect("scoring:show-group", group.pk)
    status = 422 if form is not None and form.errors else 200
    return render(
        request, "scoring/rounds/group.html", {"page": page, "group": group, "form": form}, status=status
    )


def _made(
    request: LeagueRequest, round: AssessmentRound, form: NameGroupForm | DrawGroupForm
) -> AssessmentGroup:
    given = form.cleaned_data
    if isinstance(form, DrawGroupForm):
        lot = given["lot"] or None
        return operations.draw_group(round, given["name"], given["size"], by=request.user, person_ids=lot)
    return operations.name_group(round, given["name"], given["people"], given["leader"], by=request.user)


def _changed(request: LeagueRequest, group: AssessmentGroup, form: MembersForm) -> bool:
    given = form.cleaned_data
    try:
        operations.change_members(
            group, given["people"], given["leader"], reason=given["reason"], by=request.user
        )
    except NotAllowed:
        raise
    except OrgsError as error:
        form.add_error(None, error.message)
        return False
    return True
