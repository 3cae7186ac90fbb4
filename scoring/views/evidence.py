"""佐证材料 of a criterion: added, taken off, downloaded."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from orgs.exceptions import NotAllowed, OrgsError
from orgs.http import attachment, whole_number
from orgs.kernel.sheets import FileRejected
from scoring.forms.evidence import EvidenceForm
from scoring.models import Evidence
from scoring.operations import evidence as operations
from scoring.operations import telling
from scoring.pages.evidence import place_of
from scoring.views.on_sheet import sheet_of
from scoring.views.sheets import show_with_evidence

if TYPE_CHECKING:
    from django.http import HttpResponse

    from orgs.http import LeagueRequest
    from scoring.models import Score


@login_required
@require_POST
def add_evidence(request: LeagueRequest, pk: int, score_pk: int) -> HttpResponse:
    """A file, a named paper, or with one tap (`hand_in`) a document handed in before; errors stand beside the fields."""
    sheet = sheet_of(request, pk)
    score = get_object_or_404(sheet.scores.select_related("criterion", "sheet__unit"), pk=score_pk)
    form = EvidenceForm(score, request.POST, request.FILES)
    if form.is_valid() and _added(request, score, form):
        messages.success(request, _("已添加佐证材料。"))
        return redirect(place_of(score))
    return show_with_evidence(request, sheet, score, form)


@login_required
@require_POST
def remove_evidence(request: LeagueRequest, pk: int, evidence_pk: int) -> HttpResponse:
    """Take a paper off again."""
    found = _evidence(request, pk, evidence_pk)
    try:
        operations.remove(found, by=request.user)
        messages.success(request, _("已撤下佐证材料。"))
    except NotAllowed:
        raise
    except OrgsError as error:
        messages.error(request, error.message)
    return redirect(place_of(found.score))


@login_required
@require_safe
def download_evidence(request: LeagueRequest, pk: int, evidence_pk: int) -> HttpResponse:
    """The file, only ever as an attachment; what is not what was added is not sent."""
    found = _evidence(request, pk, evidence_pk)
    try:
        return attachment(*operations.content(found, by=request.user))
    except OrgsError as error:
        messages.error(request, error.message)
        return redirect(place_of(found.score))


def _evidence(request: LeagueRequest, pk: int, evidence_pk: int) -> Evidence:
    """SECURITY: found by a sheet the person sees, else it doesn't exist."""
    sheet = sheet_of(request, pk)
    papers = Evidence.objects.visible_to(request.user).of_sheet(sheet.pk)
    readable = telling.papers_of_unit(sheet).visible_to(request.user) if sheet.is_withheld else papers
    return get_object_or_404(readable, pk=evidence_pk)


def _added(request: LeagueRequest, score: Score, form: EvidenceForm) -> bool:
    given, hand_in = form.cleaned_data, whole_number(request.POST.get("hand_in"))
    facts = {"title": given["title"], "dated_on": given["dated_on"], "by": request.user}
    try:
        if hand_in:
            operations.add_hand_in(score, hand_in, by=request.user)
        elif given["file"]:
            operations.add_file(score, given["file"].read(), given["file"].name, **facts)
        else:
            operations.add_named(score, **facts)
    except NotAllowed:
        raise
    except (FileRejected, OrgsError) as error:
        form.add_error("file" if given["file"] else "title", error.message)
    return form.is_valid()
