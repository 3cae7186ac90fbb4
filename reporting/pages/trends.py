"""The line of ten weeks: the unit's, and beside it the province's, in one plot of one scale."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

from orgs.kernel import plot
from reporting.choices import GOOD_LINE
from reporting.coverage import Coverage
from reporting.models import WeekUnit

if TYPE_CHECKING:
    from orgs.kernel.plot import Plot
    from reporting.pages.board import Board

ROOM = Decimal(14)  # between two labels
COLUMNS = (
    "week_id", "coverage_part", "coverage_base", "sub_covered_capped", "sub_holders", "sub_unreported",
    "sub_base_missing",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Trend:
    """Two lines over the dashed 良好 line; `points` are (label, own share, the province's)."""

    own: Plot
    province: Plot | None
    good_line: Decimal
    own_label_at: Decimal | None
    province_label_at: Decimal | None
    points: list[tuple[str, Fraction | None, Fraction | None]]
    last: Fraction | None


def of_board(board: Board, province_pk: int | None = None) -> Trend:
    """The board's weeks; one statement more with a province to compare with."""
    own = board.trend()
    rates = _province_rates(board, province_pk)
    other = [
        (label, rates.get(each.pk)) for (label, _share), each in zip(own, board.chosen.recent, strict=True)
    ]
    good = Fraction(GOOD_LINE, 100)
    # The lowest share as the target gives every plot the same floor.
    lowest = min([good, *(share for _label, share in [*own, *other] if share is not None)])
    own_plot, other_plot = plot.line_plot(own, lowest), plot.line_plot(other, lowest)
    level = plot.line_plot([("", good)], lowest).last
    own_at = own_plot.last[1] if own_plot.last else None
    return Trend(
        own_plot,
        other_plot if other_plot.last else None,
        level[1] if level else Decimal(0),
        own_at,
        _apart(other_plot.last[1] if other_plot.last else None, own_at),
        [(label, share, beside) for (label, share), (_label, beside) in zip(own, other, strict=True)],
        next((share for _label, share in reversed(own) if share is not None), None),
    )


def _apart(at: Decimal | None, taken: Decimal | None) -> Decimal | None:
    """The height of a label, moved off the other one."""
    if at is None or taken is None or abs(at - taken) >= ROOM:
        return at
    return taken + ROOM if at >= taken else taken - ROOM


def _province_rates(board: Board, province_pk: int | None) -> dict[int, Fraction | None]:
    """SECURITY: beyond the reader's scope on purpose: one rate of the whole province, as the bulletin publishes it."""
    if province_pk is None:
        return {}
    rows = WeekUnit.objects.for_weeks(board.chosen.pks).filter(unit_id=province_pk)
    found = rows.with_coverage().values_list(*COLUMNS, named=True)
    return {row.week_id: Coverage.of(row).share for row in found}
