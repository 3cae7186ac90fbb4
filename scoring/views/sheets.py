"""年度考评: the list of a year, one sheet with its arithmetic, entering scores, the Excel file."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING
from urllib.parse import quote

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from orgs import permissions
from orgs.exceptions import Conflict, NotAllowed, OrgsError
from scoring.choices import SheetState
from scoring.exceptions import ScoresRefused
from scoring.forms.sheets import ASSESS, READ, SELF, SheetForm
from scoring.models import Sheet
from scoring.operations import (
    blind_scores,
    exports,
    finalising,
    flags,
    round_evidence,
    scores,
    sheets,
    telling,
)
from scoring.pages import evidence as evidence_pages
from scoring.pages import next_grade, outcomes, workings
from scoring.pages import sheets as sheet_pages
from scoring.tallies import tally
from scoring.views.on_sheet import act as _act
from scoring.views.on_sheet import sheet_of as _sheet
from scoring.views.on_sheet import version_of as _version

if TYPE_CHECKING:
    from orgs.http import LeagueRequest
    from scoring.forms.evidence import EvidenceForm
    from scoring.models import Score
    from scoring.tallies import ItemTally, Tally

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@login_required
@require_safe
def show_sheet(request: LeagueRequest, pk: int) -> HttpResponse:
    """The sheet as the paper table, and beside it where the open item's points come from."""
    sheet = _sheet(request, pk)
    result = _tally(sheet)
    item_id = _open_item(request, result)
    mode = _mode(request, sheet)
    form = SheetForm(None, _scores(result), mode=mode, item_id=item_id)
    return _page(request, sheet, result, form, item_id)


@login_required
@require_POST
def enter_score(request: LeagueRequest, pk: int) -> HttpResponse:
    """Keep what was entered on the sheet, all or nothing; errors stand at their fields, and so do two versions."""
    sheet, result, form, item_id = _given(request, pk)
    if _mode(request, sheet) == READ:
        return _settled_meanwhile(request, sheet, result, form, item_id)
    try:
        is_saved = _save(request, sheet, form)
    except Conflict:
        # Read again: the page shows what the other person saved.
        sheet, result, form, item_id = _given(request, pk)
        if _mode(request, sheet) == READ:
            return _settled_meanwhile(request, sheet, result, form, item_id)
        form.set_side_by_side()
        return _page(request, sheet, result, form, item_id, status=409)
    if is_saved:
        messages.success(request, _("已保存。"))
        return redirect(f"{sheet.get_absolute_url()}?item={item_id}")
    wrong = form.refused_item()
    if wrong is not None and wrong != item_id:
        refused, item_id = form.refused, wrong
        form = SheetForm(request.POST, _scores(result), mode=form.mode, item_id=item_id)
        form.refuse(refused)
    return _page(request, sheet, result, form, item_id, status=422)


@login_required
@require_POST
def compute_sheet(request: LeagueRequest, pk: int) -> HttpResponse:
    """Compute again from the last closed week of the year."""
    return _act(
        request, pk, lambda sheet: sheets.compute_sheet(sheet, by=request.user), _("已按最近一周周报计算。")
    )


@login_required
@require_POST
def submit_self_assessment(request: LeagueRequest, pk: int) -> HttpResponse:
    """Hand the self-assessment in to the assessment group."""
    version = _version(request)
    return _act(
        request,
        pk,
        lambda sheet: finalising.submit_self_assessment(sheet, version=version, by=request.user),
        _("自评已提交考核小组。"),
    )


@login_required
@require_POST
def waive_self_assessment(request: LeagueRequest, pk: int) -> HttpResponse:
    """The assessment group goes on without a self-assessment, for a reason that stays on the sheet."""
    version, reason = _version(request), request.POST.get("reason", "")
    return _act(
        request,
        pk,
        lambda sheet: finalising.waive_self_assessment(
            sheet, reason=reason, version=version, by=request.user
        ),
        _("已登记单位未交自评。"),
    )


@login_required
@require_POST
def confirm_consequence(request: LeagueRequest, pk: int, consequence_pk: int) -> HttpResponse:
    """The leading group's office confirms a flag, so that it acts."""
    sheet = _sheet(request, pk)
    consequence = get_object_or_404(sheet.consequences, pk=consequence_pk)
    return _act(
        request, pk, lambda _sheet: flags.confirm_consequence(consequence, by=request.user), _("已确认。")
    )


@login_required
@require_POST
def dismiss_consequence(request: LeagueRequest, pk: int, consequence_pk: int) -> HttpResponse:
    """The leading group's office dismisses a flag, with a reason."""
    sheet = _sheet(request, pk)
    consequence = get_object_or_404(sheet.consequences, pk=consequence_pk)
    reason = request.POST.get("reason", "")
    return _act(
        request,
        pk,
        lambda _sheet: flags.dismiss_consequence(consequence, reason=reason, by=request.user),
        _("已不予认定。"),
    )


@login_required
@require_safe
def download_sheet(request: LeagueRequest, pk: int) -> HttpResponse:
    """The sheet as the annex, ready to be signed."""
    file = exports.download(_sheet(request, pk), by=request.user)
    response = HttpResponse(file.content, content_type=XLSX)
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(file.name)}"
    return response


def _mode(request: LeagueRequest, sheet: Sheet) -> str:
    """Who writes on the sheet today: READ where it has been proposed, told or finalised."""
    mode = _part(request, sheet)
    if sheet.is_settled:
        return READ
    return READ if mode == SELF and sheet.state != SheetState.SELF_ASSESSING else mode


