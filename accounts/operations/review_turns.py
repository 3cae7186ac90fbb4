"""Taking up a form for a decision, and what every decision writes: the form by compare-and-set, and its step (C3)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from accounts.choices import StepKind, SubmissionStatus
from accounts.exceptions import AccountsError, NotOnYourDesk, RoundClosed
from accounts.models import CollectionRound, ReviewStep, Submission
from orgs.exceptions import Conflict, NotAllowed, TreeBusy
from orgs.kernel import clock
from orgs.operations import locks
from orgs.permissions import REVIEW
from orgs.querysets.scope import UnitsInCharge

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from accounts.operations.desks import Desks
    from orgs.models import OrgUnit, User


@dataclass(frozen=True, slots=True)
class Turn:
    """A form taken up for a decision at `desk`; `stands_in` names the vacant desk for which the unit decides."""

    form: Submission
    desk: OrgUnit
    stands_in: OrgUnit | None = None

    @property
    def words(self) -> str:
        """What the time line says of it."""
        if self.stands_in is None:
            return ""
        return _("%(desk)s审核岗位空缺，代为审核") % {"desk": self.stands_in.name}


def take_turn(submission_ids: Iterable[int], *, by: User) -> UnitsInCharge:
    """Lock the trees of these forms, then their rounds, before any form; returns what the person is in charge of.

    A unit that is closed, moved or merged meanwhile is so before the decision or after it, never in between (T10), and
    nothing is decided at or after the instant of closing the round (F6). The scope is read again under the lock: one
    read before a move has the numbers of the tree as it was. Trees of forms outside the scope are left to others;
    raises TreeBusy where such a form has come into it meanwhile.
    """
    forms = Submission.objects.filter(pk__in=list(submission_ids)).order_by()
    held = locks.lock_units(forms.within(UnitsInCharge.of(by)).values_list("unit_id", flat=True))
    in_charge = UnitsInCharge.of(by)
    mine = set(forms.within(in_charge).values_list("unit_id", "round_id"))
    if not {unit_id for unit_id, _round_id in mine} <= held.keys():
        raise TreeBusy
    rounds = CollectionRound.objects.filter(pk__in={round_id for _unit_id, round_id in mine}).order_by("pk")
    list(rounds.select_for_update(of=("self",)).values_list("pk", flat=True))
    return in_charge if held else UnitsInCharge(())


def locked(submission_id: int, in_charge: UnitsInCharge) -> Submission:
    """The form, locked; outside the person's scope it does not exist. Tree and round are locked before, by `take_turn`."""
    return (
        Submission.objects.within(in_charge)
        .select_for_update(of=("self",))
        .select_related("round__field_list", "unit", "desk")
        .get(pk=submission_id)
    )


def ensure_may_enter(submission: Submission) -> None:
    """The registry takes nothing more for a unit that is no more. Raises AccountsError."""
    unit = submission.unit
    if unit.is_open:
        return
    if unit.merged_into is not None:
        text = _("%(unit)s已并入%(into)s，收集表不能再登记入库。请退回，再办理免报。")
        raise AccountsError(text % {"unit": unit.name, "into": unit.merged_into.name})
    text = _("%(unit)s已撤销，收集表不能再登记入库。请退回，再办理免报。")
    raise AccountsError(text % {"unit": unit.name})


def taken_up(submission_id: int, *, version: int, by: User, in_charge: UnitsInCharge, desks: Desks) -> Turn:
    """The form, locked, if it still stands as the reviewer saw it and the reviewer may decide on it.

    From a desk that has become vacant it comes to the unit that stands in, and the decision is that unit's own.
    """
    submission = locked(submission_id, in_charge)
    if submission.version != version or submission.status != SubmissionStatus.SUBMITTED:
        raise Conflict(who_decided(submission))
    may_review = in_charge.allowing(REVIEW)
    stands_in, acting = None, submission.desk
    if submission.desk_id not in may_review.own_unit_ids():
        stands_in, acting = submission.desk, desks.acting_for(submission)
    if acting is None or acting.pk not in may_review.own_unit_ids() or not may_review.covers(submission.unit):
        raise NotOnYourDesk
    if submission.filled_by_id == by.pk:
        raise NotAllowed(_("这份收集表由您本人填报，须由其他审核人审核。"))
    if submission.round.closed_at is not None:
        raise RoundClosed
    submission.desk = acting
    return Turn(submission, acting, stands_in)


def stood_in(turn: Turn) -> dict[str, object]:
    """What the audit line says of it."""
    return {"stands_in": turn.stands_in.pk} if turn.stands_in else {}


def write(submission: Submission) -> None:
    """Compare-and-set: the row lock makes losing impossible on PostgreSQL, the version on every engine."""
    version = submission.version
    facts = ("status", "desk", "on_desk_since", "approved_at", "remark", "return_reasons")
    written = Submission.objects.filter(pk=submission.pk, version=version).update(
        version=version + 1, **{name: getattr(submission, name) for name in facts}
    )
    if written != 1:
        raise Conflict(who_decided(submission))
    submission.version = version + 1


def add_step(
    submission: Submission,
    kind: StepKind,
    *,
    unit: OrgUnit,
    by: User,
    at: datetime,
    remark: str = "",
    is_final: bool = False,
) -> None:
    """One line of the form's time line."""
    ReviewStep.objects.create(
        submission=submission, kind=kind, unit=unit, by=by, at=at, remark=remark[:400], is_final=is_final
    )


def who_decided(submission: Submission) -> str:
    """Names who was first, so that the loser knows whom to ask."""
    last = submission.steps.exclude(kind=StepKind.SAVED).select_related("by", "unit").last()
    if last is None or last.by is None:
        return str(Conflict.default_message)
    return _("%(unit)s %(person)s 已于 %(time)s 办理（%(kind)s），请刷新页面查看。") % {
        "unit": last.unit.name,
        "person": last.by.display_name,
        "time": f"{clock.local(last.at):%m-%d %H:%M}",
        "kind": last.get_kind_display(),
    }
