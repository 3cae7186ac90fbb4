"""待审核: the queue left, one form right; every button is a POST that leads back to the list (ux.md J2)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from accounts.choices import UNDO_SECONDS, ReturnReason, StepKind, SubmissionStatus
from accounts.exceptions import NotOnYourDesk
from accounts.forms.review import PER_PAGE, DecisionForm, PickForm, ReturnForm
from accounts.models import Submission, SubmissionRow
from accounts.operations import cells, review, review_desk
from accounts.operations.review_desk import AGAIN, ALL, CLEAN, DOUBTFUL
from orgs.exceptions import Conflict, NotAllowed, OrgsError
from orgs.http import render_fragment, whole_number
from orgs.kernel import clock
from orgs.permissions import REVIEW, may_anywhere

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpResponse

    from accounts.operations.review_desk import QueueCounts, Subject
    from orgs.http import LeagueRequest

SORTS = (
    (ALL, gettext_lazy("全部")),
    (CLEAN, gettext_lazy("检查通过")),
    (DOUBTFUL, gettext_lazy("需核实")),
    (AGAIN, gettext_lazy("重新提交")),
)


@login_required
@require_safe
def list_review(request: LeagueRequest) -> HttpResponse:
    """The forms on the person's desks, the oldest first, and the one that is read."""
    return _page(request)


@login_required
@require_POST
def approve(request: LeagueRequest, pk: int) -> HttpResponse:
    """通过: up the tree, or into the registry."""
    form = DecisionForm(request.POST)
    if not form.is_valid():
        return _refused(request, pk, _("页面内容不完整，请刷新后再办理。"), status=422)
    return _decided(request, pk, form, lambda: review.approve(pk, version=_version(form), by=request.user))


@login_required
@require_POST
def return_form(request: LeagueRequest, pk: int) -> HttpResponse:
    """退回: with reasons, words and the cells to fix."""
    subject = _subject(request, pk)
    form = ReturnForm(request.POST, cells=subject.cells)
    if not form.is_valid():
        return _refused(request, pk, _("退回理由不符合要求，请重新选择。"), status=422)
    return _decided(
        request,
        pk,
        form,
        lambda: review.return_submission(
            pk,
            version=_version(form),
            by=request.user,
            reasons=form.cleaned_data["reasons"],
            remark=form.cleaned_data["remark"],
            cells=form.marked(),
        ),
    )


@login_required
@require_POST
def approve_many(request: LeagueRequest) -> HttpResponse:
    """批量通过: only forms without anything to verify; what changed meanwhile is named."""
    _require_review(request)
    form = PickForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("请先勾选要通过的收集表。"))
        return redirect("accounts:list-review")
    result = review.approve_many(form.cleaned_data["pick"], by=request.user)
    if result.approved:
        messages.success(request, _("已通过 %(n)s 份收集表。") % {"n": len(result.approved)})
    for skipped in result.skipped:
        text = _("“%(unit)s”没有通过：%(why)s") % {"unit": skipped.unit_name, "why": skipped.message}
        messages.warning(request, text)
    return redirect(_address(show=form.cleaned_data["show"]))


@login_required
@require_POST
def undo(request: LeagueRequest, pk: int) -> HttpResponse:
    """撤销: one's own last decision, within a few seconds."""
    _visible(request, pk)
    try:
        review.undo(pk, by=request.user)
    except OrgsError as error:
        return _refused(request, pk, error.message, status=_status(error))
    messages.success(request, _("已撤销，请重新审核。"))
    return redirect(_address(id=pk))


@login_required
@require_POST
def reveal_cell(request: LeagueRequest, pk: int, field: str) -> HttpResponse:
    """显示: one masked cell in full, in place; without a script on a page of its own."""
    try:
        text = cells.reveal_cell(pk, field, by=request.user)
    except SubmissionRow.DoesNotExist as error:
        raise Http404 from error
    except NotAllowed as error:
        raise PermissionDenied(error.message) from error
    except OrgsError as error:
        raise Http404 from error
    return render_fragment(
        request, "accounts/review/revealed.html", "accounts/review/_revealed.html", {"text": text}
    )


