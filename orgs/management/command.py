"""The portal's commands begin at once."""

from __future__ import annotations

from django.core.management.base import BaseCommand


class PortalCommand(BaseCommand):
    """Without Django's checks of the whole installation, which take longer than most commands.

    `check`, `doctor` and `prepare` make them.
    """

    requires_system_checks = []
