"""Input about evidence: the paper's name, its day, its file; or one that was handed in before."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django import forms
from django.utils.translation import gettext_lazy as _

from orgs.kernel.document_guard import ACCEPT
from scoring.operations.evidence import LONGEST_TITLE

if TYPE_CHECKING:
    from django.core.files.uploadedfile import UploadedFile
    from django.http import QueryDict
    from django.utils.datastructures import MultiValueDict

    from scoring.models import Score


class EvidenceForm(forms.Form):
    """Its fields stand in the panel, inside the sheet's own form, and name by `form=` the one they belong to."""

    use_required_attribute = False

    title = forms.CharField(
        label=_("材料名称"),
        max_length=LONGEST_TITLE,
        required=False,
        widget=forms.TextInput(attrs={"class": "input", "autocomplete": "off"}),
    )
    dated_on = forms.DateField(
        label=_("日期"),
        required=False,
        widget=forms.DateInput(attrs={"class": "input", "type": "date"}, format="%Y-%m-%d"),
        error_messages={"invalid": _("请填写日期，如 2026-11-20。")},
    )
    file = forms.FileField(
        label=_("文件"),
        required=False,
        help_text=_("PDF、Word（.docx）、Excel（.xlsx）或图片（.jpg、.png），不超过10 MB"),
        widget=forms.FileInput(attrs={"accept": ACCEPT}),
        error_messages={"empty": _("文件是空的，请重新选择文件。"), "invalid": _("请选择文件。")},
    )

    def __init__(
        self,
        score: Score,
        data: QueryDict | None = None,
        files: MultiValueDict[str, UploadedFile[bytes]] | None = None,
    ) -> None:
        super().__init__(data, files, auto_id=f"evidence-{score.pk}-%s")
        self.owner = f"evidence-{score.pk}"
        for field in self.fields.values():
            field.widget.attrs["form"] = self.owner
