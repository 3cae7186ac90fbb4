"""异议: a unit objects within the set time, a second inspector counts the same day again, the organiser decides; both results stay."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from orgs import permissions
from orgs.choices import NotificationKind
from orgs.exceptions import IllegalMove, NotAllowed
from orgs.kernel import clock
from orgs.models import Appointment, OrgUnit, User
from orgs.operations import ledger
from orgs.querysets.scope import Span
from reporting import draw as arithmetic
from reporting import objecting
from reporting.choices import CheckKind, DrawState
from reporting.exceptions import ReportingError
from reporting.models import Draw, DrawItem, Objection, SpotCheck
from reporting.operations.draw_assigning import answers_for, barred_from, charges
from reporting.operations.inspection import LONGEST_REASON, direct_unit_of, mark_void, write_check
from reporting.operations.texts import checked

OBJECTED, DECIDED = NotificationKind.CHECK_OBJECTED, NotificationKind.OBJECTION_DECIDED


def own_span(check: SpotCheck, person: User) -> Span | None:
    """The nearest of the person's offices that answers for the unit checked; None: not theirs to object."""
    spans = [span for span in answers_for(person.units_in_charge()).spans if span.covers(check.unit)]
    return min(spans, key=lambda span: span.rght - span.lft, default=None)


def may_object(check: SpotCheck, person: User) -> bool:
    """Whether the person may object now: of the unit or above it, in time, to a check that counts, once."""
    return (
        own_span(check, person) is not None
        and not _hindrance(check)
        and not Objection.objects.filter(check_made=check).exists()
    )


def may_decide(objection: Objection, person: User) -> bool:
    """Whether they may name the second inspector and decide: who draws there, but never the first inspector."""
    is_organiser = permissions.may(person, permissions.DRAW, objection.check_made.unit)
    return is_organiser and objection.check_made.checked_by_id != person.pk


def candidates(objection: Objection) -> list[User]:
    """Who may count again: inspectors of the unit but the first one, nobody who answers for it. In order of the id."""
    check = objection.check_made
    posts = Appointment.objects.in_force().filter(role__in=permissions.roles_with(permissions.RECORD_CHECK))
    people = User.objects.filter(is_active=True, pk__in=posts.over(check.unit).values("user"))
    others = list(people.exclude(pk=check.checked_by_id).order_by("pk"))
    known = charges([each.pk for each in others])
    return [each for each in others if not barred_from(known[each.pk], [check.unit])]


@transaction.atomic
def raise_objection(check_id: int, *, reason: str, by: User) -> Objection:
    """提出异议, once a check and within the window. Raises NotAllowed, IllegalMove, ReportingError."""
    rows = SpotCheck.objects.visible_to(by).select_for_update(of=("self",))
    check = rows.select_related("unit", "group", "account").get(pk=check_id)
    span = own_span(check, by)
    if span is None:
        raise NotAllowed(_("只有被抽查的团组织和它的上级团委可以提出异议。"))
    hindrance = _hindrance(check)
    if hindrance:
        raise IllegalMove(hindrance)
    if Objection.objects.filter(check_made=check).exists():
        raise IllegalMove(_("对这次抽查已经提出过异议，请刷新页面。"))
    why = _text(reason, _("异议理由"))
    objection = Objection.objects.create(
        check_made=check, unit_id=span.unit_id, reason=why, raised_at=clock.now(), raised_by=by
    )
    ledger.record("objection.raised", objection, by=by, reason=why, check=check.pk)
    words = {"unit": objection.unit.name, "name": _name(check), "why": why}
    text = _("%(unit)s对“%(name)s”的抽查结果提出异议，请安排复核。理由：%(why)s") % words
    ledger.notify(organiser_of(check), OBJECTED, text[:400], link=_link(objection))
    return objection


@transaction.atomic
def assign_second(objection_id: int, *, person_id: int | None, by: User) -> Objection:
    """安排复核人: the one chosen, or by lot (None); never the first inspector. Raises NotAllowed, IllegalMove, ReportingError."""
    objection = _open(objection_id, by)
    if not may_decide(objection, by):
        raise NotAllowed
    if objection.second_check_id is not None:
        raise IllegalMove(_("已经复核，不能再换复核人。"))
    people = {each.pk: each for each in candidates(objection)}
    if person_id is None and people:
        lot = [arithmetic.Inspector(pk, frozenset()) for pk in people]
        person_id = arithmetic.assign([objection.check_made.unit_id], lot, f"objection {objection.pk}")[0]
    chosen = people.get(person_id or 0)
    if chosen is None:
        raise ReportingError(_("没有可以复核的人员：须有抽查权限、不是原抽查人员、不负责该团组织。"))
    objection.second_inspector = chosen
    objection.save(update_fields=["second_inspector"])
    ledger.record("objection.assigned", objection, by=by, person=chosen.pk)
    span = chosen.units_in_charge().allowing(permissions.RECORD_CHECK).widest()
    if span is not None:
        words = {"who": chosen.display_name, "name": _name(objection.check_made)}
        text = _("请%(who)s复核“%(name)s”的抽查结果。") % words
        unit = OrgUnit.objects.get(pk=span.unit_id)
        ledger.notify(unit, NotificationKind.CHECKS_ASSIGNED, text, link=_link(objection))
    return objection


