"""What the list of a year shows: a line per unit, and how far each round and group is, within what the reader sees."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.db.models import Count, Q
from django.utils.translation import gettext as _

from scoring import deadlines
from scoring.choices import SheetState
from scoring.models import AssessmentRound
from scoring.pages import sheets as sheet_pages
from scoring.pages.rounds import TONES, phase_deadline, self_words

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from scoring.models import Sheet
    from scoring.pages.sheets import Line
    from scoring.querysets import SheetQuerySet


@dataclass(frozen=True, slots=True)
class YearLine:
    """One unit: the sums of its sheet, its self-assessment in words, the deadline that runs."""

    line: Line
    self_words: str
    deadline: str
    tone: str


@dataclass(slots=True)
class Standing:
    """How many sheets of a round or of one of its groups have come how far."""

    name: str
    n: int = 0
    n_self: int = 0
    n_graded: int = 0
    n_final: int = 0

    def add(self, row: dict[str, int | str]) -> None:
        n = int(row["n"])
        self.n += n
        self.n_self += 0 if row["state"] == SheetState.SELF_ASSESSING else n
        self.n_graded += int(row["n_graded"])
        self.n_final += n if row["state"] == SheetState.FINAL else 0


@dataclass(slots=True)
class RoundStanding:
    """One round with its groups."""

    round: AssessmentRound
    tone: str
    deadline: str
    whole: Standing
    groups: list[Standing] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Progress:
    """Rounds with their groups, and what the list can be filtered by."""

    rounds: Sequence[RoundStanding]
    kinds: Sequence[str]
    groups: Sequence[tuple[int, str]]
    n_sheets: int


def progress_of(sheets: SheetQuerySet, untold: Q) -> Progress:
    """Counts of the sheets in two statements, however many rounds and groups there are; of `untold` ones none is graded."""
    by = ("round", "group", "group__name", "group__position", "unit__kind", "state")
    graded = Count("pk", filter=~Q(grade="") & ~untold)
    rows = list(sheets.order_by().values(*by).annotate(n=Count("pk"), n_graded=graded))
    known = AssessmentRound.objects.in_bulk({row["round"] for row in rows if row["round"]})
    rounds: dict[int, RoundStanding] = {
        pk: RoundStanding(each, TONES[each.state], phase_deadline(each), Standing(each.title))
        for pk, each in sorted(known.items())
    }
    groups: dict[tuple[int, int], Standing] = {}
    for row in sorted(rows, key=lambda row: (row["round"] or 0, row["group__position"] or 0)):
        if row["round"]:
            rounds[row["round"]].whole.add(row)
        if row["group"]:
            at = (row["round"], row["group"])
            if at not in groups:
                groups[at] = Standing(row["group__name"])
                rounds[row["round"]].groups.append(groups[at])
            groups[at].add(row)
    return Progress(
        rounds=list(rounds.values()),
        kinds=sorted({row["unit__kind"] for row in rows}),
        groups=[(group, standing.name) for (_round, group), standing in groups.items()],
        n_sheets=sum(row["n"] for row in rows),
    )


def lines_of(sheets: Iterable[Sheet]) -> list[YearLine]:
    """The units of one page; the sheets are loaded by `for_list`."""
    return [_line(each) for each in sheets]


def _line(sheet: Sheet) -> YearLine:
    deadline, tone = "", "muted"
    round = sheet.round
    if round is not None and sheet.state == SheetState.SELF_ASSESSING:
        deadline = _("自评%(rest)s") % {"rest": deadlines.rest(round.self_until)}
        tone = "text-bad" if deadlines.is_over(round.self_until) else "muted"
    elif round is not None and sheet.state == SheetState.ASSESSING:
        deadline = _("考评%(rest)s") % {"rest": deadlines.rest(round.scoring_until)}
        tone = "text-bad" if deadlines.is_over(round.scoring_until) else "muted"
    return YearLine(sheet_pages.line_of(sheet), self_words(sheet), deadline, tone)
