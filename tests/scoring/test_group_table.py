"""Who may do what at a sheet with a group: member, leader, office and unit, state by state (SUP-4.0, SUP-4.3)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from orgs.kernel import clock
from scoring.choices import Grade, RoundState, SheetState
from scoring.exceptions import ResultNotified
from scoring.models import AssessmentRound, Consequence, Evidence, Score, Sheet
from scoring.operations import agreeing, evidence, explanations, groups, round_evidence, scores, sheet_import
from tests.scoring import round_steps as steps
from tests.scoring.result_steps import fresh, scored_round
from tests.scoring.test_state_table import RIGHT, STRANGERS, tried

pytestmark = pytest.mark.django_db

# u: the unit, l: the group's leader, m: another member, a: an assessor of the unit outside the group, o: the office.
STATES = ("self", "alone", "opened", "told", "final")
TABLE = """
name         o   o    o   -   -
draw         o   o    o   -   -
change       o   o    o   -   -
assign       o   o    -   -   -
keep         -   lm   -   -   -
hand_in      -   lm   -   -   -
agree        -   -    l   -   -
score        -   -    l   -   -
import       u   lm   l   -   -
add_paper    u   lmao lmao -  -
take_paper   u   lmao lmao -  -
their_paper  u   -    -   -   -
attach       u   -    -   -   -
demand       -   -    -   -   o
"""
ALLOWED = {
    (words[0], state): set(cell.strip("-"))
    for words in map(str.split, TABLE.strip().splitlines())
    for state, cell in zip(STATES, words[1:], strict=True)
}


def paper_of(sheet, by):
    """A paper this person added, in whatever state."""
    made = Evidence(score=sheet.scores.first(), title="总结", added_by=by, added_at=clock.now())
    if not sheet.is_final:
        made.save()
    return made


class Scene:
    """The sheet, its group, two assessors who are free, and a round of the unit's own."""

    def __init__(self, world, cast, round, sheet) -> None:
        self.round, self.sheet, self.cast = round, sheet, cast
        self.people = {"u": cast["city"], "l": cast["auditor"], "o": cast["province"]}
        self.people["m"], self.people["a"], free = (
            steps.person(name, world["qh"]) for name in ("a1", "a2", "a3")
        )
        self.free = [self.people["a"].pk, free.pk]
        self.group = steps.grouped(round, cast, sheet, self.people["l"], self.people["m"])
        facts = {"year": 2026, "title": "乡镇考评", "opened_at": clock.now(), "state": RoundState.PUBLISHED}
        days = {"self_until": clock.now(), "scoring_until": clock.now(), "published_at": clock.now()}
        self.own = AssessmentRound.objects.create(
            unit=world["qh"], scheme=steps.scheme_of("sup-a-universities"), **facts, **days
        )

    def act(self, action, sheet, by):
        members = [self.people["l"].pk, self.people["m"].pk]
        return {
            "name": lambda: groups.name_group(self.round, "", self.free, self.free[0], by=by),
            "draw": lambda: groups.draw_group(self.round, "", 2, person_ids=self.free, by=by),
            "change": lambda: groups.change_members(self.group, members, members[1], reason="x", by=by),
            "assign": lambda: groups.assign(self.round, [sheet.pk], None, by=by),
            "keep": lambda: steps.blind_scores.keep(sheet, steps.found(sheet), version=0, by=by),
            "hand_in": lambda: steps.hands_in(sheet, by),
            "agree": lambda: agreeing.agree(sheet, self.entries(), version=sheet.version, by=by),
            "score": lambda: scores.enter_scores(
                sheet, assessed=self.entries(), version=sheet.version, by=by
            ),
            "import": lambda: sheet_import.column_of(sheet, by),
            "add_paper": lambda: evidence.add_named(sheet.scores.first(), "总结", by=by),
            "take_paper": lambda: evidence.remove(paper_of(sheet, by), by=by),
            "their_paper": lambda: evidence.remove(paper_of(sheet, self.cast["villager"]), by=by),
            "attach": lambda: round_evidence.attach(sheet, self.own, by=by),
            "demand": lambda: explanations.demand(sheet, due_on=clock.today() + timedelta(days=9), by=by),
        }[action]()

    def entries(self):
        return [scores.Entry("3.1", steps.Decimal("0.4"))]


def brought_to(state, scene):
    mine = Sheet.objects.filter(pk=scene.sheet.pk)
    rounds = AssessmentRound.objects.filter(pk=scene.round.pk)
    if state == "self":
        mine.update(state=SheetState.SELF_ASSESSING)
        rounds.update(state=RoundState.SELF)
        return
    mine.update(no_self_reason="催交两次未交")
    if state == "opened":
        for who in "lm":
            steps.hands_in(fresh(scene.sheet), scene.people[who])
    elif state == "told":
        mine.update(state=SheetState.OBJECTION, notified_at=clock.now())
        rounds.update(state=RoundState.OBJECTION)
    elif state == "final":
        facts = {"kind": "explanation", "clause": "SUP-4.4.3", "trigger": "x", "is_confirmed": True}
        Consequence.objects.create(sheet=scene.sheet, **facts)
        mine.update(state=SheetState.FINAL, grade=Grade.FAIL, finalised_at=clock.now())
        rounds.update(state=RoundState.PUBLISHED, published_at=clock.now())


@pytest.fixture
def scene(world, sheets, cast):
    round = scored_round(world, sheets, cast)
    Score.objects.filter(sheet=sheets["qh"]).update(assessed_points=None)
    return Scene(world, cast, round, sheets["qh"])


@pytest.mark.parametrize("state", STATES)
def test_every_cell_of_a_sheet_with_a_group(scene, cast, state):
    brought_to(state, scene)
    scene.round.refresh_from_db()
    wrong = []
    for action in dict.fromkeys(action for action, _state in ALLOWED):
        for who, by in (*scene.people.items(), *((who, cast[who]) for who in STRANGERS)):
            error = tried(lambda action=action, by=by: scene.act(action, fresh(scene.sheet), by))
            if (error is None) != (who in ALLOWED[action, state]):
                wrong.append((action, who, error and error.message))
            elif who in STRANGERS and not isinstance(error, (*RIGHT, ResultNotified)):
                wrong.append((action, who, "refused, but not for the right reason"))
    assert wrong == []
