"""What the pages of 小投票 and 风采展示 show."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Count

from orgs.kernel import clock
from orgs.models import OrgUnit
from orgs.permissions import FILL
from orgs.querysets.scope import UnitsInCharge
from reporting.models import Poll, PollAnswer

if TYPE_CHECKING:
    from orgs.models import User


@dataclass(frozen=True, slots=True)
class Option:
    """One option: its position and how many units have chosen it; None while the reader may not know."""

    position: int
    text: str
    n: int | None


@dataclass(frozen=True, slots=True)
class PollPage:
    """One poll. `unit` is the reader's own that may answer now, `own` the option it has chosen."""

    poll: Poll
    options: list[Option]
    n_answers: int | None
    unit: OrgUnit | None
    own: str
    is_open: bool
    may_withdraw: bool


def is_open(poll: Poll) -> bool:
    """Whether units may answer today."""
    return poll.withdrawn_at is None and poll.starts_on <= clock.today() <= poll.ends_on


def read(poll: Poll, user: User) -> PollPage:
    """READING: results are for who asks at any time, for everybody else once the poll is over: none follows the others."""
    may_withdraw = Poll.objects.actionable_by(user).filter(pk=poll.pk).exists()
    knows = may_withdraw or poll.ends_on < clock.today()
    counted = poll.answers.values_list("option").annotate(n=Count("pk")) if knows else ()
    found = dict(counted)
    unit = _asked(poll, user)
    own = PollAnswer.objects.filter(poll=poll, unit=unit).first() if unit else None
    options = [
        Option(n, text, found.get(n, 0) if knows else None) for n, text in enumerate(poll.options, start=1)
    ]
    return PollPage(
        poll,
        options,
        sum(found.values()) if knows else None,
        unit if unit and own is None and is_open(poll) else None,
        poll.options[own.option - 1] if own else "",
        is_open(poll),
        may_withdraw and poll.withdrawn_at is None,
    )


def _asked(poll: Poll, user: User) -> OrgUnit | None:
    """The reader's own unit below the one that asks; of several the first in the tree."""
    own = user.units_in_charge().allowing(FILL).own_unit_ids()
    below = OrgUnit.objects.within(UnitsInCharge.below(poll.unit)).in_operation()
    asked: OrgUnit | None = (
        below.filter(pk__in=own).exclude(pk=poll.unit_id).order_by("tree_id", "lft").first()
    )
    return asked
