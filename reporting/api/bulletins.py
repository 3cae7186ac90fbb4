"""Read interface: published bulletins with their text and their frozen figures; null is missing, never 0."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.http import Http404
from ninja import Field, Query, Router, Schema

from orgs.read_api import LARGEST_ID, Window, page_of, reads
from reporting.bulletin_figures import Figures
from reporting.bulletin_words import number_text
from reporting.models import Bulletin

if TYPE_CHECKING:
    from django.http import HttpRequest

    from reporting.querysets.bulletins import BulletinQuerySet

router = Router(tags=["bulletins"])


class BulletinOut(Schema):
    """A published bulletin: number, which edition of which week it is about, and how it stands to its corrections."""

    id: int
    unit_id: int
    unit: str = Field(description="发布单位现在的名称")
    title: str
    year: int
    number: int
    correction: int = Field(description="0 为原文，1 为第一次更正")
    number_text: str = Field(description="文号")
    corrects: int | None = Field(alias="corrects_id", description="所更正的通报")
    corrected_by: int | None = Field(description="更正它的通报；以更正后的为准")
    reason: str = Field(description="更正原因")
    week: str
    edition: int
    published_at: datetime

    @staticmethod
    def resolve_unit(found: Bulletin) -> str:
        return found.unit.name

    @staticmethod
    def resolve_number_text(found: Bulletin) -> str:
        return number_text(found.year, found.number, found.correction)

    @staticmethod
    def resolve_week(found: Bulletin) -> str:
        return str(found.closed_week.week)

    @staticmethod
    def resolve_edition(found: Bulletin) -> int:
        return found.closed_week.edition


class BulletinPage(Schema):
    items: list[BulletinOut]
    next: int | None


class CoverageOut(Schema):
    """Numerator and denominator of a coverage, in people, and what qualifies it."""

    part: int | None = Field(description="分子；null 为未报")
    base: int | None = Field(description="分母；null 为缺底数")
    holders: int = Field(description="直接联系团员的单位")
    unreported: int = Field(description="其中未报的")
    base_missing: int = Field(description="其中缺底数的")


class UnitOut(Schema):
    """A unit as the bulletin froze it."""

    unit_id: int
    name: str
    kind: str
    line: str
    coverage: CoverageOut
    before: CoverageOut | None = Field(description="上一周；null 为上一周没有")
    weeks_unreported: int
    poor_streak: int
    flows: dict[str, int]


class FiguresOut(Schema):
    """Everything the text and the tables were made of."""

    week: str
    edition: int
    who: str
    coverage: CoverageOut
    before: CoverageOut | None
    totals: dict[str, int]
    units: list[UnitOut]
    moves: list[str]


class WholeBulletin(BulletinOut):
    """A bulletin with its text as published, and the figures frozen with it."""

    issuer: str = Field(description="发布时的名称")
    text: str
    figures: FiguresOut

    @staticmethod
    def resolve_issuer(found: Bulletin) -> str:
        return str(found.body.get("issuer") or found.unit.name)

    @staticmethod
    def resolve_text(found: Bulletin) -> str:
        return str(found.body["text"])

    @staticmethod
    def resolve_figures(found: Bulletin) -> Figures:
        return Figures.of(found.figures)


class BulletinFilter(Window):
    year: int | None = Field(None, ge=1, le=9999)


@reads(
    router,
    "/bulletins",
    BulletinPage,
    url_name="list-bulletins",
    summary="周通报",
    description="可以阅读的已发布通报：范围内的团组织发布的，和发给本单位的。",
)
def list_bulletins(request: HttpRequest, wanted: Query[BulletinFilter]) -> dict[str, object]:
    """Published bulletins issued within the scope of the token or addressed to its unit, by id."""
    found = _readable(request).defer("body", "figures", "search_text")
    return page_of(found.filter(year=wanted.year) if wanted.year else found, wanted)


@reads(
    router,
    "/bulletins/{bulletin_id}",
    WholeBulletin,
    url_name="show-bulletin",
    summary="一期通报",
    description="正文和发布时定下的数字。发布后不变；更正是另一期，见 corrected_by。",
)
def show_bulletin(request: HttpRequest, bulletin_id: int) -> Bulletin:
    """One of them, with text and figures."""
    known = _readable(request) if 0 < bulletin_id <= LARGEST_ID else Bulletin.objects.none()
    found = known.filter(pk=bulletin_id).first()
    if found is None:
        raise Http404
    return found


def _readable(request: HttpRequest) -> BulletinQuerySet:
    readable = Bulletin.objects.readable_by(request.user).published()  # type: ignore[arg-type]
    return readable.select_related("closed_week", "unit").with_correction()
