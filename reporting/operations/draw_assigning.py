"""分派: inspectors by lot, never to what they answer for; in a cross-inspection one city's people look at another's (SUP-4.1d)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from orgs import permissions
from orgs.choices import DEPARTMENT_LINES, Kind, NotificationKind
from orgs.kernel import clock
from orgs.models import Appointment, Notification, User
from orgs.operations import ledger
from orgs.querysets.scope import Span, UnitsInCharge
from reporting import draw as arithmetic
from reporting.choices import DrawState, DrawWay
from reporting.exceptions import ReportingError
from reporting.models import Draw, DrawItem
from reporting.operations.draw_frames import direct_units
from reporting.operations.draws import locked

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from orgs.models import OrgUnit
    from orgs.querysets.people import AppointmentQuerySet

MINE = "/spot/mine/"


def candidates(draw: Draw) -> list[User]:
    """Who may be assigned, in order of the id: inspectors of at least one open sample, a department only of its own lines.

    Of a cross-inspection: the committees of the direct units within the scope. At most two statements.
    """
    if draw.way == DrawWay.CROSS:
        people = _committees(draw).values("user")
        return list(User.objects.filter(is_active=True, pk__in=people).order_by("pk"))
    posts = Appointment.objects.in_force().filter(role__in=permissions.roles_with(permissions.RECORD_CHECK))
    here = posts.over(draw.scope) | posts.within(UnitsInCharge.below(draw.scope))
    units = [item.unit for item in draw.items.open().select_related("unit")]
    found = {
        post.user
        for post in here.filter(user__is_active=True).select_related("unit", "user")
        if any(_span(post).covers(unit) for unit in units)
    }
    return sorted(found, key=lambda person: person.pk)


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
    found = _crosswise(draw, items, people) if draw.way == DrawWay.CROSS else _by_lot(draw, items, people)
    for item, person in zip(items, found, strict=True):
        item.inspector_id = person
    DrawItem.objects.bulk_update(items, ["inspector"])
    draw.state = DrawState.ASSIGNED
    draw.save(update_fields=["state"])
    ledger.record("draw.assigned", draw, by=by, people=[each.pk for each in people], samples=len(items))
    _tell(draw, found, people)
    return draw


def charges(person_ids: Collection[int]) -> dict[int, UnitsInCharge]:
    """What each of the people is in charge of today; one statement however many they are."""
    posts = Appointment.objects.in_force().filter(user__in=person_ids, user__is_active=True)
    spans: dict[int, list[Span]] = {}
    for post in posts.select_related("unit").order_by("pk"):
        spans.setdefault(post.user_id, []).append(_span(post))
    return {pk: UnitsInCharge(tuple(spans.get(pk, ()))) for pk in person_ids}


def answers_for(in_charge: UnitsInCharge) -> UnitsInCharge:
    """READING: who is appointed to inspect a subtree does so; the subtree to stay away from is that of an appointment in
    which one answers for the work.
    """
    inspects, answers = in_charge.allowing(permissions.RECORD_CHECK), in_charge.allowing(permissions.FILL)
    return UnitsInCharge(tuple(each for each in answers.spans if each not in inspects.spans))


def barred_from(in_charge: UnitsInCharge, units: Iterable[OrgUnit]) -> frozenset[int]:
    """回避: units where the person may not inspect, or for which the person or a unit of theirs fills in.

    Of the office that inspects all below it, that is the office itself.
    """
    inspects = in_charge.allowing(permissions.RECORD_CHECK)
    return _avoided(in_charge, units) | frozenset(unit.pk for unit in units if not inspects.covers(unit))


def _avoided(in_charge: UnitsInCharge, units: Iterable[OrgUnit]) -> frozenset[int]:
    own, offices = answers_for(in_charge), in_charge.allowing(permissions.FILL).own_unit_ids()
    return frozenset(unit.pk for unit in units if unit.pk in offices or own.covers(unit))


def _by_lot(draw: Draw, items: Sequence[DrawItem], people: Sequence[User]) -> list[int]:
    units = [item.unit for item in items]
    known = charges([each.pk for each in people])
    inspectors = [arithmetic.Inspector(each.pk, barred_from(known[each.pk], units)) for each in people]
    return _assigned([unit.pk for unit in units], inspectors, draw.seed)


def _crosswise(draw: Draw, items: Sequence[DrawItem], people: Sequence[User]) -> list[int]:
    """Each direct unit is inspected by one other, by lot; within that, its people share the samples by lot."""
    direct = direct_units(draw.scope)
    teams: dict[int, list[int]] = {}
    known = charges([each.pk for each in people])
    for post in _committees(draw).filter(user__in=known).order_by("pk"):
        team = teams.setdefault(post.unit_id, [])
        if post.user_id not in team:
            team.append(post.user_id)
    inspected = sorted({direct[item.unit_id] for item in items})
    pairs = [arithmetic.Inspector(unit_id, frozenset({unit_id})) for unit_id in sorted(teams)]
    inspecting = dict(zip(inspected, _assigned(inspected, pairs, draw.seed), strict=True))
    found: dict[int, int] = {}
    for unit_id in inspected:
        theirs = [item for item in items if direct[item.unit_id] == unit_id]
        units = [item.unit for item in theirs]
        able = [arithmetic.Inspector(pk, _avoided(known[pk], units)) for pk in teams[inspecting[unit_id]]]
        shared = _assigned([unit.pk for unit in units], able, f"{draw.seed} {unit_id}")
        found |= {item.pk: person for item, person in zip(theirs, shared, strict=True)}
    return [found[item.pk] for item in items]


def _assigned(unit_ids: Sequence[int], inspectors: Sequence[arithmetic.Inspector], seed: str) -> list[int]:
    try:
        return arithmetic.assign(unit_ids, inspectors, seed)
    except arithmetic.DrawImpossibleError as error:
        text = _("有的样本没有可以回避本单位的抽查人员，请增加抽查人员后再分派。")
        raise ReportingError(text) from error


def _committees(draw: Draw) -> AppointmentQuerySet:
    """Offices in force in the direct units of the scope, of those who answer for the work there."""
    inspecting, filling = (
        permissions.roles_with(verb) for verb in (permissions.RECORD_CHECK, permissions.FILL)
    )
    posts = Appointment.objects.in_force().filter(role__in=filling - inspecting)
    return posts.filter(unit__parent__kind=Kind.PROVINCE).within(UnitsInCharge.below(draw.scope))


def _span(post: Appointment) -> Span:
    return Span.of(post.unit, role=post.role, lines=tuple(DEPARTMENT_LINES.get(post.department, ())))


def _tell(draw: Draw, assigned: Sequence[int], people: Sequence[User]) -> None:
    """A message at each inspector's own unit."""
    verb = permissions.FILL if draw.way == DrawWay.CROSS else permissions.RECORD_CHECK
    messages, known = [], charges([each.pk for each in people])
    for person in people:
        span = known[person.pk].allowing(verb).widest()
        if span is None or person.pk not in assigned:
            continue
        words = {"title": draw.title, "who": person.display_name, "n": assigned.count(person.pk)}
        text = _("抽查“%(title)s”分派给%(who)s %(n)d个样本，请本人在“我的抽查”中登记。") % words
        kind = NotificationKind.CHECKS_ASSIGNED
        messages.append(
            Notification(unit_id=span.unit_id, kind=kind, text=text, link=MINE, created_at=clock.now())
        )
    ledger.notify_many(messages)
