"""试算 of a pack by a job: a subtree too large for a page's answer, for the person who asked; found, it is read as a page's."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any

from django.db import transaction

from orgs.exceptions import NotAllowed
from orgs.kernel import clock
from orgs.kernel.shapes import Problem
from orgs.operations import ledger
from reporting import judging
from reporting.exceptions import PackInvalid
from reporting.models import PackTrial
from reporting.operations import campaign_checks, pack_rules, pack_trials
from reporting.operations.campaign_checks import Preview
from reporting.operations.pack_burden import Asked
from reporting.operations.pack_trials import Deviation, Names, Trial, Tried
from reporting.packs import parse

if TYPE_CHECKING:
    from orgs.models import Job, OrgUnit, User
    from reporting.models import Campaign
    from reporting.packs import Pack

TASK = "reporting.try_pack"


@transaction.atomic
def order(
    text: str, unit: OrgUnit | None, *, by: User, campaign: Campaign | None = None, seen: int = 0
) -> PackTrial:
    """Have the pack tried out. Asked for once more while it is under way, it is the same trial.

    `unit` runs it; None: the one the pack names. Raises as `campaign_checks.unit_of`, and PackInvalid.
    """
    unit = campaign_checks.unit_of(parse(text), unit, by)
    same = (
        PackTrial.objects.ordered_by(by)
        .unfinished()
        .filter(unit=unit, campaign=campaign, source=text)
        .first()
    )
    if same is not None:
        return same
    trial = PackTrial.objects.create(
        unit=unit, campaign=campaign, seen=seen, source=text, created_by=by, created_at=clock.now()
    )
    trial.job = ledger.enqueue(TASK, key=f"try-pack-{trial.pk}", by=by, trial=trial.pk)
    trial.save(update_fields=["job"])
    return trial


def try_in_job(job_id: int) -> None:
    """The job: what its writer may do is asked again, as an office may have ended meanwhile."""
    ledger.run(job_id, _try)


def read(trial: PackTrial, pack: Pack) -> Trial:
    """What the job has found, as `pack_trials.try_out` would give it."""
    requirements = pack_rules.requirements_of(pack, pack_rules.campaign_of(pack, trial.unit))
    tried = [_tried(each, row) for each, row in zip(requirements, trial.found["tried"], strict=True)]
    return Trial(judging.Instant.at(trial.tried_at or trial.created_at), tried)


def preview(trial: PackTrial) -> Preview:
    """What loading the pack would have done when it was tried out, and whom it asked."""
    told = dict(trial.found["preview"])
    asked = [
        Asked(
            **{
                **each,
                "deadline_at": datetime.fromisoformat(each["deadline_at"]) if each["deadline_at"] else None,
            }
        )
        for each in told.pop("asked")
    ]
    return Preview(asked=asked, **told)


def problems(trial: PackTrial) -> list[Problem]:
    """What the job has found wrong with the text."""
    return [Problem(**each) for each in trial.found.get("problems", [])]


def _try(job: Job) -> dict[str, object]:
    trial = PackTrial.objects.select_related("unit", "created_by").get(pk=job.params["trial"])
    try:
        pack = parse(trial.source)
        told = campaign_checks.preview(pack, unit=trial.unit, by=trial.created_by)
        found = pack_trials.try_out(
            pack, unit=trial.unit, by=trial.created_by, told=partial(ledger.progress, job)
        )
    except (PackInvalid, NotAllowed) as error:
        wrong = error.problems if isinstance(error, PackInvalid) else [Problem(0, "", error.message)]
        trial.found = {"problems": [asdict(each) for each in wrong]}
        trial.tried_at = clock.now()
    else:
        trial.found = {"preview": _as_json(told), "tried": [_kept(each) for each in found.tried]}
        trial.tried_at = found.instant.known
    trial.save(update_fields=["found", "tried_at"])
    return {"n_problems": len(trial.found.get("problems", []))}


def _as_json(told: Preview) -> dict[str, Any]:
    kept = asdict(told)
    for each in kept["asked"]:
        each["deadline_at"] = each["deadline_at"].isoformat() if each["deadline_at"] else None
    return kept


def _kept(tried: Tried) -> dict[str, object]:
    return {"answered": asdict(tried.answered), "names": asdict(tried.names) if tried.names else None}


def _tried(requirement: Any, row: dict[str, Any]) -> Tried:
    names = row["names"]
    if names is not None:
        names = Names(**{**names, "first": [Deviation(**each) for each in names["first"]]})
    return Tried(requirement, judging.Answered(**row["answered"]), names)
