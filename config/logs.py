"""What never reaches a log: the code of an invitation, which Django names in its lines about refused requests."""

from __future__ import annotations

import logging
import re

CODE = re.compile(r"(/i/)[\w-]+")


class WithoutCodes(logging.Filter):
    """Writes /i/… in place of an invitation link, whoever logs it."""

    def filter(self, record: logging.LogRecord) -> bool:
        text = record.getMessage()
        if CODE.search(text):
            record.msg, record.args = CODE.sub(r"\1…", text), ()
        return True
