"""Input about groups: the facts of one, why it changes, into which other it goes, what is done to several at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Group, Platform
from accounts.operations.registry.groups_bulk import GroupAction, actions
from orgs.forms.reasons import REASON_MISSING, reason_field
from orgs.http import whole_number
from orgs.kernel import clock

if TYPE_CHECKING:
    from collections.abc import Iterable

    from accounts.querysets.groups import GroupQuerySet

MOST_AT_ONCE = 500
NUMBERS = ("members", "outstanding_members", "youth", "subordinates_in")
DATES = ("opened_on", "counted_on")


class GroupForm(forms.ModelForm):  # type: ignore[type-arg]  # not generic when it runs
    """The facts of a group. What is unlikely is pointed out after saving; only what cannot be is refused."""

    use_required_attribute = False
    reason = reason_field(required=False)
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    key = forms.CharField(widget=forms.HiddenInput, required=False, max_length=40)

    class Meta:
        model = Group
        fields: ClassVar = [
            "kind", "name", "platform", "opened_on", "members", "outstanding_members", "youth",
            "subordinates_in", "counted_on", "topic", "ties", "linked_cadres",
        ]  # fmt: skip
        help_texts: ClassVar = {
            "platform": gettext_lazy("QQ群等用得好的渠道可以继续使用，按替代渠道登记（RUR-1.2）"),
            "outstanding_members": gettext_lazy("面向团员的群，高校一般不少于40人（UNI-2.1）"),
            "youth": gettext_lazy("团青群，每名基层团干部一般联系20人以上（RUR-2.1）"),
            "subordinates_in": gettext_lazy("联系下级的群：有多少个下级团组织至少有一人在群里（RUR-2.3）"),
            "counted_on": gettext_lazy("人数改变而没有填写时，按今天登记"),
            "topic": gettext_lazy("群内每天讨论的话题"),
        }
        error_messages: ClassVar = {
            "kind": {"required": gettext_lazy("请选择类型。")},
            "name": {"required": gettext_lazy("请填写群名称。")},
            "platform": {"required": gettext_lazy("请选择平台。")},
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["platform"].queryset = Platform.objects.filter(takes_groups=True, is_historic=False)
        fields["platform"].empty_label = None
        for name in NUMBERS:
            fields[name].widget = forms.TextInput(attrs={"inputmode": "numeric", "class": "num"})
            fields[name].error_messages["invalid"] = _("请填写整数，例如：45。")
        for name in DATES:
            fields[name].widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
            fields[name].error_messages["invalid"] = _("请按“年-月-日”填写，例如：2026-11-18。")
        if self.instance.pk is None:
            del fields["reason"], fields["version"]
        else:
            del fields["key"]
            self.initial["version"] = self.instance.version

    def clean_opened_on(self) -> Any:
        return self._not_in_future("opened_on")

    def clean_counted_on(self) -> Any:
        return self._not_in_future("counted_on")

    def clean(self) -> dict[str, Any]:
        facts: dict[str, Any] = super().clean() or self.cleaned_data
        members, outstanding = facts.get("members"), facts.get("outstanding_members")
        if members is not None and outstanding is not None and outstanding > members:
            self.add_error("outstanding_members", _("优秀团员数不能多于群成员数，请更正。"))
        return facts

    def facts(self) -> dict[str, Any]:
        """What `open_group` and `change_group` take."""
        taken = {name: self.cleaned_data[name] for name in self.Meta.fields if name != "platform"}
        if taken["counted_on"] == self.initial.get("counted_on"):
            del taken["counted_on"]  # left as it was: a new count is dated by the operation
        return taken

    def differing(self, group: Group) -> list[tuple[str, object]]:
        """(label, value now) of what somebody else has saved meanwhile."""
        now = {name: getattr(group, name) for name in self.Meta.fields}
        return [
            (str(self.fields[name].label), _shown(group, name))
            for name, value in now.items()
            if (self.cleaned_data.get(name) or "") != (value or "")
        ]

    def _not_in_future(self, name: str) -> Any:
        day = self.cleaned_data[name]
        if day and day > clock.today():
            raise forms.ValidationError(_("日期不能晚于今天，请更正。"))
        return day


def _shown(group: Group, name: str) -> object:
    word = getattr(group, f"get_{name}_display", None)
    return word() if word else getattr(group, name)


class StatusForm(forms.Form):
    """停用 or 恢复使用, and why."""

    use_required_attribute = False
    reason = reason_field()
    version = forms.IntegerField(widget=forms.HiddenInput)


class DissolveForm(StatusForm):
    """解散, and why; said again, because nothing takes it back."""

    is_sure = forms.BooleanField(
        label=gettext_lazy("确认解散，管理员的任期同时结束"),
        error_messages={"required": gettext_lazy("请勾选确认。")},
    )


class MergeForm(StatusForm):
    """Into which group of the same line, and why."""

    into: forms.ModelChoiceField[Group] = forms.ModelChoiceField(
        label=gettext_lazy("并入"),
        queryset=None,
        empty_label=gettext_lazy("请选择"),
        help_text=gettext_lazy("本单位、上级或下级团组织的群"),
        error_messages={
            "required": gettext_lazy("请选择要并入的群。"),
            "invalid_choice": gettext_lazy("请从列表中选择要并入的群。"),
        },
    )
    field_order = ("into", "reason", "version")

    def __init__(self, data: Any = None, *, groups: GroupQuerySet, initial: dict[str, object]) -> None:
        super().__init__(data, initial=initial)
        field: Any = self.fields["into"]
        field.queryset = groups
        field.label_from_instance = lambda group: f"{group.name}（{group.unit.name}）"


class BulkGroupForm(forms.Form):
    """What is to be done to the groups ticked; each carries the version the person has seen."""

    use_required_attribute = False
    action = forms.ChoiceField(
        label=gettext_lazy("办理"), error_messages={"required": gettext_lazy("请选择要办理的事项。")}
    )
    reason = reason_field(required=False)

    def __init__(self, data: Any = None) -> None:
        super().__init__(data)
        field: Any = self.fields["action"]
        field.choices = [("", _("请选择")), *actions()]

    def clean(self) -> dict[str, Any]:
        facts: dict[str, Any] = super().clean() or self.cleaned_data
        if facts.get("action") and facts["action"] != GroupAction.CONFIRM and not facts.get("reason"):
            self.add_error("reason", REASON_MISSING["required"])
        return facts


def seen_versions(texts: Iterable[str]) -> dict[int, int]:
    """`12:3` -> group 12, seen in version 3; what is not of that form is left out."""
    seen: dict[int, int] = {}
    for text in list(texts)[:MOST_AT_ONCE]:
        pk, _colon, version = text.partition(":")
        numbers = whole_number(pk), whole_number(version)
        if None not in numbers:
            seen[numbers[0]] = numbers[1]  # type: ignore[index,assignment]  # neither is None
    return seen
