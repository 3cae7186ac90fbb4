"""What the page 统计接口 shows: the credentials of the own units without their secrets, and the numbers of a fortnight."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from orgs.kernel import clock
from reporting.models import Collector, Statistic

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

    from orgs.models import User

DAYS_SHOWN = 14
LABELS: dict[str, _StrPromise] = {
    "followers": _("关注人数"),
    "joined": _("新增关注"),
    "left": _("取消关注"),
    "readers": _("阅读人数"),
    "sharers": _("分享人数"),
    "groups": _("客户群数"),
    "groups_active": _("有消息的群数"),
    "members": _("群人数"),
    "members_active": _("发言人数"),
    "messages": _("消息数"),
    "statuses": _("微博总数"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """One platform of one unit: heads of its columns, a row of numbers a day (None where none came)."""

    collector: Collector
    heads: list[_StrPromise]
    days: list[tuple[Statistic, list[int | None]]]


def read(user: User) -> list[Line]:
    """Two statements."""
    known = list(Collector.objects.actionable_by(user).select_related("unit").defer("secret"))
    since = clock.today() - timedelta(days=DAYS_SHOWN)
    rows = Statistic.objects.filter(unit_id__in={each.unit_id for each in known}, day__gte=since)
    found = list(rows.order_by("-day"))
    return [_line(each, [row for row in found if _is_of(row, each)]) for each in known]


def _line(collector: Collector, rows: list[Statistic]) -> Line:
    names = [name for name in LABELS if any(name in row.values for row in rows)]
    days = [(row, [row.values.get(name) for name in names]) for row in rows]
    return Line(collector, [LABELS[name] for name in names], days)


def _is_of(row: Statistic, collector: Collector) -> bool:
    same = row.unit_id == collector.unit_id and row.service == collector.service
    return same and row.identifier == collector.identifier
