"""延期: a unit asks for a later deadline and says why, a superior grants or refuses with a remark."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.choices import ExtensionState, SubmissionStatus
from accounts.exceptions import AccountsError, RoundClosed
from accounts.models import Expected, Extension
from accounts.operations.rounds import handed_in_as, locked_round, write_version
from orgs import permissions
from orgs.choices import NotificationKind
from orgs.exceptions import Conflict, NotAllowed
from orgs.kernel import clock
from orgs.operations import ledger

if TYPE_CHECKING:
    from datetime import datetime

    from accounts.models import CollectionRound, Submission
    from orgs.models import User

DECIDED = NotificationKind.EXTENSION_DECIDED
LONGEST = timedelta(days=2 * 366)
HANDED_IN = (SubmissionStatus.SUBMITTED, SubmissionStatus.APPROVED)


@transaction.atomic
def ask_extension(expected: Expected, *, reason: str, until: datetime, by: User) -> Extension:
    """申请延期, before the deadline: afterwards the form can still be handed in, and it is late."""
    round = locked_round(expected.round_id)
    expected = (
        Expected.objects.select_for_update(of=("self",)).select_related("round", "unit").get(pk=expected.pk)
    )
    if not permissions.may(by, permissions.FILL, expected.unit):
        raise NotAllowed
    _ensure_may_ask(expected, round)
    if not reason.strip():
        raise AccountsError(_("请填写延期理由。"))
    if until <= expected.deadline_at:
        raise AccountsError(_("申请延至的时间应晚于现在的截止时间，请更正。"))
    if until > clock.now() + LONGEST:
        raise AccountsError(_("申请延至的时间应在两年以内，请核对年份。"))
    try:
        with transaction.atomic():
            extension = Extension.objects.create(
                expected=expected,
                reason=reason.strip()[:200],
                until=until,
                requested_by=by,
                requested_at=clock.now(),
                old_deadline_at=expected.deadline_at,
            )
    except IntegrityError as error:
        raise AccountsError(_("已有一份延期申请待上级办理，请等待答复。")) from error
    ledger.record("extension.asked", extension, by=by, unit=expected.unit, until=until.isoformat())
    return extension


@transaction.atomic
def decide_extension(extension: Extension, *, grants: bool, remark: str, by: User) -> Extension:
    """同意、不同意: granted before the deadline moves it; the unit gets a message either way.

    Raises NotAllowed unless the person may remind at a superior unit, Conflict when somebody has decided already.
    A form that is in needs no more time: its request rests, and is taken up again where the form comes back.
    """
    round = locked_round(extension.expected.round_id)
    waiting = Extension.objects.decidable_by(by).select_for_update(of=("self",))
    found = waiting.select_related("expected__round", "expected__unit").filter(pk=extension.pk).first()
    if found is None:
        raise NotAllowed
    if found.state != ExtensionState.OPEN:
        raise Conflict(_("这份延期申请已经办理，请刷新页面查看。"))
    if not grants and not remark.strip():
        raise AccountsError(_("不同意延期须说明理由，请填写意见。"))
    if grants:
        _grant(found, round)
    found.state = ExtensionState.GRANTED if grants else ExtensionState.REFUSED
    found.decided_by, found.decided_at, found.remark = by, clock.now(), remark.strip()[:200]
    found.save(update_fields=["state", "decided_by", "decided_at", "remark"])
    unit = found.expected.unit
    verb, facts = "extension.refused", {}
    if grants:
        verb, facts = "extension.granted", {"until": found.until.isoformat()}
    ledger.record(verb, found, by=by, unit=unit, reason=found.remark, **facts)
    ledger.notify(unit, DECIDED, _answer(found), link=_link(found.expected))
    return found


def may_ask(expected: Expected, submission: Submission | None) -> bool:
    """Whether the page offers the request: a round that runs, a form not handed in, a deadline still ahead."""
    is_running = expected.round.closed_at is None and not expected.round.is_standing
    handed_in = submission is not None and submission.status in HANDED_IN
    return is_running and not handed_in and clock.now() < expected.deadline_at


def latest(expected: Expected) -> Extension | None:
    """The unit's last request, decided or not."""
    return expected.extensions.select_related("decided_by").first()


def _ensure_may_ask(expected: Expected, round: CollectionRound) -> None:
    if round.closed_at is not None:
        raise RoundClosed
    if round.is_standing:
        raise AccountsError(_("日常变更没有截止时间，不需要延期。"))
    if expected.exempt_reason:
        raise AccountsError(_("本单位本次免报，不需要延期。"))
    if handed_in_as(expected):
        raise AccountsError(_("收集表已提交，不需要延期。"))
    if clock.now() >= expected.deadline_at:
        raise AccountsError(_("截止时间已过，不能再申请延期。收集表仍可提交，将记为迟报。"))


def _grant(extension: Extension, round: CollectionRound) -> None:
    expected = Expected.objects.select_for_update(of=("self",)).get(pk=extension.expected_id)
    if round.closed_at is not None:
        raise RoundClosed(_("本次填报已结束，不能再同意延期。"))
    if expected.exempt_reason:
        raise AccountsError(_("该团组织本次免报，不需要延期。"))
    if handed_in_as(expected):
        raise AccountsError(_("收集表已提交，不需要延期。如退回后需要更多时间，届时再办理。"))
    if clock.now() >= expected.deadline_at:
        raise AccountsError(_("截止时间已过，不能再同意延期。填报单位仍可提交，将记为迟报。"))
    if extension.until > expected.deadline_at:
        expected.deadline_at = extension.until
        expected.save(update_fields=["deadline_at"])
        write_version(expected)


def _answer(extension: Extension) -> str:
    granted = extension.state == ExtensionState.GRANTED
    until = {"until": f"{clock.local(extension.until):%m-%d %H:%M}"}
    text = _("延期申请已同意，截止时间改为 %(until)s。") % until if granted else _("延期申请未获同意。")
    return (text + extension.remark)[:400]


def _link(expected: Expected) -> str:
    return reverse("accounts:fill", args=[expected.round_id])
