"""得分依据 of a criterion: its rule in words, every number with the rows behind it, part by part and week by week."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.urls import reverse
from django.utils.translation import gettext as _

from orgs import permissions
from orgs.kernel.clock import Week
from orgs.kernel.numbers import percent_text, points_text, thousands
from reporting.models import WeekUnit
from reporting.pages.figure_words import FIGURES
from scoring import rule_words
from scoring.choices import Metric, Missing, RuleKind, is_number
from scoring.pages.comparison import GroupTable, Names, group_of, names_of, rows_url
from scoring.scheme_bands import read_bands
from scoring.written_rules import Rule

if TYPE_CHECKING:
    from orgs.models import User
    from scoring.models import Sheet
    from scoring.pages.evidence import Panel
    from scoring.pages.sheets import Cell, Row

Kept = Mapping[str, Any]
MOST_GAPS = 3
LADDERED = {RuleKind.BANDS, RuleKind.MONTHLY}
COVERED, WITH_GROUP = ("covered_members", "covered_capped"), "orgs_with_group"
Below = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Measurement:
    """One week of a rule over several."""

    label: str
    value: str
    url: str


@dataclass(frozen=True, slots=True)
class Gap:
    """One unit below, and how much it lacks."""

    name: str
    ratio: str
    missing: str
    unit: str
    url: str


@dataclass(frozen=True, slots=True)
class Reader:
    """Which units the person sees of a group, and whether the sheet is about the person's own unit."""

    names: Names
    is_unit: bool


@dataclass(frozen=True, slots=True)
class Piece:
    """The arithmetic of one rule: of a criterion, or of one part of it."""

    arithmetic: Kept
    words: str
    missing: str
    points: str
    numerator_url: str
    denominator_url: str
    numerator_label: str
    denominator_label: str
    base: str
    ladder: Sequence[tuple[str, str, bool]]
    measurements: Sequence[Measurement]
    is_decisive: bool = False  # of several that exclude each other, the one that counts
    group: GroupTable | None = None  # of a rule by ranks


@dataclass(frozen=True, slots=True)
class Working:
    """得分依据 of one criterion; `parts` of a combined rule."""

    cell: Cell
    whole: Piece
    parts: Sequence[Piece]
    week: str
    gaps: Sequence[Gap]
    panel: Panel


def workings_of(row: Row, sheet: Sheet, panels: Iterable[Panel], user: User) -> list[Working]:
    """The arithmetic of the open item, all numbers linked to their rows, with the papers of each criterion."""
    shown = {cell.score.arithmetic.get("numerator_rows", "") for cell in row.cells}
    below = _below(sheet) if shown & {*COVERED, WITH_GROUP} else []
    pairs = zip(row.cells, panels, strict=True)
    names = names_of((cell.score.arithmetic for cell in row.cells), user)
    own = user.units_in_charge().allowing(permissions.SELF_ASSESS).own_unit_ids()
    reader = Reader(names, is_unit=sheet.unit_id in own)
    return [_working(cell, sheet, panel, below, reader) for cell, panel in pairs]


def _working(cell: Cell, sheet: Sheet, panel: Panel, below: Sequence[Below], reader: Reader) -> Working:
    rule, kept = Rule.of_criterion(cell.score.criterion), cell.score.arithmetic
    week = kept.get("week", "")
    # The numbers of a combined rule stand with its parts.
    own = (
        {name: kept.get(name) for name in ("formula", "missing", "band")} if "parts" in rule.params else kept
    )
    whole = _piece(rule, own, sheet, week, cell.score.computed_points, panel, reader)
    parts = [
        _piece(
            Rule.of_part(part),
            one,
            sheet,
            week,
            one["points"],
            panel,
            reader,
            decisive=rule.rule == RuleKind.EXCLUSIVE and kept.get("band") == n,
        )
        for n, (part, one) in enumerate(
            zip(rule.params.get("parts", ()), kept.get("parts", ()), strict=False)
        )
    ]
    label = Week.parse(week).label if week else ""
    return Working(cell, whole, parts, label, _gaps(kept, below), panel)


def _piece(
    rule: Rule,
    kept: Kept,
    sheet: Sheet,
    week: str,
    points: Decimal | str | None,
    panel: Panel,
    reader: Reader,
    *,
    decisive: bool = False,
) -> Piece:
    names = _names(rule)
    base = "、".join(str(part) for part in (kept.get("base_year"), kept.get("base_source")) if part)
    missing = kept.get("missing", "")
    is_counted = rule.rule in {RuleKind.DOCUMENTS, RuleKind.COUNT} and not rule.metric
    return Piece(
        arithmetic=kept,
        words=rule_words.of_rule(rule),
        missing=str(Missing(missing).label) if missing else "",
        points="" if points is None else points_text(_decimal(points)),
        numerator_url=f"#{panel.anchor}"
        if is_counted
        else rows_url(week, sheet.unit_id, kept.get("numerator_rows", ""))
        or _year_url(rule.metric, sheet, week, reader),
        denominator_url=rows_url(week, sheet.unit_id, kept.get("denominator_rows", ""))
        or (reverse("orgs:list-bases", args=[sheet.unit_id]) if kept.get("base_year") else ""),
        numerator_label=names[0],
        denominator_label=names[-1],
        base=base,
        ladder=_ladder(rule, kept) if rule.rule in LADDERED else (),
        measurements=[_measurement(each, rule, sheet) for each in kept.get("weeks", ())],
        is_decisive=decisive,
        group=group_of(rule, kept, week, sheet.unit_id, reader.names),
    )


