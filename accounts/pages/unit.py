"""What this app adds to the page of a unit: the way to its accounts and those below it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext as _

from orgs.panels import Tab

if TYPE_CHECKING:
    from orgs.models import OrgUnit, User


def tabs(user: User, unit: OrgUnit) -> list[Tab]:
    """账号: the list of accounts, filtered to this unit's subtree; the list itself asks who sees what."""
    return [Tab(_("账号"), f"{reverse('accounts:list-accounts')}?unit={unit.pk}")]
