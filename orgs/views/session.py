"""Sign in, sign out, choose a password."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import LoginView, LogoutView
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from orgs import pending_sign_in
from orgs.forms.session import MailAddressForm, OwnPasswordForm, SignInForm
from orgs.operations import people, second_factor

if TYPE_CHECKING:
    from django.contrib.auth.forms import AuthenticationForm
    from django.http import HttpResponse

    from orgs.http import LeagueRequest


class SignInView(LoginView):
    """手机号或用户名 + 密码; never asks for an identity card."""

    form_class = SignInForm
    template_name = "orgs/session/login.html"
    redirect_authenticated_user = True

    def form_valid(self, form: AuthenticationForm) -> HttpResponse:
        """Signed in, or asked for the code where the person has a second factor."""
        user = form.get_user()
        if not second_factor.is_on(user):
            people.note_sign_in(user)
            return super().form_valid(form)
        pending_sign_in.remember(self.request, user, self.get_success_url())
        return redirect("orgs:enter-code")


class SignOutView(LogoutView):
    http_method_names = ["post", "options"]


@login_required
@require_http_methods(["GET", "POST"])
def change_password(request: LeagueRequest) -> HttpResponse:
    """Choose an own password; an initial one must be replaced before anything else."""
    form = OwnPasswordForm(request.user, request.POST or None)
    if form.is_valid():
        people.change_password(request.user, password=form.cleaned_data["new_password1"])
        update_session_auth_hash(request, request.user)
        messages.success(request, _("密码已修改。"))
        return redirect("home")
    status = 422 if form.is_bound else 200
    context = {"form": form, "is_too_old": people.must_choose_password(request.user)}
    return render(request, "orgs/session/change_password.html", context, status=status)


@login_required
@require_http_methods(["GET", "POST"])
def set_mail_address(request: LeagueRequest) -> HttpResponse:
    """通知邮箱: where one's own messages go as well; empty for nowhere."""
    form = MailAddressForm(request.POST or None, initial={"email": request.user.email})
    if form.is_valid():
        people.set_mail_address(request.user, email=form.cleaned_data["email"])
        messages.success(request, _("通知邮箱已保存。"))
        return redirect("home")
    status = 422 if form.is_bound and form.errors else 200
    return render(request, "orgs/session/mail_address.html", {"form": form}, status=status)
