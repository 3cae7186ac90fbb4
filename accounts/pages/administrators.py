"""What pages show of administrators: masked persons, where their term stood, and who looks after a unit's own work."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.masks import MASKS
from accounts.models import Administratorship
from accounts.tables import channel_of, masked_name
from orgs.kernel import numbers
from orgs.kernel.clock import local
from orgs.models import OrgUnit
from orgs.permissions import EDIT_REGISTRY, REVEAL

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from orgs.models import User
    from orgs.querysets.scope import UnitsInCharge

FIELDS = (
    ("mobile", gettext_lazy("手机")),
    ("wechat_id", gettext_lazy("微信号")),
    ("nickname", gettext_lazy("微信昵称")),
    ("qq", gettext_lazy("QQ号")),
    ("name", gettext_lazy("姓名")),
)


@dataclass(frozen=True, slots=True)
class Term:
    """One term as a page shows it; nothing personal in full."""

    pk: int
    name: str
    facts: list[tuple[str, str, str]]  # field, label, masked value
    span: str
    reason: str
    demanded_by: str
    in_office: bool
    may_reveal: bool
    may_edit: bool


@dataclass(frozen=True, slots=True)
class UnitLine:
    """One direct unit and who looks after its WeChat work (SUP-2.2.2)."""

    unit: OrgUnit
    terms: list[Term]
    may_edit: bool


def terms(found: Iterable[Administratorship], user: User) -> list[Term]:
    """Masked, in the order of the queryset; the rights are read once."""
    in_charge = user.units_in_charge()
    return [_term(each, in_charge) for each in found]


def _term(term: Administratorship, in_charge: UnitsInCharge) -> Term:
    in_office = term.ended_at is None
    masked = [(field, str(label), MASKS[field](getattr(term, field))) for field, label in FIELDS]
    return Term(
        term.pk,
        masked_name(term),
        [fact for fact in masked if fact[2]],
        span(term),
        term.end_reason,
        term.on_demand_of.name if term.on_demand_of else "",
        in_office,
        in_office and in_charge.allowing(REVEAL).covers(term.unit),
        in_office and in_charge.allowing(EDIT_REGISTRY).covers(term.unit),
    )


def span(term: Administratorship) -> str:
    """2026-10-05 至 2026-11-18, or 2026-10-05 至今."""
    if term.ended_at is None:
        return _("%(since)s 至今") % {"since": _day(term.started_at)}
    return _("%(since)s 至 %(until)s") % {"since": _day(term.started_at), "until": _day(term.ended_at)}


def facts(term: Administratorship) -> list[tuple[str, str, str]]:
    """(label, value, address or "") of where and when."""
    channel_url = ""
    if term.account_id:
        channel_url = reverse("accounts:show-account", args=[term.account_id])
    elif term.group_id:
        channel_url = reverse("accounts:show-group", args=[term.group_id])
    found = [
        (_("团组织"), term.unit.name, term.unit.get_absolute_url()),
        (_("负责"), channel_of(term), channel_url),
        (_("任期"), span(term), ""),
    ]
    if term.ended_at:
        found.append((_("更换原因"), term.end_reason or numbers.MISSING, ""))
        demanded_by = term.on_demand_of.name if term.on_demand_of else _("本单位自行决定")
        found.append((_("按谁的要求"), demanded_by, ""))
    return found


def about(term: Administratorship) -> str:
    """张**　微信：海大微信　海南大学团委."""
    return "　".join((masked_name(term), channel_of(term), term.unit.name))


def unit_lines(units: Sequence[OrgUnit], user: User) -> list[UnitLine]:
    """Direct units with their own administrator or none, two statements for all of them."""
    in_charge = user.units_in_charge()
    rows = Administratorship.objects.within(in_charge).with_places()
    in_office = rows.by_unit([unit.pk for unit in units])
    may = in_charge.allowing(EDIT_REGISTRY)
    return [
        UnitLine(unit, [_term(each, in_charge) for each in in_office.get(unit.pk, ())], may.covers(unit))
        for unit in units
    ]


def crumbs(heading: str, term: Administratorship | None = None) -> list[tuple[str, str]]:
    """List › term › step."""
    way = [(_("管理员"), reverse("accounts:list-administrators"))]
    if term is not None and heading:
        way.append((masked_name(term), reverse("accounts:show-administrator", args=[term.pk])))
    return [*way, (heading or (masked_name(term) if term else ""), "")]


def _day(moment: datetime) -> str:
    return f"{local(moment):%Y-%m-%d}"
