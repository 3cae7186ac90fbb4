"""要求更换管理员: a superior demands it, the unit does it, or the demand is taken back (SUP-2.1.4, SUP-2.2.2)."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import OuterRef, Subquery
from django.utils.translation import gettext as _

from accounts.choices import EventKind
from accounts.models import Administratorship, RegistryEvent
from accounts.operations import registry
from accounts.operations.registry.administrators import note_demands
from orgs.choices import NotificationKind
from orgs.exceptions import IllegalMove, NotAllowed
from orgs.kernel import clock
from orgs.models import Notification, OrgUnit
from orgs.operations import ledger
from orgs.permissions import REMIND
from reporting.choices import DEMAND_MOVES, DemandState
from reporting.exceptions import ReportingError
from reporting.models import Demand

if TYPE_CHECKING:
    from datetime import date

    from accounts.operations.registry import PersonalData
    from orgs.models import User
    from orgs.querysets.scope import Span

DEMANDED, ANSWERED = NotificationKind.ADMIN_DEMANDED, NotificationKind.ADMIN_DEMAND_ANSWERED
LONGEST_REASON = 200
LATEST_DUE = timedelta(days=180)
# A mobile however it is parted, a QQ number, an identity card: never in a text that others read.
_NUMBER_OF_A_PERSON = re.compile(r"\d{5,}|1[3-9]\d[\s\-－]?\d{4}[\s\-－]?\d{4}")


@transaction.atomic
def demand_replacement(term_id: int, *, reason: str, due_on: date, by: User) -> Demand:
    """要求更换: who stands above the unit says why and until when; the unit is told. One open demand a term.

    Raises NotAllowed, IllegalMove for one who has left, ReportingError.
    """
    rows = Administratorship.objects.visible_to(by).select_for_update(of=("self",)).select_related("unit")
    term = rows.get(pk=term_id)
    span = superior_span(by, term.unit)
    if span is None:
        raise NotAllowed(_("只有上级团组织可以要求更换管理员。"))
    if term.ended_at is not None:
        raise IllegalMove(_("该管理员已离任，不用再要求更换。"))
    why = _checked(reason)
    today = clock.today()
    if not today <= due_on <= today + LATEST_DUE:
        raise ReportingError(_("办理期限应在今天到%(n)d天之内，请更正。") % {"n": LATEST_DUE.days})
    if Demand.objects.unsettled().filter(administratorship=term).exists():
        raise ReportingError(_("已要求更换这名管理员，正在办理，不用重复提出。"))
    demand = Demand.objects.create(
        unit=term.unit,
        administratorship=term,
        demanded_by_unit_id=span.unit_id,
        demanded_by=by,
        demanded_at=clock.now(),
        reason=why,
        due_on=due_on,
    )
    ledger.record("demand.made", demand, by=by, reason=why, term=term.pk, due_on=str(due_on))
    words = {"unit": demand.demanded_by_unit.name, "day": str(due_on), "why": why}
    text = _("%(unit)s要求在%(day)s前更换管理员。理由：%(why)s") % words
    ledger.notify(term.unit, DEMANDED, text, link=f"/demands/{demand.pk}/")
    return demand


@transaction.atomic
def meet_demand(demand_id: int, person: PersonalData, *, reason: str, by: User) -> Demand:
    """更换: the unit names a successor; registry and demand change together. Raises NotAllowed, IllegalMove, AccountsError."""
    why = _checked(reason)
    demand = _locked(demand_id, DemandState.MET, by=by)
    term = demand.administratorship
    demanding = demand.demanded_by_unit
    # The unit may have been moved since: then the demand is kept, but no longer that of a superior.
    is_above = demanding.is_national or demanding.is_ancestor_of(term.unit)
    registry.replace_administrator(
        term, person, reason=why, by=by, on_demand_of=demanding if is_above else None
    )
    event = RegistryEvent.objects.filter(administratorship=term, kind=EventKind.ADMIN_REPLACED).first()
    demand.replacement = event
    return _close(demand, DemandState.MET, answer=why, by=by)


@transaction.atomic
def withdraw_demand(demand_id: int, *, reason: str, by: User) -> Demand:
    """撤回: who stands above the unit takes the demand back and says why."""
    demand = _locked(demand_id, DemandState.WITHDRAWN, by=by)
    if superior_span(by, demand.unit) is None:
        raise NotAllowed(_("只有上级团组织可以撤回更换要求。"))
    return _close(demand, DemandState.WITHDRAWN, answer=_checked(reason), by=by)


@transaction.atomic
def settle_demands() -> int:
    """Demands whose administrator has left since are met by the event that says so; returns how many. Set-based."""
    due = Demand.objects.unsettled().filter(administratorship__ended_at__isnull=False)
    demands = list(due.select_for_update(of=("self",)).select_related("unit", "demanded_by_unit"))
    if not demands:
        return 0
    happened = RegistryEvent.objects.filter(
        administratorship=OuterRef("administratorship"),
        kind=EventKind.ADMIN_REPLACED,
        at__gte=OuterRef("demanded_at"),
    ).order_by("at", "pk")
    Demand.objects.filter(pk__in=[each.pk for each in demands]).update(
        state=DemandState.MET,
        replacement=Subquery(happened.values("pk")[:1]),
        closed_by=Subquery(happened.values("by")[:1]),
        closed_at=Subquery(happened.values("at")[:1]),
        answer=_("更换后自动办结"),
    )
    note_demands({each.administratorship_id: each.demanded_by_unit_id for each in demands})
    ledger.record_many("demand.met", demands, by=None)
    now = clock.now()
    ledger.notify_many(
        Notification(
            unit=demand.demanded_by_unit,
            kind=ANSWERED,
            text=_met(demand),
            link=f"/demands/{demand.pk}/",
            created_at=now,
        )
        for demand in demands
    )
    return len(demands)


def superior_span(user: User, unit: OrgUnit, verb: str = REMIND) -> Span | None:
    """The nearest of the person's subtrees in which the unit stands below; None: not a superior who may do this."""
    spans = user.units_in_charge().allowing(verb).spans
    above = [span for span in spans if span.covers(unit) and span.unit_id != unit.pk]
    return min(above, key=lambda span: (span.is_forest, span.rght - span.lft), default=None)


