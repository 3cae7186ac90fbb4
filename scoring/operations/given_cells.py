"""What a filled file gives for each criterion, settled from its two places, and sealed while a person chooses."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Any

from django.core import signing
from django.utils.translation import gettext as _

from scoring.excel.filled import ASSESSED, SELF, Filled, Found, Line, PaperCell, PaperRow, number
from scoring.operations.sheet_papers import content_of
from scoring.rules import bounded_sum

if TYPE_CHECKING:
    from decimal import Decimal

    from scoring.excel.stamp import Exported
    from scoring.models import Score

SALT = "scoring.given-cells"
STANDS_FOR_SECONDS = 12 * 60 * 60


@dataclass(frozen=True, slots=True)
class GivenCell:
    """What the file gives for one criterion in one column; `exported` is what it gave when it was written."""

    code: str
    column: str
    place: str
    text: str
    exported: str
    reason: str = ""
    exported_reason: str = ""
    is_number: bool = True
    fault: str = ""

    @property
    def points(self) -> Decimal | None:
        """None: blank."""
        return number(self.text)

    @property
    def is_changed(self) -> bool:
        """Whether somebody changed the file since it was written."""
        same = self.is_number and self.points == number(self.exported) and not self.fault
        return not same or self.reason != self.exported_reason


@dataclass(frozen=True, slots=True)
class Given:
    """A file's cells; `faults` are what nobody can choose about, in words with the cell and the remedy."""

    cells: Sequence[GivenCell]
    faults: Sequence[str]
    digest: str = ""
    version: str = ""

    def sealed(self, sheet_id: int, user_id: int) -> str:
        """For a form field: signed, compressed, of this sheet and person."""
        content = asdict(self) | {"sheet": sheet_id, "user": user_id}
        return signing.dumps(content, salt=SALT, compress=True)

    @classmethod
    def unsealed(cls, text: str, sheet_id: int, user_id: int) -> Given | None:
        """None where it was altered, is of somebody else or of before today."""
        try:
            content: dict[str, Any] = signing.loads(text, salt=SALT, max_age=STANDS_FOR_SECONDS)
        except signing.BadSignature:
            return None
        if (content.pop("sheet"), content.pop("user")) != (sheet_id, user_id):
            return None
        cells = [GivenCell(**each) for each in content.pop("cells")]
        return cls(cells, **content)


def expected_rows(scores: Sequence[Score]) -> list[PaperRow]:
    """The rows of the paper, from scores in its order."""
    rows = []
    for _pk, group in groupby(scores, lambda score: score.criterion.item_id):
        of_item = list(group)
        codes = [score.criterion.code for score in of_item]
        item = of_item[0].criterion.item
        rows.append(PaperRow(content_of(item, of_item), codes, item.min_points, item.max_points))
    return rows


def settle(filled: Filled, exported: Sequence[Exported]) -> Given:
    """One cell per criterion and column; where two places say different things, a fault."""
    before = {each.code: each for each in exported}
    cells = [cell for line in filled.lines if (cell := _cell(line, before.get(line.code)))]
    faults = [text for each in filled.shared if (text := _unspread(each, before))]
    if filled.missing:
        text = _("文件里没有找到这些行，对应的得分不作改动：%(rows)s。")
        faults.append(text % {"rows": "、".join(row[:20] for row in filled.missing)})
    return Given(cells, faults)


def _cell(line: Line, before: Exported | None) -> GivenCell | None:
    if before is None or (line.own is None and line.paper is None):
        return None
    exported = before.self_points if line.column == SELF else before.assessed
    chosen, fault = _chosen(line, exported)
    reason = line.reason.text if line.reason is not None else before.reason
    is_assessed = line.column == ASSESSED
    return GivenCell(
        line.code,
        line.column,
        str(chosen.place),
        chosen.text,
        exported,
        reason if is_assessed else "",
        before.reason if is_assessed else "",
        chosen.is_number,
        fault,
    )


def _chosen(line: Line, exported: str) -> tuple[Found, str]:
    """The place that was filled; the paper's where both say the same."""
    if line.paper is None or line.own is None:
        return (line.own or line.paper), ""  # type: ignore[return-value]  # one of them is there
    if line.own.says(exported):
        return line.paper, ""
    if line.paper.says(exported):
        return line.own, ""
    if line.paper.is_number and line.own.is_number and line.paper.points == line.own.points:
        return line.paper, ""
    text = _("%(one)s填的是“%(a)s”，%(two)s填的是“%(b)s”，请改成一致后重新上传。")
    words = {"one": line.paper.place, "a": line.paper.text[:20]}
    return line.paper, text % (words | {"two": line.own.place, "b": line.own.text[:20]})


def _unspread(cell: PaperCell, before: dict[str, Exported]) -> str:
    """The words for an item whose one cell on paper was filled, as nobody but its group may spread the points."""
    known = [before[code] for code in cell.codes if code in before]
    was = [number(each.self_points if cell.column == SELF else each.assessed) for each in known]
    now = [found.points for found in cell.own]
    sums = {bounded_sum(was, cell.low, cell.high), bounded_sum(now, cell.low, cell.high)}
    if cell.found.is_number and cell.found.points in sums:
        return ""
    places = "、".join(found.place.address for found in cell.own)
    text = _(
        "%(place)s填的是“%(text)s”，这一项有%(n)s个评分点，系统不代为分配：请在“%(sheet)s”%(places)s逐点填写后重新上传。"
    )
    sheet = cell.own[0].place.sheet if cell.own else "计算依据"
    words = {"place": cell.found.place, "text": cell.found.text[:20], "n": len(cell.codes)}
    return text % (words | {"sheet": sheet, "places": places})