def _part(request: LeagueRequest, sheet: Sheet) -> str:
    """Whose points the person enters while the sheet can be written on."""
    if sheets.may_assess(request.user, sheet.unit):
        # With a group, its leader enters what all agreed on; nobody else writes.
        return READ if sheet.group_id and not blind_scores.may_agree(request.user, sheet) else ASSESS
    is_own = sheet.unit_id in sheets.own_units(request.user, permissions.SELF_ASSESS)
    return SELF if is_own else READ


def _tally(sheet: Sheet) -> Tally:
    return tally(telling.scores_of(sheet))


def _scores(result: Tally) -> list[Score]:
    return [score for item in result.items for score in item.scores]


def _open_item(request: LeagueRequest, result: Tally) -> int:
    """The item asked for, else the first one with computed figures."""
    pks = {item.item.pk for item in result.items}
    asked = request.GET.get("item", "")
    if asked.isascii() and asked.isdigit() and int(asked) in pks:
        return int(asked)
    return max(result.items, key=_computed_weight).item.pk


def _computed_weight(item: ItemTally) -> Decimal:
    """How many points of the item are computed."""
    points = (score.criterion.max_points for score in item.scores if score.criterion.is_computed)
    return sum(points, Decimal(0))


def _given(request: LeagueRequest, pk: int) -> tuple[Sheet, Tally, SheetForm, int]:
    """The sheet as it stands, with the form that was sent. Raises NotAllowed for who never writes on it."""
    sheet = _sheet(request, pk)
    mode = _part(request, sheet)
    if mode == READ:
        raise NotAllowed
    result = _tally(sheet)
    item_id = _open_item(request, result)
    return (
        sheet,
        result,
        SheetForm(request.POST, _scores(result), mode=mode, item_id=item_id),
        item_id,
    )


def _settled_meanwhile(
    request: LeagueRequest, sheet: Sheet, result: Tally, form: SheetForm, item_id: int
) -> HttpResponse:
    """The sheet went on while somebody typed: nothing is kept, and what was typed stands on the page to be copied."""
    shown = SheetForm(None, _scores(result), mode=READ, item_id=item_id)
    return _page(request, sheet, result, shown, item_id, status=409, unsaved=form.typed())


def _save(request: LeagueRequest, sheet: Sheet, form: SheetForm) -> bool:
    """Raises Conflict, also for a form that isn't valid: its page would go out with the newer version."""
    sheet.require_version(_version(request))
    if not form.is_valid():
        return False
    own, assessed, counts = form.self_scores(), form.assessed(), form.counts()
    if not (own or assessed or counts):
        return True
    try:
        scores.enter_scores(
            sheet,
            self_scores=own,
            assessed=assessed,
            counts=counts,
            version=_version(request),
            by=request.user,
        )
    except ScoresRefused as refused:
        form.refuse(refused.errors)
    except (Conflict, NotAllowed):
        raise
    except OrgsError as error:
        form.add_error(None, error.message)
    return form.is_valid()


def show_with_evidence(
    request: LeagueRequest, sheet: Sheet, score: Score, evidence: EvidenceForm
) -> HttpResponse:
    """The sheet with the criterion's item open and what is wrong with the paper beside its fields."""
    result = _tally(sheet)
    item_id = score.criterion.item_id
    form = SheetForm(None, _scores(result), mode=_mode(request, sheet), item_id=item_id)
    return _page(request, sheet, result, form, item_id, status=422, bad_evidence=evidence)


def _page(
    request: LeagueRequest,
    sheet: Sheet,
    result: Tally,
    form: SheetForm,
    item_id: int,
    *,
    status: int = 200,
    bad_evidence: EvidenceForm | None = None,
    unsaved: list[tuple[str, str]] | None = None,
) -> HttpResponse:
    on_sheet = evidence_pages.read(sheet, request.user)
    rows = sheet_pages.rows_of(result, form, item_id, on_sheet.of_score)
    current = next(row for row in rows if row.is_current)
    previous, following = sheet_pages.neighbours(request.user, sheet)
    consequences = list(sheet.consequences.all())
    panels = [on_sheet.panel(cell.score, sheet, request.user, bad_evidence) for cell in current.cells]
    may_assess = not sheet.is_final and sheets.may_assess(request.user, sheet.unit)
    context = {
        "sheet": sheet,
        "tally": result,
        "totals": sheet_pages.Totals.of(result),
        "form": form,
        "mode": form.mode,
        "rows": rows,
        "current": current,
        "workings": workings.workings_of(current, sheet, panels, request.user),
        "panels": panels,
        "bad_form": bad_evidence or form,
        "unsaved": unsaved,
        "ladder": sheet_pages.grade_ladder(sheet, result),
        "next_open": sheet_pages.next_open(result, item_id),
        "consequences": consequences,
        "outcome": outcomes.block_of(sheet, consequences, request.user),
        "missing": finalising.missing_for_final(sheet, result, consequences) if may_assess else [],
        "may_assess": may_assess,
        "next_grade": next_grade.block_of(sheet, result, consequences, may_assess=may_assess),
        "is_member": sheet.group_id is not None and blind_scores.is_member(request.user, sheet),
        "own_rounds": round_evidence.offered(sheet) if form.mode == SELF else [],
        "may_waive": may_assess and sheet.state == SheetState.SELF_ASSESSING,
        "previous": previous,
        "following": following,
        "crumbs": sheet_pages.crumbs_of(sheet),
        "may_confirm": may_assess and sheets.leads(request.user, sheet.unit),
    }
    return render(request, "scoring/sheets/show.html", context, status=status)
