"""告知 as a wall: until a unit is told its result, it reads of its sheet what it entered itself and what the weeks compute (SUP-4.0)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Prefetch, Q, prefetch_related_objects

from orgs import permissions
from orgs.models import Appointment
from orgs.querysets.scope import Span
from scoring.choices import FLAG_CLAUSES, SheetState
from scoring.models import Decision, Evidence, Sheet

if TYPE_CHECKING:
    from collections.abc import Iterable

    from orgs.models import User
    from orgs.querysets.scope import UnitsInCharge
    from scoring.models import Score
    from scoring.querysets import EvidenceQuerySet


def is_withheld(charge: UnitsInCharge, sheet: Sheet) -> bool:
    """Whether somebody in charge of these subtrees doesn't read the result yet; no statement.

    SECURITY: whoever holds an office in the assessed unit or below it, however high another office of the person is.
    """
    if sheet.is_told:
        return False
    assessed = Span.of(sheet.unit)
    return any(assessed.contains(office) for office in charge.allowing(permissions.FILL).spans)


def untold_to(user: User) -> Q:
    """The same as a condition on sheets."""
    return untold_in(user.units_in_charge())


def untold_in(charge: UnitsInCharge) -> Q:
    """The same for somebody in charge of these subtrees."""
    found = Q(pk__in=())
    for office in charge.allowing(permissions.FILL).spans:
        found |= Q(unit__tree_id=office.tree_id, unit__lft__lte=office.lft, unit__rght__gte=office.rght)
    return found & Q(notified_at__isnull=True) & ~Q(state=SheetState.FINAL)


def shown_to(user: User, sheets: Iterable[Sheet]) -> list[Sheet]:
    """The sheets as this person reads them, units loaded: what isn't told yet is taken out, in memory only."""
    charge, found = user.units_in_charge(), list(sheets)
    for sheet in found:
        if is_withheld(charge, sheet):
            withhold(sheet)
    return found


def withhold(sheet: Sheet) -> None:
    """Leave of the loaded row what the unit may read. It must not be saved; operations read it anew before they write."""
    sheet.is_withheld = True
    sheet.total_points, sheet.grade, sheet.overall, sheet.correction_reason = None, "", "", ""
    sheet.assessed_on = sheet.proposed_at = sheet.proposed_by = None
    loaded: dict[str, object] = sheet.__dict__.setdefault("_prefetched_objects_cache", {})
    # What a relation was loaded with is where Django looks first: lists and papers that read it need not know.
    loaded["consequences"] = sheet.consequences.filter(clause__in=FLAG_CLAUSES)
    loaded["decisions"] = Decision.objects.none()
    if "scores" in loaded:
        scores = stripped(sheet.scores.all())
        kept = [score.__dict__.get("_prefetched_objects_cache", {}) for score in scores]
        papers = [each.pop("evidence", None) for each in kept]
        if any(each is not None for each in papers):
            prefetch_related_objects(scores, Prefetch("evidence", papers_of_unit(sheet)))


def scores_of(sheet: Sheet) -> list[Score]:
    """Its scores as on paper, without the assessors' where the sheet is withheld; one statement."""
    scores = sheet.scores.in_sheet_order()
    return stripped(scores) if sheet.is_withheld else list(scores)


def stripped(scores: Iterable[Score]) -> list[Score]:
    """Without what assessors gave, and why; what is computed stands."""
    found = list(scores)
    for score in found:
        score.assessed_points, score.reason = None, ""
        score.scored_by, score.scored_at = None, None
    return found


def papers_of_unit(sheet: Sheet) -> EvidenceQuerySet:
    """The papers the unit's own people added: what the assessment group put beside them is part of its result."""
    staff = Appointment.objects.filter(
        unit=sheet.unit_id, role__in=permissions.roles_with(permissions.SELF_ASSESS)
    )
    return Evidence.objects.of_sheet(sheet.pk).filter(added_by__in=staff.values("user"))
