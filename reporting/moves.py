"""Units that came or went by a move since the closed week before: a delta of theirs names the move (metrics.md)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

if TYPE_CHECKING:
    from collections.abc import Mapping

    from reporting.querysets.weekly import WeekUnitQuerySet


def sentences(
    seen: WeekUnitQuerySet, before_pk: int, now_pk: int, before: Mapping[int, str], now: Mapping[int, str]
) -> list[str]:
    """One sentence per direction; no statement where the same units are listed in both weeks.

    `before` and `now` are {unit: name} of what is listed in each week, `seen` the rows that may be told of. A unit that
    is listed in one week only has moved if it stood in both, below another superior: a new line or kind is no move.
    """
    differing = before.keys() ^ now.keys()
    if not differing:
        return []
    rows = seen.for_weeks([before_pk, now_pk]).filter(unit_id__in=differing)
    parents = {
        (week, unit): parent for week, unit, parent in rows.values_list("week_id", "unit_id", "parent_id")
    }
    moved = {
        unit
        for unit in differing
        if (before_pk, unit) in parents
        and (now_pk, unit) in parents
        and parents[before_pk, unit] != parents[now_pk, unit]
    }
    words = [
        (now, _("本周由其他上级划入：%(names)s。较上周的变化含划入单位。")),
        (before, _("本周划归其他上级：%(names)s。较上周的变化含划出单位。")),
    ]
    listed = [
        ("、".join(name for unit, name in names.items() if unit in moved), text) for names, text in words
    ]
    return [text % {"names": names} for names, text in listed if names]
