"""Set-level reads of the tree."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Self

from django.db import models
from django.db.models import Case, Count, F, IntegerField, OuterRef, Q, Subquery, Value, When
from django.db.models.functions import Coalesce, Concat, StrIndex
from django.db.models.lookups import GreaterThan
from mptt.managers import TreeManager
from mptt.querysets import TreeQuerySet

from orgs.choices import Kind
from orgs.naming import USUAL_HEADS, search_words
from orgs.querysets.scope import ScopedQuerySet

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.db.models.expressions import Combinable

    from orgs.models import OrgUnit, UnitBase, UnitKind


def holds(name: str, part: str) -> GreaterThan:
    """Whether the text of that field contains the part."""
    return _holds(F(name), part)


def _holds(text: Combinable, part: str) -> GreaterThan:
    """Whether the text contains the part. Both are in small letters: half of a LIKE's time, which SQLite folds again."""
    return GreaterThan(StrIndex(text, Value(part)), 0)


class UnitKindQuerySet(models.QuerySet["UnitKind"]):
    def get_by_natural_key(self, code: str) -> UnitKind:
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
        """Units whose full, short or former name, its pinyin or initials, or code contains every word of the text."""
        return self.filter(*(_holds(F("search_key"), word) for word in search_words(text)))

    def ranked(self, text: str) -> Self:
        """Those whose name, pinyin or code begins with the text (共青团 apart) first, then the highest."""
        begins = Q()
        lines = Concat(Value("\n"), F("search_key"))
        for word in search_words(text)[:1]:
            # Each is asked of every unit found: only heads of the same script can stand before the word.
            for head in (each for each in USUAL_HEADS if not each or each.isascii() == word.isascii()):
                begins |= Q(_holds(lines, f"\n{head}{word}"))
        first = When(begins, then=Value(0)) if begins else When(pk__isnull=True, then=Value(0))
        rank = Case(first, default=Value(1), output_field=IntegerField())
        return self.annotate(rank=rank).order_by("rank", "depth", "position", "code")

    def with_path(self) -> Self:
        """Each unit with the names of all its superiors in one statement: the tree is at most seven deep."""
        return self.select_related("kind", "parent__parent__parent__parent__parent__parent")

    def with_child_counts(self) -> Self:
        """Each unit with `n_children`, the units in operation directly below it."""
        below = self.model._default_manager.filter(parent=OuterRef("pk"), is_open=True).order_by()
        counted = below.values("parent").annotate(n=Count("pk")).values("n")
        return self.annotate(n_children=Coalesce(Subquery(counted), 0))

    def children_of(self, unit: OrgUnit) -> Self:
        """Units in operation directly below; the provinces for the national office, which stands above the forest."""
        below = self.provinces() if unit.is_national else self.filter(parent=unit)
        return below.in_operation()

    def best_matches(self, text: str, most: int, *, with_closed: bool = False) -> list[OrgUnit]:
        """At most so many units that match, in operation if not `with_closed`, with path and `n_children`; two statements.

        Those whose name begins with the text come first, then the highest.

        Two, because the joins of the path must not be made for every unit the search looks at.
        """
        found = self if with_closed else self.in_operation()
        return self.shown([pk for pk, _rank in found.best_ids(text, most)])

    def best_ids(self, text: str, most: int) -> list[tuple[int, int]]:
        """(id, rank) of at most so many units that match, the best first; rank 0: a name begins with the text."""
        return list(self.matching(text).ranked(text).values_list("pk", "rank")[:most])

    def shown(self, ids: Sequence[int]) -> list[OrgUnit]:
        """The units of these ids in this order, with path and `n_children`; one statement, none without ids."""
        if not ids:
            return []
        found = self.model._default_manager.filter(pk__in=ids).with_path().with_child_counts().in_bulk()
        return [found[pk] for pk in ids if pk in found]

    def leading_others(self) -> Self:
        """Units below which others stand, open or closed."""
        return self.filter(rght__gt=F("lft") + 1)

    def provinces(self) -> Self:
        return self.filter(parent__isnull=True).exclude(kind=Kind.NATIONAL)

    def direct_units(self) -> Self:
        """Units directly under a province (直属): cities and counties, universities, affiliated bodies … (SUP-1.1)."""
        return self.filter(parent__kind=Kind.PROVINCE)

    def above_all(self, units: Sequence[OrgUnit]) -> Self:
        """Units above every one of these, the highest first; of several provinces the national office alone."""
        trees = {unit.tree_id for unit in units}
        above = models.Q(kind=Kind.NATIONAL)
        if len(trees) == 1:
            first, last = min(unit.lft for unit in units), max(unit.rght for unit in units)
            above |= models.Q(tree_id__in=trees, lft__lt=first, rght__gt=last)
        return self.filter(above).order_by("depth", "pk") if units else self.none()


class OrgUnitManager(TreeManager.from_queryset(OrgUnitQuerySet)):  # type: ignore[misc]
    pass


class UnitBaseQuerySet(ScopedQuerySet["UnitBase"]):
    def of_measure(self, measure: str) -> Self:
        return self.filter(measure=measure)
