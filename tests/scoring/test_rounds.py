"""A year's round: who opens one for whom, its calendar, and what becomes of late self-assessments (SUP-4.0, SUP-2.2.3)."""

from __future__ import annotations

from importlib import import_module

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command

from orgs.exceptions import Conflict, NotAllowed
from orgs.kernel import clock
from orgs.models import AuditEntry
from scoring.choices import RoundState, SheetState
from scoring.exceptions import NotReady, ReasonRequired, ScoringError
from scoring.models import AssessmentRound, Scheme, Score, Sheet
from scoring.operations import rounds, scores, sheets
from scoring.operations.schemes import SHIPPED, store
from scoring.scheme_files import parse
from tests.scoring import round_steps as steps

pytestmark = pytest.mark.django_db


@pytest.fixture
def round(world, cast, scheme_files):
    return steps.opened(world, cast)


def units_of(round):
    return set(round.sheets.values_list("unit__code", flat=True))


def test_a_round_opens_a_sheet_for_each_unit_its_scheme_is_for(round):
    assert units_of(round) == {"qh", "wn"}
    assert round.state == RoundState.SELF
    sheet = round.sheets.first()
    assert sheet.scores.count() == Score.objects.filter(sheet=sheet).count() > 10
    assert AuditEntry.objects.filter(verb="assessment.opened").count() == 1


def test_sheets_that_are_there_are_taken_in_with_what_they_hold(world, cast, sheets):
    sheet = sheets["qh"]
    scores.enter_self_score(sheet, "1.3", steps.Decimal("0.6"), version=sheet.version, by=cast["city"])
    round = steps.opened(world, cast)
    assert round.sheets.get(unit=sheet.unit).pk == sheet.pk
    assert Sheet.objects.filter(unit=sheet.unit, year=steps.YEAR).count() == 1
    assert sheet.scores.get(criterion__code="1.3").self_points == steps.Decimal("0.6")


def test_an_edition_whose_round_took_in_earlier_sheets_only_is_not_replaced(world, cast, sheets):
    """The round holds the edition, though no sheet does: loaded again, there is a new one."""
    text = (SHIPPED / "sup-a-2013.yaml").read_text(encoding="utf-8")
    for n in (2, 3):
        again = text.replace("sheet_title: ", f"sheet_title: 第{n}版", 1)
        assert store(parse(again), source=again).version == n
        if n == 2:
            round = steps.opened(world, cast)
            assert {sheet.scheme.version for sheet in round.sheets.all()} == {1}


@pytest.mark.parametrize(
    "who", ["auditor", "city", "university", "college", "sysadmin", "national", "nobody"]
)
def test_only_the_unit_s_own_office_opens_its_round(world, cast, scheme_files, who):
    with pytest.raises(NotAllowed):
        steps.opened(world, cast, who=who)


def test_a_department_opens_one_for_its_own_lines_only(world, cast, scheme_files):
    assert units_of(steps.opened(world, cast, "sup-a-universities", "schools")) == {"hnu", "qzu"}
    with pytest.raises(ScoringError):
        steps.opened(world, cast, "sup-a", "schools")


def test_a_department_does_not_run_a_round_of_other_lines(round, cast):
    assert rounds.runs(cast["province"], round)
    assert not rounds.runs(cast["schools"], round)
    with pytest.raises(NotAllowed):
        rounds.add_units(round, by=cast["schools"])


def test_a_second_round_of_the_scheme_and_year_is_refused_by_name(round, world, cast):
    with pytest.raises(ScoringError, match="2026年度微信工作考评"):
        steps.opened(world, cast)


@pytest.mark.parametrize(
    "changes", [{"objection_days": 0}, {"objection_days": 61}, {"scoring_until": "before"}]
)
def test_a_calendar_out_of_order_is_refused(world, cast, scheme_files, changes):
    plan = steps.plan(steps.scheme_of())
    if "scoring_until" in changes:
        changes = {"scoring_until": plan.self_until - (plan.scoring_until - plan.self_until)}
    with pytest.raises(ScoringError):
        rounds.open_round(world["hi"], steps.plan(steps.scheme_of(), **changes), by=cast["province"])
    assert not AssessmentRound.objects.exists()


