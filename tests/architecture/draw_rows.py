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
}
