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
from scoring.models import Sheet, SheetDuty
from scoring.operations import explanations
from scoring.outcomes import is_out, outcome_of

if TYPE_CHECKING:
    from orgs.models import User
    from scoring.letters import Kind


@transaction.atomic
def letter_file(sheet: Sheet, kind: str, *, by: User) -> File:
    """The letter to the sheet's unit: for who manages schemes there, and for the unit once the result is out.

    Raises NotReady before that and where the result leads to no such letter, NotAllowed.
    """
    if not (permissions.may(by, permissions.MANAGE_SCHEMES, sheet.unit) or _is_own(sheet, by)):
        raise NotAllowed
    if not is_out(sheet):
        raise NotReady(_("考评结果还没有公布（定稿），公布后才有文书。"))
    chosen = letters.kinds()[kind]
    outcome = outcome_of(sheet, sheet.consequences.all())
    result = letters.Result(sheet, outcome, explanations.duty_of(sheet))
    if not chosen.concerns(result):
        raise NotReady(_("这张考评表的结果没有这种文书。"))
    day = clock.local(sheet.finalised_at).date() if sheet.finalised_at else None
    paper = letters.letter(chosen, result, issuer=_issuer(sheet), day=day)
    ledger.record("sheet.letter_taken", sheet, by=by, kind=kind)
    name = f"{sheet.year}_{sheet.unit.code}_{paper.title}".replace("/", "_")
    return File(f"{name}.docx", WORD, word.write(paper))


@transaction.atomic
def list_file(year: int, kind: str, *, by: User) -> File:
    """名单 of a year's results that are out, in the person's scope. Raises NotAllowed; six statements."""
    widest = by.units_in_charge().allowing(permissions.MANAGE_SCHEMES).widest()
    if widest is None:
        raise NotAllowed
    found = Sheet.objects.of_year(year).standing().actionable_by(by, permissions.MANAGE_SCHEMES)
    sheets = list(
        found.select_related("unit__parent", "scheme", "round__unit").prefetch_related("consequences")
        .order_by("unit__position", "unit__code", "pk")
    )  # fmt: skip
    out = [each for each in sheets if is_out(each)]
    duties = {
        each.sheet_id: each.duty for each in SheetDuty.objects.filter(sheet__in=out).select_related("duty")
    }
    results = [
        letters.Result(each, outcome_of(each, each.consequences.all()), duties.get(each.pk)) for each in out
    ]
    issuer = _issuer(sheets[0]) if sheets else ""
    chosen: Kind = letters.kinds()[kind]
    paper = letters.listing(chosen, results, year=year, issuer=issuer, n_open=len(sheets) - len(out))
    ledger.record(
        "sheet.list_taken", by, by=by, unit=OrgUnit.objects.get(pk=widest.unit_id), year=year, kind=kind
    )
    return File(f"{paper.title}.docx", WORD, word.write(paper))


def _is_own(sheet: Sheet, by: User) -> bool:
    """Somebody of the assessed unit itself, or above it, who reads sheets."""
    return permissions.may(by, permissions.VIEW_SHEET, sheet.unit)


def _issuer(sheet: Sheet) -> str:
    """The committee that assesses: the round's, else the unit's superior."""
    if sheet.round is not None:
        return sheet.round.unit.name
    return sheet.unit.parent.name if sheet.unit.parent else sheet.unit.name
