"""Where a person's words may stand: every text of every model of ours, in clear or encrypted."""

from __future__ import annotations

import json
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.db import models
from django.db.models import Q, TextField
from django.db.models.functions import Cast
from django.utils.translation import gettext as _

from orgs.kernel.crypto import encrypted_fields
from orgs.models import OrgUnit, User

if TYPE_CHECKING:
    from collections.abc import Iterator

    from orgs.kernel.forgetting import Words

APPS = ("orgs", "accounts", "reporting", "scoring")
AT_ONCE = 300
# No words of persons can stand there, and there are many: names and figures of units, digests, jobs' ids.
LEFT_OUT = {"reporting.WeekUnit", "orgs.AuditEntry", "orgs.AuditLink", "orgs.UnitVersion"}
# Found by index, not by their words: another person in the unit may have the same name.
OWN_ROWS = {"orgs.User", "orgs.Invitation", "accounts.Administratorship", "orgs.Erasure"}
# What a channel of a unit is called in public; some are named like a person's own id.
CHANNELS = {
    "accounts.Account": {"identifier", "identifier_key", "nickname"},
    "accounts.AccountVersion": {"nickname"},
    "accounts.Group": {"name"},
    "accounts.GroupVersion": {"name"},
    "accounts.HandedAccount": {"user_name", "user_name_key"},
    "reporting.Collector": {"identifier"},
    "reporting.Statistic": {"identifier"},
    "orgs.OrgUnit": {"name", "short_name", "search_key"},
}
HOPS = 3


@dataclass(frozen=True, slots=True)
class Place:
    """One model: its texts in clear, its structures, its encrypted fields, and the paths to the units of a row."""

    model: type[models.Model]
    plain: tuple[str, ...]
    sealed: tuple[str, ...]
    units: tuple[str, ...]

    @property
    def label(self) -> str:
        words = str(self.model._meta.verbose_name)
        if not words.isascii():
            return words
        return _("收集表") if self.model._meta.app_label == "accounts" else _("其他记录")

    def is_sealed(self, values: dict[str, Any]) -> bool:
        """Whether these values of a row are its encrypted ones."""
        return values.keys() <= set(self.sealed)

    def rows(self, words: Words) -> Iterator[tuple[Any, dict[str, Any]]]:
        """(primary key, field -> value) of every row in which a word stands, near or not."""
        yield from self._in_clear(words)
        if self.sealed:
            found = self.model._base_manager.order_by("pk").values_list("pk", *self.sealed)
            for pk, *values in found.iterator(chunk_size=AT_ONCE):
                if any(words.nearby.search(_text(value)) for value in values if value):
                    yield pk, dict(zip(self.sealed, values, strict=True))

    def read(self, pks: list[Any], names: tuple[str, ...]) -> Iterator[tuple[Any, dict[str, Any]]]:
        """These rows as they are now."""
        for start in range(0, len(pks), AT_ONCE):
            rows = self.model._base_manager.filter(pk__in=pks[start : start + AT_ONCE]).order_by("pk")
            for pk, *values in rows.values_list("pk", *names):
                yield pk, dict(zip(names, values, strict=True))

    def near(self, pks: list[Any], unit_ids: set[int], user_ids: set[int]) -> set[Any]:
        """Which of the rows the person had to do with: of a unit of theirs, or written by them."""
        condition = Q()
        for path in self.units:
            condition |= Q(**{f"{path}__in": unit_ids})
        for field in self.model._meta.local_concrete_fields:
            if isinstance(field, models.ForeignKey) and field.related_model is User:
                condition |= Q(**{f"{field.name}__in": user_ids})
        if not condition:
            return set()
        return set(self.model._base_manager.filter(condition, pk__in=pks).values_list("pk", flat=True))

    def _in_clear(self, words: Words) -> Iterator[tuple[Any, dict[str, Any]]]:
        if not self.plain:
            return
        rows, condition = self.model._base_manager.order_by("pk"), Q()
        for name in self.plain:
            rows = rows.annotate(**{f"{name}_text": Cast(name, TextField())})
            for word in words.all:
                # SQLite keeps Chinese in a structure as \uXXXX.
                for spelt in {word, json.dumps(word)[1:-1]}:
                    condition |= Q(**{f"{name}_text__contains": spelt})
        if condition:
            for pk, *values in rows.filter(condition).values_list("pk", *self.plain):
                yield pk, dict(zip(self.plain, values, strict=True))


def places() -> Iterator[Place]:
    """Every place that is looked at."""
    for app in APPS:
        for model in apps.get_app_config(app).get_models():
            if model._meta.label not in LEFT_OUT:
                place = _place(model)
                if place.plain or place.sealed:
                    yield place


def chunks(rows: Iterator[tuple[Any, dict[str, Any]]]) -> Iterator[list[tuple[Any, dict[str, Any]]]]:
    """A few rows at a time."""
    while some := list(islice(rows, AT_ONCE)):
        yield some


def _place(model: type[models.Model]) -> Place:
    label = model._meta.label
    sealed = {field.name for field in encrypted_fields(model)}
    texts = [
        field.name
        for field in model._meta.local_concrete_fields
        if isinstance(field, (models.CharField, models.TextField, models.JSONField))
        and not field.choices
        and field.editable
        and field.name not in sealed | CHANNELS.get(label, set())
    ]
    own = label in OWN_ROWS
    is_user = model is User
    return Place(
        model,
        () if is_user else tuple(texts),
        () if own else tuple(sorted(sealed)),
        tuple(_unit_paths(model, HOPS)),
    )


def _unit_paths(model: type[models.Model], hops: int) -> Iterator[str]:
    """The ways from a row to units: its own, and those of what it hangs on."""
    links = [
        field
        for field in model._meta.local_concrete_fields
        if isinstance(field, models.ForeignKey) and field.related_model not in {User, model}
    ]
    yield from (field.name for field in links if field.related_model is OrgUnit)
    if hops > 1:
        for field in links:
            if field.related_model is not OrgUnit:
                yield from (f"{field.name}__{path}" for path in _unit_paths(field.related_model, hops - 1))


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
