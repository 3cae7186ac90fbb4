"""考核小组: named or drawn by lot, changed while the round is open, and which units each of them assesses (SUP-4.0)."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from orgs import permissions
from orgs.kernel import clock
from orgs.models import Appointment, User
from orgs.operations import ledger
from orgs.querysets.scope import UnitsInCharge
from reporting import draw as arithmetic
from reporting.operations.draw_assigning import charges
from scoring import lots
from scoring.choices import MemberWay, RoundState, SheetState
from scoring.exceptions import NotReady, ScoringError
from scoring.models import AssessmentGroup, BlindSheet, GroupMember, Sheet
from scoring.operations import rounds
from scoring.operations.finalising import cleaned_reason
from scoring.operations.sheets import assesses

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from django.db.models import QuerySet

    from orgs.models import OrgUnit
    from scoring.models import AssessmentRound

FEWEST = 2
MOST = 15


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody who may assess at least one unit of the round, and which ones."""

    user: User
    unit_ids: frozenset[int]
    is_taken: bool  # is in a group of the round already


def candidates(round: AssessmentRound) -> list[Candidate]:
    """Who can be a member, in order of the id: of the round's own office, or assessor of a unit of it; avoidance applied.

    Four statements, however many there are.
    """
    units = [sheet.unit for sheet in _open_sheets(round).select_related("unit")]
    assessing = permissions.roles_with(permissions.ASSESS)
    running = permissions.roles_with(permissions.RUN_ASSESSMENT)
    posts = Appointment.objects.in_force().within(UnitsInCharge.below(round.unit))
    posts = posts.filter(user__is_active=True, role__in=assessing | running)
    people = {
        post.user_id: post.user
        for post in posts.select_related("user")
        if post.role in assessing or post.unit_id == round.unit_id
    }
    taken = set(GroupMember.objects.filter(group__round=round).values_list("user_id", flat=True))
    found = []
    for pk, charge in sorted(charges(list(people)).items()):
        able = frozenset(unit.pk for unit in units if assesses(charge, unit))
        if able:
            found.append(Candidate(people[pk], able, pk in taken))
    return found


@transaction.atomic
def name_group(
    round: AssessmentRound, name: str, person_ids: Sequence[int], leader_id: int, *, by: User
) -> AssessmentGroup:
    """A group of these people, one of whom leads. Raises ScoringError for who can't be a member, NotReady, NotAllowed."""
    round = _locked(round, by)
    free = {each.user.pk for each in candidates(round) if not each.is_taken}
    _require_members(person_ids, leader_id, free)
    group = _create(round, name)
    _enter(group, person_ids, leader_id, MemberWay.NAMED)
    ledger.record("assessment.group_named", group, by=by, unit=round.unit, people=list(person_ids))
    return group


@transaction.atomic
def draw_group(
    round: AssessmentRound,
    name: str,
    size: int,
    *,
    by: User,
    person_ids: Sequence[int] | None = None,
) -> AssessmentGroup:
    """抽签: `size` people of the lot; who comes first leads. The lot is everybody who is free, or those of `person_ids`.

    Seed and lot are kept, so that anybody can draw again (`lots.members`). Raises ScoringError where too few are in
    the lot, NotReady, NotAllowed.
    """
    round = _locked(round, by)
    free = [each.user.pk for each in candidates(round) if not each.is_taken]
    lot = free if person_ids is None else [pk for pk in free if pk in set(person_ids)]
    if not FEWEST <= size <= MOST or len(lot) < size:
        text = _("抽 %(fewest)s 至 %(most)s 人，不能多于可以参加抽签的人数（%(n)s 人）。")
        raise ScoringError(text % {"fewest": FEWEST, "most": MOST, "n": len(lot)})
    # A seed nobody chose: whoever may choose it could try until the people suit.
    seed = secrets.token_hex(8)
    drawn = lots.members(seed, lot, size)
    group = _create(round, name, seed=seed, drawn_from=lot)
    _enter(group, drawn, drawn[0], MemberWay.DRAWN)
    ledger.record("assessment.group_drawn", group, by=by, unit=round.unit, seed=seed, lot=lot, people=drawn)
    return group


@transaction.atomic
def change_members(
    group: AssessmentGroup, person_ids: Sequence[int], leader_id: int, *, reason: str, by: User
) -> AssessmentGroup:
    """Other people, or another leader; what those who leave found stays. Every new one may assess all of its units.

    Raises ReasonRequired, ScoringError for who can't be a member, NotReady, NotAllowed.
    """
    round = _locked(group.round, by)
    group = AssessmentGroup.objects.select_for_update(of=("self",), no_key=True).get(pk=group.pk)
    reason = cleaned_reason(reason, _("请填写更换成员的理由。"))
    before = {each.user_id: each for each in group.members.all()}
    assigned = frozenset(_open_sheets(round).filter(group=group).values_list("unit_id", flat=True))
    free = {each.user.pk for each in candidates(round) if not each.is_taken and assigned <= each.unit_ids}
    _require_members(person_ids, leader_id, free | set(before))
    group.members.update(leads=False)
    group.members.exclude(user__in=person_ids).delete()
    _enter(group, [pk for pk in person_ids if pk not in before], leader_id, MemberWay.NAMED)
    group.members.filter(user=leader_id).update(leads=True)
    people = {"before": sorted(before), "people": list(person_ids), "leader": leader_id}
    ledger.record("assessment.group_changed", group, by=by, unit=round.unit, reason=reason, **people)
    return group


