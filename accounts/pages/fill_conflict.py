"""Two versions of one form side by side: what stands in this page and what was saved elsewhere meanwhile."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from accounts.field_lists import applying, read_fields
from accounts.operations.collection import rows_of
from accounts.pages.fill import head_context
from orgs.kernel import clock

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from accounts.field_lists import Field, RowInput
    from accounts.models import Expected, Submission

MINE, SAVED, MERGED = "mine", "saved", "merged"


@dataclass(frozen=True, slots=True)
class Line:
    """One field in both versions."""

    label: str
    mine: str
    saved: str

    @property
    def differs(self) -> bool:
        return self.mine != self.saved


@dataclass(frozen=True, slots=True)
class RowPair:
    """One row in both versions; None where a version lacks it."""

    at: int
    title: str
    mine: RowInput | None
    saved: RowInput | None
    lines: list[Line] = field(default_factory=list)

    @property
    def is_same(self) -> bool:
        return (
            self.mine is not None and self.saved is not None and not any(line.differs for line in self.lines)
        )


def conflict_context(
    expected: Expected, submission: Submission, rows: Sequence[RowInput], note: str
) -> dict[str, object]:
    """What the 409 page shows; `hidden` carries this page's version on, so that nothing is lost."""
    fields = read_fields(expected.round.field_list.fields)
    saved_at = submission.saved_at
    return head_context(expected, submission) | {
        "pairs": pairs(fields, rows, rows_of(submission)),
        "hidden": [*_hidden(fields, rows), ("note", note)],
        "note": Line(_("备注"), note, submission.note),
        "version": submission.version,
        "saved_by": submission.filled_by.display_name if submission.filled_by else "",
        "saved_time": f"{clock.local(saved_at):%H:%M}" if saved_at else "",
    }


def pairs(fields: Sequence[Field], mine: Sequence[RowInput], saved: Sequence[RowInput]) -> list[RowPair]:
    """Both versions row by row."""
    found = []
    for at in range(max(len(mine), len(saved))):
        here, there = (rows[at] if at < len(rows) else None for rows in (mine, saved))
        shown = here or there
        assert shown is not None  # noqa: S101 - one of the two reaches so far
        asked = {each.code: each for row in (here, there) if row for each in applying(fields, row)}
        lines = [Line(each.label, _text(each, here), _text(each, there)) for each in asked.values()]
        title = next(each.group_title for each in applying(fields, shown))
        found.append(RowPair(at, f"{title} · " + _("第 %(n)s 行") % {"n": at + 1}, here, there, lines))
    return found


def chosen(
    post: Mapping[str, str], how: str, mine: Sequence[RowInput], saved: Sequence[RowInput]
) -> list[RowInput]:
    """The rows that the person keeps: one version whole, or row by row; a row without a choice stays this page's."""
    if how == SAVED:
        return list(saved)
    if how != MERGED:
        return list(mine)
    kept = []
    for at in range(max(len(mine), len(saved))):
        side = saved if post.get(f"take-{at}") == SAVED else mine
        if at < len(side):
            kept.append(side[at])
    return kept


def _text(each: Field, row: RowInput | None) -> str:
    return each.shown(row.get(each)) if row else ""


def _hidden(fields: Sequence[Field], rows: Sequence[RowInput]) -> list[tuple[str, object]]:
    found: list[tuple[str, object]] = [("n_rows", len(rows))]
    for at, row in enumerate(rows):
        found += [(f"r{at}-{each.code}", _plain(row.get(each))) for each in applying(fields, row)]
        found.append((f"r{at}-account", row.account_id or ""))
        found.append((f"r{at}-group", row.group_id or ""))
        found.append((f"r{at}-accepted", row.accepted_id or ""))
        if row.continues:
            found.append((f"r{at}-continues", "1"))
    return found


def _plain(value: object) -> object:
    return "" if value is None else value
