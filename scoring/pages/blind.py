"""What the pages of blind scoring show: the own tasks, the own sheet, and once all have handed in, everybody's side by side."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Count
from django.urls import reverse
from django.utils.translation import gettext as _

from orgs import permissions
from scoring import deadlines
from scoring.choices import SheetState
from scoring.models import BlindScore, BlindSheet, GroupMember, Sheet
from scoring.operations import blind_scores

if TYPE_CHECKING:
    from collections.abc import Sequence
    from decimal import Decimal

    from django.forms import BoundField, Form

    from orgs.models import User
    from scoring.forms.blind import AgreeForm
    from scoring.models import Score


@dataclass(frozen=True, slots=True)
class Task:
    """One sheet of the person's groups, and what is to be done with it."""

    sheet: Sheet
    word: str
    tone: str
    detail: str
    url: str
    verb: str

    @property
    def is_open(self) -> bool:
        return bool(self.verb)


@dataclass(frozen=True, slots=True)
class Field:
    """One criterion of the own sheet."""

    score: Score
    points: BoundField
    note: BoundField


@dataclass(frozen=True, slots=True)
class Column:
    """One assessor of the comparison."""

    name: str
    has_left: bool


@dataclass(frozen=True, slots=True)
class Line:
    """One criterion with everybody's points, in the order of the columns."""

    score: Score
    given: Sequence[tuple[Column, BlindScore | None]]
    differs: bool
    points: BoundField | None
    reason: BoundField | None


def tasks_of(user: User) -> list[Task]:
    """The sheets of the person's groups that may still be scored, what is to be done first; five statements."""
    mine = Sheet.objects.actionable_by(user, permissions.VIEW_SHEET).assigned_to(user)
    open_states = [SheetState.SELF_ASSESSING, SheetState.ASSESSING]
    sheets = list(mine.filter(state__in=open_states).for_round().order_by("round__scoring_until", "pk"))
    own = {each.sheet_id: each for each in BlindSheet.objects.filter(sheet__in=sheets, assessor=user)}
    done = BlindSheet.objects.filter(sheet__in=sheets, handed_in_at__isnull=False).of_members()
    n_done = dict(done.values_list("sheet").annotate(n=Count("pk")).order_by())
    members = GroupMember.objects.filter(group__in=[each.group_id for each in sheets])
    n_members: dict[int, int] = defaultdict(int)
    leading = set()
    for group_id, user_id, leads in members.values_list("group", "user", "leads"):
        n_members[group_id] += 1
        if leads and user_id == user.pk:
            leading.add(group_id)
    found = [
        _correction(each, each.group_id in leading)
        if each.revision > 1
        else _task(
            each,
            own.get(each.pk),
            n_members[each.group_id or 0] - n_done.get(each.pk, 0),
            each.group_id in leading,
        )
        for each in sheets
    ]
    return sorted(found, key=lambda task: not task.is_open)


def own_of(sheet: Sheet, user: User) -> tuple[BlindSheet | None, dict[int, BlindScore]]:
    """What the person has kept for the sheet, by criterion."""
    blind = BlindSheet.objects.filter(sheet=sheet, assessor=user).first()
    return blind, {each.criterion_id: each for each in blind.scores.all()} if blind else {}


def is_open_to(sheet: Sheet, own: BlindSheet | None) -> bool:
    """Whether a member still scores the sheet alone: no correction, and not handed in."""
    is_scored = sheet.state == SheetState.ASSESSING and sheet.revision == 1
    return is_scored and not (own and own.handed_in_at)


def fields_of(form: Form, scores: Sequence[Score]) -> list[Field]:
    """The own sheet, criterion by criterion."""
    return [Field(each, form[f"points_{each.pk}"], form[f"note_{each.pk}"]) for each in scores]


