"""A sheet as it stands on paper: loaded rows -> the shapes of excel/sheet.py."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from scoring.choices import Provenance, RuleKind
from scoring.excel import sheet as annex
from scoring.operations import stamps
from scoring.rule_words import provenance_words
from scoring.tallies import provenance_of, tally

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from scoring.models import Evidence, Item, Score, Sheet
    from scoring.tallies import ItemTally, SectionTally, Tally

Row = list[str | int | Decimal | None]
ZERO = Decimal(0)


def paper_of(sheet: Sheet, scores: Sequence[Score]) -> annex.Paper:
    """The paper of a sheet whose scores come in its order, their evidence loaded (`for_files`); no statement."""
    result = tally(scores)
    sinks = _may_sink(result)
    return annex.Paper(
        title=sheet.title,
        unit=sheet.unit.name,
        date=_date_text(sheet),
        sections=[_section(section) for section in result.sections],
        full_points=points_of(result.full),
        workings=[_working(score) for score in scores],
        evidence=_evidence(scores),
        self_may_sink=sinks or _sum(item.self_points for item in result.items) < 0,
        may_sink=sinks or _sum(item.points for item in result.items) < 0,
        stamp=stamps.stamp_of(sheet, scores),
    )


def points_of(points: Decimal) -> str:
    """1分, 0.4分, 2.1分: the column 分值 of the paper."""
    text = f"{points:f}"
    return f"{text.rstrip('0').rstrip('.') if '.' in text else text}分"


def content_of(item: Item, scores: Iterable[Score]) -> str:
    """主要内容 of the row with these scores, with the notice that goes with proposed rows (SUP-A)."""
    if provenance_of(item, (score.criterion for score in scores)) == Provenance.RECONSTRUCTED:
        return f"{item.content}（{Provenance.RECONSTRUCTED.label}）"
    return item.content


def _may_sink(result: Tally) -> bool:
    """Whether deductions may bring the sum of the rows below 0, where a total stops.

    READING: the annex's own bands (−0.2 twice) keep the annex's own formula, a plain SUM; other deductions and floors don't.
    """
    return any(
        item.item.min_points is not None
        or any(
            score.criterion.min_points < 0 and score.criterion.rule != RuleKind.BANDS for score in item.scores
        )
        for item in result.items
    )


def _date_text(sheet: Sheet) -> str:
    day = sheet.assessed_on
    return f"{day.year} 年 {day.month} 月 {day.day} 日" if day else "年   月   日"


def _section(tallied: SectionTally) -> annex.PaperSection:
    section = tallied.section
    items = [
        annex.PaperItem(
            content_of(row.item, row.scores),
            points_of(row.item.max_points),
            row.item.standard,
            row.self_points,
            row.points,
        )
        for row in tallied.items
    ]
    lowest = _sum(_lowest(row) for row in tallied.items)
    highest = _sum(row.item.max_points for row in tallied.items)
    low = section.min_points if section.min_points is not None and lowest < section.min_points else None
    high = section.max_points if highest > section.max_points else None
    return annex.PaperSection(f"{section.title}({points_of(section.max_points)})", items, low, high)


def _lowest(row: ItemTally) -> Decimal:
    """The least the item may come to."""
    if row.item.min_points is not None:
        return row.item.min_points
    return _sum(score.criterion.min_points for score in row.scores)


def _working(score: Score) -> Row:
    arithmetic, criterion = score.arithmetic, score.criterion
    base = "、".join(
        str(part) for part in (arithmetic.get("base_year"), arithmetic.get("base_source")) if part
    )
    return [
        str(criterion),
        criterion.max_points,
        criterion.clause,
        arithmetic.get("numerator"),
        arithmetic.get("denominator"),
        arithmetic.get("ratio", ""),
        _formula(score),
        score.computed_points,
        score.self_points,
        score.points,
        score.reason,
        arithmetic.get("week", ""),
        base,
        provenance_words(criterion.provenance),
    ]


def _formula(score: Score) -> str:
    """How the points came about, from the declared number where inspections found less."""
    formula = score.arithmetic.get("formula") or score.missing_label
    declared = score.arithmetic.get("declared")
    if declared is None:
        return str(formula)
    words = {"declared": declared, "verified": score.arithmetic["numerator"], "formula": formula}
    return _("申报 %(declared)s，核减后 %(verified)s；%(formula)s") % words


def _evidence(scores: Sequence[Score]) -> list[Row]:
    """佐证清单: for counted criteria how many were presented, then each document with its file and digest."""
    rows: list[Row] = [
        [
            str(score.criterion),
            _("文件（会议记录）%(n)s 份") % {"n": score.entered_count},
            "",
            "",
            None,
            "",
        ]
        for score in scores
        if score.entered_count
    ]
    named = [(score, each) for score in scores for each in sorted(score.evidence.all(), key=_pk)]
    return rows + [_document(score, each) for score, each in named]


def _document(score: Score, evidence: Evidence) -> Row:
    """A document of its own, or one that the unit had handed in before."""
    file = evidence.hand_in or evidence
    day = evidence.dated_on.isoformat() if evidence.dated_on else ""
    return [str(score.criterion), evidence.title, day, file.original_name, file.size, file.sha256]


def _pk(evidence: Evidence) -> int:
    return int(evidence.pk)


def _sum(points: Iterable[Decimal | None]) -> Decimal:
    return sum((each for each in points if each is not None), ZERO)
