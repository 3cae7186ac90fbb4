"""批量办理 of groups: the operation of one group, once for each of those chosen; what can't be done is named and skipped."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from django.db import models, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.choices import GroupKind, GroupStatus
from accounts.models import Group
from accounts.operations.registry.groups import change_group, close_group, confirm_group
from orgs.exceptions import OrgsError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from orgs.models import User

KIND = "kind:"


class GroupAction(models.TextChoices):
    """What can be done to several groups at once; the words are those of the single group's page."""

    CONFIRM = "confirm", gettext_lazy("信息无误（确认）")
    OPEN = "open", gettext_lazy("恢复使用")
    DORMANT = "dormant", gettext_lazy("标为停用")
    CLOSE = "close", gettext_lazy("解散")


def actions() -> list[tuple[str, str]]:
    """Every action with its words; one more for each kind that groups may be put under."""
    as_kind = [(f"{KIND}{kind.value}", _("类型改为：%(kind)s") % {"kind": kind.label}) for kind in GroupKind]
    return [*((action.value, str(action.label)) for action in GroupAction), *as_kind]


@dataclass(frozen=True, slots=True)
class GroupOutcome:
    """What became of one group: "" = done, else why it was skipped."""

    group: Group
    refusal: str = ""


def change_many_groups(seen: Mapping[int, int], action: str, *, reason: str, by: User) -> list[GroupOutcome]:
    """Each group (id -> version the person has seen) in a transaction of its own, in the official order."""
    rows = Group.objects.visible_to(by).filter(pk__in=list(seen)).for_list()
    return [_one(group, seen[group.pk], action, reason=reason, by=by) for group in rows]


def _one(group: Group, version: int, action: str, *, reason: str, by: User) -> GroupOutcome:
    try:
        with transaction.atomic():
            changed = _work(group, version, action, reason=reason, by=by)()
    except OrgsError as error:
        return GroupOutcome(group, error.message)
    is_same = action != GroupAction.CONFIRM and changed.version == group.version
    return GroupOutcome(group, _("已经是这样，没有变更。") if is_same else "")


def _work(group: Group, version: int, action: str, *, reason: str, by: User) -> Callable[[], Group]:
    facts: dict[str, Any]
    if action.startswith(KIND):
        facts = {"kind": GroupKind(action.removeprefix(KIND)).value}
    elif action == GroupAction.CONFIRM:
        return partial(confirm_group, group, by=by)
    elif action == GroupAction.CLOSE:
        return partial(close_group, group, reason=reason, by=by, version=version)
    else:
        status = GroupStatus.OPEN if action == GroupAction.OPEN else GroupStatus.DORMANT
        facts = {"status": status.value}
    return partial(change_group, group, by=by, reason=reason, version=version, **facts)
