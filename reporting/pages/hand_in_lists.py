"""报送材料 of one requirement: which units have handed in, which have not, on pages and as a file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from django.core.paginator import Page as ListPage
from django.core.paginator import Paginator
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _

from orgs.kernel import clock
from orgs.models import OrgUnit
from orgs.operations.exporting import FileTable
from reporting.choices import HandInState
from reporting.models import Exemption, HandIn
from reporting.operations import hand_in_asked
from reporting.pages.hand_ins import Paper, State, state_of

if TYPE_CHECKING:
    from orgs.operations.exporting import Cell
    from orgs.querysets.scope import UnitsInCharge
    from orgs.querysets.tree import OrgUnitQuerySet
    from reporting.querysets.hand_ins import HandInQuerySet

PER_PAGE = 50
MISSING, OVERDUE, WAITING, ACCEPTED, RETURNED, LATE = (
    *("missing", "overdue", "waiting", "accepted", "returned", "late"),
)
STATES = (MISSING, OVERDUE, WAITING, ACCEPTED, RETURNED, LATE)


@dataclass(frozen=True, slots=True)
class UnitLine:
    """One unit that is asked, and its documents of the period."""

    unit: OrgUnit
    state: State
    hand_ins: list[HandIn]
    url: str


@dataclass(frozen=True, slots=True)
class UnitList:
    """The units of one page that a paper asks."""

    paper: Paper
    page: ListPage[OrgUnit]
    lines: list[UnitLine]
    chips: list[tuple[str, str, bool]]
    state: str
    n_asked: int
    n_standing: int
    earlier_url: str
    later_url: str


def of_paper(
    paper: Paper, in_charge: UnitsInCharge, *, state: str, page: str | None, per_page: int = PER_PAGE
) -> UnitList:
    """The units in the reader's scope that the paper asks, those of one state or all; five statements."""
    state = state if state in STATES else ""
    asked = _asked_of(paper, in_charge)
    rows = _in_state(asked, paper, state).select_related("parent").in_official_order()
    found = Paginator(rows, per_page).get_page(page)
    units = list(found)
    of_paper = HandIn.objects.of(
        paper.requirement.version.campaign, paper.requirement.code, paper.key
    ).for_page()
    given: dict[int, list[HandIn]] = {}
    for each in of_paper.filter(unit__in=units):
        given.setdefault(each.unit_id, []).append(each)
    now = clock.now()
    lines = []
    for unit in units:
        hand_ins = given.get(unit.pk, [])
        lines.append(UnitLine(unit, state_of(paper, hand_ins, now), hand_ins, paper.url(unit.pk)))
    earlier, later = _neighbours(paper)
    n_standing = asked.filter(Exists(_of_unit(paper).standing())).count()
    return UnitList(
        paper, found, lines, _chips(paper, state), state, asked.count(), n_standing, earlier, later
    )


def as_table(found: UnitList) -> FileTable:
    """The list for a file: a row per document, and one for each unit without any."""
    labels = [
        _("团组织"), _("代码"), _("上级"), _("状态"), _("第几份"), _("文件名"), _("报送时间"), _("逾期报送"),
        _("办理时间"), _("退回理由"),
    ]  # fmt: skip
    rows: list[list[Cell]] = []
    for line in found.lines:
        head: list[Cell] = [
            line.unit.name,
            line.unit.code,
            line.unit.parent.name if line.unit.parent else None,
        ]
        rows += [[*head, *_file_cells(each)] for each in line.hand_ins] or [
            [*head, line.state.word, *[None] * 6]
        ]
    words = {"title": found.paper.title, "period": found.paper.label}
    name = _("报送材料_%(title)s%(period)s") % words
    return FileTable.listed(
        name[:60], labels, rows, heading=f"{found.paper.title}　{found.paper.label}".strip()
    )


def _file_cells(each: HandIn) -> list[Cell]:
    return [
        each.get_state_display(),
        each.copy,
        each.original_name,
        f"{clock.local(each.handed_at):%Y-%m-%d %H:%M}",
        _("是") if each.is_late else None,
        f"{clock.local(each.decided_at):%Y-%m-%d %H:%M}" if each.decided_at else None,
        each.remark or None,
    ]


def _asked_of(paper: Paper, in_charge: UnitsInCharge) -> OrgUnitQuerySet:
    """Whom it asks within the scope, exempt units left out."""
    requirement = paper.requirement
    exempt = Exemption.objects.in_force().filter(
        campaign=requirement.version.campaign_id, requirement_code=requirement.code, unit=OuterRef("pk")
    )
    asked = hand_in_asked.units_asked(requirement)
    rows: OrgUnitQuerySet = asked.within(in_charge).filter(~Exists(exempt))
    return rows


def _of_unit(paper: Paper) -> HandInQuerySet:
    campaign = paper.requirement.version.campaign
    return HandIn.objects.of(campaign, paper.requirement.code, paper.key).filter(unit=OuterRef("pk"))


def _in_state(asked: OrgUnitQuerySet, paper: Paper, state: str) -> OrgUnitQuerySet:
    given = _of_unit(paper)
    standing = Exists(given.standing())
    if state == OVERDUE and (paper.due_at is None or clock.now() < paper.due_at):
        return asked.none()
    conditions = {
        MISSING: ~standing,
        OVERDUE: ~standing,
        WAITING: Exists(given.waiting()),
        ACCEPTED: Exists(given.filter(state=HandInState.ACCEPTED)),
        RETURNED: Exists(given.filter(state=HandInState.RETURNED)) & ~standing,
        LATE: Exists(given.standing().filter(is_late=True)),
    }
    return asked.filter(conditions[state]) if state else asked


def _chips(paper: Paper, state: str) -> list[tuple[str, str, bool]]:
    words = [
        ("", _("全部")),
        (MISSING, _("未报送")),
        (OVERDUE, _("逾期未报")),
        (WAITING, _("待接收")),
        (ACCEPTED, _("已接收")),
        (RETURNED, _("已退回")),
        (LATE, _("逾期报送")),
    ]
    kept = [("period", paper.key)] if paper.key else []
    return [
        (word, "?" + urlencode([*kept, *([("state", key)] if key else [])]), key == state)
        for key, word in words
    ]


def _neighbours(paper: Paper) -> tuple[str, str]:
    if paper.period is None:
        return "", ""
    first, last = hand_in_asked.asked_between(paper.requirement, clock.now())
    before, after = paper.period.previous(), paper.period.next()
    return (
        Paper(paper.requirement, before).list_url() if before >= first else "",
        Paper(paper.requirement, after).list_url() if after <= last else "",
    )
