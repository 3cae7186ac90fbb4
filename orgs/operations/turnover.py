"""毕业换届: the branches of an intake close and those of the next one open in one batch; taken back until the week ends."""

from __future__ import annotations

import uuid
from collections import defaultdict
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from orgs.choices import Kind
from orgs.exceptions import Conflict, IllegalMove, InvalidUnit
from orgs.kernel import clock
from orgs.kernel.clock import Week
from orgs.models import IdempotencyKey, IntakeTurnover, OrgUnit
from orgs.operations import closing, intakes, ledger, locks, opening, placement, upper
from orgs.operations.opening import UnitBelow

if TYPE_CHECKING:
    from collections.abc import Sequence

    from orgs.models import User
    from orgs.operations.intakes import NewBranch

LONGEST_REASON = 200
KEY = "turnover"


@transaction.atomic
def turn_over(
    unit: OrgUnit,
    *,
    closed_intake: int,
    opened_intake: int,
    new: Sequence[NewBranch],
    reason: str,
    by: User,
    seen: str = "",
    idempotency_key: str = "",
) -> IntakeTurnover:
    """Close every branch of one intake below the unit, with accounts, groups, terms and open forms, and open the new ones.

    `seen` names the branches the person saw in the preview. The same key twice is one turnover. Raises InvalidUnit,
    MayNotContain, NotAllowed; Conflict if other branches would close than those seen.
    """
    claim = _claim(idempotency_key, by)
    if claim.location:
        return IntakeTurnover.objects.visible_to(by).get(pk=claim.location.rpartition("/")[2])
    placement.refuse_without_reason(reason)
    unit = _locked(unit)
    placement.refuse_stranger(by, unit)
    leaving = list(intakes.branches_below(unit, by=by).filter(intake_year=closed_intake).order_by("lft"))
    _refuse_faulty(leaving, closed_intake, opened_intake, seen)
    at = clock.now()
    closing.close_units(leaving, reason=reason, by=by, at=at)
    opened = opening.open_below(_units_below(unit, leaving, new, opened_intake), by=by)
    turnover = IntakeTurnover.objects.create(
        unit=unit,
        closed_intake=closed_intake,
        opened_intake=opened_intake,
        closed_unit_ids=[each.pk for each in leaving],
        opened_unit_ids=[each.pk for each in opened],
        reason=reason.strip()[:LONGEST_REASON],
        by=by,
        at=at,
    )
    claim.location = f"orgs.intaketurnover/{turnover.pk}"
    claim.save(update_fields=["location"])
    counts = {"n_closed": len(leaving), "n_opened": len(opened)}
    ledger.record("turnover.done", turnover, by=by, unit=unit, reason=turnover.reason, **counts)
    return turnover


@transaction.atomic
def undo(turnover: IntakeTurnover, *, reason: str, by: User) -> IntakeTurnover:
    """撤回: the old branches are in operation again with what was closed with them, the new ones are closed.

    Until the week ends (Asia/Shanghai), and while nothing has happened in the new branches. Raises IllegalMove, InvalidUnit,
    NotAllowed.
    """
    placement.refuse_without_reason(reason)
    unit = _locked(turnover.unit)
    placement.refuse_stranger(by, unit)
    turnover = IntakeTurnover.objects.select_for_update(of=("self",)).get(pk=turnover.pk)
    hindrance = why_not_undone(turnover)
    if hindrance:
        raise IllegalMove(hindrance)
    at = clock.now()
    by_id = OrgUnit.objects.in_bulk([*turnover.closed_unit_ids, *turnover.opened_unit_ids])
    opened, closed = (
        [by_id[pk] for pk in ids] for ids in (turnover.opened_unit_ids, turnover.closed_unit_ids)
    )
    closing.close_units(opened, reason=reason, by=by, at=at)
    closing.reopen_units(closed, undoes=turnover.at, reason=reason, by=by, at=at)
    turnover.undone_by, turnover.undone_at = by, at
    turnover.save(update_fields=["undone_by", "undone_at"])
    ledger.record("turnover.undone", turnover, by=by, unit=unit, reason=reason.strip())
    return turnover


