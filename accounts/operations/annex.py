"""The annex of a unit or of its subtree as a file: rows from the forms of a round, numbers masked, the download logged."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.choices import SubmissionStatus
from accounts.excel import collection_form
from accounts.excel.collection_form import Annex, AnnexRow, AnnexUnit
from accounts.exceptions import AccountsError
from accounts.field_lists import RowInput, applying, read_fields
from accounts.masks import MASKS
from accounts.models import Submission
from orgs.exceptions import NotAllowed
from orgs.kernel import clock
from orgs.operations import ledger
from orgs.permissions import EXPORT, FILL, may
from orgs.querysets.scope import UnitsInCharge

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from accounts.field_lists import Field
    from accounts.models import CollectionRound
    from orgs.models import OrgUnit, User

MOST_ROWS = 20_000


def empty(unit: OrgUnit, *, by: User) -> bytes:
    """A form to fill in on paper or in Excel."""
    return collection_form.write(Annex(unit.name, by.display_name))


@transaction.atomic
def filled(round: CollectionRound, unit: OrgUnit, *, by: User) -> bytes:
    """Sheet 1 as on paper, sheet 2 with the organisation columns. Numbers are masked but on one's own form."""
    is_own = unit.pk in by.units_in_charge().allowing(FILL).own_unit_ids()
    if not (is_own or may(by, EXPORT, unit)):
        raise NotAllowed
    forms = list(
        Submission.objects.visible_to(by)
        .within(UnitsInCharge.below(unit))
        .filter(round=round)
        .exclude(status=SubmissionStatus.DRAFT)
        .for_annex()
    )
    rows = list(_rows(read_fields(round.field_list.fields), forms, own_filler=by))
    if len(rows) > MOST_ROWS:
        raise AccountsError(_("超过 %(most)s 行，请选择下级团组织分别下载。") % {"most": MOST_ROWS})
    ledger.record("annex.downloaded", round, by=by, unit=unit, rows=len(rows))
    return collection_form.write(Annex(unit.name, by.display_name, rows, with_detail=True))


def _rows(fields: Sequence[Field], forms: Sequence[Submission], *, own_filler: User) -> Iterator[AnnexRow]:
    for form in forms:
        unit = _unit(form)
        shown_in_full = form.filled_by_id == own_filler.pk
        for row in form.rows.all():
            answers = RowInput(row.values, row.personal or {}, row.continues)
            cells = {
                each.code: _cell(each, answers.get(each), shown_in_full) for each in applying(fields, answers)
            }
            yield AnnexRow(cells, continues=row.continues, unit=unit)


def _cell(each: Field, value: object, shown_in_full: bool) -> str | int | None:
    if isinstance(value, int):
        return value
    text = str(value or "")
    mask = MASKS.get(each.type) if each.personal and text and not shown_in_full else None
    return mask(text) if mask else text


def _unit(form: Submission) -> AnnexUnit:
    unit = form.unit
    moment = f"{clock.local(form.submitted_at):%Y-%m-%d %H:%M}" if form.submitted_at else ""
    return AnnexUnit(
        code=unit.code,
        path="/".join([*unit.path_names, unit.name]),
        level=unit.kind.name,
        parent=unit.parent.name if unit.parent else "",
        status=form.get_status_display(),
        submitted_at=moment,
    )
