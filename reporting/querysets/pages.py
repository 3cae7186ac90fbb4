"""Conditions that pages share: the line of superiors in a closed week and today, and what stood at a week's end."""

from __future__ import annotations

from functools import reduce
from operator import or_
from typing import TYPE_CHECKING

from django.db.models import Exists, OuterRef, Q
from django.db.models.expressions import RawSQL

from orgs.choices import Kind
from orgs.querysets.scope import UnitsInCharge

if TYPE_CHECKING:
    from typing import Any

    from orgs.kernel.clock import Week
    from orgs.querysets.scope import ScopedQuerySet, Span

_UP = """
WITH RECURSIVE up (unit_id, parent_id) AS (
    SELECT unit_id, parent_id FROM reporting_weekunit WHERE week_id = %s AND unit_id = %s
    UNION ALL
    SELECT w.unit_id, w.parent_id FROM reporting_weekunit w JOIN up ON w.unit_id = up.parent_id WHERE w.week_id = %s)
SELECT unit_id FROM up
"""


def line_of(week_pk: int, unit_pk: int) -> Q:
    """A unit and its superiors as they stood in that week, never by today's tree."""
    return Q(week_id=week_pk, unit_id__in=RawSQL(_UP, (week_pk, unit_pk, week_pk)))  # noqa: S611 - parameters only


def stood_at_end_of(week: Week) -> Q:
    """Versions in force at Sunday 24:00, by the same comparison as the weekly close."""
    return Q(valid_from__lt=week.ends_at) & (Q(valid_to__isnull=True) | Q(valid_to__gte=week.ends_at))


def of_superiors(span: Span, path: str = "unit") -> Q:
    """Rows of the top of a subtree and of every unit above it, the national office included; `path` leads to the unit."""
    over = Q(
        **{f"{path}__tree_id": span.tree_id, f"{path}__lft__lte": span.lft, f"{path}__rght__gte": span.rght}
    )
    return over | Q(**{f"{path}__kind": Kind.NATIONAL})


def passed_over(in_charge: UnitsInCharge, recipients: ScopedQuerySet[Any], owner: str) -> Q:
    """What a superior of these subtrees sent to a unit within them, past the units in charge (SUP-2.0).

    They answer for what is asked below them, so they read it; it did not go to them, and they don't sign for it.
    `recipients` are all rows about one object and one unit, `owner` their path to the object.
    """
    rows = recipients.filter(**{owner: OuterRef("pk")})
    legs = (of_superiors(span) & Exists(rows.within(UnitsInCharge((span,)))) for span in in_charge.spans)
    return reduce(or_, legs, Q(pk__in=[]))
