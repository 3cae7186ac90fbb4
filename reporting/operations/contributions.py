"""报送: a unit sends something up; whom it was sent to adopts it or has read it, with a remark (WB-3.3)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from orgs.choices import Kind, NotificationKind
from orgs.exceptions import IllegalMove, NotAllowed
from orgs.kernel import clock
from orgs.models import OrgUnit
from orgs.operations import ledger
from orgs.permissions import FILL
from reporting.choices import CONTRIBUTION_MOVES, ContributionState
from reporting.exceptions import ReportingError
from reporting.models import Contribution
from reporting.operations.texts import checked

if TYPE_CHECKING:
    from orgs.models import User
    from reporting.operations.passages import Passage

SENT, DECIDED = NotificationKind.CONTRIBUTION_SENT, NotificationKind.CONTRIBUTION_DECIDED
LONGEST_REMARK = 200


def addressees(unit: OrgUnit) -> list[OrgUnit]:
    """To whom the unit may send: its superior, and the province; a province to the national office."""
    if unit.is_national:
        return []
    if unit.parent_id is None:
        return list(OrgUnit.objects.filter(kind=Kind.NATIONAL))
    above = OrgUnit.objects.filter(pk=unit.parent_id) | OrgUnit.objects.provinces().filter(
        tree_id=unit.tree_id
    )
    return list(above.order_by("-depth"))


@transaction.atomic
def send(unit: OrgUnit, to: OrgUnit, passage: Passage, *, by: User) -> Contribution:
    """报送 in the name of the unit; whom it is for is told. Raises NotAllowed, ReportingError."""
    if unit.pk not in by.units_in_charge().allowing(FILL).own_unit_ids():
        raise NotAllowed(_("只能以您任职的团组织的名义报送。"))
    if to.pk not in {each.pk for each in addressees(unit)}:
        raise ReportingError(_("只能报送给上级团组织或团省委，请重新选择。"))
    facts = passage.checked()
    OrgUnit.objects.select_for_update(no_key=True, of=("self",)).get(pk=unit.pk)
    if Contribution.objects.filter(
        unit=unit, addressed_to=to, title=facts["title"], text=facts["text"]
    ).exists():
        raise ReportingError(_("同样的内容已经报送，不用重复报送。"))
    made = Contribution.objects.create(unit=unit, addressed_to=to, sent_at=clock.now(), sent_by=by, **facts)
    ledger.record("contribution.sent", made, by=by, to=to.pk)
    words = {"unit": unit.name, "title": made.title}
    ledger.notify(to, SENT, _("%(unit)s报送《%(title)s》。") % words, link=link_of(made))
    return made


def adopt(contribution_id: int, *, remark: str, by: User) -> Contribution:
    """采用. Raises NotAllowed, IllegalMove where it was decided, ReportingError."""
    return _decide(contribution_id, ContributionState.ADOPTED, remark, by=by)


def note(contribution_id: int, *, remark: str, by: User) -> Contribution:
    """已阅, not taken up for now. Raises as `adopt`."""
    return _decide(contribution_id, ContributionState.NOTED, remark, by=by)


def link_of(contribution: Contribution) -> str:
    """Where it is read and decided."""
    return f"/contributions/{contribution.pk}/"


@transaction.atomic
def _decide(contribution_id: int, state: ContributionState, remark: str, *, by: User) -> Contribution:
    rows = Contribution.objects.actionable_by(by).select_for_update(of=("self",))
    found = rows.select_related("unit", "addressed_to").get(pk=contribution_id)
    if state not in CONTRIBUTION_MOVES[found.state]:
        raise IllegalMove(_("这份报送已经办理，请刷新页面后再看。"))
    found.remark = checked(remark, label=_("意见"), longest=LONGEST_REMARK)
    found.state, found.decided_at, found.decided_by = state, clock.now(), by
    found.save(update_fields=["state", "remark", "decided_at", "decided_by"])
    if state == ContributionState.ADOPTED:
        ledger.record("contribution.adopted", found, by=by, reason=found.remark)
    else:
        ledger.record("contribution.noted", found, by=by, reason=found.remark)
    words = {"unit": found.addressed_to.name, "state": found.get_state_display(), "title": found.title}
    text = _("%(unit)s%(state)s本单位报送的《%(title)s》。") % words
    if found.remark:
        text = _("%(text)s意见：%(remark)s") % {"text": text, "remark": found.remark}
    ledger.notify(found.unit, DECIDED, text, link=link_of(found))
    return found
