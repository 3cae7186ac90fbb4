"""Reference data of the product: kinds, platforms, forms, schemes. Natural keys, so loading twice changes nothing."""

from __future__ import annotations

from django.core.management import call_command

from orgs.kernel.clock import Week
from orgs.models import UnitKind, UnitVersion

FIXTURES = ("unit_kinds", "platforms", "field_lists")


def load_reference() -> None:
    """Load or refresh every reference fixture."""
    call_command("loaddata", *FIXTURES, verbosity=0)


def is_kind_used(kind: UnitKind) -> bool:
    """Whether a unit of the kind stood in a week that is over: how such units count is part of that week's figures."""
    return UnitVersion.objects.filter(kind_id=kind.pk, valid_from__lt=Week.current().starts_at).exists()
