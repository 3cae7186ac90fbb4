"""Input about draws: scope, layers and size; who inspects; why it is drawn again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.choices import GroupKind
from orgs.choices import Kind, Line
from orgs.forms.unit import MoveUnitForm
from reporting.choices import DrawWay, Stratum
from reporting.operations.draw_frames import Plan
from reporting.operations.draws import LARGEST, LONGEST_REASON

if TYPE_CHECKING:
    from collections.abc import Iterable

    from orgs.models import User

_KINDS = [each for each in Kind.choices if each[0] != Kind.NATIONAL]
_NUMBER = {"required": _("请填写整数。"), "invalid": _("请填写整数。")}


class DrawForm(MoveUnitForm):
    """What is to be drawn; the scope is chosen like a superior, from the list or by the text typed."""

    reason = None  # type: ignore[assignment]
    version = None  # type: ignore[assignment]
    use_required_attribute = False

    title = forms.CharField(
        label=_("名称"), max_length=120, error_messages={"required": _("请填写抽样名称。")}
    )
    size = forms.IntegerField(
        label=_("抽取数"),
        min_value=1,
        max_value=LARGEST,
        required=False,
        help_text=_("抽几个群；不能多于范围内的群数。按比例抽取时不填"),
        error_messages=_NUMBER,
    )
    share_percent = forms.IntegerField(
        label=_("抽取比例（%）"),
        min_value=1,
        max_value=100,
        required=False,
        help_text=_("占抽样框的百分之几，不足一个的进一；填了抽取数就不填"),
        error_messages=_NUMBER,
    )
    stratum = forms.ChoiceField(
        label=_("分层"), choices=Stratum, help_text=_("分层时，各层按群数的比例分配抽取数")
    )
    way = forms.ChoiceField(label=_("方式"), choices=DrawWay)
    lines = forms.MultipleChoiceField(
        label=_("战线"), choices=Line, required=False, widget=forms.CheckboxSelectMultiple
    )
    kinds = forms.MultipleChoiceField(
        label=_("团组织类型"), choices=_KINDS, required=False, widget=forms.CheckboxSelectMultiple
    )
    group_kinds = forms.MultipleChoiceField(
        label=_("群类型"), choices=GroupKind, required=False, widget=forms.CheckboxSelectMultiple
    )
    uses_risk = forms.BooleanField(
        label=_("按风险加权"),
        required=False,
        help_text=_("没有管理员、久未确认的各加 1 倍，上次抽查为“差”的加 2 倍机会；权重会显示在抽样结果中"),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["parent"].label = _("抽查范围")

    def plan(self) -> Plan:
        """The plan that was typed, once the form is valid."""
        given = self.cleaned_data
        names = (
            "title",
            "size",
            "share_percent",
            "stratum",
            "way",
            "lines",
            "kinds",
            "group_kinds",
            "uses_risk",
        )
        return Plan(scope=given["target"], **{name: given[name] for name in names})


class AssignForm(forms.Form):
    """Who inspects."""

    people = forms.TypedMultipleChoiceField(
        label=_("抽查人员"),
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("按抽签分派，尽量平均；不会分到本人负责的团组织"),
        error_messages={"required": _("请选择抽查人员。")},
    )

    def __init__(self, data: Any = None, *, people: Iterable[User]) -> None:
        super().__init__(data)
        choices = [(each.pk, each.display_name) for each in people]
        self.fields["people"].choices = choices  # type: ignore[attr-defined]


class RedrawForm(forms.Form):
    """Why it is drawn again."""

    use_required_attribute = False

    reason = forms.CharField(
        label=_("重抽理由"),
        max_length=LONGEST_REASON,
        help_text=_("会一直显示在两次抽样上"),
        error_messages={"required": _("请填写重抽理由。")},
    )
