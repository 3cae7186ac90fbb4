"""What the sheet page shows, made from loaded rows: cells with their fields, the arithmetic with its links."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _

from orgs import permissions
from orgs.kernel.clock import Week
from orgs.kernel.numbers import points_text
from scoring import rules
from scoring.choices import Grade, RuleKind
from scoring.operations.exports import points_of
from scoring.scheme_files import read_bands
from scoring.tallies import ItemTally, Tally, best_grade, floors_of, tally

if TYPE_CHECKING:
    from django.forms import BoundField

    from orgs.models import User
    from scoring.forms import SheetForm
    from scoring.models import Score, Sheet

SIGNS = "①②③④⑤⑥⑦⑧⑨"
TONES: dict[str, str] = {Grade.EXCELLENT: "ok", Grade.GOOD: "info", Grade.PASS: "warn", Grade.FAIL: "bad"}


@dataclass(frozen=True, slots=True)
class Cell:
    """One criterion: its score and the fields that are open for it."""

    score: Score
    sign: str
    points_field: BoundField | None
    reason_field: BoundField | None
    count_field: BoundField | None
    rule_field: BoundField | None


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the paper sheet."""

    tally: ItemTally
    section: str
    section_points: str
    rowspan: int  # 0: the section's cell stands in a row above
    points: str
    cells: Sequence[Cell]
    is_current: bool

    @property
    def is_reconstructed(self) -> bool:
        return any(cell.score.criterion.is_reconstructed for cell in self.cells)


@dataclass(frozen=True, slots=True)
class Working:
    """得分依据 of one criterion."""

    cell: Cell
    numerator_url: str
    denominator_url: str
    numerator_label: str
    denominator_label: str
    base: str
    ladder: Sequence[tuple[str, str, bool]]
    week: str


def rows_of(result: Tally, form: SheetForm, item_id: int) -> list[Row]:
    """The table, section by section."""
    rows = []
    for section in result.sections:
        for index, item in enumerate(section.items):
            rows.append(
                Row(
                    tally=item,
                    section=section.section.title,
                    section_points=points_of(section.section.max_points),
                    rowspan=len(section.items) if index == 0 else 0,
                    points=points_of(item.item.max_points),
                    cells=_cells(item, form),
                    is_current=item.item.pk == item_id,
                )
            )
    return rows


def workings_of(row: Row, sheet: Sheet) -> list[Working]:
    """The arithmetic of the open item, both numbers linked to their rows."""
    return [_working(cell, sheet) for cell in row.cells]


def grade_ladder(sheet: Sheet, result: Tally) -> list[tuple[str, str, bool]]:
    """Grades from the lowest to the best; marked is the grade reached, or the best still reachable."""
    current = sheet.grade or best_grade(sheet, result)
    ladder = []
    above: Decimal | None = None
    for name, floor in floors_of(sheet):
        ladder.append((str(Grade(name).label), _grade_range(floor, above), name == current))
        above = floor
    return ladder[::-1]


def next_open(result: Tally, item_id: int) -> int | None:
    """The next row that isn't scored, going round; None when all are."""
    pks = [item.item.pk for item in result.items]
    start = pks.index(item_id) + 1 if item_id in pks else 0
    order = result.items[start:] + result.items[:start]
    return next((item.item.pk for item in order if item.points is None), None)


def _cells(item: ItemTally, form: SheetForm) -> list[Cell]:
    single = len(item.scores) == 1
    return [
        Cell(
            score,
            "" if single else SIGNS[index],
            _field(form, f"points_{score.pk}"),
            _field(form, f"reason_{score.pk}"),
            _field(form, f"count_{score.pk}"),
            _field(form, f"rule_{score.pk}"),
        )
        for index, score in enumerate(item.scores)
    ]


def _field(form: SheetForm, name: str) -> BoundField | None:
    return form[name] if name in form.fields else None


