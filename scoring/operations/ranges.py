"""Points somebody types: within the criterion's floor and cap, in steps of 0.1 (SUP-4.3)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from orgs.kernel.numbers import points_text
from scoring import rules
from scoring.exceptions import PointsOutOfRange

if TYPE_CHECKING:
    from decimal import Decimal

    from scoring.models import Criterion


def require_range(criterion: Criterion, points: Decimal | None) -> None:
    """Raises PointsOutOfRange with the range in words; None (not scored) is always allowed."""
    low, high = criterion.min_points, criterion.max_points
    if points is not None and not rules.is_allowed(points, low, high):
        text = _("请填写 %(low)s 至 %(high)s 之间的分数，步长 0.1。")
        raise PointsOutOfRange(text % {"low": points_text(low), "high": points_text(high)})
