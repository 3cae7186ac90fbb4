"""Campaigns for the matrix: one of the national office that asks every unit, one of a unit with nobody below, an exemption."""

from __future__ import annotations

from datetime import timedelta

from orgs.kernel import clock
from orgs.models import OrgUnit
from reporting.models import Campaign, Exemption
from reporting.operations import trial_jobs
from reporting.packs.starter import starter
from tests.cast import Cast
from tests.reporting.campaign_rows import add_version, figure

CODE = "has-group"
WRITERS = {"hi": "province", "hnu": "university", "qzu": "outsider", "qh": "city"}
LEAVES = {"hnu-law-1201", "hnu-law-1202", "hnu-tour-1201", "qzu-sci-1201", "qh-hs-jl", "qh-hs-zj", "wn-xl-nl"}


def campaign_of_all() -> Campaign:
    return _campaign("everywhere", OrgUnit.objects.get(code="cn"))


def campaign(unit: OrgUnit, cast: Cast) -> int | None:
    """Of a unit with nobody below: who stands below reads campaigns of above, which the matrix does not know of."""
    return _campaign(f"of-{unit.code}", unit).pk if unit.code in LEAVES else None


def campaign_draft(unit: OrgUnit, cast: Cast) -> int | None:
    """The same, not launched yet."""
    return _campaign(f"draft-of-{unit.code}", unit, state="draft").pk if unit.code in LEAVES else None


def pack_trial(unit: OrgUnit, cast: Cast) -> int | None:
    """A pack that somebody of the unit has tried out by a job."""
    if unit.code not in WRITERS:
        return None
    trial = trial_jobs.order(starter(unit.name, clock.today()), unit, by=cast[WRITERS[unit.code]])
    trial_jobs.try_in_job(trial.job.pk)
    return trial.pk


def exemption(unit: OrgUnit, cast: Cast) -> int:
    known = Exemption.objects.in_force().filter(unit=unit).first()
    return (known or _exempted(unit, cast)).pk


def _exempted(unit: OrgUnit, cast: Cast) -> Exemption:
    return Exemption.objects.create(
        campaign=campaign_of_all(),
        requirement_code=CODE,
        unit=unit,
        reason="正在撤并",
        granted_at=clock.now(),
        granted_by=cast["national"],
    )


def _campaign(code: str, unit: OrgUnit, *, state: str = "running") -> Campaign:
    known = Campaign.objects.filter(code=code).first()
    if known:
        return known
    began = clock.now() - timedelta(days=10)
    launched_at = began if state == "running" else None
    made = Campaign.objects.create(code=code, unit=unit, state=state, launched_at=launched_at)
    add_version(made, figure("groups_member", code=CODE), loaded_at=began)
    return made
