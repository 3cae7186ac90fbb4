"""Personal data at rest: encrypted fields, blind indexes to look a value up, masks to show it.

SECURITY: keys come from settings.FIELD_KEYS (first = current) and settings.BLIND_INDEX_KEY, never from SECRET_KEY.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import unicodedata
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django import forms
from django.conf import settings
from django.core.exceptions import FieldError, ValidationError
from django.db import connection, models
from django.db.models.functions import Cast
from django.utils.translation import gettext_lazy

_MOBILE = re.compile(r"(?:\+?86|0086)?(1[3-9]\d{9})", re.ASCII)
_NUMBER_LIKE = re.compile(r"\+?[\d\-()]+", re.ASCII)
_DASHES = re.compile("[-\u2010-\u2015\u2212()]")


class KeyMissing(RuntimeError):
    """A stored token can't be opened with any of settings.FIELD_KEYS."""


@lru_cache(maxsize=4)
def _fernets(keys: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([Fernet(key) for key in keys])


@lru_cache(maxsize=4)
def _current_fernet(key: str) -> Fernet:
    return Fernet(key)


def encrypt(text: str) -> str:
    """A token of the text under the current key; the same text gives another token every time."""
    return _fernets(tuple(settings.FIELD_KEYS)).encrypt(text.encode()).decode("ascii")


def decrypt(token: str) -> str:
    """The text behind a token; raises KeyMissing if no key opens it."""
    try:
        return _fernets(tuple(settings.FIELD_KEYS)).decrypt(token.encode("ascii")).decode()
    except (InvalidToken, UnicodeEncodeError):
        raise KeyMissing("a stored value can't be opened: a key is missing from FIELD_KEYS") from None


if TYPE_CHECKING:
    _TextField = models.TextField[Any, Any]
else:
    _TextField = models.TextField


SEALED = "sealed\0"  # NUL can come from no form: only a file of ours begins with it


class _Encrypted(_TextField):
    """A text column of tokens. Nothing but emptiness can be asked of it in SQL."""

    empty_strings_allowed = True

    def get_lookup(self, lookup_name: str) -> Any:
        if lookup_name != "isnull":
            raise FieldError(
                f"{self.name} is encrypted: only isnull can be asked of it; look up by its blind index"
            )
        return super().get_lookup(lookup_name)

    def get_transform(self, lookup_name: str) -> Any:
        raise FieldError(f"{self.name} is encrypted: {lookup_name} can't be asked of it")

    def value_to_string(self, obj: models.Model) -> Any:
        """What `dumpdata` writes: the value sealed again, never in clear; `loaddata` opens it with the same keys."""
        stored = self.get_prep_value(self.value_from_object(obj))
        return SEALED + stored if stored else stored

    def to_python(self, value: Any) -> Any:
        if isinstance(value, str) and value.startswith(SEALED):
            return self._opened(value.removeprefix(SEALED))
        return self._typed(value)

    def _opened(self, token: str) -> Any:
        return decrypt(token)

    def _typed(self, value: Any) -> Any:
        return super().to_python(value)

    def formfield(self, **kwargs: Any) -> Any:
        return super().formfield(**{"widget": forms.TextInput, **kwargs})


class EncryptedTextField(_Encrypted):
    """A text that stands encrypted in the database; None and "" stay what they are."""

    description = gettext_lazy("加密文本")

    def get_prep_value(self, value: Any) -> Any:
        text = super().get_prep_value(value)
        return encrypt(str(text)) if text else text

    def from_db_value(self, value: str | None, expression: object, connection: object) -> str | None:
        return decrypt(value) if value else value


class EncryptedJSONField(_Encrypted):
    """A JSON value that stands encrypted in the database; None stays NULL."""

    if TYPE_CHECKING:
        # As of models.JSONField, not of the text column it stands in.
        _pyi_private_set_type: Any
        _pyi_private_get_type: Any

    description = gettext_lazy("加密的结构化数据")

    def get_prep_value(self, value: Any) -> Any:
        if value is None or hasattr(value, "resolve_expression"):
            return value
        return encrypt(json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")))

    def from_db_value(self, value: str | None, expression: object, connection: object) -> Any:
        return json.loads(decrypt(value)) if value else None

    def _opened(self, token: str) -> Any:
        return json.loads(decrypt(token))

    def _typed(self, value: Any) -> Any:
        return value

    def validate(self, value: Any, model_instance: models.Model | None) -> None:
        models.Field.validate(self, value, model_instance)
        try:
            json.dumps(value)
        except TypeError as error:
            raise ValidationError(gettext_lazy("内容不是可以保存的结构，请检查。"), code="invalid") from error

    def formfield(self, **kwargs: Any) -> Any:
        return models.Field.formfield(self, **{"form_class": forms.JSONField, **kwargs})


def normalised(value: str) -> str:
    """The form in which equal values are equal: NFKC, no white space, case folded; numbers also without dashes and +86."""
    text = "".join(unicodedata.normalize("NFKC", value).split()).casefold()
    digits = _DASHES.sub("", text)
    # An id such as a-b differs from ab: only what is a number loses its dashes.
    return digits.removeprefix("+86") if _NUMBER_LIKE.fullmatch(digits) else text


def blind_index(value: str, purpose: str) -> str:
    """A keyed digest by which an encrypted value is found again; "" for an empty value.

    `purpose` separates the indexes ("mobile", "wechat"): the same text under two purposes has two digests.
    """
    text = normalised(value)
    if not text:
        return ""
    message = f"{purpose}\0{text}".encode()
    return hmac.new(settings.BLIND_INDEX_KEY.encode(), message, hashlib.sha256).hexdigest()


def normalise_mobile(value: str) -> str | None:
    """The eleven digits of a mainland mobile number however it was typed; None if it is none."""
    text = _DASHES.sub("", "".join(unicodedata.normalize("NFKC", value).split()))
    found = _MOBILE.fullmatch(text)
    return found[1] if found else None


def mask_mobile(value: str | None) -> str:
    """138****0123; anything that is not a mobile number is masked as an id."""
    number = normalise_mobile(value or "")
    return f"{number[:3]}****{number[-4:]}" if number else mask_id(value)


def mask_id(value: str | None) -> str:
    """An account id or QQ number with its middle hidden, its length too: li****01."""
    text = (value or "").strip()
    if len(text) >= 6:
        return f"{text[:2]}****{text[-2:]}"
    return f"{text[:1]}****" if text else ""


def mask_name(value: str | None) -> str:
    """张**: the family name, the number of characters hidden."""
    text = (value or "").strip()
    return f"{text[:1]}**" if text else ""


def encrypted_fields(model: type[models.Model]) -> list[models.Field[Any, Any]]:
    """The fields of a model that hold tokens."""
    return [field for field in model._meta.local_concrete_fields if isinstance(field, _Encrypted)]


def rotate(model: type[models.Model], batch: int = 500) -> int:
    """Re-encrypt under the current key what stands under an older one; returns the number of values rewritten.

    Can be stopped and repeated; a value changed meanwhile is left alone, as it was written with the current key.
    """
    return sum(_rotate_field(model, field, batch) for field in encrypted_fields(model))


def _rotate_field(model: type[models.Model], field: models.Field[Any, Any], batch: int) -> int:
    rows = model._base_manager.order_by("pk").annotate(token=Cast(field.name, models.TextField()))
    last_pk, n_rewritten = None, 0
    while True:
        page = rows if last_pk is None else rows.filter(pk__gt=last_pk)
        found = list(page.values_list("pk", "token")[:batch])
        if not found:
            return n_rewritten
        last_pk = found[-1][0]
        n_rewritten += _rewrite(
            model, field, [(pk, token) for pk, token in found if token and not _is_current(token)]
        )


def renewed(token: str) -> str | None:
    """The token under the current key; None where it stands under that one already. Raises KeyMissing."""
    return None if _is_current(token) else encrypt(decrypt(token))


def _is_current(token: str) -> bool:
    try:
        _current_fernet(settings.FIELD_KEYS[0]).decrypt(token.encode("ascii"))
    except InvalidToken:
        return False
    return True


def _rewrite(model: type[models.Model], field: models.Field[Any, Any], stale: list[tuple[Any, str]]) -> int:
    quote, primary = connection.ops.quote_name, model._meta.pk
    update = (
        f"UPDATE {quote(model._meta.db_table)} SET {quote(str(field.column))} = %s"  # noqa: S608 - quoted names of the model
        f" WHERE {quote(str(primary.column))} = %s AND {quote(str(field.column))} = %s"
    )
    n_rewritten = 0
    with connection.cursor() as cursor:
        for pk, token in stale:
            cursor.execute(
                update, [encrypt(decrypt(token)), primary.get_db_prep_value(pk, connection), token]
            )
            n_rewritten += cursor.rowcount
    return n_rewritten
