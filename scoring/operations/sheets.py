"""Sheets: opened for a year and computed from frozen weeks. `scores.py` enters scores, `finalising.py` ends the year."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import F, Max
from django.utils.translation import gettext as _

from orgs import permissions
from orgs.exceptions import NotAllowed
from orgs.kernel import clock
from orgs.models import OrgUnit
from orgs.operations import ledger
from orgs.querysets.scope import Span, UnitsInCharge
from scoring import metrics
from scoring.choices import SheetState
from scoring.computation import compute
from scoring.exceptions import ResultNotified, ScoringError, SheetFinal, SheetProposed
from scoring.frozen import Period
from scoring.grading import grade_with
from scoring.models import Criterion, Scheme, Score, Sheet
from scoring.operations import consequences
from scoring.tallies import Tally, tally
from scoring.year_reading import AT_ONCE, YearReader

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.db.models import QuerySet

    from orgs.models import Job, User
    from scoring.frozen import Year
    from scoring.models import AssessmentRound


@transaction.atomic
def open_sheets(scheme: Scheme, year: int, units: Iterable[OrgUnit], *, by: User | None) -> list[Sheet]:
    """One sheet per unit for the year; units that have one of this scheme already keep it.

    `by` None is the system itself, else the provincial office. Raises ScoringError for a unit of a kind the scheme
    isn't for, NotAllowed.
    """
    wanted = list(units)
    for unit in wanted:
        if unit.kind_id not in scheme.target_kinds:
            text = _("“%(unit)s”不适用“%(scheme)s”，请选择对应的考评方案。")
            raise ScoringError(text % {"unit": unit.name, "scheme": scheme.title})
        if by is not None and not permissions.may(by, permissions.MANAGE_SCHEMES, unit):
            raise NotAllowed
    present = Sheet.objects.of_year(year).filter(scheme__code=scheme.code, unit__in=wanted)
    taken = set(present.values_list("unit_id", flat=True))
    create_sheets(scheme, year, [unit for unit in wanted if unit.pk not in taken], by=by)
    return list(present.standing().for_list())


def create_sheets(
    scheme: Scheme,
    year: int,
    units: Iterable[OrgUnit],
    *,
    by: User | None,
    round: AssessmentRound | None = None,
) -> None:
    """An empty sheet with a line per criterion for each unit; who may is the caller's matter."""
    criteria = list(Criterion.objects.filter(item__section__scheme=scheme))
    empty = [Sheet(scheme=scheme, year=year, unit=unit, round=round) for unit in units]
    sheets = Sheet.objects.bulk_create(empty, batch_size=500)
    scores = (Score(sheet=sheet, criterion=each) for sheet in sheets for each in criteria)
    Score.objects.bulk_create(scores, batch_size=500)
    details: dict[int, dict[str, object]] = {sheet.pk: {"year": year} for sheet in sheets}
    ledger.record_many("sheet.opened", sheets, by=by, details=details)


@transaction.atomic
def open_year(year: int, *, by: User | None = None, province: OrgUnit | None = None) -> list[Sheet]:
    """A sheet for every direct unit in operation, by the newest edition of the scheme for its kind (SUP-1.1).

    One per unit and year: where several schemes are for its kind, the approved one comes before drafts, the province's own
    before what came with the product, and the older.

    `province` keeps it to one province: a scheme is one province's document. `by` None is the system itself. Raises
    NotAllowed for who isn't of a provincial office.
    """
    if by is not None and not permissions.may_anywhere(by, permissions.MANAGE_SCHEMES):
        raise NotAllowed
    opened: list[Sheet] = []
    own_first = F("unit").asc(nulls_last=True)
    for scheme in Scheme.objects.latest_editions().select_related("unit").order_by("state", own_first, "pk"):
        units = OrgUnit.objects.direct_units().in_operation().filter(kind__in=scheme.target_kinds)
        units = units.exclude(pk__in=_assessed_otherwise(year, scheme))
        if scheme.unit is not None:
            units = units.within(UnitsInCharge.below(scheme.unit))
        if province is not None:
            units = units.filter(parent=province)
        if by is not None:
            units = units.actionable_by(by, permissions.MANAGE_SCHEMES)
        opened += open_sheets(scheme, year, units.in_official_order(), by=by)
    return opened


