"""A copy of what is kept of a person, for that person (PIPL 45)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction

from accounts.models import Administratorship
from accounts.querysets.administrators import PERSONAL
from config.erasure import erasing
from orgs.kernel import clock
from orgs.operations import ledger

if TYPE_CHECKING:
    from orgs.models import User

LABELS = {field.name: field.verbose_name for field in Administratorship._meta.local_concrete_fields}


@transaction.atomic
def copy_of(who: str, *, reason: str, by: User) -> dict[str, list[dict[str, Any]]]:
    """Login, offices and terms as administrator, with the person's own data; logged. Raises NotAllowed, InvalidUnit."""
    person, unit = erasing.within_reach(who, by=by)
    erasing.ensure_reason(reason)
    offices = person.appointments.select_related("unit").order_by("pk")
    terms = person.terms.select_related("unit").order_by("pk")
    ledger.record("person.copied", unit, by=by, unit=unit, reason=reason.strip()[:200])
    return {
        "登录": [
            {"用户名": user.username, "姓名": user.name, "手机": user.mobile, "邮箱": user.email}
            for user in person.users
        ],
        "任职": [
            {
                "单位": each.unit.name,
                "角色": each.get_role_display(),
                "起": str(each.starts_on),
                "止": str(each.ends_on or ""),
            }
            for each in offices
        ],
        "管理员": [
            {
                "单位": each.unit.name,
                "起": _day(each.started_at),
                "止": _day(each.ended_at),
                **{str(LABELS[name]): getattr(each, name) for name in PERSONAL},
            }
            for each in terms
        ],
    }


def _day(moment: Any) -> str:
    return str(clock.local(moment).date()) if moment else ""
