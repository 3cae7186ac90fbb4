"""What the clients of the platforms share: one request, its answer as JSON, and errors that can be shown.

SECURITY: addresses hold tokens and secrets, as the platforms ask for it; none of them stands in an error or a log (the
loggers of httpx are held at WARNING in the settings).
"""

from __future__ import annotations

from typing import Any

import httpx
from django.utils.translation import gettext as _

from reporting.exceptions import ReportingError

TIMEOUT_SECONDS = 5
LARGEST_COUNT = 2_000_000_000


class CollectorError(ReportingError):
    """The platform gave no numbers: `message` says why, and never holds what was sent."""


def request(method: str, url: str, *, params: dict[str, str], json: dict[str, Any] | None = None) -> Any:
    """The JSON answer. Raises CollectorError for silence, a status that is no success, and what is no JSON."""
    try:
        # SECURITY: the host is the operator's setting; no answer sends us to another (D4).
        answer = httpx.request(
            method, url, params=params, json=json, timeout=TIMEOUT_SECONDS, follow_redirects=False
        )
    except httpx.HTTPError as error:
        raise CollectorError(_("平台接口没有应答，明天会再取。")) from _nameless(error)
    try:
        told = answer.json()
    except ValueError:
        told = None
    if isinstance(told, dict) and _code(told):
        raise CollectorError(_("平台接口返回错误 %(code)s，请核对账号和密钥。") % {"code": _code(told)})
    if not answer.is_success or told is None:
        raise CollectorError(
            _("平台接口返回异常（%(status)s），明天会再取。") % {"status": answer.status_code}
        )
    return told


def count(value: object) -> int:
    """A number of the answer, which may be a text of digits. Raises CollectorError for anything else."""
    text = str(value)
    if isinstance(value, bool) or not (text.isascii() and text.isdigit()) or int(text) > LARGEST_COUNT:
        raise unreadable()
    return int(text)


def rows(told: Any, key: str) -> list[dict[str, Any]]:
    """The list under a key. Raises CollectorError where it isn't one of objects."""
    found = told.get(key) if isinstance(told, dict) else None
    if not isinstance(found, list) or not all(isinstance(each, dict) for each in found):
        raise unreadable()
    return found


def text(told: Any, key: str) -> str:
    """A text of the answer. Raises CollectorError where there is none."""
    found = told.get(key) if isinstance(told, dict) else None
    if not isinstance(found, str) or not found:
        raise unreadable()
    return found


def unreadable() -> CollectorError:
    return CollectorError(_("平台接口返回的内容无法识别，请联系系统管理员。"))


def _code(told: dict[str, Any]) -> str:
    """The platform's own number of an error; "" where the answer is none."""
    code = told.get("errcode") or told.get("error_code") or ""
    return str(code)[:12] if isinstance(code, int) else ""


def _nameless(error: Exception) -> Exception:
    """The same failure without the address, which a traceback would show."""
    return RuntimeError(type(error).__name__)
