"""Points and steps that the tests of sheets share."""

from __future__ import annotations

from decimal import Decimal

from scoring.models import Scheme, Score
from scoring.operations import finalising, schemes, scores
from scoring.operations import sheets as operations

D = Decimal

FULL = {
    "1.1.a": "0.5", "1.1.b": "0.5", "1.2.a": "0.5", "1.2.b": "0.5", "1.3": "1.0",
    "3.1": "0.5", "3.2": "0.5", "3.3": "0.5", "3.5": "0.5", "4.1": "0.5", "4.2": "0.5", "4.3": "0.5",
}  # fmt: skip

NO_SECTION_ONE = dict.fromkeys(("1.1.a", "1.1.b", "1.2.a", "1.2.b", "1.3"), "0")  # leaves 6.4 of 9.4


def computed(sheet):
    """Criterion code -> computed points."""
    rows = Score.objects.filter(sheet=sheet).select_related("criterion")
    return {row.criterion.code: row.computed_points for row in rows}


def arithmetic(sheet, code):
    """The arithmetic kept for one criterion."""
    return Score.objects.get(sheet=sheet, criterion__code=code).arithmetic


def assess_all(sheet, by, points=FULL, **changes):
    """Assess every criterion that isn't computed."""
    sheet.refresh_from_db()
    entries = [scores.Entry(code, D(value)) for code, value in (points | changes).items()]
    return scores.enter_scores(sheet, assessed=entries, version=sheet.version, by=by)


def without_self_assessment(sheet, cast):
    """The assessment group goes on without the unit."""
    return finalising.waive_self_assessment(
        sheet, reason="催交两次未交", version=sheet.version, by=cast["auditor"]
    )


def finalised(sheets, cast):
    """The sheet of Qionghai, scored, its scheme approved, final."""
    sheet = without_self_assessment(
        assess_all(operations.compute_sheet(sheets["qh"]), cast["province"]), cast
    )
    schemes.approve_scheme(Scheme.objects.get(pk=sheet.scheme_id), by=cast["province"])
    return made_final(sheet, cast)


def made_final(sheet, cast):
    """定稿 of a sheet nothing is missing on: the auditor proposes, the province confirms."""
    sheet = finalising.propose(sheet, version=sheet.version, by=cast["auditor"])
    return finalising.confirm(sheet, version=sheet.version, by=cast["province"])
