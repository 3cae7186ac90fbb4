"""What a final sheet says, as canonical JSON: the same content is the same text, on every engine and in every year.

Keys are sorted, decimals are text without trailing zeros, moments are UTC. Units and people stand as their ids: a
unit that is renamed later changes nothing on a final sheet.
"""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.db.models import Model

    from scoring.models import AssessmentRound, Evidence, Score, Sheet

Content = dict[str, Any]

OF_SHEET = (
    "unit_id",
    "year",
    "revision",
    "corrects_id",
    "correction_reason",
    "round_id",
    "group_id",
    "self_submitted_at",
    "no_self_reason",
    "overall",
    "total_points",
    "grade",
    "assessed_on",
    "notified_at",
    "objections_until",
    "proposed_by_id",
    "finalised_by_id",
    "finalised_at",
)
OF_SCORE = (
    "self_points",
    "computed_points",
    "arithmetic",
    "assessed_points",
    "entered_count",
    "has_rule_document",
    "reason",
)
OF_EVIDENCE = ("title", "dated_on")
OF_CONSEQUENCE = ("kind", "clause", "trigger", "is_confirmed", "is_dismissed", "dismissal_reason")
OF_DECISION = ("grade", "record_number", "held_on", "reason", "recorded_at", "recorded_by_id")
OF_ROUND = ("id", "unit_id", "year", "title", "published_at")
OF_RESULT = ("unit_id", "revision", "total_points", "grade", "content_hash")
OF_OBJECTION = (
    "text",
    "state",
    "raised_at",
    "raised_by_id",
    "answer",
    "answered_at",
    "answered_by_id",
)


def content_of(sheet: Sheet) -> Content:
    """Everything a final sheet answers for, read afresh from the database; eight statements."""
    scores = sheet.scores.in_sheet_order().prefetch_related("evidence__hand_in")
    return {
        "scheme": {
            "code": sheet.scheme.code,
            "version": sheet.scheme.version,
            "content_hash": sheet.scheme.content_hash,
        },
        "sheet": _facts(sheet, OF_SHEET),
        "scores": {score.criterion.code: _score(score) for score in scores},
        "consequences": [_facts(each, OF_CONSEQUENCE) for each in sheet.consequences.order_by("pk")],
        "decisions": [_facts(each, OF_DECISION) for each in sheet.decisions.order_by("pk")],
        "objections": [
            _facts(each, OF_OBJECTION) | {"criterion": each.criterion.code if each.criterion else None}
            for each in sheet.objections.select_related("criterion").order_by("pk")
        ],
    }


def results_of(round: AssessmentRound, sheets: Iterable[Sheet]) -> Content:
    """What a published round found: of each final sheet the unit, its points and grade, and the digest of its content."""
    return {
        "round": _facts(round, OF_ROUND),
        "results": [_facts(each, OF_RESULT) for each in sorted(sheets, key=lambda each: each.pk)],
    }


def canonical(content: Content) -> str:
    """The one text of a content."""
    return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def digest(text: str) -> str:
    """sha256 of a canonical text."""
    return hashlib.sha256(text.encode()).hexdigest()


def _score(score: Score) -> Content:
    evidence = sorted(score.evidence.all(), key=lambda each: each.pk)
    return _facts(score, OF_SCORE) | {"evidence": [_evidence(each) for each in evidence]}


def _evidence(evidence: Evidence) -> Content:
    hand_in = evidence.hand_in
    found = _facts(evidence, OF_EVIDENCE) | {"sha256": hand_in.sha256 if hand_in else evidence.sha256}
    # Only where there is one: sheets that were sealed before keep the digest they have.
    return found | ({"round_id": evidence.round_id} if evidence.round_id else {})


def _facts(row: Model, names: tuple[str, ...]) -> Content:
    return {name: _plain(getattr(row, name)) for name in names}


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        # 0E-2 and 0.00 are the same nothing; 10 is not 1E+1.
        return f"{value.normalize():f}" if value else "0"
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    return value.isoformat() if isinstance(value, date) else value
