"""Read interface: official accounts and groups. Nothing of a person: no names, no mobiles, no administrators."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from ninja import Field, Query, Router, Schema

from accounts.models import Account, Group
from orgs.querysets.scope import UnitsInCharge
from orgs.read_api import LARGEST_ID, Window, below, page_of, reads

if TYPE_CHECKING:
    from django.http import HttpRequest

    from orgs.querysets.scope import ScopedQuerySet

router = Router(tags=["registry"])


class AccountOut(Schema):
    """An official account."""

    id: int
    unit_id: int
    platform: str = Field(alias="platform_id")
    nickname: str
    purpose: str
    status: str
    opened_on: date | None
    closed_on: date | None
    contacts: int | None
    counted_on: date | None
    is_verified: bool | None
    follows_superior: bool | None


class AccountPage(Schema):
    items: list[AccountOut]
    next: int | None


class GroupOut(Schema):
    """A group, or a QQ group in its place (RUR-1.2)."""

    id: int
    unit_id: int
    platform: str = Field(alias="platform_id")
    kind: str
    name: str
    status: str
    members: int | None
    outstanding_members: int | None
    youth: int | None
    topic: str
    opened_on: date | None
    closed_on: date | None


class GroupPage(Schema):
    items: list[GroupOut]
    next: int | None


class RegistryFilter(Window):
    under: int | None = Field(None, ge=1, le=LARGEST_ID, description="该团组织及其下级")
    platform: str = Field("", max_length=20)
    status: str = Field("", max_length=8)


@reads(
    router,
    "/accounts",
    AccountPage,
    url_name="list-accounts",
    summary="账号列表",
    description="令牌范围内的账号，按 id 排列；不含个人信息，也不含账号本身（可能是手机号），核验请用 /verify.json。",
)
def list_accounts(request: HttpRequest, wanted: Query[RegistryFilter]) -> dict[str, object]:
    """Accounts of the units within the scope of the token, by id.

    The account id itself is left out: of a personal account it may be a mobile number. `/verify.json` answers for one.
    """
    return page_of(_filtered(request, Account.objects.all(), wanted), wanted)


@reads(
    router,
    "/groups",
    GroupPage,
    url_name="list-groups",
    summary="群列表",
    description="令牌范围内的群，按 id 排列。",
)
def list_groups(request: HttpRequest, wanted: Query[RegistryFilter]) -> dict[str, object]:
    """Groups of the units within the scope of the token, by id."""
    return page_of(_filtered(request, Group.objects.all(), wanted), wanted)


def _filtered(
    request: HttpRequest, rows: ScopedQuerySet[Account] | ScopedQuerySet[Group], wanted: RegistryFilter
) -> ScopedQuerySet[Account] | ScopedQuerySet[Group]:
    rows = rows.visible_to(request.user)  # type: ignore[arg-type]
    top = below(request, wanted.under)
    rows = rows if top is None else rows.within(UnitsInCharge.below(top))
    given = {"platform_id": wanted.platform, "status": wanted.status}
    return rows.filter(**{name: value for name, value in given.items() if value})
