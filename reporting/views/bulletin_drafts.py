"""The draft of a bulletin: generated, edited, refreshed, told to whom it names, published, corrected, discarded."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from orgs.exceptions import Conflict, NotAllowed, OrgsError
from orgs.http import own_unit, whole_number
from orgs.permissions import FILL, PUBLISH_BULLETIN, may
from reporting import scopes
from reporting.choices import BulletinState
from reporting.forms.bulletins import AnswerForm, CorrectForm, EditForm
from reporting.models import Bulletin, BulletinNotice
from reporting.operations import bulletin_notices
from reporting.operations import bulletins as operations
from reporting.pages import bulletins as pages
from reporting.pages import weeks

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpResponse

    from orgs.http import LeagueRequest


@login_required
@require_POST
def draft(request: LeagueRequest) -> HttpResponse:
    """生成本周通报, from the weekly page: the preview comes next, publishing is one click more."""
    unit = own_unit(request, PUBLISH_BULLETIN)
    chosen = weeks.choose(weeks.parse(request.POST.get("w")))
    scope = request.POST.get("scope", "")
    try:
        if chosen is None:
            messages.error(request, _("还没有结周的数据，结周后才能生成通报。"))
            return redirect("reporting:list-bulletins")
        scope = scope if scope in scopes.SCOPES else scopes.ALL
        bulletin = operations.draft(unit, chosen.closed, scope=scope, by=request.user)
    except NotAllowed:
        raise
    except OrgsError as error:
        messages.error(request, error.message)
        return redirect("reporting:list-bulletins")
    if bulletin.body["scope"] != scope or bulletin.corrects_id:
        messages.info(request, _("这一周已有一份草稿，请接着编辑；发布或删除后才能另起草。"))
    return redirect("reporting:show-bulletin", bulletin.pk)


@login_required
@require_http_methods(["GET", "POST"])
def edit(request: LeagueRequest, pk: int) -> HttpResponse:
    """Title, text, tables, scope and recipients. Who saves second is told, keeps what was typed and sees the other text."""
    bulletin = _draft(request, pk)
    form = EditForm(request.POST or None, bulletin=bulletin)
    theirs = None
    if form.is_valid():
        try:
            operations.save_draft(pk, form.edit(), version=form.cleaned_data["version"], by=request.user)
        except Conflict:
            theirs = _draft(request, pk)
            # Saving again is a decision made with both texts in sight.
            again = request.POST.copy()
            again["version"] = str(theirs.version)
            form = EditForm(again, bulletin=theirs)
        except OrgsError as error:
            form.add_error(None, error.message)
        else:
            messages.success(request, _("已保存。"))
            return redirect("reporting:show-bulletin", pk)
    status = 409 if theirs else 422 if form.errors else 200
    context = {"bulletin": bulletin, "form": form, "theirs": theirs}
    return render(request, "reporting/bulletins/edit.html", context, status=status)


@login_required
@require_POST
def refresh(request: LeagueRequest, pk: int) -> HttpResponse:
    """更新数据, or 恢复为系统生成的文字."""
    version, is_reset = _version(request), bool(request.POST.get("reset"))

    def act() -> None:
        operations.refresh(pk, version=version, is_text_reset=is_reset, by=request.user)

    return _act(
        request, pk, act, _("已恢复为系统生成的文字。") if is_reset else _("已更新数据，改过的文字没有动。")
    )


@login_required
@require_POST
def tell(request: LeagueRequest, pk: int) -> HttpResponse:
    """告知被点名单位."""
    return _act(request, pk, lambda: bulletin_notices.tell(pk, by=request.user), _("已告知被点名的单位。"))


@login_required
@require_POST
def publish(request: LeagueRequest, pk: int) -> HttpResponse:
    """发布. Pressed twice it is published once."""
    version = _version(request)
    bulletin = get_object_or_404(Bulletin.objects.actionable_by(request.user), pk=pk)
    if bulletin.state == BulletinState.PUBLISHED:
        return redirect("reporting:show-bulletin", pk)

    def act() -> None:
        operations.publish(pk, version=version, by=request.user)

    return _act(request, pk, act, _("已发布，并通知收件单位签收。"))


@login_required
@require_POST
def discard(request: LeagueRequest, pk: int) -> HttpResponse:
    """删除草稿."""
    _draft(request, pk)
    operations.discard(pk, by=request.user)
    messages.success(request, _("已删除草稿。"))
    return redirect("reporting:list-bulletins")


@login_required
@require_POST
def correct(request: LeagueRequest, pk: int) -> HttpResponse:
    """更正: a new draft that bears the number of the old one."""
    bulletin = get_object_or_404(Bulletin.objects.actionable_by(request.user).published().for_page(), pk=pk)
    form = CorrectForm(request.POST)
    if form.is_valid():
        try:
            new = operations.correct(pk, reason=form.cleaned_data["reason"], by=request.user)
        except OrgsError as error:
            form.add_error("reason", error.message)
        else:
            return redirect("reporting:show-bulletin", new.pk)
    context = {"page": pages.page(bulletin, request.user), "correct_form": form}
    return render(request, "reporting/bulletins/show.html", context, status=422)


@login_required
@require_http_methods(["GET", "POST"])
def show_notice(request: LeagueRequest, pk: int) -> HttpResponse:
    """What a draft says about the own unit, and the unit's answer."""
    notices = BulletinNotice.objects.of_own_units(request.user).select_related("bulletin__unit", "unit")
    notice = get_object_or_404(notices, pk=pk)
    if not may(request.user, FILL, notice.unit):
        raise PermissionDenied
    is_open = notice.bulletin.state == BulletinState.DRAFT
    form = AnswerForm(request.POST or None, initial={"answer": notice.answer})
    if form.is_valid():
        try:
            bulletin_notices.answer(pk, form.cleaned_data["answer"], by=request.user)
        except OrgsError as error:
            form.add_error("answer", error.message)
        else:
            messages.success(request, _("已提交说明，发布单位能看到。"))
            return redirect("reporting:show-bulletin-notice", pk)
    context = {"notice": notice, "said": pages.notice_lines(notice), "form": form, "is_open": is_open}
    return render(request, "reporting/bulletins/notice.html", context, status=422 if form.errors else 200)


def _draft(request: LeagueRequest, pk: int) -> Bulletin:
    return get_object_or_404(Bulletin.objects.actionable_by(request.user).drafts().for_page(), pk=pk)


def _version(request: LeagueRequest) -> int:
    """The version the page showed; without one, none that exists."""
    return whole_number(request.POST.get("version")) or 0


def _act(request: LeagueRequest, pk: int, act: Callable[[], object], done: str) -> HttpResponse:
    """Do it and show the draft again; what is wrong stands above it."""
    _draft(request, pk)
    try:
        act()
    except NotAllowed:
        raise
    except OrgsError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, done)
    return redirect("reporting:show-bulletin", pk)
