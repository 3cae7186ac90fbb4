"""Addresses of the records behind what a sheet says; each page shows as much as its reader may see. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.urls import reverse

from scoring.choices import NO_PLATFORM, THREE_POOR
from scoring.faults import PLATFORM

if TYPE_CHECKING:
    from scoring.models import Consequence, Sheet


def of_fault(consequence: Consequence, sheet: Sheet) -> str:
    """The checks, the incidents or the unit's week a flag was raised by; "" for what follows from the total."""
    if consequence.clause == THREE_POOR:
        return f"{reverse('reporting:list-unit-checks', args=[sheet.unit_id])}?grade=poor"
    if consequence.clause != NO_PLATFORM or not consequence.fault:
        return ""  # without a fault: one raised before faults were told apart
    week = sheet.week.week if sheet.week else None
    if consequence.fault == PLATFORM:
        return reverse("reporting:show-unit-week", args=[week, sheet.unit_id]) if week else ""
    about = f"grave=1&unit={sheet.unit_id}&year={sheet.year}" + (f"&w={week}" if week else "")
    return f"{reverse('accounts:list-incidents')}?{about}"
