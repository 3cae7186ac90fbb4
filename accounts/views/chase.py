"""提醒: who has not reported in a round, whose desk each form lies on, and a message to them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.forms.rounds import ExemptForm
from accounts.models import CollectionRound, Expected
from accounts.operations import chase, rounds
from orgs.exceptions import OrgsError
from orgs.http import whole_number
from orgs.kernel import clock
from orgs.models import OrgUnit
from orgs.permissions import REMIND, may

if TYPE_CHECKING:
    from django.http import HttpResponse

    from orgs.http import LeagueRequest

PER_PAGE = 50


@login_required
@require_safe
def list_late(request: LeagueRequest) -> HttpResponse:
    """The round's progress by child unit, and every unit that holds a form back."""
    unit = _unit(request)
    running = list(CollectionRound.objects.concerning(unit).running())
    round = _round(running, request.GET.get("round"))
    if round is None:
        return render(request, "accounts/chase/list.html", {"unit": unit, "rounds": running})
    page = Paginator(chase.late_below(round, unit, reader=request.user), PER_PAGE).get_page(
        request.GET.get("page")
    )
    link = request.build_absolute_uri(reverse("accounts:fill", args=[round.pk]))
    context = {
        "unit": unit,
        "round": round,
        "rounds": running,
        "tabs": [(each.title, _address(each.pk, unit.pk), each == round) for each in running],
        "children": chase.by_child(round, unit, reader=request.user),
        "page": page,
        "now": clock.now(),
        "ready_text": chase.ready_text(round, [each.unit.name for each in page], link=link),
    }
    return render(request, "accounts/chase/list.html", context)


@login_required
@require_POST
def remind(request: LeagueRequest) -> HttpResponse:
    """提醒: everybody below the chosen unit who holds a form back, at most once a day."""
    unit = _unit(request)
    round = _round(list(CollectionRound.objects.concerning(unit).running()), request.POST.get("round"))
    if round is None:
        raise Http404
    done = chase.remind(round, unit, by=request.user)
    text = _("已提醒 %(sent)d 个团组织。") % {"sent": done.sent}
    if done.already:
        text += _("另有 %(n)d 个今天已提醒过，不再重复。") % {"n": done.already}
    if done.left:
        text += _("还有 %(n)d 个，请再次提醒。") % {"n": done.left}
    messages.success(request, text)
    shown = whole_number(request.POST.get("shown")) or unit.pk
    return redirect(_address(round.pk, shown))


@login_required
@require_http_methods(["GET", "POST"])
def exempt(request: LeagueRequest, pk: int) -> HttpResponse:
    """免报: a unit below need not fill in this round; the reason is kept."""
    expected = get_object_or_404(
        Expected.objects.visible_to(request.user).select_related("unit__parent", "round"), pk=pk
    )
    if not may(request.user, REMIND, expected.unit):
        raise PermissionDenied
    form = ExemptForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            rounds.exempt(expected, reason=form.cleaned_data["reason"], by=request.user)
        except OrgsError as error:
            form.add_error(None, error.message)
        else:
            messages.success(request, _("%(unit)s本次免报。") % {"unit": expected.unit.name})
            return redirect(f"{reverse('accounts:chase')}?round={expected.round_id}")
    context = {"form": form, "expected": expected}
    return render(request, "accounts/chase/exempt.html", context, status=422 if form.errors else 200)


def _unit(request: LeagueRequest) -> OrgUnit:
    """The unit asked for, inside the scope; without one, the person's own."""
    in_charge = request.user.units_in_charge().allowing(REMIND)
    if not in_charge.spans:
        raise PermissionDenied
    asked = (request.POST if request.method == "POST" else request.GET).get("unit")
    pk = whole_number(asked) or in_charge.spans[0].unit_id
    return get_object_or_404(OrgUnit.objects.within(in_charge), pk=pk)


def _address(round_id: int, unit_id: int) -> str:
    return f"{reverse('accounts:chase')}?round={round_id}&unit={unit_id}"


def _round(rounds: list[CollectionRound], asked: str | None) -> CollectionRound | None:
    if asked:
        return next((each for each in rounds if str(each.pk) == asked), None)
    return rounds[0] if rounds else None
