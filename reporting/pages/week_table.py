"""The weekly page's units as a table of texts, for a file: the same scope, order and figures as on the page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from orgs.choices import Kind
from reporting.coverage_words import rate_text

if TYPE_CHECKING:
    from reporting.pages.board import Board, Entry
    from reporting.pages.weeks import ChosenWeek

FLOWS = ("opened", "changed", "admin_changed", "closed", "checks", "checks_poor")


def labels() -> list[str]:
    """Heads of the columns, units in them."""
    return [
        _("团组织"), _("类型"), _("覆盖率"), _("覆盖团员（人）"), _("团员底数（人）"), _("已报（个）"), _("应报（个）"),
        _("还差（人）"), _("新增账号、群"), _("账号、群变更"), _("更换管理员"), _("注销"), _("抽查（次）"), _("其中差"),
        _("版次"),
    ]  # fmt: skip


def rows(board: Board) -> list[list[str]]:
    """One row per unit; what is missing is empty or says so, never 0."""
    edition = _edition(board.chosen)
    return [[*_row(entry), edition] for entry in board.entries()]


def name(chosen: ChosenWeek) -> str:
    """Of the file: the week, the edition unless there is only the first, and that it was added up anew."""
    parts = [_("周报%(week)s") % {"week": chosen.week}]
    if len(chosen.editions) > 1 or chosen.closed.edition > 1:
        parts.append(_("第%(n)d版") % {"n": chosen.closed.edition})
    if chosen.is_restated:
        parts.append(_("重算"))
    return "_".join(parts)


def _edition(chosen: ChosenWeek) -> str:
    parts = [_("第%(n)d版") % {"n": chosen.closed.edition}]
    if chosen.is_superseded:
        parts.append(_("已有第%(n)d版") % {"n": chosen.newest.edition})
    if chosen.is_restated:
        parts.append(_("按现在的组织架构重算"))
    return "，".join(parts)


def _row(entry: Entry) -> list[str]:
    row, coverage = entry.row, entry.coverage
    known = [coverage.shown_part, coverage.base, coverage.reported, coverage.holders]
    return [
        row.name,
        str(Kind(row.kind_id).label),
        rate_text(coverage),
        *("" if n is None else str(n) for n in known),
        str(coverage.shortfall) if coverage.is_rate else "",
        *(str(getattr(row, f"sub_{name}")) for name in FLOWS),
    ]
