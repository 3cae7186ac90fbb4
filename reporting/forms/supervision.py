"""Input about 督导台账: what is asked, the answer, what came of it, the sheet of a visit. Of which unit comes from the picker."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from orgs.kernel import clock
from reporting.choices import DutyKind
from reporting.operations.supervision import (
    LONGEST_ANSWER,
    LONGEST_OUTCOME,
    LONGEST_REASON,
    Opening,
)
from reporting.operations.visit_sheets import LARGEST, LONGEST_CONTENT, LONGEST_FINDING, Seen

if TYPE_CHECKING:
    from reporting.models import Duty

USUAL_DAYS = 7
CLAUSE_CHOICES = [
    ("", _("其他")),
    ("SUP-2.1.2", _("SUP-2.1.2　工作落实不力，约谈负责人")),
    ("SUP-4.1d", _("SUP-4.1d　实地督导、交叉督导")),
    ("SUP-4.4.3", _("SUP-4.4.3　考评不合格，书面说明")),
    ("RUR-3", _("RUR-3　农村共青团微信工作督查")),
]
_BAD_DAY = {"invalid": _("请按“年-月-日”填写，例如：2026-11-25。")}
NO_PERSON = _("不要写姓名、手机号、QQ号")


def _day(label: Any, help_text: Any = "", *, required: bool = True, missing: Any = "") -> forms.DateField:
    return forms.DateField(
        label=label,
        help_text=help_text,
        required=required,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages=_BAD_DAY | ({"required": missing} if missing else {}),
    )


def _text(
    label: Any, longest: int, missing: Any, help_text: Any = NO_PERSON, rows: int = 3
) -> forms.CharField:
    return forms.CharField(
        label=label,
        max_length=longest,
        help_text=help_text,
        widget=forms.Textarea(attrs={"rows": rows}),
        error_messages={"required": missing},
    )


def _number(label: Any) -> forms.IntegerField:
    return forms.IntegerField(
        label=label,
        min_value=0,
        max_value=LARGEST,
        required=False,
        help_text=_("没有了解到的不填"),
        error_messages={"invalid": _("请填写整数。")},
    )


class DutyForm(forms.Form):
    """A new one: kind, reason, clause, until when; the check it follows goes along unseen."""

    use_required_attribute = False

    kind = forms.ChoiceField(
        label=_("类别"), choices=DutyKind.choices, error_messages={"required": _("请选择类别。")}
    )
    reason = _text(_("事由"), LONGEST_REASON, _("请填写事由。"))
    clause = forms.ChoiceField(label=_("依据"), choices=CLAUSE_CHOICES, required=False)
    due_on = _day(_("办理期限"), _("当天24时止"), missing=_("请填写办理期限。"))
    check = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, data: Any = None, *, initial: dict[str, Any] | None = None) -> None:
        usual = {"due_on": clock.today() + timedelta(days=USUAL_DAYS)}
        super().__init__(data, initial=usual | (initial or {}))

    def opening(self) -> Opening:
        """What the operation takes."""
        given = self.cleaned_data
        return Opening(given["kind"], given["reason"], given["due_on"], given["clause"], given["check"])


class _Step(forms.Form):
    """A step on the page of one duty; several stand side by side. `version` says which state was looked at."""

    use_required_attribute = False
    prefix_id = "step"

    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, data: Any = None, *, duty: Duty) -> None:
        super().__init__(data, initial=self.shown(duty), auto_id=f"{self.prefix_id}_%s")

    def shown(self, duty: Duty) -> dict[str, Any]:
        """What stands in the fields at first."""
        return {"version": duty.version}


class AnswerForm(_Step):
    """The unit's answer; after it was sent back, what it had said."""

    prefix_id = "answer"

    answer = _text(_("答复"), LONGEST_ANSWER, _("请填写答复。"), rows=8)

    def shown(self, duty: Duty) -> dict[str, Any]:
        return super().shown(duty) | {"answer": duty.answer}


class SendBackForm(_Step):
    """Why the answer does not do, and until when the next one is awaited."""

    prefix_id = "back"

    remark = _text(
        _("退回意见"), LONGEST_OUTCOME, _("请填写退回意见。"), _("该单位能看到；不要写姓名、手机号、QQ号")
    )
    due_on = _day(_("新的办理期限"), _("当天24时止；不填为原期限"), required=False)


class CloseForm(_Step):
    """What came of it; of a talk or a visit, when it was held."""

    prefix_id = "close"

    held_on = _day(_("约谈或走访日期"), required=False)
    outcome = _text(
        _("办理结果"),
        LONGEST_OUTCOME,
        _("请填写办理结果。"),
        _("该单位能看到；不写谈话内容，不写姓名、手机号"),
    )

    def __init__(self, data: Any = None, *, duty: Duty) -> None:
        super().__init__(data, duty=duty)
        if duty.kind not in {DutyKind.TALK, DutyKind.VISIT}:
            del self.fields["held_on"]

    def shown(self, duty: Duty) -> dict[str, Any]:
        return super().shown(duty) | {"held_on": duty.held_on}


class WithdrawForm(_Step):
    """Why it is taken back."""

    prefix_id = "withdraw"

    reason = forms.CharField(
        label=_("撤回原因"), max_length=LONGEST_OUTCOME, error_messages={"required": _("请填写撤回原因。")}
    )


class SheetForm(_Step):
    """走访记录 (RUR-3); empty is not looked at."""

    prefix_id = "sheet"

    held_on = _day(_("走访日期"), missing=_("请填写走访日期。"))
    groups_built = _number(_("已建群数"))
    youth_in_touch = _number(_("联系青年数"))
    posts_per_week = _number(_("平均每周发布条数"))
    content = forms.CharField(label=_("发布内容"), max_length=LONGEST_CONTENT, required=False)
    online_activities = _number(_("线上活动次数"))
    offline_activities = _number(_("线下活动次数"))
    finding = forms.CharField(
        label=_("走访意见"),
        max_length=LONGEST_FINDING,
        required=False,
        help_text=NO_PERSON,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def shown(self, duty: Duty) -> dict[str, Any]:
        sheet = getattr(duty, "visit_sheet", None)
        known = {name: getattr(sheet, name) for name in Seen.__dataclass_fields__} if sheet else {}
        return super().shown(duty) | {"held_on": duty.held_on} | known

    def seen(self) -> Seen:
        """What the operation takes."""
        return Seen(**{name: self.cleaned_data[name] for name in Seen.__dataclass_fields__})
