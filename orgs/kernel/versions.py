"""Validity rows: a fact was so in [valid_from, valid_to). Written at the moment it changes, never backdated."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator
from datetime import datetime
from functools import lru_cache
from itertools import islice
from typing import Any, ClassVar, Self, TypeVar

from django.db import models, transaction
from django.db.models import Max, Q
from django.utils.translation import gettext_lazy

_BATCH = 500
_KEYS_AT_ONCE = 2_000
V = TypeVar("V", bound="Version")
Facts = dict[str, Any]


class Backdated(ValueError):
    """A version was to be written before the end of what is already recorded."""


class VersionQuerySet(models.QuerySet[V]):
    """Reads of validity rows."""

    def as_of(self, at: datetime) -> Self:
        """What was valid at that instant; valid_to itself no longer belongs to the interval."""
        return self.filter(Q(valid_to__isnull=True) | Q(valid_to__gt=at), valid_from__lte=at)

    def current(self) -> Self:
        """What has not been closed."""
        return self.filter(valid_to__isnull=True)


class Version(models.Model):
    """One validity row; concrete models add the key, the facts, and `constraints = [one_current(...)]`."""

    valid_from = models.DateTimeField(gettext_lazy("起"))
    valid_to = models.DateTimeField(gettext_lazy("止"), null=True, blank=True)

    objects: ClassVar[models.Manager[Any]] = VersionQuerySet.as_manager()

    class Meta:
        abstract = True


def one_current(*key_fields: str, name: str) -> models.UniqueConstraint:
    """The constraint that a key has at most one open version."""
    return models.UniqueConstraint(fields=key_fields, condition=Q(valid_to__isnull=True), name=name)


@transaction.atomic
def record(version_model: type[V], *, key: Facts, facts: Facts, at: datetime) -> V:
    """The facts of `key` are these from `at` on; returns the version that says so.

    Nothing is written where they already are. Facts not named keep their value. The caller holds the lock of the row
    the key belongs to. Raises Backdated if `at` lies before the current version, or within a closed one.
    """
    current = _versions(version_model).select_for_update().current().filter(**key).first()
    if current is None:
        _refuse_backdating(_last_end(version_model, key), at)
        return _versions(version_model).create(**key, **facts, valid_from=at)
    if not _differs(current, facts):
        return current
    _refuse_backdating(current.valid_from, at)
    successor = _successor(current, facts, at)
    if current.valid_from < at:
        _versions(version_model).filter(pk=current.pk).update(valid_to=at)
    successor.save()
    return successor


@transaction.atomic
def close(version_model: type[V], *, key: Facts, at: datetime) -> None:
    """From `at` on nothing is valid for `key`; a version of the same instant disappears, as it never was valid."""
    current = _versions(version_model).select_for_update().current().filter(**key).first()
    if current is None:
        return
    _refuse_backdating(current.valid_from, at)
    if current.valid_from == at:
        _versions(version_model).filter(pk=current.pk).delete()
    else:
        _versions(version_model).filter(pk=current.pk).update(valid_to=at)


@transaction.atomic
def record_many(
    version_model: type[V], key_field: str, rows: Iterable[tuple[Hashable, Facts]], at: datetime
) -> int:
    """`record` for many keys of one field (`unit_id`) with a handful of statements per batch; returns versions written."""
    iterator = iter(rows)
    n_written = 0
    while batch := dict(islice(iterator, _KEYS_AT_ONCE)):
        n_written += _record_batch(version_model, key_field, batch, at)
    return n_written


@transaction.atomic
def close_many(version_model: type[V], key_field: str, keys: Iterable[Hashable], at: datetime) -> int:
    """`close` for many keys of one field; returns the number of versions closed."""
    n_closed = 0
    for batch in _batches(keys):
        current = _versions(version_model).current().filter(**{f"{key_field}__in": batch})
        _refuse_backdating(current.aggregate(last=Max("valid_from"))["last"], at)
        current.filter(valid_from=at).delete()
        n_closed += current.update(valid_to=at)
    return n_closed


def _record_batch(version_model: type[V], key_field: str, batch: dict[Hashable, Facts], at: datetime) -> int:
    of_batch = _versions(version_model).filter(**{f"{key_field}__in": list(batch)})
    current = {getattr(row, key_field): row for row in of_batch.current().select_for_update()}
    ends = of_batch.filter(valid_to__isnull=False).exclude(**{f"{key_field}__in": list(current)})
    _refuse_backdating(ends.aggregate(last=Max("valid_to"))["last"], at)
    new: list[V] = []
    amended: list[V] = []
    closed: list[Any] = []
    for key, facts in batch.items():
        old = current.get(key)
        if old is None:
            new.append(version_model(**{key_field: key}, **facts, valid_from=at))
        elif _differs(old, facts):
            _refuse_backdating(old.valid_from, at)
            (amended if old.valid_from == at else new).append(_successor(old, facts, at))
            closed.extend([old.pk] if old.valid_from < at else [])
    _versions(version_model).filter(pk__in=closed).update(valid_to=at)
    _versions(version_model).bulk_create(new, batch_size=_BATCH)
    if amended:
        names = [field.name for field in version_model._meta.concrete_fields if not field.primary_key]
        _versions(version_model).bulk_update(amended, names, batch_size=_BATCH)
    return len(new) + len(amended)


def _versions(version_model: type[V]) -> VersionQuerySet[V]:
    return VersionQuerySet(version_model)


def _batches(keys: Iterable[Hashable]) -> Iterator[list[Hashable]]:
    iterator = iter(keys)
    while batch := list(islice(iterator, _KEYS_AT_ONCE)):
        yield batch


def _successor(current: V, facts: Facts, at: datetime) -> V:
    """A copy of the current version with the new facts; the same row if the current one begins at that instant."""
    values = {field.attname: getattr(current, field.attname) for field in current._meta.concrete_fields}
    successor = type(current)(**values | {"valid_from": at})
    for name, value in facts.items():
        setattr(successor, name, value)
    if current.valid_from < at:
        successor.pk = None
        successor._state.adding = True
    else:
        successor._state.adding = False
    return successor


def _differs(current: V, facts: Facts) -> bool:
    fields = _fields(type(current))
    return any(getattr(current, fields[name].attname) != _plain(fields[name], facts[name]) for name in facts)


@lru_cache(maxsize=64)
def _fields(version_model: type[Version]) -> dict[str, models.Field[Any, Any]]:
    fields = version_model._meta.concrete_fields
    return {field.name: field for field in fields} | {field.attname: field for field in fields}


def _plain(field: models.Field[Any, Any], value: object) -> object:
    """The value as it stands on a row: the key of a related object, a text number as a number."""
    if isinstance(field, models.ForeignKey) and isinstance(value, models.Model):
        return value.serializable_value(field.target_field.attname)
    return field.to_python(value)


def _last_end(version_model: type[V], key: Facts) -> datetime | None:
    last: datetime | None = _versions(version_model).filter(**key).aggregate(last=Max("valid_to"))["last"]
    return last


def _refuse_backdating(earliest: datetime | None, at: datetime) -> None:
    if earliest is not None and at < earliest:
        raise Backdated(f"{at.isoformat()} lies before {earliest.isoformat()}")
