"""Groups: open, change, close."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.choices import EventKind, GroupStatus
from accounts.exceptions import AccountsError
from accounts.models import Group, Platform
from accounts.naming import clean_text
from accounts.operations.registry import journal
from accounts.operations.registry.administrators import end_all_of
from orgs.exceptions import IllegalMove
from orgs.kernel import clock

if TYPE_CHECKING:
    from datetime import date

    from accounts.models import Submission
    from orgs.models import OrgUnit, User

CHANGEABLE = frozenset(
    {"kind", "name", "members", "outstanding_members", "youth", "topic", "status", "opened_on"}
)


@transaction.atomic
def open_group(
    unit: OrgUnit,
    *,
    kind: str,
    name: str,
    by: User | None,
    platform: str | Platform = "wechat_group",
    members: int | None = None,
    outstanding_members: int | None = None,
    youth: int | None = None,
    topic: str = "",
    opened_on: date | None = None,
    submission: Submission | None = None,
    reason: str = "",
) -> Group:
    """开通: register a group of a unit (UNI-2.2 to 2.5, RUR-2)."""
    journal.ensure_may_edit(unit, by=by, submission=submission)
    if not clean_text(name):
        raise AccountsError(_("请填写群名称。"))
    group = Group.objects.create(
        unit=unit,
        kind=kind,
        platform_id=platform if isinstance(platform, str) else platform.pk,
        name=clean_text(name),
        members=members,
        outstanding_members=outstanding_members,
        youth=youth,
        topic=topic,
        opened_on=opened_on or clock.today(),
    )
    journal.write_group(group, EventKind.OPENED, by=by, reason=reason, submission=submission)
    return group


@transaction.atomic
def change_group(
    group: Group, *, by: User | None, reason: str = "", submission: Submission | None = None, **facts: Any
) -> Group:
    """变更: set facts of a group; renamed if only the name differs. Nothing differs: nothing is written."""
    unknown = facts.keys() - CHANGEABLE
    if unknown:
        raise TypeError(f"not facts of a group: {sorted(unknown)}")
    journal.ensure_may_edit(group.unit, by=by, submission=submission)
    group = Group.objects.select_for_update(of=("self",)).get(pk=group.pk)
    changes = journal.difference(group, facts)
    if not changes:
        return group
    if group.status == GroupStatus.CLOSED or facts.get("status") == GroupStatus.CLOSED:
        raise IllegalMove
    for name in changes:
        setattr(group, name, facts[name])
    group.version += 1
    group.save(update_fields=[*changes, "version"])
    kind = EventKind.RENAMED if set(changes) == {"name"} else EventKind.CHANGED
    journal.write_group(group, kind, by=by, reason=reason, submission=submission, changes=changes)
    return group


@transaction.atomic
def close_group(group: Group, *, reason: str, by: User | None) -> Group:
    """解散: the group is given up; the terms of its administrators end with it."""
    journal.ensure_may_edit(group.unit, by=by, submission=None)
    group = Group.objects.select_for_update(of=("self",)).get(pk=group.pk)
    if group.status == GroupStatus.CLOSED:
        raise IllegalMove
    old = group.status
    group.status, group.closed_on = GroupStatus.CLOSED, clock.today()
    group.version += 1
    group.save(update_fields=["status", "closed_on", "version"])
    end_all_of(group=group, reason=reason, by=by)
    changes = {"status": [old, GroupStatus.CLOSED.value]}
    journal.write_group(group, EventKind.CLOSED, by=by, reason=reason, changes=changes)
    return group
