"""What the pages of registered activities show: the list, one with its answers, which units have not, counts per unit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.core.paginator import Page as ListPage
from django.core.paginator import Paginator
from django.db.models import Count, OuterRef, Q, Subquery, Sum
from django.utils.translation import gettext as _

from orgs.kernel import clock
from orgs.models import OrgUnit
from orgs.operations.exporting import FileTable
from orgs.permissions import FILL
from orgs.querysets.scope import UnitsInCharge
from reporting.choices import OutreachKind
from reporting.models import Outreach
from reporting.operations import outreach as operations

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from orgs.models import User
    from orgs.operations.exporting import Cell
    from reporting.querysets.outreach import OutreachQuerySet

OWN, WAITING = "own", "waiting"
MISSING, DONE = "missing", "done"
PER_PAGE = 50

Chip = tuple[str, str, bool]


@dataclass(frozen=True, slots=True)
class Filter:
    """What the address asks for; a wrong value filters nothing. `unit` is one the person sees, with all below it."""

    kind: str = ""
    box: str = ""
    text: str = ""
    unit: OrgUnit | None = None

    @classmethod
    def of(cls, kind: str, box: str, text: str, unit: OrgUnit | None) -> Filter:
        known = kind if kind in OutreachKind.values else ""
        return cls(known, box if box in {OWN, WAITING} else "", text.strip()[:60], unit)

    @property
    def is_set(self) -> bool:
        return bool(self.kind or self.box or self.text or self.unit)

    @property
    def named(self) -> list[str]:
        """Names of the filters in use, for the audit line of a file."""
        return [key for key, _value in self._parameters()]

    def apply(self, rows: OutreachQuerySet, user: User) -> OutreachQuerySet:
        """Those of the kind, the box, the unit's subtree, whose name contains the words."""
        rows = rows.matching(self.text)
        if self.kind:
            rows = rows.filter(kind=self.kind)
        if self.unit is not None:
            rows = rows.within(UnitsInCharge.below(self.unit))
        own = user.units_in_charge().allowing(FILL).own_unit_ids()
        if self.box == OWN:
            return rows.filter(unit__in=own)
        if self.box == WAITING:
            return rows.filter(is_expected_below=True).running(clock.today()).unanswered_by(own)
        return rows

    def boxes(self) -> list[Chip]:
        words = {"": _("全部"), OWN: _("本单位"), WAITING: _("上级要求、待开展")}
        return [(word, self._with(box=key).address(), key == self.box) for key, word in words.items()]

    def kinds(self) -> list[Chip]:
        words = [("", _("各类")), *OutreachKind.choices]
        return [(str(word), self._with(kind=key).address(), key == self.kind) for key, word in words]

    def address(self) -> str:
        return "?" + urlencode(self._parameters())

    def _with(self, **changed: str) -> Filter:
        given = {"kind": self.kind, "box": self.box} | changed
        return Filter(given["kind"], given["box"], self.text, self.unit)

    def _parameters(self) -> list[tuple[str, str]]:
        unit = str(self.unit.pk) if self.unit else ""
        found = (("kind", self.kind), ("box", self.box), ("q", self.text), ("unit", unit))
        return [(key, value) for key, value in found if value]


@dataclass(frozen=True, slots=True)
class Page:
    """One activity; of a topic that is expected below, how many of the units the reader sees have answered."""

    outreach: Outreach
    may_edit: bool
    answerable_for: OrgUnit | None  # the own unit that is expected to answer and has not
    n_expected: int
    n_answered: int

    @property
    def has_units(self) -> bool:
        return self.outreach.is_expected_below and self.n_expected > 0


@dataclass(frozen=True, slots=True)
class UnitList:
    """A page of the units of which a topic is expected; each has `answer_pk`, `answered_on`, `answer_participants`."""

    page: ListPage[OrgUnit]
    chips: list[Chip]


@dataclass(frozen=True, slots=True)
class UnitCount:
    """Activities registered in the subtree of one unit."""

    unit: OrgUnit
    n_by_kind: list[int]
    participants: int | None

    @property
    def n(self) -> int:
        return sum(self.n_by_kind)


def page(outreach: Outreach, user: User) -> Page:
    """At most four statements."""
    in_charge = user.units_in_charge()
    own = in_charge.allowing(FILL).own_unit_ids()
    waiting, n_expected, n_answered = None, 0, 0
    if outreach.is_expected_below:
        answered = outreach.answered_by.values("unit")
        mine = operations.units_for(outreach, UnitsInCharge(in_charge.allowing(FILL).spans)).filter(
            pk__in=own
        )
        waiting = mine.exclude(pk__in=answered).first()
        if in_charge.covers(outreach.unit):
            counted = operations.units_for(outreach, in_charge).order_by()
            found = counted.aggregate(n=Count("pk"), done=Count("pk", filter=Q(pk__in=answered)))
            n_expected, n_answered = found["n"], found["done"]
    may_edit = operations.may_change(outreach, by=user)
    return Page(outreach, may_edit, waiting, n_expected, n_answered)


