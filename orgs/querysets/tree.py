"""Set-level reads of the tree."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Self

from django.db import models
from django.db.models import Q
from mptt.managers import TreeManager
from mptt.querysets import TreeQuerySet

from orgs.choices import Kind
from orgs.naming import search_words
from orgs.querysets.scope import ScopedQuerySet

if TYPE_CHECKING:
    from orgs.models import OrgUnit, UnitBase


class UnitKindQuerySet(models.QuerySet["UnitKind"]):
    def get_by_natural_key(self, code: str) -> object:
        return self.get(code=code)


class OrgUnitQuerySet(TreeQuerySet, ScopedQuerySet["OrgUnit"]):
    """Units. The row is the unit."""

    unit_lookup: ClassVar[str] = ""

    def in_operation(self) -> Self:
        """Units that are open now."""
        return self.filter(is_open=True)

    def in_official_order(self) -> Self:
        """规定排序: the order of every list and bulletin unless the reader sorts."""
        return self.order_by("position", "code")

    def matching(self, text: str) -> Self:
        """Units whose full, short or former name or code contains every word of the text."""
        condition = Q()
        # Both sides are in small letters: a plain LIKE, twice as fast as one that folds the case of each row.
        for word in search_words(text):
            condition &= Q(search_key__contains=word)
        return self.filter(condition)

    def with_path(self) -> Self:
        """Each unit with the names of all its superiors in one statement: the tree is at most seven deep."""
        return self.select_related("kind", "parent__parent__parent__parent__parent__parent")

    def provinces(self) -> Self:
        return self.filter(parent__isnull=True).exclude(kind=Kind.NATIONAL)

    def direct_units(self) -> Self:
        """Units directly under a province (直属): cities and counties, universities, affiliated bodies … (SUP-1.1)."""
        return self.filter(parent__kind=Kind.PROVINCE)


class OrgUnitManager(TreeManager.from_queryset(OrgUnitQuerySet)):  # type: ignore[misc]
    pass


class UnitBaseQuerySet(ScopedQuerySet["UnitBase"]):
    def of_measure(self, measure: str) -> Self:
        return self.filter(measure=measure)
