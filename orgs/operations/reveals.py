"""查看完整信息 (B2): the one verb under which every look at something masked is written down, and its limit."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from orgs.exceptions import NotAllowed
from orgs.kernel import clock
from orgs.models import AuditEntry, User
from orgs.operations import ledger

if TYPE_CHECKING:
    from django.db import models

    from orgs.models import OrgUnit

REVEALED = "personal.revealed"
REVEALS_PER_HOUR = 60


def record(obj: models.Model, *, unit: OrgUnit, purpose: str, by: User, **detail: object) -> None:
    """One look at one field, for a purpose that is kept; which field, never what. Raises NotAllowed above the limit.

    The hour's quota of a person counts cells of forms, fields of the registry and telephones together. Two requests of one
    person wait for each other here, until the first is written down.
    """
    list(User.objects.select_for_update(of=("self",), no_key=True).filter(pk=by.pk).values_list("pk"))
    since = clock.now() - timedelta(hours=1)
    if AuditEntry.objects.filter(by=by, verb=REVEALED, at__gt=since).count() >= REVEALS_PER_HOUR:
        raise NotAllowed(_("一小时内最多查看 %(n)d 次，请稍后再试。") % {"n": REVEALS_PER_HOUR})
    ledger.record(REVEALED, obj, by=by, unit=unit, reason=purpose, **detail)
