"""Set-level reads of draws and their samples."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from orgs.querysets.scope import ScopedQuerySet

if TYPE_CHECKING:
    from reporting.models import Draw, DrawItem


class DrawQuerySet(ScopedQuerySet["Draw"]):
    """A draw belongs to the unit that organised it."""


class DrawItemQuerySet(ScopedQuerySet["DrawItem"]):
    """A sample belongs to the unit of its channel."""

    unit_lookup: ClassVar[str] = "unit"
