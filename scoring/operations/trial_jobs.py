"""试算 of a scheme: at once where there are few units, else by a job for the person who asked. Nothing an assessment reads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import transaction

from orgs.exceptions import NotAllowed
from orgs.kernel import clock
from orgs.models import OrgUnit
from orgs.operations import jobs, ledger
from orgs.permissions import MANAGE_SCHEMES, RUN_ASSESSMENT
from scoring import metrics, scheme_trials
from scoring.frozen import Period
from scoring.models import Criterion, Scheme, SchemeTrial
from scoring.scheme_files import SchemeFile, parse
from scoring.scheme_trials import Trial, UnitTrial
from scoring.written_rules import Rule

if TYPE_CHECKING:
    from orgs.models import Job, User

TASK = "scoring.try_scheme"
MOST_AT_ONCE = 1000  # rows of weeks to be read while a page waits


@dataclass(frozen=True, slots=True)
class Plan:
    """A scheme as it is tried out: an edition, or a checked text."""

    title: str
    criteria: Sequence[Criterion]
    grades: Sequence[tuple[str, Decimal]]
    kinds: Sequence[str]

    @classmethod
    def of_scheme(cls, scheme: Scheme) -> Plan:
        found = Criterion.objects.filter(item__section__scheme=scheme).select_related("item__section")
        ordered = found.order_by("item__section__position", "item__position", "position")
        grades = [(name, Decimal(floor)) for name, floor in scheme.bands]
        return cls(scheme.title, list(ordered), grades, scheme.target_kinds)

    @classmethod
    def of_file(cls, file: SchemeFile) -> Plan:
        grades = [(name, Decimal(floor)) for name, floor in file.grades]
        return cls(file.title, scheme_trials.blueprint(file), grades, file.target_kinds)

    @property
    def is_week_by_week(self) -> bool:
        return any(Rule.of_criterion(each).is_week_by_week for each in self.criteria)


@dataclass(frozen=True, slots=True)
class Tried:
    """What was found, and with it what the other edition gives the same units."""

    trial: Trial
    other: Trial | None


def units_for(kinds: Sequence[str], user: User) -> list[int]:
    """Units the person's office assesses by a scheme for these kinds: direct units, or those directly below a committee."""
    charge = user.units_in_charge()
    direct = OrgUnit.objects.direct_units().within(charge.allowing(MANAGE_SCHEMES))
    below = OrgUnit.objects.filter(parent__in=charge.allowing(RUN_ASSESSMENT).own_unit_ids())
    found = {
        pk
        for units in (direct, below.actionable_by(user, RUN_ASSESSMENT))
        for pk in units.in_operation().filter(kind__in=kinds).values_list("pk", flat=True)
    }
    return sorted(found)


def is_large(plans: Sequence[Plan], period: Period, unit_ids: Sequence[int]) -> bool:
    """Too much to be read while a page waits."""
    n_weeks = len(metrics.closed_weeks(period)) or 1
    n_rows = sum(len(unit_ids) * (n_weeks if each.is_week_by_week else 1) for each in plans)
    return n_rows > MOST_AT_ONCE


def try_out(
    plans: Sequence[Plan],
    period: Period,
    unit_ids: Sequence[int],
    *,
    told: scheme_trials.Told = lambda done, total: None,
) -> Tried:
    """The first plan, and the second beside it where there is one."""
    n_units, found = len(unit_ids), []
    for n, plan in enumerate(plans):

        def part(done: int, _total: int, before: int = n * n_units) -> None:
            told(before + done, n_units * len(plans))

        found.append(scheme_trials.run(plan.criteria, period, unit_ids, told=part))
    return _summed_up(plans, period, found)


