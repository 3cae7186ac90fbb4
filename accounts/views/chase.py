"""提醒: who has not reported in a round, whose desk each form lies on, and a message to them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import segno
from django.conf import settings
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
from accounts.models import CollectionRound, Expected, Extension
from accounts.operations import chase, reminders, rounds
from accounts.pages import delivered
from accounts.pages.whose_desk import whose_desk
from orgs.exceptions import OrgsError
from orgs.http import own_unit, whole_number
from orgs.kernel import clock
from orgs.permissions import REMIND

if TYPE_CHECKING:
    from django.core.paginator import Page
    from django.db.models import QuerySet
    from django.http import HttpResponse

    from orgs.http import LeagueRequest

PER_PAGE = 50


@login_required
@require_safe
def list_late(request: LeagueRequest) -> HttpResponse:
    """The round's progress by child unit, and every unit that holds a form back."""
    unit = own_unit(request, REMIND)
    running = list(CollectionRound.objects.concerning(unit).running())
    round = _round(running, request.GET.get("round"))
    waiting = {"n_extensions": Extension.objects.decidable_by(request.user).waiting().count()}
    if round is None:
        return render(request, "accounts/chase/list.html", {"unit": unit, "rounds": running} | waiting)
    children = chase.by_child(round, unit, reader=request.user)
    total = chase.total_of(children)
    page = _page(request, chase.late_below(round, unit, reader=request.user), total.missing)
    context = waiting | {
        "unit": unit,
        "round": round,
        "rounds": running,
        "tabs": [(each.title, _address(each.pk, unit.pk), each == round) for each in running],
        "children": children,
        "total": total,
        "phases": chase.by_phase(round, unit, reader=request.user),
        "page": page,
        "lines": whose_desk(list(page), reader=request.user),
        "now": clock.now(),
    }
    return render(request, "accounts/chase/list.html", context)


@login_required
@require_safe
def show_texts(request: LeagueRequest) -> HttpResponse:
    """提醒文字: for each child unit words and a QR code to send into its group chat, with the branches still missing."""
    unit = own_unit(request, REMIND)
    round = _round(list(CollectionRound.objects.concerning(unit).running()), request.GET.get("round"))
    if round is None:
        return render(request, "accounts/chase/texts.html", {"unit": unit})
    link = request.build_absolute_uri(reverse("accounts:fill", args=[round.pk]))
    texts = [
        (missing, chase.ready_text(round, missing, link=link))
        for missing in chase.missing_by_child(round, unit, reader=request.user)
    ]
    qr_code = segno.make(link, error="m").svg_data_uri(scale=4, border=2)
    context = {"unit": unit, "round": round, "texts": texts, "qr_code": qr_code, "link": link}
    return render(request, "accounts/chase/texts.html", context)


@login_required
@require_safe
def list_deliveries(request: LeagueRequest) -> HttpResponse:
    """邮件发送情况: what became of the mails to units in which the person may remind, the failed ones by why."""
    unit = own_unit(request, REMIND)
    page = Paginator(delivered.mails_below(unit, reader=request.user), PER_PAGE).get_page(
        request.GET.get("page")
    )
    context = {
        "unit": unit,
        "page": page,
        "lines": [delivered.line(each) for each in page],
        "counts": delivered.counts(unit, reader=request.user),
        "is_on": settings.MAIL_IS_ON,
        "quiet": f"{settings.QUIET_FROM}–{settings.QUIET_UNTIL}",
    }
    return render(request, "accounts/chase/deliveries.html", context)


@login_required
@require_POST
def remind(request: LeagueRequest) -> HttpResponse:
    """提醒: everybody below the chosen unit who holds a form back; once a day, and some times a week at most."""
    unit = own_unit(request, REMIND)
    round = _round(list(CollectionRound.objects.concerning(unit).running()), request.POST.get("round"))
    if round is None:
        raise Http404
    done = reminders.remind(round, unit, by=request.user)
    messages.success(request, reminders.in_words(done))
    shown = whole_number(request.POST.get("shown")) or unit.pk
    return redirect(_address(round.pk, shown))


@login_required
@require_http_methods(["GET", "POST"])
def exempt(request: LeagueRequest, pk: int) -> HttpResponse:
    """免报: a unit below need not fill in this round; the reason is kept."""
    expected = get_object_or_404(
        Expected.objects.visible_to(request.user).select_related("unit__parent", "round"), pk=pk
    )
    if not Expected.objects.visible_to(request.user).exemptable_by(request.user).filter(pk=pk).exists():
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


def _page(request: LeagueRequest, late: QuerySet[Expected], n: int) -> Page[Expected]:
    """The page asked for. The list is counted already: to ask 60,000 forms for their state again takes as long."""
    paginator = Paginator(late, PER_PAGE)
    paginator.count = n
    return paginator.get_page(request.GET.get("page"))


def _address(round_id: int, unit_id: int) -> str:
    return f"{reverse('accounts:chase')}?round={round_id}&unit={unit_id}"


def _round(rounds: list[CollectionRound], asked: str | None) -> CollectionRound | None:
    if asked:
        return next((each for each in rounds if str(each.pk) == asked), None)
    return rounds[0] if rounds else None
