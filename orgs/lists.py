"""What every list page is made of: a scoped queryset, a filter, a table, and the same rows as a file.

A page of a list needs three things and eight lines. In `<app>/filters.py` (bases in
`orgs/filters.py`) and `<app>/tables.py` (bases in `orgs/tables.py`):

    class AccountFilter(ListFilter):            # django-filter; `q` and `unit` are there already
        main = ("kind", "status")               # shown beside the text; the others fold away
        kind = choice(_("平台类别"), "platform__kind", PlatformKind.choices)
        is_stale = Tick(_("待确认"), lambda rows: rows.stale())

    class AccountTable(ListTable):              # django-tables2; `show` is HTML of one row, `say` its text in a file
        always, hidden, sums = ("name",), ("purpose",), ("contacts",)
        name = Column(_("昵称"), say=str, show=_linked, css="name", by="nickname")
        contacts = Number(_("联系人数"), "contacts")

and in the view (the queryset brings scope, `select_related` and the official order):

    listing = Listing(request, Account.objects.visible_to(request.user).for_list(), filters=…, table=…)
    if listing.wants_file:
        return listing.file(_("登记的账号"))     # all rows of the filter, the columns shown; needs EXPORT; audited
    return render(request, "…/list.html", {"listing": listing})

The template includes `components/filters.html` and `components/table.html`, and `css/lists.css` in its block `styles`.
The address holds everything: filters by name, `sort`, `col` (once per column), `page`, `export` (xlsx, csv).
The queryset's class needs `matching(text)`. Statements do not depend on the number of rows.
"""

from __future__ import annotations

from functools import cached_property
from itertools import islice
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.core.exceptions import PermissionDenied
from django.core.paginator import Page, Paginator
from django.db.models import Count, Sum

from orgs import exports
from orgs.exports import FILE
from orgs.kernel import clock
from orgs.kernel.numbers import thousands
from orgs.operations.exporting import FileTable
from orgs.permissions import EXPORT, may_anywhere

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from django.http import HttpResponseBase

    from orgs.filters import ListFilter
    from orgs.http import LeagueRequest
    from orgs.tables import ListTable

PER_PAGE = 50
ROWS_AT_ONCE = 500
SORT, COLUMN, PAGE = "sort", "col", "page"


class Listing:
    """One list as the address asks for it: rows of the scope, filtered, sorted, on pages, with sums and columns."""

    def __init__(
        self, request: LeagueRequest, rows: Any, *, filters: type[ListFilter], table: type[ListTable]
    ) -> None:
        self.request = request
        self.filter = filters(request.GET, queryset=rows, request=request)
        self._exclude = _not_shown(table, request.GET.getlist(COLUMN))
        self.table = table(self.filter.qs, order_by=request.GET.get(SORT, ""), exclude=self._exclude)
        self.may_export = may_anywhere(request.user, EXPORT)

    @cached_property
    def totals(self) -> dict[str, int | None]:
        """`n` rows and the sums of all pages, in one statement."""
        sums = {f"sum_{name}": Sum(name) for name in self.table.sums if name not in self._exclude}
        found: dict[str, int | None] = self.filter.qs.order_by().aggregate(n=Count("pk"), **sums)
        return found

    @cached_property
    def page(self) -> Page[Any]:
        return _Counted(self.table.rows, PER_PAGE, self.totals["n"] or 0).get_page(self.request.GET.get(PAGE))

    @property
    def sums(self) -> list[tuple[Any, str]]:
        """(column, sum in words) for the last row; empty without any figure shown."""
        shown = [
            (
                column,
                thousands(self.totals[f"sum_{column.name}"]) if f"sum_{column.name}" in self.totals else "",
            )
            for column in self.table.columns
        ]
        return shown if any(text for _column, text in shown) else []

    @property
    def column_choices(self) -> list[tuple[str, str, bool]]:
        """(name, label, is shown) of the columns a person may choose."""
        return [
            (name, str(column.verbose_name), name not in self._exclude)
            for name, column in self.table.base_columns.items()
            if name not in self.table.always
        ]

    @property
    def chips(self) -> list[tuple[str, str]]:
        """(filter in words, address without it)."""
        return [
            (f"{label}：{value}" if value else label, self._without(name))
            for name, label, value in self.filter.chosen
        ]

    @property
    def kept_by_filter(self) -> list[tuple[str, str]]:
        """What the address says beside the filters: goes along when the filter is sent."""
        return [(name, value) for name in (SORT, COLUMN) for value in self.request.GET.getlist(name)]

    @property
    def kept_by_columns(self) -> list[tuple[str, str]]:
        """What the address says beside the columns."""
        dropped = {COLUMN, PAGE, FILE}
        return [
            (name, value)
            for name, values in self.request.GET.lists()
            if name not in dropped
            for value in values
        ]

    @property
    def clear_url(self) -> str:
        kept = self.request.GET.copy()
        for name in list(kept):
            if name not in {SORT, COLUMN}:
                del kept[name]
        return f"{self.request.path}?{kept.urlencode()}"

    @property
    def views_query(self) -> str:
        """For the page of saved views: where the person comes from, without what was typed into the search."""
        shown = self.request.GET.copy()
        for name in ("q", "unit_q", PAGE):
            shown.pop(name, None)
        return urlencode({"from": f"{self.request.path}?{shown.urlencode()}"})

    def _without(self, name: str) -> str:
        rest = self.request.GET.copy()
        for each in (name, f"{name}_q", PAGE):
            rest.pop(each, None)
        return f"{self.request.path}?{rest.urlencode()}"

    @property
    def wants_file(self) -> bool:
        return exports.is_wanted(self.request)

    def file(self, title: object) -> HttpResponseBase:
        """导出: every row of the filter with the columns shown, in this order; where the person may export, and audited."""
        user = self.request.user
        if not self.may_export:
            raise PermissionDenied
        rows = self.table.data.data.actionable_by(user, EXPORT)
        columns = list(self.table.columns)
        labels = [str(column.header) for column in columns]
        names = [column.name for column in columns]
        name, n_rows = f"{title}{clock.today():%Y%m%d}", rows.count()
        table = FileTable(name, labels, self._cells(rows, names), n_rows)
        filters = [name for name, _label, _value in self.filter.chosen]
        return exports.answer(self.request, table, columns=names, filters=filters)

    def _cells(self, rows: Any, names: Sequence[str]) -> Iterator[list[str]]:
        """Texts of all rows, read some hundred at a time: a file of any length takes the memory of one page."""
        waiting = rows.iterator(chunk_size=ROWS_AT_ONCE)
        while chunk := list(islice(waiting, ROWS_AT_ONCE)):
            for row in type(self.table)(chunk, exclude=self._exclude).rows:
                yield [row.get_cell_value(name) for name in names]


class _Counted(Paginator):  # type: ignore[type-arg]  # not generic when it runs
    """The number of rows is known already."""

    def __init__(self, rows: Any, per_page: int, n_rows: int) -> None:
        super().__init__(rows, per_page)
        self.n_rows = n_rows

    @property
    def count(self) -> int:
        return self.n_rows


def _not_shown(table: type[ListTable], asked: Sequence[str]) -> tuple[str, ...]:
    known = [name for name in asked if name in table.base_columns]
    if not known:
        return table.hidden
    return tuple(name for name in table.base_columns if name not in {*known, *table.always})
