"""填报: my tasks, the form, the check page, the receipt. One column on the phone; everything works without a script."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.choices import EDITABLE, SubmissionStatus
from accounts.exceptions import AccountsError, FormInvalid, NotYetOpen, RoundClosed
from accounts.field_lists import check_rows, read_fields
from accounts.forms.fill import MOST_ROWS, changed_by_button, rows_from
from accounts.forms.paste import rows_pasted
from accounts.models import Expected, Submission
from accounts.operations import collection
from accounts.pages import fill as fill_page
from accounts.pages import fill_tasks
from accounts.pages.fill_check import check_context, questions
from accounts.pages.fill_conflict import MERGED, MINE, SAVED, chosen
from accounts.pages.receipt import receipt_context
from accounts.pages.standing_changes import open_changes
from accounts.views.own_forms import (
    FORM,
    GRID,
    conflict_page,
    draft_key,
    form_page,
    own_form,
    save,
    saved_form,
)
from orgs.exceptions import Conflict, IllegalMove
from orgs.http import whole_number

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.http import HttpResponse

    from accounts.field_lists import Field, RowInput
    from orgs.http import LeagueRequest

MOST_PASTED = 100_000  # characters
WAYS = (MERGED, SAVED, MINE)


@login_required
@require_safe
def list_tasks(request: LeagueRequest) -> HttpResponse:
    """我的填报: returned first, then what is due, drafts, and what was handed in."""
    expected = Expected.objects.visible_to(request.user).fillable_by(request.user).for_tasks()
    submissions = Submission.objects.visible_to(request.user).for_expected(expected)
    lines = fill_tasks.tasks(expected, submissions)
    context = {"tasks": lines, "changes": open_changes(request.user, lines)}
    return render(request, "accounts/fill/tasks.html", context)


@login_required
@require_safe
def start(request: LeagueRequest) -> HttpResponse:
    """Where an accepted invitation leads: straight into the form to fill, else to the list (ux.md J1)."""
    expected = Expected.objects.visible_to(request.user).fillable_by(request.user).for_tasks()
    submissions = Submission.objects.visible_to(request.user).for_expected(expected)
    task = fill_tasks.first_to_fill(expected, submissions)
    return redirect(task.url) if task else redirect("accounts:list-tasks")


@login_required
@require_safe
def open_round(request: LeagueRequest, round_id: int) -> HttpResponse:
    """The form of the person's unit in a round: where messages and reminders lead; a returned one at the cell to fix."""
    mine = Expected.objects.visible_to(request.user).fillable_by(request.user).filter(round_id=round_id)
    unit_id = whole_number(request.GET.get("unit"))
    if unit_id:
        mine = mine.filter(unit_id=unit_id)
    found = mine.order_by("pk").first()
    if found is None:
        return redirect("accounts:list-tasks")
    submission = saved_form(request, found)
    is_returned = submission is not None and submission.status == SubmissionStatus.RETURNED
    anchor = fill_page.first_to_fix(submission) if submission and is_returned else ""
    return redirect(reverse("accounts:fill-form", args=[found.pk]) + anchor)


@login_required
@require_http_methods(["GET", "POST"])
def fill_form(request: LeagueRequest, pk: int) -> HttpResponse:
    """填写: cards for accounts and administrators; what was returned stands marked. Before its phase it is only read."""
    return _fill(request, pk, FORM)


@login_required
@require_http_methods(["GET", "POST"])
def fill_grid(request: LeagueRequest, pk: int) -> HttpResponse:
    """在表格中填写: the same form as a grid that takes a block from Excel or WPS."""
    return _fill(request, pk, GRID)


@login_required
@require_POST
def resolve_conflict(request: LeagueRequest, pk: int) -> HttpResponse:
    """Of two versions one whole, or row by row; should a third have been saved meanwhile, both stand there again."""
    expected, submission = own_form(request, pk)
    if submission is None or submission.status not in EDITABLE:
        return redirect("accounts:show-receipt", pk)
    fields = read_fields(expected.round.field_list.fields)
    mine = rows_from(request.POST, fields, request.user)
    how = next((way for way in WAYS if way in request.POST), MERGED)
    if how != SAVED or whole_number(request.POST.get("version")) != submission.version:
        rows = chosen(request.POST, how, mine, collection.rows_of(submission))
        try:
            save(request, expected, rows)
        except Conflict as error:
            return conflict_page(request, expected, mine, message=error.message)
        except (IllegalMove, NotYetOpen):
            return redirect("accounts:show-receipt", pk)
    messages.success(request, _("已按您的选择保存，请继续核对。"))
    return redirect(f"{reverse('accounts:fill-form', args=[pk])}?resolved=1")


@login_required
@require_POST
def autosave(request: LeagueRequest, pk: int) -> HttpResponse:
    """Keep what stands in the open page; 409 when somebody else saved, and then nothing is overwritten."""
    expected, submission = own_form(request, pk)
    fields = read_fields(expected.round.field_list.fields)
    rows = rows_from(request.POST, fields, request.user)
    try:
        saved = save(request, expected, rows)
    except (Conflict, IllegalMove, NotYetOpen) as error:
        version = submission.version if submission else 0
        return JsonResponse({"conflict": True, "version": version, "message": error.message}, status=409)
    return JsonResponse({"version": saved.version})


