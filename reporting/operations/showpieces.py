"""风采展示: a unit submits a good example, a superior picks it, and everybody below that superior sees it (WB-3.3)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from orgs.exceptions import IllegalMove, NotAllowed
from orgs.kernel import clock
from orgs.models import OrgUnit
from orgs.operations import ledger
from orgs.permissions import FILL, PUBLISH_NOTICE
from reporting.models import Showpiece

if TYPE_CHECKING:
    from orgs.models import User
    from orgs.querysets.scope import Span
    from reporting.operations.passages import Passage


@transaction.atomic
def submit(unit: OrgUnit, passage: Passage, *, by: User) -> Showpiece:
    """报送 for the own unit; the same text once more is the same piece. Raises NotAllowed, ReportingError."""
    if unit.pk not in by.units_in_charge().allowing(FILL).own_unit_ids() or not unit.is_open:
        raise NotAllowed
    facts = passage.checked()
    OrgUnit.objects.select_for_update(no_key=True, of=("self",)).get(pk=unit.pk)
    known = Showpiece.objects.standing().filter(unit=unit, title=facts["title"], text=facts["text"]).first()
    if known is not None:
        return known
    made = Showpiece.objects.create(unit=unit, sent_at=clock.now(), sent_by=by, **facts)
    ledger.record("showpiece.submitted", made, by=by, unit=unit)
    return made


def picking_unit(piece: Showpiece, by: User) -> OrgUnit | None:
    """The committee of the person above the unit, the highest, for which they may pick it; None where there is none."""
    spans = by.units_in_charge().allowing(PUBLISH_NOTICE).spans
    over = [span for span in spans if span.unit_id != piece.unit_id and span.covers(piece.unit)]
    if not over:
        return None
    widest: Span = max(over, key=lambda span: (span.is_forest, span.rght - span.lft))
    picking: OrgUnit = OrgUnit.objects.get(pk=widest.unit_id)
    return picking


@transaction.atomic
def pick(piece_id: int, *, by: User) -> Showpiece:
    """选用展示 to everybody below the own committee; a higher one may show it more widely.

    Raises NotAllowed, IllegalMove where it is shown as widely already or was withdrawn.
    """
    piece = _held(piece_id, by)
    above = picking_unit(piece, by)
    if above is None:
        raise NotAllowed
    if piece.withdrawn_at is not None:
        raise IllegalMove(_("这份材料已撤回。"))
    shown = piece.picked_for
    if shown is not None and (shown.pk == above.pk or _is_above(shown, above)):
        raise IllegalMove(_("这份材料已经展示。"))
    piece.picked_for, piece.picked_at, piece.picked_by = above, clock.now(), by
    piece.save(update_fields=["picked_for", "picked_at", "picked_by"])
    ledger.record("showpiece.picked", piece, by=by, unit=piece.unit, picked_for=above.pk)
    return piece


@transaction.atomic
def withdraw(piece_id: int, *, by: User) -> Showpiece:
    """撤回 by the unit itself or by who shows it. Raises NotAllowed, IllegalMove where that was done already."""
    piece = _held(piece_id, by)
    if not may_withdraw(piece, by):
        raise NotAllowed
    if piece.withdrawn_at is not None:
        raise IllegalMove(_("这份材料已撤回。"))
    piece.withdrawn_at = clock.now()
    piece.save(update_fields=["withdrawn_at"])
    ledger.record("showpiece.withdrawn", piece, by=by, unit=piece.unit)
    return piece


def may_withdraw(piece: Showpiece, by: User) -> bool:
    """Who submitted it, and the committee that shows it; a department only what its people have picked (SUP-1.0)."""
    in_charge = by.units_in_charge()
    if piece.unit_id in in_charge.allowing(FILL).own_unit_ids():
        return True
    spans = in_charge.allowing(PUBLISH_NOTICE).spans
    mine = [span for span in spans if span.unit_id == piece.picked_for_id]
    return any(not span.lines for span in mine) or (bool(mine) and piece.picked_by_id == by.pk)


def _held(piece_id: int, by: User) -> Showpiece:
    rows = Showpiece.objects.readable_by(by).filter(Q(pk=piece_id)).values("pk")
    held = Showpiece.objects.select_for_update(of=("self",)).select_related("unit", "picked_for")
    return held.get(pk__in=rows)


def _is_above(upper: OrgUnit, lower: OrgUnit) -> bool:
    if upper.is_national:
        return True
    return bool(upper.tree_id == lower.tree_id and upper.lft <= lower.lft and lower.rght <= upper.rght)
