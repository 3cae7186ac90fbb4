"""Input about rounds. Launching: dates are days in Shanghai, a deadline without a time means 24:00 of that day."""

from __future__ import annotations

import re
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts.models import FieldList
from orgs.choices import Kind
from orgs.kernel import clock
from orgs.models import OrgUnit, UnitKind
from orgs.permissions import LAUNCH_ROUND

if TYPE_CHECKING:
    from orgs.models import User

_DATE = {"type": "date"}


class ExemptForm(forms.Form):
    """Why a unit need not fill."""

    use_required_attribute = False

    reason = forms.CharField(
        label=_("免报理由"),
        max_length=200,
        help_text=_("例如：本学期在外实习；会保留在操作记录中"),
        error_messages={"required": _("请填写免报理由。")},
    )


class LaunchForm(forms.Form):
    """A new round."""

    use_required_attribute = False

    unit = forms.ModelChoiceField(label=_("发起单位"), queryset=OrgUnit.objects.none(), empty_label=None)
    title = forms.CharField(label=_("名称"), max_length=120)
    field_list = forms.ModelChoiceField(label=_("收集表"), queryset=FieldList.objects.all(), empty_label=None)
    kinds = forms.MultipleChoiceField(label=_("填报类型"), choices=(), widget=forms.CheckboxSelectMultiple)
    intake_years = forms.CharField(
        label=_("年级"), required=False, help_text=_("例如：2011、2012；留空为全部年级"), max_length=60
    )
    opens_on = forms.DateField(label=_("开始日期"), widget=forms.DateInput(attrs=_DATE, format="%Y-%m-%d"))
    deadline_on = forms.DateField(
        label=_("截止日期"),
        help_text=_("不填时间即当日 24:00 截止"),
        widget=forms.DateInput(attrs=_DATE, format="%Y-%m-%d"),
    )
    deadline_time = forms.TimeField(
        label=_("截止时间"), required=False, widget=forms.TimeInput(attrs={"type": "time"})
    )
    entry_kind = forms.ChoiceField(
        label=_("入库级别"),
        required=False,
        help_text=_("哪一级审核通过后登记入库"),
        choices=[("", _("省级直属团委（高校、市县等）")), *Kind.choices],
    )
    clause = forms.CharField(
        label=_("依据"), required=False, max_length=20, help_text=_("文件条款编号，例如：UNI-3.3")
    )

    def __init__(self, data: Any = None, *, user: User) -> None:
        super().__init__(data, initial={"opens_on": clock.today()})
        own = user.units_in_charge().allowing(LAUNCH_ROUND).own_unit_ids()
        self._choose("unit").queryset = OrgUnit.objects.filter(pk__in=own)
        kinds = UnitKind.objects.exclude(code__in=[Kind.NATIONAL, Kind.PROVINCE])
        self._choose("kinds").choices = [(kind.code, kind.name) for kind in kinds]

    def _choose(self, name: str) -> Any:
        return self.fields[name]

    def clean_intake_years(self) -> list[int]:
        parts = [each for each in re.split(r"[\s,，、;；级]+", self.cleaned_data["intake_years"]) if each]
        if not all(re.fullmatch(r"(19|20)\d\d", each) for each in parts):
            raise ValidationError(_("请填写四位年份，用顿号分开，例如：2011、2012"))
        return sorted({int(each) for each in parts})

    def facts(self) -> dict[str, Any]:
        """What `launch_round` takes."""
        chosen = dict(self.cleaned_data)
        opens_on, day = chosen.pop("opens_on"), chosen.pop("deadline_on")
        time = chosen.pop("deadline_time")
        starts_at = clock.day_start(opens_on)
        chosen["opens_at"] = clock.now() if opens_on == clock.today() else starts_at
        chosen["deadline_at"] = (
            datetime.combine(day, time, tzinfo=clock.SHANGHAI) if time else clock.day_end(day)
        )
        return chosen
