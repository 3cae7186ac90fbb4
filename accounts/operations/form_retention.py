"""清除 of forms: what an old form says of persons is forgotten; its other cells, the time line and every figure stay."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, TextField, Value
from django.db.models.functions import Cast

from accounts.choices import EDITABLE, SubmissionStatus
from accounts.field_lists import read_fields
from accounts.models import Administratorship, FieldList, ReviewStep, SubmissionRow, UploadedForm
from accounts.operations import form_rows
from accounts.operations.registry.administrators import MOBILE
from accounts.operations.registry.retention import left_before
from orgs.kernel import clock
from orgs.kernel.crypto import blind_index, normalise_mobile
from orgs.models import OrgUnit
from orgs.operations import ledger

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from django.db.models import QuerySet

    from orgs.models import User

PURGED = "submission.purged"
CHUNK = 500  # rows of one statement: SQLite takes a limited number of variables
Row = tuple[int, dict[str, object] | None, int, int]  # id, personal cells, tree, field list


@transaction.atomic
def purge_forms(*, months: int | None = None, by: User | None = None) -> int:
    """Empty the personal cells of old forms; returns how many rows. `months` as in `retention.purge_left`.

    Of decided forms the rows whose person has left so long ago, or never took office; of drafts and returned forms every
    row that nobody has touched for so long: rows accepted there are open again. Whoever is in office, or left lately,
    is known again by the mobile. Of forms left over by a closed round, the attempt before goes in any case: it names
    others, and nobody compares any more. One audit line with the count for each province; repeating it changes nothing.
    """
    before = left_before(months)
    if before is None:
        return 0
    counts: Counter[int] = Counter()
    for chunk in _due(before):
        # What stands there is no token, and so reads as None: purged, unlike a row without personal cells.
        nothing = Value("", output_field=TextField())
        rows = SubmissionRow.objects.filter(pk__in=[pk for pk, _tree in chunk])
        rows.update(personal=nothing, accepted_at=None)
        counts.update(tree_id for _pk, tree_id in chunk)
    _forget_earlier_attempts(before)
    _forget_replaced(before)
    for root in OrgUnit.objects.filter(parent=None, tree_id__in=list(counts)).order_by("tree_id"):
        day = str(clock.local(before).date())
        ledger.record(PURGED, root, by=by, unit=root, n=counts[root.tree_id], before=day)
    return counts.total()


def rows_waiting(months: int | None = None) -> int:
    """How many rows a purge would empty now."""
    before = left_before(months)
    return sum(len(chunk) for chunk in _due(before)) if before else 0


def _due(before: datetime) -> Iterator[list[tuple[int, int]]]:
    """(row, tree) of what is to be emptied, chunk by chunk."""
    mobiles = {
        pk: [each.code for each in read_fields(fields) if each.personal and each.type == MOBILE]
        for pk, fields in FieldList.objects.values_list("pk", "fields")
    }
    for rows in _chunks(_untouched(before)):
        yield [(pk, tree_id) for pk, _personal, tree_id, _list in rows]
    for rows in _chunks(_decided(before)):
        due = _of_nobody_known(rows, mobiles, before)
        if due:
            yield due


def _untouched(before: datetime) -> QuerySet[SubmissionRow]:
    late = ReviewStep.objects.filter(submission=OuterRef("submission"), at__gte=before)
    saved = Q(submission__saved_at__lt=before) | Q(submission__saved_at__isnull=True)
    return _holding().filter(saved, ~Exists(late), submission__status__in=EDITABLE)


def _decided(before: datetime) -> QuerySet[SubmissionRow]:
    """Approved, or handed in to a round that was closed before anybody decided."""
    approved = Q(submission__status=SubmissionStatus.APPROVED, submission__approved_at__lt=before)
    return _holding().filter(approved | _left_over(before))


def _left_over(before: datetime) -> Q:
    return Q(
        submission__status=SubmissionStatus.SUBMITTED,
        submission__on_desk_since__lt=before,
        submission__round__closed_at__lt=before,
    )


def _holding() -> QuerySet[SubmissionRow]:
    """Rows that were not purged; emptiness is all that can be asked of an encrypted column."""
    return SubmissionRow.objects.annotate(token=Cast("personal", TextField())).filter(token__gt="")


def _chunks(rows: QuerySet[SubmissionRow]) -> Iterator[list[Row]]:
    last = 0
    wanted = rows.order_by("pk").values_list(
        "pk", "personal", "submission__unit__tree_id", "submission__round__field_list_id"
    )
    while found := list(wanted.filter(pk__gt=last)[:CHUNK]):
        yield found
        last = found[-1][0]


def _of_nobody_known(
    rows: list[Row], mobiles: dict[int, list[str]], before: datetime
) -> list[tuple[int, int]]:
    """Rows that name nobody who is in office or left after the moment."""
    named = {
        pk: {_index(str((personal or {}).get(code) or "")) for code in mobiles[list_id]}
        for pk, personal, _tree, list_id in rows
    }
    known = Administratorship.objects.filter(mobile_index__in=set().union(*named.values()) - {""})
    known = known.filter(Q(ended_at__isnull=True) | Q(ended_at__gte=before))
    kept = set(known.values_list("mobile_index", flat=True))
    return [(pk, tree_id) for pk, _personal, tree_id, _list in rows if not named[pk] & kept]


def _index(mobile: str) -> str:
    return blind_index(normalise_mobile(mobile) or mobile, MOBILE)


def _forget_earlier_attempts(before: datetime) -> None:
    held = _holding().filter(_left_over(before), values__has_key=form_rows.PREVIOUS).order_by("pk")
    while rows := list(held[:CHUNK]):
        for row in rows:
            row.values, row.personal = form_rows.answers(row.values), form_rows.answers(row.personal)
        SubmissionRow.objects.bulk_update(rows, ["values", "personal"], batch_size=CHUNK)


def _forget_replaced(before: datetime) -> None:
    """What an import replaced is kept to take it back: until somebody acts on the form, or its round was closed for so long."""
    old = UploadedForm.objects.filter(batch__imported_at__lt=before, before__isnull=False)
    running = Q(submission__round__closed_at__isnull=True) | Q(submission__round__closed_at__gte=before)
    untouched = Q(submission__version=F("version_after"), submission__status=SubmissionStatus.SUBMITTED)
    old.exclude(untouched & running).update(before=None)
