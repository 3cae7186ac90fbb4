"""What the pages of schemes show, made from loaded rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from orgs.choices import Kind
from orgs.kernel.numbers import points_text
from orgs.operations.exporting import FileTable
from scoring import rule_words, scheme_diff
from scoring.choices import Grade, PoorReading, Provenance
from scoring.models import Item, Scheme
from scoring.operations.trial_jobs import Plan
from scoring.tallies import provenance_of

if TYPE_CHECKING:
    from decimal import Decimal

    from django.db.models import QuerySet

    from orgs.operations.exporting import Cell
    from scoring.models import Criterion, Section

PER_PAGE = 50
TONES: dict[str, str] = {
    Provenance.SOURCE: "ok",
    Provenance.READING: "info",
    Provenance.RECONSTRUCTED: "warn",
}


@dataclass(frozen=True, slots=True)
class Line:
    """One edition in the list."""

    scheme: Scheme
    kinds: str
    n_items: int
    n_approved: int
    n_sheets: int


@dataclass(frozen=True, slots=True)
class CriterionRow:
    """One criterion with its rule in words and where it comes from."""

    criterion: Criterion
    points: str
    rule: str
    tone: str
    provenance: str


@dataclass(frozen=True, slots=True)
class ItemRow:
    item: Item
    points: str
    tone: str
    provenance: str
    is_unconfirmed: bool
    criteria: Sequence[CriterionRow]


@dataclass(frozen=True, slots=True)
class SectionRow:
    section: Section
    points: str
    items: Sequence[ItemRow]


@dataclass(frozen=True, slots=True)
class Page:
    """One edition, whole."""

    scheme: Scheme
    kinds: str
    full: str
    grades: Sequence[tuple[str, str]]
    settings: Sequence[tuple[str, str]]
    sections: Sequence[SectionRow]
    editions: Sequence[Scheme]
    n_items: int
    n_approved: int

    @property
    def n_open(self) -> int:
        return self.n_items - self.n_approved

    @property
    def n_unconfirmed(self) -> int:
        """Items that are proposed and not approved."""
        return sum(item.is_unconfirmed for section in self.sections for item in section.items)


def lines(schemes: Sequence[Scheme]) -> list[Line]:
    """Schemes that were read `for_list`."""
    return [
        Line(each, kinds_of(each.target_kinds), each.n_items, each.n_approved, each.n_sheets or 0)  # type: ignore[attr-defined]
        for each in schemes
    ]


def as_table(found: Sequence[Line]) -> FileTable:
    """The list for a file."""
    labels = [_("方案"), _("代码"), _("版本"), _("状态"), _("已核定（项）"), _("内容（项）"), _("适用类型"), _("制定单位"), _("考评表（张）")]  # fmt: skip
    rows: list[list[Cell]] = [
        [
            line.scheme.title,
            line.scheme.code,
            line.scheme.version,
            line.scheme.get_state_display(),
            line.n_approved,
            line.n_items,
            line.kinds,
            line.scheme.unit.name if line.scheme.unit else None,
            line.n_sheets,
        ]
        for line in found
    ]
    return FileTable.listed(_("考评方案"), labels, rows)


def page(scheme: Scheme) -> Page:
    """The edition with its items, and the other editions of the same scheme."""
    sections = _sections(Plan.of_scheme(scheme).criteria)
    items = [item for section in sections for item in section.items]
    editions = Scheme.objects.filter(code=scheme.code).order_by("-version")
    return Page(
        scheme=scheme,
        kinds=kinds_of(scheme.target_kinds),
        full=range_text(None, scheme.full_points),
        grades=_grades(scheme.bands),
        settings=_settings(scheme),
        sections=sections,
        editions=list(editions.exclude(pk=scheme.pk)),
        n_items=len(items),
        n_approved=sum(each.item.is_approved for each in items),
    )


def items_of(scheme: Scheme) -> QuerySet[Item]:
    """Every item of the edition."""
    return Item.objects.filter(section__scheme=scheme).select_related("section")


def compare(older: Scheme, newer: Scheme) -> scheme_diff.Difference:
    """What became of the older edition."""
    before, after = Plan.of_scheme(older).criteria, Plan.of_scheme(newer).criteria
    return scheme_diff.between((older, before), (newer, after))


def kinds_of(kinds: Sequence[str]) -> str:
    """The kinds a scheme is for, in words."""
    return "、".join(str(Kind(each).label) for each in kinds)


def range_text(low: Decimal | None, high: Decimal) -> str:
    """0.5分; with a floor of its own −0.2 至 0.8分."""
    top = f"{high:f}".rstrip("0").rstrip(".") if "." in f"{high:f}" else f"{high:f}"
    if not low:
        return _("%(high)s分") % {"high": top}
    return _("%(low)s 至 %(high)s分") % {"low": points_text(low), "high": top}


def _grades(bands: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """Grade and from which total on; the last is everything below."""
    rows = [(str(Grade(name).label), f"≥{floor}") for name, floor in bands]
    return [*rows[:-1], (rows[-1][0], f"<{bands[-2][1]}")] if len(rows) > 1 else rows


def _settings(scheme: Scheme) -> list[tuple[str, str]]:
    rows = []
    settings = scheme.settings
    if "poor_streak" in settings:
        rows.append((_("“连续抽查为差”的算法"), str(PoorReading(settings["poor_streak"]).label)))
    if "poor_streak_limit" in settings:
        rows.append((_("连续几次"), str(settings["poor_streak_limit"])))
    if "next_grade_month" in settings:
        rows.append((_("“离下一等次”从几月起显示"), str(settings["next_grade_month"])))
    if "key_work_weight" in settings:
        rows.append((_("计入重点工作考核总分的权重"), str(settings["key_work_weight"])))
    if "platform_floor" in settings:
        rows.append((_("平台建设未完成：建群率低于"), str(settings["platform_floor"])))
    return rows


def _sections(criteria: Sequence[Criterion]) -> list[SectionRow]:
    rows = []
    for _key, group in groupby(criteria, lambda each: each.item.section_id):
        items = [_item(list(each)) for _pk, each in groupby(group, lambda each: each.item_id)]
        section = items[0].item.section
        rows.append(SectionRow(section, _worth(section), items))
    return rows


def _worth(row: Section | Item | Criterion) -> str:
    """0.5分; of a weight 0.5分（12.5%）."""
    points = range_text(row.min_points, row.max_points)
    if row.weight is None:
        return points
    return _("%(points)s（占 %(weight)s）") % {"points": points, "weight": scheme_diff.percent(row.weight)}


def _item(criteria: list[Criterion]) -> ItemRow:
    item = criteria[0].item
    proposed = provenance_of(item, criteria) == Provenance.RECONSTRUCTED
    return ItemRow(
        item=item,
        points=_worth(item),
        tone=TONES[item.provenance],
        provenance=rule_words.provenance_words(item.provenance),
        is_unconfirmed=proposed and not item.is_approved,
        criteria=[_criterion(each) for each in criteria],
    )


def _criterion(criterion: Criterion) -> CriterionRow:
    return CriterionRow(
        criterion,
        _worth(criterion),
        rule_words.of_criterion(criterion),
        TONES[criterion.provenance],
        rule_words.provenance_words(criterion.provenance),
    )
