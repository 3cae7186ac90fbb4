"""提醒: units directly below one that have not met a requirement, or have units below that have not.

Once a day for the same requirement, at most REMINDERS_PER_WEEK a unit and week, as with forms and weekly reports.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import F
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.operations.chase import deadline_words
from accounts.operations.reminders import REMINDED, Reminded
from orgs.exceptions import IllegalMove
from orgs.kernel import clock
from orgs.models import Notification, OrgUnit
from orgs.operations import ledger
from orgs.operations.locks import lock_units
from orgs.permissions import REMIND
from reporting import judging
from reporting.choices import CampaignState
from reporting.models import Judgement, Tally
from reporting.operations.reminding import turn

if TYPE_CHECKING:
    from collections.abc import Iterable

    from orgs.models import User
    from reporting.models import Requirement


def link_of(requirement: Requirement) -> str:
    """Leads everybody to the campaign, and tells reminders of one requirement from those of others."""
    url = reverse("reporting:show-campaign", args=[requirement.version.campaign_id])
    return f"{url}?r={requirement.code}"


@transaction.atomic
def remind(requirement: Requirement, superior: OrgUnit, *, by: User, unit_id: int | None = None) -> Reminded:
    """Remind the units directly below `superior` that hold the requirement back, or one of them; nobody of their own.

    Raises IllegalMove where the campaign does not run.
    """
    if requirement.version.campaign.state != CampaignState.RUNNING:
        raise IllegalMove(_("这项工作部署不在进行中，不用提醒。"))
    # Two pushes at once: the second waits here, and finds what the first has left.
    lock_units([superior.pk])
    in_charge = by.units_in_charge().allowing(REMIND)
    below = OrgUnit.objects.within(in_charge).exclude(pk__in=in_charge.own_unit_ids()).children_of(superior)
    below = below.filter(pk=unit_id) if unit_id else below
    found = turn(waiting(requirement, below.values_list("pk", flat=True)), link_of(requirement))
    now = clock.now()
    mails = ledger.notify_many(
        Notification(
            unit_id=pk, kind=REMINDED, text=_text(requirement), link=link_of(requirement), created_at=now
        )
        for pk in found.targets
    )
    done = Reminded(len(found.targets), found.already, found.capped, 0, mails)
    ledger.record(
        "requirement.reminded",
        requirement,
        by=by,
        unit=superior,
        requirement=requirement.code,
        sent=done.sent,
        already=done.already,
        capped=done.capped,
    )
    return done


def waiting(requirement: Requirement, unit_ids: Iterable[int]) -> set[int]:
    """Of these units, those that have not met the requirement themselves or have somebody below who has not."""
    ids = list(unit_ids)
    tallies = Tally.objects.current().filter(requirement=requirement, unit_id__in=ids, n_met__lt=F("n_asked"))
    rows = Judgement.objects.current().filter(version=requirement.version_id, unit_id__in=ids)
    own = {
        unit
        for unit, text in rows.values_list("unit_id", "standings")
        if judging.character_of(text, requirement) == judging.UNMET
    }
    return own | set(tallies.values_list("unit_id", flat=True))


def _text(requirement: Requirement) -> str:
    words = {"title": requirement.title, "clause": requirement.clause}
    said = _("工作部署要求“%(title)s”（%(clause)s）尚未全部达到") % words
    return f"{said}，{deadline_words(requirement.deadline_at)}" if requirement.deadline_at else said
