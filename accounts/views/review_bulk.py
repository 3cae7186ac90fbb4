"""批量通过 of forms without anything to verify, and taking it back as a whole within a few seconds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.forms.review import PickForm, TakenBackForm
from accounts.operations import review
from accounts.pages.review_entering import entering
from accounts.views.review_page import address, require_review

if TYPE_CHECKING:
    from django.http import HttpResponse

    from accounts.models import Submission
    from accounts.operations.review import Skipped
    from orgs.http import LeagueRequest


@login_required
@require_POST
def approve_many(request: LeagueRequest) -> HttpResponse:
    """批量通过: only forms without anything to verify; what changed meanwhile is named.

    Where it puts forms into the registry it can't be taken back, so it is asked about first.
    """
    require_review(request)
    form = PickForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("请先勾选要通过的收集表。"))
        return redirect("accounts:list-review")
    if not form.cleaned_data["confirm"]:
        final = entering((pk for pk, _version in form.cleaned_data["pick"]), by=request.user)
        if final:
            return _ask(request, form, final)
    result = review.approve_many(form.cleaned_data["pick"], by=request.user)
    _name(request, _("“%(unit)s”没有通过：%(why)s"), result.skipped)
    done = "-".join(str(pk) for pk in result.approved)
    return redirect(address(show=form.cleaned_data["show"], bulk=done))


@login_required
@require_POST
def undo_many(request: LeagueRequest) -> HttpResponse:
    """撤销 of a bulk approval: all of it that nobody has acted on since."""
    require_review(request)
    form = TakenBackForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("没有可以撤销的收集表，请刷新页面查看。"))
        return redirect("accounts:list-review")
    result = review.undo_many(form.cleaned_data["bulk"], by=request.user)
    if result.approved:
        messages.success(
            request, _("已撤销 %(n)s 份收集表的审核，请重新审核。") % {"n": len(result.approved)}
        )
    _name(request, _("“%(unit)s”没有撤销：%(why)s"), result.skipped)
    return redirect(address(show=form.cleaned_data["show"], id=next(iter(result.approved), None)))


def _ask(request: LeagueRequest, form: PickForm, final: list[Submission]) -> HttpResponse:
    picks = form.cleaned_data["pick"]
    context = {
        "forms": final,
        "picks": [f"{pk}:{version}" for pk, version in picks],
        "n_others": len(picks) - len(final),
        "show": form.cleaned_data["show"],
    }
    return render(request, "accounts/review/confirm.html", context)


def _name(request: LeagueRequest, words: str, skipped: list[Skipped]) -> None:
    for each in skipped:
        messages.warning(request, words % {"unit": each.unit_name, "why": each.message})
