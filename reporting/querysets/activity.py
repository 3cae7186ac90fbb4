"""Set-level reads of daily records, and of the units and channels that are asked for them (SUP-2.1.3, UNI-1.3.3)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self, TypeVar

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery

from orgs.choices import Kind
from orgs.querysets.scope import ScopedQuerySet

if TYPE_CHECKING:
    from datetime import date

    from accounts.models import Account, Group
    from orgs.querysets.tree import OrgUnitQuerySet
    from reporting.models import DailyDuty, DailyRecord

Channels = TypeVar("Channels", bound="QuerySet[Any]")
OPEN = "open"


class DailyRecordQuerySet(ScopedQuerySet["DailyRecord"]):
    def between(self, first: date, last: date) -> Self:
        """Records about these days, both included."""
        return self.filter(day__gte=first, day__lte=last)

    def posted(self) -> Self:
        """Days with at least one item."""
        return self.filter(posts__gt=0)

    def of_channels(self, accounts: list[Account], groups: list[Group]) -> Self:
        """Records of these channels that count for the units they belong to: those from before a transfer are another's."""
        here = Q(account__in=accounts, unit=F("account__unit")) | Q(group__in=groups, unit=F("group__unit"))
        return self.filter(here)

    def for_list(self) -> Self:
        """With everything a row of the list shows, newest day first."""
        return self.select_related("unit", "account", "group").order_by("-day", "-pk")


class DailyDutyQuerySet(ScopedQuerySet["DailyDuty"]):
    def asking(self) -> Self:
        """Units that ask those below them for daily records."""
        return self.filter(asks_below=True)


def asked_daily(units: OrgUnitQuerySet) -> OrgUnitQuerySet:
    """Those of the units in operation that are asked for daily records.

    Direct units always, as the sources say; others only below a committee that asks (DailyDuty).
    """
    found: OrgUnitQuerySet = units.in_operation().filter(
        Q(parent__kind=Kind.PROVINCE) | Exists(duties_over(units, ""))
    )
    return found


def duties_over(rows: QuerySet[Any], path: str) -> DailyDutyQuerySet:
    """The duties of committees above the unit of each row, which stands at `path` ("" = the row is the unit)."""
    units = rows.model if not path else rows.model._meta.get_field(path).related_model
    # The relation, as a queryset file imports no model at run time.
    duties: Any = units._meta.get_field("daily_duty").related_model
    prefix = f"{path}__" if path else ""
    above = Q(
        unit__tree_id=OuterRef(f"{prefix}tree_id"),
        unit__lft__lt=OuterRef(f"{prefix}lft"),
        unit__rght__gt=OuterRef(f"{prefix}rght"),
    )
    found: DailyDutyQuerySet = duties.objects.asking().filter(above | Q(unit__kind=Kind.NATIONAL))
    return found


def unrecorded(channels: Channels, day: date) -> Channels:
    """Open ones of the channels that have no record of the day."""
    return channels.filter(~Exists(_records(channels).filter(day=day)), status=OPEN)


def with_last_post(channels: Channels) -> Channels:
    """Each channel with `posted_on`, the last day with an item, and `known_on` and `first_on`, the last and the first day
    with a record; None: none.

    Only days that count for the unit it belongs to: what another unit recorded before a transfer is that unit's.
    """
    rows = _records(channels).filter(unit=OuterRef("unit")).order_by("-day")
    asked = {"posted_on": rows.posted(), "known_on": rows, "first_on": rows.order_by("day")}
    return channels.annotate(**{name: Subquery(each.values("day")[:1]) for name, each in asked.items()})


def silent_since(channels: Channels, day: date) -> Channels:
    """多日未发布: of channels `with_last_post` those whose last item is of that day or earlier.

    Where there never was an item, the clock runs from the first record on, which said 0.
    """
    return channels.filter(Q(posted_on__lte=day) | Q(posted_on=None, first_on__lte=day))


def without_record(channels: Channels) -> Channels:
    """Channels of which nobody has ever recorded a day: missing is not zero."""
    return channels.filter(known_on=None)


def _records(channels: QuerySet[Any]) -> DailyRecordQuerySet:
    relation: Any = channels.model._meta.get_field("daily_records")
    found: DailyRecordQuerySet = relation.related_model.objects.filter(
        **{relation.field.name: OuterRef("pk")}
    )
    return found
