"""变更申请: a unit asks its superior to change its name, contact or a work base; approval makes the change by the usual door."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from orgs.choices import REQUEST_MOVES, Measure, NotificationKind, RequestKind, RequestState
from orgs.exceptions import Conflict, IllegalMove, InvalidUnit, NotAllowed
from orgs.kernel import clock
from orgs.kernel.crypto import blind_index
from orgs.models import OrgUnit, UnitBase, UnitChangeRequest, UnitContact
from orgs.operations import bases, contacts, ledger, locks, placement, reveals, tree
from orgs.permissions import EDIT_UNITS, FILL

if TYPE_CHECKING:
    from collections.abc import Mapping

    from orgs.models import User

# SECURITY: what a unit is assessed by is not asked for from below.
WORK_MEASURES = (
    Measure.MEMBERS,
    Measure.YOUTH,
    Measure.CADRES,
    Measure.CADRES_WITH_ACCOUNT,
    Measure.CADRES_IN_TOUCH,
)
LONGEST = 200
DIGEST = "telephone_digest"  # key in `before`: which telephone stood there, without saying it
ASKED, DECIDED = NotificationKind.CHANGE_REQUEST_ASKED, NotificationKind.CHANGE_REQUEST_DECIDED


@dataclass(frozen=True, slots=True)
class Asked:
    """What stands in a request: the open part, and the telephone, which is kept encrypted.

    `seen` is what is kept of the time of asking: `before` with the digest of the telephone that stood there.
    """

    proposed: dict[str, object]
    before: dict[str, object]
    telephone: str = ""
    digest: str = ""

    @property
    def seen(self) -> dict[str, object]:
        return {**self.before, DIGEST: self.digest} if self.digest else self.before


def may_ask(user: User, unit: OrgUnit) -> bool:
    """Whether the person holds an office with a say in this very unit, and there is a superior to ask."""
    in_charge = user.units_in_charge()
    own = in_charge.allowing(FILL).own_unit_ids() | in_charge.allowing(EDIT_UNITS).own_unit_ids()
    return unit.pk in own and unit.parent_id is not None and unit.is_open


def may_decide(user: User, request: UnitChangeRequest) -> bool:
    """Whether the person edits units at a superior of the unit, holds no office in it, and is not the one who asked."""
    offices, unit = user.units_in_charge(), request.unit
    in_charge = offices.allowing(EDIT_UNITS)
    above = unit.parent is not None and in_charge.covers(unit.parent) and in_charge.covers(unit)
    is_own = unit.pk in offices.own_unit_ids() or user.pk == request.requested_by_id
    return above and not is_own


@transaction.atomic
def ask(unit: OrgUnit, *, kind: str, facts: Mapping[str, object], reason: str, by: User) -> UnitChangeRequest:
    """申请: one open request per unit and matter. `facts` by kind as UnitChangeRequest says, with the telephone.

    Raises NotAllowed; InvalidUnit where the facts can't be, or nothing would change.
    """
    unit = OrgUnit.objects.select_for_update(of=("self",), no_key=True).get(pk=unit.pk)
    if not may_ask(by, unit):
        raise NotAllowed
    placement.refuse_without_reason(reason)
    asked = _ASKED[RequestKind(kind)](unit, facts)
    if asked.proposed == asked.before and not asked.telephone:
        raise InvalidUnit(_("申请内容与现在的一样，不用申请。"))
    try:
        with transaction.atomic():
            request = UnitChangeRequest.objects.create(
                unit=unit,
                kind=kind,
                proposed=asked.proposed,
                before=asked.seen,
                telephone=asked.telephone,
                reason=reason.strip()[:LONGEST],
                requested_by=by,
                requested_at=clock.now(),
            )
    except IntegrityError as error:
        raise InvalidUnit(_("这一事项已有一份申请在等上级办理，请先撤回再重新申请。")) from error
    ledger.record("change_request.asked", request, by=by, unit=unit, reason=request.reason, kind=kind)
    words = _("%(unit)s申请变更：%(kind)s") % {"unit": unit.name, "kind": RequestKind(kind).label}
    if unit.parent is not None:
        ledger.notify(unit.parent, ASKED, words, link=_page(request))
    return request


@transaction.atomic
def withdraw(request: UnitChangeRequest, *, by: User) -> UnitChangeRequest:
    """撤回, by the unit that asked. Raises NotAllowed, IllegalMove."""
    if not may_ask(by, request.unit):
        raise NotAllowed
    return _move(request, RequestState.WITHDRAWN, by=by)


@transaction.atomic
def approve(request: UnitChangeRequest, *, by: User, remark: str = "") -> UnitChangeRequest:
    """同意: the usual operation makes the change, as of now. Raises NotAllowed, IllegalMove, InvalidUnit.

    Conflict where something else stands there now than when it was asked.
    """
    if not may_decide(by, request):
        raise NotAllowed
    # Tree root, unit, request: the order of whoever writes the tree, and of `ask`.
    if request.kind == RequestKind.NAME:
        locks.lock_units([request.unit_id])
    unit = OrgUnit.objects.select_for_update(of=("self",), no_key=True).get(pk=request.unit_id)
    request = _move(request, RequestState.APPROVED, by=by, remark=remark)
    facts: dict[str, object] = {**request.proposed}
    if request.kind == RequestKind.CONTACT:
        facts["telephone"] = request.telephone
    if _ASKED[RequestKind(request.kind)](unit, facts).seen != request.before:
        raise Conflict(_("申请以后内容已有变动，请退回，由该单位按现在的内容重新申请。"))
    _CHANGES[RequestKind(request.kind)](unit, facts, request.reason, by)
    _answer(request, _("已同意"))
    return request


@transaction.atomic
def refuse(request: UnitChangeRequest, *, remark: str, by: User) -> UnitChangeRequest:
    """不同意, with a remark that the unit reads. Raises NotAllowed, IllegalMove, InvalidUnit without a remark."""
    if not may_decide(by, request):
        raise NotAllowed
    if not remark.strip():
        raise InvalidUnit(_("请填写不同意的理由，申请单位会看到。"))
    request = _move(request, RequestState.REFUSED, by=by, remark=remark)
    _answer(request, _("未同意"))
    return request


@transaction.atomic
def reveal_telephone(request: UnitChangeRequest, *, by: User) -> str:
    """The telephone asked for in full, for whoever decides about it; each look has its audit line, and counts (B2).

    Raises NotAllowed.
    """
    if request.state != RequestState.OPEN or not may_decide(by, request):
        raise NotAllowed
    reveals.record(request, unit=request.unit, purpose=_("办理变更申请"), by=by, field="telephone")
    telephone: str = request.telephone
    return telephone


def _move(
    request: UnitChangeRequest, state: RequestState, *, by: User, remark: str = ""
) -> UnitChangeRequest:
    """The step by compare-and-set: of two people who decide at once, one is told."""
    waiting = [old for old, steps in REQUEST_MOVES.items() if state in steps]
    facts = {"state": state, "decided_by": by, "decided_at": clock.now(), "remark": remark.strip()[:LONGEST]}
    moved = UnitChangeRequest.objects.filter(pk=request.pk, state__in=waiting).update(**facts)
    if moved != 1:
        raise IllegalMove(_("这份申请已办理或已撤回，请刷新页面查看。"))
    request = UnitChangeRequest.objects.select_related("unit").get(pk=request.pk)
    ledger.record(
        f"change_request.{state}", request, by=by, unit=request.unit, reason=request.remark, kind=request.kind
    )
    return request


def _answer(request: UnitChangeRequest, outcome: str) -> None:
    words = _("变更申请（%(kind)s）：上级%(outcome)s") % {
        "kind": RequestKind(request.kind).label,
        "outcome": outcome,
    }
    ledger.notify(request.unit, DECIDED, words, link=_page(request))


def _page(request: UnitChangeRequest) -> str:
    return reverse("orgs:show-request", args=[request.pk])


def _ask_name(unit: OrgUnit, facts: Mapping[str, object]) -> Asked:
    name, short_name = (str(facts.get(field) or "").strip() for field in ("name", "short_name"))
    if not name:
        raise InvalidUnit(_("请填写新的全称。"))
    if name != unit.name:
        placement.refuse_sibling_names(unit.parent_id, [name], apart_from=unit.pk)
    before: dict[str, object] = {"name": unit.name, "short_name": unit.short_name}
    return Asked({"name": name, "short_name": short_name}, before)


def _ask_contact(unit: OrgUnit, facts: Mapping[str, object]) -> Asked:
    asked = {name: str(facts.get(name) or "") for name in ("telephone", "email", "address")}
    clean = contacts.cleaned(**asked)
    telephone = clean.pop("telephone")
    known = UnitContact.objects.filter(unit=unit).first()
    before: dict[str, object] = {name: getattr(known, name, "") for name in clean}
    present = getattr(known, "telephone", "")
    digest = blind_index(present, "telephone") if present else ""
    return Asked({**clean}, before, telephone if telephone != present else "", digest)


def _ask_base(unit: OrgUnit, facts: Mapping[str, object]) -> Asked:
    measure, count, year = str(facts.get("measure")), facts.get("count"), facts.get("year")
    if measure not in WORK_MEASURES:
        raise InvalidUnit(_("考评用的底数由上级登记，不能申请；请选择工作口径的底数。"))
    if not isinstance(count, int) or not isinstance(year, int):
        raise InvalidUnit(_("请填写数字。"))
    source = str(facts.get("source") or "").strip()
    bases.refuse_faulty(measure, count, year, source)
    proposed: dict[str, object] = {"measure": measure, "count": count, "year": year, "source": source}
    known = UnitBase.objects.filter(unit=unit, measure=measure).first()
    before = {name: getattr(known, name) for name in proposed} if known else {}
    return Asked(proposed, before)


def _change_name(unit: OrgUnit, facts: dict[str, object], reason: str, by: User) -> None:
    name, short_name = str(facts["name"]), str(facts["short_name"])
    tree.rename_unit(unit, name=name, short_name=short_name, reason=reason, by=by)


def _change_contact(unit: OrgUnit, facts: dict[str, object], _reason: str, by: User) -> None:
    known = UnitContact.objects.filter(unit=unit).first()
    telephone = str(facts["telephone"]) or getattr(known, "telephone", "")
    contacts.record_contact(
        unit, telephone=telephone, email=str(facts["email"]), address=str(facts["address"]), by=by
    )


def _change_base(unit: OrgUnit, facts: dict[str, object], _reason: str, by: User) -> None:
    bases.record_base(
        unit,
        measure=str(facts["measure"]),
        count=int(str(facts["count"])),
        year=int(str(facts["year"])),
        source=str(facts["source"]),
        by=by,
    )


_ASKED = {
    RequestKind.NAME: _ask_name,
    RequestKind.CONTACT: _ask_contact,
    RequestKind.BASE: _ask_base,
}
_CHANGES = {
    RequestKind.NAME: _change_name,
    RequestKind.CONTACT: _change_contact,
    RequestKind.BASE: _change_base,
}
