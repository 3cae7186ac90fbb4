"""Read interface: closed weeks. Figures are those of docs/metrics.md; null is missing, never 0."""

from __future__ import annotations

from datetime import datetime
from itertools import chain
from typing import TYPE_CHECKING

from django.http import Http404
from ninja import Field, Query, Router, Schema

from orgs.kernel.clock import Week
from orgs.models import OrgUnit
from orgs.querysets.scope import UnitsInCharge
from orgs.read_api import (
    LARGEST_ID,
    REFUSALS,
    Window,
    below,
    csv_answer,
    etag_of,
    page_of,
    reads,
    unchanged,
)
from reporting.figures import FIGURES
from reporting.models import ClosedWeek, WeekUnit

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from django.http import HttpRequest, HttpResponseBase

    from reporting.querysets.weekly import WeekUnitQuerySet

router = Router(tags=["weeks"])
ROWS_AT_ONCE = 2000
PLACE = ("unit_id", "parent_id", "code", "name", "kind_id", "line", "intake_year", "is_open", "is_reported")
COVERAGE = ("coverage_part", "coverage_base")
COLUMNS = tuple(f"{side}_{name}" for name in FIGURES for side in ("own", "sub"))
OF_SUBTREE = (*COVERAGE, *(f"sub_{name}" for name in FIGURES))
# What has no subtree: the year of the base, bases of the assessment, what the unit declares, checks in a row.
ALONE = (
    "base_year", "base_assessed", "base_reported", "base_orgs", "own_covered", "poor_streak", "poor_streak_max",
)  # fmt: skip


class WeekOut(Schema):
    """One edition of a closed week."""

    week: str
    edition: int
    n_units: int
    content_hash: str
    closed_at: datetime
    reason: str

    @staticmethod
    def resolve_week(found: ClosedWeek) -> str:
        return str(found.week)


class WeekPage(Schema):
    items: list[WeekOut]


class UnitFigures(Schema):
    """A unit as it stood in that week: its own figures, and those of it and everything below it."""

    unit_id: int
    parent_id: int | None
    code: str
    name: str
    kind: str = Field(alias="kind_id")
    line: str
    intake_year: int | None
    is_open: bool
    is_reported: bool
    coverage_part: int | None = Field(description="覆盖率的分子；null 为未报")
    coverage_base: int | None = Field(description="覆盖率的分母；null 为缺底数")
    base_year: int | None
    base_assessed: int | None = Field(description="团员数（考评口径），直属单位才有")
    base_reported: int | None = Field(description="前期上报团员数")
    base_orgs: int | None = Field(description="下属团组织数")
    own_covered: int | None = Field(description="本单位填报联系人数；null 为未报")
    poor_streak: int = Field(description="连续抽查为“差”的次数")
    poor_streak_max: int = Field(description="本年度最多连续为“差”的次数")
    own: dict[str, int | None]
    subtree: dict[str, int | None]

    @staticmethod
    def resolve_own(row: WeekUnit) -> dict[str, int | None]:
        return {name: getattr(row, f"own_{name}") for name in FIGURES}

    @staticmethod
    def resolve_subtree(row: WeekUnit) -> dict[str, int | None]:
        return {name: getattr(row, f"sub_{name}") for name in FIGURES}


class FigurePage(Schema):
    week: str
    edition: int
    items: list[UnitFigures]
    next: int | None


class Subtree(Schema):
    under: int | None = Field(None, ge=1, le=LARGEST_ID, description="该团组织及其下级（按现在的架构）")
    edition: int | None = Field(None, ge=1, le=32767, description="版次；不填为最新一版")
    kind: str = Field("", max_length=20)


class FigureFilter(Subtree, Window):
    pass


@reads(
    router,
    "/weeks",
    WeekPage,
    url_name="list-weeks",
    summary="已结的周",
    description="已发布的各版周报，新的在前。",
)
def list_weeks(request: HttpRequest) -> dict[str, object]:
    """Every published edition, the newest first."""
    return {"items": ClosedWeek.objects.published()}


