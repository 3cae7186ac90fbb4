"""所属支部: how far the branches right below the own units are with the forms of running rounds, for the home page (ux.md section 2)."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.db.models import OuterRef, Subquery, Value
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.translation import gettext_lazy

from accounts.choices import SubmissionStatus
from accounts.models import CollectionRound, Expected, Submission
from accounts.pages.fill import deadline_text
from orgs.kernel import clock
from orgs.permissions import REMIND

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from django.db.models import QuerySet
    from django.utils.functional import _StrPromise

    from accounts.querysets.rounds import ExpectedQuerySet
    from orgs.models import OrgUnit, User
    from orgs.querysets.scope import UnitsInCharge

MOST_SHOWN = 10
# In the order in which a superior sees to them: status -> tone of the pill, its words.
_STATES: dict[str, tuple[str, _StrPromise]] = {
    SubmissionStatus.RETURNED: ("bad", gettext_lazy("已退回")),
    "": ("warn", gettext_lazy("未开始")),
    SubmissionStatus.DRAFT: ("mute", gettext_lazy("草稿")),
    SubmissionStatus.SUBMITTED: ("info", gettext_lazy("待审核")),
    SubmissionStatus.APPROVED: ("ok", gettext_lazy("已通过")),
}
_ORDER = list(_STATES)


@dataclass(frozen=True, slots=True)
class Branch:
    """A branch whose form has not been approved."""

    unit: OrgUnit
    tone: str
    word: str
    is_late: bool


@dataclass(frozen=True, slots=True)
class Branches:
    """One round below one own unit: how many branches stand how, and the first of those that are not done."""

    round: CollectionRound
    unit_pk: int
    unit_name: str
    counts: list[tuple[str, str, int]]
    left: list[Branch]
    n_left: int
    deadline: str

    @property
    def url(self) -> str:
        """The list of all of them, with whose desk each form lies on."""
        return f"{reverse('accounts:chase')}?{urlencode({'round': self.round.pk, 'unit': self.unit_pk})}"

    @property
    def n_more(self) -> int:
        return self.n_left - len(self.left)


def counted(in_charge: UnitsInCharge) -> dict[str, QuerySet[Any]]:
    """The forms expected of branches right below the own units: most people have none, and need not be asked further."""
    below = in_charge.allowing(REMIND)
    return {"branches": _expected(below)} if below.spans else {}


def read(user: User) -> list[Branches]:
    """The rounds by deadline, of each own unit with branches right below; one statement."""
    form = Submission.objects.filter(round=OuterRef("round"), unit=OuterRef("unit"))
    rows = _expected(user.units_in_charge().allowing(REMIND)).select_related("round", "unit__parent")
    rows = rows.annotate(status=Coalesce(Subquery(form.values("status")[:1]), Value("")))
    found: dict[tuple[int, int], list[Expected]] = defaultdict(list)
    for each in rows.order_by("round__deadline_at", "round_id", "unit__position", "unit__code"):
        found[each.round_id, each.unit.parent_id or 0].append(each)
    now = clock.now()
    return [_branches(alike, now) for alike in found.values()]


def _expected(below: UnitsInCharge) -> ExpectedQuerySet:
    due = Expected.objects.within(below).due().begun()
    of_branches = due.filter(unit__parent__in=below.own_unit_ids(), unit__kind__holds_members=True)
    return of_branches.filter(round__in=CollectionRound.objects.running())


def _branches(rows: Sequence[Expected], now: datetime) -> Branches:
    counted = Counter(_status(each) for each in rows)
    left = sorted(
        (each for each in rows if _status(each) != SubmissionStatus.APPROVED),
        key=lambda each: (_ORDER.index(_status(each)), each.deadline_at),
    )
    superior = rows[0].unit.parent
    return Branches(
        rows[0].round,
        superior.pk if superior else 0,
        superior.name if superior else "",
        [(tone, str(word), counted[status]) for status, (tone, word) in _STATES.items() if counted[status]],
        [_branch(each, now) for each in left[:MOST_SHOWN]],
        len(left),
        deadline_text(min((each.deadline_at for each in left), default=rows[0].deadline_at), now),
    )


def _branch(row: Expected, now: datetime) -> Branch:
    tone, word = _STATES[_status(row)]
    is_at_home = _status(row) != SubmissionStatus.SUBMITTED
    return Branch(row.unit, tone, str(word), is_at_home and row.deadline_at <= now)


def _status(row: Expected) -> str:
    return str(vars(row)["status"])
