"""Sign-in and password forms."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib.auth.forms import AuthenticationForm, SetPasswordForm
from django.contrib.auth.hashers import make_password
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from orgs.http import client_address
from orgs.operations import people, throttle

if TYPE_CHECKING:
    from orgs.models import User


class SignInForm(AuthenticationForm):
    """User name or mobile, and password. A blocked account reads the same words as a wrong password."""

    username = forms.CharField(
        label=_("手机号或用户名"),
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "username", "autofocus": True}),
    )
    password = forms.CharField(
        label=_("密码"), strip=False, widget=forms.PasswordInput(attrs={"autocomplete": "current-password"})
    )
    error_messages = {
        "invalid_login": _(
            "账户或密码不正确，或多次输错已暂停登录，请核对后稍等几分钟再试。忘记密码请联系上级团委。"
        ),
        "inactive": _("账户已停用，请联系上级团委。"),
        "initial_password_over": _("初始密码已过期，请联系上级团委重新设置。"),
    }

    def clean(self) -> dict[str, Any]:
        account = throttle.account_of(self.cleaned_data.get("username", ""))
        address = client_address(self.request) if self.request else ""
        if throttle.is_blocked(account, address):
            # SECURITY: as long as a wrong password takes, or a stopwatch would tell who is paused.
            make_password(self.cleaned_data.get("password"))
            raise self.get_invalid_login_error()
        try:
            cleaned = super().clean()
        except ValidationError:
            throttle.note_failure(account, address)
            raise
        if self.get_user() is not None:
            throttle.forget(account, address)
        return cleaned

    def confirm_login_allowed(self, user: User) -> None:
        super().confirm_login_allowed(user)
        if people.is_initial_password_over(user):
            raise ValidationError(self.error_messages["initial_password_over"], code="initial_password_over")


class CodeForm(forms.Form):
    """The number that the authenticator app shows, or one of the recovery codes."""

    code = forms.CharField(
        label=_("验证码"),
        max_length=20,
        error_messages={"required": _("请填写手机验证器上的6位数字。")},
        help_text=_("手机验证器上的6位数字；手机不在身边的，填一个备用码"),
        widget=forms.TextInput(
            attrs={
                "autocomplete": "one-time-code",
                "inputmode": "text",
                "autocapitalize": "none",
                "autofocus": True,
            }
        ),
    )


class OwnPasswordForm(SetPasswordForm):  # type: ignore[type-arg]  # not generic when it runs
    """Choose an own password in place of the initial one."""


class MailAddressForm(forms.Form):
    """An own mail address, or none."""

    email = forms.EmailField(
        label=_("通知邮箱"),
        required=False,
        max_length=254,
        help_text=_("退回、提醒等消息同时发到这里，夜间不发。留空则只在系统内接收。"),
        error_messages={"invalid": _("邮箱地址不正确，应形如 name@example.com，请核对。")},
        widget=forms.EmailInput(attrs={"autocomplete": "email", "inputmode": "email"}),
    )


class AcceptForm(forms.Form):
    """What an invited person types: the end of the own mobile, and a password."""

    mobile_tail = forms.RegexField(
        label=_("手机号后四位"),
        regex=r"^\d{4}$",
        error_messages={
            "invalid": _("请填写手机号的最后四位数字。"),
            "required": _("请填写手机号的最后四位数字。"),
        },
        widget=forms.TextInput(attrs={"inputmode": "numeric", "maxlength": 4, "autocomplete": "off"}),
    )
    password = forms.CharField(
        label=_("设置密码"),
        strip=False,
        min_length=8,
        help_text=_("至少8位，不要只用数字。已有账户的，请填原来的密码。"),
        error_messages={"required": _("请设置密码。"), "min_length": _("密码至少8位，请再加几位。")},
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
