"""汇总 of a year: gathered sheet by sheet while their files are written, so that nothing is read twice."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import IO, TYPE_CHECKING

from django.utils.translation import gettext as _

from scoring.excel import summary
from scoring.outcomes import exact_text, outcome_of
from scoring.rule_words import provenance_words
from scoring.rules import ranks
from scoring.tallies import tally

if TYPE_CHECKING:
    from scoring.excel.tables import Cell
    from scoring.models import Consequence, Sheet
    from scoring.tallies import ItemTally

LONGEST_CAPTION = 24


@dataclass(slots=True)
class Gathered:
    """What one scheme's units have come to so far; rows by the sheet's id, in official order."""

    scheme: str
    captions: list[str]
    ranked: dict[int, list[Cell]] = field(default_factory=dict)
    items: list[list[Cell]] = field(default_factory=list)
    totals: dict[int, Decimal] = field(default_factory=dict)


class Summary:
    """Takes sheets one after the other (read `for_files`), then writes the workbook."""

    def __init__(self) -> None:
        self._schemes: dict[int, Gathered] = {}
        self._follows: list[list[Cell]] = []

    def add(self, sheet: Sheet) -> None:
        """One sheet; no statement."""
        result = tally(sheet.scores.all())
        captions = [_caption(each) for each in result.items]
        found = self._schemes.setdefault(sheet.scheme_id, Gathered(str(sheet.scheme), [*captions, _("合计")]))
        consequences = list(sheet.consequences.all())
        outcome = outcome_of(sheet, consequences)
        name, code = sheet.unit.name, sheet.unit.code
        found.ranked[sheet.pk] = [
            str(sheet.scheme), None, name, code, str(sheet.unit.kind), result.self_total, result.total,
            sheet.get_grade_display() if sheet.grade else "", str(sheet.get_state_display()),
            "；".join(_consequence(each) for each in consequences),
            outcome.unit_words if sheet.is_final else "", outcome.person_words if sheet.is_final else "",
            exact_text(outcome.contribution) if sheet.is_final else "",
        ]  # fmt: skip
        found.items.append([name, code, *(each.points for each in result.items), result.total])
        if sheet.is_final and sheet.total_points is not None:
            found.totals[sheet.pk] = sheet.total_points
        self._follows += [
            [name, code, str(each.get_kind_display()), each.clause, each.trigger, _decided(each)]
            for each in consequences
        ]

    def write(self) -> IO[bytes]:
        """The workbook as a temporary file: within a scheme by rank, what isn't final after it in official order."""
        ranked: list[list[Cell]] = []
        for found in self._schemes.values():
            places = ranks(found.totals)
            for pk, place in places.items():
                found.ranked[pk][1] = place
            last = len(places) + 1
            ranked += [
                row for _pk, row in sorted(found.ranked.items(), key=lambda pair: places.get(pair[0], last))
            ]
        items = [summary.Items(each.scheme, each.captions, each.items) for each in self._schemes.values()]
        return summary.write(ranked, items, self._follows)


def _caption(each: ItemTally) -> str:
    """主要内容, and where the row comes from."""
    return f"{each.item.content[:LONGEST_CAPTION]}（{provenance_words(each.provenance)}）"


def _consequence(each: Consequence) -> str:
    waiting = _("（待确认）") if each.is_flag else _("（定稿后生效）")
    state = "" if each.is_confirmed else _("（不予认定）") if each.is_dismissed else waiting
    return f"{each.get_kind_display()}{state}（{each.clause}）"


def _decided(each: Consequence) -> str:
    if each.is_dismissed:
        return _("不予认定：%(why)s") % {"why": each.dismissal_reason}
    if not each.is_flag:
        return _("已生效") if each.is_confirmed else _("定稿后生效")
    return _("已认定") if each.is_confirmed else _("待认定")
