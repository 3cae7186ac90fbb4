"""Days that a person may mean when a period is set."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from orgs.kernel import clock

if TYPE_CHECKING:
    from datetime import date

FURTHEST = timedelta(days=2 * 365)


def is_near(day: date) -> None:
    """Raises ValidationError for a day more than two years away: a slip of the keys, or no day a clock can show."""
    today = clock.today()
    if not today - FURTHEST <= day <= today + FURTHEST:
        raise ValidationError(_("日期应在前后两年以内，请核对年份。"))
