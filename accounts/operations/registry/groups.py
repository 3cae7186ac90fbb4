"""Groups: open, change, rest, dissolve, say that everything is still right."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.choices import GROUP_MOVES, EventKind, GroupStatus
from accounts.exceptions import AccountsError
from accounts.models import Group, Platform
from accounts.naming import clean_text
from accounts.operations.registry import journal
from accounts.operations.registry.administrators import end_all_of
from orgs import permissions
from orgs.exceptions import Conflict, IllegalMove, NotAllowed
from orgs.kernel import clock
from orgs.models import IdempotencyKey
from orgs.operations import ledger

if TYPE_CHECKING:
    from accounts.models import Submission
    from orgs.models import OrgUnit, User

COUNTS = ("members", "outstanding_members", "youth", "subordinates_in")
TEXTS = ("name", "topic", "ties", "linked_cadres")
CHANGEABLE = frozenset({"kind", "platform_id", "status", "opened_on", "counted_on"}).union(COUNTS, TEXTS)


@transaction.atomic
def open_group(
    unit: OrgUnit,
    *,
    kind: str,
    name: str,
    by: User | None,
    platform: str | Platform = "wechat_group",
    submission: Submission | None = None,
    reason: str = "",
    idempotency_key: str = "",
    **facts: Any,
) -> Group:
    """登记: a group of a unit (UNI-2.2 to 2.5, RUR-2), or a QQ group in its place (RUR-1.2); `facts` as in `change_group`.

    The same key twice is the one group. Raises NotAllowed, AccountsError.
    """
    journal.ensure_may_edit(unit, by=by, submission=submission)
    _refuse_unknown(facts)
    platform = platform if isinstance(platform, Platform) else Platform.objects.get(pk=platform)
    is_typed = by is not None and submission is None
    if by is not None:
        journal.ensure_in_operation(unit, is_typed=is_typed, words=_("这个团组织已撤销，不能登记群。"))
    if is_typed and (platform.is_historic or not platform.takes_groups):
        raise AccountsError(_("%(platform)s上不能建群，请另选平台。") % {"platform": platform.name})
    group = Group(unit=unit, kind=kind, platform=platform, **_cleaned({"name": name, **facts}))
    _ensure_sound(group, is_typed=is_typed)
    claim = _claim(idempotency_key, by) if by is not None and idempotency_key else None
    if by is not None and claim is not None and claim.location:
        return Group.objects.within(by.units_in_charge()).get(pk=claim.location.rpartition("/")[2])
    group.opened_on = group.opened_on or clock.today()
    if group.counted_on is None and any(getattr(group, each) is not None for each in COUNTS):
        group.counted_on = clock.today()
    group.save(force_insert=True)
    if claim is not None:
        claim.location = f"accounts.group/{group.pk}"
        claim.save(update_fields=["location"])
    journal.write_group(group, journal.Entry(EventKind.OPENED, by=by, reason=reason, submission=submission))
    return group


@transaction.atomic
def change_group(
    group: Group,
    *,
    by: User | None,
    version: int | None = None,
    reason: str = "",
    submission: Submission | None = None,
    **facts: Any,
) -> Group:
    """变更: set facts of a group, rest it (停用) or take it up again; renamed if only the name differs.

    Nothing differs: nothing is written. `version` is the one the person has seen; raises Conflict if somebody has saved since.
    """
    _refuse_unknown(facts)
    journal.ensure_may_edit(group.unit, by=by, submission=submission)
    group = locked(group, version)
    facts = _cleaned(facts)
    changes = journal.difference(group, facts)
    if not changes:
        return group
    _ensure_changeable(group, facts)
    for name in changes:
        setattr(group, name, facts[name])
    _ensure_sound(group, is_typed=by is not None and submission is None)
    if "counted_on" not in facts and any(name in changes for name in COUNTS):
        group.counted_on = clock.today()
    group.version += 1
    group.save(update_fields=[*changes, "counted_on", "version"])
    kind = EventKind.RENAMED if set(changes) == {"name"} else EventKind.CHANGED
    entry = journal.Entry(kind, by=by, reason=reason, submission=submission, changes=changes)
    journal.write_group(group, entry)
    return group


@transaction.atomic
def close_group(group: Group, *, reason: str, by: User | None, version: int | None = None) -> Group:
    """解散: the group is given up; the terms of its administrators end with it."""
    journal.ensure_may_edit(group.unit, by=by, submission=None)
    return end(locked(group, version), reason=reason, by=by)


@transaction.atomic
def merge_group(
    group: Group, into: Group, *, reason: str, by: User | None, version: int | None = None
) -> Group:
    """合并: the group is given up in favour of another of the same unit, or of one above or below it.

    It counts as closed. No people are stored, so none move: the other group counts its own members.
    """
    journal.ensure_may_edit(group.unit, by=by, submission=None)
    journal.ensure_may_edit(into.unit, by=by, submission=None)
    # Two people merging two groups into each other wait for the same row first.
    for each in sorted((group, into), key=lambda row: row.pk):
        locked(each)
    group, into = locked(group, version), locked(into)
    if group.pk == into.pk:
        raise AccountsError(_("不能并入群自身，请另选群。"))
    if into.status == GroupStatus.CLOSED:
        raise AccountsError(_("要并入的群已解散，请另选群。"))
    ours, theirs = group.unit, into.unit
    if not (theirs.is_ancestor_of(ours, include_self=True) or ours.is_ancestor_of(theirs)):
        raise AccountsError(_("只能并入本单位、上级或下级团组织的群。"))
    group.merged_into = into
    return end(group, reason=reason, by=by, changes={"merged_into_id": [None, into.pk]})


@transaction.atomic
def confirm_group(group: Group, *, by: User) -> Group:
    """信息无误: what stands here is still right. No change, so no event; the ledger says who said so.

    Those who fill the unit's form may say so too: they know the group.
    """
    in_charge = by.units_in_charge()
    verbs = (permissions.EDIT_REGISTRY, permissions.FILL)
    if not any(in_charge.allowing(verb).covers(group.unit) for verb in verbs):
        raise NotAllowed
    group = locked(group)
    if group.status == GroupStatus.CLOSED:
        raise IllegalMove(_("该群已解散，不用再确认。"))
    if group.confirmed_on != clock.today():
        group.confirmed_on = clock.today()
        group.save(update_fields=["confirmed_on"])
        ledger.record("group.confirmed", group, by=by)
    return group


def locked(group: Group, version: int | None = None) -> Group:
    """The row for a change; raises Conflict if it is not the version the person has seen. For this package."""
    # No join: PostgreSQL finds no row any more where a join's column changed while the lock was waited for.
    fresh = Group.objects.select_for_update().get(pk=group.pk)
    # The right was asked for the unit the person saw; it may be another's by now.
    has_moved = fresh.unit_id != group.unit_id
    if has_moved or (version is not None and fresh.version != version):
        raise Conflict
    return fresh


def end(group: Group, *, reason: str, by: User | None, changes: journal.Changes | None = None) -> Group:
    """The group is dissolved, its administrators' terms end. The caller has the lock and the right."""
    _ensure_move(group.status, GroupStatus.CLOSED)
    told = {"status": [group.status, GroupStatus.CLOSED.value], **(changes or {})}
    group.status, group.closed_on = GroupStatus.CLOSED, clock.today()
    group.version += 1
    group.save(update_fields=["status", "closed_on", "merged_into", "version"])
    end_all_of(group=group, reason=reason, by=by)
    journal.write_group(group, journal.Entry(EventKind.CLOSED, by=by, reason=reason, changes=told))
    return group


