"""Read interface: units."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import Http404
from ninja import Field, Query, Router, Schema

from orgs.models import OrgUnit
from orgs.querysets.scope import UnitsInCharge
from orgs.read_api import LARGEST_ID, Window, below, page_of, reads

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest

router = Router(tags=["units"])


class Unit(Schema):
    """团组织."""

    id: int
    parent_id: int | None
    code: str
    name: str
    short_name: str
    kind: str = Field(alias="kind_id")
    line: str
    intake_year: int | None
    is_open: bool


class UnitPage(Schema):
    items: list[Unit]
    next: int | None


class UnitFilter(Window):
    under: int | None = Field(None, ge=1, le=LARGEST_ID, description="该团组织及其下级")
    parent: int | None = Field(None, ge=1, le=LARGEST_ID, description="该团组织的直接下级")
    kind: str = Field("", max_length=20)
    line: str = Field("", max_length=12)
    q: str = Field("", max_length=60, description="名称、曾用名、拼音、首字母或代码")
    closed: bool = Field(False, description="包括已撤销的")


@reads(
    router,
    "/units",
    UnitPage,
    url_name="list-units",
    summary="团组织列表",
    description="令牌范围内的团组织，按 id 排列。",
)
def list_units(request: HttpRequest, wanted: Query[UnitFilter]) -> dict[str, object]:
    """Units within the scope of the token, by id."""
    return page_of(_filtered(request, wanted), wanted)


@reads(
    router,
    "/units/{unit_id}",
    Unit,
    url_name="show-unit",
    summary="一个团组织",
    description="令牌范围内的一个团组织。",
)
def show_unit(request: HttpRequest, unit_id: int) -> OrgUnit:
    """One unit within the scope of the token."""
    found = below(request, unit_id) if 0 < unit_id <= LARGEST_ID else None
    if found is None:
        raise Http404
    return found


def _filtered(request: HttpRequest, wanted: UnitFilter) -> QuerySet[OrgUnit]:
    units = OrgUnit.objects.visible_to(request.user)
    top, parent = below(request, wanted.under), below(request, wanted.parent)
    units = units if top is None else units.within(UnitsInCharge.below(top))
    units = units if parent is None else units.filter(parent=parent)
    units = units if wanted.closed else units.in_operation()
    given = {"kind_id": wanted.kind, "line": wanted.line}
    units = units.filter(**{name: value for name, value in given.items() if value})
    found: QuerySet[OrgUnit] = units.matching(wanted.q) if wanted.q.strip() else units
    return found
