"""要求书面情况说明: a published result below the lowest floor demands one, with a day, through 督导台账 (SUP-4.4.3)."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from orgs.exceptions import NotAllowed
from orgs.models import OrgUnit
from orgs.operations import ledger
from reporting.choices import DutyKind, DutyState
from reporting.models import Duty
from reporting.operations import supervision
from scoring.choices import ConsequenceKind
from scoring.exceptions import NotReady
from scoring.models import Consequence, Sheet, SheetDuty
from scoring.operations import corrections, rounds, sheets
from scoring.operations.consequences import BELOW_SIX
from scoring.outcomes import is_out

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from orgs.models import User
    from scoring.models import AssessmentRound
    from scoring.querysets import SheetQuerySet

DAYS = 15  # proposed where nobody says otherwise


@transaction.atomic
def demand(sheet: Sheet, *, due_on: date, by: User) -> Duty:
    """The unit is told by the ledger what is asked, why and until when; asked once, the same duty is returned.

    What was asked for an earlier revision holds for the later ones. Raises NotReady while the result isn't out, where
    it demands none and where a later revision replaced it, NotAllowed, ReportingError for a day that can't be kept.
    """
    require_manager(sheet, by=by)
    # The unit first, then the sheet: as the ledger locks, so that two people at once make one duty.
    OrgUnit.objects.select_for_update(no_key=True, of=("self",)).get(pk=sheet.unit_id)
    known = duty_of(sheet)
    if known is not None:
        return known
    corrections.require_standing(sheet)
    if not is_out(sheet):
        raise NotReady(_("考评结果还没有公布（定稿），公布后再要求书面情况说明。"))
    asked = sheet.consequences.filter(kind=ConsequenceKind.EXPLANATION, is_confirmed=True).first()
    if asked is None:
        raise NotReady(_("这张考评表的结果不要求书面情况说明。"))
    words = {"title": sheet.title, "trigger": asked.trigger}
    reason = _("%(title)s：%(trigger)s，请作出书面情况说明。") % words
    given = supervision.Opening(DutyKind.EXPLANATION, reason, due_on, BELOW_SIX)
    # Whoever asked by hand in the same words has asked: it becomes the duty of this result.
    waiting = Duty.objects.waiting().filter(unit=sheet.unit, kind=given.kind, reason=reason)
    duty = waiting.first() or supervision.open_duty(sheet.unit, given, by=by)
    SheetDuty.objects.create(sheet=sheet, duty=duty)
    ledger.record("sheet.explanation_demanded", sheet, by=by, duty=duty.pk, due_on=str(due_on))
    return duty


@transaction.atomic
def demand_all(round: AssessmentRound, *, due_on: date, by: User) -> int:
    """The same of every unit of a published round whose result demands one and that wasn't asked; how many were.

    Pressed twice or by two people at once, each unit still gets one duty and one notice. Raises NotReady before the
    round is published, NotAllowed, ReportingError for a day that can't be kept.
    """
    round = rounds.locked(round.pk, by=by)
    if not round.is_published:
        raise NotReady(_("考评结果还没有公布（定稿），公布后再要求书面情况说明。"))
    # In one order, as each takes its unit's row.
    asked = list(unasked(round).order_by("unit_id"))
    for sheet in asked:
        demand(sheet, due_on=due_on, by=by)
    return len(asked)


def unasked(round: AssessmentRound) -> SheetQuerySet:
    """Standing results of the round that demand an explanation nobody asked for yet, of units still in operation."""
    demanding = Consequence.objects.filter(kind=ConsequenceKind.EXPLANATION, is_confirmed=True)
    found = Sheet.objects.filter(round=round, unit__is_open=True).unexplained().standing().final()
    return found.filter(pk__in=demanding.values("sheet")).select_related("scheme", "unit", "round")


def require_manager(sheet: Sheet, *, by: User) -> None:
    """The office that runs the assessment of this unit: the provincial one, or the committee above it. Raises NotAllowed."""
    if not sheets.leads(by, sheet.unit):
        raise NotAllowed


def duty_of(sheet: Sheet) -> Duty | None:
    """The duty this result led to, or an earlier revision of it."""
    return duties_of([sheet]).get(sheet.pk)


def duties_of(sheets: Iterable[Sheet]) -> dict[int, Duty]:
    """Sheet -> the duty it led to, or else that of the revision before it; one statement.

    READING: a duty that was withdrawn was for the revision that led to it; a later one is asked anew.
    """
    wanted = list(sheets)
    led = SheetDuty.objects.filter(
        sheet__unit__in={each.unit_id for each in wanted}, sheet__year__in={each.year for each in wanted}
    )
    known: dict[tuple[int, int, int], list[SheetDuty]] = defaultdict(list)
    for each in led.select_related("sheet", "duty").order_by("sheet__revision"):
        known[_of(each.sheet)].append(each)
    found = {}
    for sheet in wanted:
        for each in known[_of(sheet)]:
            is_own = each.sheet_id == sheet.pk
            is_before = each.sheet.revision < sheet.revision and each.duty.state != DutyState.WITHDRAWN
            if is_own or is_before:
                found[sheet.pk] = each.duty
    return found


def _of(sheet: Sheet) -> tuple[int, int, int]:
    """What all revisions of a sheet share."""
    return sheet.scheme_id, sheet.year, sheet.unit_id
