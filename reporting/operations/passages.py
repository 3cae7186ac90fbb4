"""What people write to be passed on or taken up: a title, a text, a link. No contents of chats, no number of a person."""

from __future__ import annotations

from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.utils.translation import gettext as _

from reporting.exceptions import ReportingError
from reporting.operations.texts import checked_prose, tidy

LONGEST_TITLE, LONGEST_TEXT, LONGEST_LINK = 120, 3_000, 300
WEB = ("http", "https")


@dataclass(frozen=True, slots=True)
class Passage:
    """Title, text and, where there is one, the address of the original."""

    title: str
    text: str
    link: str = ""

    def checked(self) -> dict[str, str]:
        """The columns to be kept. Raises ReportingError."""
        title, link = tidy(self.title), self.link.strip()
        if not title or len(title) > LONGEST_TITLE:
            raise ReportingError(_("请填写标题，不超过%(n)d个字。") % {"n": LONGEST_TITLE})
        title = checked_prose(title, label=_("标题"), longest=LONGEST_TITLE)
        text = checked_prose(self.text, label=_("内容"), longest=LONGEST_TEXT)
        if not text:
            raise ReportingError(_("请填写内容，不超过%(n)d个字。") % {"n": LONGEST_TEXT})
        if link and not _is_web_address(link):
            raise ReportingError(
                _("链接请填写以http://或https://开头的网址，不超过%(n)d个字。") % {"n": LONGEST_LINK}
            )
        return {"title": title, "text": text, "link": link}


def _is_web_address(link: str) -> bool:
    try:
        URLValidator(schemes=list(WEB))(link)
    except ValidationError:
        return False
    return len(link) <= LONGEST_LINK
