"""What the pages of a year's round show, made from loaded rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.core.paginator import Page, Paginator
from django.db.models import Count
from django.utils.translation import gettext as _

from orgs import permissions
from scoring import deadlines
from scoring.choices import RoundState, SheetState
from scoring.models import BlindSheet, Sheet
from scoring.operations import rounds, telling

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from orgs.models import User
    from scoring.models import AssessmentGroup, AssessmentRound

PER_PAGE = 50
TONES: dict[str, str] = {
    RoundState.SELF: "info",
    RoundState.SCORING: "info",
    RoundState.OBJECTION: "warn",
    RoundState.PUBLISHED: "ok",
}
SHEET_TONES: dict[str, str] = {
    SheetState.SELF_ASSESSING: "mute",
    SheetState.ASSESSING: "info",
    SheetState.OBJECTION: "warn",
    SheetState.FINAL: "ok",
}


@dataclass(frozen=True, slots=True)
class RoundLine:
    """One round in the list."""

    round: AssessmentRound
    tone: str
    deadline: str
    n_units: int
    n_self: int
    n_final: int


@dataclass(frozen=True, slots=True)
class UnitLine:
    """One unit of the round."""

    sheet: Sheet
    tone: str
    self_words: str
    n_handed_in: int
    n_members: int


@dataclass(frozen=True, slots=True)
class GroupLine:
    """One group: its people, its units, how far it is."""

    group: AssessmentGroup
    leader: str
    others: str
    n_sheets: int
    n_graded: int


@dataclass(frozen=True, slots=True)
class RoundPage:
    """Everything the page of one round shows."""

    round: AssessmentRound
    tone: str
    facts: Sequence[tuple[str, str]]
    kpis: Sequence[tuple[str, int]]
    groups: Sequence[GroupLine]
    lines: Sequence[UnitLine]
    page: Page[Sheet]
    may_run: bool
    is_open: bool
    n_late: int
    n_alone: int


def lines_of(found: Iterable[AssessmentRound]) -> list[RoundLine]:
    """The list; `found` is annotated by `for_list`."""
    return [_line(each) for each in found]


def page_of(round: AssessmentRound, user: User, number: str | None) -> RoundPage:
    """The round as this person sees it: only units in their charge."""
    visible = Sheet.objects.actionable_by(user, permissions.VIEW_SHEET).filter(round=round).standing()
    standing = dict(visible.values_list("state").annotate(n=Count("pk")).order_by())
    page = Paginator(visible.for_round(), PER_PAGE).get_page(number)
    groups = list(round.groups.for_list().with_progress())
    members = {group.pk: len(group.members.all()) for group in groups}
    sheets = telling.shown_to(user, page)
    handed_in = _handed_in(sheets)
    return RoundPage(
        round=round,
        tone=TONES[round.state],
        facts=_facts(round),
        kpis=_kpis(standing),
        groups=[_group_line(each) for each in groups],
        lines=[
            UnitLine(
                each,
                SHEET_TONES[each.state],
                self_words(each),
                handed_in.get(each.pk, 0),
                members.get(each.group_id or 0, 0),
            )
            for each in sheets
        ],
        page=page,
        may_run=rounds.runs(user, round),
        is_open=round.state in {RoundState.SELF, RoundState.SCORING},
        n_late=standing.get(SheetState.SELF_ASSESSING, 0),
        n_alone=sum(1 for each in sheets if each.group_id is None),
    )


def self_words(sheet: Sheet) -> str:
    """How the unit's self-assessment stands."""
    if sheet.no_self_reason:
        return _("未交自评")
    if sheet.state != SheetState.SELF_ASSESSING:
        return _("已交")
    if sheet.round is not None and deadlines.is_over(sheet.round.self_until):
        return _("逾期未交")
    return _("未交")


def phase_deadline(round: AssessmentRound) -> str:
    """The deadline of the phase the round is in, in words; "" where none runs."""
    if round.state == RoundState.SELF:
        return _("自评：%(words)s") % {"words": deadlines.words(round.self_until)}
    if round.state == RoundState.SCORING:
        return _("考评：%(words)s") % {"words": deadlines.words(round.scoring_until)}
    if round.state == RoundState.OBJECTION and round.objections_until is not None:
        return _("异议：%(words)s") % {"words": deadlines.words(round.objections_until)}
    return ""


def _line(round: AssessmentRound) -> RoundLine:
    counts = {state: getattr(round, f"n_{state}") for state in SheetState.values}
    n_units = sum(counts.values())
    return RoundLine(
        round=round,
        tone=TONES[round.state],
        deadline=phase_deadline(round),
        n_units=n_units,
        n_self=n_units - counts[SheetState.SELF_ASSESSING],
        n_final=counts[SheetState.FINAL],
    )


def _facts(round: AssessmentRound) -> list[tuple[str, str]]:
    scheme = _("%(title)s 第%(version)s版（%(state)s）") % {
        "title": round.scheme.title,
        "version": round.scheme.version,
        "state": round.scheme.get_state_display(),
    }
    return [
        (_("组织单位"), round.unit.name),
        (_("考评方案"), scheme),
        (_("自评截止"), deadlines.words(round.self_until)),
        (_("考评截止"), deadlines.words(round.scoring_until)),
        (_("异议期"), _("告知结果后 %(n)s 天") % {"n": round.objection_days}),
    ]


def _kpis(standing: dict[str, int]) -> list[tuple[str, int]]:
    return [
        (_("被考核单位"), sum(standing.values())),
        *((str(SheetState(state).label), standing.get(state, 0)) for state in SheetState.values),
    ]


def _group_line(group: AssessmentGroup) -> GroupLine:
    members = list(group.members.all())
    leaders = [each.user.display_name for each in members if each.leads]
    others = [each.user.display_name for each in members if not each.leads]
    counts = group.n_sheets, group.n_graded  # type: ignore[attr-defined]  # as `with_progress` counts them
    return GroupLine(group, "、".join(leaders), "、".join(others), *counts)


def _handed_in(sheets: Sequence[Sheet]) -> dict[int, int]:
    """How many of today's members have handed in, by sheet; one statement."""
    found = BlindSheet.objects.filter(sheet__in=sheets, handed_in_at__isnull=False).of_members()
    return dict(found.values_list("sheet").annotate(n=Count("pk")).order_by())
