"""What the pages of one's own form share: finding it, saving what stands in the page, and the page itself."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, render

from accounts.choices import SubmissionStatus
from accounts.field_lists import read_fields
from accounts.models import Expected, Submission
from accounts.operations import collection
from accounts.pages import fill as fill_page
from accounts.pages.fill_conflict import conflict_context
from orgs import permissions
from orgs.http import whole_number

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.http import HttpResponse

    from accounts.field_lists import FieldError, RowInput
    from orgs.http import LeagueRequest

LONGEST_NOTE = 400
FORM, GRID = "accounts/fill/form.html", "accounts/fill/grid.html"


def own_form(request: LeagueRequest, pk: int) -> tuple[Expected, Submission | None]:
    """The expected form and what is saved of it: foreign ones do not exist, those of others in the scope are shut."""
    visible = Expected.objects.visible_to(request.user).for_tasks()
    expected = get_object_or_404(visible, pk=pk)
    in_charge = request.user.units_in_charge().allowing(permissions.FILL)
    # SECURITY: the page shows personal data in full, so only the unit's own people open it.
    if expected.unit_id not in in_charge.own_unit_ids() or expected.exempt_reason:
        raise PermissionDenied
    return expected, saved_form(request, expected)


def saved_form(request: LeagueRequest, expected: Expected) -> Submission | None:
    """The form as it stands in the database now."""
    mine = Submission.objects.visible_to(request.user).filter(
        round_id=expected.round_id, unit_id=expected.unit_id
    )
    return mine.select_related("round__field_list", "unit__kind", "desk", "filled_by").first()


def save(request: LeagueRequest, expected: Expected, rows: Sequence[RowInput]) -> Submission:
    """A draft of these rows over the version that the page was opened with."""
    return collection.save_draft(
        expected.round,
        expected.unit,
        rows,
        version=whole_number(request.POST.get("version")) or 0,
        note=request.POST.get("note", "")[:LONGEST_NOTE],
        by=request.user,
        page=request.POST.get("page", "")[:32],
    )


def form_page(
    request: LeagueRequest,
    expected: Expected,
    submission: Submission | None,
    rows: Sequence[RowInput],
    *,
    note: str,
    errors: Sequence[FieldError] = (),
    template: str = FORM,
    status: int = 200,
) -> HttpResponse:
    """The form as cards, or on a wide screen as a grid."""
    context = fill_page.form_context(expected, submission, rows, errors, request.user) | {
        "note": note,
        "page": uuid.uuid4().hex if status == 200 else request.POST.get("page", uuid.uuid4().hex),
        "draft_key": draft_key(request, expected),
        "is_resolved": "resolved" in request.GET,
        "is_returned": submission is not None and submission.status == SubmissionStatus.RETURNED,
        "fields": read_fields(expected.round.field_list.fields),
    }
    return render(request, template, context, status=status)


def conflict_page(
    request: LeagueRequest, expected: Expected, rows: Sequence[RowInput], *, message: str
) -> HttpResponse:
    """Both versions side by side; nothing of either is lost."""
    submission = saved_form(request, expected)
    assert submission is not None  # noqa: S101 - somebody saved it, else there were no conflict
    note = request.POST.get("note", "")[:LONGEST_NOTE]
    context = conflict_context(expected, submission, rows, note) | {
        "message": message,
        "page": uuid.uuid4().hex,
        "is_own_device": submission.filled_by_id == request.user.pk,
    }
    return render(request, "accounts/fill/conflict.html", context, status=409)


def draft_key(request: LeagueRequest, expected: Expected) -> str:
    """Under which name this device keeps the form: no other person reads it there."""
    return f"collect-{expected.pk}-{request.user.pk}"
