"""Forms handed in together: the same as one by one, in a number of statements that doesn't grow with them."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.exceptions import AccountsError, RoundClosed
from accounts.models import ReviewStep, Submission
from accounts.operations import collection, review
from accounts.operations.handing_in import HandingIn, hand_in
from accounts.operations.upload_found import UnitForm
from orgs.kernel import clock
from orgs.models import AuditEntry, OrgUnit
from tests.accounts.forms import launch, row, submitted

LAW = ("hnu-law-1201", "hnu-law-1202", "hnu-law-1301", "hnu-tour-1201")
FACTS = (
    *(
        "status",
        "desk_id",
        "version",
        "attempt",
        "note",
        "remark",
        "return_reasons",
        "doubts",
        "checks",
        "filled_by_id",
    ),
    *("is_late", "submitted_at", "saved_at", "saved_from", "on_desk_since"),
)


@pytest.fixture
def round(world, cast):
    return launch(world, cast)


def form_of(unit: OrgUnit, version: int = 0, **changes: object) -> UnitForm:
    return UnitForm(unit.pk, unit.name, (row(unit, **changes),), (("表", unit.pk),), version)


def units(world) -> list[OrgUnit]:
    return list(OrgUnit.objects.filter(code__in=LAW).order_by("code"))


def facts(round) -> list[tuple[object, ...]]:
    found = []
    for form in Submission.objects.filter(round=round).order_by("unit__code"):
        rows = [(each.values, each.personal, each.continues) for each in form.rows.all()]
        steps = list(form.steps.values_list("kind", "unit_id", "by_id", "at"))
        lines = AuditEntry.objects.filter(object_type="accounts.submission", object_id=str(form.pk))
        told = list(lines.order_by("pk").values_list("verb", "by_id", "unit_id", "body__detail"))
        receipt = form.receipt == f"{clock.local(form.submitted_at):%Y%m%d}-{form.pk:06d}"
        found.append((form.unit.code, *(getattr(form, name) for name in FACTS), rows, steps, told, receipt))
    return found


@pytest.mark.parametrize("late", [False, True])
def test_together_is_the_same_as_one_by_one(world, cast, late):
    """With a returned form, a draft, equal siblings, an irregular nickname and no group among them."""
    by, changes = cast["university"], [{}, {"account_nickname": "x"}, {"contacts": 33}, {"groups": 0}]
    results = []
    for one_by_one in (True, False):
        round = launch(world, cast, title=f"{one_by_one}")
        first, second, *_rest = units(world)
        sent_back = submitted(round, first, by=cast["secretary"], admin_name="以前的人")
        review.return_submission(
            sent_back.pk, version=sent_back.version, reasons=["nickname"], remark="请改", by=cast["college"]
        )
        collection.save_draft(round, second, [row(second)], version=0, by=by)
        if late:
            round.expected.update(deadline_at=clock.now())
        versions = dict(Submission.objects.filter(round=round).values_list("unit_id", "version"))
        forms = [
            form_of(unit, versions.get(unit.pk, 0), **({"contacts": 33} | change))
            for unit, change in zip(units(world), changes, strict=True)
        ]
        if one_by_one:
            for form in forms:
                unit = OrgUnit.objects.get(pk=form.unit_id)
                key = f"k:{unit.pk}"
                collection.submit(round, unit, form.rows, version=form.version, idempotency_key=key, by=by)
        else:
            done = hand_in(forms, HandingIn(round, "n", by))
            assert (len(done.submitted), done.refused) == (4, [])
        results.append(facts(round))
    assert results[0] == results[1]


def test_the_number_of_statements_does_not_grow_with_the_forms(round, world, cast):
    counts = []
    for n, forms in enumerate((units(world)[:1], units(world)[1:3])):
        task = HandingIn(round, f"n{n}", cast["university"])
        with CaptureQueriesContext(connection) as queries:
            hand_in([form_of(unit) for unit in forms], task)
        counts.append(len([each for each in queries if "SAVEPOINT" not in each["sql"]]))
    assert counts[0] == counts[1] <= 30


def test_the_same_nonce_hands_in_once(round, world, cast):
    forms, task = [form_of(unit) for unit in units(world)], HandingIn(round, "n", cast["university"])
    hand_in(forms, task)
    again = hand_in(forms, task)
    assert (len(again.submitted), again.refused) == (4, [])
    assert ReviewStep.objects.count() == 4


def test_all_or_nothing_names_the_first_that_is_refused(round, world, cast):
    first, *rest = units(world)
    forms = [*(form_of(unit) for unit in rest), form_of(first, version=7)]
    with pytest.raises(AccountsError, match=f"{first.name}：检查文件之后"):
        hand_in(forms, HandingIn(round, "n", cast["university"]), all_or_nothing=True)
    assert not Submission.objects.exists()


def test_a_closed_round_takes_nothing(round, world, cast):
    round.closed_at = clock.now()
    round.save(update_fields=["closed_at"])
    done = hand_in([form_of(units(world)[0])], HandingIn(round, "n", cast["university"]))
    assert [why for _form, why in done.refused] == [str(RoundClosed.default_message)]
    assert not Submission.objects.exists()
