"""Input about 不良信息: words of a list and times, never content (SUP-2.2.1c)."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.choices import IncidentCategory, IncidentOutcome
from accounts.models import Account, Group
from accounts.operations.incidents import LONGEST_REASON
from orgs.kernel import clock
from orgs.querysets.scope import UnitsInCharge

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

    from orgs.models import OrgUnit

_CHOOSE = [("", _("请选择"))]


def _date(label: _StrPromise, missing: _StrPromise) -> forms.DateField:
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=label, widget=widget, error_messages={"required": missing})


def _time(label: _StrPromise, missing: _StrPromise) -> forms.TimeField:
    widget = forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
    return forms.TimeField(
        label=label,
        widget=widget,
        help_text=_("24小时制，例如：15:30"),
        error_messages={"required": missing},
    )


class RecordForm(forms.Form):
    """What was found on which channel of the unit, and when."""

    use_required_attribute = False

    category = forms.ChoiceField(
        label=_("类别"),
        choices=[*_CHOOSE, *IncidentCategory.choices],
        help_text=_("只登记类别，不要上传或抄录信息内容"),
        error_messages={"required": _("请选择类别。")},
    )
    channel = forms.ChoiceField(label=_("渠道"), required=False, help_text=_("不能确定时可以不选"))
    found_on = _date(_("发现日期"), _("请填写发现日期。"))
    found_time = _time(_("发现时间"), _("请填写发现时间。"))

    def __init__(self, data: Any = None, *, unit: OrgUnit) -> None:
        now = clock.local(clock.now())
        super().__init__(data, initial={"found_on": now.date(), "found_time": now.time()})
        self.unit = unit
        inside = UnitsInCharge.below(unit)
        accounts = Account.objects.within(inside).filter(unit=unit).active().order_by("pk")
        groups = Group.objects.within(inside).filter(unit=unit).active().order_by("pk")
        self.channels: dict[str, Account | Group] = {
            f"{kind}-{each.pk}": each
            for kind, found in (("account", accounts), ("group", groups))
            for each in found
        }
        field: Any = self.fields["channel"]
        field.choices = [("", _("不确定")), *((key, str(each)) for key, each in self.channels.items())]

    def facts(self) -> dict[str, Any]:
        """What `record_incident` takes."""
        return {
            "category": self.cleaned_data["category"],
            "channel": self.channels.get(self.cleaned_data["channel"]),
            "found_at": _moment(self.cleaned_data["found_on"], self.cleaned_data["found_time"]),
        }


class HandleForm(forms.Form):
    """How it was handled and when."""

    use_required_attribute = False

    outcome = forms.ChoiceField(
        label=_("处置结果"),
        choices=[*_CHOOSE, *IncidentOutcome.choices],
        error_messages={"required": _("请选择处置结果。")},
    )
    handled_on = _date(_("处置日期"), _("请填写处置日期。"))
    handled_time = _time(_("处置时间"), _("请填写处置时间。"))

    def __init__(self, data: Any = None) -> None:
        now = clock.local(clock.now())
        super().__init__(data, initial={"handled_on": now.date(), "handled_time": now.time()})

    def facts(self) -> dict[str, Any]:
        """What `handle_incident` takes."""
        moment = _moment(self.cleaned_data["handled_on"], self.cleaned_data["handled_time"])
        return {"outcome": self.cleaned_data["outcome"], "handled_at": moment}


class GraveForm(forms.Form):
    """Why a superior marks it as grave, or takes that back."""

    use_required_attribute = False

    reason = forms.CharField(
        label=_("理由"),
        max_length=LONGEST_REASON,
        help_text=_("写依据和影响，不要写姓名、号码和信息原文；会保留在操作记录中"),
        error_messages={"required": _("请填写理由。")},
    )


def _moment(day: Any, time: Any) -> datetime:
    return datetime.combine(day, time, tzinfo=clock.SHANGHAI)