@transaction.atomic
def assign(
    round: AssessmentRound, sheet_ids: Collection[int], group: AssessmentGroup | None, *, by: User
) -> int:
    """分派 by hand: these sheets go to the group, or to none; how many changed. Nobody assesses a unit of their own.

    Raises ScoringError where a member may not assess a unit, NotReady for a sheet somebody has scored, NotAllowed.
    """
    round = _locked(round, by)
    chosen = _open_sheets(round).filter(pk__in=sheet_ids).exclude(group=group).select_for_update(of=("self",))
    sheets = list(chosen.select_related("unit").order_by("pk"))
    if group is None:
        sheets = [sheet for sheet in sheets if sheet.group_id]
    elif group.round_id != round.pk:
        raise ScoringError(_("这个考核小组不属于本次考评，请刷新页面。"))
    if BlindSheet.objects.filter(sheet__in=sheets, handed_in_at__isnull=False).exists():
        raise NotReady(_("已有考核小组成员提交评分的单位不能改派。"))
    if group is not None:
        _require_avoidance(group, sheets)
    for sheet in sheets:
        sheet.group = group
    _keep_groups(sheets)
    if sheets:
        ids = [sheet.pk for sheet in sheets]
        about = group.pk if group else None
        ledger.record("assessment.sheets_assigned", round, by=by, unit=round.unit, sheets=ids, group=about)
    return len(sheets)


@transaction.atomic
def assign_by_lot(round: AssessmentRound, *, by: User) -> int:
    """分派 by lot: sheets without a group go to the groups as evenly as avoidance allows; how many. The seed is kept.

    Raises ScoringError for a unit that no group may assess, NotReady, NotAllowed.
    """
    round = _locked(round, by)
    waiting = _open_sheets(round).filter(group__isnull=True).select_for_update(of=("self",))
    sheets = list(waiting.select_related("unit").order_by("pk"))
    groups = list(round.groups.prefetch_related("members"))
    if not groups:
        raise ScoringError(_("还没有考核小组，请先组成考核小组。"))
    if not sheets:
        return 0
    seed = secrets.token_hex(8)
    barred = _barred(groups, [sheet.unit for sheet in sheets])
    inspectors = [arithmetic.Inspector(group.pk, barred[group.pk]) for group in groups]
    try:
        found = arithmetic.assign([sheet.unit_id for sheet in sheets], inspectors, seed)
    except arithmetic.DrawImpossibleError as error:
        raise ScoringError(_("有的单位没有可以回避的考核小组，请增加考核小组或更换成员。")) from error
    for sheet, group_id in zip(sheets, found, strict=True):
        sheet.group_id = group_id
    _keep_groups(sheets)
    pairs = [[sheet.pk, sheet.group_id] for sheet in sheets]
    ledger.record("assessment.sheets_assigned", round, by=by, unit=round.unit, seed=seed, pairs=pairs)
    return len(sheets)


def _locked(round: AssessmentRound, by: User) -> AssessmentRound:
    round = rounds.locked(round.pk, by=by)
    if round.state not in {RoundState.SELF, RoundState.SCORING}:
        raise NotReady(_("考评结果已经告知，考核小组不能再改。"))
    return round


def _open_sheets(round: AssessmentRound) -> QuerySet[Sheet]:
    return Sheet.objects.filter(round=round, state__in=[SheetState.SELF_ASSESSING, SheetState.ASSESSING])


def _require_members(person_ids: Sequence[int], leader_id: int, allowed: Collection[int]) -> None:
    if not FEWEST <= len(set(person_ids)) <= MOST:
        text = _("考核小组须有 %(fewest)s 至 %(most)s 人。")
        raise ScoringError(text % {"fewest": FEWEST, "most": MOST})
    if leader_id not in person_ids:
        raise ScoringError(_("请在成员中选择一位组长。"))
    if not set(person_ids) <= set(allowed):
        raise ScoringError(_("有的人员不能参加这个考核小组：已在其他小组，或须回避。请重新选择。"))


def _require_avoidance(group: AssessmentGroup, sheets: Iterable[Sheet]) -> None:
    units = {sheet.unit_id: sheet.unit for sheet in sheets}
    barred = _barred([group], list(units.values()))[group.pk]
    if barred:
        names = "、".join(units[pk].name for pk in sorted(barred))
        text = _("“%(group)s”有成员须回避，或不能考评：%(units)s。")
        raise ScoringError(text % {"group": group.name, "units": names})


def _barred(groups: Sequence[AssessmentGroup], units: Sequence[OrgUnit]) -> Mapping[int, frozenset[int]]:
    """For each group the units that one of its members may not assess; one statement for all the people."""
    members = {group.pk: [each.user_id for each in group.members.all()] for group in groups}
    known = charges([pk for people in members.values() for pk in people])
    return {
        pk: frozenset(
            unit.pk for unit in units if not all(assesses(known[person], unit) for person in people)
        )
        for pk, people in members.items()
    }


def _create(
    round: AssessmentRound, name: str, *, seed: str = "", drawn_from: Sequence[int] = ()
) -> AssessmentGroup:
    last = round.groups.order_by("-position").values_list("position", flat=True).first() or 0
    return AssessmentGroup.objects.create(
        round=round,
        position=last + 1,
        name=name.strip() or _("第%(n)s考核小组") % {"n": last + 1},
        seed=seed,
        drawn_from=list(drawn_from),
        made_at=clock.now(),
    )


def _enter(group: AssessmentGroup, person_ids: Iterable[int], leader_id: int, way: str) -> None:
    GroupMember.objects.bulk_create(
        GroupMember(group=group, user_id=pk, way=way, leads=pk == leader_id) for pk in person_ids
    )


def _keep_groups(sheets: Sequence[Sheet]) -> None:
    for sheet in sheets:
        sheet.version += 1
    Sheet.objects.bulk_update(sheets, ["group", "version"], batch_size=500)