def test_a_direct_unit_assesses_the_level_below_with_a_scheme_of_its_own(world, cast):
    plan = steps.plan(steps.own_scheme(world["qh"]))
    round = rounds.open_round(world["qh"], plan, by=cast["city"])
    assert units_of(round) == {"qh-hs", "qh-yj"}
    assert sheets.may_assess(cast["city"], world["qh-hs"])


def test_the_upgrade_leaves_rounds_below_the_province_that_are_under_way_as_they_were(round, world, cast):
    own = steps.own_scheme(world["qh"])
    rounds.open_round(world["qh"], steps.plan(own), by=cast["city"])
    import_module("scoring.migrations.0010_groups_in_rounds").go_on_without(apps, None)
    own.refresh_from_db()
    assert (own.needs_group, Scheme.objects.get(pk=round.scheme_id).needs_group) == (False, True)


def test_a_committee_never_assesses_itself_nor_who_is_not_directly_below(world, cast):
    for code in ("qh", "wn", "wn-xl", "qh-hs-jl", "hi"):
        assert not sheets.may_assess(cast["city"], world[code]), code


def test_a_scheme_of_another_unit_is_not_used(world, cast, scheme_files):
    foreign = steps.own_scheme(world["wn"])
    with pytest.raises(ScoringError):
        rounds.open_round(world["qh"], steps.plan(foreign), by=cast["city"])


def test_before_the_deadline_scoring_starts_only_when_nobody_is_missing(round, cast):
    with pytest.raises(NotReady, match="还有 2 个单位"):
        rounds.start_scoring(round, reason="逾期", version=round.version, by=cast["province"])
    for sheet in round.sheets.all():
        steps.ready(sheet, cast)
    assert rounds.start_scoring(round, reason="", version=round.version, by=cast["province"]) == 0


def test_after_the_deadline_the_office_goes_on_without_the_missing_for_a_reason(round, cast, world):
    with steps.after(round.self_until):
        with pytest.raises(ReasonRequired):
            rounds.start_scoring(round, reason=" ", version=round.version, by=cast["province"])
        rounds.start_scoring(round, reason="催交两次未交", version=round.version, by=cast["province"])
    sheet = Sheet.objects.get(unit=world["qh"])
    assert (sheet.state, sheet.no_self_reason) == (SheetState.ASSESSING, "催交两次未交")
    assert AuditEntry.objects.filter(verb="sheet.self_waived").count() == 2


def test_the_calendar_is_extended_later_only_with_a_reason(round, cast):
    later = round.self_until + (round.scoring_until - round.self_until) * 2
    with pytest.raises(ReasonRequired):
        rounds.extend(round, rounds.SELF, later, reason="", version=round.version, by=cast["province"])
    with pytest.raises(ScoringError):
        rounds.extend(round, rounds.SELF, clock.now(), reason="x", version=round.version, by=cast["province"])
    extended = rounds.extend(
        round, rounds.SELF, later, reason="元旦放假", version=round.version, by=cast["province"]
    )
    assert extended.self_until == extended.scoring_until == later
    with pytest.raises(Conflict):
        rounds.extend(round, rounds.SELF, later, reason="x", version=round.version, by=cast["province"])


def test_units_that_came_since_are_added(round, cast, world):
    Sheet.objects.filter(unit=world["wn"]).delete()
    assert rounds.add_units(round, by=cast["province"]) == 1
    assert rounds.add_units(round, by=cast["province"]) == 0


def test_the_command_opens_a_round_once(scheme_files, capsys):
    call_command("open_round", "--unit", "hi", "--scheme", "sup-a", "--year", "2026")
    assert "2 个单位" in capsys.readouterr().out
    with pytest.raises(CommandError, match="不必重复建立"):
        call_command("open_round", "--unit", "hi", "--scheme", "sup-a", "--year", "2026")
    with pytest.raises(CommandError, match="请检查 --unit"):
        call_command("open_round", "--unit", "nowhere", "--scheme", "sup-a")
