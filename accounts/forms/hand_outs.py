"""Input about 账号发放: a new hand-out, its file, the confirmation that opens an envelope, first use, the reason of a withdrawal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import Platform
from accounts.operations.hand_outs import LONGEST_REASON, LONGEST_TITLE, FirstUse, Source

if TYPE_CHECKING:
    from accounts.models import HandedAccount


class HandOutForm(forms.Form):
    """What is handed out, and by which rule."""

    use_required_attribute = False

    platform = forms.ModelChoiceField(
        label=_("平台"),
        queryset=Platform.objects.none(),
        empty_label=_("请选择"),
        error_messages={"required": _("请选择平台。"), "invalid_choice": _("没有这个平台，请重新选择。")},
    )
    title = forms.CharField(
        label=_("名称"),
        max_length=LONGEST_TITLE,
        help_text=_("领取单位会看到，例如：高校团委微博账号"),
        error_messages={"required": _("请填写名称。")},
    )
    source = forms.ChoiceField(label=_("依据"), choices=Source.choices, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        platforms: Any = self.fields["platform"]
        platforms.queryset = Platform.objects.for_accounts().taking_new()


class HandOutFileForm(forms.Form):
    """Which file."""

    use_required_attribute = False

    file = forms.FileField(
        label=_("账号文件"),
        help_text=_("Excel（.xlsx）或 CSV；表头：团组织代码（或组织路径）、用户名、初始密码（可不填）"),
        widget=forms.ClearableFileInput(attrs={"accept": ".xlsx,.csv"}),
        error_messages={"required": _("请选择文件。"), "empty": _("文件是空的，请重新选择文件。")},
    )


class OpenForm(forms.Form):
    """The password is shown once, so it is asked whether the person can note it now."""

    use_required_attribute = False

    confirm = forms.BooleanField(
        label=_("我现在可以记下初始密码，旁边没有无关人员"),
        error_messages={"required": _("请先勾选确认，再领取。")},
    )


class FirstUseForm(forms.Form):
    """What the unit has done on the platform (MS-3.2), and the account as it is to be registered."""

    use_required_attribute = False

    done = forms.MultipleChoiceField(
        label=_("已经办好"),
        choices=FirstUse.choices,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("请先登录平台、修改初始密码、填写完整资料，再逐项勾选。")},
    )
    identifier = forms.CharField(
        label=_("账号"),
        max_length=300,
        help_text=_("与用户名不同的，微信填微信号，微博粘贴主页地址"),
        error_messages={"required": _("请填写账号。")},
    )
    nickname = forms.CharField(label=_("昵称"), max_length=120, required=False)

    def __init__(self, data: Any = None, *, handed: HandedAccount) -> None:
        super().__init__(data, initial={"identifier": handed.user_name})

    def clean_done(self) -> list[str]:
        done: list[str] = self.cleaned_data["done"]
        if set(done) != set(FirstUse.values):
            raise forms.ValidationError(_("三项都办好以后才能启用，请逐项核对。"))
        return done


class WithdrawForm(forms.Form):
    """收回: why."""

    use_required_attribute = False

    reason = forms.CharField(
        label=_("原因"),
        max_length=LONGEST_REASON,
        help_text=_("领取单位会看到；不要写密码和个人信息"),
        error_messages={"required": _("请填写收回的原因，领取单位会看到。")},
    )