def _names(rule: Rule) -> list[str]:
    """What the numerator counts, and what the base does."""
    if rule.metric == Metric.FIGURES:
        names = [rule.params["part"], rule.params.get("base", "")]
        return [str(FIGURES[name].label) if name in FIGURES else name for name in names if name]
    return str(Metric(rule.metric).label).split(" ÷ ") if rule.metric else [_("份数")]


def _year_url(metric: str, sheet: Sheet, week: str, reader: Reader) -> str:
    """The records behind a figure of the whole year."""
    if metric in {Metric.SPOT_CHECKS, Metric.CHECKS_POOR}:
        return reverse("reporting:list-unit-checks", args=[sheet.unit_id])
    if metric in {Metric.WEEKLY_REPORTS, Metric.REPORTS_MISSING}:
        if reader.is_unit and week:
            return reverse("reporting:show-report", args=[sheet.unit_id, week])
        # The unit's own line alone: its weeks in time and missing, and its reports behind them.
        return f"{reverse('reporting:list-report-years')}?unit={sheet.unit_id}&year={sheet.year}"
    if metric in {Metric.INCIDENTS, Metric.INCIDENTS_FOUND, Metric.INCIDENTS_GRAVE}:
        about = f"unit={sheet.unit_id}&year={sheet.year}" + (f"&w={week}" if week else "")
        grave = "grave=1&" if metric == Metric.INCIDENTS_GRAVE else ""
        return f"{reverse('accounts:list-incidents')}?{grave}{about}"
    if metric == Metric.ADMINISTRATOR_CHANGES:
        return reverse("accounts:list-unit-changes", args=[sheet.unit_id])
    return ""


def _measurement(each: Kept, rule: Rule, sheet: Sheet) -> Measurement:
    part, base = each["numerator"], each["denominator"]
    if part is None:
        value = _("没有数据")
    elif is_number(rule.metric, rule.params):
        value = thousands(part)
    else:
        value = f"{thousands(part)} ÷ {thousands(base)} = {percent_text(part, base)}"
    label = Week.parse(each["week"]).label
    return Measurement(label, value, rows_url(each["week"], sheet.unit_id, each["numerator_rows"]))


def _below(sheet: Sheet) -> list[Below]:
    """The units directly below in the frozen week, with what the gaps are made of."""
    if sheet.week_id is None:
        return []
    rows = WeekUnit.objects.for_week(sheet.week_id).children_of(sheet.unit_id).in_operation()
    return list(
        rows.values(
            "unit_id", "name", "sub_base_members", "sub_covered_capped", "sub_orgs", "sub_orgs_with_group"
        )
    )


def _gaps(kept: Kept, below: Sequence[Below]) -> list[Gap]:
    """Who below lacks most. READING: of members by the working base, as the assessment base isn't pushed down."""
    name = kept.get("numerator_rows", "")
    if not below or name not in {*COVERED, WITH_GROUP}:
        return []
    columns = (
        ("sub_orgs_with_group", "sub_orgs")
        if name == WITH_GROUP
        else ("sub_covered_capped", "sub_base_members")
    )
    found = [(row, row[columns[0]] or 0, row[columns[1]] or 0) for row in below]
    lacking = sorted((each for each in found if each[2] > each[1]), key=lambda each: each[1] - each[2])
    figure = WITH_GROUP if name == WITH_GROUP else "covered_capped"
    return [
        Gap(
            row["name"],
            percent_text(part, base),
            thousands(base - part),
            _("个") if name == WITH_GROUP else _("人"),
            reverse("reporting:show-rows", args=[kept["week"], row["unit_id"], figure]),
        )
        for row, part, base in lacking[:MOST_GAPS]
    ]


def _decimal(points: Decimal | str) -> Decimal:
    return points if isinstance(points, Decimal) else Decimal(points)


def _ladder(rule: Rule, kept: Kept) -> list[tuple[str, str, bool]]:
    """The bands with their points; marked is the one that was reached."""
    reached, number = kept.get("band"), is_number(rule.metric, rule.params)
    steps = read_bands(rule.params["bands"])
    if number or any(step.is_open or (step.floor or 0) * 100 % 1 for step in steps):
        ranges = [rule_words.band_range(steps, n, number=number) for n in range(len(steps))]
    else:
        floors = [None if step.floor is None else int(step.floor * 100) for step in steps]
        ranges = [_band_label(floor, above) for floor, above in zip(floors, [None, *floors], strict=False)]
    pairs = zip(ranges, steps, strict=True)
    return [(words, points_text(step.points), n == reached) for n, (words, step) in enumerate(pairs)]


def _band_label(floor: int | None, above: int | None) -> str:
    if floor is None:
        return f"<{above}%" if above is not None else _("全部")
    return f"≥{floor}%" if above is None else f"{floor}–{above - 1}%"
