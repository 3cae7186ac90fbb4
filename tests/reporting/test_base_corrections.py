"""A base that was wrong counts corrected in a new edition where it is ticked, and nowhere else (SUP-2.1.1b)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from orgs.kernel import clock, triggers, versions
from orgs.models import Job, OrgUnit, UnitBaseVersion
from orgs.operations import jobs
from orgs.operations.bases import record_base
from reporting import corrected_bases
from reporting.exceptions import ReportingError
from reporting.models import BaseCorrection, ClosedWeek, WeekUnit
from reporting.operations import editions, weekly
from tests.reporting.closed_weeks import LAST, close, report
from tests.reporting.forest import RandomForest
from tests.world import TODAY

pytestmark = pytest.mark.django_db


@pytest.fixture
def wrong(world):
    """W46 is closed with 50 members of a class of whom 60 are covered; today the base is put right."""
    UnitBaseVersion.objects.filter(unit=world["hnu-law-1201"]).update(count=50, year=2026)
    report(world, "hnu-law-1201", 60)
    close()
    return rebase(world["hnu-law-1201"], 80)


def rebase(unit, count, measure="members", minutes=0, year=2026):
    with clock.frozen(TODAY + timedelta(minutes=minutes)):
        record_base(unit, measure=measure, count=count, year=year, source="核对后的名册", by=None)
        return UnitBaseVersion.objects.current().get(unit=unit, measure=measure)


def correct(*bases, by=None, minutes=10):
    with clock.frozen(TODAY + timedelta(minutes=minutes)):
        job = editions.correct_week(LAST, reason="更正底数", by=by, bases=[each.pk for each in bases])
        return weekly.close_in_job(job.pk)


def row(closed, unit):
    return WeekUnit.objects.get(week=closed, unit=unit)


def test_a_ticked_base_counts_in_the_new_edition_for_the_unit_and_all_above_it(world, cast, wrong):
    first = ClosedWeek.objects.get()
    second = correct(wrong, by=cast["national"])
    before, after = (row(each, world["hnu-law-1201"]) for each in (first, second))
    assert (before.own_base_members, after.own_base_members) == (50, 80)
    above = [row(each, world["hnu"]) for each in (first, second)]
    assert above[1].sub_base_members - above[0].sub_base_members == 30
    assert [each.sub_covered_capped for each in above] == [50, 60]


def test_a_base_that_is_not_ticked_stays_as_it_was(world, cast, wrong):
    assert correct(by=cast["national"]).content_hash == ClosedWeek.objects.get(edition=1).content_hash


def test_a_base_that_was_not_there_is_added_with_its_year(world, cast):
    UnitBaseVersion.objects.filter(unit=world["hnu-law-1202"]).delete()
    close()
    added = rebase(world["hnu-law-1202"], 33, year=2025)
    found = row(correct(added, by=cast["national"]), world["hnu-law-1202"])
    assert (found.own_base_members, found.base_year, found.own_base_missing) == (33, 2025, 0)


@pytest.mark.parametrize(
    ("measure", "column"),
    [
        ("members_assessed", "base_assessed"),
        ("members_reported", "base_reported"),
        ("organisations", "base_orgs"),
    ],
)
def test_what_a_unit_is_assessed_by_is_corrected_too(world, cast, measure, column):
    close()
    base = rebase(world["qh"], 700, measure)
    second = correct(base, by=cast["national"])
    assert getattr(row(second, world["qh"]), column) == 700
    found = corrected_bases.of_units(second, [world["qh"].pk], [measure])
    assert (found[world["qh"].pk][measure].count, found[world["qh"].pk][measure].source) == (
        700,
        "核对后的名册",
    )
    first = ClosedWeek.objects.get(edition=1)
    assert corrected_bases.of_units(first, [world["qh"].pk], [measure]) == {}


def test_later_editions_keep_what_one_has_put_right(world, cast, wrong):
    correct(wrong, by=cast["national"])
    third = correct(by=cast["national"], minutes=20)
    assert (third.edition, row(third, world["hnu-law-1201"]).own_base_members) == (3, 80)
    again = rebase(world["hnu-law-1201"], 81, minutes=25)
    fourth = correct(again, by=cast["national"], minutes=30)
    assert row(fourth, world["hnu-law-1201"]).own_base_members == 81


def test_only_bases_that_differ_from_what_is_counted_are_offered(world, cast, wrong):
    first = ClosedWeek.objects.get()
    assert list(corrected_bases.changed_since(first)) == [wrong]
    second = correct(wrong, by=cast["national"])
    assert not corrected_bases.changed_since(second).exists()
    back = rebase(world["hnu-law-1201"], 50, minutes=15)
    [offered] = corrected_bases.changed_since(second)
    assert (offered, offered.counted, offered.counted_year) == (back, 80, 2026)
    assert not corrected_bases.changed_since(first).exists()


def test_a_correction_by_mistake_is_made_good_by_another_one(world, cast, wrong):
    """What was counted first is recorded again and ticked: the third edition has the rows of the first."""
    first = ClosedWeek.objects.get()
    second = correct(wrong, by=cast["national"])
    third = correct(rebase(world["hnu-law-1201"], 50, minutes=15), by=cast["national"], minutes=20)
    assert second.content_hash != first.content_hash
    assert (third.edition, third.content_hash) == (3, first.content_hash)


def test_bases_of_before_sunday_and_of_units_that_came_later_are_not_offered(world, cast):
    with clock.frozen(LAST.ends_at - timedelta(hours=1)):
        record_base(world["hnu-law-1201"], measure="members", count=51, year=2026, source="名册", by=None)
    closed = close()
    born = OrgUnit.objects.create(
        code="new",
        parent=OrgUnit.objects.get(code="hnu-law"),
        kind_id="class_branch",
        name="新支部",
        line="university",
    )
    rebase(born, 20)
    assert not corrected_bases.changed_since(closed).exists()


def test_a_base_of_another_scope_or_one_that_has_changed_since_is_refused(world, cast, wrong):
    rebase(world["hnu-law-1201"], 90, minutes=5)
    with pytest.raises(ReportingError, match="又有变化"):
        correct(wrong, by=cast["national"])
    assert ClosedWeek.objects.count() == 1
    city = cast["city"].units_in_charge()
    assert not corrected_bases.changed_since(ClosedWeek.objects.get(), city).exists()


def test_a_correction_called_off_takes_its_bases_along(world, cast, wrong):
    with clock.frozen(TODAY + timedelta(minutes=10)):
        job = editions.correct_week(LAST, reason="写错了", by=cast["national"], bases=[wrong.pk])
        jobs.cancel_job(job)
    second = correct(by=cast["national"], minutes=20)
    assert not BaseCorrection.objects.exists()
    assert second.content_hash == ClosedWeek.objects.get(edition=1).content_hash


def test_the_corrections_of_a_published_edition_cannot_be_changed(world, cast, wrong):
    second = correct(wrong, by=cast["national"])
    for statement in (
        lambda: BaseCorrection.objects.update(count=1),
        lambda: BaseCorrection.objects.all().delete(),
        lambda: BaseCorrection.objects.create(
            week=second, unit=world["hnu"], measure="members", count=1, year=2026, source="x"
        ),
    ):
        with pytest.raises(IntegrityError, match="immutable: reporting_basecorrection"), transaction.atomic():
            statement()


@pytest.mark.parametrize("seed", range(2))
def test_parts_and_the_whole_and_a_repetition_give_the_same_rows(world, cast, settings, seed):
    registry = RandomForest(LAST, seed)
    registry.build()
    weekly.close_week(LAST)
    at = TODAY + timedelta(minutes=1)
    for n, unit in enumerate(registry.units[::3]):
        versions.close(
            UnitBaseVersion, key={"unit_id": unit, "measure": "members"}, at=LAST.ends_at + timedelta(days=20)
        )
        with clock.frozen(LAST.ends_at + timedelta(days=20)):
            versions.record(
                UnitBaseVersion,
                key={"unit_id": unit, "measure": "members"},
                facts={"count": 20 + n, "year": 2026, "source": "核对"},
                at=clock.now(),
            )
    chosen = [each.pk for each in corrected_bases.changed_since(ClosedWeek.objects.get(number=LAST.number))]
    assert chosen
    hashes = set()
    for units_from in (0, 1, 1):
        settings.CLOSE_IN_PARTS_FROM = units_from
        with clock.frozen(at):
            job = editions.correct_week(LAST, reason="更正底数", by=None, bases=chosen)
            hashes.add(weekly.close_in_job(job.pk).content_hash)
        forget_edition(2)
    assert len(hashes) == 1
    assert hashes != {ClosedWeek.objects.get(number=LAST.number).content_hash}


def forget_edition(edition):
    with triggers.without_triggers(connection):
        BaseCorrection.objects.all().delete()
        WeekUnit.objects.filter(week__edition=edition).delete()
        ClosedWeek.objects.filter(edition=edition).delete()
    Job.objects.all().delete()
