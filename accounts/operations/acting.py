"""Who acts when a step of the chain is taken on the command line: the named person, else whoever is in charge there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from accounts.exceptions import AccountsError
from orgs.models import Appointment, OrgUnit, User
from orgs.permissions import may, roles_with

if TYPE_CHECKING:
    from accounts.models import CollectionRound


def unit_of(code: str) -> OrgUnit:
    """The unit with this code."""
    unit: OrgUnit | None = OrgUnit.objects.select_related("parent").filter(code=code).first()
    if unit is None:
        raise AccountsError(_("没有代码为 %(code)s 的团组织。") % {"code": code})
    return unit


def acting_user(unit: OrgUnit, verb: str, *, username: str = "") -> User:
    """The person who may do this in the unit: by name, or the first in charge at that very unit."""
    if username:
        user = User.objects.filter(username=username, is_active=True).first()
        if user is None or not may(user, verb, unit):
            raise AccountsError(_("用户 %(name)s 不能在该团组织办理这项工作。") % {"name": username})
        return user
    in_force = Appointment.objects.in_force().filter(
        unit=unit, role__in=roles_with(verb), user__is_active=True
    )
    found = in_force.select_related("user").order_by("-is_principal", "pk").first()
    if found is None:
        raise AccountsError(_("该团组织没有能办理这项工作的人员，请用 --as 指定。"))
    return found.user


def round_of(pk: int | None, rounds: list[CollectionRound]) -> CollectionRound:
    """The round with this id, or the only one that is running."""
    chosen = [each for each in rounds if pk in (None, each.pk)]
    if len(chosen) != 1:
        raise AccountsError(_("请用 --round 指定填报任务的编号。"))
    return chosen[0]
