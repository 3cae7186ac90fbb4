"""Input about a result: objections and their answers, decisions, corrections, scans, publication."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django import forms
from django.utils.translation import gettext_lazy as _

from orgs.kernel.document_guard import ACCEPT
from scoring.choices import Audience, Grade, ObjectionState, ScanKind
from scoring.operations import corrections, decisions, objections

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.http import QueryDict

    from scoring.models import Criterion, SheetObjection

WHOLE = ("", _("考评结果整体"))


class ObjectionForm(forms.Form):
    """What the unit objects to, and why."""

    use_required_attribute = False
    prefix = "objection"

    criterion = forms.ChoiceField(label=_("对哪一项有异议"), required=False)
    text = forms.CharField(
        label=_("异议内容"),
        max_length=objections.LONGEST,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("写明理由和依据，不要写手机号、身份证号"),
        error_messages={"required": _("请填写异议内容。")},
    )

    def __init__(self, data: QueryDict | None, criteria: Sequence[Criterion]) -> None:
        super().__init__(data)
        self.criteria = {each.code: each for each in criteria}
        names = [(each.code, f"{each.code} {each}") for each in criteria]
        self.fields["criterion"] = forms.ChoiceField(
            label=_("对哪一项有异议"), required=False, choices=[WHOLE, *names]
        )

    def chosen(self) -> Criterion | None:
        """The criterion; None: the result as a whole."""
        return self.criteria.get(self.cleaned_data["criterion"])


class AnswerForm(forms.Form):
    """Whether an objection is upheld, and the answer."""

    use_required_attribute = False

    verdict = forms.ChoiceField(
        label=_("结论"),
        choices=[each for each in ObjectionState.choices if each[0] != ObjectionState.OPEN],
        widget=forms.RadioSelect,
        error_messages={"required": _("请选择异议是否成立。")},
    )
    text = forms.CharField(
        label=_("答复内容"),
        max_length=objections.LONGEST,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("单位能看到；异议成立的，答复即更正得分的理由"),
        error_messages={"required": _("请填写答复内容。")},
    )

    def __init__(self, data: QueryDict | None, objection: SheetObjection) -> None:
        super().__init__(data, prefix=f"answer-{objection.pk}")


class ReviseForm(forms.Form):
    """Other points for a criterion an upheld objection names."""

    use_required_attribute = False

    criterion = forms.ChoiceField(label=_("评分点"))
    points = forms.DecimalField(
        label=_("更正后的得分"),
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
        error_messages={"required": _("请填写得分。"), "invalid": _("请填写数字，如 0.5。")},
    )

    def __init__(
        self, data: QueryDict | None, objection: SheetObjection, criteria: Sequence[Criterion]
    ) -> None:
        super().__init__(data, prefix=f"revise-{objection.pk}")
        usable = [objection.criterion] if objection.criterion else list(criteria)
        self.fields["criterion"] = forms.ChoiceField(
            label=_("评分点"), choices=[(each.code, f"{each.code} {each}") for each in usable]
        )


class DecisionForm(forms.Form):
    """党组会决定 with its record."""

    use_required_attribute = False
    prefix = "decision"

    grade = forms.ChoiceField(label=_("决定等次"), choices=Grade.choices)
    record_number = forms.CharField(
        label=_("会议纪要号"),
        max_length=decisions.LONGEST_NUMBER,
        error_messages={"required": _("请填写会议纪要号。")},
    )
    held_on = forms.DateField(
        label=_("会议日期"),
        widget=forms.DateInput(attrs={"type": "date"}),
        error_messages={"required": _("请填写会议日期。"), "invalid": _("请填写日期，如 2013-12-31。")},
    )
    reason = forms.CharField(
        label=_("决定内容"),
        max_length=decisions.LONGEST,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("请填写决定内容。")},
    )


class CorrectionForm(forms.Form):
    """Why a final sheet is corrected."""

    use_required_attribute = False
    prefix = "correction"

    reason = forms.CharField(
        label=_("更正理由"),
        max_length=corrections.LONGEST,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("请填写更正理由。")},
    )


class ScanForm(forms.Form):
    """A signed and sealed paper as a file."""

    use_required_attribute = False
    prefix = "scan"

    kind = forms.ChoiceField(label=_("种类"), choices=ScanKind.choices)
    file = forms.FileField(
        label=_("扫描件"),
        help_text=_("PDF 或图片（.jpg、.png），不超过10 MB；上传后不能更换"),
        widget=forms.ClearableFileInput(attrs={"accept": ACCEPT}),
        error_messages={
            "required": _("请选择文件。"),
            "empty": _("文件是空的，请重新选择文件。"),
            "invalid": _("请选择文件。"),
        },
    )


class PublishForm(forms.Form):
    """What the units will read of the results."""

    use_required_attribute = False

    audience = forms.ChoiceField(
        label=_("公布范围"),
        choices=Audience.choices,
        initial=Audience.OWN,
        widget=forms.RadioSelect,
        help_text=_("由本级团委决定；公布后不能更改"),
        error_messages={"required": _("请选择公布范围。")},
    )