@transaction.atomic
def order(
    period: Period,
    unit: OrgUnit,
    *,
    by: User,
    scheme: Scheme | None = None,
    other: Scheme | None = None,
    source: str = "",
) -> SchemeTrial:
    """Have an edition or a checked text tried out by a job. Asked for once more while it is under way, it is the same.

    Raises NotAllowed for who doesn't run the assessment of `unit`, or manages one of the schemes not.
    """
    if not _may(by, unit, [each for each in (scheme, other) if each is not None]):
        raise NotAllowed
    asked: dict[str, Any] = {"unit": unit, "scheme": scheme, "other": other, "source": source}
    asked |= {"year": period.year, "first": period.first, "last": period.last}
    same = SchemeTrial.objects.ordered_by(by).unfinished().filter(**asked).first()
    if same is not None:
        return same
    trial = SchemeTrial.objects.create(**asked, created_by=by, created_at=clock.now())
    trial.job = ledger.enqueue(TASK, key=f"try-scheme-{trial.pk}", by=by, trial=trial.pk)
    trial.save(update_fields=["job"])
    return trial


def try_in_job(job_id: int) -> None:
    """The job: what the person may do is asked again, as an office may have ended meanwhile."""
    ledger.run(job_id, _try)


def period_of(trial: SchemeTrial) -> Period:
    """The weeks it is tried out on."""
    return Period(trial.year, trial.first, trial.last)


def plans_of(trial: SchemeTrial) -> list[Plan]:
    """What is tried out, and what it is compared with."""
    first = Plan.of_file(parse(trial.source)) if trial.scheme is None else Plan.of_scheme(trial.scheme)
    return [first, Plan.of_scheme(trial.other)] if trial.other is not None else [first]


def read(trial: SchemeTrial) -> Tried:
    """What the job has found, as `try_out` would give it."""
    found = [[_unit(row) for row in rows] for rows in trial.found["units"]]
    return _summed_up(plans_of(trial), period_of(trial), found)


def purge() -> int:
    """Delete trials whose job ended longer ago than `JOBS_KEPT_DAYS` says (0: none); returns how many."""
    return jobs.purge_ended((TASK,), days=settings.JOBS_KEPT_DAYS) if settings.JOBS_KEPT_DAYS else 0


def _try(job: Job) -> dict[str, object]:
    trial = SchemeTrial.objects.select_related("unit", "scheme", "other", "created_by").get(
        pk=job.params["trial"]
    )
    schemes = [each for each in (trial.scheme, trial.other) if each is not None]
    if not _may(trial.created_by, trial.unit, schemes):
        raise NotAllowed
    plans = plans_of(trial)
    units = units_for(plans[0].kinds, trial.created_by)

    def told(done: int, total: int) -> None:
        ledger.progress(job, done, total)

    tried = try_out(plans, period_of(trial), units, told=told)
    found = [tried.trial] if tried.other is None else [tried.trial, tried.other]
    trial.found = {"units": [[_kept(unit) for unit in each.units] for each in found]}
    trial.tried_at = clock.now()
    trial.save(update_fields=["found", "tried_at"])
    return {"n_units": len(units)}


def _may(by: User, unit: OrgUnit, schemes: Sequence[Scheme]) -> bool:
    known = Scheme.objects.manageable_by(by).filter(pk__in=[each.pk for each in schemes])
    runs = by.units_in_charge().allowing(RUN_ASSESSMENT).covers(unit)
    return bool(runs and known.count() == len({each.pk for each in schemes}))


def _summed_up(plans: Sequence[Plan], period: Period, found: Sequence[Sequence[UnitTrial]]) -> Tried:
    trials = [
        scheme_trials.summed_up(plan.criteria, plan.grades, period, units)
        for plan, units in zip(plans, found, strict=False)
    ]
    return Tried(trials[0], trials[1] if len(trials) > 1 else None)


def _kept(unit: UnitTrial) -> list[Any]:
    points = [None if each is None else str(each) for each in unit.points]
    return [unit.unit_id, points, list(unit.missing), str(unit.low), str(unit.high)]


def _unit(row: Sequence[Any]) -> UnitTrial:
    unit_id, points, missing, low, high = row
    given = [None if each is None else Decimal(each) for each in points]
    return UnitTrial(unit_id, given, missing, Decimal(low), Decimal(high))
