"""异议: a unit objects to a check or to 核减 within the set time, a second inspector looks again, the organiser decides.

Of a check the same day is counted again, of 核减 the people in the group; both results stay, whatever is decided.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from orgs import permissions
from orgs.choices import NotificationKind
from orgs.exceptions import IllegalMove, NotAllowed
from orgs.kernel import clock
from orgs.models import Appointment, OrgUnit, User
from orgs.operations import ledger
from reporting import draw as arithmetic
from reporting import objecting
from reporting.choices import CheckKind, DrawState
from reporting.exceptions import ReportingError
from reporting.models import Draw, DrawItem, Objection, SpotCheck, VerifiedCount
from reporting.operations.draw_assigning import answers_for, barred_from, charges
from reporting.operations.inspection import LONGEST_REASON, direct_unit_of, mark_void, write_check
from reporting.operations.texts import checked
from reporting.operations.verified_counts import MOST_MEMBERS, mark_count_void

if TYPE_CHECKING:
    from orgs.querysets.scope import Span

OBJECTED, DECIDED = NotificationKind.CHECK_OBJECTED, NotificationKind.OBJECTION_DECIDED


def own_span(finding: SpotCheck | VerifiedCount, person: User) -> Span | None:
    """The nearest of the person's offices that answers for the unit checked; None: not theirs to object."""
    spans = [span for span in answers_for(person.units_in_charge()).spans if span.covers(finding.unit)]
    return min(spans, key=lambda span: span.rght - span.lft, default=None)


def may_object(finding: SpotCheck | VerifiedCount, person: User) -> bool:
    """Whether the person may object now: of the unit or above it, in time, to what counts, once."""
    return (
        own_span(finding, person) is not None and not _hindrance(finding) and not finding.objections.exists()
    )


def may_decide(objection: Objection, person: User) -> bool:
    """Whether they may name the second inspector and decide: who draws there, but never the first inspector."""
    is_organiser = permissions.may(person, permissions.DRAW, objection.checked_unit)
    return is_organiser and objection.finding.recorded_by_id != person.pk


def candidates(objection: Objection) -> list[User]:
    """Who may look again: inspectors of the unit but the first one, nobody who answers for it. In order of the id."""
    unit, first = objection.checked_unit, objection.finding.recorded_by_id
    posts = Appointment.objects.in_force().filter(role__in=permissions.roles_with(permissions.RECORD_CHECK))
    people = User.objects.filter(is_active=True, pk__in=posts.over(unit).values("user"))
    others = list(people.exclude(pk=first).order_by("pk"))
    known = charges([each.pk for each in others])
    return [each for each in others if not barred_from(known[each.pk], [unit])]


@transaction.atomic
def raise_objection(check_id: int, *, reason: str, by: User) -> Objection:
    """提出异议, once a check and within the window. Raises NotAllowed, IllegalMove, ReportingError."""
    rows = SpotCheck.objects.visible_to(by).select_for_update(of=("self",))
    check = rows.select_related("unit", "group", "account").get(pk=check_id)
    return _raise(Objection(check_made=check), reason=reason, by=by)


@transaction.atomic
def object_to_count(count_id: int, *, reason: str, by: User) -> Objection:
    """对核减提出异议, once and within the window. Raises NotAllowed, IllegalMove, ReportingError."""
    rows = VerifiedCount.objects.visible_to(by).select_for_update(of=("self",))
    count = rows.select_related("unit", "group").get(pk=count_id)
    return _raise(Objection(count_made=count), reason=reason, by=by)


def _raise(objection: Objection, *, reason: str, by: User) -> Objection:
    finding = objection.finding
    span = own_span(finding, by)
    if span is None:
        raise NotAllowed(_("只有被抽查的团组织和它的上级团委可以提出异议。"))
    hindrance = _hindrance(finding)
    if hindrance:
        raise IllegalMove(hindrance)
    if finding.objections.exists():
        raise IllegalMove(_("对这次抽查已经提出过异议，请刷新页面。"))
    why = _text(reason, _("异议理由"))
    objection.checked_unit, objection.unit_id, objection.reason = finding.unit, span.unit_id, why
    objection.raised_at, objection.raised_by = clock.now(), by
    objection.save(force_insert=True)
    if isinstance(finding, SpotCheck):
        ledger.record("objection.raised", objection, by=by, reason=why, check=finding.pk)
    else:
        ledger.record("objection.raised", objection, by=by, reason=why, count=finding.pk)
    words = {"unit": objection.unit.name, "name": finding.channel_name, "why": why}
    text = _("%(unit)s对“%(name)s”的抽查结果提出异议，请安排复核。理由：%(why)s") % words
    ledger.notify(organiser_of(finding), OBJECTED, text[:400], link=_link(objection))
    return objection