def _working(cell: Cell, sheet: Sheet) -> Working:
    arithmetic = cell.score.arithmetic
    week = arithmetic.get("week", "")
    names = cell.score.criterion.metric_label.split(" ÷ ")
    base = "、".join(
        str(part) for part in (arithmetic.get("base_year"), arithmetic.get("base_source")) if part
    )
    return Working(
        cell=cell,
        numerator_url=_rows_url(week, sheet, arithmetic.get("numerator_rows", "")),
        denominator_url=_rows_url(week, sheet, arithmetic.get("denominator_rows", ""))
        or _unit_url(sheet, has_base=bool(arithmetic.get("base_year"))),
        numerator_label=names[0],
        denominator_label=names[-1],
        base=base,
        ladder=_ladder(cell.score) if cell.score.criterion.rule == RuleKind.BANDS else (),
        week=Week.parse(week).label if week else "",
    )


def _rows_url(week: str, sheet: Sheet, figure: str) -> str:
    """The rows of the frozen week behind a number, down to the group."""
    if not week or not figure:
        return ""
    try:
        return reverse("reporting:show-rows", args=[week, sheet.unit_id, figure])
    except NoReverseMatch:
        return ""


def _unit_url(sheet: Sheet, *, has_base: bool) -> str:
    """A recorded base stands on the unit's own page."""
    if not has_base:
        return ""
    try:
        return reverse("orgs:show-unit", args=[sheet.unit_id])
    except NoReverseMatch:
        return ""


def _ladder(score: Score) -> list[tuple[str, str, bool]]:
    reached = score.arithmetic.get("band")
    steps = read_bands(score.criterion.params["bands"])
    ladder = []
    above: int | None = None
    for index, step in enumerate(steps):
        floor = None if step.floor is None else int(step.floor * 100)
        ladder.append((_band_label(floor, above), points_text(step.points), index == reached))
        above = floor
    return ladder


def _grade_range(floor: Decimal, above: Decimal | None) -> str:
    """≥9, 7–8.9, <6: totals come in tenths (SUP-4.3)."""
    if above is None:
        return f"≥{floor}"
    return f"{floor}–{above - rules.STEP}" if floor else f"<{above}"


def _band_label(floor: int | None, above: int | None) -> str:
    if floor is None:
        return f"<{above}%" if above is not None else _("全部")
    return f"≥{floor}%" if above is None else f"{floor}–{above - 1}%"


@dataclass(frozen=True, slots=True)
class Totals:
    """The sums of a sheet as text; a dash where nothing is scored."""

    self_total: str
    total: str
    scored_max: str
    full: str
    attainable: str

    @classmethod
    def of(cls, result: Tally) -> Totals:
        return cls(
            points_text(result.self_total),
            points_text(result.total),
            points_text(result.scored_max),
            f"{result.full.normalize():f}",
            points_text(result.attainable),
        )


@dataclass(frozen=True, slots=True)
class Line:
    """One sheet in the list of a year."""

    sheet: Sheet
    tally: Tally
    totals: Totals
    grade: str
    tone: str


def line_of(sheet: Sheet) -> Line:
    """A sheet whose scores are prefetched, added up."""
    result = tally(sheet.scores.all())
    return Line(
        sheet,
        result,
        Totals.of(result),
        str(Grade(sheet.grade).label) if sheet.grade else "",
        TONES.get(sheet.grade, "mute"),
    )


def neighbours(user: User, sheet: Sheet) -> tuple[Sheet | None, Sheet | None]:
    """The sheets before and after in official order, of the same scheme and year."""
    sheets = list(
        type(sheet)
        .objects.actionable_by(user, permissions.VIEW_SHEET)
        .of_year(sheet.year)
        .filter(scheme=sheet.scheme_id)
        .select_related("unit")
        .order_by("unit__position", "unit__code", "pk")
    )
    index = next((i for i, each in enumerate(sheets) if each.pk == sheet.pk), 0)
    return (
        sheets[index - 1] if index > 0 else None,
        sheets[index + 1] if index + 1 < len(sheets) else None,
    )


def crumbs_of(sheet: Sheet) -> list[tuple[str, str]]:
    address = f"{reverse('scoring:list-sheets')}?year={sheet.year}"
    return [
        (_("年度考评"), address),
        (_("%(year)s 年") % {"year": sheet.year}, address),
        (sheet.unit.name, ""),
    ]
