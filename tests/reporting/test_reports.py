"""A direct unit's own weekly report: prefilled, confirmed in time or late, explained, never changed afterwards."""

from __future__ import annotations

from datetime import timedelta

import pytest

from accounts.choices import EventKind
from accounts.models import RegistryEvent
from accounts.operations import registry
from orgs.exceptions import Conflict, IllegalMove, NotAllowed
from orgs.kernel import clock
from orgs.kernel.clock import Week
from orgs.models import AuditEntry, OrgUnit
from reporting import punctuality, rollup
from reporting.exceptions import ReportIncomplete, ReportingError
from reporting.models import ClosedWeek, WeekExplanation, WeeklyReport, WeekUnit
from reporting.operations import report_facts
from reporting.operations.reports import Said, confirm
from tests.reporting.closed_weeks import LAST, close, report
from tests.reporting.registry import RandomRegistry
from tests.world import TODAY

pytestmark = pytest.mark.django_db
THIS = Week(2026, 47)


@pytest.fixture
def said(world, cast):
    """said(remark) confirms the running week of Hainan University."""

    def _said(remark: str = "", *, version: int = 0, week: Week = THIS, **more) -> WeeklyReport:
        words = Said(remark, **more)
        return confirm(world["hnu"], week, words, version=version, by=cast["university"])

    return _said


@pytest.fixture
def closed_account(world):
    """An account of a class of the university that was closed on Tuesday, with or without a reason."""

    def _closed(code: str = "hnu-law-1201", reason: str = "") -> int:
        account = report(world, code, 20)
        with clock.frozen(THIS.starts_at + timedelta(days=1, hours=10)):
            registry.close_account(account, reason=reason, by=None)
        return RegistryEvent.objects.get(account=account, kind=EventKind.CLOSED).pk

    return _closed


def test_one_tap_confirms_a_week_in_which_nothing_happened(said, world, cast):
    found = said()
    assert (found.version, found.confirmed_by, found.is_late) == (1, cast["university"], False)
    entry = AuditEntry.objects.get(verb="weekly_report.confirmed")
    assert (entry.unit_id, entry.detail["week"], entry.detail["is_late"]) == (
        world["hnu"].pk,
        "2026-W47",
        False,
    )


def test_a_second_tap_changes_nothing(said):
    first = said("照常")
    with clock.frozen(TODAY + timedelta(minutes=1)):
        assert said("照常").confirmed_at == first.confirmed_at
    assert AuditEntry.objects.filter(verb__startswith="weekly_report").count() == 1


def test_until_sunday_24_00_it_is_confirmed_anew_by_who_saw_the_latest(said):
    said("第一次")
    with clock.frozen(THIS.ends_at - timedelta(seconds=1)):
        with pytest.raises(Conflict):
            said("没看到第一次")
        assert said("第二次", version=1).remark == "第二次"
    assert WeeklyReport.objects.get().version == 2


@pytest.mark.parametrize(("seconds", "is_late"), [(-1, False), (0, True)])
def test_late_is_whoever_confirms_from_sunday_24_00_on(said, seconds, is_late):
    with clock.frozen(THIS.ends_at + timedelta(seconds=seconds)):
        assert said().is_late is is_late


def test_after_sunday_24_00_what_was_confirmed_is_frozen(said):
    said("原话")
    with clock.frozen(THIS.ends_at):
        assert said("原话").remark == "原话"  # the second tap came late
        with pytest.raises(IllegalMove, match="不能再改"):
            said("改口", version=1)


def test_a_closing_without_a_reason_is_explained_or_the_report_is_refused(said, closed_account):
    event = closed_account()
    with pytest.raises(ReportIncomplete) as refused:
        said()
    assert (refused.value.closings, refused.value.drop) == ([event], False)
    assert not WeeklyReport.objects.exists()
    said(closings={event: "合并建群"})
    assert WeekExplanation.objects.get().text == "合并建群"


def test_a_closing_with_a_reason_or_taken_back_asks_for_nothing(said, closed_account, world):
    closed_account(reason="合并建群")
    event = RegistryEvent.objects.get(pk=closed_account("hnu-law-1202"))
    RegistryEvent.objects.create(
        unit=event.unit, account=event.account, kind=EventKind.RESTORED, at=event.at + timedelta(hours=1)
    )
    assert report_facts.read(world["hnu"], THIS).closings == []
    said()


def test_what_was_closed_after_the_confirmation_is_explained_later_and_once(said, closed_account):
    said("原话")
    event = closed_account()
    with clock.frozen(THIS.ends_at + timedelta(days=1)):
        found = said(closings={event: "毕业班停用"})
        with pytest.raises(IllegalMove):
            said(closings={event: "换个说法"})
    assert (found.remark, found.is_late) == ("原话", False)
    given = WeekExplanation.objects.get()
    assert (given.text, given.explained_at >= THIS.ends_at) == ("毕业班停用", True)


@pytest.mark.parametrize("text", ["联系13800000123", "QQ 123456789", "字" * 201])
def test_explanations_hold_no_number_of_a_person_and_are_short(said, closed_account, text):
    event = closed_account()
    with pytest.raises(ReportingError, match="注销说明"):
        said(closings={event: text})
    assert not WeekExplanation.objects.exists()


