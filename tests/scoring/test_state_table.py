"""Who may do what in which state: every cell of the table for a sheet and for a round (SUP-4.0, Q8)."""

from __future__ import annotations

from contextlib import nullcontext
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import transaction

from orgs.exceptions import NotAllowed, OrgsError
from orgs.kernel import clock
from scoring.choices import Grade, ObjectionState, RoundState, SheetState
from scoring.exceptions import SheetFinal, SheetProposed
from scoring.models import AssessmentRound, Consequence, Score, Sheet, SheetObjection
from scoring.operations import (
    corrections,
    decisions,
    evidence,
    finalising,
    flags,
    notices,
    objections,
    publishing,
    rounds,
    scans,
    scores,
)
from scoring.operations import sheets as operations
from tests.scoring.result_steps import PDF, after_window, fresh, made_final, scored_round, told

pytestmark = pytest.mark.django_db

# u: the unit's own committee, a: an assessor of the unit, o: the office that runs the assessment; -: nobody.
WHO = {"u": "city", "a": "auditor", "o": "province"}
STRANGERS = ("outsider", "schools", "sysadmin", "nobody")
STATES = ("self", "assessing", "alone", "proposed", "told", "over", "final", "replaced")
TABLE = """
self_score    u   -   -   -   -   -   -   -
assess        ao  ao  ao  -   -   -   -   -
submit        u   -   -   -   -   -   -   -
waive         ao  -   -   -   -   -   -   -
compute       ao  ao  ao  -   -   -   -   -
confirm_flag  o   o   o   -   -   -   -   -
dismiss_flag  o   o   o   -   -   -   -   -
evidence      u   ao  ao  -   -   -   -   -
notify        -   o   -   -   -   -   -   -
object        -   -   -   -   u   -   -   -
answer        -   -   -   -   o   o   -   -
revise        -   -   -   -   o   o   -   -
decide        -   o   o   -   o   o   -   -
propose       -   -   ao  -   -   ao  -   -
withdraw      -   -   -   ao  -   -   -   -
confirm       -   -   -   ao  -   -   -   -
correct       -   -   -   -   -   -   o   -
scan_sheet    -   -   -   -   -   -   uo  uo
scan_report   uo  uo  uo  uo  uo  uo  uo  uo
"""
ALLOWED = {
    (words[0], state): set(cell.strip("-"))
    for words in map(str.split, TABLE.strip().splitlines())
    for state, cell in zip(STATES, words[1:], strict=True)
}


# A sheet nobody may change says so before it asks who is there.
RIGHT = (NotAllowed, SheetFinal, SheetProposed)


def flag_of(sheet):
    flag = Consequence(sheet=sheet, kind="not_excellent", clause="SUP-4.1c", trigger="x")
    if not sheet.is_final:
        flag.save()
    return flag


def objection_of(sheet, state):
    facts = {"text": "x", "state": state, "raised_at": clock.now(), "raised_by_id": 1}
    objection = SheetObjection(sheet=sheet, **facts)
    if not sheet.is_final:
        objection.save()
    return objection


def decided(sheet, by):
    facts = {"grade": Grade.GOOD, "record_number": "9号", "held_on": date(2026, 11, 10), "reason": "x"}
    return decisions.record_decision(sheet, **facts, version=sheet.version, by=by)


ACTIONS = {
    "self_score": lambda s, by: scores.enter_self_score(s, "1.3", Decimal("0.1"), version=s.version, by=by),
    "assess": lambda s, by: scores.enter_assessed_score(s, "1.3", Decimal(0), version=s.version, by=by),
    "submit": lambda s, by: finalising.submit_self_assessment(s, version=s.version, by=by),
    "waive": lambda s, by: finalising.waive_self_assessment(s, reason="x", version=s.version, by=by),
    "compute": lambda s, by: operations.compute_sheet(s, by=by),
    "confirm_flag": lambda s, by: flags.confirm_consequence(flag_of(s), by=by),
    "dismiss_flag": lambda s, by: flags.dismiss_consequence(flag_of(s), reason="x", by=by),
    "evidence": lambda s, by: evidence.add_named(s.scores.first(), "总结", by=by),
    "notify": lambda s, by: notices.notify_sheet(s, version=s.version, by=by),
    "object": lambda s, by: objections.raise_objection(s, text="x", by=by),
    "answer": lambda s, by: objections.answer(
        objection_of(s, ObjectionState.OPEN), is_upheld=True, text="x", by=by
    ),
    "revise": lambda s, by: objections.revise(
        objection_of(s, ObjectionState.UPHELD), "1.3", Decimal(0), version=s.version, by=by
    ),
    "decide": decided,
    "propose": lambda s, by: finalising.propose(s, version=s.version, by=by),
    "withdraw": lambda s, by: finalising.withdraw_proposal(s, version=s.version, reason="x", by=by),
    "confirm": lambda s, by: finalising.confirm(s, version=s.version, by=by),
    "correct": lambda s, by: corrections.correct(s, reason="x", by=by),
    "scan_sheet": lambda s, by: scans.attach(s, "sheet", PDF, "a.pdf", by=by),
    "scan_report": lambda s, by: scans.attach(s, "report", PDF, "a.pdf", by=by),
}


