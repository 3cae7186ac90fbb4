"""WeChat official accounts: followers, who came and went, who read and shared (datacube/getusercumulate, getusersummary, getbizsummary).

The article statistics of old (getarticlesummary and the like) are discontinued. Yesterday's numbers are there after 8:00.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings

from reporting.collectors import base

if TYPE_CHECKING:
    from datetime import date


def fetch(app_id: str, secret: str, day: date) -> dict[str, int]:
    """The numbers of a day. Raises CollectorError."""
    asked = {"grant_type": "client_credential", "appid": app_id, "secret": secret}
    token = base.text(
        base.request("POST", _url("cgi-bin/stable_token"), params={}, json=asked), "access_token"
    )
    span = {"begin_date": day.isoformat(), "end_date": day.isoformat()}

    def told(name: str) -> list[dict[str, object]]:
        answer = base.request("POST", _url(f"datacube/{name}"), params={"access_token": token}, json=span)
        return [row for row in base.rows(answer, "list") if row.get("ref_date") == day.isoformat()]

    found: dict[str, int] = {}
    for row in told("getusercumulate"):
        found["followers"] = base.count(row.get("cumulate_user"))
    # A row for each way by which users came.
    for row in told("getusersummary"):
        found["joined"] = found.get("joined", 0) + base.count(row.get("new_user"))
        found["left"] = found.get("left", 0) + base.count(row.get("cancel_user"))
    for row in told("getbizsummary"):
        detail = row.get("detail")
        if not isinstance(detail, dict):
            raise base.unreadable()
        found["readers"] = base.count(detail.get("read_user"))
        found["sharers"] = base.count(detail.get("share_user"))
    return found


def _url(path: str) -> str:
    return f"{settings.WECHAT_API_URL}/{path}"
