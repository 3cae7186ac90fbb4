"""Registry events of a week, as a list to read. How many there were says the snapshot; these are the latest of them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING

from django.db.models import BigIntegerField, Q, Value
from django.db.models.functions import Cast
from django.utils.translation import gettext as _

from accounts.choices import EventKind
from accounts.models import AccountVersion, GroupVersion, RegistryEvent
from orgs.audit_words import WORDS
from orgs.choices import Kind
from orgs.kernel import clock
from orgs.models import AuditEntry
from orgs.querysets.scope import Span, UnitsInCharge
from reporting import rollup
from reporting.querysets.pages import stood_at_end_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from accounts.querysets.events import RegistryEventQuerySet
    from orgs.kernel.clock import Week
    from reporting.models import ClosedWeek
    from reporting.pages.board import SnapshotRow

OBJECTS = ("account", "group", "administratorship")
READ = (
    "kind", "at", "reason", "unit_id", "unit__name", "account_id", "group_id", "administratorship_id",
    "administratorship__account_id", "administratorship__group_id",
)  # fmt: skip
# How the weekly figures count the kinds of events (metrics.md): figure -> kinds. A first appointment counts in none.
KINDS_OF_FIGURE: dict[str, tuple[str, ...]] = {
    "opened": (EventKind.OPENED,),
    "closed": (EventKind.CLOSED,),
    "admin_changed": (EventKind.ADMIN_REPLACED,),
    "changed": (EventKind.CHANGED, EventKind.RENAMED, EventKind.TRANSFERRED),
}
UNIT_VERBS = ("unit.created", "unit.moved", "unit.merged", "unit.closed", "unit.renamed")
# Under which kind the roll-up counts a figure's events.
_FIRST = {figure: str(kinds[0]) for figure, kinds in KINDS_OF_FIGURE.items()}
_TONES: dict[str, tuple[str, str]] = {EventKind.OPENED: ("ok", "plus"), EventKind.CLOSED: ("mute", "x")}


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


def of_week(week: Week, in_charge: UnitsInCharge, below: Iterable[SnapshotRow], *, most: int) -> list[Change]:
    """The latest events of the week in these units and below them, as far as the reader may see them."""
    # READING: an event is found where its unit stands today; it is counted where the unit stood then.
    spans = UnitsInCharge(tuple(_span(row) for row in below))
    events = RegistryEvent.objects.within(in_charge).within(spans)
    return _told(list(_in_week(events, week, ()).order_by("-at", "-pk").values(*READ)[:most]), week)


def of_unit(
    closed: ClosedWeek, in_charge: UnitsInCharge, unit_pk: int, figures: Sequence[str]
) -> tuple[list[Change], int]:
    """The events behind a unit's own figures of the week, the newest first, and how many objects they count as one each.

    What was handed to the unit in the week counts here, wherever it was registered.
    """
    kinds = {kind: figure for figure in figures for kind in KINDS_OF_FIGURE[figure]}
    objects = rollup.changed_objects(rollup.Moment.of(closed), unit_pk)
    counted = {each for each in objects if each[0] in kinds}
    about = reduce(or_, (Q(**{f"{of}_id": pk}) for _kind, of, pk in counted), Q(pk__in=[]))
    events = _in_week(RegistryEvent.objects.within(in_charge).filter(about), closed.week, figures)
    rows = [
        row
        for row in events.order_by("-at", "-pk").values(*READ)
        if (_FIRST[kinds[row["kind"]]], *_object_of(row)) in counted
    ]
    return _told(rows, closed.week), len(counted)


def of_scope(
    week: Week, in_charge: UnitsInCharge, *, most: int, closings: Sequence[RegistryEvent]
) -> tuple[list[Change], dict[int, str]]:
    """The latest events of these subtrees, of their units too, and what each of the closings was about (event -> words).

    Two statements. `closings` come with `unit` and `administratorship`.
    """
    events = _in_week(RegistryEvent.objects.within(in_charge), week, ()).order_by().values_list(*READ)
    moved = AuditEntry.objects.within(in_charge).filter(
        verb__in=UNIT_VERBS, at__gte=week.starts_at, at__lt=week.ends_at
    )
    nothing = Cast(Value(None), BigIntegerField())
    of_units = moved.order_by().values_list(
        "verb", "at", "body__reason", *READ[3:5], *([nothing] * len(READ[5:]))
    )
    found = events.union(of_units, all=True).order_by("-at")[:most]
    rows = [dict(zip(READ, row, strict=True)) for row in found]
    closed = {event.pk: _read(event) for event in closings}
    names = _Names.at_end_of(week, [*rows, *closed.values()])
    words = {pk: f"{row['unit__name']}　{_object_name(row, names)}" for pk, row in closed.items()}
    return [_change(row, names) for row in rows], words


def _read(event: RegistryEvent) -> dict[str, object]:
    """The event as `READ` reads one."""
    term = event.administratorship
    return {
        "unit__name": event.unit.name,
        "account_id": event.account_id,
        "group_id": event.group_id,
        "administratorship_id": event.administratorship_id,
        "administratorship__account_id": term.account_id if term else None,
        "administratorship__group_id": term.group_id if term else None,
    }


def _object_of(row: dict[str, object]) -> tuple[str, object]:
    return next((of, row[f"{of}_id"]) for of in OBJECTS if row[f"{of}_id"] is not None)


def _in_week(events: RegistryEventQuerySet, week: Week, figures: Sequence[str]) -> RegistryEventQuerySet:
    counted = [kind for figure in (figures or KINDS_OF_FIGURE) for kind in KINDS_OF_FIGURE[figure]]
    return events.filter(at__gte=week.starts_at, at__lt=week.ends_at, kind__in=counted)


def _span(row: SnapshotRow) -> Span:
    is_forest = row.kind_id == Kind.NATIONAL
    return Span(row.unit_id, row.tree_now, row.lft_now, row.rght_now, is_forest=is_forest)


def _told(rows: list[dict[str, object]], week: Week) -> list[Change]:
    """With the names the accounts and groups had at the end of the week; one statement."""
    names = _Names.at_end_of(week, rows)
    return [_change(row, names) for row in rows]


@dataclass(frozen=True, slots=True)
class _Names:
    accounts: dict[int, str]
    groups: dict[int, str]

    @classmethod
    def at_end_of(cls, week: Week, rows: list[dict[str, object]]) -> _Names:
        accounts, groups = _ids(rows, "account_id"), _ids(rows, "group_id")
        stood = stood_at_end_of(week)
        nicknames = AccountVersion.objects.filter(stood, account_id__in=accounts).annotate(
            of=Value("account")
        )
        titles = GroupVersion.objects.filter(stood, group_id__in=groups).annotate(of=Value("group"))
        found: dict[str, dict[int, str]] = {"account": {}, "group": {}}
        for of, pk, name in nicknames.values_list("of", "account_id", "nickname").union(
            titles.values_list("of", "group_id", "name")
        ):
            found[of][pk] = name
        return cls(found["account"], found["group"])

    def of(self, account_id: object, group_id: object) -> str:
        found = self.accounts.get(account_id) if account_id else self.groups.get(group_id)  # type: ignore[call-overload]
        return found or (_("未命名账号") if account_id else _("未命名群"))


def _ids(rows: list[dict[str, object]], name: str) -> set[int]:
    """What the events are about themselves, or the administratorship they are about."""
    found = (row[name] or row[f"administratorship__{name}"] for row in rows)
    return {each for each in found if isinstance(each, int)}


def _change(row: dict[str, object], names: _Names) -> Change:
    kind = str(row["kind"])
    tone, icon = _TONES.get(kind, ("info", "pencil"))
    reason = str(row["reason"] or "")
    return Change(
        label=str(WORDS[kind] if kind in UNIT_VERBS else EventKind(kind).label),
        tone=tone,
        icon=icon,
        text=_object_name(row, names),
        unit_id=int(str(row["unit_id"])),
        unit_name=str(row["unit__name"]),
        on=clock.local(row["at"]),  # type: ignore[arg-type]
        reason=reason,
        lacks_reason=kind == EventKind.CLOSED and not reason,
    )


def _object_name(row: dict[str, object], names: _Names) -> str:
    if row.get("kind") in UNIT_VERBS:
        return str(row["unit__name"])
    if row["administratorship_id"]:
        channel = names.of(row["administratorship__account_id"], row["administratorship__group_id"])
        return _("%(channel)s的管理员") % {"channel": channel}
    return names.of(row["account_id"], row["group_id"])