def brought_to(state, round, sheet, cast):
    """The sheet in the state; the national office takes part, so that the cast's people may do the rest."""
    Score.objects.filter(sheet=sheet).update(self_points=0)
    mine = Sheet.objects.filter(pk=sheet.pk)
    if state == "self":
        mine.update(state=SheetState.SELF_ASSESSING)
    elif state in {"alone", "proposed"}:
        mine.update(round=None)
        if state == "proposed":
            finalising.propose(fresh(sheet), version=fresh(sheet).version, by=cast["national"])
    elif state != "assessing":
        told(round, cast)
    if state in {"final", "replaced"}:
        with after_window():
            made_final(sheet, cast)
            if state == "replaced":
                corrections.correct(fresh(sheet), reason="x", by=cast["province"])


def tried(step):
    """What becomes of it; nothing stays."""
    error = None
    with transaction.atomic():
        try:
            with transaction.atomic():
                step()
        except OrgsError as refused:
            error = refused
        transaction.set_rollback(True)
    return error


@pytest.fixture
def round(world, sheets, week, cast):
    return scored_round(world, sheets, cast)


@pytest.fixture
def seen(monkeypatch):
    """Looking at a file takes a process each time; here it is looked at once."""
    from orgs.kernel import document_guard  # noqa: PLC0415

    kind = document_guard.check_guarded(PDF, "a.pdf")
    monkeypatch.setattr(document_guard, "check_guarded", lambda *_args: kind)


@pytest.mark.parametrize("state", STATES)
def test_every_cell_of_a_sheet(round, sheets, cast, state, seen):
    sheet = sheets["qh"]
    brought_to(state, round, sheet, cast)
    wrong = []
    with after_window() if state == "over" else nullcontext():
        for action, act in ACTIONS.items():
            allowed = {WHO[who] for who in ALLOWED[action, state]}
            for who in (*WHO.values(), *STRANGERS):
                error = tried(lambda act=act, who=who: act(fresh(sheet), cast[who]))
                if (error is None) != (who in allowed):
                    wrong.append((action, who, error and error.message))
                elif who in STRANGERS and not isinstance(error, RIGHT):
                    wrong.append((action, who, "refused, but not for the right reason"))
    assert wrong == []


ROUND_STATES = (RoundState.SELF, RoundState.SCORING, RoundState.OBJECTION, RoundState.PUBLISHED)
ROUND_TABLE = {
    "add_units": {RoundState.SELF, RoundState.SCORING},
    "start_scoring": {RoundState.SELF},
    "extend": {RoundState.SELF, RoundState.SCORING},
    "notify": {RoundState.SCORING},
    "publish": {RoundState.OBJECTION},
}
ROUND_ACTIONS = {
    "add_units": lambda r, by: rounds.add_units(r, by=by),
    "start_scoring": lambda r, by: rounds.start_scoring(r, reason="x", version=r.version, by=by),
    "extend": lambda r, by: rounds.extend(
        r, rounds.SCORING, r.scoring_until + timedelta(days=9), reason="x", version=r.version, by=by
    ),
    "notify": lambda r, by: notices.notify_round(r, version=r.version, by=by),
    "publish": lambda r, by: publishing.publish(r, audience="own", version=r.version, by=by),
}


def come_to(state, round, sheets, cast):
    """The round in the state, everything done that it takes."""
    if state == RoundState.SELF:
        AssessmentRound.objects.filter(pk=round.pk).update(state=state)
    elif state != RoundState.SCORING:
        told(round, cast)
        with after_window():
            for code in ("qh", "wn"):
                made_final(sheets[code], cast)
        if state == RoundState.PUBLISHED:
            publishing.publish(round, audience="own", version=round.version, by=cast["province"])


@pytest.mark.parametrize("state", ROUND_STATES)
def test_every_cell_of_a_round(round, sheets, cast, state):
    come_to(state, round, sheets, cast)
    wrong = []
    for action, act in ROUND_ACTIONS.items():
        for who in ("province", "city", "auditor", *STRANGERS):
            found = AssessmentRound.objects.get(pk=round.pk)
            error = tried(lambda act=act, who=who, found=found: act(found, cast[who]))
            if (error is None) != (who == "province" and state in ROUND_TABLE[action]):
                wrong.append((action, who, error and error.message))
            elif who != "province" and not isinstance(error, NotAllowed):
                wrong.append((action, who, "refused, but not for the right reason"))
    assert wrong == []