@login_required
@require_http_methods(["GET", "POST"])
def check_form(request: LeagueRequest, pk: int) -> HttpResponse:
    """核对: every answer with its link back; from here it is handed in."""
    expected, submission = own_form(request, pk)
    if submission is None:
        return redirect("accounts:fill-form", pk)
    if submission.status not in EDITABLE:
        return _go(request, reverse("accounts:show-receipt", args=[pk]))
    if request.method == "POST":
        version, key = whole_number(request.POST.get("version")) or 0, request.POST.get("key", "")[:64]
        return _go(request, _submit(request, expected, version=version, key=key))
    rows = collection.rows_of(submission)
    if check_rows(read_fields(expected.round.field_list.fields), rows)[1]:
        return redirect("accounts:fill-form", pk)
    context = check_context(expected, submission, rows, request.user)
    context |= {"key": uuid.uuid4().hex, "draft_key": draft_key(request, expected)}
    return render(request, "accounts/fill/check.html", context)


@login_required
@require_safe
def show_receipt(request: LeagueRequest, pk: int) -> HttpResponse:
    """回执: the number, who reviews, what happened so far and what has changed in the registry since."""
    expected, submission = own_form(request, pk)
    if submission is None or not submission.receipt:
        return redirect("accounts:fill-form", pk)
    context = receipt_context(expected, submission) | {"draft_key": draft_key(request, expected)}
    return render(request, "accounts/fill/receipt.html", context)


def _fill(request: LeagueRequest, pk: int, template: str) -> HttpResponse:
    expected, submission = own_form(request, pk)
    if submission is not None and submission.status not in EDITABLE:
        return redirect("accounts:show-receipt", pk)
    try:
        collection.ensure_open(expected)
    except NotYetOpen as error:
        return _read_page(request, expected, error.message)
    if request.method == "POST":
        return _save_and_go_on(request, expected, template)
    rows = fill_page.rows_for(expected, submission, request.user)
    note = submission.note if submission else ""
    return form_page(request, expected, submission, rows, note=note, template=template)


def _read_page(request: LeagueRequest, expected: Expected, message: str) -> HttpResponse:
    fields = read_fields(expected.round.field_list.fields)
    groups = questions(fields, fill_page.rows_for(expected, None, request.user))
    context = fill_page.head_context(expected, None) | {"groups": groups, "message": message}
    return render(
        request, "accounts/fill/read.html", context, status=409 if request.method == "POST" else 200
    )


def _save_and_go_on(request: LeagueRequest, expected: Expected, template: str) -> HttpResponse:
    fields = read_fields(expected.round.field_list.fields)
    rows = rows_from(request.POST, fields, request.user)
    added = changed_by_button(request.POST, rows, fields, expected.unit)
    if "paste" in request.POST:
        added = _paste(request, rows, fields)
    try:
        saved = save(request, expected, rows)
    except Conflict as error:
        return conflict_page(request, expected, rows, message=error.message)
    except IllegalMove:
        return redirect("accounts:show-receipt", expected.pk)
    if added is not None:
        return redirect(fill_page.row_url(expected, added, is_grid=template == GRID))
    if "draft" in request.POST:
        messages.success(request, _("草稿已保存，可以随时回来继续填。"))
        return redirect(request.path)
    errors = check_rows(fields, rows)[1]
    if errors:
        saved = saved_form(request, expected) or saved
        return form_page(
            request, expected, saved, rows, note=saved.note, errors=errors, template=template, status=422
        )
    return redirect(_check_or_receipt(request, expected, rows, saved))


def _check_or_receipt(
    request: LeagueRequest, expected: Expected, rows: Sequence[RowInput], saved: Submission
) -> str:
    """The check page; 没有变化，直接提交 leaves it out, as what the registry holds was read before: one tap."""
    if "unchanged" in request.POST:
        if fill_page.is_unchanged(expected, rows):
            key = f"unchanged-{request.POST.get('page', '')[:32]}"
            return _submit(request, expected, version=saved.version, key=key)
        messages.warning(request, _("您改动了表中的内容，还没有提交，请核对后再提交。"))
    return reverse("accounts:check-form", args=[expected.pk])


def _paste(request: LeagueRequest, rows: list[RowInput], fields: Sequence[Field]) -> int | None:
    """Puts the pasted block behind the rows, or in the place of rows nobody has filled."""
    pasted = rows_pasted(request.POST.get("block", "")[:MOST_PASTED], fields)
    if not pasted:
        messages.warning(request, _("没有可以填入的内容，请先从表格中复制，再粘贴到这里。"))
        return len(rows) - 1
    while rows and fill_page.is_untouched(rows[-1], fields, request.user):
        rows.pop()
    room = MOST_ROWS - len(rows)
    if len(pasted) > room:
        text = _("一份收集表最多 %(most)s 行，后面的 %(n)s 行没有填入。")
        messages.warning(request, text % {"most": MOST_ROWS, "n": len(pasted) - room})
    rows.extend(pasted[:room])
    return max(0, len(rows) - len(pasted))


def _submit(request: LeagueRequest, expected: Expected, *, version: int, key: str) -> str:
    """Hands the saved form in; returns the address of the page that says what became of it."""
    form, check = (reverse(f"accounts:{name}", args=[expected.pk]) for name in ("fill-form", "check-form"))
    try:
        collection.submit(
            expected.round,
            expected.unit,
            version=version,
            idempotency_key=key or uuid.uuid4().hex,
            by=request.user,
        )
    except FormInvalid:
        return form
    except Conflict:
        messages.warning(request, _("草稿刚刚又有更新，请再核对一次。"))
        return check
    except (RoundClosed, AccountsError) as error:
        messages.error(request, error.message)
        return form
    except IllegalMove:
        pass  # handed in already, by another tab or a second tap: both land on the receipt
    return reverse("accounts:show-receipt", args=[expected.pk])


def _go(request: LeagueRequest, url: str) -> HttpResponse:
    """A redirect; to the script that sends a kept submission, the address itself."""
    if request.headers.get("X-Requested-With") == "fetch":
        return JsonResponse({"url": url})
    return redirect(url)
