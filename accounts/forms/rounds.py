"""Input about rounds. Launching: dates are days in Shanghai, a deadline without a time means 24:00 of that day."""

from __future__ import annotations

import re
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext_lazy as _

from accounts.forms.dates import is_near
from accounts.models import FieldList
from accounts.operations.rounds import PhasePlan
from orgs.choices import Kind
from orgs.kernel import clock
from orgs.models import OrgUnit, UnitKind
from orgs.permissions import LAUNCH_ROUND

if TYPE_CHECKING:
    from datetime import date, time

    from django.db.models import QuerySet

    from orgs.models import User

_DATE = {"type": "date"}
MOST_PHASES = 3
_INTAKES_APART = re.compile(r"[\s,，、;；级]+")


def newest_lists() -> QuerySet[FieldList]:
    """The newest version of every collection form."""
    later = FieldList.objects.filter(code=OuterRef("code"), version__gt=OuterRef("version"))
    return FieldList.objects.filter(~Exists(later)).order_by("pk")


def read_intakes(text: str) -> list[int]:
    """Years as typed, "2011、2012"; raises ValidationError with what to do."""
    parts = [each for each in _INTAKES_APART.split(text) if each]
    if not all(re.fullmatch(r"(19|20)\d\d", each) for each in parts):
        raise ValidationError(_("请填写四位年份，用顿号分开，例如：2011、2012"))
    return sorted({int(each) for each in parts})


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
    title = forms.CharField(
        label=_("名称"), max_length=120, error_messages={"required": _("请填写填报任务的名称。")}
    )
    field_list = forms.ModelChoiceField(label=_("收集表"), queryset=newest_lists(), empty_label=None)
    kinds = forms.MultipleChoiceField(
        label=_("填报类型"),
        choices=(),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("请至少选择一类填报的团组织。")},
    )
    intake_years = forms.CharField(
        label=_("年级"), required=False, help_text=_("例如：2011、2012；留空为全部年级"), max_length=60
    )
    opens_on = forms.DateField(
        validators=[is_near],
        label=_("开始日期"),
        required=False,
        help_text=_("分阶段填报的，这里和截止日期不填"),
        widget=forms.DateInput(attrs=_DATE, format="%Y-%m-%d"),
    )
    deadline_on = forms.DateField(
        validators=[is_near],
        label=_("截止日期"),
        required=False,
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
        self.phases = [
            PhaseForm(data, prefix=f"phase{at}", empty_permitted=True) for at in range(1, MOST_PHASES + 1)
        ]

    def _choose(self, name: str) -> Any:
        return self.fields[name]

    def clean_intake_years(self) -> list[int]:
        return read_intakes(self.cleaned_data["intake_years"])

    def clean(self) -> dict[str, Any]:
        """Either phases, or one opening and one deadline."""
        used = [phase for phase in self.phases if phase.is_used()]
        for phase in used:
            for messages in phase.errors.values():
                self.add_error(None, messages)
        if not used:
            for name, text in (("opens_on", _("请填写开始日期。")), ("deadline_on", _("请填写截止日期。"))):
                if name not in self.errors and not self.cleaned_data.get(name):
                    self.add_error(name, text)
        return self.cleaned_data

    def facts(self) -> dict[str, Any]:
        """What `launch_round` takes."""
        chosen = dict(self.cleaned_data)
        opens_on, day = chosen.pop("opens_on"), chosen.pop("deadline_on")
        time = chosen.pop("deadline_time")
        chosen["phases"] = [phase.plan() for phase in self.phases if phase.is_used()]
        if not chosen["phases"]:
            chosen["opens_at"] = opening_of(opens_on)
            chosen["deadline_at"] = deadline_of(day, time)
        return chosen


class PhaseForm(forms.Form):
    """One phase of a round; without a title and a deadline it is not used."""

    use_required_attribute = False

    title = forms.CharField(label=_("阶段名称"), max_length=60, required=False)
    intake_years = forms.CharField(
        label=_("只含年级"), required=False, max_length=60, help_text=_("例如：2013；留空为全部年级")
    )
    excluded_intake_years = forms.CharField(
        label=_("不含年级"), required=False, max_length=60, help_text=_("例如：2013")
    )
    opens_on = forms.DateField(
        validators=[is_near],
        label=_("开始日期"),
        required=False,
        widget=forms.DateInput(attrs=_DATE, format="%Y-%m-%d"),
    )
    deadline_on = forms.DateField(
        validators=[is_near],
        label=_("截止日期"),
        required=False,
        help_text=_("不填时间即当日 24:00 截止"),
        widget=forms.DateInput(attrs=_DATE, format="%Y-%m-%d"),
    )
    deadline_time = forms.TimeField(
        label=_("截止时间"), required=False, widget=forms.TimeInput(attrs={"type": "time"})
    )

    def is_used(self) -> bool:
        return self.is_bound and any(
            str(self.data.get(self.add_prefix(name), "")).strip() for name in ("title", "deadline_on")
        )

    def clean_intake_years(self) -> list[int]:
        return read_intakes(self.cleaned_data["intake_years"])

    def clean_excluded_intake_years(self) -> list[int]:
        return read_intakes(self.cleaned_data["excluded_intake_years"])

    def clean(self) -> dict[str, Any]:
        given = self.cleaned_data
        if not given.get("title"):
            self.add_error("title", _("请填写阶段名称。"))
        days = {"opens_on", "deadline_on"}
        if not days & self.errors.keys() and not all(given.get(name) for name in days):
            text = _("请填写阶段“%(title)s”的开始日期和截止日期。")
            self.add_error("deadline_on", text % {"title": given.get("title", "")})
        return given

    def plan(self) -> PhasePlan:
        """What `launch_round` takes."""
        given = self.cleaned_data
        return PhasePlan(
            title=given["title"],
            opens_at=opening_of(given["opens_on"]),
            deadline_at=deadline_of(given["deadline_on"], given["deadline_time"]),
            intake_years=given["intake_years"],
            excluded_intake_years=given["excluded_intake_years"],
        )


class StandingForm(forms.Form):
    """日常变更 of which form, for which province."""

    use_required_attribute = False

    unit = forms.ModelChoiceField(label=_("发起单位"), queryset=OrgUnit.objects.none(), empty_label=None)
    field_list = forms.ModelChoiceField(label=_("收集表"), queryset=newest_lists(), empty_label=None)

    def __init__(self, data: Any = None, *, user: User) -> None:
        super().__init__(data)
        own = user.units_in_charge().allowing(LAUNCH_ROUND).own_unit_ids()
        chosen: Any = self.fields["unit"]
        chosen.queryset = OrgUnit.objects.filter(pk__in=own)


def opening_of(day: date) -> datetime:
    """0:00 of the day; today means now."""
    return clock.now() if day == clock.today() else clock.day_start(day)


def deadline_of(day: date, time: time | None) -> datetime:
    """To the minute (WB-4: 12:00 sharp); without a time 24:00 of the day."""
    return datetime.combine(day, time, tzinfo=clock.SHANGHAI) if time else clock.day_end(day)
