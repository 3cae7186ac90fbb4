"""The URLs of 抽查 in the matrix."""

from __future__ import annotations

from orgs import permissions as p
from tests.architecture.rows import ANYONE, BOTH, POST, Row

DRAWS: dict[str, Row] = {
    "reporting:list-draws": Row("", ANYONE),
    "reporting:new-draw": Row("", p.DRAW, BOTH),
    "reporting:list-own-samples": Row("", ANYONE),
    "reporting:show-draw": Row("draw", p.VIEW),
    "reporting:download-frame": Row("draw", p.VIEW),
    "reporting:assign-inspectors": Row("draw", p.DRAW, POST),
    "reporting:redraw": Row("draw", p.DRAW, POST),
    "reporting:record-sample": Row("sample", p.RECORD_CHECK, BOTH),
    "reporting:mark-missing": Row("sample", p.RECORD_CHECK, POST),
    "reporting:show-check": Row("spot_check", p.VIEW),
    "reporting:void-check": Row("spot_check", p.RECORD_CHECK, POST),
    "reporting:raise-objection": Row("spot_check", p.FILL, POST),
    "reporting:download-check-photo": Row("check_photo", p.VIEW),
    "reporting:void-verified-count": Row("verified_count", p.RECORD_CHECK, BOTH),
    "reporting:object-to-count": Row("verified_count", p.FILL, BOTH),
    "reporting:record-call": Row("group", p.RECORD_CHECK, BOTH),
    "reporting:list-objections": Row("", ANYONE),
    "reporting:show-objection": Row("objection", p.VIEW),
    "reporting:assign-second": Row("objection", p.DRAW, POST, {"person": "x"}),
    "reporting:record-second": Row("objection", p.RECORD_CHECK, POST),
    "reporting:decide-objection": Row("objection", p.DRAW, POST),
}
