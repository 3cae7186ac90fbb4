"""An assessor's own copy of a sheet: the file holds what he or she found alone, and what comes back goes there (SUP-4.3)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scoring.choices import SheetState
from scoring.models import BlindScore, BlindSheet
from scoring.operations import blind_scores, sheets

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from orgs.models import User
    from scoring.models import Score, Sheet


def scores_alone(user: User, sheet: Sheet) -> bool:
    """Whether the person is a member of the sheet's group and hasn't handed in yet."""
    if sheet.group_id is None or sheet.state != SheetState.ASSESSING or sheet.revision > 1:
        return False
    if not blind_scores.is_member(user, sheet) or not sheets.may_assess(user, sheet.unit):
        return False
    own = BlindSheet.objects.filter(sheet=sheet, assessor=user)
    return not own.filter(handed_in_at__isnull=False).exists()


def own_points(user: User, sheet: Sheet) -> dict[int, BlindScore]:
    """SECURITY: what this person has kept for the sheet, by criterion; nobody else's."""
    kept = BlindScore.objects.filter(blind_sheet__sheet=sheet, blind_sheet__assessor=user)
    return {each.criterion_id: each for each in kept}


def laid_over(
    scores: Iterable[Score], own: Mapping[int, BlindScore], by: User, *, hides_computed: bool = False
) -> list[Score]:
    """The loaded rows with the person's own points as assessed ones, in memory only.

    `hides_computed`: a criterion not scored yet is blank, also where the weeks compute it.
    """
    found = list(scores)
    for score in found:
        kept = own.get(score.criterion_id)
        score.assessed_points, score.reason = (kept.points, kept.note) if kept else (None, "")
        score.scored_by, score.scored_at = (by, None) if kept else (None, None)
        if hides_computed:
            score.computed_points = None
    return found


def enter(sheet: Sheet, entries: Sequence[blind_scores.BlindEntry], *, by: User) -> None:
    """Keep them in the person's own sheet; it still has to be handed in there."""
    own = BlindSheet.objects.filter(sheet=sheet, assessor=by).first()
    blind_scores.keep(sheet, entries, version=own.version if own else 0, by=by)
