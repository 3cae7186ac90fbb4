"""A final sheet, all that hangs on it, and a published round withstand every way of writing."""

from __future__ import annotations

import pytest
from django.contrib import admin
from django.db import IntegrityError, connection, transaction

from scoring.choices import ObjectionState
from scoring.exceptions import SheetFinal
from scoring.models import (
    AssessmentRound,
    Consequence,
    Decision,
    Evidence,
    Score,
    Sheet,
    SheetObjection,
    SheetSeal,
)
from scoring.operations import decisions, evidence, finalising, objections, publishing
from tests.scoring.result_steps import after_window, fresh, made_final, objected, scored_round, told

pytestmark = pytest.mark.django_db
# model: (path to the sheet, a field, its new value)
ROWS = {
    Sheet: ("pk", "overall", "改"),
    Score: ("sheet", "reason", "改"),
    Evidence: ("score__sheet", "title", "改"),
    Consequence: ("sheet", "trigger", "改"),
    Decision: ("sheet", "reason", "改"),
    SheetObjection: ("sheet", "answer", "改"),
    SheetSeal: ("sheet", "content", "{}"),
}


@pytest.fixture
def final(world, sheets, week, cast):
    """A final sheet of a round with a row of every kind."""
    round = scored_round(world, sheets, cast)
    sheet = fresh(sheets["qh"])
    evidence.add_named(sheet.scores.first(), "工作总结", by=cast["auditor"])
    facts = {"grade": "fail", "record_number": "9号", "held_on": week.starts_on, "reason": "x"}
    decisions.record_decision(sheet, **facts, version=sheet.version, by=cast["province"])
    told(round, cast)
    objections.answer(objected(fresh(sheet), cast), is_upheld=False, text="不成立", by=cast["province"])
    with after_window():
        return made_final(sheet, cast, "auditor")


def refused(write):
    with pytest.raises(IntegrityError, match="immutable: "), transaction.atomic():
        write()


@pytest.mark.parametrize("model", ROWS, ids=lambda model: model.__name__)
def test_a_row_of_a_final_sheet_withstands_every_write(final, model):
    path, field, value = ROWS[model]
    rows = model.objects.filter(**{path: final.pk})
    row = rows.first()
    assert row is not None
    setattr(row, field, value)
    table = model._meta.db_table
    refused(row.save)
    refused(lambda: rows.update(**{field: value}))
    refused(lambda: model.objects.bulk_update([row], [field]))
    refused(lambda: rows._raw_delete(rows.db))
    with connection.cursor() as cursor:
        refused(lambda: cursor.execute(f"UPDATE {table} SET {field} = %s WHERE id = %s", [value, row.pk]))
        refused(lambda: cursor.execute(f"DELETE FROM {table} WHERE id = %s", [row.pk]))
    assert getattr(rows.get(pk=row.pk), field) != value


@pytest.mark.parametrize("model", [SheetObjection, Decision, Consequence, Evidence])
def test_nothing_is_added_to_a_final_sheet(final, model):
    path, _field, _value = ROWS[model]
    row = model.objects.filter(**{path: final.pk}).first()
    row.pk, row._state.adding = None, True
    if model is Consequence:
        row.clause = "SUP-4.4.4"
    refused(lambda: row.save(force_insert=True))


def test_a_published_round_withstands_every_write(final, sheets, cast):
    with after_window():
        made_final(sheets["wn"], cast)
        found = AssessmentRound.objects.get(pk=final.round_id)
        found = publishing.publish(found, audience="own", version=found.version, by=cast["province"])
    found.title = "改"
    rows = AssessmentRound.objects.filter(pk=found.pk)
    refused(found.save)
    refused(lambda: rows.update(title="改"))
    refused(lambda: AssessmentRound.objects.bulk_update([found], ["title"]))
    refused(lambda: rows._raw_delete(rows.db))


def test_the_admin_writes_none_of_them():
    assert not set(ROWS) & set(admin.site._registry)
    assert AssessmentRound not in admin.site._registry


def test_what_was_answered_or_proposed_is_changed_by_no_second_try(final, cast):
    objection = SheetObjection.objects.get(sheet=final)
    assert objection.state == ObjectionState.REJECTED
    for step in (
        lambda: objections.answer(objection, is_upheld=True, text="改", by=cast["province"]),
        lambda: finalising.withdraw_proposal(final, version=final.version, reason="改", by=cast["province"]),
    ):
        with pytest.raises(SheetFinal):
            step()
