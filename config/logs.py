"""What the log holds: one JSON line each with the id of the request; never the code of an invitation, no traceback of an outage."""

from __future__ import annotations

import json
import logging
import re
from datetime import UTC, datetime
from typing import Any

import structlog

from config.outages import outage

CODE = re.compile(r"(/i/)[\w-]+")


class WithoutCodes(logging.Filter):
    """Writes /i/… in place of an invitation link, whoever logs it."""

    def filter(self, record: logging.LogRecord) -> bool:
        text = record.getMessage()
        if CODE.search(text):
            record.msg, record.args = CODE.sub(r"\1…", text), ()
        return True


class OutagesInWords(logging.Filter):
    """While the database is away every request fails alike: a line each, not a page."""

    def filter(self, record: logging.LogRecord) -> bool:
        found = outage(record.exc_info[1]) if record.exc_info else None
        if found is not None:
            record.msg, record.args = f"{record.getMessage()} (outage: {found.value})", ()
            record.exc_info = record.exc_text = None
        return True


class JsonLines(logging.Formatter):
    """One object a line; what structlog says already is one."""

    def format(self, record: logging.LogRecord) -> str:
        at = datetime.fromtimestamp(record.created, tz=UTC).isoformat(timespec="milliseconds")
        line: dict[str, Any] = {"at": at, "level": record.levelname.lower(), "logger": record.name}
        line |= structlog.contextvars.get_contextvars()
        line |= _said(record.getMessage())
        if record.exc_info:
            line["traceback"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False, default=str)


def _said(message: str) -> dict[str, Any]:
    if message.startswith("{"):
        try:
            found = json.loads(message)
        except ValueError:
            found = None
        if isinstance(found, dict):
            return {name: value for name, value in found.items() if name not in {"timestamp", "level"}}
    return {"event": message}
