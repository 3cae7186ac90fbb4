"""Platforms as reference data: what of them is settled once accounts have been counted by it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from accounts.models import AccountVersion
from orgs.kernel.clock import Week

if TYPE_CHECKING:
    from accounts.models import Platform


def is_used(platform: Platform) -> bool:
    """Whether an account stood on the platform in a week that is over: as what it counts is part of that week's figures."""
    return AccountVersion.objects.filter(
        platform_id=platform.pk, valid_from__lt=Week.current().starts_at
    ).exists()
