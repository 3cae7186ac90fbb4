"""Reference data of the product: kinds, platforms, forms, schemes. Natural keys, so loading twice changes nothing."""

from __future__ import annotations

from django.core.management import call_command

FIXTURES = ("unit_kinds", "platforms", "field_lists")


def load_reference() -> None:
    """Load or refresh every reference fixture."""
    call_command("loaddata", *FIXTURES, verbosity=0)
