"""A round whose sheets are scored, and the steps of its results, for the tests of both."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from orgs.kernel import clock
from scoring.choices import RoundState, SheetState
from scoring.models import AssessmentRound, Scheme, Score, Sheet
from scoring.operations import finalising, notices, objections, schemes, sheets

PDF = b"%PDF-1.4\n%%EOF\n"


def scored_round(world, given, cast, *, less=None):
    """The province's round of cities: every sheet scored in full but for `less` {unit code: {criterion: points}}."""
    scheme = Scheme.objects.get(code="sup-a")
    schemes.approve_scheme(scheme, by=cast["province"])
    without_groups(scheme)
    now = clock.now()
    round = AssessmentRound.objects.create(
        unit=world["hi"],
        scheme=scheme,
        year=2026,
        title="2026年度微信工作考评",
        state=RoundState.SCORING,
        self_until=now - timedelta(days=9),
        scoring_until=now + timedelta(days=9),
        objection_days=7,
        opened_at=now,
    )
    for code in ("qh", "wn"):
        score(given[code], (less or {}).get(code, {}), round)
    return round


def without_groups(scheme):
    """Its sheets are scored directly; what a group has to do before a unit is told stands in test_blind_scores.py."""
    Scheme.objects.filter(pk=scheme.pk).update(settings=scheme.settings | {"needs_group": False})


def score(sheet, less, round=None):
    """All points of the sheet in full, but for `less`; it stands in the round, being assessed."""
    rows = list(Score.objects.filter(sheet=sheet).select_related("criterion"))
    for row in rows:
        row.assessed_points = Decimal(less.get(row.criterion.code, row.criterion.max_points))
    Score.objects.bulk_update(rows, ["assessed_points"])
    Sheet.objects.filter(pk=sheet.pk).update(round=round, state=SheetState.ASSESSING)
    fresh = Sheet.objects.select_related("scheme").get(pk=sheet.pk)
    sheets.refresh_result(fresh)
    return fresh


def fresh(sheet):
    return Sheet.objects.select_related("scheme", "unit").get(pk=sheet.pk)


def told(round, cast):
    """All units of the round are told."""
    round.refresh_from_db()
    notices.notify_round(round, version=round.version, by=cast["province"])
    round.refresh_from_db()
    return round


def objected(sheet, cast, *, text="群管理员已按要求配备", criterion=None, who="city"):
    found = criterion and Score.objects.get(sheet=sheet, criterion__code=criterion).criterion
    return objections.raise_objection(sheet, text=text, criterion=found, by=cast[who])


def after_window():
    """The eighth day, when objections are over."""
    return clock.frozen(clock.now() + timedelta(days=8))


def made_final(sheet, cast, first="national"):
    sheet = fresh(sheet)
    sheet = finalising.propose(sheet, version=sheet.version, by=cast[first])
    return finalising.confirm(sheet, version=sheet.version, by=cast["province"])
