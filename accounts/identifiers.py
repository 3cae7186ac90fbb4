"""What people paste as an account becomes the id of the account: addresses of a weibo page, ids with labels and full-width characters.

Pure: a platform's rule, its address and a text in; the id out, or what is wrong with it.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from django.utils.translation import gettext as _

from accounts.naming import clean_identifier

if TYPE_CHECKING:
    from accounts.models import Platform

LONGEST = 60
WECHAT, WEIBO, NUMBER = "wechat", "weibo", "number"
# One weibo, several addresses: the page on a computer, on a phone, the old one of organisations.
_ALIASES = {"weibo.com": {"weibo.com", "weibo.cn"}}
_BEFORE_AN_ID = {"u", "p", "profile", "user", "people", "space"}
_BY_NAME = {"n"}
_POSTS = {"status", "detail", "ttarticle", "tv"}
_PAGE_OF_USER = re.compile(r"100\d{3}(\d{10})", re.ASCII)
_LABEL = re.compile(r"^(微信号|微信|公众号|账号|帐号|QQ号?|ID)[:：]", re.IGNORECASE)
_PATTERNS = {
    WECHAT: re.compile(r"[A-Za-z0-9_.+@-]{2,60}"),
    WEIBO: re.compile(r"[A-Za-z0-9_.-]{2,60}"),
    NUMBER: re.compile(r"\d{5,12}", re.ASCII),
}


@dataclass(frozen=True, slots=True)
class Reading:
    """The id, and in words what is wrong with it ("" = nothing)."""

    identifier: str
    problem: str = ""


def read_identifier(platform: Platform, text: str) -> Reading:
    """The id that the text means on this platform (invariant A1)."""
    cleaned = _LABEL.sub("", clean_identifier(text)).removeprefix("@")
    if not cleaned:
        return Reading("", _("请填写微信号（账号）。"))
    if _is_address(cleaned):
        return _of_address(platform, unicodedata.normalize("NFKC", cleaned))
    return Reading(cleaned, _problem(platform.identifier_rule, cleaned))


def _is_address(text: str) -> bool:
    return "://" in text or re.match(r"[\w-]+(\.[\w-]+)+/", text) is not None


def _of_address(platform: Platform, text: str) -> Reading:
    parts = _split(text)
    known = urlsplit(platform.url_pattern).hostname or ""
    hosts = _ALIASES.get(known, {known})
    if not any(known and (parts[0] == host or parts[0].endswith(f".{host}")) for host in hosts):
        return Reading(
            text[:LONGEST], _("这不是%(platform)s主页的地址，请填写账号本身。") % {"platform": platform.name}
        )
    steps = parts[1]
    first = steps[0].casefold() if steps else ""
    if first in _BY_NAME:
        return Reading(
            text[:LONGEST], _("这是按昵称打开的地址，昵称会变。请打开主页，复制带数字编号的地址。")
        )
    if not steps or first in _POSTS:
        return Reading(text[:LONGEST], _("这不是账号主页的地址，请打开主页后再复制地址。"))
    found = steps[1] if first in _BEFORE_AN_ID and len(steps) > 1 else steps[0]
    numbered = _PAGE_OF_USER.fullmatch(found)
    identifier = numbered[1] if numbered else found
    return Reading(identifier, _problem(platform.identifier_rule, identifier))


def _split(text: str) -> tuple[str, list[str]]:
    """Host without www., and the steps of the path; a broken address has neither."""
    try:
        address = urlsplit(text if "://" in text else f"https://{text}")
        host = (address.hostname or "").removeprefix("www.")
    except ValueError:
        return "", []
    return host, [step for step in address.path.split("/") if step]


def _problem(rule: str, identifier: str) -> str:
    if len(identifier) > LONGEST:
        return _("账号不能超过%(n)d个字，请核对。") % {"n": LONGEST}
    pattern = _PATTERNS.get(rule)
    if pattern is None or pattern.fullmatch(identifier):
        return ""
    if rule == NUMBER:
        return _("号码应为5至12位数字，请核对。")
    if rule == WEIBO:
        return _("请填写微博主页地址或个性域名，不要填昵称。")
    return _("微信号只含字母、数字、下划线和减号，不要填昵称。")
