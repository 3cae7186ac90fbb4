"""One lock per tree: whoever writes lft, rght, parent or placement holds it until the end of the transaction.

PostgreSQL locks the root row, SQLite the database (`transaction_mode=IMMEDIATE`). Order: forest, then roots by id.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import connection, transaction

from orgs.exceptions import TreeBusy
from orgs.models import OrgUnit

if TYPE_CHECKING:
    from collections.abc import Iterable

MOST_TRIES = 20
FOREST_KEY = 0x0C0DE_F0E57  # any number that no other advisory lock of ours uses


class _MovedMeanwhile(Exception):
    """A unit changed its tree between reading its number and getting the lock."""


def lock_forest() -> None:
    """Nobody else makes a new tree until this transaction ends."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [FOREST_KEY])


def lock_all() -> None:
    """Nobody else changes any tree or makes a new one until this transaction ends: for an import, which is judged as a whole."""
    lock_forest()
    roots = OrgUnit.objects.filter(parent__isnull=True).select_for_update(of=("self",), no_key=True)
    list(roots.order_by("pk").values_list("pk", flat=True))


def lock_units(ids: Iterable[int]) -> dict[int, OrgUnit]:
    """Lock the trees in which these units stand, and read the units again. Raises TreeBusy if they keep moving.

    Unknown ids are left out. Must run inside the operation's transaction.
    """
    wanted = set(ids)
    for _attempt in range(MOST_TRIES):
        try:
            # The savepoint gives the locks of a failed attempt back, so that the next one takes them in order again.
            with transaction.atomic():
                return _lock_once(wanted)
        except _MovedMeanwhile:
            continue
    raise TreeBusy


def _lock_once(ids: set[int]) -> dict[int, OrgUnit]:
    before = set(OrgUnit.objects.filter(pk__in=ids).order_by().values_list("tree_id", flat=True).distinct())
    locked = set(
        OrgUnit.objects.filter(tree_id__in=before, parent__isnull=True)
        .select_for_update(of=("self",), no_key=True)
        .order_by("pk")
        .values_list("tree_id", flat=True)
    )
    units = {unit.pk: unit for unit in OrgUnit.objects.filter(pk__in=ids).select_related("kind")}
    if not {unit.tree_id for unit in units.values()} <= locked:
        raise _MovedMeanwhile
    return units


def lock_trees(tree_ids: Iterable[int]) -> set[int]:
    """Lock whole trees by number; returns those that exist."""
    return set(
        OrgUnit.objects.filter(tree_id__in=set(tree_ids), parent__isnull=True)
        .select_for_update(of=("self",), no_key=True)
        .order_by("pk")
        .values_list("tree_id", flat=True)
    )
