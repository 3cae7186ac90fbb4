"""督导台账: a talk, a written explanation, something to put right or a visit is opened, answered, sent back, done or withdrawn.

Clauses: SUP-2.1.2 (talk), SUP-4.1d and RUR-3 (visits), SUP-4.4.3 (written explanation).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from orgs.choices import NotificationKind
from orgs.exceptions import Conflict, IllegalMove, NotAllowed
from orgs.kernel import clock
from orgs.models import OrgUnit
from orgs.operations import ledger
from orgs.permissions import FILL, SUPERVISE
from orgs.querysets.scope import UnitsInCharge
from reporting.choices import DUTY_MOVES, DutyKind, DutyState
from reporting.exceptions import ReportingError
from reporting.models import Duty, SpotCheck
from reporting.operations.duties import superior_span
from reporting.operations.texts import checked, checked_prose

if TYPE_CHECKING:
    from orgs.models import User

MADE, ANSWERED = NotificationKind.DUTY_MADE, NotificationKind.DUTY_ANSWERED
CLAUSES = ("SUP-2.1.2", "SUP-4.1d", "SUP-4.4.3", "RUR-3")
LONGEST_REASON, LONGEST_ANSWER, LONGEST_OUTCOME = 300, 1_000, 300
LATEST_DUE = timedelta(days=180)
OLDEST_HELD = timedelta(days=366)
NEEDS_ANSWER = frozenset({DutyKind.EXPLANATION, DutyKind.RECTIFY})
IS_HELD = frozenset({DutyKind.TALK, DutyKind.VISIT})


@dataclass(frozen=True, slots=True)
class Opening:
    """What a superior asks: of which kind, why, until when, by which clause, after which check."""

    kind: str
    reason: str
    due_on: date
    clause: str = ""
    check_id: int | None = None


@transaction.atomic
def open_duty(unit: OrgUnit, given: Opening, *, by: User) -> Duty:
    """提出: who stands above the unit says what, why and until when; the unit is told.

    Raises NotAllowed, ReportingError for a text or a day that can't be kept and where the same waits already.
    """
    unit = OrgUnit.objects.select_for_update(no_key=True, of=("self",)).get(pk=unit.pk)
    span = superior_span(by, unit, SUPERVISE)
    if span is None:
        raise NotAllowed(_("只有上级团组织可以对这个团组织督导。"))
    if not unit.is_open:
        raise ReportingError(_("这个团组织已撤销或合并，不能再提出督导事项，请重新选择。"))
    why = checked(given.reason, label=_("事由"), longest=LONGEST_REASON)
    if not why:
        raise ReportingError(_("请填写事由。"))
    if given.kind not in DutyKind.values or given.clause not in {"", *CLAUSES}:
        raise ReportingError(_("请从列表中选择类别和依据。"))
    _require_day(given.due_on)
    if Duty.objects.waiting().filter(unit=unit, kind=given.kind, reason=why).exists():
        raise ReportingError(_("同样的督导事项正在办理，不用重复提出。"))
    duty = Duty.objects.create(
        kind=given.kind,
        unit=unit,
        made_by_unit_id=span.unit_id,
        made_by=by,
        made_at=clock.now(),
        reason=why,
        clause=given.clause,
        check_made=_check(unit, given.check_id, by=by),
        due_on=given.due_on,
    )
    ledger.record("duty.made", duty, by=by, reason=why, kind=given.kind, due_on=str(given.due_on))
    words = {"unit": duty.made_by_unit.name, "kind": duty.get_kind_display(), "day": str(duty.due_on)}
    text = _("%(unit)s对本单位提出督导事项：%(kind)s，办理期限%(day)s。") % words
    ledger.notify(unit, MADE, text, link=link_of(duty))
    return duty


@transaction.atomic
def answer(duty_id: int, text: str, *, version: int, by: User) -> Duty:
    """答复, or the written explanation, by the unit itself. Raises NotAllowed, IllegalMove, Conflict, ReportingError."""
    duty = _locked(duty_id, DutyState.ANSWERED, version, by=by)
    if duty.unit_id not in by.units_in_charge().allowing(FILL).own_unit_ids():
        raise NotAllowed(_("只有被督导的团组织可以答复。"))
    said = checked_prose(text, label=_("答复"), longest=LONGEST_ANSWER)
    if not said:
        raise ReportingError(_("请填写答复。"))
    duty.state, duty.answer, duty.answered_at, duty.answered_by = DutyState.ANSWERED, said, clock.now(), by
    _write(duty, "state", "answer", "answered_at", "answered_by")
    ledger.record("duty.answered", duty, by=by)
    words = {"unit": duty.unit.name, "kind": duty.get_kind_display()}
    notice = _("%(unit)s已答复督导事项：%(kind)s，请办理。") % words
    ledger.notify(duty.made_by_unit, ANSWERED, notice, link=link_of(duty))
    return duty


@transaction.atomic
def send_back(duty_id: int, remark: str, *, due_on: date | None, version: int, by: User) -> Duty:
    """退回: the answer does not do; the unit answers again, until another day where one is given."""
    duty = _superior(duty_id, DutyState.OPEN, version, by=by)
    why = checked(remark, label=_("退回意见"), longest=LONGEST_OUTCOME)
    if not why:
        raise ReportingError(_("请填写退回意见。"))
    if due_on is not None:
        _require_day(due_on)
    duty.state, duty.outcome, duty.due_on = DutyState.OPEN, why, due_on or duty.due_on
    _write(duty, "state", "outcome", "due_on")
    ledger.record("duty.returned", duty, by=by, reason=why, due_on=str(duty.due_on))
    words = {"unit": duty.made_by_unit.name, "kind": duty.get_kind_display(), "why": why}
    text = _("%(unit)s退回了督导事项（%(kind)s）的答复：%(why)s") % words
    ledger.notify(duty.unit, MADE, text, link=link_of(duty))
    return duty


@transaction.atomic
def close(duty_id: int, outcome: str, *, held_on: date | None, version: int, by: User) -> Duty:
    """办结, with the result; a talk or a visit with the day it was held.

    Raises ReportingError where an explanation was asked for and none has come, or a visit has no sheet yet (RUR-3).
    """
    duty = _superior(duty_id, DutyState.DONE, version, by=by)
    if duty.kind in NEEDS_ANSWER and duty.state != DutyState.ANSWERED:
        raise ReportingError(_("该单位还没有答复，不能办结；不再需要的，请撤回。"))
    if duty.kind == DutyKind.VISIT and not hasattr(duty, "visit_sheet"):
        raise ReportingError(_("请先填写走访记录，再办结。"))
    if duty.kind in IS_HELD:
        duty.held_on = require_held(held_on or duty.held_on)
    return _end(duty, DutyState.DONE, outcome, by=by)


@transaction.atomic
def withdraw(duty_id: int, reason: str, *, version: int, by: User) -> Duty:
    """撤回: who stands above the unit takes it back and says why."""
    duty = _superior(duty_id, DutyState.WITHDRAWN, version, by=by)
    return _end(duty, DutyState.WITHDRAWN, reason, by=by)


def link_of(duty: Duty) -> str:
    """Where it is answered and closed."""
    return f"/supervision/{duty.pk}/"


def require_held(day: date | None) -> date:
    """The day of a talk or a visit: not to come, and not over a year ago. Raises ReportingError."""
    today = clock.today()
    if day is None or not today - OLDEST_HELD <= day <= today:
        raise ReportingError(_("请填写约谈或走访的日期，不晚于今天，也不早于一年以前。"))
    return day


def locked_for_superior(duty_id: int, version: int, *, by: User) -> Duty:
    """A duty that still waits, for who stands above the unit. Raises NotAllowed, IllegalMove, Conflict."""
    return _superior(duty_id, DutyState.DONE, version, by=by)


def _require_day(due_on: date) -> None:
    today = clock.today()
    if not today <= due_on <= today + LATEST_DUE:
        raise ReportingError(_("办理期限应在今天到%(n)d天之内，请更正。") % {"n": LATEST_DUE.days})


def _check(unit: OrgUnit, check_id: int | None, *, by: User) -> SpotCheck | None:
    """The check that gave the reason: of the unit or below it, and one the person sees. Raises ReportingError."""
    if check_id is None:
        return None
    found: SpotCheck | None = (
        SpotCheck.objects.visible_to(by).valid().within(UnitsInCharge.below(unit)).filter(pk=check_id).first()
    )
    if found is None:
        raise ReportingError(_("没有找到这次抽查，或它已作废、不是这个团组织的，请重新选择团组织。"))
    return found


def _locked(duty_id: int, state: str, version: int, *, by: User) -> Duty:
    """The duty for writing, if the table lists the step and nobody changed it since it was looked at."""
    rows = Duty.objects.visible_to(by).select_for_update(of=("self",))
    duty = rows.select_related("unit", "made_by_unit").get(pk=duty_id)
    if state not in DUTY_MOVES[duty.state]:
        raise IllegalMove
    if duty.version != version:
        raise Conflict(_("这个事项刚才已被他人办理，请核对现在的内容。"))
    return duty


def _superior(duty_id: int, state: str, version: int, *, by: User) -> Duty:
    duty = _locked(duty_id, state, version, by=by)
    if superior_span(by, duty.unit, SUPERVISE) is None:
        raise NotAllowed(_("只有上级团组织可以办理这一步。"))
    return duty


def _end(duty: Duty, state: DutyState, text: str, *, by: User) -> Duty:
    said = checked(text, label=_("办理结果"), longest=LONGEST_OUTCOME)
    if not said:
        raise ReportingError(_("请填写办理结果。") if state == DutyState.DONE else _("请填写撤回原因。"))
    duty.state, duty.outcome, duty.closed_at, duty.closed_by = state, said, clock.now(), by
    _write(duty, "state", "outcome", "held_on", "closed_at", "closed_by")
    if state == DutyState.DONE:
        ledger.record("duty.done", duty, by=by, reason=said)
    else:
        ledger.record("duty.withdrawn", duty, by=by, reason=said)
    words = {"kind": duty.get_kind_display(), "state": duty.get_state_display(), "said": said}
    text = _("督导事项（%(kind)s）%(state)s：%(said)s") % words
    ledger.notify(duty.unit, ANSWERED, text, link=link_of(duty))
    return duty


def _write(duty: Duty, *changed: str) -> None:
    duty.version += 1
    duty.save(update_fields=[*changed, "version"])
