"""A person whose every word is nobody else's, and everything that stands in the database and on disk, opened."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path

from django.apps import apps
from django.conf import settings

from accounts.operations.registry import PersonalData
from orgs.kernel import sealed

CANARY = PersonalData("金丝雀", "canary_wx_777", "黄雀鸟", "7654321099", "13977700077")
EMAIL = "canary777@example.org"
WORDS = (CANARY.name, CANARY.wechat_id, CANARY.nickname, CANARY.qq, CANARY.mobile, EMAIL)


def found_in(text: str) -> set[str]:
    return {word for word in WORDS if word in text or json.dumps(word)[1:-1] in text}


def stored() -> dict[str, set[str]]:
    """Model or file -> the canary's words that stand there; encrypted values are read as their owner reads them."""
    told = {}
    for model in apps.get_models():
        rows = str(list(model._base_manager.values_list()))
        told[model._meta.label] = found_in(rows)
    for path in Path(settings.MEDIA_ROOT).glob("*/*.bin"):
        told[f"{path.parent.name}/{path.name}"] = found_in(_opened(b"".join(sealed.pieces(path))))
    return {place: words for place, words in told.items() if words}


def _opened(data: bytes) -> str:
    if not data.startswith(b"PK"):
        return data.decode("utf-8", "replace")
    with zipfile.ZipFile(io.BytesIO(data)) as packed:
        return "".join(packed.read(each).decode("utf-8", "replace") for each in packed.infolist())
