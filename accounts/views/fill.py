"""填报: my tasks, the form, the check page, the receipt. One column on the phone; everything works without a script."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.choices import EDITABLE, SubmissionStatus
from accounts.exceptions import FormInvalid, RoundClosed
from accounts.field_lists import check_rows, read_fields
from accounts.forms import fill_page, fill_tasks
from accounts.forms.fill import changed_by_button, rows_from
from accounts.models import Expected, Submission
from accounts.operations import collection
from orgs import permissions
from orgs.exceptions import Conflict, IllegalMove
from orgs.http import whole_number

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.http import HttpResponse

    from accounts.field_lists import FieldError, RowInput
    from orgs.http import LeagueRequest

LONGEST_NOTE = 400


@login_required
@require_safe
def list_tasks(request: LeagueRequest) -> HttpResponse:
    """我的填报: returned first, then what is due, drafts, and what was handed in."""
    expected = Expected.objects.visible_to(request.user).fillable_by(request.user).for_tasks()
    submissions = Submission.objects.visible_to(request.user).for_expected(expected)
    return render(request, "accounts/fill/tasks.html", {"tasks": fill_tasks.tasks(expected, submissions)})


@login_required
@require_safe
def start(request: LeagueRequest) -> HttpResponse:
    """Where an accepted invitation leads: straight into the one form to fill, else to the list (ux.md J1)."""
    mine = Expected.objects.visible_to(request.user).fillable_by(request.user).for_tasks()
    waiting = list(mine.filter(round__closed_at__isnull=True)[:2])
    return (
        redirect("accounts:fill-form", waiting[0].pk)
        if len(waiting) == 1
        else redirect("accounts:list-tasks")
    )


@login_required
@require_safe
def open_round(request: LeagueRequest, round_id: int) -> HttpResponse:
    """The form of the person's unit in a round: where messages and reminders lead."""
    mine = Expected.objects.visible_to(request.user).fillable_by(request.user).filter(round_id=round_id)
    found = mine.order_by("pk").first()
    return redirect("accounts:fill-form", found.pk) if found else redirect("accounts:list-tasks")


@login_required
@require_http_methods(["GET", "POST"])
def fill_form(request: LeagueRequest, pk: int) -> HttpResponse:
    """填写: cards for accounts and administrators; what was returned stands marked."""
    expected, submission = _form(request, pk)
    if submission is not None and submission.status not in EDITABLE:
        return redirect("accounts:show-receipt", pk)
    if request.method == "POST":
        return _save_and_go_on(request, expected, submission)
    rows = fill_page.rows_for(expected, submission, request.user)
    return _form_page(request, expected, submission, rows, note=submission.note if submission else "")


@login_required
@require_POST
def autosave(request: LeagueRequest, pk: int) -> HttpResponse:
    """Keep what stands in the open page; 409 when somebody else saved, and then nothing is overwritten."""
    expected, submission = _form(request, pk)
    fields = read_fields(expected.round.field_list.fields)
    rows = rows_from(request.POST, fields, request.user)
    try:
        saved = _save(request, expected, rows)
    except (Conflict, IllegalMove) as error:
        version = submission.version if submission else 0
        return JsonResponse({"conflict": True, "version": version, "message": error.message}, status=409)
    return JsonResponse({"version": saved.version})


@login_required
@require_http_methods(["GET", "POST"])
def check_form(request: LeagueRequest, pk: int) -> HttpResponse:
    """核对: every answer with its link back; from here it is handed in."""
    expected, submission = _form(request, pk)
    if submission is None:
        return redirect("accounts:fill-form", pk)
    if submission.status not in EDITABLE:
        return redirect("accounts:show-receipt", pk)
    if request.method == "POST":
        return _submit(request, expected, submission)
    rows = collection.rows_of(submission)
    if check_rows(read_fields(expected.round.field_list.fields), rows)[1]:
        return redirect("accounts:fill-form", pk)
    return _check_page(request, expected, submission, rows)


@login_required
@require_safe
def show_receipt(request: LeagueRequest, pk: int) -> HttpResponse:
    """回执: the number, who reviews, and what happened so far."""
    expected, submission = _form(request, pk)
    if submission is None or not submission.receipt:
        return redirect("accounts:fill-form", pk)
    steps = submission.steps.select_related("unit")
    context = {
        "expected": expected,
        "submission": submission,
        "is_open": submission.status in EDITABLE,
        "entries": fill_tasks.timeline(submission, list(steps)),
        "draft_key": _draft_key(request, expected),
    }
    return render(request, "accounts/fill/receipt.html", context)


