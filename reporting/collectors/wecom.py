"""WeCom customer groups: how many there are, how many spoke, members, messages (externalcontact/groupchat/statistic).

Sums over all owners; which owner has which group is never kept.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings

from orgs.kernel import clock
from reporting.collectors import base

if TYPE_CHECKING:
    from datetime import date

PAGE, MOST_PAGES = 1000, 50
# Of the answer -> of ours.
NAMES = {
    "chat_total": "groups",
    "chat_has_msg": "groups_active",
    "member_total": "members",
    "member_has_msg": "members_active",
    "msg_total": "messages",
}


def fetch(corp_id: str, secret: str, day: date) -> dict[str, int]:
    """The numbers of a day. Raises CollectorError."""
    given = {"corpid": corp_id, "corpsecret": secret}
    token = base.text(base.request("GET", _url("gettoken"), params=given), "access_token")
    found: dict[str, int] = {}
    offset = 0
    for _page in range(MOST_PAGES):
        asked = {
            "day_begin_time": int(clock.day_start(day).timestamp()),
            "order_by": 2,
            "order_asc": 0,
            "offset": offset,
            "limit": PAGE,
        }
        told = base.request(
            "POST", _url("externalcontact/groupchat/statistic"), params={"access_token": token}, json=asked
        )
        for row in base.rows(told, "items"):
            _add(found, row.get("data"))
        after, total = base.count(told.get("next_offset", 0)), base.count(told.get("total", 0))
        if after <= offset or after >= total:
            return found
        offset = after
    raise base.unreadable()


def _add(found: dict[str, int], data: object) -> None:
    if not isinstance(data, dict):
        raise base.unreadable()
    for theirs, ours in NAMES.items():
        found[ours] = found.get(ours, 0) + base.count(data.get(theirs))


def _url(path: str) -> str:
    return f"{settings.WECOM_API_URL}/cgi-bin/{path}"
