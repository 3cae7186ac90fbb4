"""The page of a round's results: what is missing before they are out, the ranking, last year's, where points are lost."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from orgs.kernel import clock
from orgs.kernel.numbers import percent_of, points_text
from orgs.operations.exporting import FileTable
from scoring import ranking
from scoring.choices import Audience
from scoring.models import Criterion, Score, Sheet
from scoring.operations import explanations, publishing, rounds
from scoring.pages.sheets import TONES

if TYPE_CHECKING:
    from orgs.models import User
    from orgs.operations.exporting import Cell
    from scoring.models import AssessmentRound

MOST_LOSSES = 10


@dataclass(frozen=True, slots=True)
class PlaceLine:
    """One row of the ranking, in words."""

    place: ranking.Place
    rank: str
    points: str
    grade: str
    tone: str
    before: str
    delta: str
    moved: str
    notes: Sequence[str]


@dataclass(frozen=True, slots=True)
class LossLine:
    """Where points are lost: one criterion with its item."""

    loss: ranking.Loss
    mean: str
    share: str


@dataclass(frozen=True, slots=True)
class BinLine:
    """One step of the distribution; `width` in hundredths of the longest bar."""

    label: str
    n: int
    width: int


@dataclass(frozen=True, slots=True)
class PublicationPage:
    """Everything the page shows to this person."""

    round: AssessmentRound
    may_run: bool
    shows_all: bool
    missing: Sequence[str]
    kinds: Sequence[tuple[str, str, bool]]
    lines: Sequence[PlaceLine]
    n_units: int
    n_final: int
    n_unasked: int  # units that owe an explanation nobody demanded yet
    due_on: date
    commended: Sequence[Sheet]
    grades: Sequence[tuple[str, int, int]]
    bins: Sequence[BinLine]
    losses: Sequence[LossLine]


def page_of(round: AssessmentRound, user: User, kind: str) -> PublicationPage:
    """The results as this person may read them: all of them where the person runs the round or the committee opened
    the ranking, else those of the own unit and the list of the commended.
    """
    may_run = rounds.runs(user, round)
    shows_all = may_run or round.audience == Audience.RANKING
    standing = Sheet.objects.filter(round=round).standing().for_results()
    found = list(standing.final())
    kinds = sorted({(sheet.unit.kind.pk, sheet.unit.kind.name) for sheet in found})
    chosen = [sheet for sheet in found if not kind or sheet.unit.kind_id == kind]
    before = _last_year(round, chosen)
    lines = [_line(place) for place in ranking.places(chosen, before)]
    own = user.units_in_charge().own_unit_ids()
    return PublicationPage(
        round=round,
        may_run=may_run,
        shows_all=shows_all,
        missing=publishing.missing_for_publication(round) if may_run and not round.is_published else [],
        kinds=[(_("全部"), "?", not kind)] + [(name, f"?kind={pk}", pk == kind) for pk, name in kinds]
        if shows_all and len(kinds) > 1
        else [],
        lines=lines if shows_all else [line for line in lines if line.place.sheet.unit_id in own],
        n_units=standing.count(),
        n_final=len(found),
        n_unasked=explanations.unasked(round).count() if may_run and round.is_published else 0,
        due_on=clock.today() + timedelta(days=explanations.DAYS),
        commended=ranking.commended(found),
        grades=ranking.grades(chosen, before.values()) if shows_all else [],
        bins=_bins(chosen, round) if shows_all else [],
        losses=_losses(chosen) if shows_all else [],
    )


def as_table(page: PublicationPage) -> FileTable:
    """The rows the page shows as a file, with the ranks only where the page has them."""
    head = [_("单位"), _("类型"), _("考评得分"), _("等次"), _("上年得分"), _("比上年"), _("说明")]
    rows: list[list[Cell]] = [
        [
            line.place.sheet.unit.name,
            line.place.sheet.unit.kind.name,
            line.points,
            line.grade,
            line.before,
            line.delta,
            "；".join(line.notes),
        ]
        for line in page.lines
    ]
    if page.shows_all:
        head = [_("名次"), *head]
        rows = [[line.place.rank, *row] for line, row in zip(page.lines, rows, strict=True)]
    return FileTable.listed(_("%(title)s结果") % {"title": page.round.title}, head, rows)


def _last_year(round: AssessmentRound, sheets: Sequence[Sheet]) -> dict[int, Sheet]:
    """Standing results of the year before by the same scheme, by unit."""
    earlier = Sheet.objects.of_year(round.year - 1).filter(scheme__code=round.scheme.code)
    units = [sheet.unit_id for sheet in sheets]
    return {sheet.unit_id: sheet for sheet in earlier.filter(unit__in=units).standing().final()}


def _line(place: ranking.Place) -> PlaceLine:
    sheet = place.sheet
    delta = place.delta
    return PlaceLine(
        place,
        _("%(n)s（并列）") % {"n": place.rank} if place.n_equal > 1 else str(place.rank),
        points_text(sheet.total_points),
        sheet.get_grade_display(),
        TONES.get(sheet.grade, "mute"),
        points_text(place.before.total_points) if place.before else _("无"),
        "" if delta is None else f"{'+' if delta > 0 else ''}{points_text(delta)}",
        _moved(place.moved),
        _notes(sheet),
    )


def _moved(moved: int | None) -> str:
    if not moved:
        return "" if moved is None else _("持平")
    return _("升 %(n)s 位") % {"n": moved} if moved > 0 else _("降 %(n)s 位") % {"n": -moved}


def _notes(sheet: Sheet) -> list[str]:
    notes = [str(each.get_kind_display()) for each in sheet.consequences.all() if each.is_confirmed]
    notes += [_("党组会决定 %(number)s") % {"number": each.record_number} for each in sheet.decisions.all()]
    if sheet.revision > 1:
        notes.append(_("第 %(n)s 次修订") % {"n": sheet.revision})
    return list(dict.fromkeys(notes))


def _bins(sheets: Sequence[Sheet], round: AssessmentRound) -> list[BinLine]:
    totals = [sheet.total_points for sheet in sheets if sheet.total_points is not None]
    found = ranking.distribution(totals, round.scheme.full_points)
    longest = max((each.n for each in found), default=0)
    return [
        BinLine(f"{each.low.normalize():f}–{each.high.normalize():f}", each.n, each.n * 100 // (longest or 1))
        for each in reversed(found)
    ]


def _losses(sheets: Sequence[Sheet]) -> list[LossLine]:
    """Of every edition the sheets are of: a round takes in those of an earlier one as they are. Alike criteria count together."""
    criteria = (
        Criterion.objects.filter(item__section__scheme__in={sheet.scheme_id for sheet in sheets})
        .select_related("item__section")
        .order_by("-item__section__scheme__version", "item__section__position", "item__position", "position")
    )
    alike: dict[tuple[str, str, Decimal], Criterion] = {}
    shown = {
        each.pk: alike.setdefault((each.code, each.label, each.max_points), each).pk for each in criteria
    }
    points: dict[int, list[Decimal]] = defaultdict(list)
    given = Score.objects.filter(sheet__in=[sheet.pk for sheet in sheets], assessed_points__isnull=False)
    for criterion_id, each in given.values_list("criterion_id", "assessed_points"):
        if each is not None:
            points[shown[criterion_id]].append(each)
    found = [loss for loss in ranking.losses(alike.values(), points) if loss.lost > 0]
    return [LossLine(loss, _hundredths(loss), percent_of(loss.share)) for loss in found[:MOST_LOSSES]]


def _hundredths(loss: ranking.Loss) -> str:
    mean = loss.mean
    if mean is None:
        return "—"
    return points_text(Decimal(mean.numerator) / Decimal(mean.denominator))