def _assessed_otherwise(year: int, scheme: Scheme) -> QuerySet[Sheet, int]:
    """Units that have a sheet of another scheme for the year."""
    others = Sheet.objects.of_year(year).exclude(scheme__code=scheme.code)
    return others.values_list("unit_id", flat=True)


@transaction.atomic
def compute_sheet(sheet: Sheet, *, by: User | None = None) -> Sheet:
    """Compute what can be computed from the year's frozen weeks. The same weeks change nothing.

    Raises SheetFinal, SheetProposed, ResultNotified, and NotAllowed where `by` may not assess here.
    """
    if by is not None and not may_assess(by, sheet.unit):
        raise NotAllowed
    found = _reader_for([sheet.scheme_id], sheet.year).read([sheet.unit_id])
    sheet = locked(sheet.pk)
    if sheet.state == SheetState.OBJECTION:
        raise ResultNotified
    return _compute(sheet, found[sheet.unit_id], by)


def compute_year(year: int, *, by: User | None = None, job: Job | None = None) -> dict[str, int]:
    """Compute every open sheet of a year, sheet by sheet, so that an interrupted run can be repeated.

    With `job`, its row counts the sheets. Raises JobLost when another worker took it over.
    """
    sheets = list(Sheet.objects.of_year(year).computable().values_list("pk", "unit_id", "scheme_id"))
    reader = _reader_for({scheme_id for _pk, _unit, scheme_id in sheets}, year)
    n_changed = 0
    for n_done, (pk, unit_id, _scheme) in enumerate(sheets, 1):
        if n_done % AT_ONCE == 1:
            units = [each for _pk, each, _other in sheets[n_done - 1 : n_done - 1 + AT_ONCE]]
            found = reader.read(units)
        with transaction.atomic():
            # Told to the unit or proposed meanwhile: its points stay.
            sheet = Sheet.objects.computable().select_for_update(of=("self",)).filter(pk=pk).first()
            if sheet is not None:
                version = sheet.version
                n_changed += _compute(sheet, found[unit_id], by).version != version
        if job is not None:
            ledger.progress(job, n_done, len(sheets))
    return {"year": year, "sheets": len(sheets), "changed": n_changed}


def _reader_for(scheme_ids: Iterable[int], year: int) -> YearReader:
    """Reads what the rules of these schemes ask for."""
    criteria = Criterion.objects.filter(item__section__scheme__in=list(scheme_ids))
    return YearReader(criteria, Period(year))


def enqueue_compute(year: int, *, by: User | None = None) -> Job:
    """Have a worker compute the year; asked again for the same weeks and sheets, it is the same job.

    A corrected edition of any week of the year is another job, for flows are sums over all weeks.
    """
    newest = Sheet.objects.of_year(year).open().aggregate(newest=Max("pk"))["newest"] or 0
    key = f"scoring.compute_sheets:{year}:{metrics.stand_of(year) or 'none'}:{newest}"
    return ledger.enqueue("scoring.compute_sheets", key=key, by=by, year=year)


def enqueue_this_year() -> Job | None:
    """What the clock does after weeks close: the job of the running year, nothing while no week of it is closed."""
    year = clock.today().year
    return enqueue_compute(year) if metrics.last_week(year) else None


def run_compute_job(job_id: int) -> None:
    """The job behind `scoring.compute_sheets`: its row holds year, person, progress and result."""
    ledger.run(job_id, lambda job: dict(compute_year(int(job.params["year"]), by=job.created_by, job=job)))


