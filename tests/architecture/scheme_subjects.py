"""Schemes for the matrix: one of the unit's own, and one that was tried out."""

from __future__ import annotations

from orgs.models import OrgUnit
from scoring.frozen import Period
from scoring.models import Item, Scheme
from scoring.operations import trial_jobs
from scoring.operations.schemes import SHIPPED, store
from scoring.scheme_files import parse
from tests.architecture.campaign_subjects import WRITERS
from tests.cast import Cast


def scheme(unit: OrgUnit, cast: Cast) -> int:
    """A draft of the unit, with the items of the sheet of 2013."""
    known = Scheme.objects.filter(unit=unit).first()
    if known is not None:
        return known.pk
    text = (SHIPPED / "sup-a-2013.yaml").read_text(encoding="utf-8")
    file = parse(text.replace("code: sup-a", f"code: own-{unit.pk}", 1))
    return store(file, source=text, unit=unit).pk


def scheme_trial(unit: OrgUnit, cast: Cast) -> int | None:
    """A scheme's text that somebody of the unit has tried out by a job."""
    if unit.code not in WRITERS:
        return None
    text = (SHIPPED / "sup-a-2013.yaml").read_text(encoding="utf-8")
    trial = trial_jobs.order(Period(2026), unit, by=cast[WRITERS[unit.code]], source=text)
    trial_jobs.try_in_job(trial.job.pk)
    return trial.pk


def item_of(scheme_pk: int) -> int:
    """An item of the scheme; the same number where there is no such scheme."""
    found = Item.objects.filter(section__scheme=scheme_pk).order_by("pk").first()
    return found.pk if found else scheme_pk
