"""Forms about bases: record one, upload a file, confirm what was checked."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from django import forms
from django.core import signing
from django.utils.translation import gettext_lazy as _

from orgs.choices import Measure
from orgs.kernel import clock
from orgs.operations.base_load import NewBase
from orgs.operations.bases import FIRST_YEAR, LARGEST_COUNT, LONGEST_SOURCE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from orgs.models import OrgUnit, User

STANDS_FOR_SECONDS = 2 * 60 * 60
SALT = "orgs.bases.import"


class RecordBaseForm(forms.Form):
    """底数 with year and source."""

    measure = forms.ChoiceField(label=_("口径"), choices=Measure.choices)
    count = forms.IntegerField(
        label=_("人数（个数）"),
        min_value=0,
        max_value=LARGEST_COUNT,
        error_messages={"required": _("请填写数字。")},
    )
    year = forms.IntegerField(label=_("年份"), min_value=FIRST_YEAR, max_value=2100)
    source = forms.CharField(
        label=_("来源"),
        max_length=LONGEST_SOURCE,
        help_text=_("例如：2012年底团内统计"),
        error_messages={"required": _("请填写来源。")},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["year"].initial = clock.today().year


class UploadBasesForm(forms.Form):
    """Which file."""

    file = forms.FileField(
        label=_("底数文件"),
        help_text=_("Excel（.xlsx）或 CSV；表头：代码、全称（可不填）、口径、底数、年份、来源"),
        widget=forms.ClearableFileInput(attrs={"accept": ".xlsx,.csv"}),
        error_messages={"required": _("请选择文件。"), "empty": _("文件是空的，请重新选择文件。")},
    )


class ConfirmBasesForm(forms.Form):
    """The confirmation carries what was checked, signed: for this person, this unit, and not for long."""

    sealed = forms.CharField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, user: User, unit: OrgUnit, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._owner = _owner(user, unit)

    def clean_sealed(self) -> list[NewBase]:
        try:
            content = signing.loads(self.cleaned_data["sealed"], salt=SALT, max_age=STANDS_FOR_SECONDS)
        except signing.BadSignature as error:
            raise forms.ValidationError(_("检查结果已过期，请重新上传文件。")) from error
        if content["owner"] != self._owner:
            raise forms.ValidationError(_("检查结果已过期，请重新上传文件。"))
        return [NewBase(**each) for each in content["bases"]]


def seal(bases: Sequence[NewBase], *, user: User, unit: OrgUnit) -> str:
    """The checked figures as one signed text; they are no secret, but nobody may change them."""
    content = {"owner": _owner(user, unit), "bases": [asdict(each) for each in bases]}
    return signing.dumps(content, salt=SALT, compress=True)


def _owner(user: User, unit: OrgUnit) -> list[int]:
    return [user.pk, unit.pk]
