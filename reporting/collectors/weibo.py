"""Weibo: followers and posts of an account that has authorised the application (2/users/counts). As of now, not of a day past."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings

from reporting.collectors import base

if TYPE_CHECKING:
    from datetime import date


def fetch(uid: str, token: str, _day: date) -> dict[str, int]:
    """The numbers of the account. Raises CollectorError."""
    told = base.request("GET", _url("2/users/counts.json"), params={"access_token": token, "uids": uid})
    for row in base.rows({"list": told}, "list"):
        if str(row.get("id")) == uid:
            return {
                "followers": base.count(row.get("followers_count")),
                "statuses": base.count(row.get("statuses_count")),
            }
    raise base.unreadable()


def _url(path: str) -> str:
    return f"{settings.WEIBO_API_URL}/{path}"