@transaction.atomic
def record_second(objection_id: int, *, posts: int, by: User) -> Objection:
    """登记复核: the items of the same day, counted again; it counts nowhere until the objection is upheld.

    Raises NotAllowed, IllegalMove, ReportingError.
    """
    objection = _open(objection_id, by)
    if objection.second_inspector_id != by.pk:
        raise NotAllowed(_("这次复核没有分派给您。"))
    if objection.second_check_id is not None:
        raise IllegalMove(_("已经复核过，请刷新页面。"))
    first = objection.check_made
    channel = first.group or first.account
    if channel is None:
        raise IllegalMove
    objection.second_check = write_check(
        channel, draw=first.draw, counted_on=first.counted_on, posts=posts, by=by, kind=CheckKind.SECOND
    )
    objection.save(update_fields=["second_check"])
    ledger.record("objection.rechecked", objection, by=by, posts=posts)
    text = _("“%(name)s”的异议已复核，请裁定。") % {"name": _name(first)}
    ledger.notify(organiser_of(first), OBJECTED, text, link=_link(objection))
    return objection


@transaction.atomic
def decide(objection_id: int, *, is_upheld: bool, remark: str, by: User) -> Objection:
    """裁定: upheld, the second result counts instead of the first, which is voided; otherwise the first stands.

    Raises NotAllowed, IllegalMove before the second check, ReportingError.
    """
    objection = _open(objection_id, by)
    if not may_decide(objection, by):
        raise NotAllowed
    second = objection.second_check
    if second is None:
        raise IllegalMove(_("还没有复核结果，请先安排复核。"))
    said = _text(remark, _("裁定意见"))
    objection.is_upheld, objection.remark = is_upheld, said
    objection.decided_at, objection.decided_by = clock.now(), by
    objection.save(update_fields=["is_upheld", "remark", "decided_at", "decided_by"])
    if is_upheld:
        second.kind = CheckKind.POSTS
        second.save(update_fields=["kind"])
        mark_void(objection.check_made, _("异议成立，以复核结果为准"), by=by)
        _put_in_place(objection.check_made, second)
    ledger.record("objection.decided", objection, by=by, reason=said, is_upheld=is_upheld)
    words = {
        "name": _name(objection.check_made),
        "result": _("异议成立，以复核结果为准") if is_upheld else _("异议不成立，维持原结果"),
        "why": said,
    }
    text = _("“%(name)s”的抽查异议：%(result)s。意见：%(why)s") % words
    ledger.notify(objection.unit, DECIDED, text[:400], link=_link(objection))
    return objection


def organiser_of(check: SpotCheck) -> OrgUnit:
    """The unit that drew the sample; of a check without a draw, the province."""
    draw = Draw.objects.select_related("unit").filter(number=check.draw).first() if check.draw else None
    if draw is not None:
        return draw.unit
    direct = direct_unit_of(check.unit)
    return direct.parent or direct


def _hindrance(check: SpotCheck) -> str:
    """Why nobody may object to it, in words; "" if somebody may."""
    if check.kind != CheckKind.POSTS:
        return _("只有抽查发布的结果可以提出异议。")
    if check.voided_at is not None:
        return _("这次抽查已作废，不用提出异议。")
    # The second result of an objection is final.
    if Objection.objects.filter(second_check=check).exists():
        return _("复核结果不能再提出异议。")
    if not objecting.is_in_time(check):
        return _("异议期已于%(day)s 24:00结束。") % {"day": objecting.last_day(check)}
    return ""


def _open(objection_id: int, by: User) -> Objection:
    """The objection for writing, undecided."""
    rows = Objection.objects.readable_by(by).select_for_update(of=("self",))
    objection = rows.select_related("unit", "second_check").get(pk=objection_id)
    objection.check_made = SpotCheck.objects.select_related("unit", "group__unit", "account__unit").get(
        pk=objection.check_made_id
    )
    if objection.decided_at is not None:
        raise IllegalMove(_("这项异议已经办结，请刷新页面。"))
    return objection


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


def _name(check: SpotCheck) -> str:
    return str(check.group or check.account or check.unit)


def _link(objection: Objection) -> str:
    return f"/spot/objections/{objection.pk}/"
