"""The URLs of notices in the matrix."""

from __future__ import annotations

from orgs import permissions as p
from tests.architecture.rows import ANYONE, BOTH, POST, Row

NOTICES: dict[str, Row] = {
    "reporting:list-notices": Row("", ANYONE),
    "reporting:new-notice": Row("", p.PUBLISH_NOTICE, BOTH),
    "reporting:show-notice": Row("notice", p.VIEW),
    "reporting:edit-notice": Row("notice_draft", p.PUBLISH_NOTICE, BOTH),
    "reporting:publish-notice": Row("notice_draft", p.PUBLISH_NOTICE, POST),
    "reporting:discard-notice": Row("notice_draft", p.PUBLISH_NOTICE, POST),
    "reporting:withdraw-notice": Row("notice", p.PUBLISH_NOTICE, POST),
    "reporting:sign-notice": Row("notice_received", p.FILL, POST),
    "reporting:list-notice-recipients": Row("notice", p.PUBLISH_NOTICE),
    "reporting:remind-notice-recipients": Row("notice", p.PUBLISH_NOTICE, POST),
}
