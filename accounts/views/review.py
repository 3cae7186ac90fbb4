"""待审核: the queue left, one form right; every button is a POST that leads back to the list (ux.md J2)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.exceptions import NotOnYourDesk
from accounts.forms.review import DecisionForm, ReturnForm
from accounts.forms.review_typed import Typed
from accounts.models import Submission, SubmissionRow
from accounts.operations import cells, review
from accounts.pages import review as review_page
from accounts.views.review_page import address, page, require_visible
from orgs.exceptions import Conflict, NotAllowed, OrgsError
from orgs.http import render_fragment

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpResponse

    from accounts.pages.review import Subject
    from orgs.http import LeagueRequest


@login_required
@require_safe
def list_review(request: LeagueRequest) -> HttpResponse:
    """The forms on the person's desks, the oldest first, and the one that is read."""
    return page(request)


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
    form = ReturnForm(request.POST, subject=_subject(request, pk))
    if not form.is_valid():
        words = form.non_field_errors() or [_("退回理由不符合要求，请重新选择。")]
        return _refused(request, pk, str(words[0]), status=422)
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
            accepted=form.accepted(),
        ),
    )


@login_required
@require_POST
def undo(request: LeagueRequest, pk: int) -> HttpResponse:
    """撤销: one's own last decision, within a few seconds."""
    require_visible(request, pk)
    try:
        review.undo(pk, by=request.user)
    except Submission.DoesNotExist:
        return _gone(request)
    except OrgsError as error:
        return _refused(request, pk, error.message, status=_status(error))
    messages.success(request, _("已撤销，请重新审核。"))
    return redirect(address(id=pk))


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


def _decided(
    request: LeagueRequest, pk: int, form: DecisionForm, decide: Callable[[], object]
) -> HttpResponse:
    require_visible(request, pk)
    try:
        decide()
    except Submission.DoesNotExist:
        return _gone(request)
    except OrgsError as error:
        return _refused(request, pk, error.message, status=_status(error))
    following = form.cleaned_data["next"]
    return redirect(address(id=following, show=form.cleaned_data["show"], done=pk))


def _gone(request: LeagueRequest) -> HttpResponse:
    """The unit was moved out of the person's subtree between the look and the lock."""
    messages.warning(request, _("这份收集表的团组织刚刚调整，已不归您审核。"))
    return redirect(address())


def _refused(request: LeagueRequest, pk: int, message: str, *, status: int) -> HttpResponse:
    """The same page with the reason; what was typed stays (C3)."""
    require_visible(request, pk)
    messages.error(request, message)
    return page(request, pk=pk, status=status, typed=Typed.of(request.POST))


def _status(error: OrgsError) -> int:
    if isinstance(error, Conflict):
        return 409
    return 403 if isinstance(error, (NotAllowed, NotOnYourDesk)) else 422


def _subject(request: LeagueRequest, pk: int) -> Subject:
    require_visible(request, pk)
    found = review_page.subject(pk, reader=request.user)
    if found is None:
        raise Http404
    return found


def _version(form: DecisionForm) -> int:
    return int(form.cleaned_data["version"])