def _form(request: LeagueRequest, pk: int) -> tuple[Expected, Submission | None]:
    """The expected form and what is saved of it: foreign ones do not exist, those of others in the scope are shut."""
    visible = Expected.objects.visible_to(request.user).for_tasks()
    expected = get_object_or_404(visible, pk=pk)
    in_charge = request.user.units_in_charge().allowing(permissions.FILL)
    # SECURITY: the page shows personal data in full, so only the unit's own people open it.
    if expected.unit_id not in in_charge.own_unit_ids() or expected.exempt_reason:
        raise PermissionDenied
    mine = Submission.objects.visible_to(request.user).filter(
        round_id=expected.round_id, unit_id=expected.unit_id
    )
    return expected, mine.select_related("round__field_list", "unit__kind", "desk").first()


def _save_and_go_on(
    request: LeagueRequest, expected: Expected, submission: Submission | None
) -> HttpResponse:
    fields = read_fields(expected.round.field_list.fields)
    rows = rows_from(request.POST, fields, request.user)
    note = request.POST.get("note", "")[:LONGEST_NOTE]
    added = changed_by_button(request.POST, rows, fields)
    try:
        saved = _save(request, expected, rows)
    except Conflict as error:
        return _form_page(request, expected, submission, rows, note=note, conflict=error.message, status=409)
    except IllegalMove:
        return redirect("accounts:show-receipt", expected.pk)
    if added is not None:
        return redirect(fill_page.row_url(expected, added))
    if "draft" in request.POST:
        messages.success(request, _("草稿已保存，可以随时回来继续填。"))
        return redirect("accounts:fill-form", expected.pk)
    errors = check_rows(fields, rows)[1]
    if errors:
        return _form_page(request, expected, saved, rows, note=note, errors=errors, status=422)
    return redirect("accounts:check-form", expected.pk)


def _save(request: LeagueRequest, expected: Expected, rows: Sequence[RowInput]) -> Submission:
    return collection.save_draft(
        expected.round,
        expected.unit,
        rows,
        version=whole_number(request.POST.get("version")) or 0,
        note=request.POST.get("note", "")[:LONGEST_NOTE],
        by=request.user,
        page=request.POST.get("page", "")[:32],
    )


def _submit(request: LeagueRequest, expected: Expected, submission: Submission) -> HttpResponse:
    try:
        collection.submit(
            expected.round,
            expected.unit,
            version=whole_number(request.POST.get("version")) or 0,
            idempotency_key=request.POST.get("key", "")[:64] or uuid.uuid4().hex,
            by=request.user,
        )
    except FormInvalid:
        return redirect("accounts:fill-form", expected.pk)
    except RoundClosed as error:
        messages.error(request, error.message)
        return redirect("accounts:fill-form", expected.pk)
    except Conflict:
        messages.warning(request, _("草稿刚刚又有更新，请再核对一次。"))
        return redirect("accounts:check-form", expected.pk)
    except IllegalMove:
        pass  # handed in already, by another tab or a second tap: both land on the receipt
    return redirect("accounts:show-receipt", expected.pk)


def _form_page(
    request: LeagueRequest,
    expected: Expected,
    submission: Submission | None,
    rows: Sequence[RowInput],
    *,
    note: str,
    errors: Sequence[FieldError] = (),
    conflict: str = "",
    status: int = 200,
) -> HttpResponse:
    context = fill_page.form_context(expected, submission, rows, errors, request.user) | {
        "note": note,
        "conflict": conflict,
        "page": uuid.uuid4().hex if status == 200 else request.POST.get("page", uuid.uuid4().hex),
        "draft_key": _draft_key(request, expected),
        "is_returned": submission is not None and submission.status == SubmissionStatus.RETURNED,
    }
    return render(request, "accounts/fill/form.html", context, status=status)


def _check_page(
    request: LeagueRequest, expected: Expected, submission: Submission, rows: Sequence[RowInput]
) -> HttpResponse:
    context = fill_page.check_context(expected, submission, rows, request.user)
    return render(request, "accounts/fill/check.html", context | {"key": uuid.uuid4().hex})


def _draft_key(request: LeagueRequest, expected: Expected) -> str:
    return f"collect-{expected.pk}-{request.user.pk}"