def _locked(demand_id: int, state: str, *, by: User) -> Demand:
    """The demand for writing, if the table lists the step."""
    rows = Demand.objects.visible_to(by).select_for_update(of=("self",))
    demand = rows.select_related("unit", "demanded_by_unit", "administratorship__unit").get(pk=demand_id)
    if state not in DEMAND_MOVES[demand.state]:
        raise IllegalMove
    return demand


def _close(demand: Demand, state: DemandState, *, answer: str, by: User) -> Demand:
    demand.state, demand.answer = state, answer[:LONGEST_REASON]
    demand.closed_by, demand.closed_at = by, clock.now()
    demand.save(update_fields=["state", "answer", "closed_by", "closed_at", "replacement"])
    if state == DemandState.MET:
        ledger.record("demand.met", demand, by=by, reason=demand.answer)
        ledger.notify(demand.demanded_by_unit, ANSWERED, _met(demand), link=f"/demands/{demand.pk}/")
    else:
        ledger.record("demand.withdrawn", demand, by=by, reason=demand.answer)
        words = {"unit": demand.demanded_by_unit.name, "why": demand.answer}
        text = _("%(unit)s已撤回更换管理员的要求。理由：%(why)s") % words
        ledger.notify(demand.unit, ANSWERED, text, link=f"/demands/{demand.pk}/")
    return demand


def _met(demand: Demand) -> str:
    return _("%(unit)s已按要求更换管理员。") % {"unit": demand.unit.name}


def _checked(reason: str) -> str:
    """The text without what it must not hold (SUP-2.2.2 needs the reason, nobody needs a number in it)."""
    why = " ".join(reason.split())
    if not why:
        raise ReportingError(_("请填写理由。"))
    if len(why) > LONGEST_REASON:
        raise ReportingError(_("理由不能超过%(n)d个字，请删减。") % {"n": LONGEST_REASON})
    if _NUMBER_OF_A_PERSON.search(why):
        raise ReportingError(_("理由中不要写手机号、QQ号等个人信息，请删去后再提交。"))
    return why
