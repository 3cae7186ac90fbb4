"""入库 of a form about groups (RUR-3): each row opens a group or changes the one it was prefilled from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from accounts.field_lists import by_target
from accounts.models import Group
from accounts.naming import identifier_key
from accounts.operations import registry
from accounts.operations.collection import rows_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from accounts.field_lists import Field, RowInput
    from accounts.models import Submission
    from orgs.models import User

FACTS = ("kind", "name", "members", "outstanding_members", "youth", "topic", "ties")


def enter_groups(submission: Submission, fields: Sequence[Field], *, by: User) -> list[int]:
    """Ids of the groups of the form, in the order of its rows. A group that the form no longer lists stays open."""
    known = list(Group.objects.active().filter(unit_id=submission.unit_id))
    entered = []
    for row in rows_of(submission):
        answers = by_target(fields, row, "group")
        facts = {name: answers[name] for name in FACTS if name in answers}
        group = _match(row, facts, [each for each in known if each.pk not in entered])
        if group is None:
            group = registry.open_group(submission.unit, by=by, submission=submission, **facts)
        elif any(getattr(group, name) != value for name, value in facts.items()):
            group.unit = submission.unit
            group = registry.change_group(group, by=by, submission=submission, **facts)
        entered.append(group.pk)
    return entered


def _match(row: RowInput, facts: dict[str, Any], known: Sequence[Group]) -> Group | None:
    """The group the row was prefilled from, else the one of the same name."""
    name = identifier_key(str(facts.get("name") or ""))
    return next(
        (each for each in known if each.pk == row.group_id),
        next((each for each in known if identifier_key(each.name) == name), None),
    )