@transaction.atomic
def assign_second(objection_id: int, *, person_id: int | None, by: User) -> Objection:
    """安排复核人: the one chosen, or by lot (None); never the first inspector. Raises NotAllowed, IllegalMove, ReportingError."""
    objection = _open(objection_id, by)
    if not may_decide(objection, by):
        raise NotAllowed
    if objection.has_second:
        raise IllegalMove(_("已经复核，不能再换复核人。"))
    people = {each.pk: each for each in candidates(objection)}
    if person_id is None and people:
        lot = [arithmetic.Inspector(pk, frozenset()) for pk in people]
        person_id = arithmetic.assign([objection.checked_unit_id], lot, f"objection {objection.pk}")[0]
    chosen = people.get(person_id or 0)
    if chosen is None:
        raise ReportingError(_("没有可以复核的人员：须有抽查权限、不是原抽查人员、不负责该团组织。"))
    objection.second_inspector = chosen
    objection.save(update_fields=["second_inspector"])
    ledger.record("objection.assigned", objection, by=by, person=chosen.pk)
    span = chosen.units_in_charge().allowing(permissions.RECORD_CHECK).widest()
    if span is not None:
        words = {"who": chosen.display_name, "name": objection.finding.channel_name}
        text = _("请%(who)s复核“%(name)s”的抽查结果。") % words
        unit = OrgUnit.objects.get(pk=span.unit_id)
        ledger.notify(unit, NotificationKind.CHECKS_ASSIGNED, text, link=_link(objection))
    return objection


@transaction.atomic
def record_second(objection_id: int, *, posts: int, by: User) -> Objection:
    """登记复核: the items of the same day, counted again; it counts nowhere until the objection is upheld.

    Raises NotAllowed, IllegalMove, ReportingError.
    """
    objection = _to_recheck(objection_id, by)
    first = objection.check_made
    channel = (first.group or first.account) if first is not None else None
    if first is None or channel is None:
        raise IllegalMove
    objection.second_check = write_check(
        channel, draw=first.draw, counted_on=first.counted_on, posts=posts, by=by, kind=CheckKind.SECOND
    )
    objection.save(update_fields=["second_check"])
    ledger.record("objection.rechecked", objection, by=by, posts=posts)
    _ask_to_decide(objection)
    return objection


@transaction.atomic
def record_second_count(objection_id: int, *, members: int, by: User) -> Objection:
    """登记复核人数: the people in the group, counted again, 0 where there is none; it counts nowhere until the objection is upheld.

    Raises NotAllowed, IllegalMove, ReportingError.
    """
    objection = _to_recheck(objection_id, by)
    if objection.count_made is None:
        raise IllegalMove
    if not 0 <= members <= MOST_MEMBERS:
        raise ReportingError(_("复核人数应为 0 到 %(most)d 的整数，请更正。") % {"most": MOST_MEMBERS})
    objection.second_members, objection.second_at = members, clock.now()
    objection.save(update_fields=["second_members", "second_at"])
    ledger.record("objection.rechecked", objection, by=by, members=members)
    _ask_to_decide(objection)
    return objection


def _to_recheck(objection_id: int, by: User) -> Objection:
    """The objection for writing, given to the person and not looked at again yet."""
    objection = _open(objection_id, by)
    if objection.second_inspector_id != by.pk:
        raise NotAllowed(_("这次复核没有分派给您。"))
    if objection.has_second:
        raise IllegalMove(_("已经复核过，请刷新页面。"))
    return objection


def _ask_to_decide(objection: Objection) -> None:
    first = objection.finding
    text = _("“%(name)s”的异议已复核，请裁定。") % {"name": first.channel_name}
    ledger.notify(organiser_of(first), OBJECTED, text, link=_link(objection))


@transaction.atomic
def decide(objection_id: int, *, is_upheld: bool, remark: str, by: User) -> Objection:
    """裁定: upheld, the second result counts instead of the first, which is voided; otherwise the first stands.

    Raises NotAllowed, IllegalMove before the second check, ReportingError.
    """
    objection = _open(objection_id, by)
    if not may_decide(objection, by):
        raise NotAllowed
    if not objection.has_second:
        raise IllegalMove(_("还没有复核结果，请先安排复核。"))
    said = _text(remark, _("裁定意见"))
    objection.is_upheld, objection.remark = is_upheld, said
    objection.decided_at, objection.decided_by = clock.now(), by
    objection.save(update_fields=["is_upheld", "remark", "decided_at", "decided_by"])
    if is_upheld:
        _let_second_count(objection, by=by)
    ledger.record("objection.decided", objection, by=by, reason=said, is_upheld=is_upheld)
    words = {
        "name": objection.finding.channel_name,
        "result": _("异议成立，以复核结果为准") if is_upheld else _("异议不成立，维持原结果"),
        "why": said,
    }
    text = _("“%(name)s”的抽查异议：%(result)s。意见：%(why)s") % words
    ledger.notify(objection.unit, DECIDED, text[:400], link=_link(objection))
    return objection


