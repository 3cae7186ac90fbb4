"""Input about administrators: who, since when not, why, and on whose demand (SUP-2.2.2)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.masks import MASKS
from accounts.operations.registry import PersonalData
from accounts.operations.registry.administrators_bulk import TermAction
from orgs.forms.reasons import reason_field
from orgs.kernel.crypto import normalise_mobile
from orgs.models import OrgUnit

if TYPE_CHECKING:
    from collections.abc import Sequence

    from accounts.models import Administratorship

_QQ = re.compile(r"[1-9]\d{4,11}", re.ASCII)
NO_AUTOFILL = {"autocomplete": "off", "autocapitalize": "off", "spellcheck": "false"}
FIELDS = ("name", "wechat_id", "nickname", "qq", "mobile")


def _text(label: Any, *, required: bool = False, most: int = 60, **attrs: str) -> forms.CharField:
    widget = forms.TextInput(attrs={**NO_AUTOFILL, **attrs})
    missing = gettext_lazy("请填写%(label)s。") % {"label": label}
    return forms.CharField(
        label=label, required=required, max_length=most, widget=widget, error_messages={"required": missing}
    )


class PersonForm(forms.Form):
    """A person as an administrator, as the collection form asks (UNI-A)."""

    use_required_attribute = False

    name = _text(gettext_lazy("姓名"), required=True, most=30)
    wechat_id = _text(gettext_lazy("微信号"))
    nickname = _text(gettext_lazy("微信昵称"))
    qq = _text(gettext_lazy("QQ号"), most=12, inputmode="numeric")
    mobile = _text(gettext_lazy("手机"), required=True, most=20, inputmode="tel")

    def clean_qq(self) -> str:
        text = "".join(self.cleaned_data["qq"].split())
        if text and not _QQ.fullmatch(text):
            raise forms.ValidationError(_("QQ号为5至12位数字，请核对。"))
        return text

    def clean_mobile(self) -> str:
        text = self.cleaned_data["mobile"]
        mobile = normalise_mobile(text)
        if text and mobile is None:
            raise forms.ValidationError(_("手机号为11位数字，以1开头，请核对。"))
        return mobile or ""

    def person(self) -> PersonalData:
        return PersonalData.of({name: self.cleaned_data[name] for name in FIELDS})


class AppointForm(PersonForm):
    """任命."""

    reason = reason_field(required=False)


class CorrectForm(PersonForm):
    """更正: the same person. What stands there is shown masked; what is left empty stays."""

    reason = reason_field(required=False)

    def __init__(self, data: Any = None, *, term: Administratorship) -> None:
        super().__init__(data)
        self.term = term
        for name in FIELDS:
            field = self.fields[name]
            field.required = False
            masked = MASKS[name](getattr(term, name))
            field.help_text = _("现为%(masked)s，不填则不变") % {"masked": masked} if masked else ""

    def person(self) -> PersonalData:
        kept = {name: self.cleaned_data[name] or getattr(self.term, name) for name in FIELDS}
        return PersonalData.of(kept)

    @property
    def is_empty(self) -> bool:
        return not any(self.cleaned_data[name] for name in FIELDS)


class LeavingForm(forms.Form):
    """Why a term ends, and which unit above has asked for it."""

    use_required_attribute = False

    reason = reason_field(gettext_lazy("例如：毕业、调离、未履行职责；不要写姓名和号码"))
    on_demand_of = forms.ModelChoiceField(
        label=gettext_lazy("按谁的要求"),
        queryset=OrgUnit.objects.none(),
        required=False,
        empty_label=gettext_lazy("本单位自行决定"),
    )

    def __init__(self, data: Any = None, *, term: Administratorship) -> None:
        super().__init__(data)
        field: Any = self.fields["on_demand_of"]
        field.queryset = OrgUnit.objects.over(term.unit).exclude(pk=term.unit_id).order_by("depth")
        field.label_from_instance = lambda unit: unit.name


class BulkLeavingForm(PersonForm, LeavingForm):
    """What is to be done to the terms chosen, why, on whose demand, and who follows where somebody does."""

    action = forms.ChoiceField(
        label=gettext_lazy("办理"), error_messages={"required": gettext_lazy("请选择要办理的事项。")}
    )
    field_order = ("action", "reason", "on_demand_of", *FIELDS)

    def __init__(self, data: Any = None, *, terms: Sequence[Administratorship]) -> None:
        forms.Form.__init__(self, data)
        action: Any = self.fields["action"]
        action.choices = [("", _("请选择")), *TermAction.choices]
        demanding: Any = self.fields["on_demand_of"]
        demanding.queryset = OrgUnit.objects.above_all([term.unit for term in terms])
        demanding.label_from_instance = lambda unit: unit.name
        for name in FIELDS:
            self.fields[name].required = False
            self.fields[name].label = _("接任的人：%(field)s") % {"field": self.fields[name].label}

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        if values.get("action") == TermAction.REPLACE:
            for name in ("name", "mobile"):
                if not values.get(name) and name not in self.errors:
                    self.add_error(name, _("更换的，请填写接任的人的姓名和手机。"))
        return values

    def successor(self) -> PersonalData | None:
        """Who follows; None where nobody does, whatever else was typed."""
        return self.person() if self.cleaned_data["action"] == TermAction.REPLACE else None


class ReplaceForm(PersonForm, LeavingForm):
    """更换: who follows, why, and on whose demand."""

    field_order = (*FIELDS, "reason", "on_demand_of")

    def __init__(self, data: Any = None, *, term: Administratorship) -> None:
        LeavingForm.__init__(self, data, term=term)
