"""抽样的分派和结果: inspectors by lot, a check per sample, 群找不到 (SUP-4.1b)."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from orgs import permissions
from orgs.exceptions import IllegalMove, NotAllowed
from orgs.kernel import clock
from orgs.models import Appointment, User
from orgs.operations import ledger
from orgs.querysets.scope import UnitsInCharge
from reporting import draw as arithmetic
from reporting.choices import DrawState
from reporting.exceptions import ReportingError
from reporting.models import Draw, DrawItem, VerifiedCount
from reporting.operations.draws import LONGEST_REASON, locked
from reporting.operations.inspection import record_check
from reporting.operations.texts import checked

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import date

    from orgs.models import OrgUnit


def candidates(draw: Draw) -> list[User]:
    """Who may record checks somewhere in the draw's scope, in order of the id; one statement."""
    roles = permissions.roles_with(permissions.RECORD_CHECK)
    posts = Appointment.objects.in_force().filter(role__in=roles)
    here = posts.over(draw.scope) | posts.within(UnitsInCharge.below(draw.scope))
    return list(User.objects.filter(is_active=True, pk__in=here.order_by().values("user")).order_by("pk"))


@transaction.atomic
def assign_inspectors(draw_id: int, person_ids: Collection[int], *, by: User) -> Draw:
    """分派: the samples without a result go to these people by lot, as evenly as it can be, never to the own subtree.

    Raises NotAllowed, IllegalMove, ReportingError for somebody who may not inspect there and for a sample that none of
    them may look at.
    """
    draw = locked(draw_id, by=by)
    people = [each for each in candidates(draw) if each.pk in set(person_ids)]
    if not people or len(people) < len(set(person_ids)):
        raise ReportingError(_("请选择可以在这个范围内抽查的人员。"))
    items = list(draw.items.open().select_related("unit").order_by("position"))
    units = {item.unit_id: item.unit for item in items}
    inspectors = [arithmetic.Inspector(each.pk, _barred(each, units)) for each in people]
    try:
        found = arithmetic.assign([item.unit_id for item in items], inspectors, draw.seed)
    except arithmetic.DrawImpossibleError as error:
        text = _("有的样本没有可以回避本单位的抽查人员，请增加抽查人员后再分派。")
        raise ReportingError(text) from error
    for item, person in zip(items, found, strict=True):
        item.inspector_id = person
    DrawItem.objects.bulk_update(items, ["inspector"])
    draw.state = DrawState.ASSIGNED
    draw.save(update_fields=["state"])
    ledger.record("draw.assigned", draw, by=by, people=[each.pk for each in people], samples=len(items))
    return draw


@transaction.atomic
def record_item(item_id: int, *, posts: int, by: User, counted_on: date | None = None) -> DrawItem:
    """登记: how many items the group posted on the last full day (yesterday, unless said otherwise); the grade follows.

    Raises NotAllowed, IllegalMove, ReportingError.
    """
    item = _to_inspect(item_id, by=by)
    day = counted_on or clock.today() - timedelta(days=1)
    first = clock.local(item.draw.drawn_at).date() - timedelta(days=1)
    if day < first:
        # Whoever inspects must not pick a day long past on which the group happened to post.
        raise ReportingError(_("抽查日不能早于抽取的前一天（%(day)s），请更正。") % {"day": first})
    item.check_made = record_check(item.group, draw=item.draw.number, counted_on=day, posts=posts, by=by)
    item.save(update_fields=["check_made"])
    _close_if_done(item.draw, by=by)
    return item


@transaction.atomic
def mark_missing(item_id: int, *, note: str, by: User) -> VerifiedCount:
    """群找不到: what was declared is verified as none; both numbers are kept. Raises NotAllowed, IllegalMove, ReportingError."""
    why = checked(note, label=_("查找情况"), longest=LONGEST_REASON)
    if not why:
        raise ReportingError(_("请说明怎样查找过这个群。"))
    item = _to_inspect(item_id, by=by)
    now = clock.now()
    item.missing_at, item.note = now, why
    item.save(update_fields=["missing_at", "note"])
    count = VerifiedCount.objects.create(
        group=item.group,
        unit=item.group.unit,
        item=item,
        declared=item.group.members,
        verified=0,
        reason=why,
        verified_at=now,
        verified_by=by,
    )
    ledger.record("draw.missing", item, by=by, reason=why, group=item.group_id, declared=count.declared)
    _close_if_done(item.draw, by=by)
    return count


def _to_inspect(item_id: int, *, by: User) -> DrawItem:
    """The sample for writing; its draw is locked first, as the triggers on its samples ask for."""
    known = DrawItem.objects.actionable_by(by, permissions.RECORD_CHECK).only("draw").get(pk=item_id)
    draw = Draw.objects.select_for_update(of=("self",)).get(pk=known.draw_id)
    items = DrawItem.objects.select_for_update(of=("self",)).select_related("group__unit", "check_made")
    item = items.get(pk=item_id)
    item.draw = draw
    if item.inspector_id != by.pk:
        raise NotAllowed(_("这个样本没有分派给您。"))
    if draw.state != DrawState.ASSIGNED:
        raise IllegalMove(_("这次抽样已办结或已重抽，不能再登记。"))
    is_voided = item.check_made is not None and item.check_made.voided_at is not None
    if item.missing_at is not None or (item.check_made is not None and not is_voided):
        raise IllegalMove(_("这个样本已经登记过，请刷新页面。"))
    return item


def _close_if_done(draw: Draw, *, by: User) -> None:
    if draw.items.open().exists():
        return
    draw.state, draw.closed_at = DrawState.CLOSED, clock.now()
    draw.save(update_fields=["state", "closed_at"])
    ledger.record("draw.closed", draw, by=by)


def _barred(person: User, units: dict[int, OrgUnit]) -> frozenset[int]:
    """回避: units where the person may not inspect, or for which the person or a unit of theirs fills in.

    READING: who is appointed to inspect a subtree does so; the subtree to stay away from is that of an appointment in
    which one answers for the work, and for the office that inspects all below it, that office itself.
    """
    in_charge = person.units_in_charge()
    inspects = in_charge.allowing(permissions.RECORD_CHECK)
    answers = in_charge.allowing(permissions.FILL)
    own = UnitsInCharge(tuple(each for each in answers.spans if each not in inspects.spans))
    offices = answers.own_unit_ids()
    return frozenset(
        pk for pk, unit in units.items() if pk in offices or own.covers(unit) or not inspects.covers(unit)
    )
