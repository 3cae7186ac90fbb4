"""What the page of a year's files shows, and the page of one that a job writes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.operations import files
from orgs import permissions
from orgs.choices import JobState
from scoring import letters
from scoring.models import AssessmentRound
from scoring.operations import rounds, year_files

if TYPE_CHECKING:
    from orgs.models import Job, User
    from scoring.operations.year_files import Wanted


def year_page(wanted: Wanted, user: User) -> dict[str, object]:
    """The page before anything is ordered."""
    found = AssessmentRound.objects.select_related("unit")
    round = found.filter(pk=wanted.round_id).first() if wanted.round_id else None
    runs = round is not None and rounds.runs(user, round)
    return {
        "round": round,
        "letters": [(name, each.title) for name, each in letters.kinds().items()]
        if runs and round is not None and round.is_published
        else [],
        "wanted": wanted,
        "n_sheets": year_files.sheets_of(wanted, by=user).count(),
        "files": [
            (job, year_files.wanted_by(job), files.is_there(job)) for job in year_files.recent(by=user)
        ],
        "lists": _lists(wanted) if runs or permissions.may_anywhere(user, permissions.MANAGE_SCHEMES) else [],
        "crumbs": crumbs(wanted, _("导出和名单"), round if runs else None),
    }


def _lists(wanted: Wanted) -> list[tuple[str, str]]:
    """Label and address of each list."""
    about = f"round={wanted.round_id}" if wanted.round_id else f"year={wanted.year}"
    address = reverse("scoring:download-list")
    return [(each.list_title, f"{address}?{about}&kind={name}") for name, each in letters.kinds().items()]


def progress(job: Job, wanted: Wanted) -> dict[str, object]:
    """How far the job is."""
    return {
        "job": job,
        "wanted": wanted,
        "in_progress": job.state in {JobState.QUEUED, JobState.RUNNING},
        "is_there": files.is_there(job),
        "has_failed": job.state == JobState.FAILED,
        "is_cancelled": job.state == JobState.CANCELLED,
        "n_sheets": job.result.get("rows", 0),
        "crumbs": crumbs(wanted, wanted.what),
    }


def crumbs(wanted: Wanted, label: str, round: AssessmentRound | None = None) -> list[tuple[str, str]]:
    """The way to a page of the year's files, or of a round's."""
    address = f"{reverse('scoring:list-sheets')}?year={wanted.year}"
    above = (
        (round.title, round.get_absolute_url())
        if round
        else (_("%(year)s 年") % {"year": wanted.year}, address)
    )
    return [(_("年度考评"), address), above, (label, "")]