@reads(
    router,
    "/weeks/{week}/units",
    FigurePage,
    url_name="list-figures",
    summary="一周的数字",
    description="令牌范围内各团组织当周的本级数字和含下级的数字，按 id 排列；部门的令牌不含本单位的合计（null）。",
)
def list_figures(request: HttpRequest, week: str, wanted: Query[FigureFilter]) -> dict[str, object]:
    """The figures of the units within the scope of the token, by unit id."""
    header = _edition(week, wanted.edition)
    page = page_of(_rows(request, header, wanted), wanted, key="unit_id")
    withheld = _without_sums(request)
    rows: list[WeekUnit] = page["items"]  # type: ignore[assignment]
    for row in rows:
        if row.unit_id in withheld:
            vars(row).update(dict.fromkeys(OF_SUBTREE))
    return {"week": str(header.week), "edition": header.edition, **page}


@router.get(
    "/weeks/{week}/units.csv",
    response={200: None, **REFUSALS},
    url_name="download-figures",
    openapi_extra={"responses": {"200": {"content": {"text/csv": {"schema": {"type": "string"}}}}}},
    summary="一周的数字（CSV，供 Excel、WPS 刷新）",
    description="同上，为一张表，按规定排序；缺失的为空格。",
)
def download_figures(request: HttpRequest, week: str, wanted: Query[Subtree]) -> HttpResponseBase:
    """The same rows as a table, in official order; missing figures are empty cells. Nothing is read twice (ETag)."""
    header = _edition(week, wanted.edition)
    names = (*PLACE, *COVERAGE, *COLUMNS, *ALONE)
    facts = (header.content_hash, header.edition, names, wanted.under, wanted.kind)
    etag = etag_of(request.user, *facts)  # type: ignore[arg-type]
    if (known := unchanged(request, etag)) is not None:
        return known
    rows = _rows(request, header, wanted).in_official_order().values_list(*names)
    name = f"{header.week}-{header.edition}.csv"
    texts = _texts(header, names, rows.iterator(ROWS_AT_ONCE), _without_sums(request))
    return csv_answer(name, ("week", "edition", *names), texts, etag=etag)


def _texts(
    header: ClosedWeek, names: Sequence[str], rows: Iterator[tuple[object, ...]], withheld: frozenset[int]
) -> Iterator[list[str]]:
    head, unit_at = (str(header.week), str(header.edition)), names.index("unit_id")
    of_subtree = frozenset(names.index(name) for name in OF_SUBTREE)
    for row in rows:
        hidden = of_subtree if row[unit_at] in withheld else frozenset()
        cells = ("" if each is None or at in hidden else str(each) for at, each in enumerate(row))
        yield list(chain(head, cells))


def _without_sums(request: HttpRequest) -> frozenset[int]:
    """Units whose sums hold other lines than the reader's: what a department may not read of its own unit (A3)."""
    in_charge = request.user.units_in_charge()  # type: ignore[union-attr]
    by_lines = [span.unit_id for span in in_charge.spans if span.lines]
    if not by_lines:
        return frozenset()
    own = OrgUnit.objects.within(in_charge).filter(pk__in=by_lines)
    return frozenset(unit.pk for unit in own if not in_charge.covers_figures(unit))


def _edition(week: str, edition: int | None) -> ClosedWeek:
    """Raises Http404 for a week that does not exist or is not closed."""
    try:
        asked = Week.parse(week)
    except ValueError:
        raise Http404 from None
    editions = ClosedWeek.objects.published().of_week(asked)
    found = (editions if edition is None else editions.filter(edition=edition)).first()
    if found is None:
        raise Http404
    return found


def _rows(request: HttpRequest, header: ClosedWeek, wanted: Subtree) -> WeekUnitQuerySet:
    rows = WeekUnit.objects.visible_to(request.user).for_week(header.pk).with_coverage()  # type: ignore[arg-type]
    top = below(request, wanted.under)
    rows = rows if top is None else rows.within(UnitsInCharge.below(top))
    return rows.filter(kind_id=wanted.kind) if wanted.kind else rows
