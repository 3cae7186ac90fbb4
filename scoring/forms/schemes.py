"""Input about schemes: the text of a scheme, typed or as a file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django import forms
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _

from orgs.kernel.yaml_text import LONGEST_TEXT
from scoring.exceptions import SchemeInvalid
from scoring.scheme_files import parse

if TYPE_CHECKING:
    from scoring.scheme_files import SchemeFile

LARGEST_FILE = 4 * LONGEST_TEXT  # bytes: a Chinese character takes three
MOST_PROBLEMS = 50


class SchemeForm(forms.Form):
    """A scheme as YAML; a file takes the place of what was typed. `scheme` is what was read, once the form is right."""

    use_required_attribute = False

    file = forms.FileField(
        label=_("方案文件"),
        required=False,
        help_text=_("YAML（.yaml），UTF-8 编码；选了文件就以文件为准"),
        widget=forms.ClearableFileInput(attrs={"accept": ".yaml,.yml"}),
        error_messages={"empty": _("文件是空的，请重新选择文件。")},
    )
    text = forms.CharField(
        label=_("方案内容"),
        required=False,
        max_length=LONGEST_TEXT,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 24, "class": "input code", "spellcheck": "false"}),
        help_text=_("按“键: 值”填写；可打开已有方案，点“另存新版”，在它的内容上修改"),
    )

    scheme: SchemeFile | None = None
    source: str = ""

    def clean(self) -> None:
        """Read and check the scheme; every problem stands at the text, with line and key."""
        super().clean()
        if self.errors:
            return
        try:
            self.source = self._given()
            self.scheme = parse(self.source)
        except SchemeInvalid as error:
            for each in error.problems[:MOST_PROBLEMS] or [error.message]:
                self.add_error("text", each)

    def _given(self) -> str:
        file = self.cleaned_data.get("file")
        if file is None:
            text: str = self.cleaned_data.get("text", "")
            if not text.strip():
                raise SchemeInvalid(say("请选择文件，或填写方案内容。"))
            return text.replace("\r\n", "\n")
        if file.size > LARGEST_FILE:
            raise SchemeInvalid(say("文件太大，请检查是否选错了文件。"))
        try:
            return str(file.read().decode("utf-8-sig"))
        except UnicodeDecodeError as error:
            raise SchemeInvalid(say("文件打不开，请确认是 UTF-8 编码的 YAML 文件。")) from error
