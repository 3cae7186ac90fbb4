"""报送材料: a unit hands a document in, the unit that runs the campaign accepts it or returns it with a reason.

What was handed in never changes. Another file comes only after a return; what was returned stays readable.
READING: a document counts as handed in at once; only one that is returned counts no more (metrics.md, deadlines).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from orgs.choices import NotificationKind
from orgs.exceptions import IllegalMove, NotAllowed
from orgs.kernel import clock
from orgs.models import OrgUnit
from orgs.operations import documents, ledger
from reporting.choices import DemandKind, HandInState
from reporting.exceptions import ReportingError
from reporting.models import Campaign, HandIn
from reporting.operations import hand_in_files
from reporting.operations.hand_in_asked import demand_of, due_at, ensure_open, hold, period_of
from reporting.operations.texts import checked

if TYPE_CHECKING:
    from orgs.kernel.document_guard import Format
    from orgs.models import User
    from orgs.operations.documents import Document
    from reporting.models import Requirement

LONGEST_REASON = 200


def hand_in(
    campaign_id: int, code: str, unit_id: int, data: bytes, filename: str, *, period: str = "", by: User
) -> HandIn:
    """报送 a document for a requirement; the same file once more is the same document.

    Raises FileRejected for a file we don't take, NotAllowed, IllegalMove where nothing is asked of the unit or as many
    documents stand as are asked.
    """
    campaign = Campaign.objects.readable_by(by).select_related("unit").get(pk=campaign_id)
    unit = OrgUnit.objects.visible_to(by).get(pk=unit_id)
    requirement = demand_of(campaign, code, DemandKind.DOCUMENT)
    ensure_open(campaign, requirement, unit, by=by)
    key = period_of(requirement, period, clock.now())
    # Outside the transaction: looking at a file takes a second, and nobody waits for it.
    document = documents.checked(data, filename)
    with hand_in_files.STORE.held(data) as stored:
        made = _written(requirement, unit, key, document, stored, by)
    if made.stored_name != stored:
        hand_in_files.STORE.forget(stored)
    return made


@transaction.atomic
def _written(
    requirement: Requirement, unit: OrgUnit, period: str, document: Document, stored: str, by: User
) -> HandIn:
    # Two presses at once: the second waits here, and finds what the first has left.
    hold(unit)
    # While the file was looked at the campaign may have ended, or the unit have been closed.
    campaign = Campaign.objects.select_related("unit").get(pk=requirement.version.campaign_id)
    ensure_open(campaign, requirement, unit, by=by)
    standing = list(
        HandIn.objects.of(campaign, requirement.code, period).filter(unit=unit).standing().order_by("copy")
    )
    same = next((each for each in standing if each.sha256 == document.sha256), None)
    if same is not None:
        return same
    taken = {each.copy for each in standing}
    copy = next((n for n in range(1, _n_copies(requirement) + 1) if n not in taken), None)
    if copy is None:
        raise IllegalMove(_full(standing))
    now, due = clock.now(), due_at(requirement, period)
    made = HandIn.objects.create(
        campaign=campaign,
        requirement_code=requirement.code,
        unit=unit,
        period=period,
        copy=copy,
        stored_name=stored,
        original_name=document.name,
        size=document.size,
        sha256=document.sha256,
        handed_at=now,
        handed_by=by,
        is_late=due is not None and now >= due,
    )
    ledger.record(
        "hand_in.handed",
        made,
        by=by,
        requirement=requirement.code,
        period=period,
        bytes=document.size,
        digest=document.sha256,
    )
    return made


def _n_copies(requirement: Requirement) -> int:
    return int(requirement.rule.get("copies") or 1)


def _full(standing: list[HandIn]) -> str:
    if all(each.state == HandInState.ACCEPTED for each in standing):
        return _("材料已被接收，不能再换。如有更正，请联系部署单位。")
    return _("材料已报送，正等待接收。如需更换，请联系部署单位退回后再报送。")


@transaction.atomic
def accept(hand_in_id: int, *, by: User) -> HandIn:
    """接收: from now on it is final. Accepted twice it is accepted once. Raises NotAllowed, IllegalMove for a returned one."""
    found = _held(hand_in_id, by=by)
    if found.state == HandInState.ACCEPTED:
        return found
    _ensure_waiting(found)
    _decide(found, HandInState.ACCEPTED, by=by)
    ledger.record("hand_in.accepted", found, by=by, requirement=found.requirement_code)
    return found


@transaction.atomic
def send_back(hand_in_id: int, *, reason: str, by: User) -> HandIn:
    """退回 with a reason, which the unit is told. Raises NotAllowed, IllegalMove once it is decided, ReportingError."""
    found = _held(hand_in_id, by=by)
    why = checked(reason, label=_("退回理由"), longest=LONGEST_REASON)
    if not why:
        raise ReportingError(_("请填写退回理由，说明要改什么。"))
    _ensure_waiting(found)
    _decide(found, HandInState.RETURNED, by=by, remark=why)
    ledger.record("hand_in.returned", found, by=by, reason=why, requirement=found.requirement_code)
    words = {"name": found.original_name, "why": why}
    text = _("报送的材料“%(name)s”被退回，请修改后重新报送。理由：%(why)s") % words
    ledger.notify(found.unit, NotificationKind.HAND_IN_RETURNED, text, link=link_to(found))
    return found


def content(hand_in: HandIn, *, by: User) -> tuple[bytes, Format]:
    """The file as it came, and what it is; the reading is recorded. Raises FileDamaged."""
    data = hand_in_files.read(hand_in)
    ledger.record("hand_in.read", hand_in, by=by, requirement=hand_in.requirement_code)
    return data, documents.format_of(hand_in.original_name)


def link_to(hand_in: HandIn) -> str:
    """Where the unit's documents for the requirement stand."""
    place = [hand_in.campaign_id, hand_in.requirement_code, hand_in.unit_id]
    url = reverse("reporting:show-hand-ins", args=place)
    return f"{url}?period={hand_in.period}" if hand_in.period else url


def _held(hand_in_id: int, *, by: User) -> HandIn:
    """For writing, by who may run the campaign; nobody decides about what they handed in themselves."""
    rows = HandIn.objects.decidable_by(by).select_for_update(of=("self",)).select_related("unit")
    found = rows.filter(pk=hand_in_id).first()
    if found is None:
        raise NotAllowed(_("只有部署单位可以接收或退回材料。"))
    if found.handed_by_id == by.pk:
        raise NotAllowed(_("本人报送的材料，须由其他人员接收或退回。"))
    return found


def _ensure_waiting(found: HandIn) -> None:
    if found.state == HandInState.RETURNED:
        raise IllegalMove(_("这份材料已经退回，请看单位重新报送的材料。"))
    if found.state != HandInState.HANDED:
        raise IllegalMove(_("这份材料已经接收，不能再退回。"))


def _decide(found: HandIn, state: HandInState, *, by: User, remark: str = "") -> None:
    found.state, found.remark = state, remark
    found.decided_at, found.decided_by = clock.now(), by
    found.save(update_fields=["state", "remark", "decided_at", "decided_by"])
