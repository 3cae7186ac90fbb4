"""Read interface: assessment sheets of the units in scope, with their points; no papers, no persons, no free text.

SECURITY: what a unit has not been told stays out, by all offices of the person, not only those the token reads by.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, cast

from django.http import Http404
from ninja import Field, Query, Router, Schema

from orgs.permissions import VIEW_SHEET
from orgs.querysets.scope import UnitsInCharge
from orgs.read_api import LARGEST_ID, Window, below, page_of, reads
from scoring.models import Sheet
from scoring.operations import telling
from scoring.tallies import tally

if TYPE_CHECKING:
    from decimal import Decimal

    from django.http import HttpRequest

    from scoring.models import Score
    from scoring.querysets import SheetQuerySet

router = Router(tags=["sheets"])
POINTS = "十进制数，null 为未评"


class SheetOut(Schema):
    """One unit's sheet of one year; of a corrected one the revision that stands."""

    id: int
    unit_id: int
    unit: str = Field(alias="unit.name", description="被考核单位现在的名称")
    year: int
    title: str
    scheme: str = Field(alias="scheme.code")
    scheme_version: int = Field(alias="scheme.version")
    state: str = Field(description="self 自评中，assessing 考评中，objection 异议期，final 已定稿")
    revision: int = Field(description="第几次修订")
    corrects: int | None = Field(alias="corrects_id", description="所更正的考评表")
    week: str | None = Field(description="计算所依据的周")
    edition: int | None = Field(description="该周的版次")
    assessed_on: date | None
    total_points: str | None = Field(description=POINTS)
    grade: str = Field(description="excellent、good、pass、fail；空为未评完")

    @staticmethod
    def resolve_week(sheet: Sheet) -> str | None:
        return str(sheet.week) if sheet.week else None

    @staticmethod
    def resolve_edition(sheet: Sheet) -> int | None:
        return sheet.week.edition if sheet.week else None

    @staticmethod
    def resolve_total_points(sheet: Sheet) -> str | None:
        return _text(sheet.total_points)


class SheetPage(Schema):
    items: list[SheetOut]
    next: int | None


class ScoreOut(Schema):
    """One criterion: what the unit gave itself, what the frozen weeks compute, what counts."""

    section: str
    content: str
    criterion: str = Field(description="评分点代码")
    max_points: str
    self_points: str | None = Field(description=POINTS)
    computed_points: str | None = Field(description=POINTS)
    points: str | None = Field(description=POINTS)
    missing: str = Field(description="为什么没有系统计算得分")
    provenance: str = Field(description="评分点来源：source 原文，reading 按文意理解，reconstructed 拟定")


class ConsequenceOut(Schema):
    kind: str
    clause: str
    is_confirmed: bool
    is_dismissed: bool


class WholeSheet(SheetOut):
    """A sheet with its criteria in the order of the paper."""

    self_total: str | None = Field(description=POINTS)
    scores: list[ScoreOut]
    consequences: list[ConsequenceOut]

    @staticmethod
    def resolve_self_total(sheet: Sheet) -> str | None:
        return _text(tally(sheet.scores.all()).self_total)

    @staticmethod
    def resolve_scores(sheet: Sheet) -> list[dict[str, object]]:
        return [_score(each) for each in sheet.scores.all()]

    @staticmethod
    def resolve_consequences(sheet: Sheet) -> list[object]:
        return list(sheet.consequences.all())


class SheetFilter(Window):
    year: int | None = Field(None, ge=1, le=9999)
    under: int | None = Field(None, ge=1, le=LARGEST_ID, description="该团组织及其下级")
    state: str = Field("", max_length=10)
    grade: str = Field("", max_length=10)


@reads(
    router,
    "/sheets",
    SheetPage,
    url_name="list-sheets",
    summary="考评表",
    description="令牌范围内各单位的考评表，按 id 排列；更正过的只列现行的一份。",
)
def list_sheets(request: HttpRequest, wanted: Query[SheetFilter]) -> dict[str, object]:
    """Sheets of the units within the scope of the token, by id."""
    found = _readable(request).standing().select_related("unit", "scheme", "week")
    top = below(request, wanted.under)
    found = found if top is None else found.within(UnitsInCharge.below(top))
    given = {"year": wanted.year, "state": wanted.state, "grade": wanted.grade}
    found = found.filter(**{name: value for name, value in given.items() if value})
    offices = UnitsInCharge.of(request.user)  # type: ignore[arg-type]
    page = page_of(found.exclude(telling.untold_in(offices)) if wanted.grade else found, wanted)
    for sheet in cast("list[Sheet]", page["items"]):
        _withhold(sheet, offices)
    return page


@reads(
    router,
    "/sheets/{sheet_id}",
    WholeSheet,
    url_name="show-sheet",
    summary="一张考评表",
    description="各项得分；不含佐证材料和说明文字。",
)
def show_sheet(request: HttpRequest, sheet_id: int) -> Sheet:
    """One sheet with the points of every criterion."""
    known = _readable(request) if 0 < sheet_id <= LARGEST_ID else Sheet.objects.none()
    found = known.for_list().filter(pk=sheet_id).first()
    if found is None:
        raise Http404
    _withhold(found, UnitsInCharge.of(request.user))  # type: ignore[arg-type]
    return found


def _withhold(sheet: Sheet, offices: UnitsInCharge) -> None:
    if telling.is_withheld(offices, sheet):
        telling.withhold(sheet)


def _readable(request: HttpRequest) -> SheetQuerySet:
    return Sheet.objects.actionable_by(request.user, VIEW_SHEET)  # type: ignore[arg-type]


def _score(score: Score) -> dict[str, object]:
    item = score.criterion.item
    return {
        "section": item.section.title,
        "content": item.content,
        "criterion": score.criterion.code,
        "max_points": _text(score.criterion.max_points),
        "self_points": _text(score.self_points),
        "computed_points": _text(score.computed_points),
        "points": _text(score.points),
        "missing": score.missing_label,
        "provenance": score.criterion.provenance,
    }


def _text(points: Decimal | None) -> str | None:
    """8.5, never 8.50 and never 8E+1."""
    return None if points is None else f"{points.normalize():f}"
