"""What the sheet page shows, made from loaded rows: cells with their fields, the arithmetic with its links."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db.models import Case, Q, Subquery, When
from django.urls import reverse
from django.utils.translation import gettext as _

from orgs import permissions
from orgs.kernel.numbers import points_text
from scoring import rules
from scoring.choices import Grade
from scoring.operations.sheet_papers import points_of
from scoring.tallies import ItemTally, Tally, best_grade, floors_of, tally

if TYPE_CHECKING:
    from django.forms import BoundField

    from orgs.models import User
    from scoring.forms.sheets import SheetForm
    from scoring.models import Evidence, Score, Sheet

N_SIGNS = 20  # ① to ⑳
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
    n_papers: int = 0


def rows_of(
    result: Tally, form: SheetForm, item_id: int, papers: Mapping[int, Sequence[Evidence]]
) -> list[Row]:
    """The table, section by section; `papers`: the evidence of each score."""
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
                    n_papers=sum(len(papers.get(score.pk, ())) for score in item.scores),
                )
            )
    return rows


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
            "" if single else sign_of(index),
            _field(form, f"points_{score.pk}"),
            _field(form, f"reason_{score.pk}"),
            _field(form, f"count_{score.pk}"),
            _field(form, f"rule_{score.pk}"),
        )
        for index, score in enumerate(item.scores)
    ]


def sign_of(index: int) -> str:
    """①, ②, … ⑳, (21), …: which criterion of its row one is, counted from 0."""
    return chr(ord("①") + index) if index < N_SIGNS else f"({index + 1})"


def _field(form: SheetForm, name: str) -> BoundField | None:
    return form[name] if name in form.fields else None


def _grade_range(floor: Decimal, above: Decimal | None) -> str:
    """≥9, 7–8.9, <6: totals come in tenths (SUP-4.3)."""
    if above is None:
        return f"≥{floor}"
    return f"{floor}–{above - rules.STEP}" if floor else f"<{above}"


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
    """The sheets before and after in official order, of the same scheme and year; one statement of two rows."""
    sheets = (
        type(sheet)
        .objects.actionable_by(user, permissions.VIEW_SHEET)
        .of_year(sheet.year)
        .standing()
        .filter(scheme=sheet.scheme_id)
    )
    place, code = sheet.unit.position, sheet.unit.code
    before = sheets.filter(Q(unit__position__lt=place) | Q(unit__position=place, unit__code__lt=code))
    after = sheets.filter(Q(unit__position__gt=place) | Q(unit__position=place, unit__code__gt=code))
    previous = Subquery(before.order_by("-unit__position", "-unit__code").values("pk")[:1])
    following = Subquery(after.order_by("unit__position", "unit__code").values("pk")[:1])
    found = type(sheet).objects.annotate(precedes=Case(When(pk=previous, then=True), default=False))
    both: dict[bool, Sheet] = {
        each.precedes: each  # type: ignore[attr-defined]  # as annotated
        for each in found.filter(Q(pk=previous) | Q(pk=following)).select_related("unit")
    }
    return both.get(True), both.get(False)


def crumbs_of(sheet: Sheet) -> list[tuple[str, str]]:
    address = f"{reverse('scoring:list-sheets')}?year={sheet.year}"
    return [
        (_("年度考评"), address),
        (_("%(year)s 年") % {"year": sheet.year}, address),
        (sheet.unit.name, ""),
    ]


def crumbs_below(sheet: Sheet, label: str) -> list[tuple[str, str]]:
    """The way to a page of a sheet."""
    *above, (name, _here) = crumbs_of(sheet)
    return [*above, (name, sheet.get_absolute_url()), (label, "")]