def organiser_of(finding: SpotCheck | VerifiedCount) -> OrgUnit:
    """The unit that drew the sample; of a check without a draw, the province."""
    if isinstance(finding, VerifiedCount):
        drawn = Draw.objects.filter(items=finding.item_id) if finding.item_id else Draw.objects.none()
    else:
        drawn = Draw.objects.filter(number=finding.draw).exclude(number="")
    draw = drawn.select_related("unit").first()
    if draw is not None:
        return draw.unit
    direct = direct_unit_of(finding.unit)
    return direct.parent or direct


def _hindrance(finding: SpotCheck | VerifiedCount) -> str:
    """Why nobody may object to it, in words; "" if somebody may."""
    if isinstance(finding, SpotCheck) and finding.kind != CheckKind.POSTS:
        return _("只有抽查发布的结果可以提出异议。")
    if finding.voided_at is not None:
        return _("这次抽查已作废，不用提出异议。")
    # The second result of an objection is final.
    if hasattr(finding, "second_of"):
        return _("复核结果不能再提出异议。")
    if not objecting.is_in_time(finding):
        return _("异议期已于%(day)s 24:00结束。") % {"day": objecting.last_day(finding)}
    return ""


def _open(objection_id: int, by: User) -> Objection:
    """The objection for writing, undecided. What it is to is locked first, as by whoever voids that."""
    known = Objection.objects.readable_by(by).only("check_made", "count_made").get(pk=objection_id)
    for rows_of, pk in (
        (SpotCheck.objects, known.check_made_id),
        (VerifiedCount.objects, known.count_made_id),
    ):
        if pk is not None:
            rows_of.select_for_update(of=("self",)).get(pk=pk)
    rows = Objection.objects.readable_by(by).select_for_update(of=("self",))
    objection = rows.select_related(
        "unit", "checked_unit", "second_check", "check_made__unit", "check_made__group__unit",
        "check_made__account__unit", "count_made__unit", "count_made__group", "second_inspector",
    ).get(pk=objection_id)  # fmt: skip
    if objection.decided_at is not None:
        raise IllegalMove(_("这项异议已经办结，请刷新页面。"))
    return objection


def _let_second_count(objection: Objection, *, by: User) -> None:
    """The second result counts from now on, the first is voided."""
    first, second, why = objection.check_made, objection.second_check, _("异议成立，以复核结果为准")
    if first is not None and second is not None:
        second.kind = CheckKind.POSTS
        second.save(update_fields=["kind"])
        mark_void(first, why, by=by)
        _put_in_place(first, second)
    elif objection.count_made is not None:
        _verify_again(objection, objection.count_made, why, by=by)


def _verify_again(objection: Objection, first: VerifiedCount, why: str, *, by: User) -> None:
    """What the second inspector found instead, where it still is less than declared."""
    found = objection.second_members or 0
    item = mark_count_void(first, why, by=by)
    if first.declared is not None and found >= first.declared:
        return
    second = VerifiedCount.objects.create(  # type: ignore[misc]  # a second result has its inspector
        group=first.group,
        unit=first.unit,
        item=item if item is not None and item.check_made_id is not None else None,
        declared=first.declared,
        verified=found,
        reason=objection.remark,
        verified_at=clock.now(),
        verified_by=objection.second_inspector,
    )
    objection.second_count = second
    objection.save(update_fields=["second_count"])
    ledger.record(
        "verified_count.recorded",
        second,
        by=by,
        reason=second.reason,
        declared=second.declared,
        verified=found,
    )


def _put_in_place(first: SpotCheck, second: SpotCheck) -> None:
    """While the draw runs, the sample has the second result; one that is closed stays as it was and names the first."""
    item = DrawItem.objects.filter(check_made=first).first()
    # Locked before its samples, as the triggers ask for.
    draw = Draw.objects.select_for_update(of=("self",)).filter(pk=item.draw_id).first() if item else None
    if item is not None and draw is not None and draw.state == DrawState.ASSIGNED:
        item.check_made = second
        item.save(update_fields=["check_made"])


def _text(text: str, label: str) -> str:
    said = checked(text, label=label, longest=LONGEST_REASON)
    if not said:
        raise ReportingError(_("请填写%(label)s。") % {"label": label})
    return said


def _link(objection: Objection) -> str:
    return f"/spot/objections/{objection.pk}/"
