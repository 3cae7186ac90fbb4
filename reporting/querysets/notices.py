"""Set-level reads of notices, content to pass on, contributions and registered activities."""

from __future__ import annotations

from typing import TYPE_CHECKING

from orgs.querysets.scope import ScopedQuerySet

if TYPE_CHECKING:
    from reporting.models import Contribution, Material, Notice, NoticeRecipient, Outreach


class NoticeQuerySet(ScopedQuerySet["Notice"]):
    """A notice belongs to the unit that sends it."""


class NoticeRecipientQuerySet(ScopedQuerySet["NoticeRecipient"]):
    """A row belongs to the unit that receives."""


class MaterialQuerySet(ScopedQuerySet["Material"]):
    """Material belongs to the unit that provides it."""


class ContributionQuerySet(ScopedQuerySet["Contribution"]):
    """A contribution belongs to the unit that sent it."""


class OutreachQuerySet(ScopedQuerySet["Outreach"]):
    """An activity belongs to the unit that holds it."""
