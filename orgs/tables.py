"""Columns of list pages; how they become a page is said in `orgs/lists.py`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import django_tables2 as tables
from django.db.models import F

from orgs.kernel.numbers import thousands

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

MISSING = "—"


class Column(tables.Column):
    """`say` is the text of one row, in a file too; `show` its HTML on the page; `by` what the database sorts by."""

    def __init__(
        self,
        label: object,
        *,
        say: Callable[[Any], object],
        show: Callable[[Any], object] | None = None,
        by: str | Sequence[str] = (),
        css: str = "",
    ) -> None:
        super().__init__(label, empty_values=(), orderable=bool(by), accessor="pk")
        self.say, self.show, self.css = say, show, css
        self.by = (by,) if isinstance(by, str) else tuple(by)

    def render(self, record: Any) -> object:
        return self.show(record) if self.show else self.value(record) or MISSING

    def value(self, record: Any) -> str:
        said = self.say(record)
        return "" if said is None else str(said)

    def order(self, queryset: Any, is_descending: bool) -> tuple[Any, bool]:
        """Rows that have no value come last either way; rows that are equal stay in the official order."""
        first = [
            F(each).desc(nulls_last=True) if is_descending else F(each).asc(nulls_last=True)
            for each in self.by
        ]
        return queryset.order_by(*first, *queryset.query.order_by), True


class Number(Column):
    """A figure of the row: 12,345 on the page, 12345 in a file."""

    def __init__(self, label: object, name: str) -> None:
        super().__init__(
            label,
            say=lambda row: getattr(row, name),
            show=lambda row: thousands(getattr(row, name)),
            by=name,
            css="n",
        )


class ListTable(tables.Table):
    """Columns of a list: those always there, those not shown unless asked for, those with a sum below."""

    always: ClassVar[tuple[str, ...]] = ()
    hidden: ClassVar[tuple[str, ...]] = ()
    sums: ClassVar[tuple[str, ...]] = ()
