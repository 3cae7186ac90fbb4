"""A token as a person has it who may read by program."""

from __future__ import annotations

from orgs.models import OrgUnit, User
from orgs.operations import tokens
from orgs.permissions import EXPORT


def token_of(user: User, unit: OrgUnit | None = None) -> str:
    """A token for the unit, or for the person's widest; "" for who may have none."""
    own = user.units_in_charge().allowing(EXPORT).widest()
    if own is None:
        return ""
    unit = unit or OrgUnit.objects.get(pk=own.unit_id)
    return tokens.issue(unit, title="周报表格", days=30, by=user).text
