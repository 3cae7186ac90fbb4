"""Input of the upload page: the file and the round, then the confirmation that carries what was checked, sealed."""

from __future__ import annotations

import base64
import json
import zlib
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from cryptography.fernet import InvalidToken
from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.field_lists import RowInput
from accounts.models import CollectionRound
from accounts.operations.upload import UnitForm
from orgs.kernel import clock
from orgs.kernel.crypto import KeyMissing, decrypt, encrypt

if TYPE_CHECKING:
    from collections.abc import Sequence

    from accounts.querysets.collection import CollectionRoundQuerySet
    from orgs.models import User

STANDS_FOR = timedelta(hours=2)


class UploadForm(forms.Form):
    """Which file for which round."""

    round = forms.ModelChoiceField(
        label=_("填报任务"), queryset=CollectionRound.objects.none(), empty_label=None
    )
    file = forms.FileField(
        label=_("收集表文件"),
        help_text=_("Excel（.xlsx）或 CSV，不超过 10 MB"),
        widget=forms.ClearableFileInput(attrs={"accept": ".xlsx,.csv"}),
        error_messages={"required": _("请选择文件。"), "empty": _("文件是空的，请重新选择文件。")},
    )

    def __init__(self, *args: Any, rounds: CollectionRoundQuerySet, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["round"].queryset = rounds  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True)
class Sealed:
    """What a preview hands to its confirmation: for this person, this round, and not for long."""

    round_id: int
    nonce: str
    forms: list[UnitForm]


class ConfirmForm(forms.Form):
    """The confirmation. `sealed` is encrypted with the field keys: personal data rests in no file, cache or session."""

    sealed = forms.CharField(widget=forms.HiddenInput)
    all_or_nothing = forms.BooleanField(required=False)

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._user = user

    def clean_sealed(self) -> Sealed:
        try:
            return unseal(self.cleaned_data["sealed"], user=self._user)
        except (ValueError, KeyError, TypeError, InvalidToken, KeyMissing, zlib.error) as error:
            raise forms.ValidationError(_("检查结果已过期，请重新上传文件。")) from error


def seal(unit_forms: Sequence[UnitForm], *, round: CollectionRound, nonce: str, user: User) -> str:
    """The checked forms as one encrypted text."""
    content = {
        "user": user.pk,
        "round": round.pk,
        "nonce": nonce,
        "at": clock.now().isoformat(),
        "forms": [asdict(each) for each in unit_forms],
    }
    packed = zlib.compress(json.dumps(content, ensure_ascii=False).encode())
    return encrypt(base64.b64encode(packed).decode())


def unseal(text: str, *, user: User) -> Sealed:
    """The checked forms again; ValueError when they are somebody else's or too old."""
    content = json.loads(zlib.decompress(base64.b64decode(decrypt(text))))
    if content["user"] != user.pk or clock.now() - datetime.fromisoformat(content["at"]) > STANDS_FOR:
        raise ValueError("not for this person, or no longer")
    unit_forms = [
        UnitForm(
            each["unit_id"],
            each["unit_name"],
            tuple(RowInput(**row) for row in each["rows"]),
            tuple((sheet, number) for sheet, number in each["numbers"]),
            each["version"],
        )
        for each in content["forms"]
    ]
    return Sealed(content["round"], content["nonce"], unit_forms)
