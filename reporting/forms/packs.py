"""Input about campaigns: the pack as text or as a file, and why a campaign ends."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from orgs.kernel.yaml_text import LONGEST_TEXT
from reporting.operations.campaigns import LONGEST_REASON

LARGEST_FILE = 1024 * 1024


class PackForm(forms.Form):
    """A pack in the making; `version` is the number of the newest version the writer has seen, 0 where there is none."""

    use_required_attribute = False

    text = forms.CharField(
        label=_("部署内容"),
        max_length=LONGEST_TEXT,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 28, "spellcheck": "false", "wrap": "off"}),
        help_text=_("格式为 YAML；可用的键见页面下方"),
        error_messages={"required": _("请填写部署内容，或上传部署文件。")},
    )
    file = forms.FileField(
        label=_("或上传部署文件"),
        required=False,
        allow_empty_file=True,
        widget=forms.FileInput(attrs={"accept": ".yaml,.yml,text/yaml"}),
        help_text=_("扩展名 .yaml，UTF-8 编码；选了文件，就用文件的内容代替上面的内容"),
    )
    version = forms.IntegerField(widget=forms.HiddenInput, initial=0, required=False)

    def __init__(self, data: Any = None, files: Any = None, **kwargs: Any) -> None:
        super().__init__(data, files, **kwargs)
        if files and "file" in files:
            self.fields["text"].required = False

    def clean_file(self) -> str | None:
        given = self.cleaned_data["file"]
        if given is None:
            return None
        if given.size > LARGEST_FILE:
            raise ValidationError(_("文件超过1兆，请确认选对了文件。"))
        try:
            return str(given.read().decode("utf-8-sig"))
        except UnicodeDecodeError as error:
            raise ValidationError(_("打不开这个文件，请确认是 UTF-8 编码的文本文件。")) from error

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        if self.errors:
            return given
        text = given["file"] if given["file"] is not None else given["text"]
        given["text"] = text.replace("\r\n", "\n").replace("\r", "\n")
        if not given["text"].strip():
            self.add_error("text", _("请填写部署内容，或上传部署文件。"))
        return given


class EndForm(forms.Form):
    """Why the campaign ends."""

    use_required_attribute = False

    reason = forms.CharField(
        label=_("结束的理由"),
        max_length=LONGEST_REASON,
        help_text=_("记入操作日志，如：总结已经收齐"),
        error_messages={"required": _("请填写结束的理由。")},
    )
