"""What was found in an uploaded file: forms to hand in, rows refused, cells put in order, and what is to be said."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

if TYPE_CHECKING:
    from accounts.field_lists import RowInput
    from orgs.kernel.sheets import RowError


@dataclass(frozen=True, slots=True)
class UnitForm:
    """One unit's whole form as the file has it."""

    unit_id: int
    unit_name: str
    rows: tuple[RowInput, ...]
    numbers: tuple[tuple[str, int], ...]  # (sheet, row) of each
    version: int = 0  # of the form as the preview found it; 0 where there was none

    @property
    def has_draft(self) -> bool:
        """Something is saved already, which the import replaces."""
        return self.version > 0


@dataclass(frozen=True, slots=True)
class Normalised:
    """A cell that is stored other than typed: white space, full-width digits. Personal data stands masked."""

    sheet: str
    row: int
    column: str
    before: str
    after: str


@dataclass(slots=True)
class Preview:
    """What would happen: forms to hand in, rows refused with column, value, reason and remedy."""

    rows_total: int = 0
    forms: list[UnitForm] = field(default_factory=list)
    errors: list[RowError] = field(default_factory=list)
    normalised: list[Normalised] = field(default_factory=list)
    ignored_sheets: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)  # hidden rows that were read, columns that were not

    @property
    def accepted(self) -> int:
        return sum(len(form.numbers) for form in self.forms)

    @property
    def rejected(self) -> int:
        return len({(error.sheet, error.row) for error in self.errors})

    @property
    def outcome(self) -> str:
        if self.errors:
            return "reject_rows"
        return "accept_normalised" if self.normalised else "accept"

    @property
    def message(self) -> str:
        """What there is to say about the file as a whole; "" where nothing is."""
        wrong = _("有 %(n)d 行没有通过检查，请按提示更正后重新上传。") % {"n": self.rejected}
        return "".join([wrong, *self.notes] if self.errors else self.notes)


def as_json(found: Preview) -> dict[str, object]:
    """The result for a program: `rows_total = accepted + rejected rows`."""
    return {
        "outcome": found.outcome,
        "rows_total": found.rows_total,
        "accepted": found.accepted,
        "rejected": [
            {
                "sheet": each.sheet,
                "row": each.row,
                "column": each.column,
                "value": each.value,
                "message": each.message,
                "text": str(each),
            }
            for each in found.errors
        ],
        "rejected_rows": found.rejected,
        "normalised": [
            {"sheet": e.sheet, "row": e.row, "column": e.column, "from": e.before, "to": e.after}
            for e in found.normalised
        ],
        "message": found.message,
    }