# 174 members in the base of the university: 5 points are 8.7 people, 38 were covered in the college.
@pytest.mark.parametrize(("contacts", "is_drop"), [(30, False), (29, True)])
def test_a_fall_by_more_than_the_set_points_is_explained_by_exact_fractions(
    world, said, settings, contacts, is_drop
):
    settings.COVERAGE_DROP_POINTS = 5
    report(world, "hnu-law-1202", 45)
    account = report(world, "hnu-tour-1201", 38)
    close()
    with clock.frozen(THIS.starts_at + timedelta(days=1)):
        registry.change_account(account, contacts=contacts, reason="核减", by=None)
    facts = report_facts.read(world["hnu"], THIS)
    assert facts.is_drop is is_drop
    if not is_drop:
        said()
        return
    with pytest.raises(ReportIncomplete):
        said()
    said(drop="核减重复联系人")
    assert WeekExplanation.objects.get().kind == "drop"


def test_exactly_the_set_points_are_no_fall_to_explain(world, settings):
    report(world, "qzu-sci-1201", 41)
    close()
    account = world["qzu-sci-1201"].accounts.get()
    with clock.frozen(THIS.starts_at + timedelta(days=1)):
        registry.change_account(account, contacts=0, reason="核减", by=None)
    settings.COVERAGE_DROP_POINTS = 100
    assert not report_facts.read(world["qzu"], THIS).is_drop
    settings.COVERAGE_DROP_POINTS = 99
    assert report_facts.read(world["qzu"], THIS).is_drop


def test_only_the_committee_of_a_direct_unit_confirms(world, cast):
    for key in ("province", "college", "secretary", "outsider", "auditor"):
        with pytest.raises(NotAllowed):
            confirm(world["hnu"], THIS, Said(), version=0, by=cast[key])
    with pytest.raises(IllegalMove):  # nothing weekly is asked of what stands below
        confirm(world["hnu-law"], THIS, Said(), version=0, by=cast["university"])
    with pytest.raises(IllegalMove):
        confirm(world["hnu"], THIS.next(), Said(), version=0, by=cast["university"])


def test_nothing_is_asked_of_weeks_before_the_set_one(said, settings):
    settings.WEEKLY_REPORTS_FROM = "2026-W48"
    with pytest.raises(IllegalMove):
        said()


@pytest.mark.parametrize("code", ["hnu", "qh"])
def test_the_running_week_says_what_the_snapshot_will_say(world, code):
    report(world, "hnu-law-1201", 50)
    report(world, "hnu-law-1202", 20)
    report(world, "qh-hs-jl", 30)
    before = report_facts.read(world[code], LAST)
    close()
    after = report_facts.read(world[code], LAST)
    assert (before.figures, before.coverage) == (after.figures, after.coverage)


@pytest.mark.parametrize("seed", range(3))
def test_the_preview_of_a_random_subtree_agrees_with_the_close(world, seed):
    made = RandomRegistry(LAST, seed)
    made.build()
    for unit in made.units:
        OrgUnit.objects.filter(pk=unit).update(parent_id=made.parent[unit])
    seen = {pk: rollup.preview(LAST, pk).figures for pk in [*made.units, world["hnu"].pk]}
    rows = {row.unit_id: row for row in WeekUnit.objects.for_week(close().pk)}
    today = dict(OrgUnit.objects.values_list("pk", "parent_id"))
    then = {pk: row.parent_id for pk, row in rows.items()}
    comparable = [pk for pk in seen if pk in rows and _below(pk, today) & rows.keys() == _below(pk, then)]
    assert len(comparable) > 10
    for pk in comparable:
        assert seen[pk] == {name: getattr(rows[pk], f"sub_{name}") for name in seen[pk]}


def _below(pk: int, parents: dict[int, int | None]) -> set[int]:
    """The unit and everything below it, by the parents alone."""
    found = {pk}
    while more := {each for each, parent in parents.items() if parent in found} - found:
        found |= more
    return found


def test_punctuality_counts_closed_weeks_in_time_late_and_missing(world, cast, said):
    for n in (3, 2, 1, 0):
        close(LAST.previous(n))
    said(week=LAST)  # late: on Wednesday of the week after
    with clock.frozen(LAST.previous().ends_at - timedelta(hours=1)):
        said(week=LAST.previous())
    found = punctuality.of_year(2026, [world["hnu"].pk, world["qh"].pk, world["hnu-law"].pk, world["vol"].pk])
    assert found == {
        world["hnu"].pk: punctuality.Punctuality(on_time=1, late=1, missing=2),
        world["qh"].pk: punctuality.Punctuality(missing=4),
    }
    assert ClosedWeek.objects.count() == 4
    assert found[world["hnu"].pk].asked == 4


def test_a_new_edition_of_a_week_counts_it_once(world):
    closed = close()
    ClosedWeek.objects.create(
        year=closed.year, number=closed.number, edition=2, starts_on=closed.starts_on, reason="更正"
    )
    assert punctuality.of_year(2026, [world["hnu"].pk])[world["hnu"].pk].asked == 1
