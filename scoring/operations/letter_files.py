"""Letters and lists of results as .docx, written with the bulletin's template; who may have which."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from orgs import permissions
from orgs.exceptions import NotAllowed
from orgs.kernel import clock
from orgs.models import OrgUnit
from orgs.operations import ledger
from reporting.operations.bulletin_files import WORD, File
from reporting.word import bulletin as word
from scoring import letters
from scoring.exceptions import NotReady
from scoring.models import Sheet
from scoring.operations import corrections, explanations, rounds
from scoring.outcomes import is_out, outcome_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from orgs.models import User
    from scoring.letters import Kind
    from scoring.models import AssessmentRound
    from scoring.querysets import SheetQuerySet

AT_ONCE = 50
LONGEST_NAME = 40  # characters of a unit's name, as systems hold a file's name to 255 bytes


@transaction.atomic
def letter_file(sheet: Sheet, kind: str, *, by: User) -> File:
    """The letter to the sheet's unit: for who manages schemes there, and for the unit once the result is out.

    Raises NotReady before that, where a later revision replaced it and where the result leads to no such letter, NotAllowed.
    """
    if not (permissions.may(by, permissions.MANAGE_SCHEMES, sheet.unit) or _is_own(sheet, by)):
        raise NotAllowed
    if not is_out(sheet):
        raise NotReady(_("考评结果还没有公布（定稿），公布后才有文书。"))
    corrections.require_standing(sheet)
    (result,) = _results([sheet])
    if not letters.kinds()[kind].concerns(result):
        raise NotReady(_("这张考评表的结果没有这种文书。"))
    ledger.record("sheet.letter_taken", sheet, by=by, kind=kind)
    return _letter(result, kind)


def round_letters(round: AssessmentRound, kind: str) -> Iterator[File]:
    """The letters of one kind to all units of a published round it concerns, in official order; who may is the caller's
    matter. Three statements per fifty.
    """
    found = (
        Sheet.objects.filter(round=round).standing().final() if round.is_published else Sheet.objects.none()
    )
    pks = list(_in_order(found).values_list("pk", flat=True))
    for at in range(0, len(pks), AT_ONCE):
        for result in _results(list(_in_order(Sheet.objects.filter(pk__in=pks[at : at + AT_ONCE])))):
            if letters.kinds()[kind].concerns(result):
                yield _letter(result, kind)


@transaction.atomic
def list_file(year: int, kind: str, *, by: User, round: AssessmentRound | None = None) -> File:
    """名单 of a year's results that are out, in the person's scope, or of one round the person runs.

    Raises NotAllowed; six statements.
    """
    found = Sheet.objects.of_year(year).standing()
    if round is not None:
        if not rounds.runs(by, round):
            raise NotAllowed
        about, found = round.unit_id, found.filter(round=round)
    else:
        widest = by.units_in_charge().allowing(permissions.MANAGE_SCHEMES).widest()
        if widest is None:
            raise NotAllowed
        about, found = widest.unit_id, found.actionable_by(by, permissions.MANAGE_SCHEMES)
    sheets = list(_in_order(found))
    out = [each for each in sheets if is_out(each)]
    issuer = _issuer(sheets[0]) if sheets else ""
    chosen: Kind = letters.kinds()[kind]
    paper = letters.listing(chosen, _results(out), year=year, issuer=issuer, n_open=len(sheets) - len(out))
    ledger.record("sheet.list_taken", by, by=by, unit=OrgUnit.objects.get(pk=about), year=year, kind=kind)
    return File(f"{paper.title}.docx", WORD, word.write(paper))


def _in_order(sheets: SheetQuerySet) -> SheetQuerySet:
    related = sheets.select_related("unit__parent", "scheme", "round__unit")
    return related.prefetch_related("consequences").order_by("unit__position", "unit__code", "pk")


def _results(sheets: Sequence[Sheet]) -> list[letters.Result]:
    duties = explanations.duties_of(sheets)
    return [
        letters.Result(each, outcome_of(each, each.consequences.all()), duties.get(each.pk))
        for each in sheets
    ]


def _letter(result: letters.Result, kind: str) -> File:
    sheet = result.sheet
    day = clock.local(sheet.finalised_at).date() if sheet.finalised_at else None
    paper = letters.letter(letters.kinds()[kind], result, issuer=_issuer(sheet), day=day)
    name = f"{sheet.year}_{sheet.unit.code}_{sheet.unit.name[:LONGEST_NAME]}_{paper.title}".replace("/", "_")
    return File(f"{name}.docx", WORD, word.write(paper))


def _is_own(sheet: Sheet, by: User) -> bool:
    """Somebody of the assessed unit itself, or above it, who reads sheets."""
    return permissions.may(by, permissions.VIEW_SHEET, sheet.unit)


def _issuer(sheet: Sheet) -> str:
    """The committee that assesses: the round's, else the unit's superior."""
    if sheet.round is not None:
        return sheet.round.unit.name
    return sheet.unit.parent.name if sheet.unit.parent else sheet.unit.name
