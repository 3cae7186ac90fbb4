"""定向消息: one unit writes to a unit above or below it about something both may open; one answer, and no more (WB-3.3, MS-2.3)."""

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
from reporting import about
from reporting.exceptions import ReportingError
from reporting.models import DirectedMessage
from reporting.operations.texts import checked_prose

if TYPE_CHECKING:
    from orgs.models import User

LONGEST_TEXT = 500
KIND = NotificationKind.DIRECTED_MESSAGE


def correspondents(unit: OrgUnit, subject: OrgUnit) -> list[OrgUnit]:
    """To whom the unit may write about something of `subject`: those on the way down to it, and those above the unit."""
    if unit.is_national:
        down = OrgUnit.objects.over(subject).exclude(pk=unit.pk)
        return list(down.order_by("-depth"))
    above = OrgUnit.objects.over(unit).exclude(pk=unit.pk)
    if unit.parent_id is not None:
        above = above.exclude(kind=Kind.NATIONAL)
    inside = {"tree_id": unit.tree_id, "lft__gt": unit.lft, "rght__lt": unit.rght}
    down = OrgUnit.objects.over(subject).filter(**inside)
    return [*down.order_by("-depth"), *above.order_by("-depth")]


@transaction.atomic
def send(unit: OrgUnit, to: OrgUnit, subject: about.About, text: str, *, by: User) -> DirectedMessage:
    """Write in the name of the unit; the other one is told. Raises NotAllowed, ReportingError.

    Neither of the two may be shown a link to what it can't open: `subject` is what the person sees, and the other unit
    must see it as well.
    """
    if unit.pk not in by.units_in_charge().allowing(FILL).own_unit_ids():
        raise NotAllowed(_("只能以您任职的团组织的名义发送。"))
    if not (unit.is_open and to.is_open):
        raise ReportingError(_("这个团组织已撤销，请重新选择。"))
    if not _is_in_line(unit, to):
        raise ReportingError(_("只能发给上级或所属团组织，请重新选择。"))
    if about.find(subject.type, subject.pk, by) is None or not about.is_known_to(
        to, subject.type, subject.pk
    ):
        raise ReportingError(_("对方看不到这项内容，请换一个收件单位。"))
    said = checked_prose(text, label=_("内容"), longest=LONGEST_TEXT)
    if not said:
        raise ReportingError(_("请填写内容，不超过%(n)d个字。") % {"n": LONGEST_TEXT})
    OrgUnit.objects.select_for_update(no_key=True, of=("self",)).get(pk=unit.pk)
    facts = {
        "from_unit": unit,
        "to_unit": to,
        "about_type": subject.type,
        "about_id": subject.pk,
        "text": said,
    }
    if DirectedMessage.objects.filter(**facts, answered_at__isnull=True).exists():
        raise ReportingError(_("同样的消息已经发送，请等候回复。"))
    made = DirectedMessage.objects.create(sent_at=clock.now(), sent_by=by, **facts)
    ledger.record("directed_message.sent", made, by=by, unit=to, about=subject.type, about_id=subject.pk)
    words = {"unit": unit.name, "word": subject.word}
    ledger.notify(to, KIND, _("%(unit)s发来消息，关于%(word)s。") % words, link=link_of(made))
    return made


def open_message(message: DirectedMessage, *, by: User) -> None:
    """已阅: somebody of the receiving unit has opened it; the first time counts."""
    if message.read_at is None and message.to_unit_id in by.units_in_charge().allowing(FILL).own_unit_ids():
        message.read_at = clock.now()
        DirectedMessage.objects.unread().filter(pk=message.pk).update(read_at=message.read_at)


@transaction.atomic
def answer(message_id: int, text: str, *, by: User) -> DirectedMessage:
    """回复, once, by the unit that received it. Raises NotAllowed, IllegalMove, ReportingError."""
    rows = DirectedMessage.objects.readable_by(by).select_for_update(of=("self",))
    message = rows.select_related("from_unit", "to_unit").get(pk=message_id)
    if message.to_unit_id not in by.units_in_charge().allowing(FILL).own_unit_ids():
        raise NotAllowed(_("只有收件的团组织可以回复。"))
    if message.answered_at is not None:
        raise IllegalMove(_("这条消息已经回复。需要再联系的，请另发一条。"))
    said = checked_prose(text, label=_("回复"), longest=LONGEST_TEXT)
    if not said:
        raise ReportingError(_("请填写回复，不超过%(n)d个字。") % {"n": LONGEST_TEXT})
    now = clock.now()
    message.answer, message.answered_at, message.answered_by = said, now, by
    message.read_at = message.read_at or now
    message.save(update_fields=["answer", "answered_at", "answered_by", "read_at"])
    ledger.record("directed_message.answered", message, by=by, unit=message.to_unit)
    words = {"unit": message.to_unit.name, "word": about.word_of(message.about_type)}
    text = _("%(unit)s回复了关于%(word)s的消息。") % words
    ledger.notify(message.from_unit, KIND, text, link=link_of(message))
    return message


def link_of(message: DirectedMessage) -> str:
    """Where it is read and answered."""
    return f"/messages/directed/{message.pk}/"


def _is_in_line(unit: OrgUnit, to: OrgUnit) -> bool:
    """One of the two stands above the other."""
    if unit.pk == to.pk:
        return False
    is_national = unit.is_national or to.is_national
    return is_national or unit.is_ancestor_of(to) or to.is_ancestor_of(unit)
