"""Statistics that a platform gives to who holds its credentials: numbers of a day, never contents or persons.

Written to the official documentation and tested against a server of our own that speaks it; not tried with a real account.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from reporting.choices import CollectorService
from reporting.collectors import wechat, wecom, weibo
from reporting.collectors.base import CollectorError

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

FETCH: dict[str, Callable[[str, str, date], dict[str, int]]] = {
    CollectorService.WECHAT: wechat.fetch,
    CollectorService.WECOM: wecom.fetch,
    CollectorService.WEIBO: weibo.fetch,
}

__all__ = ["FETCH", "CollectorError"]
