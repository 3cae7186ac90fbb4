"""What becomes of accounts, groups and forms when their unit is moved, merged, closed or opened again (SUP-4.1a)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.choices import EventKind, SubmissionStatus
from accounts.models import (
    Account,
    Administratorship,
    Expected,
    ExpectedVersion,
    Group,
    HandedAccount,
    RegistryEvent,
    Submission,
)
from accounts.operations import hand_outs_tree
from accounts.operations.desks import Desks
from accounts.operations.registry import batches
from orgs.kernel import clock, versions
from orgs.kernel.counting import counts
from orgs.models import OrgUnit
from orgs.operations import ledger
from orgs.operations.upper import Effect, Verb
from orgs.querysets.scope import UnitsInCharge

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.db.models import QuerySet

    from accounts.querysets.rounds import ExpectedQuerySet
    from orgs.operations.upper import Change

BATCH = 500
WITH_THOSE_BELOW = frozenset(
    {Verb.MOVE, Verb.MERGE, Verb.KIND}
)  # whose forms on somebody's desk are concerned
BEGUN = (SubmissionStatus.DRAFT, SubmissionStatus.RETURNED)
HANDED_IN = (SubmissionStatus.SUBMITTED, SubmissionStatus.APPROVED)
CHANNELS = {
    Verb.CLOSE: gettext_lazy("一并注销（解散）"),
    Verb.MERGE: gettext_lazy("划转到合并后的团组织"),
    Verb.MOVE: gettext_lazy("随团组织调整，不变"),
    Verb.RENAME: gettext_lazy("昵称、群名称不自动更改，请按新名称核对"),
    Verb.KIND: gettext_lazy("不变"),
    Verb.REOPEN: gettext_lazy("恢复到撤销以前"),
}
WAITING = {
    Verb.CLOSE: gettext_lazy("不能再登记入库，由审核单位退回后免报"),
    Verb.MERGE: gettext_lazy("改由合并后的上级审核"),
    Verb.MOVE: gettext_lazy("改由新的上级审核"),
    Verb.RENAME: gettext_lazy("不变"),
    Verb.KIND: gettext_lazy("仍在原审核单位，通过后按新的类型逐级上报"),
}


def preview(change: Change) -> list[Effect]:
    """Accounts, groups and forms that go along: those of the units themselves, all below a moved or merged one."""
    if change.verb == Verb.REOPEN:
        return _to_come_back(change)
    verb = Verb(change.verb)
    accounts, groups = Account.objects.active(), Group.objects.active()
    here = {"unit_id__in": change.unit_ids}
    if verb == Verb.MOVE:
        accounts, groups = accounts.within(change.scope), groups.within(change.scope)
    else:
        accounts, groups = accounts.filter(**here), groups.filter(**here)
    waiting = Submission.objects.filter(status=SubmissionStatus.SUBMITTED)
    waiting = waiting.within(change.scope) if verb in WITH_THOSE_BELOW else waiting.filter(**here)
    owed = _owed(change) if verb in {Verb.CLOSE, Verb.MERGE} else Expected.objects.none()
    begun = owed.filter(Exists(_forms(BEGUN)))
    terms = Administratorship.objects.in_office().filter(**here, account=None, group=None)
    terms = terms if verb in {Verb.CLOSE, Verb.MERGE} else terms.none()
    handed = hand_outs_tree.concerned(change)
    n = counts(
        accounts=accounts,
        groups=groups,
        terms=terms,
        waiting=waiting,
        owed=owed,
        begun=begun,
        handed=handed,
    )
    return [
        Effect(_("账号"), n["accounts"], str(CHANNELS[verb])),
        Effect(_("群"), n["groups"], str(CHANNELS[verb])),
        Effect(_("本单位微信工作的管理员"), n["terms"], _("随之离任")),
        Effect(_("待审核的收集表"), n["waiting"], str(WAITING[verb])),
        Effect(_("还没填的收集表"), n["owed"] - n["begun"], _("免报")),
        Effect(_("已填未提交或被退回的收集表"), n["begun"], _("免报，已填的保留")),
        Effect(_("待领取、待启用的账号"), n["handed"], str(hand_outs_tree.NOTES[verb])),
    ]


def apply(change: Change) -> None:
    """Close with a closed unit, hand over to the receiving unit of a merger, restore; forms follow to the desk above them."""
    if change.verb == Verb.REOPEN:
        _reopen(change)
        return
    _reroute(change)
    if change.verb == Verb.MOVE:
        return
    _exempt(change)
    hand_outs_tree.follow(change)
    # by None: who closes a unit need not be an editor of its registry; the unit's own audit line names the person.
    if change.verb == Verb.CLOSE:
        batches.close_channels(change.unit_ids, reason=change.reason, at=change.at or clock.now())
    elif change.target_id is not None:
        batches.transfer_channels(
            change.unit_ids, change.target_id, reason=change.reason, at=change.at or clock.now()
        )


def happened(unit_ids: Sequence[int]) -> list[Effect]:
    """Accounts, groups, forms and handed-out accounts, of whatever state, that have come to be in these units."""
    here = {"unit_id__in": unit_ids}
    n = counts(
        accounts=Account.objects.filter(**here),
        groups=Group.objects.filter(**here),
        forms=Submission.objects.filter(**here),
        handed=HandedAccount.objects.filter(**here),
    )
    labels = {"accounts": _("账号"), "groups": _("群"), "forms": _("收集表"), "handed": _("发放的账号")}
    return [Effect(label, n[name]) for name, label in labels.items()]


def _to_come_back(change: Change) -> list[Effect]:
    closings = RegistryEvent.objects.filter(unit_id__in=change.unit_ids, kind=EventKind.CLOSED)
    closings = closings.filter(at=change.undoes) if change.undoes else closings.none()
    accounts, groups = closings.filter(account__isnull=False), closings.filter(group__isnull=False)
    handed = hand_outs_tree.concerned(change)
    n = counts(accounts=accounts, groups=groups, exempted=_exempted_by(change), handed=handed)
    note = str(CHANNELS[Verb.REOPEN])
    return [
        Effect(_("账号"), n["accounts"], note),
        Effect(_("群"), n["groups"], note),
        Effect(_("免报的收集表"), n["exempted"], _("恢复应填")),
        Effect(_("已收回的发放账号"), n["handed"], str(hand_outs_tree.NOTES[Verb.REOPEN])),
    ]


def _reopen(change: Change) -> None:
    at = change.at or clock.now()
    if change.undoes is None:
        return
    batches.restore_channels(change.unit_ids, undoes=change.undoes, reason=change.reason, at=at)
    again = list(_exempted_by(change))
    Expected.objects.filter(pk__in=[each.pk for each in again]).update(exempt_reason="")
    _write_due(again, is_due=True, change=change)
    ledger.record_many("expected.restored", again, by=change.by, reason=change.reason)


def _reroute(change: Change) -> None:
    """Forms whose desk no longer stands above them go to the first desk that does; nothing may lie there for ever."""
    waiting = Submission.objects.filter(status=SubmissionStatus.SUBMITTED).select_related("unit", "round")
    if change.verb == Verb.CLOSE:
        waiting = waiting.filter(desk_id__in=change.unit_ids)
    else:
        top_id = change.target_id if change.verb == Verb.MERGE else change.unit_ids[0]
        top = OrgUnit.objects.filter(pk=top_id).first()
        waiting = waiting.within(UnitsInCharge.below(top)) if top else waiting.none()
    desks, now, moved = Desks(), clock.now(), []
    for form in waiting.select_for_update(of=("self",)):
        if desks.has_a_say(form):
            continue
        form.desk, form.on_desk_since, form.version = desks.first(form), now, form.version + 1
        moved.append(form)
    Submission.objects.bulk_update(moved, ["desk", "on_desk_since", "version"], batch_size=BATCH)
    details: dict[int, dict[str, object]] = {form.pk: {"desk": form.desk_id} for form in moved}
    ledger.record_many("submission.rerouted", moved, by=change.by, reason=change.reason, details=details)


def _owed(change: Change) -> ExpectedQuerySet:
    """What the units are expected to hand in to open rounds and have not: nobody can fill in for a closed unit."""
    owed = Expected.objects.due().filter(unit_id__in=change.unit_ids, round__closed_at__isnull=True)
    return owed.filter(~Exists(_forms(HANDED_IN)))


def _forms(states: Sequence[str]) -> QuerySet[Submission]:
    return Submission.objects.filter(
        round_id=OuterRef("round_id"), unit_id=OuterRef("unit_id"), status__in=states
    )


def _exempt(change: Change) -> None:
    """A unit that is no more owes no form; what it has handed in stays."""
    gone = list(_owed(change))
    Expected.objects.filter(pk__in=[each.pk for each in gone]).update(exempt_reason=_("团组织已撤销"))
    _write_due(gone, is_due=False, change=change)
    ledger.record_many("expected.exempted", gone, by=change.by, reason=_("团组织已撤销"))


def _exempted_by(change: Change) -> ExpectedQuerySet:
    """Expected units that the change which is taken back has exempted, and nobody has touched since."""
    if change.undoes is None:
        return Expected.objects.none()
    rows = ExpectedVersion.objects.current().filter(valid_from=change.undoes, is_due=False)
    return Expected.objects.filter(unit_id__in=change.unit_ids, pk__in=rows.values("expected_id"))


def _write_due(rows: list[Expected], *, is_due: bool, change: Change) -> None:
    facts = ((each.pk, {"deadline_at": each.deadline_at, "is_due": is_due}) for each in rows)
    versions.record_many(ExpectedVersion, "expected_id", facts, change.at or clock.now())
