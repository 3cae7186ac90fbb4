"""Writing a pack: its problems beside their lines, the burden it lays on the units, and what it would find today."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext as _

from orgs.choices import JobState
from orgs.exceptions import OrgsError
from orgs.kernel.shapes import Problem
from orgs.models import OrgUnit
from orgs.querysets.scope import UnitsInCharge
from reporting import judging
from reporting.exceptions import PackInvalid, pack_problem
from reporting.operations import campaign_checks, pack_trials, trial_jobs
from reporting.packs import parse
from reporting.pages import lacking

if TYPE_CHECKING:
    from orgs.models import User
    from reporting.models import Campaign, PackTrial
    from reporting.operations.campaign_checks import Preview
    from reporting.operations.pack_burden import Asked
    from reporting.operations.pack_trials import Names, Tried
    from reporting.packs import Pack

MOST_ON_PAGE = 100_000  # units: a larger subtree is tried out by a job
MOST_QUOTED = 80


@dataclass(frozen=True, slots=True)
class Wrong:
    """A problem and the line of the text it is about."""

    problem: Problem
    quoted: str


@dataclass(frozen=True, slots=True)
class Lacking:
    """A unit that would not meet the requirement today, and what it lacks."""

    unit: OrgUnit
    words: str


@dataclass(frozen=True, slots=True)
class Named:
    """A name that deviates; `url` leads to the account or group."""

    name: str
    unit_name: str
    url: str


@dataclass(frozen=True, slots=True)
class Line:
    """One requirement or round: whom it asks, what they fill in, and after a trial how many meet it today."""

    asked: Asked
    tried: Tried | None
    wanted: str
    units: list[Lacking]
    names: list[Named]

    @property
    def n_left(self) -> int:
        return self.tried.answered.n_asked - self.tried.answered.n_met if self.tried else 0


@dataclass(frozen=True, slots=True)
class Checked:
    """A pack as it was checked: problems, or what loading it would do."""

    problems: list[Wrong]
    preview: Preview | None
    lines: list[Line]
    is_tried: bool
    is_too_large: bool

    @property
    def is_right(self) -> bool:
        return self.preview is not None


def read_pack(text: str, campaign: Campaign | None) -> Pack:
    """The pack of the text. Raises PackInvalid, also where it is a version of another campaign than the one at hand."""
    pack = parse(text)
    if campaign is not None and pack.code != campaign.code:
        words = _("这里修改的是 %s，代码不能改；另一项工作请另写部署。")
        raise pack_problem(pack, "code", words % campaign.code)
    return pack


def unit_for(pack: Pack, usual: OrgUnit) -> OrgUnit | None:
    """Who runs it: the unit the pack names, else the writer's own."""
    return None if pack.unit else usual


def check(text: str, usual: OrgUnit, by: User, campaign: Campaign | None, *, with_trial: bool) -> Checked:
    """Everything that is wrong, else the burden and, where it is asked for and the subtree allows, the trial."""
    try:
        pack = read_pack(text, campaign)
        unit = campaign.unit if campaign else unit_for(pack, usual)
        preview = campaign_checks.preview(pack, unit=unit, by=by)
        _ensure_own_code(pack, preview, campaign)
        is_small = with_trial and _is_small(campaign_checks.unit_of(pack, unit, by))
        trial = pack_trials.try_out(pack, unit=unit, by=by) if is_small else None
    except OrgsError as error:
        return refused(text, error)
    return Checked(
        [], preview, _lines(preview, trial, by), is_small, is_too_large=with_trial and not is_small
    )


def found_by_job(trial: PackTrial, by: User) -> Checked:
    """What the job that tried the pack out has found then; units that the reader sees no more are left out."""
    wrong = trial_jobs.problems(trial)
    if wrong:
        return Checked(_quoted(trial.source, wrong), None, [], is_tried=False, is_too_large=False)
    found = trial_jobs.read(trial, parse(trial.source))
    lines = _lines(trial_jobs.preview(trial), found, by)
    return Checked([], trial_jobs.preview(trial), lines, is_tried=True, is_too_large=False)


def trial_page(trial: PackTrial, by: User) -> dict[str, object]:
    """How far the trial is; once it is done, what it has found."""
    job = trial.job
    is_done = job is not None and job.state == JobState.DONE
    return {
        "trial": trial,
        "job": job,
        "in_progress": job is not None and job.state in {JobState.QUEUED, JobState.RUNNING},
        "is_cancelled": job is not None and job.state == JobState.CANCELLED,
        "checked": found_by_job(trial, by) if is_done else None,
    }


def refused(text: str, error: OrgsError) -> Checked:
    """What is wrong with the text, by an error of its check or of loading it."""
    return Checked(_wrong(text, error), None, [], is_tried=False, is_too_large=False)


def _is_small(unit: OrgUnit) -> bool:
    below = OrgUnit.objects.within(UnitsInCharge.below(unit)).in_operation()
    return int(below.count()) <= MOST_ON_PAGE


def _wrong(text: str, error: OrgsError) -> list[Wrong]:
    return _quoted(
        text, error.problems if isinstance(error, PackInvalid) else [Problem(0, "", error.message)]
    )


def _quoted(text: str, problems: list[Problem]) -> list[Wrong]:
    rows = text.splitlines()
    return [
        Wrong(each, rows[each.line - 1].strip()[:MOST_QUOTED] if 0 < each.line <= len(rows) else "")
        for each in problems
    ]


def _ensure_own_code(pack: Pack, preview: Preview, campaign: Campaign | None) -> None:
    if campaign is None and preview.outcome != "created":
        words = _("这个代码已用于本单位的另一项部署，请换一个；要修改那项部署，请从工作部署里打开它。")
        raise pack_problem(pack, "code", words)


def _lines(preview: Preview, trial: pack_trials.Trial | None, by: User) -> list[Line]:
    if trial is None:
        return [Line(each, None, "", [], []) for each in preview.asked]
    tried = {each.requirement.code: each for each in trial.tried}
    named = {pk for each in trial.tried for pk in each.answered.lacking}
    units = OrgUnit.objects.visible_to(by).in_bulk(named)
    own = [each for each in trial.tried if each.answered.lacking]
    values = judging.own_values([each.requirement for each in own], sorted(named), trial.instant)
    return [
        _line(each, tried.get(each.code) if each.kind != "round" else None, units, values)
        for each in preview.asked
    ]


def _line(asked: Asked, tried: Tried | None, units: dict[int, OrgUnit], values: judging.Values) -> Line:
    if tried is None:
        return Line(asked, None, "", [], [])
    requirement = tried.requirement
    shown = [
        Lacking(units[pk], _words(tried, values.get((requirement.pk, pk))))
        for pk in tried.answered.lacking
        if pk in units
    ]
    names = _names(tried.names) if tried.names else []
    return Line(asked, tried, lacking.standard(requirement), shown, names)


def _words(tried: Tried, values: tuple[int | None, int | None] | None) -> str:
    return lacking.words(tried.requirement, values) or lacking.standard(tried.requirement)


def _names(names: Names) -> list[Named]:
    to = "accounts:show-group" if names.what == pack_trials.GROUPS else "accounts:show-account"
    return [Named(each.name, each.unit_name, reverse(to, args=[each.pk])) for each in names.first]