def locked(pk: int, *, version: int | None = None, proposed: bool = False) -> Sheet:
    """The sheet for writing.

    Raises SheetFinal, Conflict when somebody saved since `version`, and SheetProposed while it waits for its second
    person, unless `proposed`: then the caller is about that very proposal.
    """
    sheet = Sheet.objects.select_for_update(of=("self",)).select_related("scheme", "unit", "round").get(pk=pk)
    if sheet.is_final:
        raise SheetFinal
    if sheet.is_proposed and not proposed:
        raise SheetProposed
    if version is not None:
        sheet.require_version(version)
    return sheet


def tally_of(sheet: Sheet) -> Tally:
    """The sums of a sheet as they stand in the database."""
    return tally(Score.objects.filter(sheet=sheet).in_sheet_order())


def refresh_result(sheet: Sheet, *, confirm: bool = False) -> Tally:
    """Total, grade and consequences follow from the scores and from what the committee decided (SUP-4.3, SUP-4.4)."""
    result = tally_of(sheet)
    sheet.total_points = result.total
    decision = sheet.decisions.last()
    sheet.grade = grade_with(sheet, result, decision)
    sheet.save(update_fields=["total_points", "grade"])
    consequences.follow_result(sheet, decision, is_final=confirm)
    return result


def own_units(user: User, verb: str) -> frozenset[int]:
    """The units themselves, not those below, in which the person may do this."""
    return user.units_in_charge().allowing(verb).own_unit_ids()


def require_assessor(user: User, sheet: Sheet) -> None:
    """Assessment groups and provincial staff, never somebody of the assessed unit (SUP-4.0)."""
    if not may_assess(user, sheet.unit):
        raise NotAllowed


def may_assess(user: User, unit: OrgUnit) -> bool:
    """May score this unit: assigned to it, and holding no office in it or below it."""
    return assesses(user.units_in_charge(), unit)


def assesses(charge: UnitsInCharge, unit: OrgUnit) -> bool:
    """Whether somebody in charge of these subtrees may score the unit; no statement.

    A committee scores the units directly below it, never itself (SUP-2.2.3).
    """
    assessing = [span for span in charge.allowing(permissions.ASSESS).spans if span.covers(unit)]
    assessing += _directly_above(charge, unit)
    if not assessing:
        return False
    assigned = charge.allowing(permissions.ASSESS).spans
    offices = [
        span
        for span in charge.allowing(permissions.FILL).spans
        if span not in assigned and span not in assessing
    ]
    # SECURITY: own-unit avoidance, also for offices below the unit.
    return not any(
        span.covers(unit) or (span.tree_id == unit.tree_id and unit.lft <= span.lft <= unit.rght)
        for span in offices
    )


def leads(user: User, unit: OrgUnit) -> bool:
    """Is of the office that runs the unit's assessment: the provincial one, or the committee directly above it."""
    charge = user.units_in_charge()
    return bool(_directly_above(charge, unit)) or charge.allowing(permissions.MANAGE_SCHEMES).covers(unit)


def _directly_above(charge: UnitsInCharge, unit: OrgUnit) -> list[Span]:
    above = charge.allowing(permissions.RUN_ASSESSMENT).spans
    return [span for span in above if span.unit_id == unit.parent_id and span.covers(unit)]


def _compute(sheet: Sheet, year: Year, by: User | None) -> Sheet:
    scores = list(Score.objects.filter(sheet=sheet).in_sheet_order())
    changed = []
    for score in scores:
        computed = compute(score, year)
        if (score.computed_points, score.arithmetic) != (computed.points, computed.arithmetic):
            score.computed_points = computed.points
            score.arithmetic = computed.arithmetic
            changed.append(score)
    has_new_flags = consequences.follow_year(sheet, year)
    if not changed and not has_new_flags and sheet.week_id == (year.week.pk if year.week else None):
        return sheet
    Score.objects.bulk_update(changed, ["computed_points", "arithmetic"], batch_size=500)
    sheet.week = year.week
    sheet.computed_at = clock.now()
    sheet.version += 1
    sheet.save(update_fields=["week", "computed_at", "version"])
    refresh_result(sheet)
    ledger.record("sheet.computed", sheet, by=by, week=str(year.week.week) if year.week else "")
    return sheet
