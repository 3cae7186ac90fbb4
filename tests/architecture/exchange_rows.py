"""The URLs of 内容供给 and 报送 in the matrix."""

from __future__ import annotations

from orgs import permissions as p
from tests.architecture.rows import ANYONE, BOTH, POST, Row

EXCHANGE: dict[str, Row] = {
    "reporting:list-materials": Row("", ANYONE),
    "reporting:new-material": Row("", p.PUBLISH_NOTICE, BOTH),
    "reporting:show-material": Row("material", p.VIEW),
    "reporting:withdraw-material": Row("material", p.PUBLISH_NOTICE, POST),
    "reporting:list-contributions": Row("", ANYONE),
    "reporting:new-contribution": Row("", p.FILL, BOTH),
    "reporting:list-contributing-units": Row("", p.VIEW),
    "reporting:show-contribution": Row("contribution", p.VIEW),
    "reporting:adopt-contribution": Row("contribution", p.REVIEW, POST),
    "reporting:note-contribution": Row("contribution", p.REVIEW, POST),
    "reporting:list-directed": Row("", ANYONE),
    "reporting:new-directed": Row("", p.FILL, BOTH),
    "reporting:show-directed": Row("directed_message", p.FILL),
    "reporting:answer-directed": Row("directed_message", p.FILL, POST),
    "reporting:quote-contributions": Row("bulletin_draft", p.PUBLISH_BULLETIN, POST),
}
