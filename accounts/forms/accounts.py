"""Input about accounts: register, change, hand over, merge, tie, check, and work on several. The operations decide."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.choices import LARGEST_COUNT, AccountPurpose, AccountStatus
from accounts.identifiers import read_identifier
from accounts.masks import MASKS
from accounts.models import Account, Platform
from accounts.operations.registry.accounts_bulk import Action
from orgs.forms.reasons import REASON_MISSING, reason_field
from orgs.forms.unit import MoveUnitForm, VersionedForm
from orgs.kernel import clock

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from django.http import QueryDict
    from django.utils.functional import _StrPromise

    from accounts.checklist import Line

    _AccountField = forms.ModelChoiceField[Account]
else:
    _AccountField = forms.ModelChoiceField

NAMES = (
    *("identifier", "nickname", "purpose", "opened_on", "contacts", "own_members", "declared_groups"),
    *("counted_on", "responsible_name", "responsible_post", "is_verified"),
)


def _date(label: _StrPromise) -> forms.DateField:
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=label, required=False, widget=widget)


def _count(label: _StrPromise) -> forms.IntegerField:
    return forms.IntegerField(label=label, required=False, min_value=0, max_value=LARGEST_COUNT)


class _Facts(forms.Form):
    """What is registered of an account."""

    use_required_attribute = False

    identifier = forms.CharField(
        label=_("账号"),
        max_length=300,
        help_text=_("微信号；微博可直接粘贴主页地址"),
        error_messages={"required": _("请填写账号。")},
    )
    nickname = forms.CharField(label=_("昵称"), max_length=120, required=False)
    purpose = forms.ChoiceField(label=_("用途"), choices=AccountPurpose.choices)
    opened_on = _date(_("开通日期"))
    contacts = _count(_("联系人数（粉丝数）"))
    own_members = _count(_("其中：本单位团员"))
    declared_groups = _count(_("微信群（讨论组）个数"))
    counted_on = _date(_("计数日期"))
    responsible_name = forms.CharField(
        label=_("第一责任人"), max_length=40, required=False, help_text=_("本级团组织主要负责人，加密保存")
    )
    responsible_post = forms.CharField(label=_("第一责任人职务"), max_length=40, required=False)
    is_verified = forms.NullBooleanField(
        label=_("平台认证"),
        required=False,
        widget=forms.Select(choices=[("", _("不清楚")), ("true", _("已认证")), ("false", _("未认证"))]),
    )

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        for name in ("opened_on", "counted_on"):
            day = values.get(name)
            if day and day > clock.today():
                self.add_error(name, _("日期还没有到，请核对。"))
        platform, typed = self.platform_of(values), values.get("identifier", "")
        is_new = bool(typed) and typed != self.initial.get("identifier")
        if platform and is_new and (problem := read_identifier(platform, typed).problem):
            self.add_error("identifier", problem)
        contacts, own = values.get("contacts"), values.get("own_members")
        if contacts is not None and own is not None and own > contacts:
            self.add_error("own_members", _("不能多于联系人数，请核对。"))
        return values

    def platform_of(self, values: dict[str, Any]) -> Platform | None:
        """Whose rule the id has to follow."""
        return values.get("platform")


class NewAccountForm(_Facts):
    """A new account of the unit."""

    platform: forms.ModelChoiceField[Platform] = forms.ModelChoiceField(
        label=_("平台"),
        queryset=None,
        empty_label=_("请选择"),
        error_messages={"required": _("请选择平台。")},
    )
    status = forms.ChoiceField(
        label=_("状态"),
        choices=[(AccountStatus.OPEN, _("在用")), (AccountStatus.PLANNED, _("筹备（还没有开通）"))],
    )
    field_order = ("platform", "identifier", "nickname", "status", "purpose")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        platforms: Any = self.fields["platform"]
        platforms.queryset = Platform.objects.for_accounts().taking_new()

    def facts(self) -> dict[str, Any]:
        """What `open_account` takes; what was left open is left out."""
        names = (*NAMES, "platform", "status")
        return {name: self.cleaned_data[name] for name in names if self.cleaned_data[name] not in (None, "")}


class EditAccountForm(_Facts, VersionedForm):
    """The facts of an account as they are to be."""

    reason = reason_field(required=False)

    def __init__(self, data: Any = None, *, account: Account) -> None:
        names = (*NAMES, "version")
        shown = {name: getattr(account, name) for name in names if name != "responsible_name"}
        super().__init__(data, initial=shown)
        self.account = account
        if account.responsible_name:
            masked = MASKS["name"](account.responsible_name)
            self.fields["responsible_name"].help_text = _("现登记：%(name)s；不变更请留空") % {"name": masked}

    def platform_of(self, values: dict[str, Any]) -> Platform | None:
        return self.account.platform

    def facts(self) -> dict[str, Any]:
        """What `change_account` takes; the person stays where nobody else is named."""
        kept = {"responsible_name"} if not self.cleaned_data["responsible_name"] else set()
        return {name: self.cleaned_data[name] for name in (*NAMES, "reason", "version") if name not in kept}

    def differing(self, account: Account) -> list[tuple[str, object]]:
        """(label, value now) of what somebody else has saved meanwhile; a person's name stays out of it."""
        typed = self.cleaned_data
        return [
            (str(self.fields[name].label), getattr(account, name))
            for name in NAMES
            if name != "responsible_name" and (typed.get(name) or "") != (getattr(account, name) or "")
        ]


