"""The URLs of daily records and registered activities in the matrix."""

from __future__ import annotations

from orgs import permissions as p
from tests.architecture.rows import ANYONE, BOTH, POST, Row

ACTIVITY: dict[str, Row] = {
    "reporting:record-today": Row("", p.FILL, BOTH),
    "reporting:record-all-today": Row("", p.FILL, POST),
    "reporting:list-activity": Row("", ANYONE),
    "reporting:set-daily-duty": Row("unit", p.SUPERVISE, POST, {"asks_below": "1"}),
    "reporting:show-activity-month": Row("unit", p.VIEW),
    "reporting:download-activity": Row("unit", f"{p.FILL}|{p.EDIT_REGISTRY}"),
    "reporting:upload-activity": Row("unit", f"{p.FILL}|{p.EDIT_REGISTRY}", BOTH),
    "reporting:confirm-activity": Row("unit", f"{p.FILL}|{p.EDIT_REGISTRY}", POST),
    "reporting:list-outreach": Row("", ANYONE),
    "reporting:new-outreach": Row("", p.FILL, BOTH),
    "reporting:count-outreach": Row("", p.VIEW),
    "reporting:show-outreach": Row("outreach", p.VIEW),
    "reporting:edit-outreach": Row("outreach", p.FILL, BOTH),
    "reporting:discard-outreach": Row("outreach", p.FILL, POST),
    "reporting:list-outreach-units": Row("outreach", p.VIEW),
}
