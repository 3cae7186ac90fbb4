"""考评结果的运用: letters and lists as .docx, and the written explanation that a result demands (SUP-4.4)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.forms import DateField
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from orgs.http import whole_number
from orgs.kernel import clock
from scoring import letters
from scoring.exceptions import NotReady
from scoring.models import AssessmentRound
from scoring.operations import explanations, letter_files
from scoring.views.on_sheet import act, sheet_of

if TYPE_CHECKING:
    from datetime import date

    from orgs.http import LeagueRequest
    from reporting.operations.bulletin_files import File

NO_DAY = gettext_lazy("请填写办理期限，如 2026-12-31。")


@login_required
@require_safe
def download_letter(request: LeagueRequest, pk: int, kind: str) -> HttpResponse:
    """The letter to the sheet's unit, once the result is out."""
    sheet = sheet_of(request, pk)
    _require_kind(kind)
    try:
        return _sent(letter_files.letter_file(sheet, kind, by=request.user))
    except NotReady as error:
        messages.error(request, error.message)
        return redirect(sheet)


@login_required
@require_safe
def download_list(request: LeagueRequest) -> HttpResponse:
    """The list that `kind` names: of a year, for who manages schemes, or of a round, for who runs it."""
    kind = request.GET.get("kind", letters.COMMENDATION)
    _require_kind(kind)
    if asked := request.GET.get("round"):
        # SECURITY: a round of a committee outside the own subtree doesn't exist.
        seen = AssessmentRound.objects.visible_to(request.user)
        round = get_object_or_404(seen, pk=whole_number(asked) or 0)
        return _sent(letter_files.list_file(round.year, kind, by=request.user, round=round))
    year = whole_number(request.GET.get("year")) or clock.today().year
    return _sent(letter_files.list_file(year, kind, by=request.user))


@login_required
@require_POST
def demand_explanation(request: LeagueRequest, pk: int) -> HttpResponse:
    """Open the duty in 督导台账; its state stands on the sheet's page from then on."""
    due_on = due_day(request)
    if due_on is None:
        sheet = sheet_of(request, pk)
        explanations.require_manager(sheet, by=request.user)
        messages.error(request, NO_DAY)
        return redirect(sheet)
    return act(
        request,
        pk,
        lambda sheet: explanations.demand(sheet, due_on=due_on, by=request.user),
        _("已要求书面情况说明，办理情况见督导台账。"),
    )


def due_day(request: LeagueRequest) -> date | None:
    """办理期限 as typed; None where it is no day."""
    try:
        found: date | None = DateField().clean(request.POST.get("due_on", ""))
    except ValidationError:
        return None
    return found


def _require_kind(kind: str) -> None:
    if kind not in letters.kinds():
        raise Http404


def _sent(file: File) -> HttpResponse:
    answer = HttpResponse(file.content, content_type=file.mime)
    answer["Content-Disposition"] = content_disposition_header(True, file.name) or "attachment"
    answer["X-Content-Type-Options"] = "nosniff"
    return answer
