"""Registry events of a week, as a list to read. How many there were says the snapshot; these are the latest of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from accounts.choices import EventKind
from accounts.models import RegistryEvent
from orgs.kernel import clock
from orgs.querysets.scope import Span, UnitsInCharge

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from orgs.kernel.clock import Week
    from reporting.pages.board import SnapshotRow

READ = (
    "pk", "kind", "at", "reason", "unit_id", "unit__name", "account_id", "account__nickname", "account__identifier",
    "group_id", "group__name", "administratorship_id", "administratorship__account__nickname",
    "administratorship__group__name",
)  # fmt: skip
# How the weekly figures count the kinds of events (metrics.md): figure -> kinds. A first appointment counts in none.
KINDS_OF_FIGURE: dict[str, tuple[str, ...]] = {
    "opened": (EventKind.OPENED,),
    "closed": (EventKind.CLOSED,),
    "admin_changed": (EventKind.ADMIN_REPLACED,),
    "changed": (EventKind.CHANGED, EventKind.RENAMED, EventKind.TRANSFERRED),
}
_TONES = {EventKind.OPENED: ("ok", "plus"), EventKind.CLOSED: ("mute", "x")}


@dataclass(frozen=True, slots=True)
class Change:
    """One event in words; names no person."""

    label: str
    tone: str
    icon: str
    text: str
    unit_id: int
    unit_name: str
    on: datetime
    reason: str
    lacks_reason: bool
    object_key: str


def of_week(week: Week, in_charge: UnitsInCharge, below: Iterable[SnapshotRow], *, most: int) -> list[Change]:
    """The latest events of the week in these units and below them, as far as the reader may see them."""
    # READING: an event is found where its unit stands today; it is counted where the unit stood then.
    spans = UnitsInCharge(tuple(Span(row.unit_id, row.tree_now, row.lft_now, row.rght_now) for row in below))
    events = RegistryEvent.objects.within(in_charge).within(spans)
    return [_change(row) for row in _in_week(events, week, ()).order_by("-at", "-pk").values(*READ)[:most]]


def of_unit(week: Week, in_charge: UnitsInCharge, unit_pk: int, figures: Sequence[str]) -> list[Change]:
    """The events behind a unit's own figures of the week, the newest first."""
    events = RegistryEvent.objects.within(in_charge).filter(unit_id=unit_pk)
    return [_change(row) for row in _in_week(events, week, figures).order_by("-at", "-pk").values(*READ)]


def _in_week(events, week: Week, figures: Sequence[str]):  # noqa: ANN001, ANN202 - a queryset in, the same out
    counted = [kind for figure in (figures or KINDS_OF_FIGURE) for kind in KINDS_OF_FIGURE[figure]]
    return events.filter(at__gte=week.starts_at, at__lt=week.ends_at, kind__in=counted)


def _change(row: dict[str, object]) -> Change:
    kind = str(row["kind"])
    tone, icon = _TONES.get(kind, ("info", "pencil"))
    reason = str(row["reason"] or "")
    return Change(
        label=str(EventKind(kind).label),
        tone=tone,
        icon=icon,
        text=_object_name(row),
        unit_id=int(str(row["unit_id"])),
        unit_name=str(row["unit__name"]),
        on=clock.local(row["at"]),  # type: ignore[arg-type]
        reason=reason,
        lacks_reason=kind == EventKind.CLOSED and not reason,
        object_key=f"{row['account_id']}-{row['group_id']}-{row['administratorship_id']}",
    )


def _object_name(row: dict[str, object]) -> str:
    if row["administratorship_id"]:
        channel = row["administratorship__account__nickname"] or row["administratorship__group__name"] or ""
        return _("%(channel)s的管理员") % {"channel": channel}
    if row["group_id"]:
        return str(row["group__name"])
    return str(row["account__nickname"] or row["account__identifier"])
