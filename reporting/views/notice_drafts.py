"""Writing a notice: a new draft, edited, published, withdrawn, discarded."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from orgs.exceptions import Conflict, IllegalMove, NotAllowed, OrgsError
from orgs.http import own_unit, whole_number
from orgs.models import OrgUnit
from orgs.permissions import PUBLISH_NOTICE
from reporting.choices import NoticeState
from reporting.forms.notices import NoticeForm, WithdrawForm
from reporting.models import Notice
from reporting.operations import notices as operations
from reporting.pages import notices as pages

if TYPE_CHECKING:
    from django.http import HttpResponse

    from orgs.http import LeagueRequest


@login_required
@require_http_methods(["GET", "POST"])
def new(request: LeagueRequest) -> HttpResponse:
    """起草通知 in the name of the person's committee."""
    unit, form = own_unit(request, PUBLISH_NOTICE), NoticeForm(request.POST or None)
    under = _under(request, unit)
    if form.is_valid() and under:
        try:
            made = operations.draft(unit, form.draft(under), by=request.user)
        except NotAllowed:
            raise
        except OrgsError as error:
            form.add_error(None, error.message)
        else:
            return redirect("reporting:show-notice", made.pk)
    return _form(request, form, unit, under)


@login_required
@require_http_methods(["GET", "POST"])
def edit(request: LeagueRequest, pk: int) -> HttpResponse:
    """Who saves second is told, keeps what was typed and sees the other text."""
    notice = _draft(request, pk)
    form, under, theirs = NoticeForm(request.POST or None, notice=notice), _under(request, notice.under), None
    if form.is_valid() and under:
        try:
            operations.save_draft(
                pk, form.draft(under), version=form.cleaned_data["version"] or 0, by=request.user
            )
        except Conflict:
            theirs = _draft(request, pk)
            # Saving again is a decision made with both texts in sight.
            again = request.POST.copy()
            again["version"] = str(theirs.version)
            form = NoticeForm(again, notice=theirs)
        except Notice.DoesNotExist as error:
            raise Http404 from error
        except OrgsError as error:
            form.add_error(None, error.message)
        else:
            messages.success(request, _("已保存。"))
            return redirect("reporting:show-notice", pk)
    return _form(request, form, notice.unit, under, theirs, notice=notice)


@login_required
@require_POST
def publish(request: LeagueRequest, pk: int) -> HttpResponse:
    """发布. Pressed twice it is published once."""
    version = whole_number(request.POST.get("version")) or 0
    notice = get_object_or_404(Notice.objects.actionable_by(request.user), pk=pk)
    if notice.state != NoticeState.DRAFT:
        return redirect("reporting:show-notice", pk)
    try:
        operations.publish(pk, version=version, by=request.user)
    except NotAllowed:
        raise
    except Notice.DoesNotExist as error:
        raise Http404 from error
    except OrgsError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, _("已发布。"))
    return redirect("reporting:show-notice", pk)


@login_required
@require_POST
def discard(request: LeagueRequest, pk: int) -> HttpResponse:
    """删除草稿."""
    _draft(request, pk)
    try:
        operations.discard(pk, by=request.user)
    except IllegalMove as error:
        # Somebody has published it meanwhile.
        messages.error(request, error.message)
        return redirect("reporting:show-notice", pk)
    except Notice.DoesNotExist:
        pass  # somebody else has discarded it meanwhile
    messages.success(request, _("已删除草稿。"))
    return redirect("reporting:list-notices")


@login_required
@require_POST
def withdraw(request: LeagueRequest, pk: int) -> HttpResponse:
    """撤回, with the reason."""
    notice = get_object_or_404(Notice.objects.actionable_by(request.user).sent().for_page(), pk=pk)
    form = WithdrawForm(request.POST)
    if form.is_valid():
        try:
            operations.withdraw(pk, reason=form.cleaned_data["reason"], by=request.user)
        except OrgsError as error:
            form.add_error("reason", error.message)
        else:
            messages.success(request, _("已撤回，收件单位仍能看到并知道原因。"))
            return redirect("reporting:show-notice", pk)
    context = {"page": pages.page(notice, request.user), "form": form}
    return render(request, "reporting/notices/show.html", context, status=422)


def _draft(request: LeagueRequest, pk: int) -> Notice:
    return get_object_or_404(Notice.objects.actionable_by(request.user).drafts().for_page(), pk=pk)


def _under(request: LeagueRequest, usual: OrgUnit) -> OrgUnit | None:
    """The unit the picker names; without script the best match of what was typed; None where there is no such unit."""
    pk, typed = whole_number(request.POST.get("under")), request.POST.get("under_q", "").strip()
    units = OrgUnit.objects.actionable_by(request.user, PUBLISH_NOTICE)
    if pk is not None:
        named: OrgUnit | None = units.filter(pk=pk).first()
        return named
    return next(iter(units.best_matches(typed, 1)), None) if typed else usual


def _form(
    request: LeagueRequest,
    form: NoticeForm,
    unit: OrgUnit,
    under: OrgUnit | None,
    theirs: Notice | None = None,
    *,
    notice: Notice | None = None,
) -> HttpResponse:
    context = {
        "form": form,
        "unit": unit,
        "under": under,
        "under_q": under.name if under else request.POST.get("under_q", ""),
        "notice": notice,
        "theirs": theirs,
        "pick_url": reverse("orgs:pick-unit"),
    }
    status = 409 if theirs else 422 if form.errors or under is None else 200
    return render(request, "reporting/notices/edit.html", context, status=status)