def members_of(sheet: Sheet) -> list[tuple[GroupMember, bool]]:
    """Members and whether each has handed in; says nothing of what they found."""
    done = set(
        BlindSheet.objects.filter(sheet=sheet, handed_in_at__isnull=False).values_list("assessor", flat=True)
    )
    members = GroupMember.objects.filter(group=sheet.group_id).select_related("user")
    return [(each, each.user_id in done) for each in members]


def given_by_all(sheet: Sheet) -> list[BlindSheet]:
    """SECURITY: what everybody found, nothing before the sheet is opened; whoever left the group after handing in too."""
    if not blind_scores.is_opened(sheet):
        return []
    handed_in = BlindSheet.objects.filter(sheet=sheet, handed_in_at__isnull=False)
    return list(
        handed_in.select_related("assessor").prefetch_related("scores").order_by("handed_in_at", "pk")
    )


def alike(given: Sequence[BlindSheet]) -> dict[int, Decimal]:
    """Points that all gave alike, by criterion. No average is ever made (SUP-4.3)."""
    found: dict[int, list[Decimal]] = defaultdict(list)
    for blind in given:
        for score in blind.scores.all():
            found[score.criterion_id].append(score.points)
    return {
        pk: points[0] for pk, points in found.items() if len(points) == len(given) and len(set(points)) == 1
    }


def columns_of(given: Sequence[BlindSheet], members: Sequence[tuple[GroupMember, bool]]) -> list[Column]:
    """Who stands above each column."""
    present = {each.user_id for each, _done in members}
    return [Column(each.assessor.display_name, each.assessor_id not in present) for each in given]


def lines_of(
    scores: Sequence[Score],
    given: Sequence[BlindSheet],
    columns: Sequence[Column],
    form: AgreeForm | None,
) -> list[Line]:
    """The comparison: criterion by assessor, those on which they differ marked."""
    by_assessor = [{each.criterion_id: each for each in blind.scores.all()} for blind in given]
    lines = []
    for score in scores:
        found = [kept.get(score.criterion_id) for kept in by_assessor]
        points = {each.points if each else None for each in found}
        lines.append(
            Line(
                score,
                list(zip(columns, found, strict=True)),
                len(points) > 1,
                form[f"points_{score.pk}"] if form else None,
                form[f"reason_{score.pk}"] if form and f"reason_{score.pk}" in form.fields else None,
            )
        )
    return lines


def _correction(sheet: Sheet, is_leading: bool) -> Task:
    """Nothing of it is found alone, and it comes after the deadline."""
    url, verb = reverse("scoring:agree-scores", args=[sheet.pk]), _("去商定") if is_leading else ""
    return Task(sheet, _("更正中"), "warn", sheet.correction_reason, url, verb)


def _task(sheet: Sheet, own: BlindSheet | None, n_waiting: int, is_leading: bool) -> Task:
    detail = deadlines.words(sheet.round.scoring_until) if sheet.round else ""
    blind_url, agree_url = (
        reverse(f"scoring:{name}", args=[sheet.pk]) for name in ("score-blind", "agree-scores")
    )
    if sheet.state == SheetState.SELF_ASSESSING:
        return Task(sheet, _("单位自评中"), "mute", detail, sheet.get_absolute_url(), "")
    if sheet.round and deadlines.is_over(sheet.round.scoring_until) and not sheet.grade:
        return Task(sheet, _("考评已截止"), "bad", detail, sheet.get_absolute_url(), "")
    if own is None or own.handed_in_at is None:
        word, tone = (_("评分中"), "info") if own else (_("未评"), "warn")
        return Task(sheet, word, tone, detail, blind_url, _("去评分"))
    if n_waiting > 0:
        words = _("已提交，等待 %(n)s 人") % {"n": n_waiting}
        return Task(sheet, words, "info", detail, agree_url, "")
    if sheet.grade:
        return Task(sheet, _("已评完"), "ok", detail, agree_url, "")
    return Task(sheet, _("待商定"), "warn", detail, agree_url, _("去商定") if is_leading else "")
