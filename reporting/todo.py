"""This app's lines on the home page."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext as _

from orgs.permissions import REMIND
from orgs.todo import Todo
from reporting.choices import GOOD_LINE
from reporting.pages import board as boards
from reporting.pages import weeks

if TYPE_CHECKING:
    from orgs.models import User
    from reporting.pages.board import Board


def for_user(user: User) -> list[Todo]:
    """For those who supervise: who reported nothing in the newest closed week, who is below the 良好 line (SUP-2.1.1)."""
    in_charge = user.units_in_charge().allowing(REMIND)
    span = boards.widest(in_charge)
    chosen = weeks.choose(None) if span else None
    if span is None or chosen is None:
        return []
    board = boards.read(
        replace(chosen, recent=[chosen.closed]),
        span.unit_id,
        in_charge,
        is_whole=not span.lines,
        is_national=span.is_forest,
    )
    return _lines(board)


def _lines(board: Board) -> list[Todo]:
    coverages = [entry.coverage for entry in board.entries()]
    n_missing = sum(each.is_unreported for each in coverages)
    n_low = sum(each.is_low for each in coverages)
    url, detail = reverse("reporting:weekly"), board.chosen.week.label
    lines = []
    if n_missing:
        label = _("直接下级整体未报")
        lines.append(
            Todo(label, _("查看周报"), url, n_missing, detail=detail, tone="bad", status=str(_("未报")))
        )
    if n_low:
        label = _("直接下级覆盖率低于 %(line)d%%") % {"line": GOOD_LINE}
        lines.append(
            Todo(label, _("查看周报"), url, n_low, detail=detail, tone="warn", status=str(_("需跟进")))
        )
    return lines