def _page(request: LeagueRequest, *, pk: int | None = None, status: int = 200) -> HttpResponse:
    in_charge = request.user.units_in_charge().allowing(REVIEW)
    if not in_charge.spans:
        raise PermissionDenied
    queue = Submission.objects.on_desks_of(in_charge)
    counts = review_desk.counts(queue)
    show = request.GET.get("show", ALL)
    rows = list(review_desk.of_sort(queue, show).for_queue()[:PER_PAGE])
    chosen = pk or whole_number(request.GET.get("id"))
    subject = _chosen(request, rows, chosen)
    context = {
        "counts": counts,
        "chips": _chips(counts, show),
        "show": show,
        "rows": rows,
        "n_pickable": sum(not row.doubts for row in rows),
        "subject": subject,
        "is_open": subject is not None
        and subject.form.status == SubmissionStatus.SUBMITTED
        and subject.form.desk_id in in_charge.own_unit_ids(),
        "is_own": subject is not None and subject.form.filled_by_id == request.user.pk,
        "is_chosen": chosen is not None,
        "previous": _beside(rows, subject, -1),
        "next": _beside(rows, subject, 1),
        "reasons": ReturnReason.choices,
        "done": _done(request),
        "undo_seconds": UNDO_SECONDS,
    }
    return render(request, "accounts/review/list.html", context, status=status)


def _chosen(request: LeagueRequest, rows: list[Submission], chosen: int | None) -> Subject | None:
    if chosen is not None:
        found = review_desk.subject(chosen, reader=request.user)
        if found is None:
            raise Http404
        return found
    return review_desk.subject(rows[0].pk, reader=request.user) if rows else None


def _chips(counts: QueueCounts, show: str) -> list[tuple[str, str, bool]]:
    return [(f"{label} {counts.of(sort)}", _address(show=sort), sort == show) for sort, label in SORTS]


def _beside(rows: list[Submission], subject: Subject | None, step: int) -> Submission | None:
    """The form before or after the one that is read, in the list as shown."""
    ids = [row.pk for row in rows]
    at = ids.index(subject.form.pk) + step if subject and subject.form.pk in ids else -1
    return rows[at] if 0 <= at < len(rows) else None


def _done(request: LeagueRequest) -> dict[str, object] | None:
    """The toast after a decision: what was decided, and whether it can still be taken back."""
    pk = whole_number(request.GET.get("done"))
    step = review_desk.own_decision(pk, by=request.user) if pk else None
    if step is None:
        return None
    text = _("已通过“%(unit)s”") if step.kind == StepKind.APPROVED else _("已退回“%(unit)s”")
    fresh = (clock.now() - step.at).total_seconds() <= UNDO_SECONDS
    final = step.submission.status == SubmissionStatus.APPROVED
    return {"text": text % {"unit": step.submission.unit.name}, "pk": pk, "may_undo": fresh and not final}


def _decided(
    request: LeagueRequest, pk: int, form: DecisionForm, decide: Callable[[], object]
) -> HttpResponse:
    _visible(request, pk)
    try:
        decide()
    except OrgsError as error:
        return _refused(request, pk, error.message, status=_status(error))
    following = form.cleaned_data["next"]
    return redirect(_address(id=following, show=form.cleaned_data["show"], done=pk))


def _refused(request: LeagueRequest, pk: int, message: str, *, status: int) -> HttpResponse:
    """The same page with the reason; what was typed stays (C3)."""
    _visible(request, pk)
    messages.error(request, message)
    return _page(request, pk=pk, status=status)


def _status(error: OrgsError) -> int:
    if isinstance(error, Conflict):
        return 409
    return 403 if isinstance(error, (NotAllowed, NotOnYourDesk)) else 422


def _subject(request: LeagueRequest, pk: int) -> Subject:
    found = review_desk.subject(pk, reader=request.user)
    if found is None:
        raise Http404
    _require_review(request)
    return found


def _visible(request: LeagueRequest, pk: int) -> None:
    if not Submission.objects.visible_to(request.user).filter(pk=pk).exists():
        raise Http404
    _require_review(request)


def _require_review(request: LeagueRequest) -> None:
    if not may_anywhere(request.user, REVIEW):
        raise PermissionDenied


def _address(**query: object) -> str:
    given = {key: value for key, value in query.items() if value not in (None, "")}
    return reverse("accounts:list-review") + (f"?{urlencode(given)}" if given else "")


def _version(form: DecisionForm) -> int:
    return int(form.cleaned_data["version"])
