"""双重验证: the second step of signing in, setting it up, recovery codes; a superior takes it away."""

from __future__ import annotations

from textwrap import wrap
from typing import TYPE_CHECKING

import segno
from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth.decorators import login_required
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from orgs.exceptions import OrgsError
from orgs.forms.session import CodeForm
from orgs.http import client_address
from orgs.operations import people, second_factor
from orgs.pending_sign_in import BACKEND, PASSED, forget, pending_user
from orgs.views.people import appointment_in_hand

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from orgs.http import LeagueRequest


@never_cache
@require_http_methods(["GET", "POST"])
def enter_code(request: HttpRequest) -> HttpResponse:
    """The code after the right password; too late, or too often wrong, one starts with the password again."""
    user = pending_user(request)
    if user is None:
        messages.info(request, _("请重新登录。"))
        return redirect("orgs:login")
    form = CodeForm(request.POST or None)
    if form.is_valid():
        if second_factor.verify(user, form.cleaned_data["code"], client_address(request)):
            target = forget(request)
            login(request, user, backend=BACKEND)
            people.note_sign_in(user)
            request.session[PASSED] = True
            is_ours = url_has_allowed_host_and_scheme(
                target, {request.get_host()}, require_https=request.is_secure()
            )
            return redirect(target if is_ours else "home")
        form.add_error("code", _("验证码不正确，或多次输错已暂停登录，请核对手机时间后再试。"))
    return render(
        request, "orgs/session/enter_code.html", {"form": form}, status=422 if form.is_bound else 200
    )


@login_required
@require_http_methods(["GET", "POST"])
def set_up(request: LeagueRequest) -> HttpResponse:
    """The state of one's own second factor; where there is none, the secret to scan, and the code that proves it."""
    is_on = second_factor.is_on(request.user)
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        act = second_factor.renew_recovery_codes if is_on else second_factor.confirm
        try:
            codes = act(request.user, code=form.cleaned_data["code"])
        except OrgsError as error:
            form.add_error("code", error.message)
        else:
            request.session[PASSED] = True
            return render(request, "orgs/session/recovery_codes.html", {"codes": codes})
    context: dict[str, object] = {
        "form": form,
        "is_on": is_on,
        "is_required": second_factor.is_required(request.user),
    }
    if not is_on:
        enrolment = second_factor.enrol(request.user)
        form.fields["code"].help_text = _("验证器上显示的6位数字")
        context["secret"] = enrolment.secret
        context["secret_in_groups"] = " ".join(wrap(enrolment.secret, 4))
        context["qr_code"] = segno.make(enrolment.link, error="m").svg_data_uri(scale=4, border=2)
    return render(request, "orgs/session/second_factor.html", context, status=422 if form.is_bound else 200)


@login_required
@require_POST
def turn_off(request: LeagueRequest) -> HttpResponse:
    """Do without again, where the office doesn't ask for it; the code proves that it is the person."""
    try:
        second_factor.turn_off(request.user, code=request.POST.get("code", "")[:20])
        messages.success(request, _("双重验证已关闭。"))
    except OrgsError as error:
        messages.error(request, error.message)
    return redirect("orgs:second-factor")


@login_required
@require_http_methods(["GET", "POST"])
def reset(request: LeagueRequest, pk: int) -> HttpResponse:
    """手机遗失: asks first, then takes the person's second factor away."""
    appointment = appointment_in_hand(request, pk)
    if request.method != "POST":
        return render(request, "orgs/people/reset_second_factor.html", {"appointment": appointment})
    try:
        second_factor.reset(appointment, by=request.user)
        messages.success(request, _("已解除双重验证，本人登录后可重新设置。"))
    except OrgsError as error:
        messages.error(request, error.message)
    return redirect(reverse("orgs:show-leaving", args=[pk]))
