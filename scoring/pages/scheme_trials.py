"""What the pages of a trial show: which weeks, the distribution, what each unit would get, beside another edition."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from django.core.paginator import Paginator
from django.urls import reverse
from django.utils.translation import gettext as _

from orgs.choices import JobState
from orgs.models import OrgUnit
from orgs.operations.exporting import FileTable
from reporting.models import ClosedWeek
from scoring import metrics
from scoring.choices import Grade, Missing
from scoring.frozen import Period
from scoring.models import Scheme
from scoring.operations import trial_jobs
from scoring.rules import STEP

if TYPE_CHECKING:
    from django.core.paginator import Page

    from orgs.models import User
    from orgs.operations.exporting import Cell
    from scoring.models import SchemeTrial
    from scoring.operations.trial_jobs import Tried
    from scoring.scheme_trials import Trial, UnitTrial

PER_PAGE = 100
MOST_OTHERS = 50


@dataclass(frozen=True, slots=True)
class Choice:
    """What a trial may be of: closed weeks of a year with their names, and editions to be compared with."""

    year: int
    weeks: Sequence[tuple[int, str]]
    editions: Sequence[Scheme]

    @classmethod
    def of(cls, scheme: Scheme, year: int, user: User) -> Choice:
        """Editions of the same scheme first, then those of others for one of its kinds; two statements."""
        weeks = [(each.number, each.week.label) for each in metrics.closed_weeks(Period(year))]
        found = Scheme.objects.manageable_by(user).exclude(pk=scheme.pk).order_by("-pk")[: MOST_OTHERS * 2]
        fitting = [each for each in found if set(each.target_kinds) & set(scheme.target_kinds)]
        ordered = sorted(fitting, key=lambda each: (each.code != scheme.code, -each.pk))
        return cls(year, weeks, ordered[:MOST_OTHERS])

    @property
    def others(self) -> list[tuple[int, str]]:
        """For a field."""
        return [(each.pk, edition_words(each)) for each in self.editions]

    def edition(self, pk: int | None) -> Scheme | None:
        """The edition that was chosen."""
        return next((each for each in self.editions if each.pk == pk), None)

    def period(self, first: int, last: int) -> Period:
        """From one closed week to another; from the first to the last it is the whole year."""
        is_whole = (first, last) == (self.weeks[0][0], self.weeks[-1][0])
        return Period(self.year) if is_whole else Period(self.year, first, last)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one edition gives one unit: the computable points, and totals and grades with the rest at 0 and in full."""

    computed: Decimal
    low: Decimal
    high: Decimal
    low_grade: str
    high_grade: str

    @property
    def grades(self) -> str:
        """良好; 合格–优秀 where what is open decides."""
        return self.high_grade if self.low_grade == self.high_grade else f"{self.low_grade}–{self.high_grade}"


@dataclass(frozen=True, slots=True)
class UnitLine:
    """One unit by the scheme, and by the edition it is compared with."""

    unit: OrgUnit
    now: Outcome
    other: Outcome | None
    is_alike: bool = True

    @property
    def change(self) -> Decimal | None:
        """Computable points more than by the other edition; None where their full points differ."""
        if self.other is None or not self.is_alike:
            return None
        return self.now.computed - self.other.computed


@dataclass(frozen=True, slots=True)
class GradeLine:
    """One grade: how many units at best and at worst, and so by the other edition."""

    label: str
    best: int
    worst: int
    other_best: int
    other_worst: int


def years() -> list[int]:
    """Years with a closed week, the newest first."""
    found = ClosedWeek.objects.newest_editions().order_by("-year").values_list("year", flat=True)
    return list(dict.fromkeys(found))


def edition_words(scheme: Scheme) -> str:
    """…方案 第 2 版."""
    return _("%(title)s 第 %(n)s 版") % {"title": scheme.title, "n": scheme.version}


def shown(tried: Tried, user: User, number: str | None) -> dict[str, object]:
    """The trial for a page; `number` of the page of units."""
    found = lines(tried, user)
    page: Page[UnitLine] = Paginator(found, PER_PAGE).get_page(number)
    return {
        "trial": tried.trial,
        "other": tried.other,
        "is_unlike": not _is_alike(tried),
        "grade_lines": grade_lines(tried),
        "page": page,
    }


