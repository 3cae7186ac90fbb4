"""Errors of the registry and the form that a person can act on."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from orgs.exceptions import IllegalMove, OrgsError


class AccountsError(OrgsError):
    """Base of this app's errors."""


class AlreadyRegistered(AccountsError):
    default_message = _("该账号已登记，请核对微信号（账号）是否填错。")


class FormInvalid(AccountsError):
    """A form that may not be submitted; `errors` name row, field and what to do."""

    default_message = _("表中还有需要更正的内容，请按提示修改后再提交。")

    def __init__(self, errors: object = None, message: object = None) -> None:
        super().__init__(message)
        self.errors = errors or []


class RoundClosed(AccountsError):
    default_message = _("本次填报已截止，草稿已保留。如需补报，请联系上级团委。")


class NotYetOpen(AccountsError):
    default_message = _("本次填报还没有开始，现在只能查看。")


class NotOnYourDesk(AccountsError):
    default_message = _("这份收集表现在不由您审核，请刷新页面查看。")


__all__ = [
    "AccountsError",
    "AlreadyRegistered",
    "FormInvalid",
    "IllegalMove",
    "NotOnYourDesk",
    "NotYetOpen",
    "RoundClosed",
]
