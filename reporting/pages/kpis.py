"""The strip of figures at the top of the weekly pages; each is a link to the rows that make it up."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext as _

from orgs.kernel.numbers import thousands
from reporting.coverage import Coverage, shown_change
from reporting.coverage_words import state_text

if TYPE_CHECKING:
    from collections.abc import Iterable
    from fractions import Fraction

    from reporting.pages.board import Board


@dataclass(frozen=True, slots=True)
class Kpi:
    """One figure: `points` is its change in percentage points, `notes` are (text, tone)."""

    label: str
    value: str
    url: str
    unit: str = ""
    points: Fraction | int | None = None
    coverage: Coverage | None = None
    notes: tuple[tuple[str, str], ...] = ()


def rows_url(board: Board, figure: str, unit_pk: int | None = None) -> str:
    """Where the rows behind a figure stand: of the whole scope, or of one subordinate.

    Nowhere under today's tree, and for a unit that didn't stand in the week.
    """
    root_pk = board.root.unit_id if board.root else None
    pk = root_pk if unit_pk is None else unit_pk
    if board.chosen.is_restated or pk is None:
        return ""
    url = board.chosen.address(reverse("reporting:show-rows", args=[board.chosen.week, pk, figure]))
    if unit_pk is not None or board.is_for_all:
        return url
    return f"{url}{'&' if '?' in url else '?'}{board.among.query}"


def rows_urls(board: Board, figures: Iterable[str], unit_pk: int | None = None) -> dict[str, str]:
    """The same of several figures, by name."""
    return {figure: rows_url(board, figure, unit_pk) for figure in figures}


def coverage_kpi(board: Board) -> Kpi:
    """Coverage with its bar, people over base, and what qualifies it."""
    coverage = board.coverage() or Coverage(None, None, 0, 0)
    people = _("%(part)s / %(base)s 人") % {
        "part": thousands(coverage.part),
        "base": thousands(coverage.base),
    }
    notes = [(people, "")]
    if coverage.is_provisional:
        notes.append((_("暂定：%(n)d 个单位缺底数") % {"n": coverage.base_missing}, "warn"))
    if coverage.is_over:
        notes.append((_("超报，需核实"), "bad"))
    return Kpi(
        _("团员覆盖率"),
        state_text(coverage),
        rows_url(board, "covered_capped"),
        points=shown_change(board.coverage_change()),
        coverage=coverage,
        notes=tuple(notes),
    )


def reported_kpi(board: Board) -> Kpi:
    """How many of the units that hold members have reported."""
    holders, missing = board.figure("holders") or 0, board.figure("unreported") or 0
    note = (_("%(n)d 个未报") % {"n": missing}, "bad") if missing else (_("全部已报"), "ok")
    return Kpi(
        _("已报 / 应报（支部）"),
        thousands(holders - missing),
        rows_url(board, "unreported" if missing else "holders"),
        unit=f"/ {thousands(holders)}",
        notes=(note,),
    )


def flow_kpi(
    board: Board, label: str, figure: str, *names: str, extra: tuple[tuple[str, str], ...] = ()
) -> Kpi:
    """What happened in the week: the sum of the named figures, with the difference to the week before."""
    counted = names or (figure,)
    value = sum(board.figure(name) or 0 for name in counted)
    return Kpi(
        label,
        thousands(value),
        rows_url(board, figure),
        notes=(*_against_before(board.change(*counted)), *extra),
    )


def weekly_strip(board: Board) -> list[Kpi]:
    """The figures of the weekly page (SUP-4.1a, SUP-4.1b)."""
    admins, poor = board.figure("admin_changed") or 0, board.figure("checks_poor") or 0
    of_admins = ((_("其中更换管理员 %(n)d") % {"n": admins}, ""),) if admins else ()
    of_poor = ((_("其中差 %(n)d") % {"n": poor}, "bad"),) if poor else ()
    return [
        coverage_kpi(board),
        reported_kpi(board),
        flow_kpi(board, _("新增账号、群"), "opened"),
        flow_kpi(board, _("变更"), "changes", "changed", "admin_changed", extra=of_admins),
        flow_kpi(board, _("注销"), "closed"),
        flow_kpi(board, _("抽查"), "checks", extra=of_poor),
    ]


def _against_before(change: int | None) -> tuple[tuple[str, str], ...]:
    if change is None:
        return ()
    shown = f"{change:+d}".replace("-", "−") if change else "0"
    return ((_("较上周 %(change)s") % {"change": shown}, ""),)
