"""What a form says that the attempt before did not, and which of the marked cells were left as they were. Reads only."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from accounts.choices import StepKind, SubmissionStatus
from accounts.field_lists import RowInput
from accounts.operations import form_rows

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from accounts.field_lists import Field
    from accounts.models import ReviewStep, Submission, SubmissionRow

Mask = Callable[[str | None], str]


@dataclass(frozen=True, slots=True)
class Since:
    """One cell against the attempt before: whether it changed, what it said (masked like the rest), why it came back."""

    is_changed: bool = False
    before: str = ""
    returned: str = ""


NOTHING = Since()


@dataclass(slots=True)
class LastTime:
    """The attempt before, row by row, and what this desk has accepted of it."""

    is_known: bool = False
    before: dict[int, tuple[int, RowInput]] = field(
        default_factory=dict
    )  # row -> its place then, its answers
    remarks: dict[tuple[int, str], str] = field(default_factory=dict)
    accepted_here: frozenset[datetime] = frozenset()

    @classmethod
    def of(
        cls,
        form: Submission,
        fields: Sequence[Field],
        rows: Sequence[SubmissionRow],
        steps: Sequence[ReviewStep],
    ) -> LastTime:
        """One statement for a form that was returned, none for the first attempt."""
        returns = [step for step in steps if step.kind == StepKind.RETURNED]
        if form.attempt < 2 or not returns or form.status == SubmissionStatus.RETURNED:
            return cls()
        # Rows that a lower desk has accepted are new to this one.
        here = frozenset(step.at for step in returns if step.unit_id == form.desk_id)
        marked = form.cell_returns.filter(returned_at=returns[-1].at)
        remarks = {(each.position, each.field): each.remark for each in marked}
        previous = form_rows.previous_of(rows)
        if previous is None or previous.attempt != form.attempt - 1:
            return cls(remarks=remarks, accepted_here=here)
        return cls(True, _matched(fields, rows, previous.rows), remarks, here)

    def since(self, row: SubmissionRow, each: Field, new: str, mask: Mask | None) -> Since:
        """This cell against the last attempt; a row that was not there then is new as a whole."""
        if not self.is_known:
            return Since(returned=self.remarks.get((row.position, each.code), ""))
        if row.pk not in self.before:
            return Since(is_changed=bool(new))
        place, answers = self.before[row.pk]
        old = each.shown(answers.get(each))
        shown = mask(old) if mask and old else old
        return Since(new != old, shown, self.remarks.get((place, each.code), ""))


def _matched(
    fields: Sequence[Field], rows: Sequence[SubmissionRow], before: Sequence[RowInput]
) -> dict[int, tuple[int, RowInput]]:
    """Each row's counterpart: the same account or person, else the same place if that is still free."""
    left = dict(enumerate(before))
    names = {key: at for at, each in left.items() if (key := form_rows.identity(fields, each))}
    found: dict[int, tuple[int, RowInput]] = {}
    for row in rows:
        key = form_rows.identity(fields, form_rows.as_input(row))
        at = names.get(key) if key else None
        if at is not None and at in left:
            found[row.pk] = (at, left.pop(at))
    for row in rows:
        same_place = left.get(row.position)
        if row.pk not in found and same_place is not None and same_place.continues == row.continues:
            found[row.pk] = (row.position, left.pop(row.position))
    return found