def units_of(topic: Outreach, user: User) -> Any:
    """The units of which the topic is expected, as far as the person sees them, each with its newest answer."""
    answers = topic.answered_by.filter(unit=OuterRef("pk")).order_by("-starts_on", "-pk")
    columns = {"answer_pk": "pk", "answered_on": "starts_on", "answer_participants": "participants"}
    facts = {name: Subquery(answers.values(column)[:1]) for name, column in columns.items()}
    units = operations.units_for(topic, user.units_in_charge()).select_related("parent")
    return units.annotate(**facts)


def unit_list(topic: Outreach, user: User, *, state: str, number: str | None) -> UnitList:
    """A page of them: all, those that have not, those that have; three statements."""
    units = units_of(topic, user)
    counted = units.order_by().aggregate(n=Count("pk"), done=Count("pk", filter=Q(answer_pk__isnull=False)))
    numbers = {"": counted["n"], MISSING: counted["n"] - counted["done"], DONE: counted["done"]}
    words = {"": _("全部"), MISSING: _("未开展"), DONE: _("已开展")}
    shown = of_state(units, state)
    chips = [
        (f"{word} {numbers[key]}", f"?state={key}" if key else "?", key == state)
        for key, word in words.items()
    ]
    return UnitList(Paginator(shown, PER_PAGE).get_page(number), chips)


def of_state(units: Any, state: str) -> Any:
    """All of `units_of`, those that have not answered, or those that have."""
    if state not in {MISSING, DONE}:
        return units
    return units.filter(answer_pk__isnull=state == MISSING)


def counts(unit: OrgUnit, year: int, user: User) -> list[UnitCount]:
    """What the units directly below registered in the year, each with everything below it; the unit's own first.

    Two statements: sums by unit, and the units.
    """
    seen = OrgUnit.objects.visible_to(user)
    below = [unit, *seen.children_of(unit).in_official_order()]
    rows = Outreach.objects.visible_to(user).filter(starts_on__year=year)
    found: dict[int, dict[str, int]] = {}
    people: dict[int, int] = {}
    for unit_id, tree, lft, kind, n, joined in (
        rows.within(UnitsInCharge.below(unit))
        .order_by()
        .values("unit_id", "unit__tree_id", "unit__lft", "kind")
        .annotate(n=Count("pk"), joined=Sum("participants"))
        .values_list("unit_id", "unit__tree_id", "unit__lft", "kind", "n", "joined")
    ):
        holder = _holder(below, unit_id, tree, lft)
        if holder is not None:
            by_kind = found.setdefault(holder, {})
            by_kind[kind] = by_kind.get(kind, 0) + n
            if joined is not None:
                people[holder] = people.get(holder, 0) + joined
    return [
        UnitCount(
            each, [found.get(each.pk, {}).get(kind, 0) for kind in OutreachKind.values], people.get(each.pk)
        )
        for each in below
    ]


def _holder(below: list[OrgUnit], unit_id: int, tree: int, lft: int) -> int | None:
    own, *children = below
    if unit_id == own.pk:
        return unit_id
    inside: Iterator[int] = (
        each.pk for each in children if each.tree_id == tree and each.lft <= lft <= each.rght
    )
    return next(inside, None)


def of_list(rows: Iterable[Outreach]) -> FileTable:
    """活动登记 for a file; unknown participants are empty, not 0."""
    labels = [
        _("类别"), _("名称"), _("团组织"), _("开始日期"), _("结束日期"), _("链接"), _("参与人数"), _("结果"), _("上级话题"),
    ]  # fmt: skip
    cells: list[list[Cell]] = [
        [
            each.get_kind_display(),
            each.title,
            each.unit.name,
            each.starts_on.isoformat(),
            each.ends_on.isoformat() if each.ends_on else None,
            each.link or None,
            each.participants,
            each.result or None,
            each.answers.title if each.answers else None,
        ]
        for each in rows
    ]
    return FileTable.listed(_("活动登记%(day)s") % {"day": f"{clock.today():%Y%m%d}"}, labels, cells)


def of_units(topic: Outreach, units: Iterable[Any]) -> FileTable:
    """开展情况 of a topic for a file."""
    labels = [_("团组织"), _("上级"), _("开展情况"), _("开始日期"), _("参与人数")]
    cells: list[list[Cell]] = [
        [
            each.name,
            each.parent.name if each.parent else None,
            _("已开展") if each.answer_pk else _("未开展"),
            each.answered_on.isoformat() if each.answered_on else None,
            each.answer_participants,
        ]
        for each in units
    ]
    return FileTable.listed(_("微话题开展情况"), labels, cells, heading=topic.title)


def of_counts(found: Iterable[UnitCount], year: int) -> FileTable:
    """Counts per unit for a file."""
    labels = [_("团组织"), *(str(label) for label in OutreachKind.labels), _("合计"), _("参与人次")]
    cells: list[list[Cell]] = [[each.unit.name, *each.n_by_kind, each.n, each.participants] for each in found]
    return FileTable.listed(_("%(year)d年活动登记统计") % {"year": year}, labels, cells)
