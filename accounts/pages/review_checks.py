"""The machine checks a form has passed, in words: only those for which its list and its answers gave something. Reads only."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from accounts.field_lists import has_target

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from accounts.field_lists import Field
    from accounts.models import Submission, SubmissionRow

# What a form must be in order to be handed in: by the type of its fields, and by what may not stand there twice.
FORMATS = {
    "wechat_id": _("微信号格式"),
    "qq": _("QQ号格式"),
    "mobile": _("手机位数"),
    "email": _("邮箱格式"),
    "count": _("数字格式"),
}
NOT_TWICE = {
    "account.identifier": _("账号不重复"),
    "group.name": _("群不重复"),
    "administrator.mobile": _("管理员不重复"),
}
# What is compared with registry and bases, by the code of the doubt that it raises (`Submission.checks`).
COMPARED = {
    "nickname": _("昵称规范"),
    "no_group": _("群个数与联系人数"),
    "above_base": _("联系人数与团员数"),
    "fall": _("与上次相比无异常下降"),
    "mobile_elsewhere": _("手机未在别处登记"),
    "identifier_taken": _("账号未被登记"),
}


def passed(form: Submission, fields: Sequence[Field], rows: Iterable[SubmissionRow]) -> list[str]:
    """What was checked when the form was handed in, and found in order."""
    answered = _types_answered(fields, rows)
    raised = {doubt["code"] for doubt in form.doubts}
    return [
        *([str(_("必填"))] if any(each.required for each in fields) else []),
        *(str(words) for type_, words in FORMATS.items() if type_ in answered),
        *(str(words) for target, words in NOT_TWICE.items() if has_target(fields, target)),
        *(str(words) for code, words in COMPARED.items() if code in form.checks and code not in raised),
    ]


def _types_answered(fields: Sequence[Field], rows: Iterable[SubmissionRow]) -> set[str]:
    """Types of which anything was typed; personal answers that have been cleared since were."""
    found: set[str] = set()
    for row in rows:
        for each in fields:
            answers = row.personal if each.personal else row.values
            if answers is None or answers.get(each.code) not in (None, ""):
                found.add(each.type)
    return found
