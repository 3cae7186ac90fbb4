"""What the pages of 报送 show: the list with its boxes, one with what came of it, counts per direct unit (WB-3.3)."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from django.utils.translation import gettext as _

from orgs.kernel import clock
from orgs.operations.exporting import FileTable
from reporting.choices import BulletinState, ContributionState
from reporting.models import Contribution
from reporting.pages import by_child

if TYPE_CHECKING:
    from collections.abc import Iterable

    from orgs.models import OrgUnit
    from orgs.operations.exporting import Cell
    from orgs.querysets.scope import UnitsInCharge
    from reporting.querysets.notices import ContributionQuerySet

RECEIVED, SENT = "received", "sent"
LONGEST_QUERY = 60
YEARS_SHOWN = 3
TONES = {ContributionState.SENT: "warn", ContributionState.ADOPTED: "ok", ContributionState.NOTED: "mute"}

Chip = tuple[str, str, bool]


@dataclass(frozen=True, slots=True)
class Filter:
    """What the address asks for; a wrong value filters nothing."""

    box: str = ""
    state: str = ""
    text: str = ""

    @classmethod
    def of(cls, box: str, state: str, text: str) -> Filter:
        return cls(
            box if box in {RECEIVED, SENT} else "",
            state if state in ContributionState.values else "",
            text.strip()[:LONGEST_QUERY],
        )

    def apply(self, rows: ContributionQuerySet, in_charge: UnitsInCharge) -> ContributionQuerySet:
        own = in_charge.own_unit_ids()
        if self.box:
            rows = rows.filter(**{"addressed_to__in" if self.box == RECEIVED else "unit__in": own})
        if self.state:
            rows = rows.filter(state=self.state)
        return rows.matching(self.text)

    @property
    def is_set(self) -> bool:
        return self != Filter()

    def chips(self) -> list[tuple[str, list[Chip]]]:
        """Rows of chips with what they are about: text, address, chosen."""
        boxes = [("", _("全部")), (RECEIVED, _("报送本单位的")), (SENT, _("本单位报送的"))]
        states = [("", _("全部状态")), *((each.value, str(each.label)) for each in ContributionState)]
        return [
            (_("范围"), [(word, replace(self, box=key).address(), key == self.box) for key, word in boxes]),
            (
                _("状态"),
                [(word, replace(self, state=key).address(), key == self.state) for key, word in states],
            ),
        ]

    def hidden(self) -> list[tuple[str, str]]:
        """What goes along when words are looked for."""
        return [(name, value) for name, value in (("box", self.box), ("state", self.state)) if value]

    def address(self) -> str:
        pairs = (("box", self.box), ("state", self.state), ("q", self.text))
        return "?" + urlencode([(name, value) for name, value in pairs if value])


@dataclass(frozen=True, slots=True)
class Line:
    """One contribution in the list."""

    contribution: Contribution
    tone: str


@dataclass(frozen=True, slots=True)
class UnitLine:
    """What came from one direct unit and everything below it."""

    unit: OrgUnit
    n_sent: int
    n_adopted: int
    n_noted: int
    n_waiting: int


@dataclass(frozen=True, slots=True)
class UnitList:
    """The direct units of one unit in one year."""

    unit: OrgUnit
    year: int
    lines: list[UnitLine]
    chips: list[Chip]


def lines(contributions: Iterable[Contribution]) -> list[Line]:
    """In the order of the queryset."""
    return [Line(each, TONES[ContributionState(each.state)]) for each in contributions]


def units(unit: OrgUnit, in_charge: UnitsInCharge, asked: str) -> UnitList:
    """What was sent to this unit in a year, by its direct units; two statements."""
    this = clock.today().year
    years = [this - n for n in range(YEARS_SHOWN)]
    year = int(asked) if asked in {str(each) for each in years} else this
    span = (clock.day_start(date(year, 1, 1)), clock.day_start(date(year + 1, 1, 1)))
    rows = Contribution.objects.within(in_charge.narrowed_to(unit)).filter(
        addressed_to=unit, sent_at__gte=span[0], sent_at__lt=span[1]
    )
    children = by_child.children(unit, in_charge)
    placed = rows.order_by().values_list("unit__tree_id", "unit__lft", "state")
    found = by_child.grouped(children, placed)
    listed = [_unit_line(each, found[each.pk]) for each in children if each.is_open or found[each.pk]]
    chips = [
        (_("%(year)d年") % {"year": each}, f"?unit={unit.pk}&year={each}", each == year) for each in years
    ]
    return UnitList(unit, year, listed, chips)


def table(listed: Iterable[Line]) -> FileTable:
    """The list as a file."""
    labels = [
        _("报送单位"), _("上级"), _("标题"), _("状态"), _("报送对象"), _("报送日期"), _("意见"), _("引用的通报"),
    ]  # fmt: skip
    rows = [_row(each.contribution) for each in listed]
    return FileTable.listed(_("报送%(day)s") % {"day": f"{clock.today():%Y%m%d}"}, labels, rows)


def unit_table(found: UnitList) -> FileTable:
    """The counts as a file."""
    labels = [_("团组织"), _("报送（条）"), _("已采用"), _("已阅"), _("待办理")]
    rows: list[list[Cell]] = [
        [each.unit.name, each.n_sent, each.n_adopted, each.n_noted, each.n_waiting] for each in found.lines
    ]
    words = {"unit": found.unit.name, "year": found.year}
    heading = _("%(unit)s　%(year)d年　含下级") % words
    return FileTable.listed(_("报送统计%(year)d年") % words, labels, rows, heading=heading)


def _unit_line(unit: OrgUnit, states: list[str]) -> UnitLine:
    n = Counter(states)
    by_state = (
        n[each] for each in (ContributionState.ADOPTED, ContributionState.NOTED, ContributionState.SENT)
    )
    return UnitLine(unit, len(states), *by_state)


def _row(each: Contribution) -> list[Cell]:
    return [
        each.unit.name,
        each.unit.parent.name if each.unit.parent else None,
        each.title,
        each.get_state_display(),
        each.addressed_to.name,
        f"{clock.local(each.sent_at):%Y-%m-%d}",
        each.remark or None,
        each.bulletin.title if each.bulletin and each.bulletin.state == BulletinState.PUBLISHED else None,
    ]
