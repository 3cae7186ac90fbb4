"""Reference tables for system administrators; nothing that users need daily."""

from __future__ import annotations

from typing import ClassVar

from django.contrib import admin

from accounts.models import Platform
from accounts.operations import platforms
from orgs.admin import Keeping, KeepingAdmin, KeepingResource


class PlatformKeeping(Keeping):
    kept = ("kind",)
    is_used = staticmethod(platforms.is_used)


class PlatformResource(PlatformKeeping, KeepingResource):
    """Platforms as a table: the code is the key, so importing twice changes nothing."""

    class Meta:
        model = Platform
        import_id_fields: ClassVar = ["code"]
        fields: ClassVar = ["code", "name", "kind", "is_historic", "position"]
        skip_unchanged = True


@admin.register(Platform)
class PlatformAdmin(PlatformKeeping, KeepingAdmin):
    """Platforms are data (WB-3.1, MS-2.1): a closed one is historic, never deleted."""

    resource_classes: ClassVar = [PlatformResource]
    list_display: ClassVar = ["code", "name", "kind", "is_historic", "position"]
