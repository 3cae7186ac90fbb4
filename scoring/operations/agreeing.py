"""What the group agreed on: one score per criterion and the overall rating, entered by its leader (SUP-4.3)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from orgs.operations import ledger
from scoring.exceptions import NotReady, ScoringError
from scoring.operations import blind_scores, scores, sheets

if TYPE_CHECKING:
    from collections.abc import Sequence

    from orgs.models import User
    from scoring.models import Sheet

MOST_CHARACTERS = 500


@transaction.atomic
def agree(
    sheet: Sheet, entries: Sequence[scores.Entry], *, overall: str = "", version: int, by: User
) -> Sheet:
    """Keep the agreed points (no averaging; a reason where they deviate from the computed ones) and 总体评价.

    Raises ScoresRefused with the error of each criterion, NotReady before every member has handed in or for a sheet
    without a group, Conflict, SheetFinal, NotAllowed for anybody but the leader.
    """
    sheet = sheets.locked(sheet.pk, version=version)
    if sheet.group_id is None:
        raise NotReady(_("这张考评表还没有分派考核小组。"))
    sheets.require_assessor(by, sheet)
    blind_scores.require_in_time(sheet)
    blind_scores.require_agreeing(sheet, by)
    overall = overall.strip()
    if len(overall) > MOST_CHARACTERS:
        raise ScoringError(_("总体评价最多 %(most)s 个字，请写短一些。") % {"most": MOST_CHARACTERS})
    if entries:
        sheet = scores.enter_scores(sheet, assessed=entries, version=sheet.version, by=by)
    if overall != sheet.overall:
        sheet.overall = overall
        sheet.version += 1
        sheet.save(update_fields=["overall", "version"])
    ledger.record("sheet.agreed", sheet, by=by, unit=sheet.unit, criteria=len(entries))
    return sheet