def is_open_to_undo(turnover: IntakeTurnover) -> bool:
    """The week in which it was done runs on, and nobody has taken it back; what happened below is not looked at."""
    return turnover.undone_at is None and Week.containing(turnover.at) == Week.current()


def why_not_undone(turnover: IntakeTurnover) -> str:
    """Why it can't be taken back, in words; "" if it can."""
    if turnover.undone_at is not None:
        return _("已经撤回过，不用再撤。")
    if not is_open_to_undo(turnover):
        return _("办理的当周已经结束，不能再撤回。请用“新增”“撤销”单独调整。")
    changed = OrgUnit.objects.filter(pk__in=turnover.opened_unit_ids).exclude(version=1, is_open=True)
    if changed.exists() or OrgUnit.objects.filter(parent_id__in=turnover.opened_unit_ids).exists():
        return _("新的团支部已有变动，不能整批撤回。")
    happened = upper.happened_in(turnover.opened_unit_ids)
    if happened:
        named = "、".join(f"{each.label} {each.count}" for each in happened)
        return _("新的团支部已有%(what)s，不能整批撤回。") % {"what": named}
    return ""


def change_of_undoing(turnover: IntakeTurnover, *, by: User) -> upper.Change:
    """The change that upper apps preview before it is taken back."""
    closed = list(OrgUnit.objects.filter(pk__in=turnover.closed_unit_ids))
    return closing.change_of_reopening(closed, undoes=turnover.at, by=by)


def _locked(unit: OrgUnit) -> OrgUnit:
    found = locks.lock_units([unit.pk]).get(unit.pk)
    if found is None or found.is_national:
        raise InvalidUnit(_("请到省级或以下的团组织办理毕业换届。"))
    placement.refuse_closed(found)
    return found


def _refuse_faulty(leaving: Sequence[OrgUnit], closed_intake: int, opened_intake: int, seen: str) -> None:
    if not leaving:
        raise InvalidUnit(_("没有在册的%(year)s级团支部，请刷新页面核对。") % {"year": closed_intake})
    if len(leaving) > intakes.MOST_BRANCHES:
        raise InvalidUnit(
            _("一次最多办理 %(n)s 个团支部，请到各高校分别办理。") % {"n": intakes.MOST_BRANCHES}
        )
    if opened_intake <= closed_intake:
        raise InvalidUnit(_("新入学年级应晚于毕业年级，请检查。"))
    if seen and seen != intakes.digest([each.pk for each in leaving]):
        raise Conflict(_("核对以后团支部有变动，请重新核对再确认。"))


def _units_below(
    unit: OrgUnit, leaving: Sequence[OrgUnit], new: Sequence[NewBranch], intake_year: int
) -> list[UnitBelow]:
    """The new branches, in the official order of those they follow. Only superiors that lose branches get new ones."""
    positions: dict[int, list[int]] = defaultdict(list)
    for each in leaving:
        if each.parent_id is not None:
            positions[each.parent_id].append(each.position)
    strange = {each.parent_id for each in new} - positions.keys()
    if strange:
        raise InvalidUnit(_("新的团支部只能设在有团支部毕业的院系，请刷新页面后再试。"))
    today, found = clock.today(), []
    for branch in new:
        left = positions[branch.parent_id]
        position = left.pop(0) if len(left) > 1 else left[0]
        facts = (branch.code, branch.name, intake_year, position, today)
        found.append(UnitBelow(branch.parent_id, Kind.CLASS_BRANCH, *facts))
    return found


def _claim(key: str, by: User) -> IdempotencyKey:
    """The key, taken for this turnover; with a `location` when it was answered before."""
    key = f"{KEY}:{key or uuid.uuid4().hex}"[:64]
    try:
        with transaction.atomic():
            return IdempotencyKey.objects.create(user=by, key=key, created_at=clock.now())
    except IntegrityError:
        return IdempotencyKey.objects.get(user=by, key=key)