def _refuse_unknown(facts: dict[str, Any]) -> None:
    unknown = facts.keys() - CHANGEABLE
    if unknown:
        raise TypeError(f"not facts of a group: {sorted(unknown)}")


def _cleaned(facts: dict[str, Any]) -> dict[str, Any]:
    return {name: clean_text(value or "") if name in TEXTS else value for name, value in facts.items()}


def _ensure_sound(group: Group, *, is_typed: bool) -> None:
    """What cannot be; minimum sizes are pointed out on the page and never refused (UNI-2.1, RUR-2.1)."""
    if not group.name:
        raise AccountsError(_("请填写群名称。"))
    members, outstanding = group.members, group.outstanding_members
    # A form has been reviewed: its figures are entered as they were approved.
    if is_typed and members is not None and outstanding is not None and outstanding > members:
        raise AccountsError(
            _("优秀团员数（%(part)d）多于群成员数（%(all)d），请更正。")
            % {"part": outstanding, "all": members}
        )


def _ensure_changeable(group: Group, facts: dict[str, Any]) -> None:
    if group.status == GroupStatus.CLOSED:
        raise IllegalMove(_("该群已解散，不能变更。如需恢复使用，请重新登记。"))
    status = facts.get("status", group.status)
    if status == GroupStatus.CLOSED:
        raise IllegalMove(_("请用“解散”办理。"))
    if status != group.status:
        _ensure_move(group.status, status)


def _ensure_move(old: str, new: str) -> None:
    if new not in GROUP_MOVES[old]:
        raise IllegalMove


def _claim(key: str, by: User) -> IdempotencyKey:
    """The key, taken for this group; with a `location` when it was answered before."""
    key = f"group:{key or uuid.uuid4().hex}"[:64]
    try:
        with transaction.atomic():
            return IdempotencyKey.objects.create(user=by, key=key, created_at=clock.now())
    except IntegrityError:
        return IdempotencyKey.objects.get(user=by, key=key)
