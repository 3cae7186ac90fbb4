"""变更 of one unit: what happened to its accounts, groups and administrators, and to its name, place and bases; the newest first.

Versions say what was so from when on (orgs/kernel/versions.py); the audit ledger says who did it and why.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.core.paginator import Paginator
from django.db.models import F, Q, Value
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import RegistryEvent
from accounts.pages import accounts as account_pages
from accounts.pages import groups as group_pages
from orgs.choices import Kind, Line, Measure
from orgs.kernel import numbers
from orgs.models import AuditEntry, OrgUnit, UnitBaseVersion, UnitVersion

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime

    from django.core.paginator import Page
    from django.db.models import Model, QuerySet
    from django.utils.functional import _StrPromise

    from orgs.models import User

PER_PAGE = 50
EVENT, PLACE, BASE = "event", "place", "base"
BASE_VERB = "base.recorded"
UNITS = ("unit_id", "on_demand_of")  # fields of changes that name a unit
CHOICES: dict[str, list[tuple[str, Any]]] = {"kind_id": Kind.choices, "line": Line.choices}
TIES = ("merged_into_id", "bound_to_id", "succeeds_id")
RELATED = (
    "account__merged_into", "account__bound_to", "account__succeeds", "group__merged_into", "administratorship__account",
    "administratorship__group",
)  # fmt: skip
# The ledger's line is written in the same transaction, moments after the version.
SAME_ACT = timedelta(minutes=5)
FACTS: dict[str, _StrPromise] = {
    "name": gettext_lazy("全称"),
    "parent_id": gettext_lazy("上级"),
    "kind_id": gettext_lazy("类型"),
    "code": gettext_lazy("代码"),
    "line": gettext_lazy("战线"),
    "intake_year": gettext_lazy("入学年级"),
    "is_open": gettext_lazy("在册"),
}


@dataclass(frozen=True, slots=True)
class Change:
    """One change as the page shows it; `lines` are what was and what is."""

    at: datetime
    word: str
    subject: str
    lines: list[str]
    reason: str
    by: str


@dataclass(frozen=True, slots=True)
class _Known:
    """What the versions and events of one page need to be told in words."""

    events: dict[int, RegistryEvent]
    places: list[UnitVersion]
    bases: list[UnitBaseVersion]
    entries: list[AuditEntry]
    names: dict[object, str]  # of units
    tied: dict[str, dict[object, str]]  # of accounts and groups that changes name, by field


def of_unit(
    unit: OrgUnit, user: User, number: str | None
) -> tuple[Page[tuple[int, str, datetime]], list[Change]]:
    """A page of changes; at most eight statements however many there are. The unit is one that the person sees."""
    page = Paginator(_keys(unit, user), PER_PAGE).get_page(number)
    known = _known(unit, list(page))
    tellers = {EVENT: _event, PLACE: _place, BASE: _base}
    return page, [tellers[of](pk, known) for pk, of, _at in page]


def _keys(unit: OrgUnit, user: User) -> QuerySet[Model, tuple[int, str, datetime]]:
    events = RegistryEvent.objects.visible_to(user).filter(unit=unit).annotate(moment=F("at"))
    places = UnitVersion.objects.filter(unit=unit).annotate(moment=F("valid_from"))
    bases = UnitBaseVersion.objects.filter(unit=unit).annotate(moment=F("valid_from"))
    listed: list[QuerySet[Model, tuple[int, str, datetime]]] = [
        rows.order_by().annotate(row=F("pk"), of=Value(of)).values_list("row", "of", "moment")
        for rows, of in ((events, EVENT), (places, PLACE), (bases, BASE))
    ]
    return listed[0].union(*listed[1:], all=True).order_by("-moment", "of", "-row")


def _known(unit: OrgUnit, shown: list[tuple[int, str, datetime]]) -> _Known:
    wanted = {of: [pk for pk, each, _at in shown if each == of] for of in (EVENT, PLACE, BASE)}
    events = RegistryEvent.objects.filter(pk__in=wanted[EVENT]).select_related("by", *RELATED)
    happened = {each.pk: each for each in events}
    places, bases = (
        _with_former(UnitVersion, unit, wanted[PLACE]),
        _with_former(UnitBaseVersion, unit, wanted[BASE]),
    )
    units = {row.parent_id for row in places} | {
        pk for each in happened.values() for name in UNITS for pk in each.changes.get(name, ())
    }
    return _Known(
        happened,
        places,
        bases,
        _entries(unit, [at for _pk, of, at in shown if of != EVENT]),
        dict(OrgUnit.objects.filter(pk__in=units - {None}).values_list("pk", "name")),
        _tied(happened.values()),
    )


def _tied(events: Iterable[RegistryEvent]) -> dict[str, dict[object, str]]:
    """What accounts and groups are bound to, go on from or went into, as it stands: read with the events."""
    found: dict[str, dict[object, str]] = {name: {} for name in TIES}
    for event in events:
        for name in TIES:
            other = getattr(event.account or event.group, name.removesuffix("_id"), None)
            if other is not None:
                found[name][other.pk] = str(other)
    return found


def _with_former(model: Any, unit: OrgUnit, pks: list[int]) -> list[Any]:
    """The versions and the one before each of them; no statement where none is shown."""
    if not pks:
        return []
    starts = model.objects.filter(pk__in=pks).values("valid_from")
    return list(model.objects.filter(Q(pk__in=pks) | Q(valid_to__in=starts), unit=unit))


def _entries(unit: OrgUnit, moments: list[datetime]) -> list[AuditEntry]:
    """What the ledger says of the unit and its bases around these moments, the oldest first."""
    if not moments:
        return []
    about = Q(object_type=OrgUnit._meta.label_lower, object_id=str(unit.pk)) | Q(unit=unit, verb=BASE_VERB)
    found = AuditEntry.objects.filter(about, at__range=(min(moments), max(moments) + SAME_ACT))
    return list(found.with_bodies().select_related("by").order_by("at", "pk"))


def _event(pk: int, known: _Known) -> Change:
    event = known.events[pk]
    term, names = event.administratorship, dict.fromkeys(UNITS, known.names) | known.tied
    if event.account_id:
        word, lines = str(event.get_kind_display()), account_pages.told(event, names).changes
    else:
        told = group_pages.told(event, names)
        word, lines = told.word, told.changes
    channel = event.account or event.group or (term and (term.account or term.group))
    subject = str(channel) if channel else _("本单位微信工作")
    if term is not None:
        subject = _("%(channel)s的管理员") % {"channel": subject}
    by = event.by.display_name if event.by else ""
    return Change(event.at, word, subject, lines, event.reason, by)


def _place(pk: int, known: _Known) -> Change:
    now = next(row for row in known.places if row.pk == pk)
    before = next((row for row in known.places if row.valid_to == now.valid_from), None)
    entry = _entry(known, now, lambda each: each.verb != BASE_VERB)
    names = [name for name in FACTS if before is None or getattr(before, name) != getattr(now, name)]
    if before is None:
        names = [name for name in ("name", "parent_id", "kind_id") if getattr(now, name)]
    lines = [_line(str(FACTS[name]), _said(name, before, known), _said(name, now, known)) for name in names]
    word = entry.words if entry else _("登记团组织") if before is None else _("修改团组织")
    return _change(now.valid_from, word, now.name, lines, entry)


def _base(pk: int, known: _Known) -> Change:
    now = next(row for row in known.bases if row.pk == pk)
    before = next(
        (row for row in known.bases if row.measure == now.measure and row.valid_to == now.valid_from), None
    )
    entry = _entry(
        known, now, lambda each: each.verb == BASE_VERB and each.detail.get("measure") == now.measure
    )
    said = [_base_words(row) if row else "" for row in (before, now)]
    word = _("更正底数") if before else _("登记底数")
    return _change(now.valid_from, word, str(Measure(now.measure).label), [_line("", *said)], entry)


def _entry(known: _Known, row: Any, is_about: Callable[[AuditEntry], bool]) -> AuditEntry | None:
    fits = (each for each in known.entries if row.valid_from <= each.at <= row.valid_from + SAME_ACT)
    return next((each for each in fits if is_about(each)), None)


def _change(at: datetime, word: str, subject: str, lines: list[str], entry: AuditEntry | None) -> Change:
    by = entry.by.display_name if entry and entry.by else ""
    return Change(at, word, subject, lines, entry.reason if entry else "", by)


def _line(label: str, before: str, now: str) -> str:
    moved = f"{before} → {now}" if before else now
    return f"{label}：{moved}" if label else moved


def _said(name: str, row: UnitVersion | None, known: _Known) -> str:
    """One fact of a version in words; "" where there is no version."""
    if row is None:
        return ""
    value = getattr(row, name)
    if name == "parent_id":
        return known.names.get(value, numbers.MISSING)
    if name == "is_open":
        return _("是") if value else _("否")
    labels = dict(CHOICES.get(name, []))
    return str(labels.get(value, value) if value is not None else numbers.MISSING)


def _base_words(row: UnitBaseVersion) -> str:
    words = {"n": numbers.thousands(row.count), "year": row.year, "source": row.source}
    return _("%(n)s（%(year)d年，%(source)s）") % words