def lines(tried: Tried, user: User) -> list[UnitLine]:
    """Units that the person sees, the most points first; one statement."""
    by_unit = {unit.unit_id: unit for unit in tried.trial.units}
    beside = {unit.unit_id: unit for unit in tried.other.units} if tried.other else {}
    seen = OrgUnit.objects.visible_to(user).filter(pk__in=by_unit).in_official_order()
    found = [
        UnitLine(
            unit,
            _outcome(tried.trial, by_unit[unit.pk]),
            _outcome(tried.other, beside[unit.pk]) if tried.other and unit.pk in beside else None,
            _is_alike(tried),
        )
        for unit in seen
    ]
    return sorted(found, key=lambda line: (-line.now.high, -line.now.computed))


def grade_lines(tried: Tried) -> list[GradeLine]:
    """Every grade of either edition, the best first."""
    trials = [each for each in (tried.trial, tried.other) if each is not None]
    names = {name for each in trials for name, _floor in each.grades}
    counted = tried.other
    return [
        GradeLine(
            str(grade.label),
            tried.trial.at_best[grade],
            tried.trial.at_worst[grade],
            counted.at_best[grade] if counted else 0,
            counted.at_worst[grade] if counted else 0,
        )
        for grade in Grade
        if grade in names
    ]


def as_table(tried: Tried, title: str, user: User) -> FileTable:
    """What each unit would get, with every criterion's points or why there are none."""
    codes = [each.criterion.code for each in tried.trial.criteria]
    labels = [_("单位"), _("代码"), _("类型"), *_heads("")]
    labels += _heads(_("对比：")) if tried.other else []
    labels += [_("评分点 %(code)s") % {"code": code} for code in codes]
    by_unit = {unit.unit_id: unit for unit in tried.trial.units}
    rows: list[list[Cell]] = [
        [
            line.unit.name,
            line.unit.code,
            str(line.unit.kind),
            *_cells(line.now),
            *(_cells(line.other) if tried.other else ()),
            *_points(by_unit[line.unit.pk]),
        ]
        for line in lines(tried, user)
    ]
    name = _("试算_%(title)s_%(year)s年") % {"title": title, "year": tried.trial.period.year}
    return FileTable.listed(name, labels, rows)


def progress(trial: SchemeTrial) -> dict[str, object]:
    """How far the job is."""
    job = trial.job
    return {
        "kept": trial,
        "job": job,
        "in_progress": job is not None and job.state in {JobState.QUEUED, JobState.RUNNING},
        "is_cancelled": job is not None and job.state == JobState.CANCELLED,
        "is_done": job is not None and job.state == JobState.DONE and bool(trial.found),
        "back_url": _back_url(trial),
    }


def _back_url(trial: SchemeTrial) -> str:
    """To the form for other weeks, or to the text that isn't kept yet."""
    if trial.scheme_id is not None:
        return reverse("scoring:try-scheme", args=[trial.scheme_id])
    return f"{reverse('scoring:new-scheme')}?trial={trial.pk}"


def title_of(trial: SchemeTrial) -> str:
    """What was tried out, in words."""
    return edition_words(trial.scheme) if trial.scheme else trial_jobs.plans_of(trial)[0].title


def _is_alike(tried: Tried) -> bool:
    return tried.other is None or tried.other.full == tried.trial.full


def _heads(before: str) -> list[str]:
    names = [
        _("系统计算得分"),
        _("其余不得分的总分"),
        _("其余得满分的总分"),
        _("其余不得分的等次"),
        _("其余得满分的等次"),
    ]
    return [f"{before}{name}" for name in names]


def _cells(outcome: Outcome | None) -> list[Cell]:
    if outcome is None:
        return [None] * 5
    points = [_in_steps(each) for each in (outcome.computed, outcome.low, outcome.high)]
    return [*points, outcome.low_grade, outcome.high_grade]


def _points(unit: UnitTrial) -> list[Cell]:
    """Points; in words why there are none; empty where people enter or judge."""
    return [
        str(Missing(missing).label) if missing else _in_steps(points)
        for points, missing in zip(unit.points, unit.missing, strict=True)
    ]


def _in_steps(points: Decimal | None) -> Decimal | None:
    """One decimal where that says all of it."""
    return points if points is None or points % STEP else points.quantize(STEP)


def _outcome(trial: Trial, unit: UnitTrial) -> Outcome:
    low, high = trial.grade_of(unit.low), trial.grade_of(unit.high)
    return Outcome(unit.computed, unit.low, unit.high, low, high)
