"""A unit's own round is evidence on its own sheet: it has assessed the level below it (SUP-2.2.3, SUP-A 一.2)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from orgs import permissions
from orgs.exceptions import NotAllowed
from orgs.kernel import clock
from orgs.operations import ledger
from scoring.choices import RoundState, SheetState
from scoring.content import canonical, digest, results_of
from scoring.exceptions import NotReady
from scoring.models import AssessmentRound, Evidence, Score, Sheet
from scoring.operations import sheets

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from orgs.models import User

# READING: a criterion is about the unit's own assessment of the level below where it cites one of these.
CLAUSES = ("SUP-A 一.2", "SUP-2.2.3")


def offered(sheet: Sheet) -> list[AssessmentRound]:
    """Published rounds of the unit and the sheet's year that don't stand on it as evidence yet; two statements."""
    if sheet.state != SheetState.SELF_ASSESSING or not _scores(sheet).exists():
        return []
    published = AssessmentRound.objects.of_year(sheet.year).filter(
        unit=sheet.unit_id, state=RoundState.PUBLISHED
    )
    known = list(Evidence.objects.filter(score__in=_scores(sheet)).only("title", "round_id"))
    return [round for round in published if not any(_is_of(each, round) for each in known)]


@transaction.atomic
def attach(sheet: Sheet, round: AssessmentRound, *, by: User) -> int:
    """List the round as evidence of each criterion it is about; a second time adds nothing. How many were added.

    Each keeps the digest of the round's results, which the sheet's own seal then covers.

    Raises NotReady for a round that isn't published or isn't the unit's of that year, and after the self-assessment;
    NotAllowed for anybody but the unit.
    """
    if sheet.unit_id not in sheets.own_units(by, permissions.SELF_ASSESS):
        raise NotAllowed
    sheet = sheets.locked(sheet.pk)
    if sheet.state != SheetState.SELF_ASSESSING:
        raise NotReady(_("自评已经提交，不能再改；需要更正请联系考核小组。"))
    if (round.unit_id, round.year, round.state) != (sheet.unit_id, sheet.year, RoundState.PUBLISHED):
        raise NotReady(_("只有本单位当年已经公布结果的考评可以列为佐证。"))
    n_added = 0
    day = clock.local(round.published_at).date() if round.published_at else None
    results = _results(round)
    for score in _scores(sheet).prefetch_related("evidence"):
        if any(_is_of(each, round) for each in score.evidence.all()):
            continue
        # A paper counts once on a sheet: the scheme and the results are two, each under its criterion's name.
        title = f"{score.criterion.label[:40]}{_ending(round)}"
        facts = {"round": round, "sha256": results, "dated_on": day}
        Evidence.objects.create(score=score, title=title, added_by=by, added_at=clock.now(), **facts)
        n_added += 1
    if n_added:
        sheet.version += 1
        sheet.save(update_fields=["version"])
        ledger.record("sheet.round_attached", sheet, by=by, unit=sheet.unit, round=round.pk, criteria=n_added)
    return n_added


def _scores(sheet: Sheet) -> QuerySet[Score]:
    return Score.objects.filter(sheet=sheet, criterion__clause__in=CLAUSES).select_related("criterion")


def _is_of(evidence: Evidence, round: AssessmentRound) -> bool:
    """Stands for this round; one listed before rounds were kept is told by its title."""
    if evidence.round_id is not None:
        return bool(evidence.round_id == round.pk)
    return evidence.title.endswith(_ending(round))


def _results(round: AssessmentRound) -> str:
    """The digest of what the round found, as it stands now."""
    sheets = Sheet.objects.filter(round=round).standing().final()
    return digest(canonical(results_of(round, sheets)))


def _ending(round: AssessmentRound) -> str:
    return _("：%(title)s（已公布）") % {"title": round.title[:70]}
