"""This app's lines on the home page."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from django.db.models import Count, Q
from django.urls import reverse
from django.utils.translation import gettext as _

from orgs.kernel import clock
from orgs.permissions import EDIT_REGISTRY, REMIND
from orgs.todo import Todo
from reporting.choices import GOOD_LINE
from reporting.models import Demand
from reporting.pages import board as boards
from reporting.pages import overview, weeks

if TYPE_CHECKING:
    from orgs.kernel.clock import Week
    from orgs.querysets.scope import UnitsInCharge
    from reporting.pages.board import Board, Entry
    from reporting.sentences import Phrase


@dataclass(frozen=True, slots=True)
class Briefing:
    """The newest closed week for the home page: its sentence, and what follows from it."""

    week: Week
    sentence: list[Phrase]
    todos: list[Todo]


def briefing(in_charge: UnitsInCharge) -> Briefing | None:
    """For those who supervise: the week in one sentence, who reported nothing, who is below the 良好 line (SUP-2.1.1)."""
    in_charge = in_charge.allowing(REMIND)
    span = in_charge.widest()
    chosen = weeks.choose(None) if span else None
    if span is None or chosen is None:
        return None
    board = boards.read(
        replace(chosen, recent=chosen.recent[-2:]),
        span.unit_id,
        in_charge,
        is_whole=not span.lines,
        is_national=span.is_forest,
    )
    entries = board.entries()
    if not entries:
        return None
    return Briefing(chosen.week, overview.sentence(board, entries), _lines(board, entries))


def lines(in_charge: UnitsInCharge) -> list[Todo]:
    """更换要求: what superiors wait for in the own unit and directly below it; own demands that are overdue (SUP-2.1.4)."""
    editing, demanding = (in_charge.allowing(verb).own_unit_ids() for verb in (EDIT_REGISTRY, REMIND))
    if not (editing or demanding):
        return []
    is_late = Q(due_on__lt=clock.today())
    # A branch has nobody who may change the registry: the committee above it does that.
    is_ours = (Q(unit__in=editing) | Q(unit__parent__in=editing)) & ~Q(demanded_by_unit__in=demanding)
    counts = (
        Demand.objects.within(in_charge)
        .waiting()
        .aggregate(
            asked=Count("pk", filter=is_ours),
            late=Count("pk", filter=is_ours & is_late),
            made=Count("pk", filter=Q(demanded_by_unit__in=demanding) & is_late),
        )
    )
    url = reverse("reporting:list-demands")
    found = [
        Todo(
            _("上级要求更换管理员"),
            _("去办理"),
            f"{url}?state=open",
            counts["asked"],
            detail=_("已逾期%(n)d个") % {"n": counts["late"]} if counts["late"] else "",
            tone="bad" if counts["late"] else "warn",
            status=_("已逾期") if counts["late"] else _("待办理"),
        ),
        Todo(
            _("提出的更换要求逾期未办"),
            _("去查看"),
            f"{url}?state=overdue&side=made",
            counts["made"],
            tone="warn",
            status=_("已逾期"),
        ),
    ]
    return [line for line in found if line.count]


def _lines(board: Board, entries: list[Entry]) -> list[Todo]:
    url, detail = reverse("reporting:weekly"), board.chosen.week.label
    found = (
        (_("直接下级整体未报"), sum(each.coverage.is_unreported for each in entries), "bad", _("未报")),
        (
            _("直接下级覆盖率低于 %(line)d%%") % {"line": GOOD_LINE},
            sum(each.coverage.is_low for each in entries),
            "warn",
            _("需跟进"),
        ),
        (
            _("抽查有“差”的直接下级"),
            sum(bool(each.row.sub_checks_poor) for each in entries),
            "warn",
            _("需跟进"),
        ),
    )
    return [
        Todo(label, _("查看周报"), url, n, detail=detail, tone=tone, status=status)
        for label, n, tone, status in found
        if n
    ]
