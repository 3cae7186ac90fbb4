"""本单位和直接下级: the units a person is asked about. Where a number counts them, its list filters by the same."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import Q

from orgs.permissions import EDIT_REGISTRY, FILL

if TYPE_CHECKING:
    from collections.abc import Iterable

    from orgs.querysets.scope import UnitsInCharge


def directly_at(unit_ids: Iterable[int]) -> Q:
    """Of the tree: these units and those directly below."""
    ids = list(unit_ids)
    return Q(pk__in=ids) | Q(parent__in=ids)


def asked_of(in_charge: UnitsInCharge) -> Q | None:
    """Of the tree: the units a person answers for and, for who keeps the registry, those directly below; None for others."""
    keeping = in_charge.allowing(EDIT_REGISTRY)
    own = keeping.own_unit_ids() | in_charge.allowing(FILL).own_unit_ids()
    return Q(pk__in=own) | Q(parent__in=keeping.own_unit_ids()) if own else None


def rows_at(rows: Any, near: Q) -> Any:
    """Accounts or groups of these units. The units are found by themselves: asked of the rows, it would read all of them."""
    units = rows.model._meta.get_field("unit").related_model._default_manager
    return rows.filter(unit__in=units.filter(near).order_by().values("pk"))
