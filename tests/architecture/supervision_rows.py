"""The URLs of 督导台账 in the matrix."""

from __future__ import annotations

from orgs import permissions as p
from tests.architecture.rows import ANYONE, BOTH, POST, Row

SUPERVISION: dict[str, Row] = {
    "reporting:list-duties": Row("", ANYONE),
    "reporting:new-duty": Row("", p.SUPERVISE, BOTH),
    "reporting:list-visits": Row("", p.VIEW),
    "reporting:show-duty": Row("duty", p.VIEW),
    "reporting:answer-duty": Row("duty", p.FILL, POST),
    "reporting:send-back-duty": Row("duty", p.SUPERVISE, POST),
    "reporting:close-duty": Row("duty", p.SUPERVISE, POST),
    "reporting:withdraw-duty": Row("duty", p.SUPERVISE, POST),
    "reporting:record-visit": Row("duty", p.SUPERVISE, POST),
    "reporting:list-unit-duties": Row("unit", p.VIEW),
}
