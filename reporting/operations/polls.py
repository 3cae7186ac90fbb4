"""小投票: a committee asks the units below it one question; each answers once, on the days it is open (WB-3.3)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from orgs.exceptions import IllegalMove, NotAllowed
from orgs.kernel import clock
from orgs.models import OrgUnit
from orgs.operations import ledger
from orgs.permissions import FILL, PUBLISH_NOTICE
from orgs.querysets.scope import UnitsInCharge
from reporting.exceptions import ReportingError
from reporting.models import Poll, PollAnswer
from reporting.operations.texts import checked

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from orgs.models import User

LONGEST_QUESTION, LONGEST_OPTION = 120, 40
FEWEST_OPTIONS, MOST_OPTIONS, MOST_DAYS = 2, 8, 92


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked, what may be answered, on which days."""

    text: str
    options: Sequence[str]
    starts_on: date
    ends_on: date

    def checked(self) -> dict[str, object]:
        """The columns to be kept. Raises ReportingError."""
        question = checked(self.text, label=_("问题"), longest=LONGEST_QUESTION)
        if not question:
            raise ReportingError(_("请填写问题。"))
        options = [checked(each, label=_("选项"), longest=LONGEST_OPTION) for each in self.options]
        options = [each for each in options if each]
        if not FEWEST_OPTIONS <= len(options) <= MOST_OPTIONS or len(set(options)) < len(options):
            words = _("请填写%(few)d到%(most)d个不同的选项，每行一个。")
            raise ReportingError(words % {"few": FEWEST_OPTIONS, "most": MOST_OPTIONS})
        if self.ends_on < max(self.starts_on, clock.today()):
            raise ReportingError(_("截止日期不能早于开始日期，也不能早于今天。"))
        if (self.ends_on - self.starts_on).days > MOST_DAYS:
            raise ReportingError(_("投票最长%(n)d天，请缩短。") % {"n": MOST_DAYS})
        days = {"starts_on": self.starts_on, "ends_on": self.ends_on}
        return {"question": question, "options": options, **days}


@transaction.atomic
def publish(unit: OrgUnit, asked: Question, *, by: User) -> Poll:
    """发起 in the name of the unit; sent twice, it is the same poll. Raises NotAllowed, ReportingError."""
    if unit.pk not in by.units_in_charge().allowing(PUBLISH_NOTICE).own_unit_ids():
        raise NotAllowed
    facts = asked.checked()
    OrgUnit.objects.select_for_update(no_key=True, of=("self",)).get(pk=unit.pk)
    known = Poll.objects.filter(unit=unit, published_by=by, withdrawn_at__isnull=True, **facts).first()
    if known is not None:
        return known
    made = Poll.objects.create(unit=unit, published_at=clock.now(), published_by=by, **facts)
    ledger.record("poll.published", made, by=by, unit=unit, options=len(made.options))
    return made


@transaction.atomic
def answer(poll_id: int, unit_id: int, option: int, *, by: User) -> PollAnswer:
    """投票 for the own unit; the same answer once more is the one that stands.

    Raises NotAllowed, IllegalMove where the poll is not open or does not ask the unit, or another answer stands.
    """
    poll = Poll.objects.readable_by(by).select_related("unit").get(pk=poll_id)
    if unit_id not in by.units_in_charge().allowing(FILL).own_unit_ids():
        raise NotAllowed
    unit = OrgUnit.objects.select_for_update(no_key=True, of=("self",)).get(pk=unit_id)
    if not unit.is_open or unit.pk == poll.unit_id or not UnitsInCharge.below(poll.unit).covers(unit):
        raise IllegalMove(_("这次投票不向本单位征求意见。"))
    if not 1 <= option <= len(poll.options):
        raise ReportingError(_("请选择一个选项。"))
    known = PollAnswer.objects.filter(poll=poll, unit=unit).first()
    if known is not None:
        if known.option == option:
            return known
        raise IllegalMove(_("本单位已经投票，不能再改。"))
    if poll.withdrawn_at is not None or not poll.starts_on <= clock.today() <= poll.ends_on:
        raise IllegalMove(_("现在不在投票时间内。"))
    facts = {"option": option, "answered_at": clock.now(), "answered_by": by}
    made = PollAnswer.objects.create(poll=poll, unit=unit, **facts)
    ledger.record("poll.answered", poll, by=by, unit=unit)
    return made


@transaction.atomic
def withdraw(poll_id: int, *, by: User) -> Poll:
    """撤回: nobody below sees it any more, the answers stay. Raises IllegalMove where that was done already."""
    poll = Poll.objects.actionable_by(by).select_for_update(of=("self",)).get(pk=poll_id)
    if poll.withdrawn_at is not None:
        raise IllegalMove(_("这次投票已经撤回。"))
    poll.withdrawn_at = clock.now()
    poll.save(update_fields=["withdrawn_at"])
    ledger.record("poll.withdrawn", poll, by=by)
    return poll