class ReasonForm(VersionedForm):
    """Why an account is closed, set dormant or opened again."""

    use_required_attribute = False
    reason = reason_field()


class TransferForm(MoveUnitForm):
    """划转 to which unit, chosen like a superior."""

    use_required_attribute = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["parent"].label = _("接收单位")


class _OtherAccount(_AccountField):
    def label_from_instance(self, obj: Account) -> str:
        return f"{obj.platform.name}　{obj}（{obj.identifier}，{obj.unit.name}）"


class MergeForm(ReasonForm):
    """Into which account."""

    into = _OtherAccount(
        label=_("并入的账号"),
        queryset=None,
        empty_label=_("请选择"),
        error_messages={"required": _("请选择并入的账号。")},
    )
    field_order = ("into", "reason")

    def __init__(self, *args: Any, others: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["into"]
        field.queryset = others


class TiesForm(VersionedForm):
    """Bound to which account, and which older one it continues."""

    use_required_attribute = False
    bound_to = _OtherAccount(
        label=_("绑定账号"),
        queryset=None,
        required=False,
        empty_label=_("不绑定"),
        help_text=_("本单位在其他平台的账号"),
    )
    succeeds = _OtherAccount(
        label=_("接续账号"),
        queryset=None,
        required=False,
        empty_label=_("没有"),
        help_text=_("本单位原有的、由这个账号接续的账号"),
    )

    def __init__(self, data: QueryDict | None = None, *, account: Account, others: Any) -> None:
        names = ("bound_to", "succeeds", "version")
        super().__init__(data, initial={name: getattr(account, name) for name in names})
        bound, older = self.fields["bound_to"], self.fields["succeeds"]
        bound.queryset = others.active().exclude(platform=account.platform)  # type: ignore[attr-defined]
        older.queryset = others  # type: ignore[attr-defined]


class ChecksForm(forms.Form):
    """Which lines of the checklist are met."""

    met = forms.MultipleChoiceField(
        label=_("已做到的项目"), required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, data: Any = None, *, lines: Sequence[Line], met: Iterable[str] = ()) -> None:
        super().__init__(data, initial={"met": list(met)})
        field: Any = self.fields["met"]
        field.choices = [(line.item, line.label) for line in lines]


class BulkForm(forms.Form):
    """What to do with the accounts chosen, and why; `seen` says which version of each the person saw."""

    use_required_attribute = False
    action = forms.ChoiceField(
        label=_("办理事项"),
        choices=[("", _("请选择")), *Action.choices],
        error_messages={"required": _("请选择办理事项。")},
    )
    reason = reason_field(_("确认信息无误可以不填；不要写姓名和号码"), required=False)

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        if values.get("action") not in {None, "", Action.CONFIRM} and not values.get("reason"):
            self.add_error("reason", REASON_MISSING["required"])
        return values
